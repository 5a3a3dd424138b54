"""A lost village back from its township; keys replaced, revoked, and still verifiable."""

import base64
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import clock, create_app, keys, villages
from kiosk.journal import checkpoint as notes
from kiosk.journal import verify
from kiosk.journal.checkpoint import SignatureWrong
from kiosk.journal.log import Draft
from kiosk.node import Node, open_node
from kiosk.sync import client, recovery, rotation
from kiosk.sync.recovery import RecoveryFailed
from kiosk.sync.rotation import RotationFailed
from kiosk.sync.transport import Answer, InProcess, Unreachable
from kiosk.villages.commands import InvitationRefused
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
URL = "https://lilou.example"
PUBLIC = f"{VILLAGE}/public"
SHARED = (PUBLIC, f"{VILLAGE}/parent", f"{TOWNSHIP}/public", f"{TOWNSHIP}/{VILLAGE}")


def write(node: Node, channel: str, count: int = 1, **body: object) -> None:
    node.journal.append_all(
        Draft(channel, "test.written", f"s{i}", {"n": i, **body}) for i in range(count)
    )


@pytest.fixture
def lived(enrolled: Node, township: Node, wire: InProcess) -> Node:
    """A village with a witnessed history, photos both ways, an erasure."""
    with clock.set_to(NOW):
        write(enrolled, "public", 1100, photo=enrolled.blobs.put(b"up"))
        write(enrolled, "parent", 3)
        write(enrolled, "self", 2)
        enrolled.journal.erase("public", 3, actor="王秀兰", reason="含身份证号")
        write(township, VILLAGE, 2, photo=township.blobs.put(b"down"))
        client.round(enrolled, wire)
    with clock.set_to(NOW + timedelta(days=1)):
        write(enrolled, "public", 2)
        client.round(enrolled, wire)
    return enrolled


def code_for(township: Node) -> str:
    return villages.invite(township.journal, VILLAGE, actor="郑国华")


def recovered(township: Node, wire: InProcess, name: str = "new machine") -> Node:
    dir = township.config.dir.parent / name
    recovery.recover(dir, URL, code_for(township), wire)
    return open_node(dir)


def test_a_lost_village_comes_back(lived: Node, township: Node, wire: InProcess) -> None:
    dir = lived.config.dir.parent / "new machine"
    said = recovery.recover(dir, URL, code_for(township), wire)
    assert (said.code, said.name, said.township) == (VILLAGE, "东湖村", "李楼镇")
    node = open_node(dir)
    assert node.config.contacts == lived.config.contacts
    assert node.config.began == lived.config.began
    assert node.config.upstream is not None
    assert node.config.upstream.url == URL
    for stream in SHARED:
        assert node.journal.read(stream) == township.journal.read(stream)
        assert node.journal.cosignature_times(stream) == township.journal.cosignature_times(stream)
    assert node.journal.size(f"{VILLAGE}/self") == 0
    assert {node.blobs.get(sha) for sha in node.blobs.all()} == {b"up", b"down"}
    assert node.journal.entry(PUBLIC, 4).erased is lived.journal.entry(PUBLIC, 4).erased
    write(node, "public", 3)
    assert client.round(node, wire).troubles == ()
    assert node.journal.read(PUBLIC) == township.journal.read(PUBLIC)
    for each in (node, township):
        assert list(verify.faults(each.journal)) == []
    assert not (dir / recovery.UNFINISHED).exists()
    node.close()


def test_the_new_key_is_certified_and_signs_the_whole_history(
    lived: Node, township: Node, wire: InProcess
) -> None:
    old = lived.key.public_key().public_bytes_raw()
    size = lived.journal.size(PUBLIC)
    node = recovered(township, wire)
    new = node.key.public_key().public_bytes_raw()
    assert new != old
    (entry,) = township.journal.find(VILLAGE, "key.certified")
    assert entry.stream == f"{TOWNSHIP}/public"
    assert entry.body is not None
    assert (entry.body["old_public_key"], entry.body["new_public_key"]) == (old.hex(), new.hex())
    assert entry.body["from"][PUBLIC] == size
    for each in (node, township):
        origin = each.journal.origin(VILLAGE)
        assert origin is not None
        assert origin.public_key == new
        key = notes.vkey(origin.name(PUBLIC), new)
        for at in each.journal.checkpoint_sizes(PUBLIC, 0):
            note = each.journal.checkpoint(PUBLIC, at)
            assert note is not None
            if each is node or each.journal.witnesses(PUBLIC, at):
                assert notes.open_note(note, [key]).size == at
    node.close()


