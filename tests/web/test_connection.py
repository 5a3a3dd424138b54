"""What officers and supervisors see of forks, restores, long rounds and machines in trouble."""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from kiosk import backup, clock, create_app, people
from kiosk.journal.log import Draft
from kiosk.node import Node, open_node
from kiosk.sync import carrying, client, contacts, marks, mending
from kiosk.sync.transport import InProcess
from kiosk.web import connection, guard
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
PASSWORD = "pass-word-1"
PUBLIC = f"{VILLAGE}/public"


@pytest.fixture
def no_tokens() -> Iterator[None]:
    guard.limiter.enabled = False
    yield
    guard.limiter.enabled = True


def signed_in(node: Node, role: str) -> FlaskClient:
    name = "孙丽华" if role == "officer" else "郑国华"
    people.add_account(
        node.journal, name, role, node_role=node.config.role, actor="测试", password=PASSWORD
    )
    app = create_app(node)
    app.config["WTF_CSRF_ENABLED"] = False
    door = app.test_client()
    desk = "office" if role == "officer" else "township"
    assert door.post(f"/{desk}/login", data={"name": name, "password": PASSWORD}).status_code == 302
    return door


def write(node: Node, *subjects: str) -> None:
    node.journal.append_all(
        Draft("public", "test.written", each, {"text": each}) for each in subjects
    )


@pytest.fixture
def clone(enrolled: Node, township: Node) -> Iterator[Node]:
    """A clone of the village that the township refused."""
    wire = InProcess(create_app(township))
    client.round(enrolled, wire)
    shutil.copytree(enrolled.config.dir, enrolled.config.dir.parent / "clone")
    node = open_node(enrolled.config.dir.parent / "clone")
    write(enrolled, "one", "two")
    client.round(enrolled, wire)
    write(node, "mine")
    client.round(node, wire)
    yield node
    node.close()


