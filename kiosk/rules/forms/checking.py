"""What a form says of a content: what is missing in it, and which sums do not hold.

Every finding names its place, in words for people and as keys and indexes for the page, and of a
sum by how much it is off.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kiosk.rules.forms.contents import is_empty, rows_of
from kiosk.rules.forms.definition import Field, Form
from kiosk.rules.forms.expressions import (
    Compiled,
    Named,
    Scope,
    Year,
    compiled,
    first_named,
    in_words,
    rounded,
    written,
)

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Gap:
    """Something required that is not there."""

    path: Path
    place: str
    message: str


@dataclass(frozen=True)
class Mismatch:
    """A sum that does not hold. `by` is what was written less what it should be, in fen where it
    is `money`, else in the field's unit. `warn`: said, but nothing to keep from publishing."""

    path: Path
    place: str
    by: Decimal
    money: bool
    message: str
    warn: bool


def missing(form: Form, content: Mapping[str, Any], item: str = "") -> list[Gap]:
    """What a content lacks of what the form requires, for an item of the catalogue."""
    found = []
    for field in form.fields_for(item):
        if field.is_table:
            rows = rows_of(content, field)
            if field.required and not rows:
                found.append(Gap((field.key,), field.label, f"请填写{field.label}，至少一行。"))
            for n, row in enumerate(rows):
                for column in field.columns:
                    if column.required and is_empty(column, row.get(column.key)):
                        place = row_place(field, row, n, column)
                        found.append(Gap((field.key, n, column.key), place, f"请填写{place}。"))
        elif field.type == "sheet":
            if field.required and not content.get("rows"):
                found.append(Gap(("rows",), field.label, f"请填写{field.label}，至少一行。"))
        elif field.required and is_empty(field, content.get(field.key)):
            found.append(Gap((field.key,), field.label, f"请填写{field.label}。"))
    return found


def mismatches(
    form: Form,
    content: Mapping[str, Any],
    previous: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, Any]] | None = None,
) -> list[Mismatch]:
    """The form's sums that do not hold.

    `previous` is the content of the same item for the period before (None: there is none), and
    `history` those of the year's earlier periods (None: not all of them are there), which only
    some checks ask for. What stands where a check's `unless` field gives a reason is left out.
    """
    found = []
    for check in form.checks:
        reason = form.field(check.unless) if check.unless else None
        if reason is not None and not is_empty(reason, content.get(reason.key)):
            continue
        made = compiled(form, check)
        advice = f"如果确有原因，请在“{reason.label}”里写明。" if reason is not None else ""
        for scope, n in _scopes(made, content, previous, history):
            if mismatch := _mismatch(made, scope, n, advice):
                found.append(mismatch)
    return found


def row_place(table: Field, row: Mapping[str, Any], n: int, column: Field | None = None) -> str:
    """ "合同第 2 行（村西门面房）“实收”"."""
    named = next(
        (
            text
            for each in table.columns
            if each.type in ("text", "choice")
            and not each.mask
            and isinstance(text := row.get(each.key), str)
            and text
        ),
        "",
    )
    short = named if len(named) <= 12 else named[:11] + "…"
    words = f"{table.label}第 {n + 1} 行" + (f"（{short}）" if short else "")
    return words if column is None else f"{words}“{column.label}”"


def _scopes(
    made: Compiled,
    content: Mapping[str, Any],
    previous: Mapping[str, Any] | None,
    history: Sequence[Mapping[str, Any]] | None,
) -> Iterator[tuple[Scope, int | None]]:
    if made.table is None:
        yield Scope(content, previous=previous, history=history), None
        return
    by = made.check.by
    before: dict[Any, Mapping[str, Any] | None] = {}
    for row in rows_of(previous or {}, made.table) if by else ():
        # Two rows of one name cannot be told apart: neither is compared.
        before[row.get(by)] = None if row.get(by) in before else row
    for n, row in enumerate(rows_of(content, made.table)):
        matched = before.get(row.get(by)) if by else None
        yield Scope(content, row, previous, matched, history), n


def _mismatch(made: Compiled, scope: Scope, n: int | None, advice: str) -> Mismatch | None:
    left, right = made.left.value(scope), made.right.value(scope)
    if left is None or right is None:
        return None
    money = made.left.money or made.right.money
    by = rounded(left, money) - rounded(right, money)
    if by == 0 or (made.check.op == "at_most" and by < 0):
        return None
    named = first_named(made.left) or first_named(made.right)
    assert named is not None
    path, place = _place(made, named, scope, n)
    plain = _bare_words(made.left) if isinstance(made.left, Named | Year) else ""
    said = plain or in_words(made.left, scope)
    row = "" if n is None or made.table is None else row_place(made.table, scope.row or {}, n)
    start = f"{row}：" if row else ""
    unit = named.unit
    stands = f"写的是 {written(left, money, unit)}" if plain else f"＝{written(left, money, unit)}"
    if made.check.op == "at_most":
        should = f"不能多于{in_words(made.right, scope)}"
    elif isinstance(made.right, Named | Year):
        words = _bare_words(made.right)
        should = f"{words}是 {written(right, money, unit)}"
    else:
        should = f"{in_words(made.right, scope)}＝{written(right, money, unit)}"
    off = f"{'多了' if by > 0 else '少了'} {written(abs(by), money, unit)}"
    message = f"{start}{said}{stands}，{should}，{off}。{advice}"
    return Mismatch(path, place, by, money, message, made.check.warn)


def _bare_words(expression: Named | Year) -> str:
    if isinstance(expression, Year):
        return f"今年各期{expression.inner.words}相加"
    return expression.words


def _place(made: Compiled, named: Named, scope: Scope, n: int | None) -> tuple[Path, str]:
    if named.what == "column" and n is not None and made.table is not None:
        column = made.table.column(named.path[-1])
        return (
            (named.path[0], n, named.path[1]),
            row_place(made.table, scope.row or {}, n, column),
        )
    return (named.path[0],), named.words
