"""County, township, village: the county holds villages' own signatures, relayed unchanged."""

import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import clock, create_app, people, villages
from kiosk.config import ConfigWrong
from kiosk.duties import queries as duties
from kiosk.journal import checkpoint as notes
from kiosk.journal import verify
from kiosk.journal.log import Draft
from kiosk.node import Node, make_node, open_node
from kiosk.sync import client, contacts, enrolment, rotation
from kiosk.sync.enrolment import EnrolmentFailed
from kiosk.sync.rotation import RotationFailed
from kiosk.sync.transport import InProcess
from kiosk.villages.commands import InvitationRefused
from kiosk.web import guard
from tests.sync import auditor, servers
from tests.sync.auditor import Audit
from tests.sync.servers import TOWNSHIP, VILLAGE, Server, until

COUNTY = "371721000000"
PUBLIC = f"{VILLAGE}/public"
NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Node]:
    """曹县, with nobody enrolled yet."""
    make_node(tmp_path / "county", role="county", code=COUNTY, name="曹县", began=date(2026, 1, 1))
    node = open_node(tmp_path / "county")
    yield node
    node.close()


@pytest.fixture
def joined(township: Node, county: Node) -> Node:
    """李楼镇 enrolled in 曹县."""
    code = villages.invite(county.journal, TOWNSHIP, actor="测试")
    enrolment.enrol(township, "http://127.0.0.1:9", code, InProcess(create_app(county)))
    return township


def write(node: Node, channel: str, count: int = 1, **body: object) -> None:
    node.journal.append_all(
        Draft(channel, "test.written", f"s{i}", {"n": i, **body}) for i in range(count)
    )


def rounds(village: Node, township: Node, county: Node) -> None:
    """The village with its township, the township with its county."""
    assert client.round(village, InProcess(create_app(township))).troubles == ()
    assert client.round(township, InProcess(create_app(county))).troubles == ()


def test_a_townships_villages_are_relayed_unchanged(
    enrolled: Node, joined: Node, county: Node
) -> None:
    write(enrolled, "public", 1100, photo=enrolled.blobs.put(b"photo"))
    write(enrolled, "parent", 3)
    write(joined, "public", 2)
    write(joined, VILLAGE, 2)
    rounds(enrolled, joined, county)
    assert county.journal.read(PUBLIC) == enrolled.journal.read(PUBLIC)
    assert county.journal.read(f"{TOWNSHIP}/public") == joined.journal.read(f"{TOWNSHIP}/public")
    assert {county.blobs.get(sha) for sha in county.blobs.all()} == {b"photo"}
    for private in (f"{VILLAGE}/parent", f"{TOWNSHIP}/{VILLAGE}", f"{VILLAGE}/self"):
        assert county.journal.size(private) == 0
    for node in (enrolled, joined, county):
        assert list(verify.faults(node.journal)) == []
    assert [each.code for each in villages.known(county.journal)] == [VILLAGE]
    assert [each.code for each in villages.children(county.journal)] == [TOWNSHIP]


def test_township_and_county_both_witness_a_village(
    enrolled: Node, joined: Node, county: Node
) -> None:
    write(enrolled, "public", 3)
    rounds(enrolled, joined, county)
    size = enrolled.journal.size(PUBLIC)
    keys = []
    for node in (joined, county):
        own = node.journal.origin(node.config.code)
        assert own is not None
        keys.append(notes.vkey(own.witness_name, own.public_key, notes.COSIGNATURE))
    origin = enrolled.journal.origin(VILLAGE)
    assert origin is not None
    own_key = notes.vkey(origin.name(PUBLIC), origin.public_key)
    for node in (joined, county):
        note = node.journal.checkpoint(PUBLIC, size)
        assert note is not None
        assert len(notes.open_note(note, [own_key, *keys]).cosignatures) == 2


def test_a_late_relay_does_not_date_what_the_village_wrote_meanwhile(
    enrolled: Node, joined: Node, county: Node
) -> None:
    with clock.set_to(NOW):
        write(enrolled, "public")
        rounds(enrolled, joined, county)
    with clock.set_to(NOW + timedelta(days=1)):
        write(enrolled, "public")  # the village is offline; its township and county are not
        client.round(joined, InProcess(create_app(county)))
    with clock.set_to(NOW + timedelta(days=2)):
        rounds(enrolled, joined, county)
    last = enrolled.journal.size(PUBLIC) - 1
    for node in (joined, county):
        assert node.journal.not_before(PUBLIC, last) == NOW
        assert node.journal.witnessed(PUBLIC, last) == NOW + timedelta(days=2)
    assert county.journal.witnessed(PUBLIC, 0) == joined.journal.witnessed(PUBLIC, 0) == NOW


