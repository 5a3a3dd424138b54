"""The demo's plan on any day, and one whole demo built on a fixed day."""

import base64
import json
import shutil
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from kiosk import clock, config, drafts, duties, sealed
from kiosk.attachments import named
from kiosk.demo import book, build, county, places, run, scenes
from kiosk.demo.acts import Confirm, DeclareNone, Excuse, Open, Post, Step, Withdraw, moment
from kiosk.demo.places import BEIZHAI, DONGHU, STORIES, TOWNSHIP_CODE, XIZHUANG, Place
from kiosk.demo.plan import plan
from kiosk.demo.routine import began
from kiosk.demo.talks import RECEIPT
from kiosk.feedback import queries as feedback
from kiosk.journal.verify import faults
from kiosk.node import Node, open_node
from kiosk.notices import queries as notices
from kiosk.notices.expiry import running_out
from kiosk.reviews import queries as reviews
from kiosk.rules import accounts, catalogue, timeliness
from kiosk.rules.calendar import Period
from kiosk.rules.feedback import STATES
from kiosk.rules.timeliness import LATE, Event, Facts
from kiosk.sealed import box as boxes
from kiosk.sync import contacts
from tests.sync import servers

TODAY = date(2026, 11, 25)
NOW = moment(TODAY, 4, 34)


# ---- the plan, on many days ----


def late(place: Place, now: datetime, steps: list[Step]) -> list[str]:
    """The keys of the duties that the village is late with, by the plan alone."""
    known = catalogue.load()
    today = clock.beijing_date(now)
    own = [step for step in steps if step.node == place.code]
    events = [
        Event(act.ref, act.item, act.title, act.on)
        for step in own
        if isinstance(act := step.act, Open)
    ]
    withdrawn = {step.act.ref for step in own if isinstance(step.act, Withdraw)}
    facts: dict[str, Facts] = {}
    for step in own:
        match step.act:
            case Post() as act if act.ref not in withdrawn:
                key = timeliness.duty_key(act.item, act.period, act.event)
                facts[key] = Facts(claimed=step.at)
            case Confirm(item):
                key = timeliness.duty_key(item, "", "")
                facts[key] = Facts(claimed=facts[key].claimed, confirmed=step.at)
            case DeclareNone(item, period, _):
                facts[timeliness.duty_key(item, period, "")] = Facts(declared_none=True)
    for step in steps:
        match step.act:
            case Excuse(village, item, period, _) if village == place.code:
                facts[timeliness.duty_key(item, period, "")] = Facts(excused=True)
    owed = timeliness.duties(known, began(place, today), today, events)
    return [
        duty.key
        for duty in owed
        if timeliness.state(duty, facts.get(duty.key, timeliness.NOTHING), today) in LATE
    ]


@pytest.mark.parametrize("start", range(0, 400, 23))
def test_the_stories_hold_whenever_the_demo_is_built(start: int) -> None:
    now = moment(date(2026, 6, 3) + timedelta(days=start), 9 + start % 12, 5)
    steps = plan(list(STORIES), now, catalogue.load())
    assert all(step.at < now for step in steps)
    assert late(DONGHU, now, steps) == []
    assert len(late(XIZHUANG, now, steps)) == 2
    assert late(BEIZHAI, now, steps) == []
    posts = [step.act for step in steps if isinstance(step.act, Post)]
    assert len(posts) > 150
    statements = [act for act in posts if act.item == "finance.statement"]
    assert sum(act.ref.startswith("finance.statement/") for act in statements) >= 8


def test_the_same_moment_gives_the_same_plan() -> None:
    known = catalogue.load()
    assert plan(list(STORIES), NOW, known) == plan(list(STORIES), NOW, known)


def test_a_quarter_is_the_sum_of_its_months() -> None:
    books = book.Books(DONGHU, date(2025, 7, 1))
    quarter = Period.parse("2026Q1")
    months = [Period.parse(f"2026-0{n}") for n in (1, 2, 3)]
    assert books.opening(months[0]) == books.opening(quarter)
    assert books.closing(months[2]) == books.closing(quarter)
    assert all(books.closing(one) == books.opening(other) for one, other in pairwise(months))


def test_a_hundred_and_thirty_villages_have_names_of_their_own() -> None:
    given = places.places(places.MOST_VILLAGES)
    assert len({place.code for place in given}) == len({place.name for place in given}) == 130
    assert all(place.code.startswith("371721105") and len(place.code) == 12 for place in given)


