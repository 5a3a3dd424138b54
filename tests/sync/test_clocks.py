"""A wrong clock is noticed: against the township's, and against the node's own journal."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, create_app
from kiosk.node import Node
from kiosk.sync import client, clocks, contacts
from kiosk.sync.transport import Answer, InProcess
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (600, "比镇里慢了约 10 分钟"),
        (-600, "比镇里快了约 10 分钟"),
        (5 * 3600, "慢了约 5 小时"),
        (-30 * 86_400, "快了约 30 天"),
        (60, ""),
        (0, ""),
    ],
)
def test_a_clock_apart_from_the_townships_is_told(enrolled: Node, seconds: int, says: str) -> None:
    with clock.set_to(NOW + timedelta(days=400)):
        contacts.succeeded(enrolled.journal, TOWNSHIP, {"offset": seconds})
        found = clocks.trouble(enrolled.journal, client.upstream(enrolled))
    assert says in found
    assert bool(found) == bool(says)


def test_a_clock_behind_the_own_journal_is_told(village: Node) -> None:
    with clock.set_to(NOW):
        village.journal.append("self", "test.written", "s", {})
    with clock.set_to(NOW - timedelta(days=3)):
        assert clocks.behind_journal(village.journal) == timedelta(days=3)
        assert "早了约 3 天" in clocks.trouble(village.journal, None)
    with clock.set_to(NOW + timedelta(seconds=1)):
        assert clocks.behind_journal(village.journal) == timedelta(0)
        assert clocks.trouble(village.journal, None) == ""


def test_a_clock_that_agrees_with_the_township_is_right_whatever_was_written(
    enrolled: Node,
) -> None:
    with clock.set_to(NOW + timedelta(days=3)):
        enrolled.journal.append("self", "test.written", "s", {})
    with clock.set_to(NOW):
        contacts.succeeded(enrolled.journal, TOWNSHIP, {"offset": 0})
        assert clocks.trouble(enrolled.journal, client.upstream(enrolled)) == ""


def test_the_township_is_told_of_both(enrolled: Node, township: Node) -> None:
    with clock.set_to(NOW + timedelta(hours=2)):
        enrolled.journal.append("public", "test.written", "s", {})

    class Right(InProcess):
        def request(self, *given: object) -> object:  # type: ignore[override]
            with clock.set_to(NOW):
                return super().request(*given)  # type: ignore[arg-type]

    with clock.set_to(NOW - timedelta(hours=1)):
        client.round(enrolled, Right(create_app(township)))
    contact = contacts.last_contact(township.journal, VILLAGE)
    assert contact is not None
    assert (contact.status["offset"], contact.status["behind"]) == (3600, 3 * 3600)


def test_a_clock_that_was_turned_back_does_not_put_sync_off_for_long(enrolled: Node) -> None:
    with clock.set_to(NOW):
        assert client.scheduled_round(enrolled) is not None
    with clock.set_to(NOW - timedelta(days=365)):
        assert client.scheduled_round(enrolled) is not None


class Cut(InProcess):
    """Cuts the zone off every answer's Date."""

    def request(self, *given: object) -> Answer:  # type: ignore[override]
        answer = super().request(*given)  # type: ignore[arg-type]
        return Answer(
            answer.status, {**answer.headers, "date": "Tue, 24 Nov 2026 04:05:06"}, [b"{"]
        )


def test_a_date_without_its_zone_teaches_nothing(enrolled: Node, township: Node) -> None:
    done = client.round(enrolled, Cut(create_app(township)))
    assert (done.offset, len(done.troubles)) == (None, 1)
