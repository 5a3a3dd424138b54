"""Statements of income and expense: names and amounts, beside or above each other.

Which side a line is on is told by the headings over its columns, by a column that says 收入 or
支出 (often merged downwards), or by the last section heading above it. Balances and totals are
recognised by their words wherever they stand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.rules.accounts import Fault, difference, yuan
from kiosk.rules.tables import words
from kiosk.rules.tables.balances import balances_in, balances_outside
from kiosk.rules.tables.blocks import Block, blocks_of
from kiosk.rules.tables.grid import label, written
from kiosk.rules.tables.heads import Column, Head, is_amount, is_nothing, is_repeated
from kiosk.rules.tables.nesting import Line, full_breakdowns, settle
from kiosk.rules.tables.reading import Draft, Notebook
from kiosk.rules.tables.sums import Stated, StatementSums, statement_faults


@dataclass
class _Found:
    lines: dict[str, list[Line]] = field(default_factory=lambda: {"income": [], "expense": []})
    totals: dict[str, list[Stated]] = field(default_factory=lambda: {"income": [], "expense": []})
    sections: dict[str, list[Stated]] = field(default_factory=lambda: {"income": [], "expense": []})
    subtotals: list[tuple[str, int, Stated]] = field(default_factory=list)
    balances: dict[str, list[Stated]] = field(default_factory=dict)
    explicit: set[str] = field(default_factory=set)
    side: str | None = None


def read(sheets: Sequence[tuple[Sequence[Head], Notebook]]) -> Draft:
    """The statement of a sheet, or of several (income on one, expense on another), with its faults
    written into the first one's notebook."""
    found = _Found(side=sheets[0][1].side)
    for heads, book in sheets:
        _collect(heads, book, found)
    first = sheets[0][1]
    for _, book in sheets[1:]:
        first.unplaced.extend(book.unplaced)
        first.notes.extend(book.notes)
    return _draft(found, first)


def _collect(heads: Sequence[Head], book: Notebook, found: _Found) -> None:
    inside: set[int] = set()
    for head in heads:
        blocks = blocks_of(head, book)
        if not blocks:
            continue
        found.side = _side_above(book, head) or found.side
        for row in range(head.body[0], head.body[1] + 1):
            if row in book.grid.rows and not is_repeated(book.grid, head, row):
                inside.add(row)
                for block in blocks:
                    _row(row, block, found, book)
        _columns_of_balances(head, found, book)
    for kind, stated in balances_outside(book, inside, found.balances).items():
        found.balances.setdefault(kind, []).extend(stated)


def _columns_of_balances(head: Head, found: _Found, book: Notebook) -> None:
    """期初余额 and 期末余额 as columns, with rows for cash and bank: of the total row, or their
    sum."""
    for kind in ("opening", "closing"):
        column = head.one(kind)
        if column is None or kind in found.balances:
            continue
        stated = []
        for row in range(head.body[0], head.body[1] + 1):
            if is_amount(book.grid.value(row, column.index)):
                amount = book.amount(row, column.index, column.unit)
                if amount is not None:
                    cell = book.cell(row, column.index)
                    total = any(words.total_of(text) for _, text in book.grid.label_cells(row))
                    stated.append((total, Stated(cell, column.heading, amount)))
        totals = [it for total, it in stated if total] or [it for _, it in stated]
        if len(totals) == 1:
            _keep_balance(kind, totals[0], found)
        elif totals:
            whole = sum(it.amount for it in totals)
            _keep_balance(kind, Stated(totals[-1].cell, column.heading, whole), found)


def _count(lines: Sequence[dict[str, Any]]) -> int:
    return sum(not line["sub"] for line in lines)


def _side_above(book: Notebook, head: Head) -> str | None:
    """The section heading or title right above a head ("二、支出")."""
    for row in range(head.top - 1, max(head.top - 4, 0), -1):
        cells = list(book.grid.label_cells(row))
        if len(cells) == 1:
            return words.section_of(cells[0][1]) or words.sides_named(cells[0][1])
        if any(is_amount(book.grid.value(row, column)) for column, _ in cells):
            break
    return None


def _row(row: int, block: Block, found: _Found, book: Notebook) -> None:
    column, name = _name(row, block, book)
    side = block.side or _section_side(row, block, book)
    if side is None and block.section is None:
        side = found.side
    before = {side: len(lines) for side, lines in found.lines.items()}
    for typed, columns in block.amounts:
        _cell(row, column, name, typed or side, columns, block, found, book)
    new = [
        (lines, n) for side, lines in found.lines.items() for n in range(before[side], len(lines))
    ]
    counted = [(lines, n) for lines, n in new if lines[n].amount is not None]
    _remark(row, block, counted, book)
    if not counted:
        _nothing(row, name, block, book)