@pytest.mark.parametrize("scene", scenes.SCENES)
def test_a_scene_is_a_small_picture(scene: str) -> None:
    assert 5_000 < len(scenes.photo(scene, 1)) < 80_000


# ---- one demo ----


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[build.DemoNode]:
    return build.build(tmp_path_factory.mktemp("demo") / "data", now=NOW)


@pytest.fixture(scope="module")
def nodes(demo: list[build.DemoNode]) -> Iterator[dict[str, Node]]:
    with clock.set_to(NOW):
        opened = {each.code: open_node(each.dir) for each in demo}
    yield opened
    for node in opened.values():
        node.close()


def states(node: Node, village: str) -> Counter[str]:
    return Counter(row.state for row in duties.duties(node.journal, village, TODAY))


def test_the_exemplary_village_has_nothing_overdue(nodes: dict[str, Node]) -> None:
    for node in (nodes[DONGHU.code], nodes[TOWNSHIP_CODE]):
        found = states(node, DONGHU.code)
        assert not any(found[state] for state in (*LATE, "met_late"))
        assert found["met"] > 140
        assert found["declared_none"] == 1


def test_the_late_village_is_late_with_two(nodes: dict[str, Node]) -> None:
    for node in (nodes[XIZHUANG.code], nodes[TOWNSHIP_CODE]):
        rows = duties.duties(node.journal, XIZHUANG.code, TODAY)
        assert [row.duty.key for row in rows if row.state in LATE] == [
            "finance.statement/2026Q3",
            "finance.ledger/2026-10",
        ]
        assert sum(row.state == "excused" for row in rows) == 1


def test_the_offline_village_has_not_been_heard_of_for_days(nodes: dict[str, Node]) -> None:
    township, village = nodes[TOWNSHIP_CODE], nodes[BEIZHAI.code]
    stream = f"{BEIZHAI.code}/public"
    assert township.journal.size(stream) < village.journal.size(stream)
    contact = contacts.last_contact(township.journal, BEIZHAI.code)
    assert contact is not None and contact.last_success is not None
    assert NOW - contact.last_success > timedelta(days=5)
    here = contacts.last_contact(village.journal, TOWNSHIP_CODE)
    assert here is not None and here.failures and "连不上" in here.last_error
    online = contacts.last_contact(township.journal, DONGHU.code)
    assert online is not None and online.last_success is not None
    assert NOW - online.last_success < timedelta(minutes=1)


def test_a_notice_of_an_earlier_outage_arrived_late(nodes: dict[str, Node]) -> None:
    rows = duties.duties(nodes[TOWNSHIP_CODE].journal, BEIZHAI.code, TODAY)
    assert any(row.late_arrival for row in rows)


def test_there_is_plenty_on_all_three_affairs(nodes: dict[str, Node]) -> None:
    counts = notices.counts(nodes[TOWNSHIP_CODE].journal, None)
    assert min(counts["party"], counts["village"], counts["finance"]) >= 25
    assert counts["township"] >= 8
    found = notices.every(nodes[DONGHU.code].journal, DONGHU.code, 1000)
    assert Counter(notice.state for notice in found)["corrected"] == 1
    assert Counter(notice.state for notice in found)["withdrawn"] == 1
    assert {notice.published_at[:4] for notice in found} == {"2025", "2026"}


def test_the_accounts_chain_over_four_quarters_and_more(nodes: dict[str, Node]) -> None:
    found = notices.of_item(nodes[DONGHU.code].journal, DONGHU.code, "finance.statement")
    contents = [
        notice.content for notice in sorted(found, key=lambda it: it.period) if notice.content
    ]
    assert len(contents) == 5
    for before, after in pairwise(contents):
        assert after["opening"] == before["closing"] != after["closing"]
        assert accounts.faults(after, "finance_statement", before) == []


def test_feedback_is_there_in_every_state(nodes: dict[str, Node]) -> None:
    journal = nodes[TOWNSHIP_CODE].journal
    found = feedback.every(journal, -1)
    assert {it.state for it in found} == set(STATES)
    assert {it.kind for it in found} == {"询问", "建议", "不满意", "表扬", "异议"}
    assert any(it.photo for it in found) and any(it.notice for it in found)
    assert any(it.escalated for it in found)


