"""Ledgers: one line per receipt or payment, with sums of pages and months and a running balance.

The flow of a line is told by columns of income and expense (收入/支出, 借方/贷方), by a column that
says 收 or 支, by the section above, or by the sign of the amount; where nothing tells, it is asked.
Which of 借方 and 贷方 is income is said by the running balance, without one by the verbs of the
summaries (a bank's list and the village's own book have it the other way round), else asked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.rules.accounts import Fault
from kiosk.rules.tables import debits, words
from kiosk.rules.tables.balances import balances_outside
from kiosk.rules.tables.days import Entry, date_entries
from kiosk.rules.tables.grid import Value, written
from kiosk.rules.tables.heads import Column, Head, is_amount, is_nothing, is_repeated
from kiosk.rules.tables.periods import Day, day_written
from kiosk.rules.tables.reading import Draft, Notebook
from kiosk.rules.tables.sums import (
    LedgerLine,
    LedgerSums,
    LedgerTotal,
    Stated,
    ledger_faults,
)

_Flow = tuple[str | None, int, str]


@dataclass
class _Found:
    lines: list[Entry] = field(default_factory=list)
    totals: list[LedgerTotal] = field(default_factory=list)
    opening: Stated | None = None
    closing: Stated | None = None
    page: int = 0
    month: int = 0
    sub: int = 0
    side: str | None = None
    debit: str = "income"
    day: Day | None = None
    month_above: int | None = None


def read(heads: Sequence[Head], book: Notebook, title: str) -> Draft:
    """The ledger of a sheet, with its faults written into the notebook."""
    debit = debits.debit_side(heads, book)
    heads = [debits.turned(head, debit) for head in heads]
    found = _Found(side=book.side or words.sides_named(title), debit=debit)
    for head in (part for whole in heads for part in _parts(whole)):
        if not head.has("income", "expense", "amount"):
            continue
        found.page = len(found.lines)
        found.day = None
        for row in range(head.body[0], head.body[1] + 1):
            if row not in book.grid.rows:
                continue
            if is_repeated(book.grid, head, row):
                found.page = len(found.lines)
            else:
                _row(row, head, found, book)
    _balances_aside(heads, found, book)
    date_entries(found.lines, book)
    checked = [
        LedgerLine(it.summary, it.amounts, it.cells, it.balance, it.balance_cell)
        for it in found.lines
    ]
    faults: list[Fault] = ledger_faults(
        LedgerSums(found.opening, checked, found.totals, found.closing)
    )
    book.faults.extend(faults)
    closing = found.closing or _last_balance(found)
    content: dict[str, Any] = {
        "opening": found.opening.amount if found.opening else None,
        "closing": closing.amount if closing else None,
        "lines": [
            {
                "on": it.on.isoformat() if it.on else "",
                "summary": it.summary,
                "income": it.amounts.get("income", 0),
                "expense": it.amounts.get("expense", 0),
                "handler": it.handler,
            }
            for it in found.lines
        ],
        "note": "\n".join(book.notes),
    }
    return Draft(content, len(found.lines))


def _parts(head: Head) -> list[Head]:
    """A ledger of income beside one of expense, cut where the same columns begin again."""
    roles = [column.role for column in head.columns]
    half = len(roles) // 2
    if half < 2 or roles[:half] != roles[half:] or "amount" not in roles:
        return [head]
    return [replace(head, columns=it) for it in (head.columns[:half], head.columns[half:])]


def _last_balance(found: _Found) -> Stated | None:
    for total in reversed(found.totals):
        if total.balance is not None and total.after == len(found.lines):
            return total.balance
    for line in reversed(found.lines):
        if line.balance is not None:
            return Stated(line.balance_cell, "余额", line.balance)
    return None


def _row(row: int, head: Head, found: _Found, book: Notebook) -> None:
    name, name_column = _name(row, head, book)
    kind = words.balance_kind(name, book.period) if name else None
    total = words.total_of(name) if name and kind is None else None
    if kind is not None:
        _balance_row(row, kind, name, head, found, book)
    elif total is not None:
        _total_row(row, total, name, head, found, book)
    elif not _has_amount(row, head, book):
        _text_row(row, name, name_column, head, found, book)
    else:
        _line_row(row, name, head, found, book)


def _name(row: int, head: Head, book: Notebook) -> tuple[str, int]:
    """What a row is about: its summary, or whatever words stand in it where that is empty."""
    for role in ("summary", "item"):
        for column in head.columns:
            value = book.grid.value(row, column.index)
            if column.role == role and not is_nothing(value):
                return book.grid.text(row, column.index), column.index
    for column in head.columns:
        if column.role in ("seq", "date", "month", "day", "voucher", "", "direction", "note"):
            text = book.grid.text(row, column.index)
            if text and (words.total_of(text) or words.balance_kind(text, book.period)):
                return text, column.index
    within = {column.index for column in head.columns}
    for index, text in book.grid.label_cells(row):
        if index in within and not re.fullmatch(r"[\d.,\-/¥年月日]+", text):
            return text, index
    return "", 0


def _has_amount(row: int, head: Head, book: Notebook) -> bool:
    """Whether something stands where amounts do that is not just a signature running over."""
    values = [
        value
        for column in head.columns
        if column.role in ("income", "expense", "amount")
        and not is_nothing(value := book.grid.value(row, column.index))
    ]
    if any(map(is_amount, values)):
        return True
    signed = any(words.SIGNATURE.search(text) for _, text in book.grid.label_cells(row))
    return bool(values) and not signed


def _flows(row: int, head: Head, found: _Found, book: Notebook) -> Iterator[_Flow]:
    """The amounts of a row with their side (None where nothing tells) and cell."""
    columns = [it for it in head.columns if it.role in ("income", "expense")]
    if not columns or not _both(columns):
        columns = [*columns, *(it for it in head.columns if it.role == "amount")][:1]
    for column in columns:
        amount = book.amount(row, column.index, column.unit)
        if amount is None:
            continue
        side = column.role if column.role in words.SIDES else None
        if side is None:
            side = column.side or _direction(row, head, found, book) or found.side
        yield side, amount, book.cell(row, column.index)


def _both(columns: Sequence[Column]) -> bool:
    return {column.role for column in columns} == {"income", "expense"}


def _direction(row: int, head: Head, found: _Found, book: Notebook) -> str | None:
    column = head.one("direction")
    text = book.grid.text(row, column.index) if column else ""
    if text[:1] in ("借", "贷"):
        return found.debit if text[0] == "借" else debits.OTHER[found.debit]
    if re.match(r"收|进|入|增|\+", text):
        return "income"
    return "expense" if re.match(r"支|付|出|减|-", text) else None


def _line_row(row: int, name: str, head: Head, found: _Found, book: Notebook) -> None:
    flows = list(_flows(row, head, found, book))
    if not flows:
        return
    amounts: dict[str, int] = {}
    cells: dict[str, str] = {}
    for side, amount, cell in flows:
        if side is None:
            if _signed(head, book):
                side, amount = ("income", amount) if amount >= 0 else ("expense", -amount)
            else:
                _ask_side(row, cell, head, book)
                return
        if amount or not amounts:
            amounts[side] = amounts.get(side, 0) + amount
            cells[side] = cell
    day = _day(row, head, found, book)
    handler = head.one("handler")
    balance = head.one("balance")
    summary = (_words(row, head, book) or name) + _remark(row, head, book)
    found.lines.append(
        Entry(
            row=row,
            day=day,
            summary=summary,
            handler=_text(row, handler, book),
            amounts=amounts,
            cells=cells,
            balance=book.amount(row, balance.index, balance.unit) if balance else None,
            balance_cell=book.cell(row, balance.index) if balance else "",
        )
    )


def _ask_side(row: int, cell: str, head: Head, book: Notebook) -> None:
    column = head.one("amount")
    if column is not None:
        book.leave(row, column.index, "看不出这一笔是收入还是支出，没有导入。")
    book.ask(
        "side",
        "金额一列没有写明是收入还是支出，请选择。",
        {"income": "都是收入", "expense": "都是支出"},
    )


def _signed(head: Head, book: Notebook) -> bool:
    """One column of amounts that has negatives and no other sign of the side."""
    column = head.one("amount")
    if column is None:
        return False
    if head.one("balance") is not None:
        return True
    quiet = Notebook(book.grid, book.period, book.unit)
    amounts = [
        quiet.amount(row, column.index, column.unit)
        for row in range(head.body[0], head.body[1] + 1)
        if row in book.grid.rows
    ]
    return sum(it < 0 for it in amounts if it is not None) * 10 >= len(amounts)


def _words(row: int, head: Head, book: Notebook) -> str:
    parts = [
        _text(row, column, book)
        for column in head.columns
        if column.role in ("summary", "item") and book.grid.value(row, column.index) is not None
    ]
    kept = [part for number, part in enumerate(parts) if part and part not in parts[:number]]
    return "，".join(kept)


def _remark(row: int, head: Head, book: Notebook) -> str:
    """What stands under 备注, in brackets."""
    found = [
        re.sub(r"\s+", " ", written(value)).strip()
        for column in head.columns
        if column.role == "note"
        and words.is_remark(column.heading)
        and not is_nothing(value := book.grid.value(row, column.index))
    ]
    return "".join(f"（{text}）" for text in found)


def _text(row: int, column: Column | None, book: Notebook) -> str:
    if column is None:
        return ""
    return re.sub(r"\s+", " ", written(book.grid.spread(row, column.index))).strip()


def _balance_row(row: int, kind: str, name: str, head: Head, found: _Found, book: Notebook) -> None:
    columns = [it for role in ("balance", "closing", "opening") if (it := head.one(role))]
    columns += [it for it in head.columns if it.role in ("income", "expense", "amount")]
    for column in columns:
        amount = book.amount(row, column.index, column.unit)
        if amount is None:
            continue
        stated = Stated(book.cell(row, column.index), words.bare(name), amount)
        if kind == "opening" and found.opening is None:
            found.opening = stated
        elif kind in ("closing", "remainder"):
            found.closing = stated
        return


def _total_row(
    row: int,
    total: words.Total,
    name: str,
    head: Head,
    found: _Found,
    book: Notebook,
) -> None:
    stated: dict[str, Stated] = {}
    for side, amount, cell in _flows(row, head, found, book):
        side = total.side or side
        if side is not None:
            more = stated[side].amount if side in stated else 0
            stated[side] = Stated(cell, words.bare(name), amount + more)
    column = head.one("balance")
    balance = None
    if column is not None and (left := book.amount(row, column.index, column.unit)) is not None:
        balance = Stated(book.cell(row, column.index), words.bare(name) + "的余额", left)
    count = len(found.lines)
    if total.kind == "carry" and count == 0:
        if found.opening is None and balance is not None:
            found.opening = balance
        return
    spans = {
        "page": ((found.page, count), (0, count)),
        "carry": ((0, count), (found.page, count)),
        "month": ((found.month, count), (0, count)),
        "day": ((found.sub, count),),
        "sub": ((found.sub, count), (found.page, count), (0, count)),
        "all": ((0, count), (found.page, count)),
    }.get(total.kind, ())
    if total.kind == "all" and _headed_alone(found, count):
        spans = spans[:1]
    found.totals.append(LedgerTotal(name, total.kind, stated, spans, balance, count))
    if total.kind in ("page", "carry"):
        found.page = count
    if total.kind == "month":
        found.month = count
    if total.kind in ("sub", "day", "month", "page"):
        found.sub = count


def _headed_alone(found: _Found, count: int) -> bool:
    """A page that holds nothing but the total of all has no sum of its own."""
    return found.page >= count


def _text_row(row: int, name: str, column: int, head: Head, found: _Found, book: Notebook) -> None:
    """A row without amounts: a section, a month, a note, signatures, or words that go on."""
    if side := words.section_of(name):
        found.side = side
        return
    _day_above(row, name, head, found, book)
    if not name or words.NOTHING.fullmatch(name) or words.SIGNATURE.search(name):
        return
    if words.NOTE.match(name):
        book.notes.append(written(book.grid.value(row, column)).strip())
        return
    at = head.one("summary") or head.one("item")
    if at is not None and at.index == column and found.lines and _goes_on(row, at, head, book):
        found.lines[-1].summary += written(book.grid.value(row, column)).strip()
        return
    book.leave(row, column, "这一行没有金额，没有导入。")


def _day_above(row: int, name: str, head: Head, found: _Found, book: Notebook) -> None:
    """A row with nothing but a month or a day is about the lines below it."""
    column = head.one("date")
    value = book.grid.value(row, column.index) if column else None
    day = day_written(value if value is not None else name)
    if day is None:
        return
    if day.day is None:
        found.month_above = day.month
    elif column is not None and value is not None:
        found.day = day


def _goes_on(row: int, at: Column, head: Head, book: Notebook) -> bool:
    """Words of a summary that run over into a row that has nothing else."""
    return len(book.grid.rows[row]) == 1 and row - 1 in book.grid.rows and row > head.body[0]


def _balances_aside(heads: Sequence[Head], found: _Found, book: Notebook) -> None:
    """上期结余 above or below the table, with its amount in the same or the next cell."""
    inside = {row for head in heads for row in range(head.top, head.body[1] + 1)}
    kept = balances_outside(book, inside)
    if found.opening is None and kept.get("opening"):
        found.opening = kept["opening"][0]
    if found.closing is None:
        ends = [*kept.get("closing", ()), *kept.get("remainder", ())]
        found.closing = ends[-1] if ends else None


def _day(row: int, head: Head, found: _Found, book: Notebook) -> Day | None:
    """The date of a row: its own, or that of the line above where the cell is empty or merged."""
    column, month, day = head.one("date"), head.one("month"), head.one("day")
    if month is not None and day is not None:
        return _split_day(row, month, day, column, found, book)
    if column is None:
        return None
    value = book.grid.spread(row, column.index)
    if value is None or is_nothing(value):
        return found.day
    written_day = day_written(value)
    if written_day is None:
        book.leave(row, column.index, "这个日期看不懂，请改成 2026-05-01 这样的写法。")
        return None
    if written_day.month is None and found.month_above is not None:
        written_day = replace(written_day, month=found.month_above)
    found.day = written_day
    return written_day


def _split_day(
    row: int, month: Column, day: Column, year: Column | None, found: _Found, book: Notebook
) -> Day | None:
    """月 and 日 in columns of their own, the month once for all its lines."""
    before = found.day
    said = [_number(book.grid.spread(row, it.index)) for it in (month, day)]
    if said == [None, None]:
        return before
    on_year = _number(book.grid.spread(row, year.index)) if year else None
    found.day = Day(
        on_year if on_year and on_year > 1900 else (before.year if before else None),
        said[0] or (before.month if before else None),
        said[1] or (before.day if before else None),
    )
    return found.day


def _number(value: Value | None) -> int | None:
    found = re.match(r"\s*(\d{1,4})\s*[年月日号]?\s*$", written(value)) if value else None
    return int(found[1]) if found else None
