"""How money, dates and periods are written for people: the one place, used as Jinja filters.

Moments are given as RFC 3339 text or aware datetimes and shown in Asia/Shanghai; dates as ISO
text or `date`.
"""

import re
from datetime import date, datetime

from flask import Flask
from markupsafe import Markup

from kiosk import clock
from kiosk.rules import accounts, calendar

_TELEPHONE = re.compile(
    r"(?<![\d-])(0\d{2,3}[- ]?\d{7,8}(?:-\d{1,5})?|1[3-9]\d{9}|[48]00[- ]?\d{3}[- ]?\d{4}"
    r"|1[12]\d{3}|1[12]\d)(?!\d)"
)
"""Landlines with their area code, mobiles, 400 and 800, and the short numbers of services."""


def as_date(value: str | date | datetime) -> date:
    """A Beijing date from ISO text, a date, or an aware moment."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return clock.beijing_date(value) if isinstance(value, datetime) else value


def as_moment(value: str | datetime) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(clock.BEIJING)


def day(value: str | date | datetime | None) -> str:
    """2026年11月24日; empty for nothing."""
    if not value:
        return ""
    found = as_date(value)
    return f"{found.year}年{found.month}月{found.day}日"


def day_short(value: str | date | datetime | None) -> str:
    """11月24日 in the running year, else with the year."""
    if not value:
        return ""
    found = as_date(value)
    short = f"{found.month}月{found.day}日"
    return short if found.year == clock.today().year else f"{found.year}年{short}"


def moment(value: str | datetime | None) -> str:
    """2026年11月24日 14:05, Beijing time."""
    if not value:
        return ""
    found = as_moment(value)
    return f"{found.year}年{found.month}月{found.day}日 {found:%H:%M}"


def weekday(value: str | date | datetime) -> str:
    """星期二"""
    return "星期" + "一二三四五六日"[as_date(value).weekday()]


def period(value: str | None) -> str:
    """2026年第三季度 for 2026Q3; empty for nothing."""
    return calendar.Period.parse(value).title if value else ""


def ago(value: str | datetime | None) -> str:
    """How long since, in plain words: 刚刚, 5 分钟前, 3 小时前; after a whole day by Beijing's
    calendar, as people count: 昨天, 6 天前."""
    if not value:
        return "从未"
    seconds = (clock.now() - as_moment(value)).total_seconds()
    if seconds >= 86_400:
        days = (clock.today() - as_date(as_moment(value))).days
        return "昨天" if days == 1 else f"{days} 天前"
    for size, words in ((3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {words}前"
    return "刚刚"


def tel(text: str) -> Markup:
    """The text with its telephone numbers as links that call them."""
    return Markup("").join(
        Markup('<a class="figure" href="tel:{}">{}</a>').format(part.replace(" ", ""), part)
        if n % 2
        else part
        for n, part in enumerate(_TELEPHONE.split(text))
    )


def install(app: Flask) -> None:
    app.jinja_env.filters.update(
        yuan=accounts.yuan,
        wan=accounts.wan,
        day=day,
        day_short=day_short,
        moment=moment,
        weekday=weekday,
        period=period,
        ago=ago,
        beijing=as_moment,
        tel=tel,
    )