def test_the_county_knows_since_when_a_village_is_quiet(
    enrolled: Node, joined: Node, county: Node
) -> None:
    assert contacts.last_contact(county.journal, VILLAGE) is None
    with clock.set_to(NOW):
        rounds(enrolled, joined, county)
    with clock.set_to(NOW + timedelta(days=2)):
        client.round(joined, InProcess(create_app(county)))
        of_village = contacts.last_contact(county.journal, VILLAGE)
        assert of_village is not None
        assert (of_village.last_success, of_village.status) == (NOW, {})
        assert contacts.is_lost(of_village)
        assert not contacts.is_lost(contacts.last_contact(county.journal, TOWNSHIP))
    for nonsense in ("x", {VILLAGE: 7}, {VILLAGE: "2026-11-24"}, {VILLAGE: "gestern"}):
        contacts.succeeded(county.journal, TOWNSHIP, {"heard": nonsense})
        assert contacts.last_contact(county.journal, VILLAGE) is None


def test_the_county_judges_duties_as_the_township_does(
    enrolled: Node, joined: Node, county: Node
) -> None:
    rounds(enrolled, joined, county)
    rows = [
        [(row.duty.key, row.state) for row in duties.duties(node.journal, VILLAGE, NOW.date())]
        for node in (joined, county)
    ]
    assert rows[0] == rows[1] != []


def test_an_erasure_reaches_the_county(enrolled: Node, joined: Node, county: Node) -> None:
    write(enrolled, "public", 2)
    rounds(enrolled, joined, county)
    enrolled.journal.erase("public", 2, actor="测试", reason="含身份证号")
    rounds(enrolled, joined, county)
    assert county.journal.entry(PUBLIC, 2).erased
    assert list(verify.faults(county.journal)) == []


def test_a_recovered_villages_new_key_reaches_the_county(
    enrolled: Node, joined: Node, county: Node
) -> None:
    rounds(enrolled, joined, county)
    rotation.rotate(enrolled, InProcess(create_app(joined)))
    node = open_node(enrolled.config.dir)
    write(node, "public", 2)
    rounds(node, joined, county)
    rounds(node, joined, county)
    origin = county.journal.origin(VILLAGE)
    assert origin is not None
    assert origin.public_key == node.key.public_key().public_bytes_raw()
    assert county.journal.read(PUBLIC) == node.journal.read(PUBLIC)
    assert list(verify.faults(county.journal)) == []
    node.close()


def test_a_county_with_an_old_copy_is_given_everything_again(
    enrolled: Node, joined: Node, county: Node
) -> None:
    shutil.copytree(county.config.dir, county.config.dir.parent / "old")
    with clock.set_to(NOW):
        write(enrolled, "public", 3, photo=enrolled.blobs.put(b"photo"))
        rounds(enrolled, joined, county)
    old = open_node(county.config.dir.parent / "old")
    with clock.set_to(NOW + timedelta(days=1)):
        way = InProcess(create_app(old))
        for _ in range(2):
            assert client.round(joined, way).troubles == ()
    assert old.journal.read(PUBLIC) == county.journal.read(PUBLIC)
    assert old.journal.witnessed(PUBLIC, 1) == NOW
    assert len(list(old.blobs.all())) == 1
    old.close()


def test_a_township_with_an_old_copy_gets_its_villages_back_from_the_county(
    enrolled: Node, joined: Node, county: Node
) -> None:
    rounds(enrolled, joined, county)
    shutil.copytree(joined.config.dir, joined.config.dir.parent / "old")
    write(enrolled, "public", 3)
    rounds(enrolled, joined, county)
    old = open_node(joined.config.dir.parent / "old")
    done = client.round(old, InProcess(create_app(county)))
    assert (done.troubles, done.fetched_back) == ((), 3)
    assert old.journal.read(PUBLIC) == enrolled.journal.read(PUBLIC)
    old.close()


def test_a_village_does_not_speak_to_the_county_directly(
    enrolled: Node, joined: Node, county: Node
) -> None:
    rounds(enrolled, joined, county)
    assert "还没有加入" in client.round(enrolled, InProcess(create_app(county))).troubles[0]


