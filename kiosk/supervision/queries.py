"""Orders on file: one, a village's, those that wait for somebody, and what the public is told."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import orders as rules
from kiosk.rules.calendar import day_of
from kiosk.rules.orders import Standing
from kiosk.rules.steps import Event, in_order

SHOWN_FOR = timedelta(days=30)
"""For how long after its end the public still reads of an order."""


@dataclass(frozen=True)
class Order:
    """An order to a village with everything that happened to it. `about` is a duty's key, a
    notice's, feedback's or inspection's id, or ""; `until` the first day for an answer (a Beijing
    date) or ""; `at` RFC 3339; `public`: whether the board tells of it."""

    id: str
    village: str
    about: str
    text: str
    until: str
    stream: str
    at: str
    actor: str
    public: bool
    events: tuple[Event, ...]

    @cached_property
    def standing(self) -> Standing:
        until = date.fromisoformat(self.until) if self.until else None
        return rules.standing(self.at, until, self.events)

    @property
    def state(self) -> str:
        """One of `kiosk.rules.orders.STATES`."""
        return self.standing.state

    @property
    def state_words(self) -> str:
        return rules.STATES[self.state]

    @property
    def open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def owed(self) -> bool:
        """Whether the village owes the next step."""
        return self.state in rules.OWED

    @property
    def answer_by(self) -> date | None:
        """The last Beijing date for the next answer."""
        return self.standing.until

    @property
    def overdue(self) -> bool:
        return self.standing.overdue(clock.today())

    @property
    def days_late(self) -> int:
        return self.standing.days_late(clock.today())

    @property
    def waits_too_long(self) -> bool:
        """Whether the township left the village's answer unread for too long."""
        return rules.waits_too_long(self.standing, clock.today())

    @property
    def gone_to(self) -> str:
        """To whom it has gone up, in words; "" where it has not, or was answered since."""
        if not self.owed or not self.standing.level:
            return ""
        last = [event for event in self.events if event.kind == "escalated"][-1]
        return str((last.body or {}).get("to", ""))


@dataclass(frozen=True)
class Shown:
    """What the public is told of an order: `state` "open", "closed" or "withdrawn", `on` the
    Beijing date since which it is so."""

    id: str
    village: str
    text: str
    until: str
    state: str
    on: str

    @property
    def overdue(self) -> bool:
        return self.state == "open" and bool(self.until) and self.until < clock.today().isoformat()


@dataclass(frozen=True)
class Counts:
    """Orders of a span of time: how many were sent, are open, overdue now, were closed, of those
    how many after a missed day, sent back at least once; the mean days from sending to closing."""

    sent: int
    open: int
    overdue: int
    closed: int
    late: int
    sent_back: int
    days: float | None


def order(journal: Journal, id: str) -> Order | None:
    found = _many(journal, "WHERE id = ? ORDER BY at, stream, seq LIMIT 1", [id])
    return found[0] if found else None


def orders(journal: Journal, village: str | None = None) -> list[Order]:
    """Every order to a village, or to all, newest first."""
    return _many(
        journal, "WHERE ? IS NULL OR village = ? ORDER BY at DESC, id DESC", [village, village]
    )


def open_orders(journal: Journal, village: str | None = None) -> list[Order]:
    """Orders that are not ended, to a village or to all: the overdue ones first, longest late
    ahead, then by their day."""
    found = [each for each in orders(journal, village) if each.open]
    far = date.max
    return sorted(found, key=lambda each: (-each.days_late, each.answer_by or far, each.at))


def about(journal: Journal, key: str, village: str | None = None) -> list[Order]:
    """Orders about that duty, notice, feedback or inspection, newest first."""
    return [each for each in orders(journal, village) if each.about == key]


def shown(journal: Journal, village: str) -> list[Shown]:
    """What the public reads of orders to a village: the open ones, and those that ended within
    SHOWN_FOR; newest first."""
    rows = journal.db.execute(
        """
        SELECT order_id, village, text, until, state, shown_on FROM orders_shown AS s
        WHERE village = ? AND NOT EXISTS (
            SELECT 1 FROM orders_shown AS later
            WHERE later.order_id = s.order_id AND later.stream = s.stream AND later.seq > s.seq
        ) ORDER BY shown_on DESC, order_id DESC
        """,
        [village],
    )
    since = (clock.today() - SHOWN_FOR).isoformat()
    found = [Shown(*row) for row in rows]
    return [each for each in found if each.state == "open" or each.on >= since]


def has_photo(journal: Journal, sha: str) -> bool:
    """Whether some answer to an order was sent with this photo."""
    row = journal.db.execute(
        "SELECT 1 FROM order_events WHERE kind = 'answered' AND instr(body, ?) LIMIT 1", [sha]
    ).fetchone()
    return row is not None


def counts(found: Iterable[Order]) -> Counts:
    """The numbers of the given orders."""
    known = list(found)
    closed = [each for each in known if each.state == "closed"]
    took = [(day_of(each.standing.since) - day_of(each.at)).days for each in closed]
    return Counts(
        sent=len(known),
        open=sum(each.open for each in known),
        overdue=sum(each.overdue for each in known),
        closed=len(closed),
        late=sum(each.standing.missed > 0 for each in closed),
        sent_back=sum(each.standing.sent_back > 0 for each in known),
        days=sum(took) / len(took) if took else None,
    )


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Order]:
    rows = list(
        journal.db.execute(
            f"""
            SELECT id, village, about, text, until, stream, at, actor, public FROM orders {rest}
            """,
            values,
        )
    )
    events: dict[tuple[str, str], list[Event]] = {}
    for id, village, kind, at, stream, seq, actor, body in journal.db.execute(
        """
        SELECT order_id, village, kind, at, stream, seq, actor, body FROM order_events
        WHERE order_id IN (SELECT value FROM json_each(?))
        """,
        [json.dumps([row[0] for row in rows])],
    ):
        event = Event(kind, at, stream, seq, actor, json.loads(body))
        events.setdefault((id, village), []).append(event)
    whole = (
        [*row[:-1], bool(row[-1]), tuple(in_order(events.get((row[0], row[1]), ())))]
        for row in rows
    )
    return [Order(*each) for each in whole]