def _remark(row: int, block: Block, counted: list[tuple[list[Line], int]], book: Notebook) -> None:
    """A remark is kept behind the name of its line; beside anything else it has no place."""
    value = book.grid.value(row, block.remark) if block.remark else None
    if block.remark is None or is_nothing(value) or words.SIGNATURE.search(label(value)):
        return
    text = re.sub(r"\s+", " ", written(value)).strip()
    for lines, n in counted:
        lines[n] = replace(lines[n], name=f"{lines[n].name}（{text}）")
    if not counted:
        book.leave(row, block.remark, "备注旁边没有金额，没有地方放。")


def _nothing(row: int, name: str, block: Block, book: Notebook) -> None:
    """A line whose amount is said to be nothing (—) is left out, as in the form; it is said."""
    places = [it.index for _, columns in block.amounts for it in columns]
    said = [it for it in places if book.grid.value(row, it) is not None]
    summed = words.balance_kind(name, book.period) or words.total_of(name) or words.section_of(name)
    if name and said and not summed and all(is_nothing(book.grid.value(row, it)) for it in said):
        book.leave(row, said[0], f"“{name}”没有金额，没有导入；要写明没有发生，可以填 0。")


def _name(row: int, block: Block, book: Notebook) -> tuple[int, str]:
    """The innermost name in a row of a block, and its column; "" where there is none."""
    texts = [
        (column, text)
        for column in block.labels
        if (text := book.grid.text(row, column)) and column != block.section
    ]
    first = sorted(texts, key=lambda it: it[0] in block.names)
    for column, text in reversed(first):
        if words.numbering_level(text) is None and not is_amount(book.grid.value(row, column)):
            return column, text
    if block.section is not None:
        text = book.grid.text(row, block.section)
        if text and (words.section_of(text) is None or words.total_of(text)):
            return block.section, text
    if not block.labels:
        return 0, _UNNAMED
    return (texts[-1][0] if texts else block.labels[-1]), ""


def _section_side(row: int, block: Block, book: Notebook) -> str | None:
    if block.section is None:
        return None
    for above in range(row, max(row - 200, 0), -1):
        if text := label(book.grid.spread(above, block.section)):
            return words.section_of(text)
    return None


def _cell(
    row: int,
    column: int,
    name: str,
    side: str | None,
    columns: tuple[Column, ...],
    block: Block,
    found: _Found,
    book: Notebook,
) -> None:
    """One name and its amount: a line, a balance, a total, a section, or words to leave."""
    place = columns[-1].index
    kind = words.balance_kind(name, book.period) if name else None
    if kind is None and not name and not any(book.grid.value(row, it.index) for it in columns):
        return
    if not name and _signed(row, columns, book):
        return
    if kind is None and name and _is_aside(row, name, columns, book):
        _aside(row, column, name, found, book)
        return
    amounts = [book.amount(row, it.index, it.unit) for it in columns]
    amount = sum(it or 0 for it in amounts) if any(it is not None for it in amounts) else None
    if kind is not None:
        if block.balance is not None and amount is None:
            place = block.balance.index
            amount = book.amount(row, place, block.balance.unit)
        if amount is None:
            place, amount = _right_of(row, column, place, block, book)
        if amount is not None:
            _keep_balance(kind, Stated(book.cell(row, place), words.said(name), amount), found)
        return
    if not name:
        if amount is not None:
            book.leave(row, place, "这笔金额旁边没有写是什么项目，没有导入。")
        return
    total = words.total_of(name)
    section = words.section_of(name)
    if total is not None or (section is not None and (amount is None or not block.side)):
        _sum(row, place, name, side, amount, total, section, found, book)
    elif side is None:
        if amount is not None:
            book.leave(row, column, "看不出这一项是收入还是支出，没有导入。")
            book.ask(
                "side",
                "有的项目看不出是收入还是支出，请选择。",
                {"income": "收入", "expense": "支出"},
            )
    elif amount is not None or not _typed(block):
        found.lines[side].append(_line(row, column, name, place, amount, block, book))


def _right_of(
    row: int, column: int, place: int, block: Block, book: Notebook
) -> tuple[int, int | None]:
    """The amount of a balance that stands among the names, right beside its words."""
    for beside in range(column + 1, place):
        if is_amount(book.grid.value(row, beside)):
            return beside, book.amount(row, beside)
        if book.grid.value(row, beside) is not None:
            break
    return place, None


