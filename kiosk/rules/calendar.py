"""Beijing dates: working days with Chinese holidays, and the periods that duties are counted by.

Every date here is a Beijing date; turning moments into dates is `beijing_date`. Holidays and
make-up working days (调休) are ordered for one year at a time, so they are data
(`data/holidays.yaml`), and another `Holidays` may be passed wherever days are counted. In a year
without data weekends are off, and so are the dates that the law fixes itself (全国年节及纪念日放假
办法, revised 2024); `Holidays.known_years` says which years are certain.
"""

import calendar
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import yaml

BEIJING = ZoneInfo("Asia/Shanghai")
PERIODIC = ("monthly", "quarterly", "half_yearly", "yearly")

_FIXED_BY_LAW = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
_QUARTERS = "一二三四"
_WEEKDAYS = "一二三四五六日"
_DAY = timedelta(days=1)


class PeriodMalformed(ValueError):
    """Not the id of a period; the message says in Chinese what is wrong."""


class HolidaysMalformed(ValueError):
    """The holiday data cannot be read; the message names year and value."""


@dataclass(frozen=True)
class Holidays:
    """Days off and worked weekend days, certain for `known_years`."""

    off: frozenset[date]
    work: frozenset[date]
    known_years: frozenset[int]


def holidays_from(data: Mapping[int, Mapping[str, Any]]) -> Holidays:
    """Holidays from the parsed content of a file like `data/holidays.yaml`.

    Raises HolidaysMalformed.
    """
    off: set[date] = set()
    work: set[date] = set()
    for year, days in data.items():
        for key, into in (("days_off", off), ("worked", work)):
            for value in days.get(key, ()):
                first, _, last = str(value).partition("..")
                try:
                    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
                except ValueError:
                    raise HolidaysMalformed(f"{year} 年节假日数据有误：{value}") from None
                while day <= end:
                    into.add(day)
                    day += _DAY
    return Holidays(frozenset(off), frozenset(work), frozenset(data))


def default_holidays() -> Holidays:
    """The holidays that come with the program, with those that it was told since (`learn`)."""
    return _known(_told)


_told: tuple[tuple[int, str], ...] = ()
"""Years that were told, each as JSON. The days off are one for the whole country, so this is a
fact of the program and not of one node."""


def learn(years: Mapping[int, Mapping[str, Any]]) -> None:
    """Takes years as `holidays_from` does, in place of all that were told before. What was told of
    a year holds, not what came with the program. Raises HolidaysMalformed, and learns nothing."""
    global _told
    holidays_from(years)
    _told = tuple((year, json.dumps(years[year], sort_keys=True)) for year in sorted(years))


def holidays_written(year: int, text: str) -> dict[str, Any]:
    """One year's days as somebody copies them from the State Council's notice: a line for each,
    "休 2027-01-01..2027-01-03 元旦" or "班 2027-02-14". In the shape of `data/holidays.yaml`.

    Raises HolidaysMalformed, in plain Chinese, also for what cannot be a year's holidays.
    """
    found: dict[str, list[str]] = {"days_off": [], "worked": []}
    kinds = {"休": "days_off", "班": "worked"}
    for number, line in enumerate(text.splitlines(), 1):
        kind, _, rest = line.strip().partition(" ")
        if not kind:
            continue
        days = rest.split()
        if kind not in kinds or not days:
            raise HolidaysMalformed(
                f"第 {number} 行应写成“休 2027-01-01..2027-01-03 元旦”或“班 2027-02-14”。"
            )
        found[kinds[kind]].append(days[0])
    holidays = holidays_from({year: found})
    if any(day.year != year for day in holidays.off | holidays.work):
        raise HolidaysMalformed(f"有的日期不在 {year} 年。")
    if wrong := sorted(day for day in holidays.work if day.weekday() < 5):
        raise HolidaysMalformed(f"{wrong[0]} 不是星期六、星期天，不用写“班”。")
    if both := sorted(holidays.off & holidays.work):
        raise HolidaysMalformed(f"{both[0]} 又写了休，又写了班。")
    if not 11 <= len(holidays.off) <= 60:
        raise HolidaysMalformed(f"一年的节假日不会是 {len(holidays.off)} 天，请核对。")
    return found


@lru_cache(maxsize=8)
def _known(told: tuple[tuple[int, str], ...]) -> Holidays:
    packaged = _packaged()
    newer = holidays_from({year: json.loads(days) for year, days in told})
    return Holidays(
        _with(packaged.off, newer.off, newer.known_years),
        _with(packaged.work, newer.work, newer.known_years),
        packaged.known_years | newer.known_years,
    )


def _with(held: frozenset[date], newer: frozenset[date], years: frozenset[int]) -> frozenset[date]:
    return frozenset(day for day in held if day.year not in years) | newer


