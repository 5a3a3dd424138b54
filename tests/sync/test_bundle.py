"""Sync by a stick: both ways, the same checks, all or nothing."""

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import clock, create_app, villages
from kiosk.config import Limits, Upstream, write_upstream
from kiosk.journal import verify
from kiosk.journal.log import Draft
from kiosk.node import Node, make_node, open_node
from kiosk.sync import bundle, client, contacts
from kiosk.sync.bundle import BundleRefused
from kiosk.sync.transport import InProcess
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
OTHER = "371721105202"
SHARED = (f"{VILLAGE}/public", f"{VILLAGE}/parent", f"{TOWNSHIP}/public", f"{TOWNSHIP}/{VILLAGE}")


def write(node: Node, channel: str, count: int = 1, **body: object) -> None:
    node.journal.append_all(
        Draft(channel, "test.written", f"s{i}", {"n": i, **body}) for i in range(count)
    )


def same(one: Node, other: Node) -> bool:
    return all(one.journal.read(name) == other.journal.read(name) for name in SHARED)


def carry(source: Node, target: Node, stick: Path, **options: bool) -> bundle.Imported:
    bundle.export(source, stick, **options)
    return bundle.take_in(target, stick)


def state(node: Node) -> tuple[object, ...]:
    return (node.journal.version(), sorted(node.blobs.all()), node.journal.stopped())


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick.sanwu"


@pytest.fixture
def second(tmp_path: Path, township: Node) -> Iterator[Node]:
    """西湖村, enrolled in the same township."""
    dir = tmp_path / "second"
    make_node(dir, role="village", code=OTHER, name="西湖村", began=date(2026, 1, 1))
    node = open_node(dir)
    code = villages.invite(township.journal, OTHER, actor="测试")
    own, theirs = node.journal.origin(OTHER), township.journal.origin(TOWNSHIP)
    assert own is not None and theirs is not None
    villages.enrol(
        township.journal,
        code,
        village_code=OTHER,
        name="西湖村",
        host=own.host,
        public_key=own.public_key,
    )
    write_upstream(
        dir, Upstream("http://127.0.0.1:9", TOWNSHIP, "李楼镇", "", theirs.host, theirs.public_key)
    )
    node.close()
    node = open_node(dir)
    yield node
    node.close()


def test_a_stick_goes_up_and_comes_back_with_cosignatures(
    enrolled: Node, township: Node, stick: Path
) -> None:
    photo = enrolled.blobs.put(b"photo of the village")
    order = township.blobs.put(b"photo of an order")
    write(enrolled, "public", 1100, attachments=[{"sha": photo}])
    write(enrolled, "parent", 3)
    write(township, VILLAGE, 2, photo=order)
    taken = carry(enrolled, township, stick)
    assert (taken.sender, taken.blobs) == (VILLAGE, 1)
    assert township.blobs.get(photo) == b"photo of the village"
    taken = carry(township, enrolled, stick)
    assert (taken.sender, taken.cosignatures, taken.blobs) == (TOWNSHIP, 2, 1)
    assert same(enrolled, township)
    assert enrolled.journal.cosigned_size(SHARED[0]) == enrolled.journal.size(SHARED[0])
    for node in (enrolled, township):
        assert list(verify.faults(node.journal)) == []
    assert client.round(enrolled, InProcess(create_app(township))).troubles == ()


def test_taking_a_stick_again_changes_nothing(enrolled: Node, township: Node, stick: Path) -> None:
    write(enrolled, "public", 3, photo=enrolled.blobs.put(b"photo"))
    carry(enrolled, township, stick)
    before = state(township)
    again = bundle.take_in(township, stick)
    assert (again.entries, again.cosignatures, again.blobs) == (0, 0, 0)
    assert state(township) == before


def test_the_next_stick_holds_what_is_new(enrolled: Node, township: Node, stick: Path) -> None:
    write(enrolled, "public", 5, photo=enrolled.blobs.put(b"one"))
    carry(enrolled, township, stick)
    carry(township, enrolled, stick)
    write(enrolled, "public", 2, photo=enrolled.blobs.put(b"two"))
    assert (done := bundle.export(enrolled, stick)).entries == 2
    assert done.blobs == 1
    bundle.take_in(township, stick)
    carry(enrolled, township, stick)
    assert bundle.export(township, stick).entries == 0
    assert same(enrolled, township)