def _typed(block: Block) -> bool:
    return len(block.amounts) > 1


def _sum(
    row: int,
    place: int,
    name: str,
    side: str | None,
    amount: int | None,
    total: words.Total | None,
    section: str | None,
    found: _Found,
    book: Notebook,
) -> None:
    side = (total.side if total else None) or section or side
    if section is not None and total is None:
        found.side = section
    elif total is not None and total.side is not None and not found.lines[total.side]:
        found.side = total.side  # 收入合计 above its lines opens their section
    if amount is None or side is None or (total and total.kind in ("carry", "running")):
        return
    stated = Stated(book.cell(row, place), words.said(name), amount)
    if total is None:
        found.sections[side].append(stated)
    elif total.kind == "all":
        found.totals[side].append(stated)
    else:
        found.subtotals.append((side, len(found.lines[side]), stated))


_UNNAMED = "本期发生额"
"""For a row that has amounts under 本期收入 and 本期支出 and no words."""


def _line(
    row: int,
    column: int,
    name: str,
    place: int,
    amount: int | None,
    block: Block,
    book: Notebook,
) -> Line:
    if column == 0:
        return Line(name, amount, book.cell(row, place))
    among, rest = words.among(name)
    level = words.numbered(name)[0]
    if level is None:
        beside = [book.grid.text(row, it) for it in block.labels if it < column]
        level = next((it for text in beside if (it := words.numbering_level(text))), None)
    raw = written(book.grid.value(row, column))
    cell = book.grid.cells[row, column]
    lead = len(raw) - len(raw.lstrip()) + raw[: len(raw) - len(raw.lstrip())].count("\u3000")
    return Line(
        name=_shown(raw) if rest else raw.strip(),
        amount=amount,
        cell=book.cell(row, place),
        level=level,
        indent=lead + 2 * cell.indent + 4 * block.labels.index(column),
        among=among,
    )


def _shown(raw: str) -> str:
    """A name as it is shown: without numbering and 其中, which the screen says itself."""
    text = re.sub(r"\s+", " ", raw.strip())
    text = re.sub(
        r"^(?:[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]"
        r"|\d{1,2}[、.．)）](?!\d)|[①-⑳])\s*[、.．]?\s*",
        "",
        text,
    )
    return re.sub(r"^其\s*中\s*[:：,，]?\s*", "", text).strip() or raw.strip()


def _keep_balance(kind: str, stated: Stated, found: _Found) -> None:
    found.balances.setdefault(kind, []).append(stated)


def _signed(row: int, columns: tuple[Column, ...], book: Notebook) -> bool:
    """Whether signatures run over into the columns of amounts."""
    texts = [book.grid.text(row, it.index) for it in columns]
    return any(words.SIGNATURE.search(text) for text in texts)


def _is_aside(row: int, name: str, columns: tuple[Column, ...], book: Notebook) -> bool:
    """Signatures, notes and sentences, which have no amount beside them."""
    if any(is_amount(book.grid.value(row, it.index)) for it in columns):
        return False
    told = words.SIGNATURE.search(name) or words.NOTE.match(name) or words.NOTHING.fullmatch(name)
    return told is not None or len(name) > 30 or re.search(r"[。;]|\d元", name) is not None


def _aside(row: int, column: int, name: str, found: _Found, book: Notebook) -> None:
    for kind, stated in balances_in(row, column, book):
        if kind not in found.balances:
            _keep_balance(kind, stated, found)
    if words.NOTE.match(name):
        note = written(book.grid.value(row, column)).strip()
        if note not in book.notes:
            book.notes.append(note)