def test_an_officer_is_told_of_a_fork_and_mends_it_with_one_button(
    clone: Node, township: Node, no_tokens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = signed_in(clone, "officer")
    page = door.get("/office/").text
    assert "记录不一致，已暂停发布" in page
    assert "按镇里留存的记录恢复" in page
    assert "约 1 条" in page
    assert door.get("/").status_code == 200
    answer = door.post("/office/mend", follow_redirects=True)
    assert "没有恢复：连不上" in answer.text
    assert "按镇里留存的记录恢复" in answer.text
    wire = InProcess(create_app(township))
    monkeypatch.setattr(mending, "Http", lambda url: nullcontext(wire))
    monkeypatch.setattr(client, "Http", lambda url: nullcontext(wire))
    answer = door.post("/office/mend", follow_redirects=True)
    assert "已恢复：取回留存的记录 2 条，本机的 1 条" in answer.text
    assert "暂停发布" not in answer.text
    assert "没有分叉" in door.post("/office/mend", follow_redirects=True).text


def test_what_cannot_be_published_is_answered_in_words(clone: Node, no_tokens: None) -> None:
    app = create_app(clone)

    @app.get("/publishing")
    def publishing() -> str:
        write(clone, "refused")
        return ""

    answer = app.test_client().get("/publishing")
    assert answer.status_code == 409
    assert "暂时不能发布" in answer.text
    assert "恢复记录" in answer.text


def test_a_supervisor_sees_a_fork_until_it_is_mended_and_after(
    clone: Node, township: Node, no_tokens: None
) -> None:
    door = signed_in(township, "supervisor")
    home = door.get("/township/")
    assert "记录分叉，已暂停发布" in home.text
    page = door.get(f"/township/villages/{VILLAGE}").text
    assert "没有恢复" in page
    assert "按镇里留存的记录恢复" in page
    mending.mend(clone, InProcess(create_app(township)))
    again = door.get("/township/", headers={"If-None-Match": home.headers["ETag"]})
    assert again.status_code == 200
    assert "记录分叉" not in again.text
    page = door.get(f"/township/villages/{VILLAGE}").text
    assert "已恢复" in page
    assert "没有恢复" not in page


def test_a_supervisor_mends_a_fork_of_the_townships_own(
    enrolled: Node, township: Node, no_tokens: None
) -> None:
    client.round(enrolled, InProcess(create_app(township)))
    shutil.copytree(township.config.dir, township.config.dir.parent / "old")
    write(township, "order")
    client.round(enrolled, InProcess(create_app(township)))
    old = open_node(township.config.dir.parent / "old")
    write(old, "after the restore")
    client.round(enrolled, InProcess(create_app(old)))
    door = signed_in(old, "supervisor")
    assert "按各村留存的记录恢复" in door.get("/township/").text
    answer = door.post("/township/mend", follow_redirects=True)
    assert "已恢复：取回留存的记录 1 条，本机的 1 条" in answer.text
    assert client.round(enrolled, InProcess(create_app(old))).troubles == ()
    old.close()


def test_a_restored_node_says_what_it_waits_for(
    enrolled: Node, township: Node, no_tokens: None
) -> None:
    backup.hold(enrolled)
    backup.hold(township)
    assert "刚从备份恢复" in signed_in(enrolled, "officer").get("/office/").text
    assert "等各村联网" in signed_in(township, "supervisor").get("/township/").text
    client.round(enrolled, InProcess(create_app(township)))
    assert connection.warnings(enrolled) == connection.warnings(township) == []


def test_a_long_round_shows_how_far_it_is(enrolled: Node) -> None:
    marks.progressed(enrolled.journal, "附件", 35, 200)
    assert "附件：35 / 200 个" in connection.sync_line(enrolled).words
    with clock.set_to(clock.now() + timedelta(minutes=3)):
        assert "35" not in connection.sync_line(enrolled).words


def test_a_refusal_is_said_as_it_is(enrolled: Node) -> None:
    contacts.failed(enrolled.journal, TOWNSHIP, "这台机器的密钥已经停用。", lambda: 0.5)
    line = connection.sync_line(enrolled)
    assert (line.state, "密钥已经停用" in line.words) == ("fault", True)


def test_a_supervisor_sees_what_a_machine_told(
    enrolled: Node, township: Node, no_tokens: None
) -> None:
    door = signed_in(township, "supervisor")
    said = {
        "version": "0.1.0",
        "disk_free": 500_000_000,
        "queue": 1200,
        "attachments": 35,
        "offset": 0,
        "behind": 7200,
        "backup": "",
        "stopped": {PUBLIC: "fork"},
        "carried": NOW.isoformat(timespec="seconds"),
    }
    contacts.succeeded(township.journal, VILLAGE, said)
    page = door.get(f"/township/villages/{VILLAGE}").text
    for words in (
        "0.5 GB，快满了",
        "1200 条记录、35 个附件",
        "早 120 分钟",
        "没有备份过",
        "暂停：",
        "U 盘，2026-11-24 12:05 导出",
    ):
        assert words in page, words
    page = door.get("/township/villages").text
    assert "暂停发布；磁盘快满；时钟不准；还没传完 1200 条、35 个附件；没有备份过" in page
    odd = {name: {"x": [1]} for name in said} | {"backup": "x", "carried": "0001-01-01T00:00:00Z"}
    contacts.succeeded(township.journal, VILLAGE, odd)
    for path in ("/township/villages", f"/township/villages/{VILLAGE}"):
        assert door.get(path).status_code == 200


def test_attachments_that_wait_are_said(enrolled: Node) -> None:
    contacts.succeeded(enrolled.journal, TOWNSHIP, {"offset": 0})
    until = (clock.now() + timedelta(hours=1)).isoformat(timespec="seconds")
    marks.put(enrolled.journal, carrying.WAIT, f'{{"until": "{until}", "words": "磁盘快满了。"}}')
    assert connection.sync_line(enrolled).words.endswith("磁盘快满了。")
