"""A table from elsewhere in a form's own rows: pasted from Word or Excel, or found in a document.

Where the first rows of the table are headings that the form's columns are known by, its columns
go to those; otherwise its cells go where the cursor stood, to the right and down, in as many new
rows as they need. Nothing is read here: the cells become what somebody typed, and are checked like
that.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from kiosk.rules.accounts import AmountUnreadable, parse_fen
from kiosk.rules.forms import Field, Form
from kiosk.rules.privacy import heading_kind
from kiosk.rules.tables.words import role_of

ROWS_LIMIT = 3_000
COLUMNS_LIMIT = 60
CELL_LIMIT = 500
HEADS_LOOKED_AT = 3

Fields = dict[str, Any]
Cells = list[list[str]]

_AT = re.compile(r"([a-z0-9_]+)[-.](\d{1,5})[-.]([a-z0-9_]+)")
_AMOUNT_HEADING = re.compile(
    r"元|金额|资金|标准|补[贴助]|保障金|合计|小计|价款|租金|工资|报酬|费用"
)


def cells_of(text: str) -> Cells:
    """The cells that the page's script sends (rows of texts as JSON), without empty rows and
    columns; none where it is no table."""
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(sent, list):
        return []
    return trimmed([row for row in sent if isinstance(row, list)])


def trimmed(rows: Sequence[Sequence[Any]]) -> Cells:
    """Equally long rows of short texts, without the empty rows, and without what is empty at the
    right; no more than the limits."""
    lines = [
        [" ".join(cell.split())[:CELL_LIMIT] if isinstance(cell, str) else "" for cell in row]
        for row in ([*row[:COLUMNS_LIMIT]] for row in rows[: ROWS_LIMIT + HEADS_LOOKED_AT])
    ]
    lines = [row for row in lines if any(row)]
    wide = max((n + 1 for row in lines for n, cell in enumerate(row) if cell), default=0)
    return [(row + [""] * wide)[:wide] for row in lines]


def pasted(form: Form, fields: Fields, cells: Cells, at: str = "") -> Fields | None:
    """The form's fields with the cells in them; None where they have no place.

    `at` names the field where the cursor stood ("lines-2-income"); without one only a table whose
    headings the form knows has a place.
    """
    if not cells:
        return None
    found = _AT.fullmatch(at)
    group, row, key = (found[1], int(found[2]), found[3]) if found else ("", 0, "")
    if any(field.type == "sheet" for field in form.fields) and group in ("", "rows", "columns"):
        if (made := _with_sheet(fields, cells)) is not None:
            return made
        return _in_sheet(fields, cells, row, key) if group == "rows" else None
    tables = [field for field in form.fields if field.is_table and field.key in fields]
    named = [field for field in tables if field.key == group] or ([] if group else tables)
    if (made := _by_headings(named, fields, cells)) is not None:
        return made
    table = next((field for field in named if field.key == group), None)
    return None if table is None else _from_cell(table, fields, cells, row, key)


# ---- tables of the form ----


def _by_headings(tables: list[Field], fields: Fields, cells: Cells) -> Fields | None:
    best: tuple[int, int, Field, dict[int, str]] | None = None
    for head in range(min(HEADS_LOOKED_AT, len(cells) - 1)):
        for table in tables:
            columns = _matched(table, cells[head])
            if len(columns) >= min(2, len(table.columns)) and (
                best is None or len(columns) > best[0]
            ):
                best = (len(columns), head, table, columns)
    if best is None:
        return None
    _, head, table, columns = best
    rows = []
    for line in cells[head + 1 :]:
        row = _blank(table)
        for n, key in columns.items():
            row[key] = _cell(table, key, line[n])
        if any(row.values()):
            rows.append(row)
    return _with_rows(table, fields, rows)


def _matched(table: Field, head: list[str]) -> dict[int, str]:
    """Column numbers of the pasted table to column keys of the form's, each used once."""
    known = {
        _label(name): column.key
        for column in table.columns
        for name in (column.label, column.heading, *column.also)
    }
    roles = {role_of(_label(column.label)): column.key for column in table.columns}
    roles.pop(None, None)
    found: dict[int, str] = {}
    for n, text in enumerate(head):
        key = (
            known.get(_label(text))
            or known.get(_label(re.sub(r"[(（].*", "", text)))
            or roles.get(role_of(_label(text)))
        )
        if key and key not in found.values():
            found[n] = key
    return found


def _from_cell(table: Field, fields: Fields, cells: Cells, row: int, key: str) -> Fields:
    keys = [column.key for column in table.columns if column.type != "photo"]
    first = keys.index(key) if key in keys else 0
    rows = [dict(each) for each in fields[table.key]]
    cells = _without_numbers(cells) if first == 0 else cells
    for n, line in enumerate(cells[: ROWS_LIMIT - row], row):
        while n >= len(rows):
            rows.append(_blank(table))
        for text, name in zip(line, keys[first:], strict=False):
            rows[n][name] = _cell(table, name, text)
    return {**fields, table.key: rows}


