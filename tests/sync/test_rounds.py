"""One round between a village and its township, in one process."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, create_app
from kiosk.journal import checkpoint as notes
from kiosk.journal import verify
from kiosk.journal.log import Draft, StreamStopped
from kiosk.node import Node, open_node
from kiosk.sync import branches, client, contacts, server
from kiosk.sync import wire as wire_format
from kiosk.sync.transport import Answer, InProcess, Unreachable
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)


def write(node: Node, channel: str, count: int = 1, **body: object) -> None:
    node.journal.append_all(
        Draft(channel, "test.written", f"s{i}", {"n": i, **body}) for i in range(count)
    )


def stream(node: Node, name: str) -> list[bytes]:
    return [entry.leaf for entry in node.journal.read(name)]


def same(one: Node, other: Node, *names: str) -> bool:
    return all(
        one.journal.read(name) == other.journal.read(name) and one.journal.size(name)
        for name in names
    )


class Failing:
    """A transport that loses the request or the answer where `fails` says so."""

    def __init__(self, inner: InProcess, fails: Callable[[], str]) -> None:
        self._inner, self._fails = inner, fails

    def request(
        self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
    ) -> Answer:
        fate = self._fails()
        if fate == "request":
            raise Unreachable("断网")
        answer = self._inner.request(method, path, headers, data)
        if fate == "answer":
            raise Unreachable("断网")
        return answer


def test_a_round_copies_streams_both_ways(enrolled: Node, township: Node, wire: InProcess) -> None:
    write(enrolled, "public", 3)
    write(enrolled, "parent", 2)
    write(township, "public", 2)
    write(township, VILLAGE, 4)
    write(enrolled, "self", 1)
    write(township, "self", 1)
    write(township, "371721105202", 1)
    done = client.round(enrolled, wire)
    assert done.troubles == ()
    assert same(
        enrolled,
        township,
        f"{VILLAGE}/public",
        f"{VILLAGE}/parent",
        f"{TOWNSHIP}/public",
        f"{TOWNSHIP}/{VILLAGE}",
    )
    assert not township.journal.size(f"{VILLAGE}/self")
    assert not enrolled.journal.size(f"{TOWNSHIP}/self")
    assert not enrolled.journal.size(f"{TOWNSHIP}/371721105202")
    assert client.round(enrolled, wire) == client.Outcome(offset=timedelta())


def test_more_than_a_batch_is_copied(enrolled: Node, township: Node, wire: InProcess) -> None:
    write(enrolled, "public", 1100)
    write(township, "public", 1100)
    assert client.round(enrolled, wire).troubles == ()
    assert same(enrolled, township, f"{VILLAGE}/public", f"{TOWNSHIP}/public")


def test_the_village_gets_its_townships_cosignature(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    name = f"{VILLAGE}/public"
    with clock.set_to(NOW):
        write(enrolled, "public", 3)
        client.round(enrolled, wire)
    size = enrolled.journal.size(name)
    assert enrolled.journal.cosigned_size(name) == size
    assert enrolled.journal.witnessed(name, size - 1) == NOW
    assert enrolled.journal.checkpoint(name) == township.journal.checkpoint(name)


def test_a_cosignature_whose_answer_was_lost_is_fetched_again(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    write(enrolled, "public")
    fates = iter(["", "answer"])
    done = client.round(enrolled, Failing(wire, lambda: next(fates, "request")))
    assert done.troubles == ("断网",)
    name = f"{VILLAGE}/public"
    assert township.journal.size(name) == enrolled.journal.size(name)
    assert enrolled.journal.cosigned_size(name) is None
    done = client.round(enrolled, wire)
    assert (done.troubles, done.pushed) == ((), 0)
    assert enrolled.journal.cosigned_size(name) == enrolled.journal.size(name)


def test_an_unchanged_stream_is_witnessed_again_after_an_hour(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    name = f"{VILLAGE}/public"
    with clock.set_to(NOW):
        client.round(enrolled, wire)
    with clock.set_to(NOW + timedelta(minutes=5)):
        client.round(enrolled, wire)
        version = township.journal.version()
        client.round(enrolled, wire)
    assert township.journal.version() == version
    later = NOW + timedelta(seconds=server.RECOSIGN_SECONDS)
    with clock.set_to(later):
        client.round(enrolled, wire)
    size = township.journal.size(name)
    assert township.journal.not_before(name, size) == later
    assert township.journal.witnessed(name, size - 1) == NOW


def test_what_was_written_offline_is_witnessed_late_and_not_dated_late(
    enrolled: Node, township: Node, wire: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_format, "BATCH_ENTRIES", 2)
    name = f"{VILLAGE}/public"
    with clock.set_to(NOW):
        client.round(enrolled, wire)
    with clock.set_to(NOW + timedelta(days=1)):
        write(enrolled, "public", 5)
    back = NOW + timedelta(days=6)
    with clock.set_to(back):
        assert client.round(enrolled, wire).pushed == 5
    for node in (enrolled, township):
        for seq in range(node.journal.size(name) - 5, node.journal.size(name)):
            assert node.journal.not_before(name, seq) == NOW
            assert node.journal.witnessed(name, seq) == back


def test_attachments_follow_the_entries_that_name_them(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    up = enrolled.blobs.put(b"photo of the village" * 10_000)
    down = township.blobs.put(b"photo from a phone")
    other = township.blobs.put(b"named by nobody")
    write(enrolled, "public", attachments=[{"sha": up, "name": "1.jpg"}])
    write(township, VILLAGE, photo=down)
    done = client.round(enrolled, wire)
    assert (done.troubles, done.blobs_sent, done.blobs_got) == ((), 1, 1)
    assert township.blobs.get(up) == enrolled.blobs.get(up)
    assert enrolled.blobs.get(down) == b"photo from a phone"
    assert not enrolled.blobs.has(other)
    again = client.round(enrolled, wire)
    assert (again.blobs_sent, again.blobs_got) == (0, 0)


def test_an_attachment_named_while_a_round_runs_is_sent_in_the_next(
    enrolled: Node, township: Node
) -> None:
    sha = enrolled.blobs.put(b"photo")

    class Publishing(InProcess):
        def request(
            self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
        ) -> Answer:
            answer = super().request(method, path, headers, data)
            if path == f"/sync/v1/streams/{TOWNSHIP}/public?from=0":
                write(enrolled, "public", photo=sha)
            return answer

    wire = Publishing(create_app(township))
    client.round(enrolled, wire)
    assert not township.blobs.has(sha)
    client.round(enrolled, wire)
    assert township.blobs.has(sha)


def test_the_attachment_of_an_erased_entry_is_not_asked_for(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    write(township, VILLAGE, photo="ab" * 32)
    assert client.round(enrolled, wire).troubles == ()
    township.journal.erase(VILLAGE, 0, actor="测试", reason="含身份证号")
    client.round(enrolled, wire)
    assert enrolled.journal.entry(f"{TOWNSHIP}/{VILLAGE}", 0).erased
    asked: list[str] = []

    class Watching(InProcess):
        def request(
            self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
        ) -> Answer:
            asked.append(path)
            return super().request(method, path, headers, data)

    client.round(enrolled, Watching(create_app(township)))
    assert asked == ["/sync/v1/heads", "/sync/v1/status"]


def test_both_sides_know_the_last_contact(enrolled: Node, township: Node, wire: InProcess) -> None:
    with clock.set_to(NOW):
        client.round(enrolled, wire)
    there = contacts.last_contact(township.journal, VILLAGE)
    here = contacts.last_contact(enrolled.journal, TOWNSHIP)
    assert there is not None and here is not None
    assert there.last_success == here.last_success == NOW
    assert there.status["queue"] == 0
    assert there.status["disk_free"] > 0
    assert there.status["version"]


def test_a_failure_is_on_file_and_the_next_round_put_off(enrolled: Node) -> None:
    with clock.set_to(NOW):
        assert client.scheduled_round(enrolled).troubles  # type: ignore[union-attr]
        contact = contacts.last_contact(enrolled.journal, TOWNSHIP)
        assert contact is not None
        assert contact.last_error == "连不上镇里的服务器，请检查网络。"
        assert contact.failures == 1
        assert client.scheduled_round(enrolled) is None
    with clock.set_to(NOW + timedelta(seconds=16)):
        assert client.scheduled_round(enrolled) is not None


def test_what_is_written_during_a_scheduled_round_follows_at_once(
    enrolled: Node, township: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Publishing(InProcess):
        written = False

        def request(
            self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
        ) -> Answer:
            answer = super().request(method, path, headers, data)
            if path.endswith(f"{VILLAGE}/public") and not self.written:
                self.written = True
                write(enrolled, "public", 3)
            return answer

    wire = Publishing(create_app(township))
    monkeypatch.setattr(client, "Http", lambda url: nullcontext(wire))
    done = client.scheduled_round(enrolled)
    assert done is not None
    assert (done.troubles, done.pushed) == ((), 3)
    assert same(enrolled, township, f"{VILLAGE}/public")


def test_a_village_without_a_township_is_told_what_to_do(village: Node) -> None:
    assert client.scheduled_round(village) is None
    assert "kiosk enrol" in client.round(village).troubles[0]


def test_waiting_doubles_and_is_spread() -> None:
    for failures, most in ((1, 15), (2, 30), (3, 60), (6, 480), (7, 600), (500, 600)):
        assert contacts.delay(failures, lambda: 1.0) == timedelta(seconds=most)
        assert contacts.delay(failures, lambda: 0.0) == timedelta(seconds=most / 2)


@pytest.mark.parametrize("hours", [-30, -1, 1, 5000])
def test_a_village_whose_clock_is_wrong_syncs_and_learns_by_how_much(
    enrolled: Node, township: Node, hours: int
) -> None:
    class Apart(InProcess):
        def request(
            self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
        ) -> Answer:
            with clock.set_to(NOW + timedelta(hours=hours)):
                return super().request(method, path, headers, data)

    with clock.set_to(NOW):
        write(enrolled, "public")
        done = client.round(enrolled, Apart(create_app(township)))
    assert done.troubles == ()
    assert done.offset == timedelta(hours=hours)
    there = contacts.last_contact(township.journal, VILLAGE)
    assert there is not None
    assert there.status["offset"] == hours * 3600


def test_a_disk_cloned_and_used_on_is_found_to_be_a_fork(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    write(enrolled, "public")
    client.round(enrolled, wire)
    clone_dir = enrolled.config.dir.parent / "clone"
    shutil.copytree(enrolled.config.dir, clone_dir)
    clone = open_node(clone_dir)
    write(enrolled, "public", 2, by="the village")
    write(clone, "public", 3, by="the clone")
    write(clone, "parent", 1, by="the clone")
    assert client.round(enrolled, wire).troubles == ()
    held = stream(township, f"{VILLAGE}/public")
    done = client.round(clone, wire)
    assert len(done.troubles) == 1
    assert "矛盾" in done.troubles[0] or "不一致" in done.troubles[0]
    assert stream(township, f"{VILLAGE}/public") == held
    origin = township.journal.origin(VILLAGE)
    assert origin is not None
    key = notes.vkey(origin.name(f"{VILLAGE}/public"), origin.public_key)
    for node in (township, clone):
        (fork,) = node.journal.forks()
        one, two = (notes.open_note(fork[side], [key]) for side in ("held", "seen"))
        assert one.text != two.text
    assert same(clone, township, f"{VILLAGE}/parent")
    client.round(clone, wire)
    assert len(township.journal.forks()) == len(clone.journal.forks()) == 1
    clone.close()


def test_a_village_with_an_old_copy_fetches_its_own_entries_back(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    name = f"{VILLAGE}/public"
    client.round(enrolled, wire)
    old_dir = enrolled.config.dir.parent / "old"
    shutil.copytree(enrolled.config.dir, old_dir)
    photo = enrolled.blobs.put(b"photo")
    with clock.set_to(NOW):
        write(enrolled, "public", 1100, photo=photo)
        client.round(enrolled, wire)
    with clock.set_to(NOW + timedelta(days=1)):
        write(enrolled, "public", 1100)
        client.round(enrolled, wire)
    old = open_node(old_dir)
    done = client.round(old, wire)
    assert (done.troubles, done.fetched_back, done.blobs_got) == ((), 2200, 1)
    assert not old.journal.forks()
    assert same(old, enrolled, name)
    assert old.blobs.get(photo) == b"photo"
    assert old.journal.cosignature_times(name) == enrolled.journal.cosignature_times(name)
    assert list(verify.faults(old.journal)) == []
    write(old, "public", 2)
    assert client.round(old, wire).troubles == ()
    assert same(old, township, name)
    old.close()


def test_a_village_that_wrote_on_an_old_copy_is_a_fork(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    client.round(enrolled, wire)
    old_dir = enrolled.config.dir.parent / "old"
    shutil.copytree(enrolled.config.dir, old_dir)
    write(enrolled, "public", 5)
    client.round(enrolled, wire)
    old = open_node(old_dir)
    write(old, "public", 1, by="the old copy")
    done = client.round(old, wire)
    assert len(done.troubles) == 1
    assert len(old.journal.forks()) == len(township.journal.forks()) == 1
    with pytest.raises(StreamStopped, match="恢复记录"):
        write(old, "public")
    write(old, "self")
    old.close()


def test_a_township_with_an_old_copy_is_given_everything_back(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    name = f"{VILLAGE}/public"
    client.round(enrolled, wire)
    old_dir = township.config.dir.parent / "old"
    shutil.copytree(township.config.dir, old_dir)
    up, down = enrolled.blobs.put(b"up"), township.blobs.put(b"down")
    with clock.set_to(NOW):
        write(enrolled, "public", 3, photo=up)
        write(township, "public", 1, photo=down)
        write(township, VILLAGE, 1100)
        client.round(enrolled, wire)
    old = open_node(old_dir)
    old_wire = InProcess(create_app(old))
    with clock.set_to(NOW + timedelta(days=1)):
        done = client.round(enrolled, old_wire)
        assert (done.troubles, done.given_back, done.blobs_sent) == ((), 1101, 2)
        assert client.round(enrolled, old_wire).blobs_sent == 0
    assert same(enrolled, old, name, f"{TOWNSHIP}/public", f"{TOWNSHIP}/{VILLAGE}")
    assert (old.blobs.get(up), old.blobs.get(down)) == (b"up", b"down")
    last = old.journal.size(name) - 1
    assert old.journal.witnessed(name, last) == NOW
    assert list(verify.faults(old.journal)) == []
    write(old, "public", 1)
    assert client.round(enrolled, old_wire).troubles == ()
    old.close()


def test_a_township_that_wrote_on_an_old_copy_is_a_fork(
    enrolled: Node, township: Node, wire: InProcess
) -> None:
    client.round(enrolled, wire)
    old_dir = township.config.dir.parent / "old"
    shutil.copytree(township.config.dir, old_dir)
    write(township, "public", 3)
    client.round(enrolled, wire)
    for count in (1, 5):
        again = township.config.dir.parent / f"old {count}"
        shutil.copytree(old_dir, again)
        old = open_node(again)
        write(old, "public", count, by=f"the old copy {count}")
        done = client.round(enrolled, InProcess(create_app(old)))
        assert "矛盾" in done.troubles[0]
        (fork,) = old.journal.forks()
        assert fork["stream"] == f"{TOWNSHIP}/public"
        assert old.journal.stopped() == {f"{TOWNSHIP}/public": "fork"}
        branch = branches.find(old.journal, f"{TOWNSHIP}/public")
        assert branch is not None
        assert branch.entries == township.journal.read(f"{TOWNSHIP}/public", branch.start)
        assert len(branch.entries) == 3
        old.close()
    assert len(enrolled.journal.forks()) == 2


class Garbling(InProcess):
    """Damages a hash in every batch."""

    def request(self, *given: object) -> Answer:  # type: ignore[override]
        answer = super().request(*given)  # type: ignore[arg-type]
        body = b"".join(answer.chunks).replace(b'"body_hash":"', b'"body_hash":"~')
        return Answer(answer.status, answer.headers, [body])


def test_a_batch_that_came_damaged_is_told_and_not_taken(enrolled: Node, township: Node) -> None:
    write(township, "public", 1)
    done = client.round(enrolled, Garbling(create_app(township)))
    assert "核对不上" in done.troubles[0]
    assert enrolled.journal.size(f"{TOWNSHIP}/public") == 0
