"""Which period a table is about, and which day a line: as people write them.

A period is found by meaning wherever it stands ("2026年第二季度", "二〇二六年二季度", "4-6月",
"5月份", "上半年", "2026年度"), its year possibly elsewhere than its part. Ids are those of
`kiosk.rules.calendar`: 2026-05, 2026Q2, 2026H1, 2026.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kiosk.rules.tables.grid import Value, label

_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "Ο": "0",
    "О": "0",
}
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050
"""Excel's numbers of 2000-01-01 and 2099-12-31."""


@dataclass(frozen=True)
class Said:
    """What a text says of its period: `part` is "Q2", "H1", "05", "" (expressly a whole year) or
    None; `dated` is a single day that it names instead (when the table was made)."""

    year: int | None
    part: str | None
    dated: date | None = None


def period_said(text: str) -> Said:
    """Year and part of the period that a title, heading or note names."""
    plain = _arabic(label(text))
    year = None
    for pattern in _YEARS:
        if found := pattern.search(plain):
            year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
            break
    for pattern in _SPANS:
        if found := pattern.search(plain):
            first, last = int(found["first"]), int(found["last"])
            until = found.groupdict().get("until")
            if until is None or year is None or int(until) == year:
                return Said(year, _part(first, last))
    if found := _QUARTER.search(plain):
        return Said(year, f"Q{found['quarter'] or found['q'] or found['r']}")
    if found := _HALF.search(plain):
        return Said(year, "H1" if found[1] in "上前" else "H2")
    if found := _DATED.search(plain):
        day = Day(int(found[1]), int(found[2]), int(found[3])).on(None)
        return Said(year, None, day)
    if _MADE.search(plain) is None:
        for pattern in _MONTHS:
            if (found := pattern.search(plain)) and 1 <= int(found["month"]) <= 12:
                return Said(year, f"{int(found['month']):02d}")
    return Said(year, "" if year is not None and _WHOLE_YEAR.search(plain) else None)


def other_period(title: str, period: str) -> str | None:
    """The period id that a title names in place of `period`, None where it names none or one that
    overlaps it. A year alone says nothing: a notice of December may be about next year's sowing."""
    said = period_said(title)
    if said.part is None or said.dated is not None or (said.part == "" and len(period) > 4):
        return None
    first, last = span(period)
    named = period_id(said.year or first.year, said.part)
    begins, ends = span(named)
    return named if ends < first or begins > last else None


def period_found(texts: Iterable[str], days: Iterable[Value] = ()) -> tuple[str | None, str]:
    """The period of a table from its texts, most telling first, and its lines' dates.

    Returns its id or None, and a Chinese remark where something had to be concluded or is missing.
    """
    said = [period_said(text) for text in texts]
    for it in said:
        if it.year is not None and it.part:
            return period_id(it.year, it.part), ""
    written = [day for value in days if (day := day_written(value))]
    title_year = next((it.year for it in said if it.year is not None and it.dated is None), None)
    part = next((it.part for it in said if it.part), None)
    if part is not None:
        year = title_year or next((day.year for day in written if day.year), None)
        made = next((it.dated for it in said if it.dated is not None), None)
        if year is None and made is not None:
            year = made.year - (span(period_id(made.year, part))[1] > made)
            return period_id(year, part), f"年份是按表上的日期推算的（{year} 年）。"
        if year is None:
            return None, "表里没有写是哪一年。"
        return period_id(year, part), ""
    whole = any(it.year is not None and it.part == "" for it in said)
    if whole and title_year is not None:
        return period_id(title_year, ""), ""
    year = title_year or next((day.year for day in written if day.year), None)
    dates = [date for day in written if (date := day.on(year))]
    if dates and (found := period_of(dates)):
        return found, ""
    if title_year is not None:
        return period_id(title_year, ""), f"表里只写了 {title_year} 年，没有写季度或月份。"
    return None, "表里没有写是哪一期。"