def test_an_erasure_comes_by_stick_too(enrolled: Node, township: Node, stick: Path) -> None:
    write(enrolled, "public", 2)
    carry(enrolled, township, stick)
    enrolled.journal.erase("public", 1, actor="测试", reason="含身份证号")
    carry(enrolled, township, stick)
    assert township.journal.entry(SHARED[0], 1).erased
    assert list(verify.faults(township.journal)) == []


def test_a_notice_written_after_the_export_is_not_dated_to_the_import(
    enrolled: Node, township: Node, stick: Path
) -> None:
    name = SHARED[0]
    with clock.set_to(NOW):
        write(enrolled, "public")
        client.round(enrolled, InProcess(create_app(township)))
    with clock.set_to(NOW + timedelta(days=1)):
        write(enrolled, "public")
        bundle.export(enrolled, stick)
    with clock.set_to(NOW + timedelta(days=2)):
        write(enrolled, "public")
    with clock.set_to(NOW + timedelta(days=3)):
        bundle.take_in(township, stick)
        carry(township, enrolled, stick)
    with clock.set_to(NOW + timedelta(days=4)):
        client.round(enrolled, InProcess(create_app(township)))
    last = enrolled.journal.size(name) - 1
    for node in (enrolled, township):
        assert node.journal.witnessed(name, last - 1) == NOW + timedelta(days=3)
        assert node.journal.not_before(name, last) == NOW
        assert node.journal.witnessed(name, last) == NOW + timedelta(days=4)


def test_a_stick_for_another_village_is_refused(
    enrolled: Node, second: Node, township: Node, stick: Path
) -> None:
    write(township, VILLAGE)
    bundle.export(township, stick, to=VILLAGE)
    before = state(second)
    with pytest.raises(BundleRefused, match="不是给本机的"):
        bundle.take_in(second, stick)
    assert state(second) == before
    bundle.export(enrolled, stick)
    with pytest.raises(BundleRefused, match="不是给本机的"):
        bundle.take_in(second, stick)


def test_a_township_says_for_whom_it_exports(
    enrolled: Node, second: Node, township: Node, stick: Path
) -> None:
    with pytest.raises(BundleRefused, match="--to"):
        bundle.export(township, stick)
    with pytest.raises(BundleRefused, match="没有加入本镇"):
        bundle.export(township, stick, to="371721105299")
    with pytest.raises(BundleRefused, match="不能导出给"):
        bundle.export(enrolled, stick, to=OTHER)


def test_a_village_that_never_joined_is_refused(
    enrolled: Node, township: Node, stick: Path, tmp_path: Path
) -> None:
    make_node(tmp_path / "x", role="village", code=OTHER, name="外村", began=date(2026, 1, 1))
    stranger = open_node(tmp_path / "x")
    with pytest.raises(BundleRefused, match="kiosk enrol"):
        bundle.export(stranger, stick)
    up = client.upstream(enrolled)
    assert up is not None
    write_upstream(stranger.config.dir, up)
    bundle.export(stranger, stick)
    with pytest.raises(BundleRefused, match="没有加入本镇"):
        bundle.take_in(township, stick)
    stranger.close()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.99])
def test_a_cut_stick_is_refused_whole(
    enrolled: Node, township: Node, stick: Path, share: float
) -> None:
    write(enrolled, "public", 30, photo=enrolled.blobs.put(b"photo" * 1000))
    bundle.export(enrolled, stick)
    data = stick.read_bytes()
    stick.write_bytes(data[: int(len(data) * share)])
    before = state(township)
    with pytest.raises(BundleRefused, match="重新导出"):
        bundle.take_in(township, stick)
    assert state(township) == before


