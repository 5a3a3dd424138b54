"""Lists of persons (低保, 补贴, 分红): kept as they stand, column by column.

Which columns are money is told by their headings and by what stands in them; the total row must
equal the sum of each. A long list is often set in two or three halves side by side.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kiosk.rules.accounts import Fault, difference, main_amount, yuan
from kiosk.rules.tables import words
from kiosk.rules.tables.grid import Grid, label, written
from kiosk.rules.tables.heads import Column, Head, is_amount, is_nothing, is_repeated
from kiosk.rules.tables.reading import Draft, Notebook
from kiosk.rules.tables.sums import Stated

_MONEY = re.compile(
    r"金额|补助|补贴|救助金|保障金|低保金|资金|工资|报酬|奖金|津贴|分红|应发|实发|应领|实领|慰问金|养老金|抚恤|优待金"
    r"|标准|补差|合计|小计|总额|租金|费|款|\(元|元\)|元/|万元"
)
_NO_MONEY = re.compile(
    r"人数|人口|户数|面积|亩|数量|年龄|电话|手机|账号|卡号|证|序号|编号|股|天数|工时|月数|比例|时间|日期|原因|备注|签"
    r"|名称|类别|类型|姓名|户主|次数|工日"
)
_COUNTS = re.compile(r"人数|人口|户数|面积|亩数?|数量|股数|股份|天数|工日")


def read(heads: Sequence[Head], book: Notebook) -> Draft:
    """The list of a sheet, with its faults written into the notebook."""
    head = next(it for it in heads if it.has("name"))
    halves = _halves(head)
    columns = [it for it in halves[0] if it.role != "ignore"]
    money = [_is_money(column, head, book) for column in columns]
    rows: list[list[Any]] = []
    places: list[tuple[int, list[int]]] = []
    totals: list[tuple[int, str, dict[int, Stated]]] = []
    for half in halves:
        kept = [it for it in half if it.role != "ignore"]
        for each in heads:
            if not each.has("name"):
                continue
            for row in range(each.body[0], each.body[1] + 1):
                if row in book.grid.rows and not is_repeated(book.grid, each, row):
                    _row(row, kept, money, book, rows, places, totals)
    if len(halves) > 1:
        totals = [(len(rows) if kind == "all" else end, kind, it) for end, kind, it in totals]
    shown = _shown(columns, money, head, book.grid)
    main = main_amount({"columns": shown})
    within = _sums_of_rows(rows, places, columns, money, book)
    book.faults.extend(_total_faults(rows, totals, columns, money, within))
    book.faults.extend(fault for _, fault in within)
    total = _total(rows, totals, main)
    content = {
        "columns": shown,
        "rows": rows,
        "total": total,
        "note": "\n".join(book.notes),
    }
    return Draft(
        content,
        len(rows),
        total,
        tuple(row for row, _ in places),
        tuple(tuple(indexes) for _, indexes in places),
    )


def money_columns(head: Head, book: Notebook) -> set[int]:
    return {it.index for it in head.columns if _is_money(it, head, book)}


def _shown(
    columns: Sequence[Column], money: Sequence[bool], head: Head, grid: Grid
) -> list[dict[str, Any]]:
    return [
        {"name": _heading(column, head, grid), "amount": amount}
        for column, amount in zip(columns, money, strict=True)
    ]


def _heading(column: Column, head: Head, grid: Grid) -> str:
    """A heading as it is written, where it is one cell."""
    raw = re.sub(r"\s+", "", written(grid.spread(head.bottom, column.index)))
    return (raw if label(raw) == column.heading else column.heading) or f"第 {column.letter} 列"


def _halves(head: Head) -> list[list[Column]]:
    """The columns, cut where the same headings begin again."""
    named = [column for column in head.columns if column.heading]
    headings = [column.heading for column in named]
    for size in range(2, len(named) // 2 + 1):
        if len(named) % size == 0 and headings == headings[:size] * (len(named) // size):
            return [named[at : at + size] for at in range(0, len(named), size)]
    return [list(head.columns)]


def _is_money(column: Column, head: Head, book: Notebook) -> bool:
    if column.role in ("amount", "income", "expense"):
        return _NO_MONEY.search(re.sub(r"\([^)]*\)", "", column.heading)) is None
    if column.role in ("text", "seq", "name", "date", "note", "handler", "other", "item"):
        return False
    heading = column.heading
    if _MONEY.search(heading) is None or _NO_MONEY.search(re.sub(r"\([^)]*\)", "", heading)):
        return False
    values = [
        value
        for row in range(head.body[0], head.body[1] + 1)
        if (value := book.grid.value(row, column.index)) is not None and not is_nothing(value)
    ]
    return bool(values) and sum(map(is_amount, values)) * 2 > len(values)


def _row(
    row: int,
    columns: Sequence[Column],
    money: Sequence[bool],
    book: Notebook,
    rows: list[list[Any]],
    places: list[tuple[int, list[int]]],
    totals: list[tuple[int, str, dict[int, Stated]]],
) -> None:
    texts = [book.grid.text(row, column.index) for column in columns]
    if not any(texts):
        return
    total = next((text for text in texts[:6] if words.total_of(text)), None)
    if total is not None:
        kind = words.total_of(total)
        if kind is not None and kind.kind not in ("carry", "running"):
            totals.append((len(rows), kind.kind, _stated(row, total, columns, money, book)))
        return
    name = next(index for index, column in enumerate(columns) if column.role == "name")
    merge = book.grid.merge_at(row, columns[name].index)
    covered = merge is not None and merge.top < row
    if (not texts[name] and not covered) or len([text for text in texts if text]) == 1:
        _aside(row, columns, texts, book)
        return
    rows.append(
        [
            book.amount(row, column.index, column.unit) if amount else _text(row, column, book.grid)
            for column, amount in zip(columns, money, strict=True)
        ]
    )
    places.append((row, [column.index for column in columns]))


def _text(row: int, column: Column, grid: Grid) -> str | None:
    value = grid.spread(row, column.index)
    if value is None:
        return None
    if isinstance(value, date):
        return value.isoformat()
    return re.sub(r"\s+", " ", written(value)).strip()


def _stated(
    row: int, name: str, columns: Sequence[Column], money: Sequence[bool], book: Notebook
) -> dict[int, Stated]:
    found = {}
    for index, (column, amount) in enumerate(zip(columns, money, strict=True)):
        if amount and is_amount(book.grid.value(row, column.index)):
            fen = book.amount(row, column.index, column.unit)
            if fen is not None:
                found[index] = Stated(book.cell(row, column.index), words.bare(name), fen)
        elif not amount and _COUNTS.search(column.heading):
            count = _count(written(book.grid.value(row, column.index)))
            if count is not None:
                found[index] = Stated(book.cell(row, column.index), words.bare(name), count)
    return found


def _count(text: str) -> int | None:
    """Hundredths of a count (人口 4, 面积 3.25亩), so that it adds up exactly."""
    found = re.match(r"(\d+)(?:\.(\d{1,2}))?\s*(?:人|户|亩|个|天|股)?$", label(text))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def _aside(row: int, columns: Sequence[Column], texts: list[str], book: Notebook) -> None:
    """A row without a person: notes are kept, signatures left, the rest is shown."""
    for column, text in zip(columns, texts, strict=True):
        if not text or words.SIGNATURE.search(text) or words.NOTHING.fullmatch(text):
            continue
        if words.NOTE.match(text):
            book.notes.append(written(book.grid.value(row, column.index)).strip())
        elif words.numbering_level(text) is None:
            book.leave(row, column.index, "这一行没有姓名，没有导入。")


def _column_sum(
    rows: Sequence[Sequence[Any]], index: int, amount: bool, first: int, end: int
) -> int | None:
    if amount:
        return sum(int(row[index]) for row in rows[first:end] if row[index] is not None)
    counts = [_count(str(row[index])) for row in rows[first:end] if row[index]]
    return None if None in counts else sum(it for it in counts if it is not None)


def _total_faults(
    rows: Sequence[Sequence[Any]],
    totals: Sequence[tuple[int, str, dict[int, Stated]]],
    columns: Sequence[Column],
    money: Sequence[bool],
    within: Sequence[tuple[int, Fault]],
) -> Iterator[Fault]:
    """Totals that are not the sum of their column, but for one figure in it that its own row
    already speaks against."""
    since = 0
    for end, kind, stated in totals:
        for index, total in stated.items():
            spans = [(0, end)] if kind == "all" else [(since, end), (0, end)]
            rights = [_column_sum(rows, index, money[index], *span) for span in spans]
            right = rights[0]
            if total.amount in rights or right is None:
                continue
            by = total.amount - right
            if by == -sum(fault.by for column, fault in within if column == index):
                continue
            if money[index]:
                said = f"{total.named}，逐人相加是 {yuan(right)} 元，{difference(by)}。"
            else:
                by = round(by / 100) or (1 if by > 0 else -1)
                said = (
                    f"{total.label} {total.cell}（{columns[index].heading}）写的是 "
                    f"{total.amount / 100:g}，逐人相加是 {right / 100:g}。"
                )
            yield Fault(total.cell, by, said)
        since = end if kind != "all" else since


def _sums_of_rows(
    rows: Sequence[Sequence[Any]],
    places: Sequence[tuple[int, list[int]]],
    columns: Sequence[Column],
    money: Sequence[bool],
    book: Notebook,
) -> list[tuple[int, Fault]]:
    """Where 合计 is the sum of the other amounts in nearly every row, it must be in all; with the
    index of its column."""
    amounts = [index for index, it in enumerate(money) if it]
    sums = [it for it in amounts if re.search(r"合计|小计|总额|总计", columns[it].heading)]
    parts = [it for it in amounts if it not in sums]
    if len(sums) != 1 or len(parts) < 2:
        return []
    off = [
        (number, (row[sums[0]] or 0) - sum(row[it] or 0 for it in parts))
        for number, row in enumerate(rows)
    ]
    wrong = [(number, by) for number, by in off if by]
    if len(wrong) * 4 > len(rows):
        return []
    found = []
    for number, by in wrong:
        row, indexes = places[number]
        cell = book.cell(row, indexes[sums[0]])
        stated = rows[number][sums[0]] or 0
        said = (
            f"合计 {cell} 写的是 {yuan(stated)} 元，本行各项相加是 {yuan(stated - by)} 元，"
            f"{difference(by)}。"
        )
        found.append((sums[0], Fault(cell, by, said)))
    return found


def _total(
    rows: Sequence[Sequence[Any]],
    totals: Sequence[tuple[int, str, dict[int, Stated]]],
    main: int | None,
) -> int | None:
    if main is None:
        return None
    whole = [stated[main] for _, kind, stated in totals if kind == "all" and main in stated]
    return whole[-1].amount if whole else _column_sum(rows, main, True, 0, len(rows))


def with_roles(head: Head, book: Notebook) -> Head:
    """The head with the columns of money named as such, for the officer to see."""
    paid = money_columns(head, book)
    return replace(
        head,
        columns=tuple(
            replace(it, role="amount" if it.index in paid else (it.role or "text"))
            for it in head.columns
        ),
    )
