"""Supervision orders (督办): where one stands, a pure function of what happened to it.

    sent → acknowledged → answered → closed
              ↑              ↓  ↑
              (sent, answered at once)   sent_back (with a new day) → answered …
    withdrawn: taken back by the township at any time

The village owes an order that is sent, acknowledged or sent back; the township owes an answered
one. What the village owes past its day is overdue, and goes up step by step to the next person
while nobody moves (`goes_up`). Clocks: `data/orders.yaml`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources

import yaml

from kiosk.rules.calendar import day_of
from kiosk.rules.steps import Event, in_order

STATES = {
    "sent": "已发出，等村里签收",
    "acknowledged": "村里已签收，正在办",
    "answered": "村里已答复，等镇里看",
    "sent_back": "镇里退回，要再办",
    "closed": "已办结",
    "withdrawn": "镇里已撤销",
}
OWED = frozenset({"sent", "acknowledged", "sent_back"})
"""States in which the village owes the next step."""

OPEN = OWED | {"answered"}

BY_VILLAGE = frozenset({"acknowledged", "answered"})
BY_TOWNSHIP = frozenset({"sent_back", "closed", "withdrawn", "escalated"})
EVENTS = BY_VILLAGE | BY_TOWNSHIP


@dataclass(frozen=True)
class Rules:
    """`data/orders.yaml`: days past the last day on which it goes up, and to whom; days after
    which an answer waits too long for the township."""

    escalate: tuple[int, ...]
    to: tuple[str, ...]
    review: int


@dataclass(frozen=True)
class Standing:
    """How an order stands. `until`: the last Beijing date for the next answer, None without one;
    `since`: from when its state holds (RFC 3339); `sent_back`: how often it was; `level`: how often
    it went up since it was last owed; `missed`: how many of its days passed without an answer, the
    one that runs not counted."""

    state: str
    until: date | None
    since: str
    sent_back: int
    level: int
    missed: int

    def overdue(self, today: date) -> bool:
        """Whether the village owes an answer whose day has passed."""
        return self.state in OWED and self.until is not None and today > self.until

    def days_late(self, today: date) -> int:
        return (today - self.until).days if self.until and self.overdue(today) else 0


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules that come with the program."""
    raw = yaml.safe_load(
        resources.files("kiosk.rules").joinpath("data/orders.yaml").read_text("utf-8")
    )
    return Rules(tuple(raw["escalate"]), tuple(raw["to"]), int(raw["review"]))


def standing(sent: str, until: date | None, events: Iterable[Event]) -> Standing:
    """How an order stands that was sent at `sent` (RFC 3339) to be answered by `until`, from its
    events in whatever order they are given. What its writer may not say, or what does not fit the
    state, changes nothing."""
    state, since, back, level, missed = "sent", sent, 0, 0, 0
    for event in in_order(events):
        if event.by_township == (event.kind in BY_VILLAGE):
            continue
        match event.kind:
            case "acknowledged" if state == "sent":
                state, since = "acknowledged", event.at
            case "answered" if state in OPEN and event.body is not None:
                if state in OWED and until is not None and day_of(event.at) > until:
                    missed += 1
                state, since = "answered", event.at
            case "sent_back" if state == "answered" and event.body is not None:
                state, since, back, level = "sent_back", event.at, back + 1, 0
                until = _day(event.body.get("until"))
            case "escalated" if state in OWED:
                level += 1
            case "closed" | "withdrawn" if state in OPEN:
                state, since = event.kind, event.at
    return Standing(state, until, since, back, level, missed)


def goes_up(found: Standing, today: date, given: Rules | None = None) -> str:
    """To whom an order goes up today; "" where it does not."""
    how = given or rules()
    if not found.overdue(today) or found.level >= len(how.escalate):
        return ""
    return how.to[found.level] if found.days_late(today) > how.escalate[found.level] else ""


def waits_too_long(found: Standing, today: date, given: Rules | None = None) -> bool:
    """Whether the township has left an answer unread for too long."""
    limit = timedelta(days=(given or rules()).review)
    return found.state == "answered" and today > day_of(found.since) + limit


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
