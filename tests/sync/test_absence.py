"""A village that was offline for long catches up: in order, in pieces, within bounds.

`tests/bench/absence.py` measures the same with 10,000 entries and 2 GB of photos.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, create_app
from kiosk.config import Limits
from kiosk.journal import verify
from kiosk.journal.log import Draft
from kiosk.node import Node
from kiosk.sync import carrying, chunks, client, contacts, server, wire
from kiosk.sync.transport import Answer, InProcess, Unreachable
from tests.sync.servers import VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
PUBLIC = f"{VILLAGE}/public"
PHOTO = 3500
PIECE = 1000


class Line:
    """A way to the township that notes what goes over it; `cut` says after which requests the
    line fails, before the answer is there."""

    def __init__(self, township: Node, cut: Callable[[int], bool] = lambda number: False) -> None:
        self.sent: list[tuple[str, int]] = []
        self.look: Callable[[str], None] = lambda path: None
        self._inner, self._cut = InProcess(create_app(township)), cut

    def request(
        self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
    ) -> Answer:
        assert isinstance(data, bytes)
        self.look(path)
        self.sent.append((f"{method} {path}", len(data)))
        answer = self._inner.request(method, path, headers, data)
        if self._cut(len(self.sent)):
            raise Unreachable("与镇里的服务器的连接中断了。")
        return answer

    def photos(self) -> list[str]:
        """The attachments in the order in which their pieces went."""
        puts = [what.split("/blobs/")[1].split("?")[0] for what, _ in self.sent if "PUT" in what]
        return list(dict.fromkeys(puts))


@pytest.fixture
def photos(enrolled: Node, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the village photographed while it was away, the newest first."""
    monkeypatch.setattr(chunks, "CHUNK", PIECE)
    found = [enrolled.blobs.put(bytes([n]) * PHOTO) for n in range(8)]
    with clock.set_to(NOW - timedelta(days=90)):
        for sha in found:
            enrolled.journal.append("public", "test.written", "s", {"photo": sha})
    return found[::-1]


def test_the_newest_photos_come_first_and_a_cut_loses_one_piece(
    enrolled: Node, township: Node, photos: list[str]
) -> None:
    line = Line(township, cut=lambda number: number % 7 == 0)
    for _ in range(30):
        if not client.round(enrolled, line).troubles:
            break
    cuts = len(line.sent) // 7
    bytes_sent = sum(size for what, size in line.sent if "PUT" in what)
    assert cuts > 5
    assert len(photos) * PHOTO <= bytes_sent <= len(photos) * PHOTO + cuts * PIECE
    assert line.photos() == photos
    assert sorted(township.blobs.all()) == sorted(photos)
    assert township.journal.read(PUBLIC) == enrolled.journal.read(PUBLIC)
    assert enrolled.journal.cosigned_size(PUBLIC) == enrolled.journal.size(PUBLIC)
    for node in (enrolled, township):
        assert list(verify.faults(node.journal)) == []


def test_entries_are_there_before_the_first_photo(
    enrolled: Node, township: Node, photos: list[str]
) -> None:
    seen: list[int] = []
    line = Line(township)
    line.look = lambda path: seen.append(township.journal.size(PUBLIC)) if "of=" in path else None
    assert client.round(enrolled, line).troubles == ()
    assert set(seen) == {enrolled.journal.size(PUBLIC)}


def test_a_round_ends_in_time_and_the_next_goes_on(
    enrolled: Node, township: Node, photos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "BUDGET", -1.0)  # over after every piece
    line = Line(township)
    done = client.round(enrolled, line)
    assert (done.troubles, done.more, done.blobs_sent) == ((), True, 0)
    rounds = 1
    while done.more:
        done = client.round(enrolled, line)
        rounds += 1
    pieces = len(photos) * -(-PHOTO // PIECE)
    assert sum("PUT" in what for what, _ in line.sent) == pieces
    assert len(photos) < rounds <= pieces
    assert sorted(township.blobs.all()) == sorted(photos)


def test_messages_stay_small_however_much_waits(
    enrolled: Node, township: Node, photos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "BATCH_BYTES", 60_000)
    enrolled.journal.append_all(
        Draft("public", "test.written", f"s{n}", {"text": "村" * 500}) for n in range(600)
    )
    told: list[int] = []
    left: list[tuple[int, int]] = []

    def look(path: str) -> None:
        if path.endswith("/public") and township.journal.size(PUBLIC) == 0:
            contact = contacts.last_contact(township.journal, VILLAGE)
            told.append(contact.status["queue"] if contact else 0)
        if "/blobs/" in path:
            contact = contacts.last_contact(township.journal, VILLAGE)
            assert contact is not None
            left.append((contact.status["queue"], contact.status["attachments"]))

    line = Line(township)
    line.look = look
    assert client.round(enrolled, line).troubles == ()
    assert set(left) == {(0, len(photos))}
    assert max(size for _, size in line.sent) < 60_000 * 3 + 10_000
    assert max(size for what, size in line.sent if "PUT" in what) == PIECE
    # The supervisor hears how much is coming before it comes.
    assert told == [enrolled.journal.size(PUBLIC) + enrolled.journal.size(f"{VILLAGE}/parent")]
    assert township.journal.size(PUBLIC) == enrolled.journal.size(PUBLIC)


def test_a_full_township_takes_entries_and_the_photos_later(
    enrolled: Node, township: Node, photos: list[str]
) -> None:
    full = replace(township, config=replace(township.config, limits=Limits(reserve_mb=10**9)))
    with clock.set_to(NOW):
        done = client.round(enrolled, Line(full))
        assert (done.troubles, done.blobs_sent) == ((), 0)
        assert "磁盘快满了" in carrying.waits(enrolled.journal)
        contact = contacts.last_contact(township.journal, VILLAGE)
        assert contact is not None and contact.status["attachments"] == len(photos)
    assert enrolled.journal.cosigned_size(PUBLIC) == enrolled.journal.size(PUBLIC)
    with clock.set_to(NOW + timedelta(minutes=30)):
        line = Line(township)
        client.round(enrolled, line)
        assert line.photos() == []  # not before the time that was asked for
    with clock.set_to(NOW + timedelta(hours=1, minutes=1)):
        assert client.round(enrolled, Line(township)).blobs_sent == len(photos)
        assert carrying.waits(enrolled.journal) == ""


def test_a_villages_share_is_its_own(enrolled: Node, township: Node, photos: list[str]) -> None:
    limits = Limits(attachments_mb=1, reserve_mb=0)
    small = replace(township, config=replace(township.config, limits=limits))
    large = enrolled.blobs.put(bytes(1_000_000 - 2 * PHOTO))
    enrolled.journal.append("public", "test.written", "s", {"photo": large})
    with clock.set_to(NOW):
        done = client.round(enrolled, Line(small))
        assert done.blobs_sent == 3
        assert set(township.blobs.all()) == {large, *photos[:2]}
        assert "存满限额" in carrying.waits(enrolled.journal)


def test_a_busy_township_is_left_alone_for_a_moment(
    enrolled: Node, township: Node, photos: list[str]
) -> None:
    taken = [server._attachments.acquire(blocking=False) for _ in range(4)]
    try:
        with clock.set_to(NOW):
            done = client.round(enrolled, Line(township))
            assert (done.troubles, done.blobs_sent) == ((), 0)
            assert "正忙" in carrying.waits(enrolled.journal)
    finally:
        for _ in filter(None, taken):
            server._attachments.release()
    with clock.set_to(NOW + timedelta(seconds=server.BUSY_SECONDS + 1)):
        assert client.round(enrolled, Line(township)).blobs_sent == len(photos)