def _without_numbers(cells: Cells) -> Cells:
    """Without a first column that only numbers the rows: the board numbers them itself."""
    numbered = [row[0] for row in cells]
    one_up = len(cells) > 1 and all(text == str(n) for n, text in enumerate(numbered, 1))
    return [row[1:] for row in cells] if one_up and len(cells[0]) > 1 else cells


def _with_rows(table: Field, fields: Fields, rows: list[dict[str, Any]]) -> Fields:
    """After the rows in which something stands."""
    kept = [dict(row) for row in fields[table.key] if _is_filled(table, row)]
    return {**fields, table.key: (kept + rows)[:ROWS_LIMIT]}


def _is_filled(table: Field, row: dict[str, Any]) -> bool:
    """Whether anything stands in a row but the name of the stage that it is for."""
    first = table.columns[0].key if table.type == "stages" else ""
    return any(value for key, value in row.items() if key != first)


def _blank(table: Field) -> dict[str, Any]:
    return {column.key: False if column.type == "part" else "" for column in table.columns}


def _cell(table: Field, key: str, text: str) -> Any:
    column = table.column(key)
    if column is not None and column.type == "part":
        return text.strip() in ("是", "√", "✓", "其中", "1")
    return text


# ---- a list whose columns are made while it is filled in ----


def _with_sheet(fields: Fields, cells: Cells) -> Fields | None:
    """The list with the table's own columns, or its rows below those whose columns it shares."""
    head = next(
        (n for n in range(min(HEADS_LOOKED_AT, len(cells) - 1)) if _is_head(cells[n])), None
    )
    if head is None:
        return None
    names = cells[head]
    shown = [n for n, name in enumerate(names) if name and role_of(_label(name)) != "seq"]
    rows = [[line[n] for n in shown] for line in cells[head + 1 :]]
    columns: list[dict[str, Any]] = [
        {"name": names[n], "amount": _is_amount_column(names[n], [row[k] for row in rows])}
        for k, n in enumerate(shown)
    ]
    kept = [list(row) for row in fields["rows"] if any(row)]
    if not kept:
        return {**fields, "columns": columns, "rows": rows[:ROWS_LIMIT]}
    held = [dict(column) for column in fields["columns"]]
    places = []
    for column in columns:
        same = [n for n, each in enumerate(held) if _label(each["name"]) == _label(column["name"])]
        if not same:
            held.append(column)
        places.append(same[0] if same else len(held) - 1)
    made = [row + [""] * (len(held) - len(row)) for row in kept]
    for row in rows:
        line = [""] * len(held)
        for place, cell in zip(places, row, strict=True):
            line[place] = cell
        made.append(line)
    return {**fields, "columns": held, "rows": made[:ROWS_LIMIT]}


def _in_sheet(fields: Fields, cells: Cells, row: int, key: str) -> Fields:
    first = int(key) if key.isdecimal() else 0
    cells = _without_numbers(cells) if first == 0 else cells
    columns = [dict(column) for column in fields["columns"]]
    while len(columns) < min(first + len(cells[0]), COLUMNS_LIMIT):
        columns.append({"name": "", "amount": False})
    wide = len(columns)
    rows = [(list(each) + [""] * wide)[:wide] for each in fields["rows"]]
    for n, line in enumerate(cells[: ROWS_LIMIT - row], row):
        while n >= len(rows):
            rows.append([""] * wide)
        for c, text in enumerate(line[: wide - first], first):
            rows[n][c] = text
    return {**fields, "columns": columns, "rows": rows}


def _is_head(row: list[str]) -> bool:
    """Whether the cells are names of columns: short words, no figures, something a list is of."""
    named = [cell for cell in row if cell]
    return (
        len(named) >= 2
        and all(len(cell) <= 20 and _amount(cell) is None for cell in named)
        and sum(_says_something(cell) for cell in named) * 2 >= len(named)
    )


def _says_something(heading: str) -> bool:
    label = _label(heading)
    return (
        role_of(label) is not None
        or heading_kind(heading) is not None
        or _AMOUNT_HEADING.search(label) is not None
    )


def _is_amount_column(name: str, cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return (
        bool(filled)
        and _AMOUNT_HEADING.search(_label(name)) is not None
        and heading_kind(name) is None
        and sum(_amount(cell) is not None for cell in filled) * 2 > len(filled)
    )


def _amount(text: str) -> int | None:
    try:
        return parse_fen(text)
    except AmountUnreadable:
        return None


def _label(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
