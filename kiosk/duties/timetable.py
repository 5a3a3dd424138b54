"""The catalogue as a timetable that anyone can check: what must be published, how often, by what
law, when it last was, when it is due next, and how it stands.
"""

from dataclasses import dataclass
from datetime import date

from kiosk.duties import queries
from kiosk.duties.queries import DutyRow
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices
from kiosk.rules.calendar import beijing_date
from kiosk.rules.catalogue import CADENCES, Item, Span
from kiosk.rules.timeliness import LATE

NOTHING_HAPPENED = "none"
"""The state of an event item of which nothing is owed."""

PRACTICE = "practice"
_AFTER_PERIOD = {"monthly": "次月", "quarterly": "季后首月", "half_yearly": "半年后首月"}


@dataclass(frozen=True)
class Line:
    """One item of the catalogue for one village.

    `state` is a duty's (of `rules.timeliness`) or NOTHING_HAPPENED; `late` are the duties behind
    it that are past their day. `notice` is the id of what was published last, on `published`, or
    "" and None; `next_due` the next day that is owed, None where none is known.
    """

    item: Item
    state: str
    late: tuple[DutyRow, ...]
    notice: str
    published: date | None
    next_due: date | None

    @property
    def how_often(self) -> str:
        return how_often(self.item)

    @property
    def basis(self) -> str:
        return basis(self.item)

    @property
    def days_late(self) -> int:
        return max((row.days_late for row in self.late), default=0)


def timetable(journal: Journal, village: str, today: date) -> list[Line]:
    """A village's catalogue as it holds today, in its order."""
    rows: dict[str, list[DutyRow]] = {}
    for row in queries.duties(journal, village, today):
        rows.setdefault(row.item.id, []).append(row)
    newest = notices.newest_of_items(journal, village)
    found = []
    for item in queries.catalogue(journal, village).items_on(today):
        own = rows.get(item.id, [])
        id, at = newest.get(item.id, ("", None))
        found.append(
            Line(
                item,
                _state(own),
                tuple(row for row in own if row.state in LATE),
                id,
                None if at is None else beijing_date(at),
                min((row.duty.due for row in own if _is_ahead(row, today)), default=None),
            )
        )
    return found


def how_often(item: Item) -> str:
    """An item's rhythm and its last day in plain words: "每季度，季后首月 10 日前"."""
    words = CADENCES[item.cadence]
    due = item.due
    if item.cadence == "standing":
        return f"{words}公开，每 {item.confirm_months} 个月核对一次"
    if due is None:
        return words
    if due.after is not None:
        return f"有了就公开，{_span(due.after)}内"
    if due.month is not None:
        return f"{words}，{'当年' if due.in_period else '次年'} {due.month} 月 {due.day} 日前"
    return f"{words}，{_AFTER_PERIOD.get(item.cadence, '次年 1 月')} {due.day} 日前"


def basis(item: Item) -> str:
    """The law or rule by which it must be published; the place's own where no national one says."""
    parts = [part.strip() for part in item.basis.split(";")]
    return "；".join(part for part in parts if not part.startswith(PRACTICE)) or "本地规定"


def _state(rows: list[DutyRow]) -> str:
    for wanted in LATE:
        if any(row.state == wanted for row in rows):
            return wanted
    if any(row.state == "due" for row in rows):
        return "due"
    settled = [row for row in rows if row.state != "upcoming"]
    if settled:
        return max(settled, key=lambda row: row.duty.due).state
    return "upcoming" if rows else NOTHING_HAPPENED


def _is_ahead(row: DutyRow, today: date) -> bool:
    if row.duty.rules.cadence == "standing":
        return row.duty.due >= today
    return row.state in ("upcoming", "due")


def _span(span: Span) -> str:
    return f"{span.n} 个工作日" if span.working else f"{span.n} 天"
