"""The days of a ledger's lines, once all of them are known: years from the period, zeros that Excel
ate put back, and what is amiss."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.rules.tables.periods import Day, span
from kiosk.rules.tables.reading import Notebook


@dataclass
class Entry:
    """A ledger's line while it is read; `on` once its date is settled."""

    row: int
    day: Day | None
    summary: str
    handler: str
    amounts: dict[str, int]
    cells: dict[str, str]
    balance: int | None
    balance_cell: str
    on: date | None = None


def date_entries(entries: Sequence[Entry], book: Notebook) -> None:
    """Dates with the year of the period, a zero that Excel ate put back, and what is amiss."""
    first, last = span(book.period) if book.period else (None, None)
    month = first.month if first and last and first.month == last.month else None
    years = [it.day.year for it in entries if it.day and it.day.year]
    year = first.year if first else (years[0] if years else None)
    before: date | None = None
    for number, line in enumerate(entries):
        if line.day is None:
            continue
        line.on = line.day.on(year, month)
        if line.day.tenfold and line.on is not None:
            line.on = _with_zero(line, before, _next_day(entries[number + 1 :], year, month))
        before = line.on or before
    unknown = [it.row for it in entries if it.day and it.on is None]
    outside = [it.row for it in entries if it.on and not _within(it.on, first, last)]
    for rows, said in (
        (unknown, "的日期缺年份或日子，请补上。"),
        (outside, "的日期不在这一期里，请核对。"),
    ):
        if rows:
            listed = "、".join(map(str, rows[:5])) + (" 等" if len(rows) > 5 else "")
            book.ask("dates", f"第 {listed} 行{said}")


def _within(on: date, first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= on <= last


def _next_day(lines: Sequence[Entry], year: int | None, month: int | None) -> date | None:
    for line in lines:
        if line.day is not None and not line.day.tenfold and (on := line.day.on(year, month)):
            return on
    return None


def _with_zero(line: Entry, before: date | None, after: date | None) -> date | None:
    """4.1 kept by Excel may have been 4.10: the one that keeps the order of the lines."""
    assert line.on is not None and line.day is not None
    later = (
        line.on.replace(day=line.on.day * 10)
        if line.on.day * 10 <= 28 or (line.on.day == 3 and line.on.month != 2)
        else line.on
    )
    fits = [
        on
        for on in (line.on, later)
        if (before is None or on >= before) and (after is None or on <= after)
    ]
    return fits[0] if fits else line.on