def test_a_sealed_report_was_answered_and_another_waits(nodes: dict[str, Node]) -> None:
    new, answered = sealed.reports(nodes[TOWNSHIP_CODE].journal)
    assert (new.state, answered.state) == ("new", "answered")
    village = nodes[DONGHU.code].journal
    [(_, answer)] = sealed.answers(village, boxes.mailbox(RECEIPT))
    assert "十五个工作日" in boxes.opened_by_code(base64.b64decode(answer), RECEIPT)
    assert not any("石料" in str(entry.body) for entry in village.all_entries())


def test_witnesses_saw_a_notice_within_the_hour(nodes: dict[str, Node]) -> None:
    journal = nodes[TOWNSHIP_CODE].journal
    for notice in notices.newest(journal, DONGHU.code, limit=30):
        seen = journal.witnessed(notice.stream, notice.first_seq)
        assert seen is not None
        gap = seen - datetime.fromisoformat(notice.published_at).astimezone(UTC)
        assert timedelta(0) <= gap < timedelta(hours=1)


def test_what_was_published_was_reviewed_and_something_waits(nodes: dict[str, Node]) -> None:
    for code in (DONGHU.code, XIZHUANG.code, BEIZHAI.code):
        for notice in notices.every(nodes[code].journal, code, 50):
            chain = catalogue.load().items[notice.item].review
            assert tuple(review["by"] for review in notice.reviews) == chain
    waiting = {it.village: it for it in reviews.waiting(nodes[TOWNSHIP_CODE].journal)}
    assert waiting[XIZHUANG.code].stale and waiting[XIZHUANG.code].waits_for == "村务监督委员会"
    assert waiting[DONGHU.code].waits_for == "乡镇"


def test_one_was_sent_back_and_one_publishes_itself_tomorrow(nodes: dict[str, Node]) -> None:
    journal = nodes[DONGHU.code].journal
    with clock.set_to(NOW):
        known = {it.state: it for it in reviews.unpublished(journal, DONGHU.code)}
    back, ready = known["sent_back"], known["complete"]
    assert back.comment and ready.scheduled_for == moment(TODAY + timedelta(days=1), 8)
    drafted = {draft.values["review"]: draft.values for draft in drafts.drafts(journal)}
    assert drafted.keys() == {back.id, ready.id}
    assert drafted[ready.id]["fields"]["text"] == ready.notice["content"]["text"]


def test_display_periods_have_their_results(nodes: dict[str, Node]) -> None:
    known = {code: notices.awaiting_result(nodes[code].journal, code, TODAY) for code in nodes}
    assert known[DONGHU.code] == [] and len(known[XIZHUANG.code]) == 1
    every = notices.every(nodes[DONGHU.code].journal, DONGHU.code, 1000)
    assert sum(bool(notice.result_of) for notice in every) > 5


def test_an_older_board_was_taken_over_and_a_contract_runs_out(nodes: dict[str, Node]) -> None:
    journal = nodes[DONGHU.code].journal
    every = notices.every(journal, DONGHU.code, 1000)
    old = [notice.historic["published_on"] for notice in every if notice.historic]
    assert len(old) == 5 and max(old) < began(DONGHU, TODAY).isoformat()
    assert [it.what.name for it in running_out(journal, DONGHU.code, TODAY)] == ["村西门面房"]


def test_every_node_verifies(nodes: dict[str, Node]) -> None:
    for node in nodes.values():
        assert list(faults(node.journal)) == []
        needed = {
            sha
            for stream in node.journal.streams()
            if stream.startswith(node.config.code)
            for entry in node.journal.read(stream)
            for sha in named.named_in(entry.body)
        }
        assert needed or node.config.is_township
        assert list(named.faults(node.blobs, sorted(needed))) == []


def test_the_folder_says_what_is_in_it(demo: list[build.DemoNode]) -> None:
    dir = demo[0].dir.parent
    read, built = build.read(dir)
    assert (read, built) == (demo, TODAY)
    assert [node.offline for node in read] == [False, False, False, True]
    held = json.loads((dir / build.MANIFEST).read_text("utf-8"))
    assert {node["role"] for node in held["nodes"]} == {"township", "village"}
    assert not list(dir.parent.glob(".data.new-*"))


# ---- the command ----


@pytest.fixture
def copied(demo: list[build.DemoNode], tmp_path: Path) -> Path:
    return shutil.copytree(demo[0].dir.parent, tmp_path / "demo")


def four_free_ports() -> int:
    while True:
        port = servers.free_port()
        try:
            run.check_ports(port, 4)
        except run.DemoFailed:
            continue
        return port


