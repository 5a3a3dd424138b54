"""A sheet against the tables of any form: which column is which, by the words of the headings.

Where `kiosk.rules.tables` recognises village accounts by meaning, here a form's own definition
says what its columns are called (`label`, `also`). The proposal is shown and can be changed column
by column; what a person settled is kept by heading (`kept`) and wins the next time. Cells become
what somebody would have typed, so that they are checked like that; nothing is left out in silence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.rules import accounts
from kiosk.rules.accounts import AmountUnreadable
from kiosk.rules.forms import Field, Form
from kiosk.rules.tables.grid import Grid, Value, label, written
from kiosk.rules.tables.reading import Unplaced
from kiosk.rules.tables.words import unit_in_heading, unit_said

HEADS_LOOKED_AT = 12
NOTHING = "-"
"""In a match: this column is not wanted."""

_TOTAL = re.compile(r"(?:本页|本期|以上)?(?:合计|总计|小计|累计)(?:数|金额)?")


@dataclass(frozen=True)
class Match:
    """How a sheet is read: `table` is the form's table, `head` the row of its headings (0: there is
    none, `first` is the first row of the body), `columns` the table's column by the sheet's."""

    table: str
    sheet: str
    head: int
    first: int
    columns: Mapping[int, str]

    @property
    def found(self) -> bool:
        return bool(self.columns)


@dataclass(frozen=True)
class Taken:
    """What a match gives: rows as they would be typed, the sheet's row of each, what has no
    place, and by column the heading with which it can be known again."""

    rows: tuple[dict[str, Any], ...]
    numbers: tuple[int, ...]
    unplaced: tuple[Unplaced, ...]
    headings: Mapping[int, str]


def proposed(
    form: Form,
    grids: Sequence[Grid],
    kept: Mapping[str, str] | None = None,
    *,
    table: str = "",
    sheet: str = "",
    head: int | None = None,
) -> Match:
    """The best match of the sheets with the form's tables (of which there must be one).

    `kept` has a table's column (or NOTHING) by heading, as settled before. `table`, `sheet` and
    `head` are the officer's word where given.
    """
    tables = [it for it in form.tables if not table or it.key == table] or list(form.tables)
    shown = [it for it in grids if not it.hidden] or list(grids)
    wanted = [it for it in shown if it.name == sheet] or shown
    best: tuple[int, Match] | None = None
    for grid in wanted:
        heads = [head] if head is not None else list(_heads(grid))
        for field in tables:
            for row in heads:
                columns = _columns(field, grid, row, kept or {}) if row else {}
                match = Match(field.key, grid.name, row, row + 1, columns)
                score = len(set(columns.values()) - {NOTHING})
                if best is None or score > best[0]:
                    best = (score, match)
    if best is None or (best[0] < 2 and head is None and best[0] < len(tables[0].columns)):
        return Match(tables[0].key, wanted[0].name, head or 0, (head or 0) + 1, {})
    return best[1]


def taken(form: Form, grid: Grid, match: Match) -> Taken:
    """The rows of the form's table that a match gives."""
    table = form.field(match.table)
    assert table is not None
    headings = {
        column: heading
        for column in range(1, grid.right + 1)
        if (heading := _headings(grid, match.head, column)[0] if match.head else "")
    }
    columns = {n: key for n, key in match.columns.items() if key != NOTHING}
    units = {n: unit for n in columns if (unit := unit_in_heading(headings.get(n, "")))}
    unit = _unit_above(grid, match.head)
    rows, numbers, unplaced = [], [], []
    for row in (it for it in grid.rows if it >= match.first and it != match.head):
        # A name that is merged over several rows stands for each; an amount does not.
        cells = {
            n: grid.value(row, n) if _is_figure(table, key) else grid.spread(row, n)
            for n, key in columns.items()
        }
        texts = [text for _, text in grid.label_cells(row)]
        if not any(value is not None for value in cells.values()):
            if texts:
                unplaced.append(_left(grid, row, "这一行不在认出的列里，没有填入"))
            continue
        if texts and _TOTAL.fullmatch(texts[0]):
            unplaced.append(_left(grid, row, "合计行，公开时自动相加"))
            continue
        if match.head and _repeats(grid, match, row):
            continue
        made = {it.key: False if it.type == "part" else "" for it in table.columns}
        for n, key in columns.items():
            column = table.column(key)
            if column is not None:
                made[key] = _typed(column, cells[n], units.get(n, unit))
        if _is_remark(table, made, texts):
            unplaced.append(_left(grid, row, "像是说明文字，没有填入"))
            continue
        rows.append(made)
        numbers.append(row)
    return Taken(tuple(rows), tuple(numbers), tuple(unplaced), headings)


