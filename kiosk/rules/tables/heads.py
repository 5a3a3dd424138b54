"""Heads of tables: which rows name the columns, and what each column is.

A head is recognised by what its cells say, on any row, over one to three rows (收入 and 支出
over 项目 and 金额, or 金额 over 收入 and 支出), as often as it is repeated. Where a heading alone
does not tell (收入 over a column of names), what stands below it does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk.rules.accounts import AmountUnreadable, parse_fen
from kiosk.rules.privacy import heading_kind
from kiosk.rules.tables import words
from kiosk.rules.tables.grid import Grid, Value, column_number, label, letters
from kiosk.rules.tables.periods import day_written

AMOUNTS = frozenset({"income", "expense", "amount", "balance", "opening", "closing"})
SUBJECTS = frozenset(
    {"item", "income_item", "expense_item", "summary", "date", "day", "voucher", "name"}
)
_SAMPLE = 60


@dataclass(frozen=True)
class Column:
    """`role` is a key of words.ROLES or "" where nothing tells; `unit` fen where its heading says;
    `side` where it or what stands above it names one; `told` where the officer said the role."""

    index: int
    heading: str
    role: str
    unit: int | None = None
    side: str | None = None
    told: bool = False

    @property
    def letter(self) -> str:
        return letters(self.index)


@dataclass(frozen=True)
class Head:
    """Rows `top` to `bottom` name the columns of the rows `body` (first, last)."""

    top: int
    bottom: int
    columns: tuple[Column, ...]
    body: tuple[int, int]

    def one(self, role: str) -> Column | None:
        return next((column for column in self.columns if column.role == role), None)

    def has(self, *roles: str) -> bool:
        return any(column.role in roles for column in self.columns)


def is_nothing(value: Value | None) -> bool:
    """Whether a cell of an amount says that there is none."""
    return value is None or words.NOTHING.fullmatch(label(value)) is not None


def is_amount(value: Value | None) -> bool:
    if value is None or is_nothing(value):
        return False
    try:
        parse_fen(value) if isinstance(value, str | int) else None
    except AmountUnreadable:
        return False
    return not hasattr(value, "year")


def find_heads(grid: Grid, mapping: Mapping[str, str] | None = None) -> list[Head]:
    """Every head of a sheet, top to bottom, each with the rows below it up to the next.

    `mapping` (column letter to role) overrides what a column is taken for.
    """
    tops: list[tuple[int, int]] = []
    last = 0
    for row in sorted(grid.rows):
        if row > last and _names_columns(grid, row):
            bottom = _continued(grid, row)
            tops.append((_begun(grid, row, last), bottom))
            last = bottom
    heads: list[Head] = []
    for number, (top, bottom) in enumerate(tops):
        end = tops[number + 1][0] - 1 if number + 1 < len(tops) else grid.bottom
        head = _head(grid, top, bottom, (bottom + 1, end))
        if _has_amounts(grid, head):
            heads.append(_like_before(head, heads))
    if not heads:
        headless = _headless(grid)
        heads = [headless] if headless else []
    if mapping:
        heads = heads or _told(grid, mapping)
        heads = [_mapped(head, mapping) for head in heads]
    return heads


def _has_amounts(grid: Grid, head: Head) -> bool:
    return any(
        is_amount(grid.value(row, column))
        for row in range(head.body[0], head.body[1] + 1)
        for column in grid.rows.get(row, ())
    )


def _told(grid: Grid, mapping: Mapping[str, str]) -> list[Head]:
    """A head where the officer says what the columns are and no row does: above the first row
    that has an amount in a column of amounts."""
    amounts = [column_number(letter) for letter, role in mapping.items() if role in AMOUNTS]
    rows = [
        row for row in grid.rows if any(is_amount(grid.value(row, column)) for column in amounts)
    ]
    if not rows:
        return []
    top = max((row for row in grid.rows if row < rows[0]), default=rows[0] - 1)
    columns = tuple(Column(index, grid.text(top, index), "") for index in range(1, grid.right + 1))
    return [Head(top, top, columns, (top + 1, grid.bottom))]


def _like_before(head: Head, before: Sequence[Head]) -> Head:
    """A repeated head means the same on every page, however little stands below it."""
    named = [(column.index, column.heading) for column in head.columns if column.heading]
    for other in before:
        if named == [(column.index, column.heading) for column in other.columns if column.heading]:
            return replace(head, columns=other.columns)
    return head


def is_repeated(grid: Grid, head: Head, row: int) -> bool:
    """Whether a row says the same as the head (a new page)."""
    same = [
        column
        for column in grid.rows.get(row, ())
        if grid.text(row, column) == grid.text(head.bottom, column) != ""
    ]
    return len(same) >= 2 and len(same) == len(grid.rows[row])


def _names_columns(grid: Grid, row: int) -> bool:
    cells = list(grid.label_cells(row))
    if len(cells) < 2 or any(_is_number(grid.value(row, column)) for column, _ in cells):
        return False
    roles = [words.role_of(text) for _, text in cells]
    known = [role for role in roles if role]
    if "name" in known and len(cells) >= 3:
        personal = [text for _, text in cells if words.role_of(text) or heading_kind(text)]
        return len(personal) * 2 >= len(cells) and all(len(text) <= 20 for _, text in cells)
    if len(known) * 2 < len(cells) or len(set(known)) < 2:
        return False
    if {"income", "expense"} == set(known):
        return _over_names(grid, row, [column for column, _ in cells])
    amounts = AMOUNTS & set(known)
    subjects = SUBJECTS & set(known)
    if {"income", "expense"} < amounts and {"opening", "closing"} & amounts:
        return True
    if subjects and len(amounts | subjects) >= 2:
        return True
    below = set(known) | {words.role_of(text) for _, text in grid.label_cells(row + 1)}
    return bool(subjects and AMOUNTS & below and _under(grid, row)) or (
        "seq" in known and bool(amounts) and len(known) >= 3
    )


def _over_names(grid: Grid, row: int, columns: Sequence[int]) -> bool:
    """收入 and 支出 alone name the columns where no better row follows, with lines right below."""
    following = [it for it in sorted(grid.rows) if it > row][:1]
    if not following:
        return False
    below = [text for _, text in grid.label_cells(following[0])]
    if sum(words.role_of(text) in (SUBJECTS | AMOUNTS) for text in below) >= 2:
        return False
    return any(
        is_amount(grid.value(it, column))
        for it in [it for it in sorted(grid.rows) if it > row][:6]
        for column in grid.rows[it]
        if column > min(columns)
    )


def _is_number(value: Value | None) -> bool:
    return value is not None and (not isinstance(value, str) or is_amount(value))


def _under(grid: Grid, row: int) -> list[int]:
    """The columns of the next row if it continues the head: short names under merged or empty
    cells."""
    cells = list(grid.label_cells(row + 1))
    if not cells:
        return []
    for column, text in cells:
        if _is_number(grid.value(row + 1, column)) or len(text) > 12:
            return []
        above = grid.merge_at(row, column)
        wide = above is not None and above.right > above.left and above.bottom == row
        beside = column + 1 in grid.rows[row + 1] and grid.value(row, column + 1) is None
        empty = grid.value(row, column) is None and above is None
        if not (wide or empty or beside) or words.role_of(text) is None:
            return []
    return [column for column, _ in cells]


def _continued(grid: Grid, row: int) -> int:
    """The last row of a head: a child row below, or rows that its merged cells reach into."""
    bottom = row
    while bottom - row < 2 and _under(grid, bottom):
        bottom += 1
    reached = [
        merge.bottom
        for column in grid.rows[row]
        if (merge := grid.merge_at(row, column)) and merge.bottom > bottom
    ]
    if reached and len(reached) * 2 >= len(grid.rows[row]) and max(reached) - row <= 3:
        bottom = max(reached)
    return bottom


def _begun(grid: Grid, row: int, after: int) -> int:
    """The first row of a head: rows above that stand over several of its columns."""
    top = row
    while top - 1 > after and row - top < 2:
        cells = list(grid.label_cells(top - 1))
        if not cells or any(_is_number(grid.value(top - 1, column)) for column, _ in cells):
            break
        if len(cells) == 1 and _covers_all(grid, top - 1, cells[0][0], row):
            break
        if not all(
            len(text) <= 12
            and (words.section_of(text) or words.role_of(text) or re.fullmatch(r"\d{4}年", text))
            for _, text in cells
        ):
            break
        top -= 1
    return top


def _covers_all(grid: Grid, row: int, column: int, head_row: int) -> bool:
    """A single cell over a whole table is a title or the name of a section, not part of a head."""
    merge = grid.merge_at(row, column)
    columns = grid.rows[head_row]
    return merge is None or (merge.left <= columns[0] and merge.right >= columns[-1])


def _head(grid: Grid, top: int, bottom: int, body: tuple[int, int]) -> Head:
    used = sorted(
        {
            column
            for row in range(top, bottom + 1)
            for column in range(1, grid.right + 1)
            if grid.spread(row, column) is not None
        }
        | {
            column
            for row in range(body[0], min(body[1], body[0] + _SAMPLE) + 1)
            for column in grid.rows.get(row, ())
        }
    )
    columns = []
    for index in used:
        path = _path(grid, top, bottom, index)
        columns.append(_column(grid, index, path, body))
    return Head(top, bottom, tuple(columns), body)


def _path(grid: Grid, top: int, bottom: int, column: int) -> list[str]:
    """The headings over a column, outermost first, without repeats."""
    path: list[str] = []
    for row in range(top, bottom + 1):
        text = label(grid.spread(row, column))
        if not text and row < bottom and label(grid.spread(bottom, column)):
            left = [it for it in grid.rows.get(row, ()) if it < column]
            if left and grid.merge_at(row, left[-1]) is None:
                text = grid.text(row, left[-1])
        if text and (not path or path[-1] != text):
            path.append(text)
    return path


def _column(grid: Grid, index: int, path: list[str], body: tuple[int, int]) -> Column:
    heading = "".join(path)
    leaf = path[-1] if path else ""
    side = next((side for text in reversed(path) if (side := words.sides_named(text))), None)
    side = side or next((named for text in path if (named := words.section_of(text))), None)
    role = words.role_of(leaf) or ""
    role = "" if role == "text" else role
    if any(words.role_of(text) == "other" for text in path):
        role = "other"
    unit = next((it for text in reversed(path) if (it := words.unit_in_heading(text))), None)
    if role == "amount" and (own := words.sides_named(leaf)):
        role = own
    numbers, texts, dates = _profile(grid, index, body)
    if role in ("income", "expense", "amount") and texts > numbers:
        role = "item"
    elif role in ("income_item", "expense_item"):
        side, role = role.removesuffix("_item"), "item"
    elif role == "amount" and side and len(path) > 1 and words.role_of(path[0]) == "amount":
        role = side
    elif side and numbers > texts and (role == "" or (role == "item" and len(path) == 1)):
        role = "amount"
    elif role == "" and not path and dates > max(texts, numbers - dates):
        role = "date"
    if role in ("income", "expense"):
        side = role
    return Column(index, heading, role, unit, side)


def _profile(grid: Grid, column: int, body: tuple[int, int]) -> tuple[int, int, int]:
    """How many amounts, other texts and dates stand in the first rows of a column."""
    numbers = texts = dates = 0
    for row in range(body[0], min(body[1], body[0] + _SAMPLE) + 1):
        value = grid.value(row, column)
        if value is None or is_nothing(value):
            continue
        if is_amount(value):
            numbers += 1
            dates += (day := day_written(value)) is not None and day.month is not None
        elif (day := day_written(value)) is not None:
            dates += 1
        else:
            texts += 1
    return numbers, texts, dates


def _headless(grid: Grid) -> Head | None:
    """A sheet without headings, but with sections, totals or balances: names and amounts by what
    stands in the columns."""
    telling = [
        row
        for row in grid.rows
        for _, text in grid.label_cells(row)
        if words.section_of(text) or words.balance_kind(text) or words.total_of(text)
    ]
    if len(telling) < 2:
        return None
    body = (min(grid.rows), grid.bottom)
    columns = []
    for index in range(1, grid.right + 1):
        numbers, texts, dates = _profile(grid, index, body)
        if numbers > texts and numbers >= 2 and dates < numbers:
            columns.append(Column(index, "", "amount"))
        elif texts:
            columns.append(Column(index, "", "item"))
    if not any(column.role == "amount" for column in columns):
        return None
    first = min(
        row
        for row in grid.rows
        for column in columns
        if column.role == "amount" and is_amount(grid.value(row, column.index))
    )
    start = min(first, min(telling))
    return Head(start, start - 1, tuple(columns), (start, grid.bottom))


def _mapped(head: Head, mapping: Mapping[str, str]) -> Head:
    roles = {column_number(letter): role for letter, role in mapping.items()}
    columns = []
    for column in head.columns:
        role = roles.get(column.index)
        if role is None:
            columns.append(column)
        elif role in ("income_item", "expense_item"):
            named = role.removesuffix("_item")
            columns.append(replace(column, role="item", side=named, told=True))
        else:
            side = role if role in ("income", "expense") else column.side
            columns.append(replace(column, role=role, side=side, told=True))
    return replace(head, columns=tuple(columns))