def started(dir: Path, port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*servers.KIOSK, "demo", "--dir", str(dir), "--port", str(port), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_serves_every_node_and_ends_them_all(copied: Path) -> None:
    port = four_free_ports()
    process = started(copied, port)
    try:
        assert process.stdout is not None
        nodes = json.loads(process.stdout.readline())["nodes"]
        assert [node["url"] for node in nodes] == [f"http://127.0.0.1:{port + n}" for n in range(4)]
        assert [node["role"] for node in nodes] == ["township", "village", "village", "village"]
        assert all(servers.answers(port + n) for n in range(4))
        assert Path(nodes[3]["dir"]) == copied / BEIZHAI.code
        for node in nodes:
            with urllib.request.urlopen(node["url"] + "/", timeout=30) as answer:
                assert node["name"] in answer.read().decode()
        assert config.load(copied / TOWNSHIP_CODE).public_url == nodes[0]["url"]
        upstreams = [config.load(copied / place.code).upstream for place in STORIES]
        assert [up.url for up in upstreams if up] == [nodes[0]["url"]] * 2 + [build.CLOSED]
        assert {up.public_url for up in upstreams if up} == {nodes[0]["url"]}

        second = started(copied, port)
        _, said = second.communicate(timeout=30)
        assert second.returncode == 1
        assert f"端口 {port} 不能用" in said
    finally:
        process.terminate()
        out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    assert not any(servers.answers(port + n) for n in range(4))


def test_the_command_ends_everything_when_a_node_dies(copied: Path) -> None:
    port = four_free_ports()
    (copied / XIZHUANG.code / "node.key").write_text("no key")
    process = started(copied, port)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "西庄村的服务停了" in said and "已损坏" in said
    assert not any(servers.answers(port + n) for n in range(4))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can tell children")
def test_a_demo_that_was_killed_leaves_no_server(copied: Path) -> None:
    port = four_free_ports()
    process = started(copied, port)
    assert process.stdout is not None and process.stdout.readline()
    process.kill()
    process.communicate(timeout=30)
    servers.until(lambda: not any(servers.answers(port + n) for n in range(4)), 30)


def test_the_offline_village_comes_back_when_its_address_is_mended(copied: Path) -> None:
    nodes, _ = build.read(copied)
    mended = nodes[3].dir
    up = config.load(mended).upstream
    assert up is not None and up.url == build.CLOSED
    config.write_upstream(mended, replace(up, url="http://127.0.0.1:8000"))
    run.set_addresses(nodes, 8100)
    up = config.load(mended).upstream
    assert up is not None and up.url == up.public_url == "http://127.0.0.1:8100"


def test_a_county_joins_a_demo_and_holds_what_its_villages_signed(copied: Path) -> None:
    nodes, built = build.read(copied)
    (copied / county.COUNTY_CODE).mkdir()  # an earlier try was cut off
    with clock.set_to(NOW + timedelta(minutes=1)):
        found = county.join(copied, nodes, built)
    assert build.read(copied) == (found, built)
    assert [node.role for node in found] == ["township", *["village"] * 3, "county"]
    above, below = open_node(copied / county.COUNTY_CODE), open_node(copied / TOWNSHIP_CODE)
    for place in STORIES:
        stream = f"{place.code}/public"
        assert above.journal.read(stream) == below.journal.read(stream) != []
    with clock.set_to(NOW + timedelta(minutes=1)):
        heard = {each.name: contacts.last_contact(above.journal, each.code) for each in STORIES}
        lost = [name for name, contact in heard.items() if contacts.is_lost(contact)]
    assert lost == [BEIZHAI.name]
    assert list(faults(above.journal)) == []
    above.close()
    below.close()
    run.set_addresses(found, 8100)
    up = config.load(copied / TOWNSHIP_CODE).upstream
    assert up is not None and up.url == "http://127.0.0.1:8104"
    assert config.load(copied / county.COUNTY_CODE).public_url == up.public_url
    up = config.load(copied / DONGHU.code).upstream
    assert up is not None and up.url == "http://127.0.0.1:8100"


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"mine")
    done = started(tmp_path, 8000)
    _, said = done.communicate(timeout=30)
    assert done.returncode == 1 and "不是演示数据" in said
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_the_data_is_kept_beside_the_checkout_or_with_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[2]
    assert run.default_dir(root) == root / "demo-data"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(run.sys, "platform", "linux")
    assert run.default_dir(tmp_path) == tmp_path / "data" / "sanwu-kiosk" / "demo"


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.build(tmp_path / "demo", now=NOW)
    assert list(tmp_path.iterdir()) == []
