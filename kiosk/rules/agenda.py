"""今天要管什么: what a supervisor has to see to today, in at most ten lines.

Each matter is one line: how grave it is, how many, what, and where to see to it. Graver matters
come first, of equals the larger; what does not fit is told in the last line.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 10

GRAVITY = {
    "fork": 0,
    "escalated_order": 1,
    "escalated": 2,
    "lost": 3,
    "objection": 4,
    "overdue_request": 5,
    "answered_order": 6,
    "overdue_feedback": 7,
    "review": 8,
    "screen": 9,
    "overdue_order": 10,
    "request": 11,
    "overdue": 12,
    "stale": 13,
    "due": 14,
}
"""Kinds of matters, the gravest first."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to see to: `count` of what the `words` say; `url` where to see to it."""

    kind: str
    count: int
    words: str
    url: str

    @property
    def tone(self) -> str:
        """The colour of its line."""
        grave = GRAVITY[self.kind] <= GRAVITY["overdue_order"]
        return "bad" if grave else "warn"


def lines(matters: Iterable[Matter], most: int = MOST) -> tuple[list[Matter], int]:
    """The lines of the day, the gravest first, and how many matters did not fit. What counts
    nothing is left out."""
    known = sorted(
        (each for each in matters if each.count > 0),
        key=lambda each: (GRAVITY[each.kind], -each.count, each.words),
    )
    return known[:most], len(known) - len(known[:most])


def named(names: list[str], count: int) -> str:
    """Some of the villages by name: 东湖村、西庄村等 5 个村."""
    if count <= len(names):
        return "、".join(names)
    return f"{'、'.join(names)}等 {count} 个村"