def settled(match: Match, headings: Mapping[int, str]) -> dict[str, str]:
    """What to keep of a match for the next time: the table's column, or NOTHING, by heading."""
    return {headings[column]: match.columns.get(column, NOTHING) for column in headings}


def _heads(grid: Grid) -> Sequence[int]:
    return [row for row in sorted(grid.rows)[:HEADS_LOOKED_AT] if len(grid.rows[row]) >= 2]


def _columns(table: Field, grid: Grid, head: int, kept: Mapping[str, str]) -> dict[int, str]:
    """The table's column by the sheet's, each used once; first by what was settled before, then
    by equal words, then by words that hold the other."""
    headings = {column: _headings(grid, head, column) for column in range(1, grid.right + 1)}
    found: dict[int, str] = {}
    keys = {column.key for column in table.columns}
    for column, words in headings.items():
        told = next((kept[word] for word in words if word in kept), None)
        if told == NOTHING or (told in keys and told not in found.values()):
            found[column] = str(told)
    names = [(it.key, _plain(name)) for it in table.columns for name in (it.label, *it.also)]
    for fits in (_equal, _holds):
        for column, words in headings.items():
            if column in found:
                continue
            for key, name in names:
                if key not in found.values() and any(fits(name, _plain(word)) for word in words):
                    found[column] = key
                    break
    return found


def _headings(grid: Grid, head: int, column: int) -> list[str]:
    """What may be the heading of a column: its own cell, with and without the one above."""
    own = label(grid.spread(head, column))
    above = label(grid.spread(head - 1, column)) if head > 1 else ""
    if not own:
        return []
    return [own, above + own] if above and above != own and len(above) <= 12 else [own]


def _plain(text: str) -> str:
    """Words without brackets and units: "面积（亩）" and "面积" are the same."""
    bare = re.sub(r"[(][^)]*[)]", "", label(text))
    return re.sub(r"[、/，,：:\s]", "", bare)


def _equal(name: str, heading: str) -> bool:
    return name == heading


def _holds(name: str, heading: str) -> bool:
    short, long = sorted((name, heading), key=len)
    return len(short) >= 2 and short in long and len(long) <= len(short) + 6


def _unit_above(grid: Grid, head: int) -> int:
    """Fen in the unit that is declared above the headings (单位：万元), else in a yuan."""
    for row in sorted(grid.rows):
        if row >= head:
            break
        for _, text in grid.label_cells(row):
            if unit := unit_said(text):
                return unit
    return accounts.YUAN


def _typed(column: Field, value: Value | None, unit: int) -> Any:
    """A cell as somebody would type it into the column."""
    if column.type == "part":
        return label(value) in ("是", "√", "✓", "其中", "1")
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if column.type == "money":
        if isinstance(value, str) and not value.strip("-—/ 　无"):
            return ""
        try:
            return accounts.yuan(accounts.parse_fen(value, unit))
        except AmountUnreadable:
            return written(value).strip()
    text = written(value).strip()
    if column.type in ("lines", "long_text"):
        return text
    return " ".join(text.split())


def _is_figure(table: Field, key: str) -> bool:
    column = table.column(key)
    return column is not None and column.is_figure


def _is_remark(table: Field, made: Mapping[str, Any], texts: Sequence[str]) -> bool:
    """Whether a row is one long text and nothing else: a remark below the table."""
    filled = [value for value in made.values() if value]
    return len(texts) == 1 and len(filled) <= 1 and len(texts[0]) > 12 and len(table.columns) > 2


def _repeats(grid: Grid, match: Match, row: int) -> bool:
    """Whether a row says the headings again, as on a new page."""
    cells = [(column, text) for column, text in grid.label_cells(row)]
    same = [text for column, text in cells if text == grid.text(match.head, column)]
    return len(same) >= 2 and len(same) == len(cells)


def _left(grid: Grid, row: int, message: str) -> Unplaced:
    cells = grid.rows[row]
    text = " ".join(written(grid.value(row, column)).strip() for column in cells)
    return Unplaced(grid.address(row, cells[0]), text, message)
