"""What the demo's texts are made of: a notice's title and content, and days and sums in words."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from kiosk.rules import forms
from kiosk.rules.calendar import Period, is_working_day

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Writing:
    """A notice to be posted: `content` by its form, `scenes` the photos to be drawn for it."""

    title: str
    content: dict[str, Any]
    scenes: tuple[str, ...] = ()


def text(title: str, *paragraphs: str, scenes: tuple[str, ...] = ()) -> Writing:
    """A plain notice."""
    return Writing(title, {"text": "\n".join(paragraphs)}, scenes)


def form(id: str, title: str, scenes: tuple[str, ...] = (), **content: Any) -> Writing:
    """A notice in a form of the program; sums in fen. `from_` is the field `from`."""
    known = forms.load()[id]
    content = {key.rstrip("_"): value for key, value in content.items()}
    assert not forms.leftovers(known, content), (id, forms.leftovers(known, content))
    return Writing(title, forms.filled(known, content), scenes)


def numbered(*points: str) -> tuple[str, ...]:
    """Points as paragraphs: 一、… 二、…"""
    return tuple(
        f"{NUMERALS[n]}、{point}" if n < 10 else f"十{NUMERALS[n - 10]}、{point}"
        for n, point in enumerate(points)
    )


def day(on: date) -> str:
    """9月12日."""
    return f"{on.month}月{on.day}日"


def full_day(on: date) -> str:
    """2026年9月12日."""
    return f"{on.year}年{day(on)}"


def some_day(r: Random, first: date, last: date) -> date:
    """A working day between the two, or any day where none is."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return r.choice([each for each in days if is_working_day(each)] or days)


def in_period(r: Random, period: Period, part: float = 0.0, until: float = 1.0) -> date:
    """A working day within a share of the period: 0.0 its first, 1.0 its last day."""
    length = (period.end - period.start).days
    return some_day(
        r,
        period.start + timedelta(days=round(length * part)),
        period.start + timedelta(days=round(length * until)),
    )


def yuan(fen: int) -> str:
    """12,345.67元, 12,345元."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}元" if rest else f"{whole:,}元"