def test_the_streams_are_served_with_the_new_key(
    lived: Node, township: Node, wire: InProcess
) -> None:
    node = recovered(township, wire)
    write(node, "public")
    client.round(node, wire)
    origin = node.journal.origin(VILLAGE)
    assert origin is not None
    for each in (node, township):
        door = create_app(each).test_client()
        prefix = f"/streams/{VILLAGE}/public"
        lines = door.get(f"{prefix}/vkeys").text.splitlines()
        assert lines[0] == notes.vkey(origin.name(PUBLIC), origin.public_key)
        assert len(lines) == 2
        opened = notes.open_note(door.get(f"{prefix}/checkpoint").text, lines)
        assert opened.size == node.journal.size(PUBLIC)
        assert len(opened.cosignatures) == 1
    node.close()


def test_the_old_machine_is_not_answered_and_told_why(
    lived: Node, township: Node, wire: InProcess
) -> None:
    node = recovered(township, wire)
    write(lived, "public")
    size = township.journal.size(PUBLIC)
    done = client.round(lived, wire)
    assert "密钥已经停用" in done.troubles[0]
    assert township.journal.size(PUBLIC) == size
    note = lived.journal.checkpoint(PUBLIC)
    assert note is not None
    with pytest.raises(SignatureWrong):
        township.journal.take(PUBLIC, lived.journal.read(PUBLIC, size), note)
    node.close()


def test_a_code_recovers_once_and_only_who_had_joined(
    lived: Node, township: Node, wire: InProcess
) -> None:
    code = code_for(township)
    folder = lived.config.dir.parent
    recovery.recover(folder / "one", URL, code, wire)
    with pytest.raises(RecoveryFailed, match="已经用过"):
        recovery.recover(folder / "two", URL, code, wire)
    with pytest.raises(RecoveryFailed, match="恢复码不对"):
        recovery.recover(folder / "three", URL, "AAAA-BBBB-CCCC", wire)
    other = villages.invite(township.journal, "371721105202", actor="郑国华")
    with pytest.raises(RecoveryFailed, match="恢复码不对"):
        recovery.recover(folder / "four", URL, other, wire)
    with clock.set_to(NOW):
        old = code_for(township)
    with pytest.raises(RecoveryFailed, match="过期"), clock.set_to(NOW + timedelta(days=8)):
        recovery.recover(folder / "five", URL, old, wire)


def test_a_code_for_a_recovery_does_not_join(
    lived: Node, village: Node, township: Node, wire: InProcess
) -> None:
    with pytest.raises(InvitationRefused, match="kiosk recover"):
        villages.enrol(
            township.journal,
            code_for(township),
            village_code=VILLAGE,
            name="东湖村",
            host="sanwu.invalid",
            public_key=bytes(32),
        )


def test_a_folder_with_a_node_is_left_alone(lived: Node, township: Node, wire: InProcess) -> None:
    with pytest.raises(RecoveryFailed, match="已经有一个节点"):
        recovery.recover(lived.config.dir, URL, code_for(township), wire)


class Cut(InProcess):
    """Loses answer after answer: the first, the second..."""

    left = 0

    def request(self, *given: object) -> Answer:  # type: ignore[override]
        answer = super().request(*given)  # type: ignore[arg-type]
        if self.left == 0:
            raise Unreachable("断网")
        self.left -= 1
        return answer


def test_a_cut_recovery_goes_on_where_it_was(lived: Node, township: Node) -> None:
    code, dir = code_for(township), lived.config.dir.parent / "new machine"
    cut = Cut(create_app(township))
    for tries in range(20):
        cut.left = tries * 2
        try:
            recovery.recover(dir, URL, code, cut)
        except RecoveryFailed as error:
            assert "断网" in str(error)
        else:
            break
    assert 3 < tries < 19
    node = open_node(dir)
    assert node.journal.read(PUBLIC) == township.journal.read(PUBLIC)
    assert len(list(node.blobs.all())) == 2
    assert len(township.journal.find(VILLAGE, "key.certified")) == 1
    assert list(verify.faults(node.journal)) == []
    node.close()


class Garbling(InProcess):
    """Damages what the first answer says of the host, where nothing signs it."""

    done = False

    def request(self, *given: object) -> Answer:  # type: ignore[override]
        answer = super().request(*given)  # type: ignore[arg-type]
        if self.done:
            return answer
        self.done = True
        body = b"".join(answer.chunks).replace(b"sanwu.invalid", b"sanwu.invamid")
        return Answer(answer.status, answer.headers, [body])


def test_a_recovery_that_began_with_a_damaged_answer_is_begun_again(
    lived: Node, township: Node
) -> None:
    code, dir = code_for(township), lived.config.dir.parent / "new machine"
    line = Garbling(create_app(township))
    with pytest.raises(RecoveryFailed):
        recovery.recover(dir, URL, code, line)
    recovery.recover(dir, URL, code, line)
    node = open_node(dir)
    assert node.journal.read(PUBLIC) == township.journal.read(PUBLIC)
    assert list(verify.faults(node.journal)) == []
    node.close()