def test_who_joins_whom(township: Node, county: Node, village: Node) -> None:
    with pytest.raises(InvitationRefused, match="不是本县的乡镇"):
        villages.invite(county.journal, VILLAGE, actor="测试")
    with pytest.raises(InvitationRefused, match="不是本县的乡镇"):
        villages.invite(county.journal, "371722105000", actor="测试")
    with pytest.raises(EnrolmentFailed, match="最上一级"):
        enrolment.enrol(county, "http://127.0.0.1:9", "X", InProcess(create_app(township)))
    code = villages.invite(county.journal, TOWNSHIP, actor="测试")
    enrolment.enrol(township, "http://127.0.0.1:9", code, InProcess(create_app(county)))
    with pytest.raises(InvitationRefused, match="备份"):
        villages.invite(county.journal, TOWNSHIP, actor="测试")
    with pytest.raises(ConfigWrong, match="县一级"):
        make_node(
            county.config.dir / "x", role="county", code=TOWNSHIP, name="x", began=date(2026, 1, 1)
        )


def test_a_township_with_villages_keeps_its_key(enrolled: Node, joined: Node) -> None:
    with pytest.raises(RotationFailed, match="各村都记着"):
        rotation.rotate(joined)


def test_the_countys_desk_shows_the_villages_and_gives_no_orders(
    enrolled: Node, joined: Node, county: Node
) -> None:
    rounds(enrolled, joined, county)
    people.add_account(
        county.journal,
        "李明",
        "supervisor",
        node_role="county",
        actor="测试",
        password="pass-word-1",
    )
    app = create_app(county)
    app.config["WTF_CSRF_ENABLED"] = False
    guard.limiter.enabled = False
    try:
        door = app.test_client()
        door.post("/township/login", data={"name": "李明", "password": "pass-word-1"})
        home = door.get("/township/")
        assert home.status_code == 200
        assert "东湖村" in home.text
        assert "失联" not in home.text.replace("<span>失联</span><b>0</b>", "")
        assert door.get(f"/township/villages/{VILLAGE}").status_code == 200
        assert door.post("/township/orders", data={}).status_code in (403, 405)
        assert door.post(f"/township/villages/{VILLAGE}/duty", data={}).status_code == 403
        for page in ("/", f"/villages/{VILLAGE}", "/m/", "/township/villages", "/healthz"):
            assert door.get(page).status_code == 200, page
    finally:
        guard.limiter.enabled = True


def kiosk(*arguments: object) -> str:
    done = subprocess.run(
        [*servers.KIOSK, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def audit(tmp_path: Path) -> Audit | None:
    return auditor.built(tmp_path) if auditor.SOURCE.exists() else None


def test_three_levels_as_real_servers(
    tmp_path: Path, serve: Callable[[Path], Server], audit: Audit | None
) -> None:
    dirs = {name: tmp_path / name for name in ("county", "township", "village")}
    for name, code in (("county", COUNTY), ("township", TOWNSHIP), ("village", VILLAGE)):
        kiosk("init", dirs[name], "--role", name, "--code", code, "--name", name)
    above = serve(dirs["county"])
    kiosk("enrol", dirs["township"], above.url, kiosk("invite", dirs["county"], TOWNSHIP).strip())
    middle = serve(dirs["township"])
    kiosk("enrol", dirs["village"], middle.url, kiosk("invite", dirs["township"], VILLAGE).strip())
    village = open_node(dirs["village"])
    write(village, "public", 300)
    village.journal.erase("public", 5, actor="测试", reason="含身份证号")
    size = village.journal.size(PUBLIC)
    village.close()
    below = serve(dirs["village"])
    county = open_node(dirs["county"])
    until(lambda: (county.journal.cosigned_size(PUBLIC) or 0) >= size, 60)
    until(lambda: len(county.journal.witnesses(PUBLIC, size)) == 2, 60)
    county.close()
    if audit is not None:
        for origin, witnesses in ((VILLAGE, 2), (TOWNSHIP, 1), (COUNTY, 0)):
            prefix = f"{above.url}/streams/{origin}/public"
            keys = auditor.keys(prefix)
            assert len(keys) == 1 + witnesses
            done = audit(prefix, *keys)
            assert done.returncode == 0, done.stdout + done.stderr
    with urllib.request.urlopen(f"{above.url}/", timeout=10) as answer:
        assert answer.status == 200
    assert [each.stop() for each in (below, middle, above)] == [0, 0, 0]
    for dir in dirs.values():
        assert "无误" in kiosk("verify", dir)
