"""Events of one thing that two nodes write about, brought into one order that all nodes share.

A village and its township each write by their own clock, and those may be minutes or years apart.
So every event says in its body's `step` how many its writer knew before it, plus one: an answer to
an order stands after the order's last word that the village had read, whatever the clocks say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from kiosk.rules import codes


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its `kind`, where it is written, by whom, and its body (None once
    erased). `at` is RFC 3339."""

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
    def step(self) -> int:
        step = (self.body or {}).get("step", 0)
        return step if isinstance(step, int) else 0

    @property
    def by_township(self) -> bool:
        return codes.level(self.stream.split("/", 1)[0]) != "village"


AnEvent = TypeVar("AnEvent", bound=Event)


def in_order(events: Iterable[AnEvent]) -> list[AnEvent]:
    """By step, then time, then place, each once: the one order in which every node reads them."""
    return sorted({(it.stream, it.seq): it for it in events}.values(), key=_order)


def next_step(events: Iterable[Event]) -> int:
    """The step of an event that is written by somebody who knows these."""
    return 1 + max((event.step for event in events), default=0)


def _order(event: Event) -> tuple[int, datetime, str, int]:
    return event.step, datetime.fromisoformat(event.at), event.stream, event.seq
