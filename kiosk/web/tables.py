"""How a table is read where it is shown: with columns side by side, or row by row where those
would not fit. Nobody can be asked to push a table about on a screen on a wall, or on a phone.

Widths are counted in em: a Chinese glyph is as wide as high, a digit or a letter little more than
half of that. A heading may take two lines, a long text three.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from kiosk.rules import accounts

BOARD_ROOM = 34.0
"""Em of a notice's card on an upright screen of 1080 px."""

PHONE_ROOM = 18.0
"""Em of a notice's card on a phone of 360 px."""

SHORT = 5.0
"""Em up to which a column's texts stay on one line."""

LONG = 12.0
"""Em from which a text with its heading has its own line where a row is read by itself."""

_PADDING = 1.2
_NAMES = re.compile(r"姓名|户主|名称|农户|人员|摘要|项目")


@dataclass(frozen=True)
class Fit:
    """`stacked`: to be read row by row; `labelled`: perhaps so, which a screen's script finds by
    measuring. `lengths`, by column: "short" (its texts stay on one line), "long" or "". `head`:
    the column that a row is called by, -1 where there is none."""

    stacked: bool
    labelled: bool
    lengths: tuple[str, ...]
    head: int


@dataclass(frozen=True)
class Listed:
    """A list of persons in words. `amounts`, by column: whether it is money; `summed`: the column
    that the total is about, the last where none is money."""

    headings: tuple[str, ...]
    amounts: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    fit: Fit
    summed: int


def listed(content: Mapping[str, Any]) -> Listed:
    """The content of a person_list, laid out for the door that asks."""
    columns = content["columns"]
    amounts = tuple(bool(column["amount"]) for column in columns)
    headings = tuple(
        f"{column['name']}（元）"
        if column["amount"] and "元" not in column["name"]
        else column["name"]
        for column in columns
    )
    rows = tuple(
        tuple(_in_words(value, amount) for value, amount in zip(row, amounts, strict=True))
        for row in content["rows"]
    )
    main = accounts.main_amount(content)
    summed = len(headings) - 1 if main is None else main
    return Listed(headings, amounts, rows, fit(headings, rows, before=3.5), summed)


def fit(headings: Sequence[str], rows: Sequence[Sequence[str]], before: float = 0.0) -> Fit:
    """How a table fits the door that asks, `before` em of it being taken by other columns."""
    widest = [max((_em(row[n]) for row in rows), default=0.0) for n in range(len(headings))]
    wanted = before + sum(
        _PADDING + max(_heading(_em(heading)), _wanted(width))
        for heading, width in zip(headings, widest, strict=True)
    )
    named = [n for n, heading in enumerate(headings) if _NAMES.search(heading)]
    return Fit(
        stacked=wanted > room(),
        labelled=wanted > PHONE_ROOM and room() <= BOARD_ROOM,
        lengths=tuple(
            "short" if width <= SHORT else "long" if width + _em(heading) > LONG else ""
            for heading, width in zip(headings, widest, strict=True)
        ),
        head=named[0] if named else 0 if headings else -1,
    )


def room() -> float:
    """Em that the door of this request has for a table; no end of it on paper and on desks."""
    if request.blueprint == "phone":
        return PHONE_ROOM
    on_screen = request.blueprint == "board" or request.endpoint == "office.screen"
    return BOARD_ROOM if on_screen else float("inf")


def _heading(width: float) -> float:
    return max(2.0, width if width <= SHORT else width / 2)


def _wanted(width: float) -> float:
    return width if width <= SHORT else max(SHORT, width / 3)


def _em(text: str) -> float:
    return sum(1.0 if glyph > "⺀" else 0.57 for glyph in text)


def _in_words(value: Any, amount: bool) -> str:
    if value is None:
        return ""
    return accounts.yuan(value) if amount else str(value)
