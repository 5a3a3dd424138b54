"""Sync by a stick from the two desks: officers and supervisors have no command line."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kiosk import create_app, people
from kiosk.journal.log import Draft
from kiosk.node import Node
from kiosk.sync import bundle
from kiosk.web import guard, sticks
from tests.sync.servers import VILLAGE

PASSWORD = "pass-word-1"
PUBLIC = f"{VILLAGE}/public"


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    guard.limiter.enabled = False
    yield
    guard.limiter.enabled = True


def signed_in(node: Node, desk: str, role: str, *, tokens: bool = False) -> FlaskClient:
    people.add_account(
        node.journal, role, role, node_role=node.config.role, actor="测试", password=PASSWORD
    )
    app = create_app(node)
    app.config["WTF_CSRF_ENABLED"] = False
    door = app.test_client()
    door.post(f"/{desk}/login", data={"name": role, "password": PASSWORD})
    app.config["WTF_CSRF_ENABLED"] = tokens
    return door


def carried(door: FlaskClient, desk: str, data: bytes) -> TestResponse:
    file = (io.BytesIO(data), "x.sanwu")
    return door.post(f"/{desk}/stick/import", data={"file": file}, follow_redirects=True)


def test_a_stick_goes_to_the_township_and_back(enrolled: Node, township: Node) -> None:
    officer = signed_in(enrolled, "office", "officer")
    supervisor = signed_in(township, "township", "supervisor")
    photo = enrolled.blobs.put(b"photo")
    enrolled.journal.append_all(
        Draft("public", "test.written", "s", {"n": n, "photo": photo}) for n in range(3)
    )
    township.journal.append(VILLAGE, "test.written", "s", {"n": 1})
    waits = enrolled.journal.size(PUBLIC) + enrolled.journal.size(f"{VILLAGE}/parent")
    assert f"{waits} 条记录、1 个附件" in officer.get("/office/stick").text
    up = officer.post("/office/stick/export")
    assert up.status_code == 200 and up.headers["Content-Disposition"].startswith("attachment")
    data = up.data
    assert "filename*=UTF-8" in up.headers["Content-Disposition"]
    assert list((enrolled.config.dir / "sticks").iterdir()) == []
    page = carried(supervisor, "township", data)
    assert f"已收下东湖村的 {waits} 条记录、1 个附件" in page.text
    assert township.blobs.get(photo) == b"photo"
    assert "没有新的" in carried(supervisor, "township", data).text
    down = supervisor.post("/township/stick/export", data={"village": VILLAGE})
    page = carried(officer, "office", down.data)
    assert "已收下李楼镇的" in page.text and "见证" in page.text
    assert enrolled.journal.cosigned_size(PUBLIC) == enrolled.journal.size(PUBLIC)
    assert "没有要带的" in officer.get("/office/stick").text
    for node, kinds in ((enrolled, ["exported", "imported"]), (township, ["imported"] * 2)):
        own = node.journal.read(node.journal.own("self"))
        said = [(e.kind, e.actor) for e in own if e.kind.startswith("bundle.")]
        who = "officer" if node is enrolled else "supervisor"
        assert said[: len(kinds)] == [(f"bundle.{kind}", who) for kind in kinds]


def test_a_wrong_file_is_refused_in_words(enrolled: Node, township: Node) -> None:
    officer = signed_in(enrolled, "office", "officer")
    supervisor = signed_in(township, "township", "supervisor")
    own = officer.post("/office/stick/export").data
    for door, desk, data, words in (
        (officer, "office", own, "不是给本机的"),
        (officer, "office", own[:-100], "损坏了或没有拷完整"),
        (supervisor, "township", b"my holiday photos", "损坏了或没有拷完整"),
        (supervisor, "township", own[:200], "损坏了或没有拷完整"),
    ):
        page = carried(door, desk, data)
        assert words in page.text and page.status_code == 200
    assert township.journal.size(PUBLIC) == 0
    assert "还没有选文件" in officer.post("/office/stick/import", follow_redirects=True).text
    assert supervisor.post("/township/stick/export", data={"village": "x"}).status_code == 404


def test_only_who_may_and_with_a_token(
    enrolled: Node, township: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sticks, "UPLOAD_LIMIT", 2000)
    stranger = create_app(enrolled).test_client()
    assert stranger.post("/office/stick/import", data={}).headers["Location"].startswith("/office/")
    reviewer = signed_in(enrolled, "office", "committee")
    assert reviewer.get("/office/stick").headers["Location"] == "/office/reviews"
    assert reviewer.post("/office/stick/export").headers["Location"] == "/office/reviews"
    officer = signed_in(enrolled, "office", "officer", tokens=True)
    assert officer.post("/office/stick/export").status_code == 400
    assert carried(officer, "office", b"x").status_code == 400
    assert carried(officer, "office", b"x" * 5000).status_code == 413


def test_more_photos_than_fit_wait_for_another_stick(
    enrolled: Node, township: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sticks, "ATTACHMENTS", 25)
    officer = signed_in(enrolled, "office", "officer")
    photos = [enrolled.blobs.put(bytes([n]) * 10) for n in range(5)]
    for sha in photos:
        enrolled.journal.append("public", "test.written", "s", {"photo": sha})
    assert "一个文件装不下" in officer.get("/office/stick").text
    data = officer.post("/office/stick/export").data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        blobs = [name for name in archive.namelist() if name.startswith("blobs/")]
    assert blobs == [f"blobs/{sha}" for sha in (photos[4], photos[3])]
    for _ in range(3):
        bundle.take_in(township, io.BytesIO(data))
        back = enrolled.config.dir / "back"
        bundle.export(township, back)
        bundle.take_in(enrolled, back)
        data = officer.post("/office/stick/export").data
    assert sorted(township.blobs.all()) == sorted(photos)