_DATED = re.compile(r"(?<!\d)((?:19|20)\d\d)[年./\-](\d{1,2})[月./\-](\d{1,2})(?:[日号]|(?!\d))")
_MADE = re.compile(r"(?:填报|编制|编报|公开|公示|公布|制表|上报|打印|填表|报送)(?:日期|时间)")
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
_YEARS = (
    re.compile(rf"{_YEAR}(?:年|[.\-/](?=(?:0?[1-9]|1[0-2])(?!\d))|(?=[Qq][1-4]|[Hh][12]))"),
    re.compile(r"(?<!\d)(?P<year>[2-3]\d)年(?=度?(?:第?[1-4一二三四]季|[上下]半年|\d{1,2}月))"),
    re.compile(rf"{_YEAR}(?!\d)(?![年.\-/])"),
)
_TO = r"(?:至|到|-|~|—|–|―|〜)"
_SPANS = (
    re.compile(
        rf"(?P<first>\d{{1,2}})月\d{{1,2}}[日号]{_TO}(?:(?P<until>\d{{4}})年)?"
        r"(?P<last>\d{1,2})月\d{1,2}[日号]"
    ),
    re.compile(
        rf"(?<!\d)(?P<first>\d{{1,2}})(?:月份?)?{_TO}(?:(?P<until>\d{{4}})年)?(?P<last>\d{{1,2}})月(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<first>\d{1,2})[、,](?:\d{1,2}[、,])+(?P<last>\d{1,2})月"),
    re.compile(
        rf"\d{{4}}[.\-/](?P<first>\d{{1,2}})[.\-/]\d{{1,2}}{_TO}(?P<until>\d{{4}})[.\-/]"
        r"(?P<last>\d{1,2})[.\-/]\d{1,2}"
    ),
    re.compile(
        rf"\d{{4}}(?P<cut>[.\-/])(?P<first>\d{{1,2}})(?!(?P=cut)){_TO}(?:(?P<until>\d{{4}})[.\-/])?(?P<last>\d{{1,2}})(?![\d.\-/])"
    ),
)
_QUARTER = re.compile(
    r"(?:第|(?<!\d))(?P<quarter>[1-4])个?季|[Qq](?P<q>[1-4])(?!\d)|(?<!\d)(?P<r>[1-4])[Qq]"
)
_HALF = re.compile(r"([上下前后])半年")
_MONTHS = (
    re.compile(r"(?<![\d/.\-])(?P<month>\d{1,2})月份"),
    re.compile(r"\d年度?(?P<month>\d{1,2})月(?!\d)"),
    re.compile(r"(?<!\d)20\d\d[.\-/](?P<month>0?[1-9]|1[0-2])(?![\d.\-/])"),
    re.compile(r"(?<![\d/.\-年])(?P<month>\d{1,2})月(?!\d|[末底初])"),
)
_WHOLE_YEAR = re.compile(r"全年|年度")


def _arabic(plain: str) -> str:
    """Years, quarters and months in Chinese numerals as digits."""

    def digits(found: re.Match[str]) -> str:
        return "".join(_DIGITS.get(it, it) for it in found[0])

    numerals = "".join(_DIGITS)
    plain = re.sub(rf"[{numerals}\d]{{4}}(?=年)", digits, plain)
    plain = re.sub(r"[一二三四](?=个?季)", digits, plain)
    plain = re.sub(r"(?<!\d)[一二三四五六七八九]?十[一二三四五六七八九]?(?=月|日|号)", _tens, plain)
    return re.sub(
        rf"(?<![{numerals}])[一二三四五六七八九](?=月|日|号|(?:-|至|到|—)[一二三四五六七八九十]+月)",
        digits,
        plain,
    )


def _tens(found: re.Match[str]) -> str:
    tens, _, ones = found[0].partition("十")
    return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))


def _part(first: int, last: int) -> str | None:
    if first == last and 1 <= first <= 12:
        return f"{first:02d}"
    if last - first == 2 and first in (1, 4, 7, 10):
        return f"Q{last // 3}"
    return {(1, 6): "H1", (7, 12): "H2", (1, 12): ""}.get((first, last))