def _draft(found: _Found, book: Notebook) -> Draft:
    for side, lines in found.lines.items():
        while lines and lines[-1].amount is None:
            lines.pop()
        if not any(line.amount is not None for line in lines):
            found.lines[side] = [
                Line(stated.label, stated.amount, stated.cell)
                for stated in (found.sections[side] or found.totals[side])[:1]
            ]
    opening = _first(found.balances.get("opening"))
    sums_of = {side: [*found.sections[side], *found.totals[side]] for side in words.SIDES}
    carried = {
        "income": {opening.amount} if opening else set(),
        "expense": {
            it.amount for kind in ("closing", "remainder") for it in found.balances.get(kind, ())
        },
    }
    for side in words.SIDES:
        wanted = {it.amount - more for it in sums_of[side] for more in carried[side] | {0}}
        wanted |= _only_subtotal(found, side)
        found.lines[side] = settle(found.lines[side], wanted)
    counted = {
        side: sum(it.amount or 0 for it in lines if not it.sub)
        for side, lines in found.lines.items()
    }
    closing, surplus = _closing(found, counted, opening)
    faults = statement_faults(StatementSums(opening, closing, counted, sums_of, surplus))
    book.faults.extend(_at_their_parts(faults, found, sums_of))
    book.faults.extend(_subtotal_faults(found))
    listed = {
        side: [_content_line(it) for it in lines if it.amount is not None]
        for side, lines in found.lines.items()
    }
    content = {
        "opening": opening.amount if opening else None,
        **listed,
        "closing": closing.amount if closing else None,
        "note": "\n".join(book.notes),
    }
    return Draft(content, {side: _count(listed[side]) for side in words.SIDES})


def _only_subtotal(found: _Found, side: str) -> set[int]:
    """A single 小计 under all lines of a side is their total."""
    stated = [(end, it) for each, end, it in found.subtotals if each == side]
    return {it.amount for end, it in stated if len(stated) == 1 and end >= len(found.lines[side])}


def _content_line(line: Line) -> dict[str, Any]:
    return {"name": line.name, "amount": line.amount, "sub": line.sub}


def _first(stated: Sequence[Stated] | None) -> Stated | None:
    return stated[0] if stated else None


def _closing(
    found: _Found, sums: dict[str, int], opening: Stated | None
) -> tuple[Stated | None, list[Stated]]:
    """The closing balance, and what the table says that this period added.

    本期结余 alone is the closing balance, unless it is just income less expense.
    """
    explicit = found.balances.get("closing", [])
    remainder = found.balances.get("remainder", [])
    surplus = list(found.balances.get("surplus", []))
    if explicit:
        return explicit[-1], [*surplus, *remainder]
    if not remainder:
        return None, surplus
    added = sums["income"] - sums["expense"]
    first = opening.amount if opening else 0
    closing = next((it for it in remainder if it.amount == first + added), remainder[-1])
    if first and closing.amount == added:
        return None, [*surplus, *remainder]
    return closing, [*surplus, *(it for it in remainder if it is not closing)]


def _at_their_parts(
    faults: list[Fault], found: _Found, stated: dict[str, list[Stated]]
) -> list[Fault]:
    """Where the parts of a line (其中) and the total agree against it, the line is named."""
    told = []
    for fault in faults:
        side = next((it for it in stated if fault.cell in {one.cell for one in stated[it]}), None)
        wrong = [
            (line, parts)
            for line, parts in (full_breakdowns(found.lines[side]) if side else ())
            if parts - (line.amount or 0) == fault.by
        ]
        if len(wrong) == 1:
            line, parts = wrong[0]
            fault = replace(
                fault,
                cell=line.cell,
                by=-fault.by,
                message=f"{line.name} {line.cell} 写的是 {yuan(line.amount or 0)} 元，"
                f"下面各项相加和合计都说应是 {yuan(parts)} 元，{difference(-fault.by)}。",
            )
        if fault not in told:
            told.append(fault)
    cells = {fault.cell for fault in told}
    for side in words.SIDES:
        for line, parts in full_breakdowns(found.lines[side]):
            by = (line.amount or 0) - parts
            broken_down = line.numbered_parts and len(line.parts) > 1
            if by and line.cell not in cells and (broken_down or by < 0 < parts):
                told.append(
                    Fault(
                        line.cell,
                        by,
                        f"{line.name} {line.cell} 写的是 {yuan(line.amount or 0)} 元，"
                        f"下面各项相加是 {yuan(parts)} 元，{difference(by)}。",
                    )
                )
    return told


def _subtotal_faults(found: _Found) -> list[Fault]:
    """小计 over the lines since the one before, or over all of the side so far."""
    faults = []
    since = {"income": 0, "expense": 0}
    for side, end, stated in found.subtotals:
        lines = found.lines[side][:end]
        part = sum(it.amount or 0 for it in lines[since[side] :] if not it.sub)
        whole = sum(it.amount or 0 for it in lines if not it.sub)
        since[side] = end
        if stated.amount not in (part, whole):
            by = stated.amount - part
            faults.append(
                Fault(
                    stated.cell,
                    by,
                    f"{stated.named}，逐项相加是 {yuan(part)} 元，{difference(by)}。",
                )
            )
    return faults