def test_a_recovered_village_can_be_lost_again(
    lived: Node, township: Node, wire: InProcess
) -> None:
    one = recovered(township, wire, "one")
    write(one, "public", 3)
    client.round(one, wire)
    two = recovered(township, wire, "two")
    write(two, "public", 2)
    assert client.round(two, wire).troubles == ()
    assert two.journal.read(PUBLIC) == township.journal.read(PUBLIC)
    assert len(township.journal.retired_keys(VILLAGE)) == 2
    for node in (two, township):
        assert list(verify.faults(node.journal)) == []
    for node in (one, two):
        node.close()


def test_a_healthy_node_changes_its_key(lived: Node, township: Node, wire: InProcess) -> None:
    dir, old = lived.config.dir, lived.key.public_key().public_bytes_raw()
    new = rotation.rotate(lived, wire)
    node = open_node(dir)
    assert node.key.public_key().public_bytes_raw() == new != old
    assert not (dir / keys.NEW).exists()
    (said,) = township.journal.find(VILLAGE, "key.rotated")
    (certified,) = township.journal.find(VILLAGE, "key.certified")
    assert said.body is not None and certified.body is not None
    assert said.body["new_public_key"] == certified.body["new_public_key"] == new.hex()
    assert certified.body["why"] == "rotated"
    assert node.journal.size(f"{VILLAGE}/self") == 2
    write(node, "public", 2)
    assert client.round(node, wire).troubles == ()
    assert client.round(node, wire).troubles == ()
    for each in (node, township):
        assert each.journal.size(PUBLIC) == node.journal.size(PUBLIC)
        assert list(verify.faults(each.journal)) == []
    node.close()


@pytest.mark.parametrize("answers", range(9))
def test_a_cut_change_of_key_is_run_again(
    lived: Node, township: Node, answers: int, wire: InProcess
) -> None:
    dir = lived.config.dir
    cut = Cut(create_app(township))
    cut.left = answers
    node = lived
    try:
        rotation.rotate(node, cut)
    except (RotationFailed, Unreachable):
        node.close()
        node = open_node(dir)
        rotation.rotate(node, wire)
    node = open_node(dir)
    assert client.round(node, wire).troubles == ()
    write(node, "public")
    assert client.round(node, wire).troubles == ()
    assert len(township.journal.find(VILLAGE, "key.certified")) == 1
    for each in (node, township):
        assert list(verify.faults(each.journal)) == []
    node.close()


def test_a_crash_between_journal_and_key_file_is_mended_on_opening(
    lived: Node, township: Node, wire: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    dir = lived.config.dir
    with monkeypatch.context() as patch:
        patch.setattr(keys, "take_new", _crash)
        with pytest.raises(RuntimeError):
            rotation.rotate(lived, wire)
    lived.close()
    node = open_node(dir)
    assert not (dir / keys.NEW).exists()
    assert client.round(node, wire).troubles == ()
    node.close()


def _crash(_dir: Path) -> None:
    raise RuntimeError("power cut")


def test_nobody_certifies_a_key_that_its_asker_lacks_or_did_not_announce(
    lived: Node, township: Node
) -> None:
    old = lived.key.public_key().public_bytes_raw()
    new = keys.make(lived.config.dir / "other.key")
    public = new.public_key().public_bytes_raw()
    good = base64.b64encode(new.sign(rotation.statement(VILLAGE, old, public))).decode()
    wrong = base64.b64encode(lived.key.sign(rotation.statement(VILLAGE, old, public))).decode()
    assert rotation.holds(VILLAGE, old, public, good)
    assert not rotation.holds(VILLAGE, old, public, wrong)
    assert not rotation.holds(VILLAGE, old, public, "?")
    assert not rotation.holds("371721105202", old, public, good)
    assert not rotation.announced(township.journal, VILLAGE, public)


def test_a_revoked_key_is_not_answered_until_the_village_is_recovered(
    lived: Node, township: Node, wire: InProcess
) -> None:
    with pytest.raises(InvitationRefused, match="原因"):
        villages.revoke(township.journal, VILLAGE, reason=" ", actor="郑国华")
    villages.revoke(township.journal, VILLAGE, reason="电脑被盗", actor="郑国华")
    villages.revoke(township.journal, VILLAGE, reason="电脑被盗", actor="郑国华")
    assert len(township.journal.find(VILLAGE, "key.revoked")) == 1
    assert "停用" in client.round(lived, wire).troubles[0]
    node = recovered(township, wire)
    write(node, "public")
    assert client.round(node, wire).troubles == ()
    assert "停用" in client.round(lived, wire).troubles[0]
    node.close()


def test_a_restored_township_learns_the_new_key_from_another_village(
    lived: Node, township: Node, wire: InProcess
) -> None:
    before = lived.config.dir.parent / "before"
    shutil.copytree(township.config.dir, before)
    node = recovered(township, wire)
    old = open_node(before)
    way = InProcess(create_app(old))
    assert client.round(node, way).troubles  # it knows only the key until then
    assert client.round(lived, way).troubles == ()
    node.close()
    old.close()
