"""Forks: noticed, kept as evidence, stopped, mended with nothing lost and nothing ante-dated."""

import base64
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import clock, create_app
from kiosk.journal import checkpoint as notes
from kiosk.journal import verify
from kiosk.journal.log import Draft, StreamStopped
from kiosk.journal.regain import RESOLVED
from kiosk.node import Node, open_node
from kiosk.sync import client, mending
from kiosk.sync.mending import MendRefused
from kiosk.sync.transport import Answer, InProcess, Unreachable
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
PUBLIC = f"{VILLAGE}/public"
TOLD = f"{TOWNSHIP}/public"


def write(node: Node, channel: str, *subjects: str) -> None:
    node.journal.append_all(
        Draft(channel, "test.written", each, {"text": each}, "王秀兰") for each in subjects
    )


def subjects(node: Node, stream: str) -> list[str]:
    return [e.subject for e in node.journal.read(stream) if e.kind == "test.written"]


def copy_of(node: Node, name: str) -> Node:
    target = node.config.dir.parent / name
    shutil.copytree(node.config.dir, target)
    return open_node(target)


@pytest.fixture
def clone(enrolled: Node, township: Node, wire: InProcess) -> Iterator[Node]:
    """A clone of the village that lost: the township took what the village wrote."""
    write(enrolled, "public", "before")
    client.round(enrolled, wire)
    node = copy_of(enrolled, "clone")
    with clock.set_to(NOW):
        write(enrolled, "public", "one", "two")
        client.round(enrolled, wire)
        write(node, "public", "mine", "also mine")
        write(node, "parent", "private")
    with clock.set_to(NOW + timedelta(days=1)):
        assert client.round(node, wire).troubles
    yield node
    node.close()


def test_the_loser_is_stopped_and_mended_with_nothing_lost(
    clone: Node, enrolled: Node, township: Node, wire: InProcess
) -> None:
    with pytest.raises(StreamStopped, match="恢复记录"):
        write(clone, "public", "refused")
    write(clone, "self", "a log-in")
    assert mending.forked(clone.journal) == [PUBLIC]
    with clock.set_to(NOW + timedelta(days=2)):
        (mended,) = mending.mend(clone, wire)
    assert (mended.stream, mended.done.taken, mended.done.again) == (PUBLIC, 2, 2)
    assert subjects(clone, PUBLIC) == ["before", "one", "two", "mine", "also mine"]
    assert clone.journal.read(PUBLIC) == township.journal.read(PUBLIC)
    assert mending.forked(clone.journal) == []
    write(clone, "public", "goes on")
    assert client.round(clone, wire).troubles == ()
    for node in (clone, township):
        assert list(verify.faults(node.journal)) == []
    assert client.round(enrolled, wire).troubles == ()
    assert enrolled.journal.read(PUBLIC) == township.journal.read(PUBLIC)


def test_what_is_appended_again_does_not_claim_its_first_time(
    clone: Node, township: Node, wire: InProcess
) -> None:
    lost = {e.subject: e for e in clone.journal.read(PUBLIC)}
    later = NOW + timedelta(days=2)
    with clock.set_to(later):
        mending.mend(clone, wire)
    for entry in township.journal.read(PUBLIC):
        if entry.subject in ("mine", "also mine"):
            assert entry.body is not None
            assert entry.at == later.isoformat(timespec="seconds")
            assert entry.actor == "王秀兰"
            first = lost[entry.subject]
            assert entry.body == {
                "text": entry.subject,
                "again": {"seq": first.seq, "at": NOW.isoformat(timespec="seconds")},
            }
            assert township.journal.witnessed(PUBLIC, entry.seq) == later


