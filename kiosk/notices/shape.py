"""The shape that a publication's body must have to be shown; what it holds is told in `projection`.

Another node's program may be wrong or newer, so nothing of a body is relied on that was not looked
at here first.
"""

import re
from datetime import date
from typing import Any

from kiosk.rules import forms
from kiosk.rules.calendar import Period, PeriodMalformed

AFFAIRS = ("party", "village", "finance", "township")


def is_readable(body: dict[str, Any] | None) -> bool:
    """Whether a publication's body has the shape that this program writes and shows."""
    return (
        isinstance(body, dict)
        and all(
            isinstance(body.get(name), str)
            for name in ("item", "title", "form", "period", "event", "display_until", "contact")
        )
        and isinstance(body.get("result_of", ""), str)
        and body.get("affairs") in AFFAIRS
        and _is_period(body["period"])
        and _is_day(body["display_until"])
        and _list_of(body.get("attachments"), sha=str, name=str, type=str, width=int, height=int)
        and _list_of(body.get("reviews"), by=str, name=str, on=str)
        and all(_is_day(review["on"]) for review in body["reviews"])
        and _is_historic(body.get("historic"))
        and _content_is_readable(body["form"], body.get("content"))
    )


def _content_is_readable(form: str, content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    fen = (int, type(None))
    match form:
        case "finance_statement":
            lines = (content.get("income"), content.get("expense"))
            return _has(content, opening=fen, closing=fen, note=str) and all(
                _list_of(line, name=str, amount=int, sub=bool) for line in lines
            )
        case "ledger":
            return (
                _has(content, opening=fen, closing=fen, note=str)
                and _list_of(
                    content.get("lines"), on=str, summary=str, income=int, expense=int, handler=str
                )
                and all(_is_day(line["on"]) for line in content["lines"])
            )
        case "person_list":
            columns, rows = content.get("columns"), content.get("rows")
            return (
                _has(content, total=fen, note=str)
                and _list_of(columns, name=str, amount=bool)
                and isinstance(rows, list)
                and all(_row_fits(row, columns) for row in rows)
            )
        case "decision":
            counts = dict.fromkeys(("entitled", "present", "for", "against", "abstain"), fen)
            return (
                _has(content, text=str)
                and _list_of(content.get("steps"), name=str, on=str, place=str, chair=str, **counts)
                and all(_is_day(step["on"]) for step in content["steps"])
            )
        case "notice":
            return _has(content, text=str)
        case _:
            return forms.is_plain(content)


_PARTS_OF_A_DAY = re.compile(r"(?:\d{4}(?:-(?:0[1-9]|1[0-2]))?)?")


def _is_historic(value: Any) -> bool:
    """Whether what is said of an older board is readable; most notices say nothing of one."""
    if value is None:
        return True
    if not _has(value, published_on=str, source=str):
        return False
    on = value["published_on"]
    return bool(_PARTS_OF_A_DAY.fullmatch(on)) or _is_day(on)


def _is_period(text: str) -> bool:
    try:
        return not text or bool(Period.parse(text))
    except PeriodMalformed:
        return False


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _row_fits(row: Any, columns: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == len(columns)
        and all(
            cell is None or isinstance(cell, int if column["amount"] else str)
            for cell, column in zip(row, columns, strict=True)
        )
    )


def _has(value: Any, **types: Any) -> bool:
    return isinstance(value, dict) and all(
        name in value and isinstance(value[name], type_) for name, type_ in types.items()
    )


def _list_of(value: Any, **types: Any) -> bool:
    return isinstance(value, list) and all(_has(item, **types) for item in value)
