"""The farmers' calendar of a day: lunar date, year of the cycle, solar term (节气).

Villages plan sowing and feasts by it, so the screen says it where others would say the weather.
The calendar itself (GB/T 33661-2017, computed by the Purple Mountain Observatory) comes from the
library `borax`, whose table reaches from 1900 to 2100; outside of it nothing is said.
"""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST, LAST = date(1901, 1, 1), date(2099, 12, 31)

_ANIMALS = "鼠牛虎兔龙蛇马羊猴鸡狗猪"
_LONGEST_TERM = 17
"""Days after which another solar term has begun at the latest."""


@dataclass(frozen=True)
class Lunar:
    """A day in the farmers' calendar, as people write it.

    `year` "丙午马年", `day` "十月十六" ("闰六月初一" in a leap month), `term` the solar term that
    begins on the day or "", `next_term` and `next_term_on` the one after it.
    """

    year: str
    day: str
    term: str
    next_term: str
    next_term_on: date


def of(day: date) -> Lunar | None:
    """The day in the farmers' calendar; None outside of 1901 to 2099."""
    if not FIRST <= day <= LAST:
        return None
    from borax.calendars.lunardate import LunarDate

    found = LunarDate.from_solar(day)
    leap = "闰" if found.leap else ""
    next_on, next_term = day, ""
    for days in range(1, _LONGEST_TERM):
        next_on = day + timedelta(days=days)
        next_term = LunarDate.from_solar(next_on).term or ""
        if next_term:
            break
    return Lunar(
        year=f"{found.gz_year}{_ANIMALS[(found.year - 4) % 12]}年",
        day=f"{leap}{found.cn_month}月{found.cn_day}",
        term=found.term or "",
        next_term=next_term,
        next_term_on=next_on,
    )
