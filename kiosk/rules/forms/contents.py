"""A content against its form: is it whole, what is empty, what the form does not know.

Another node's program, or a form that was changed since, may have written a content: what a form
reads of it are the values that fit, and what does not fit is left over, to be shown as it is.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kiosk.rules.forms.definition import TEXTS, Field, Form

DEEPEST = 4
MOST_ROWS = 5_000
MOST_KEYS = 200


def empty(field: Field) -> Any:
    """The value of a field in which nothing stands."""
    if field.is_table:
        return []
    if field.is_figure:
        return None
    return False if field.type == "part" else ""


def is_empty(field: Field, value: Any) -> bool:
    """Whether nothing stands in a field."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value == []


def fits(field: Field, value: Any) -> bool:
    """Whether a value is of the field's type."""
    match field.type:
        case "money":
            return value is None or _is_int(value)
        case "number" if field.decimals:
            return value is None or _is_int(value) or (isinstance(value, str) and _is_number(value))
        case "number":
            return value is None or _is_int(value)
        case "part":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_day(value)
        case "table" | "stages":
            return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)
        case "sheet":
            return isinstance(value, list) and all(isinstance(row, list) for row in value)
    return isinstance(value, str)


def rows_of(content: Mapping[str, Any], table: Field) -> list[Mapping[str, Any]]:
    """The rows of a table, none where there is none."""
    rows = content.get(table.key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def filled(form: Form, content: Mapping[str, Any]) -> dict[str, Any]:
    """A value for every field of the form: the content's where it fits, else nothing."""
    made: dict[str, Any] = {}
    for field in form.fields:
        if field.type == "sheet":
            made["columns"], made["rows"] = _sheet(content)
        elif field.is_table:
            made[field.key] = [
                {column.key: _value(column, row) for column in field.columns}
                for row in rows_of(content, field)
            ]
        else:
            made[field.key] = _value(field, content)
    return made


def leftovers(form: Form, content: Mapping[str, Any]) -> dict[str, Any]:
    """What a content holds that its form has no place for, or not as this."""
    known = {"columns", "rows"} if any(it.type == "sheet" for it in form.fields) else set()
    for field in form.fields:
        if field.key in content and fits(field, content[field.key]):
            known.add(field.key)
    return {
        str(key): value
        for key, value in content.items()
        if key not in known and value not in (None, "", [], {}, False)
    }


def is_plain(content: Any) -> bool:
    """Whether a content is one that any form could have: an object of texts, whole numbers, truth
    values, nothing, and lists and objects of such, not too deep nor too many."""
    return isinstance(content, dict) and 0 < len(content) <= MOST_KEYS and _is_plain(content, 0)


def example(form: Form) -> dict[str, Any]:
    """The content that the form's own examples make."""
    made: dict[str, Any] = {}
    for field in form.fields:
        if field.type == "sheet":
            made["columns"] = [dict(column) for column in field.example["columns"]]
            made["rows"] = [list(row) for row in field.example["rows"]]
        elif field.is_table:
            made[field.key] = [dict(row) for row in field.example]
        else:
            made[field.key] = field.example
    return made


def texts_of(form: Form, content: Mapping[str, Any]) -> Iterator[str]:
    """Every text and every choice in a content, in the form's order."""
    for field in form.fields:
        for row in rows_of(content, field) if field.is_table else (content,):
            for each in field.columns if field.is_table else (field,):
                value = row.get(each.key)
                if isinstance(value, str) and value and each.type in (*TEXTS, "choice"):
                    yield value


def _value(field: Field, values: Mapping[str, Any]) -> Any:
    value = values.get(field.key)
    return value if value is not None and fits(field, value) else empty(field)


def _sheet(content: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    raw = content.get("columns")
    columns = [
        {"name": str(column.get("name", "")), "amount": column.get("amount") is True}
        for column in (raw if isinstance(raw, list) else [])
        if isinstance(column, Mapping)
    ]
    rows = []
    given = content.get("rows")
    for row in given if isinstance(given, list) else []:
        if isinstance(row, list):
            cells = [*row, *[None] * len(columns)][: len(columns)]
            rows.append(
                [
                    (cell if _is_int(cell) else None) if column["amount"] else str(cell or "")
                    for cell, column in zip(cells, columns, strict=True)
                ]
            )
    return columns, rows


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_plain(value: Any, depth: int) -> bool:
    if value is None or isinstance(value, str | int | bool):
        return True
    if depth >= DEEPEST:
        return False
    if isinstance(value, list):
        return len(value) <= MOST_ROWS and all(_is_plain(each, depth + 1) for each in value)
    return isinstance(value, dict) and all(
        isinstance(key, str) and _is_plain(each, depth + 1) for key, each in value.items()
    )