def period_id(year: int, part: str) -> str:
    """2026-05, 2026Q2, 2026H1 or 2026."""
    if part == "":
        return str(year)
    return f"{year}-{part}" if part.isdigit() else f"{year}{part}"


def span(period: str) -> tuple[date, date]:
    """First and last day of a period id."""
    year, part = int(period[:4]), period[4:].lstrip("-")
    if part == "":
        first, last = 1, 12
    elif part[0] == "Q":
        first, last = int(part[1]) * 3 - 2, int(part[1]) * 3
    elif part[0] == "H":
        first, last = (1, 6) if part[1] == "1" else (7, 12)
    else:
        first = last = int(part)
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def period_of(days: Iterable[date]) -> str | None:
    """The smallest period that holds all the days; None for days of several years or none."""
    found = sorted(days)
    if not found or found[0].year != found[-1].year:
        return None
    year, first, last = found[0].year, found[0].month, found[-1].month
    if first == last:
        return period_id(year, f"{first:02d}")
    if (first - 1) // 3 == (last - 1) // 3:
        return period_id(year, f"Q{(first + 2) // 3}")
    if (first - 1) // 6 == (last - 1) // 6:
        return period_id(year, "H1" if first <= 6 else "H2")
    return period_id(year, "")


@dataclass(frozen=True)
class Day:
    """A date as written: parts that it leaves out are None; `tenfold` where Excel may have eaten
    a zero (4.1 for 4.10)."""

    year: int | None
    month: int | None
    day: int | None
    tenfold: bool = False

    def on(self, year: int | None, month: int | None = None) -> date | None:
        """The date with what is left out filled in, or None where there is no such day."""
        year, month = self.year or year, self.month or month
        if year is None or month is None or self.day is None:
            return None
        try:
            return date(year, month, self.day)
        except ValueError:
            return None


def day_written(value: Value) -> Day | None:
    """A date in any spelling in use, or None for what is none: dates and numbers of Excel,
    2026/5/1, 2026.5.1, 26.5.1, 5月1日, 5.1, 0501, 20260501, 二〇二六年五月一日, 1日; of a span of
    days the first."""
    if isinstance(value, date):
        return Day(value.year, value.month, value.day)
    if isinstance(value, int | Decimal) and _FIRST_SERIAL <= value <= _LAST_SERIAL:
        serial = date(1899, 12, 30) + timedelta(days=int(value))
        return Day(serial.year, serial.month, serial.day)
    plain = _arabic(label(value))
    plain = re.sub(r"(?<=\d)[T ]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?$|星期.$|周.$", "", plain)
    for pattern in _DAYS:
        if found := pattern.fullmatch(plain):
            parts = {key: int(it) for key, it in found.groupdict().items() if it}
            year = parts.get("year")
            if year is not None and year < 100:
                year += 2000
            tenfold = isinstance(value, Decimal) and re.search(r"\.[1-3]$", plain) is not None
            found_day = Day(year, parts.get("month"), parts.get("day"), tenfold)
            return found_day if _possible(found_day) else None
    return None


_REST = r"(?:[-~至到—–、,].{1,12})?"
_DAYS = tuple(
    re.compile(pattern + _REST)
    for pattern in (
        r"(?P<year>\d{4}|\d{2})[年./\-](?P<month>\d{1,2})[月./\-](?P<day>\d{1,2})[日号]?",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<year>(?:19|20)\d\d)年(?P<month>\d{1,2})月份?",
        r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?",
        r"(?P<month>\d{1,2})[./\-](?P<day>\d{1,2})[日号]?",
        r"(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)",
        r"(?P<year>2\d)(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)",
        r"(?P<month>\d{1,2})月份?",
        r"(?P<day>\d{1,2})[日号]?",
    )
)


def _possible(day: Day) -> bool:
    if day.month is not None and not 1 <= day.month <= 12:
        return False
    return day.day is None or 1 <= day.day <= 31
