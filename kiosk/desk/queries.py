"""What the desk shows at once: what presses most, who is worst, a matrix, the trend."""

from dataclasses import dataclass
from datetime import date

from kiosk.journal.log import Journal
from kiosk.rules.timeliness import LATE

IN_TIME = ("met",)
COUNTED = ("met", "met_late", *LATE)
"""States by which timeliness is measured: owed, and neither excused nor nothing."""


@dataclass(frozen=True)
class ItemLine:
    """How many duties of an item are in a state, over all villages."""

    item: str
    title: str
    state: str
    count: int


@dataclass(frozen=True)
class VillageCounts:
    """A village's duties that press: past their grace, late in all, due."""

    village: str
    escalated: int
    late: int
    due: int


@dataclass(frozen=True)
class Cell:
    """A duty that presses; `due` a Beijing date as text."""

    village: str
    key: str
    item: str
    affairs: str
    title: str
    subject: str
    period: str
    state: str
    due: str


@dataclass(frozen=True)
class Month:
    """The duties that fell due in a month ("2026-09"): how many counted, and of them in time."""

    month: str
    owed: int
    in_time: int

    @property
    def rate(self) -> int | None:
        """In percent; None where nothing was owed."""
        return round(100 * self.in_time / self.owed) if self.owed else None


def by_item(journal: Journal) -> list[ItemLine]:
    """Every item of which duties press, the most pressing state and the largest number first."""
    rows = journal.db.execute(
        """
        SELECT item, title, state, count FROM desk_items WHERE count > 0
        ORDER BY CASE state WHEN 'escalated' THEN 0 WHEN 'overdue' THEN 1 WHEN 'stale' THEN 2
            ELSE 3 END, count DESC, item
        """
    )
    return [ItemLine(*row) for row in rows]


def worst(journal: Journal, limit: int, offset: int = 0) -> list[VillageCounts]:
    """The villages with the most that presses, the worst first."""
    rows = journal.db.execute(
        """
        SELECT village, escalated, late, due FROM desk_villages
        ORDER BY escalated DESC, late DESC, village LIMIT ? OFFSET ?
        """,
        [limit, offset],
    )
    return [VillageCounts(*row) for row in rows]


def pressing(
    journal: Journal,
    *,
    village: str = "",
    item: str = "",
    affairs: str = "",
    state: str = "",
    limit: int = 5000,
) -> list[Cell]:
    """Duties that press, of what is given, the oldest due first."""
    rows = journal.db.execute(
        """
        SELECT village, key, item, affairs, title, subject, period, state, due FROM desk_pressing
        WHERE (:village = '' OR village = :village) AND (:item = '' OR item = :item)
        AND (:affairs = '' OR affairs = :affairs) AND (:state = '' OR state = :state)
        ORDER BY due, village, key LIMIT :limit
        """,
        {
            "village": village,
            "item": item,
            "affairs": affairs,
            "state": state,
            "limit": limit,
        },
    )
    return [Cell(*row) for row in rows]


def with_item(journal: Journal, item: str, state: str, limit: int) -> list[str]:
    """Some of the villages of which that item is in that state."""
    rows = journal.db.execute(
        """
        SELECT DISTINCT village FROM desk_pressing WHERE state = ? AND item = ?
        ORDER BY village LIMIT ?
        """,
        [state, item, limit],
    )
    return [row[0] for row in rows]


def trend(journal: Journal, until: date, months: int = 12, village: str = "") -> list[Month]:
    """The last months' timeliness, oldest first, of a village or of all."""
    wanted = _months(until, months)
    marks = ", ".join("?" * len(COUNTED))
    rows = journal.db.execute(
        f"""
        SELECT month, sum(count), sum(CASE WHEN state = 'met' THEN count ELSE 0 END)
        FROM desk_months WHERE month >= ? AND state IN ({marks}) AND (? = '' OR village = ?)
        GROUP BY month
        """,
        [wanted[0], *COUNTED, village, village],
    )
    found = {month: (owed, in_time) for month, owed, in_time in rows}
    return [Month(month, *found.get(month, (0, 0))) for month in wanted]


def stale(journal: Journal, today: date) -> int:
    """How many villages' rows are of another day: they are being worked on."""
    row = journal.db.execute(
        "SELECT count(*) FROM desk_done WHERE day != ?", [today.isoformat()]
    ).fetchone()
    return int(row[0])


def _months(until: date, count: int) -> list[str]:
    year, month = until.year, until.month
    found = []
    for _ in range(count):
        found.append(f"{year:04}-{month:02}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]