def test_both_heads_stay_on_file_and_the_stream_says_what_happened(
    clone: Node, township: Node, wire: InProcess
) -> None:
    origin = township.journal.origin(VILLAGE)
    assert origin is not None
    key = notes.vkey(origin.name(PUBLIC), origin.public_key)
    (fork,) = township.journal.forks(resolved=False)
    seen = notes.open_note(fork["seen"], [key])
    mending.mend(clone, wire)
    assert township.journal.forks(resolved=False) == clone.journal.forks(resolved=False) == []
    for node in (clone, township):
        (fork,) = node.journal.forks(resolved=True)
        assert (
            notes.open_note(fork["held"], [key]).text != notes.open_note(fork["seen"], [key]).text
        )
    (said,) = [e for e in township.journal.read(PUBLIC) if e.kind == RESOLVED]
    assert said.body is not None
    assert said.body["stream"] == PUBLIC
    assert (said.body["common"], said.body["taken"], said.body["again"]) == (seen.size - 2, 2, 2)
    assert base64.b64decode(said.body["rejected"][-1]) == seen.root


def test_a_cut_leaves_it_stopped_and_it_is_mended_later(clone: Node, wire: InProcess) -> None:
    with pytest.raises(MendRefused, match="连不上"):
        mending.mend(clone)
    assert mending.forked(clone.journal) == [PUBLIC]
    assert len(mending.mend(clone, wire)) == 1
    with pytest.raises(MendRefused, match="没有分叉"):
        mending.mend(clone, wire)