@lru_cache(maxsize=1)
def _packaged() -> Holidays:
    text = resources.files("kiosk.rules").joinpath("data/holidays.yaml").read_text("utf-8")
    return holidays_from(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def beijing_date(moment: datetime) -> date:
    """The date in Beijing at an aware moment."""
    return moment.astimezone(BEIJING).date()


def day_of(at: str) -> date:
    """The Beijing date of a moment as entries have it (RFC 3339)."""
    return beijing_date(datetime.fromisoformat(at))


def is_working_day(day: date, holidays: Holidays | None = None) -> bool:
    """Whether offices work on that day."""
    known = holidays or default_holidays()
    if day in known.work:
        return True
    if day in known.off or day.weekday() >= 5:
        return False
    return day.year in known.known_years or (day.month, day.day) not in _FIXED_BY_LAW


def next_working_day(day: date, holidays: Holidays | None = None) -> date:
    """The day itself if it is worked, else the next that is."""
    while not is_working_day(day, holidays):
        day += _DAY
    return day


def add_working_days(day: date, n: int, holidays: Holidays | None = None) -> date:
    """The n-th working day after `day`, which itself is not counted (民法典第二百零一条).

    For n = 0 that is `day` or the next working day. Raises ValueError for a negative n.
    """
    if n < 0:
        raise ValueError("working days are counted forward")
    if n == 0:
        return next_working_day(day, holidays)
    for _ in range(n):
        day = next_working_day(day + _DAY, holidays)
    return day


def working_days_after(start: date, end: date, holidays: Holidays | None = None) -> int:
    """How many working days lie after `start` up to and with `end`; 0 when `end` is not later."""
    return sum(is_working_day(start + n * _DAY, holidays) for n in range(1, (end - start).days + 1))


def add_months(day: date, n: int) -> date:
    """The same day n months on, or the last of that month where it is shorter."""
    at = day.year * 12 + day.month - 1 + n
    return day_in_month(at // 12, at % 12 + 1, day.day)


def day_in_month(year: int, month: int, day: int) -> date:
    """That date, or the last of the month where the month is shorter."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def weekday_name(day: date) -> str:
    """ "星期二"."""
    return f"星期{_WEEKDAYS[day.weekday()]}"


def day_in_words(day: date, today: date) -> str:
    """ "12月10日", with the year where it is not today's."""
    words = f"{day.month}月{day.day}日"
    return words if day.year == today.year else f"{day.year}年{words}"


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter, half-year or year. Ids sort by time within a cadence.

    `id` is "2026-05", "2026Q2", "2026H1" or "2026"; `start` and `end` are its first and last day.
    """

    id: str
    cadence: str
    start: date
    end: date

    @staticmethod
    def containing(cadence: str, day: date) -> "Period":
        """The period of that cadence in which the day lies. Raises KeyError for no cadence."""
        months = _MONTHS[cadence]
        number = (day.month - 1) // months
        start = date(day.year, number * months + 1, 1)
        end = add_months(start, months) - _DAY
        return Period(_period_id(cadence, day.year, number + 1), cadence, start, end)

    @staticmethod
    def parse(text: str) -> "Period":
        """The period of an id. Raises PeriodMalformed."""
        period = _parsed(text)
        if period is None or period.id != text:
            raise PeriodMalformed(f"不是月份、季度、半年或年度：{text}")
        return period

    @property
    def next(self) -> "Period":
        return Period.containing(self.cadence, self.end + _DAY)

    @property
    def previous(self) -> "Period":
        return Period.containing(self.cadence, self.start - _DAY)

    @property
    def title(self) -> str:
        """ "2026年第二季度"."""
        return f"{self.start.year}年{self._within_year}"

    def title_on(self, today: date) -> str:
        """The title as one would say it today: without the year where that is today's."""
        if self.start.year == today.year and self._within_year:
            return self._within_year
        return self.title

    @property
    def _within_year(self) -> str:
        match self.cadence:
            case "monthly":
                return f"{self.start.month}月"
            case "quarterly":
                return f"第{_QUARTERS[(self.start.month - 1) // 3]}季度"
            case "half_yearly":
                return "上半年" if self.start.month == 1 else "下半年"
            case _:
                return ""


def _period_id(cadence: str, year: int, number: int) -> str:
    match cadence:
        case "monthly":
            return f"{year:04}-{number:02}"
        case "quarterly":
            return f"{year:04}Q{number}"
        case "half_yearly":
            return f"{year:04}H{number}"
        case _:
            return f"{year:04}"


def _parsed(text: str) -> Period | None:
    year, mark, number = text[:4], text[4:5], text[5:]
    cadence = {"": "yearly", "-": "monthly", "Q": "quarterly", "H": "half_yearly"}.get(mark)
    if cadence is None or not (year + number).isdigit() or not text.isascii():
        return None
    try:
        start = date(int(year), (int(number or 1) - 1) * _MONTHS[cadence] + 1, 1)
    except ValueError:
        return None
    return Period.containing(cadence, start)