def test_a_damaged_stick_is_refused_whole(enrolled: Node, township: Node, stick: Path) -> None:
    write(enrolled, "public", 30, photo=enrolled.blobs.put(bytes(range(256)) * 20))
    bundle.export(enrolled, stick)
    data = stick.read_bytes()
    before = state(township)
    refused = 0
    for place in range(0, len(data), 97):
        stick.write_bytes(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
        try:
            bundle.take_in(township, stick)
        except BundleRefused:
            refused += 1
            assert state(township) == before
        else:
            # What was hit says nothing: a date or a flag in the zip's own directory.
            shutil.rmtree(township.blobs.folder, ignore_errors=True)
            break
    assert refused > 10


def test_a_stick_whose_contents_were_swapped_is_refused(
    enrolled: Node, township: Node, stick: Path
) -> None:
    write(enrolled, "public", 3)
    bundle.export(enrolled, stick)
    with zipfile.ZipFile(stick) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in members if name.startswith("streams/"))
    for changed in (
        {name: members[name].replace(b"test.written", b"test.changed")},
        {"manifest": members["manifest"].replace(VILLAGE.encode(), OTHER.encode())},
        {"parts": members["parts"] + b'{"name": "x"}\n'},
        {"manifest": b"hello"},
    ):
        with zipfile.ZipFile(stick, "w") as archive:
            for each, data in {**members, **changed}.items():
                archive.writestr(each, data)
        before = state(township)
        with pytest.raises(BundleRefused):
            bundle.take_in(township, stick)
        assert state(township) == before


def test_a_file_that_is_no_bundle_is_neither_taken_nor_overwritten(
    enrolled: Node, township: Node, stick: Path
) -> None:
    with pytest.raises(BundleRefused, match="没有找到"):
        bundle.take_in(township, stick)
    stick.write_bytes(b"my holiday photos")
    with pytest.raises(BundleRefused, match="损坏"):
        bundle.take_in(township, stick)
    with pytest.raises(BundleRefused, match="没有覆盖"):
        bundle.export(enrolled, stick)
    assert stick.read_bytes() == b"my holiday photos"


def test_a_gap_is_refused_and_filled_by_a_whole_stick(
    enrolled: Node, township: Node, stick: Path, tmp_path: Path
) -> None:
    shutil.copytree(township.config.dir, tmp_path / "old")
    write(enrolled, "public", 3)
    carry(enrolled, township, stick)
    carry(township, enrolled, stick)
    write(enrolled, "public", 2)
    old = open_node(tmp_path / "old")
    bundle.export(enrolled, stick)
    with pytest.raises(BundleRefused, match="--whole"):
        bundle.take_in(old, stick)
    carry(enrolled, old, stick, whole=True)
    assert old.journal.read(SHARED[0]) == enrolled.journal.read(SHARED[0])
    old.close()


def test_a_fork_on_a_stick_is_refused_and_both_heads_kept(
    enrolled: Node, township: Node, stick: Path, tmp_path: Path
) -> None:
    shutil.copytree(enrolled.config.dir, tmp_path / "clone")
    clone = open_node(tmp_path / "clone")
    write(enrolled, "public", 2, by="the village")
    write(enrolled, "parent", 1)
    write(clone, "public", 3, by="the clone")
    write(clone, "parent", 2)
    carry(enrolled, township, stick)
    held = [entry.leaf for entry in township.journal.read(SHARED[0])]
    bundle.export(clone, stick, whole=True)
    with pytest.raises(BundleRefused, match="矛盾"):
        bundle.take_in(township, stick)
    assert [entry.leaf for entry in township.journal.read(SHARED[0])] == held
    assert len(township.journal.forks()) == 1
    clone.close()


def test_a_full_township_takes_the_entries_and_says_so(
    enrolled: Node, township: Node, stick: Path
) -> None:
    small = replace(
        township, config=replace(township.config, limits=Limits(attachments_mb=1, reserve_mb=0))
    )
    photos = [enrolled.blobs.put(bytes([n]) * 600_000) for n in range(2)]
    for sha in photos:
        write(enrolled, "public", photo=sha)
    taken = carry(enrolled, small, stick)
    assert (taken.blobs, "已到限额" in taken.left_out) == (1, True)
    assert list(township.blobs.all()) == [photos[1]]
    assert township.journal.size(SHARED[0]) == enrolled.journal.size(SHARED[0])
    carry(township, enrolled, stick)
    assert bundle.export(enrolled, stick).blobs == 1
    assert bundle.take_in(township, stick).left_out == ""
    assert sorted(township.blobs.all()) == sorted(photos)


def test_the_supervisor_sees_the_stick_as_a_contact(
    enrolled: Node, township: Node, stick: Path
) -> None:
    with clock.set_to(NOW):
        carry(enrolled, township, stick)
    contact = contacts.last_contact(township.journal, VILLAGE)
    assert contact is not None
    assert contact.last_success == NOW
    assert contact.status["carried"] == NOW.isoformat(timespec="seconds")