def test_erasures_and_attachments_of_the_tail_are_kept(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    write(enrolled, "public", "leaked", "fine")
    client.round(enrolled, wire)
    clone = copy_of(enrolled, "clone")
    write(enrolled, "public", "one")
    client.round(enrolled, wire)
    photo = clone.blobs.put(b"photo")
    clone.journal.append("public", "test.written", "with photo", {"photo": photo})
    seq = next(e.seq for e in clone.journal.read(PUBLIC) if e.subject == "leaked")
    clone.journal.erase("public", seq, actor="王秀兰", reason="含身份证号")
    gone = clone.journal.append("public", "test.written", "gone", {"text": "身份证号"})
    clone.journal.erase("public", gone.seq, actor="王秀兰", reason="含身份证号")
    client.round(clone, wire)
    (mended,) = mending.mend(clone, wire)
    assert (mended.done.again, mended.done.left) == (2, 2)
    assert township.journal.entry(PUBLIC, seq).erased
    assert "gone" not in subjects(township, PUBLIC)
    assert township.blobs.get(photo) == b"photo"
    for node in (clone, township):
        assert list(verify.faults(node.journal)) == []
    clone.close()


def test_a_second_fork_of_the_same_village_is_mended_too(
    clone: Node, enrolled: Node, township: Node, wire: InProcess
) -> None:
    write(enrolled, "public", "three")
    mending.mend(clone, wire)
    assert client.round(enrolled, wire).troubles
    mending.mend(enrolled, wire)
    assert subjects(township, PUBLIC) == ["before", "one", "two", "mine", "also mine", "three"]
    assert client.round(clone, wire).troubles == ()
    assert (
        clone.journal.read(PUBLIC)
        == township.journal.read(PUBLIC)
        == (enrolled.journal.read(PUBLIC))
    )


def test_a_township_that_wrote_on_an_old_copy_is_mended_from_its_villages(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    client.round(enrolled, wire)
    old = copy_of(township, "old")
    bystander = copy_of(enrolled, "bystander")
    write(township, "public", "order", "notice")
    write(township, VILLAGE, "to the village")
    client.round(enrolled, wire)
    write(old, "public", "after the restore")
    way = InProcess(create_app(old))
    assert client.round(bystander, way).troubles == ()
    assert subjects(bystander, TOLD) == ["after the restore"]
    assert "矛盾" in client.round(enrolled, way).troubles[0]
    with pytest.raises(StreamStopped):
        write(old, "public", "refused")
    assert subjects(enrolled, TOLD) == ["order", "notice"]
    (mended,) = mending.mend(old)
    assert (mended.stream, mended.done.taken, mended.done.again) == (TOLD, 2, 1)
    for village in (enrolled, bystander):
        assert client.round(village, way).troubles == ()
        assert subjects(village, TOLD) == ["order", "notice", "after the restore"]
        assert village.journal.read(TOLD) == old.journal.read(TOLD)
        assert village.journal.forks(resolved=False) == []
        assert list(verify.faults(village.journal)) == []
    assert old.journal.read(f"{TOWNSHIP}/{VILLAGE}") == township.journal.read(
        f"{TOWNSHIP}/{VILLAGE}"
    )
    assert len(enrolled.journal.forks(resolved=True)) == 1
    for node in (old, bystander):
        node.close()


def test_a_copy_does_not_follow_where_the_origin_gave_nothing_up(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    client.round(enrolled, wire)
    old = copy_of(township, "old")
    write(township, "public", "order")
    client.round(enrolled, wire)
    write(old, "public", "another history", "and more")
    for _ in range(2):
        assert client.round(enrolled, InProcess(create_app(old))).troubles
    assert subjects(enrolled, TOLD) == ["order"]
    assert client.round(enrolled, wire).troubles == ()
    old.close()


def test_a_fork_whose_other_side_is_gone_is_let_go(
    enrolled: Node, township: Node, wire: InProcess, tmp_path: Path
) -> None:
    client.round(enrolled, wire)
    before = copy_of(township, "before")
    clone = copy_of(enrolled, "clone")
    write(enrolled, "public", "one")
    client.round(enrolled, wire)
    write(clone, "public", "mine")
    client.round(clone, wire)
    (mended,) = mending.mend(clone, InProcess(create_app(before)))
    assert (mended.done.taken, mended.done.again) == (0, 0)
    assert subjects(before, PUBLIC) == subjects(clone, PUBLIC) == ["mine"]
    for node in (before, clone):
        node.close()


class Deaf(InProcess):
    """Loses every refusal on its way back."""

    def request(self, *given: object) -> Answer:  # type: ignore[override]
        answer = super().request(*given)  # type: ignore[arg-type]
        if answer.status == 409:
            raise Unreachable("断网")
        return answer


def test_every_head_that_was_shown_is_given_up_also_where_the_answer_was_lost(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    deaf = Deaf(create_app(township))
    client.round(enrolled, wire)
    clone = copy_of(enrolled, "clone")
    write(enrolled, "public", "one", "two", "three")
    client.round(enrolled, wire)
    for subject in ("mine", "also mine"):
        # It goes on writing, since nothing told it not to, and shows another head each time.
        write(clone, "public", subject)
        client.round(clone, deaf)
    assert len(township.journal.forks()) == 2
    assert not clone.journal.forks()
    client.round(clone, wire)
    mending.mend(clone, wire)
    assert township.journal.forks(resolved=False) == []
    clone.close()


class Slow(InProcess):
    """Holds the first message that is refused for a fork back, and tells nobody."""

    held: tuple[object, ...] = ()

    def request(self, *given: object) -> Answer:  # type: ignore[override]
        if not self.held and given[0] == "POST" and "/streams/" in str(given[1]):
            self.held = given
            raise Unreachable("断网")
        return super().request(*given)  # type: ignore[arg-type]


def test_a_head_that_arrives_after_it_was_given_up_opens_no_fork(
    clone: Node, township: Node, wire: InProcess
) -> None:
    slow = Slow(create_app(township))
    with clock.set_to(NOW + timedelta(days=1)):
        client.round(clone, slow)
        mending.mend(clone, wire)
        before = len(township.journal.forks())
        township.journal.db.execute("DELETE FROM forks")
        answer = InProcess.request(slow, *slow.held)  # type: ignore[arg-type]
    assert (answer.status, before) == (409, 1)
    assert len(township.journal.forks(resolved=True)) == 1
    assert township.journal.forks(resolved=False) == []


class Liar(InProcess):
    """Answers every push with another status than the township's."""

    def request(self, *given: object) -> Answer:  # type: ignore[override]
        answer = super().request(*given)  # type: ignore[arg-type]
        if given[0] == "POST" and "/streams/" in str(given[1]):
            return Answer(409, answer.headers, answer.chunks)
        return answer


def test_a_status_that_lies_is_no_evidence_of_a_fork(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    client.round(enrolled, wire)
    old = copy_of(enrolled, "old")
    write(enrolled, "public", "one")
    client.round(enrolled, wire)
    assert client.round(old, Liar(create_app(township))).troubles
    assert (old.journal.forks(), old.journal.stopped()) == ([], {})
    assert client.round(old, wire).troubles == ()
    assert subjects(old, PUBLIC) == ["one"]
    old.close()
