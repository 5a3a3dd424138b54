"""The state of a feedback: a pure function of what happened to it.

`received` → `accepted` → `answered` → `rated` (the asker is content) or `reopened` (not solved,
to be answered again) → `closed`. A village has ten days for an answer, counted from the asking, or
from the day on which the asker said that it was not solved.

Village and township write of the same feedback, each by its own clock, and those may be minutes
apart. So every event says in `step` how many were known before it; a rating is thereby later than
the answer that it rates, whatever the clocks say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kiosk.rules.calendar import beijing_date

KINDS = ("询问", "建议", "不满意", "表扬")
OBJECTION = "异议"
"""Taken about a notice while its display period runs, to the end of its last day."""

ANSWER_WITHIN = timedelta(days=10)
STATES = {
    "received": "已收到，等村里受理",
    "accepted": "村里已受理，正在办",
    "answered": "已答复",
    "rated": "已答复，提出人满意",
    "reopened": "提出人说没解决，要再答复",
    "closed": "已办结",
}
OPEN = frozenset({"received", "accepted", "reopened"})
"""States in which the village owes the next step."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step: `kind` "accepted", "answered", "rated" or "closed"; `body` is None once erased."""

    kind: str
    at: str
    stream: str
    seq: int
    actor: str
    body: dict[str, Any] | None

    @property
    def text(self) -> str:
        return str((self.body or {}).get("text", ""))

    @property
    def question(self) -> str | None:
        """The asker's words that stand beside a public answer; None where it does not say."""
        return (self.body or {}).get("question")

    @property
    def step(self) -> int:
        step = (self.body or {}).get("step", 0)
        return step if isinstance(step, int) else 0

    @property
    def public(self) -> bool:
        """Whether everybody may read it: told by the body and by where it stands."""
        return bool((self.body or {}).get("public")) and self.stream.endswith("/public")


def in_order(events: Iterable[Event]) -> list[Event]:
    """By step, then time, then place: the one order in which every node reads them."""
    return sorted(events, key=_order)


def next_step(events: Iterable[Event]) -> int:
    """The step of an event that is written by somebody who knows these."""
    return 1 + max((event.step for event in events), default=0)


def state(events: Iterable[Event]) -> str:
    """One of STATES, from the events in whatever order they came in."""
    now = "received"
    for event in in_order(events):
        now = _after(now, event)
    return now


def waiting_since(asked: str, events: Iterable[Event]) -> str:
    """From when the village's ten days run: the asking, or the last 没解决. RFC 3339."""
    now, since = "received", asked
    for event in in_order(events):
        after = _after(now, event)
        if after == "reopened" and now != "reopened":
            since = event.at
        now = after
    return since


def age_days(since: str, today: date) -> int:
    """Whole Beijing days from `since` (RFC 3339) to `today`."""
    return max(0, (today - beijing_date(datetime.fromisoformat(since))).days)


def _after(now: str, event: Event) -> str:
    if now == "closed":
        return now
    match event.kind:
        case "accepted" if now in ("received", "reopened"):
            return "accepted"
        case "answered" if event.body is not None:
            return "answered"
        case "rated" if event.body is not None and now in ("answered", "rated"):
            return "rated" if event.body["satisfied"] else "reopened"
        case "closed" if now in ("answered", "rated"):
            return "closed"
        case _:
            return now


def _order(event: Event) -> tuple[int, datetime, str, int]:
    return event.step, datetime.fromisoformat(event.at), event.stream, event.seq
