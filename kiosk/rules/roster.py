"""Who is on duty on a day, from the 值班 column of a village's directory.

Officers write it as people speak: 星期一, 周一、三, 周一至周五, 每天, 工作日, 周末, also dates such
as 11月24日. What cannot be read names nobody: the screen then shows the telephone alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.rules.calendar import Holidays, is_working_day

_DAYS = "一二三四五六日"
_EVERY_DAY = re.compile("每天|每日|天天|全天|长期")
_WORKING = re.compile("工作日")
_WEEKEND = re.compile("周末|双休日")
_RANGE = re.compile(
    r"(?:星期|周|礼拜)([一二三四五六日天])\s*(?:至|到|[-~—－–～])\s*(?:星期|周|礼拜)?([一二三四五六日天])"
)
_SINGLE = re.compile(r"(?:星期|周|礼拜)((?:[一二三四五六日天][、，,/和及 ]*)+)")
_DATE = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")


@dataclass(frozen=True)
class OnDuty:
    """Somebody who can be found today. `post` and `phone` may be ""."""

    name: str
    post: str
    phone: str


def on_duty(
    people: Iterable[Mapping[str, Any]], day: date, holidays: Holidays | None = None
) -> list[OnDuty]:
    """Those of a directory's `people` ({name, post, phone, shift}) whose shift is on the day."""
    return [
        OnDuty(*(str(each.get(key) or "") for key in ("name", "post", "phone")))
        for each in people
        if each.get("name") and covers(str(each.get("shift") or ""), day, holidays)
    ]


def covers(shift: str, day: date, holidays: Holidays | None = None) -> bool:
    """Whether a shift, as an officer wrote it, is on the day."""
    if (day.month, day.day) in {(int(m), int(d)) for m, d in _DATE.findall(shift)}:
        return True
    if _EVERY_DAY.search(shift):
        return True
    if _WORKING.search(shift) and is_working_day(day, holidays):
        return True
    if _WEEKEND.search(shift) and day.weekday() >= 5:
        return True
    return day.weekday() in _weekdays(shift)


def _weekdays(shift: str) -> set[int]:
    found: set[int] = set()
    for first, last in _RANGE.findall(shift):
        start, end = _number(first), _number(last)
        found |= {n % 7 for n in range(start, (end if end >= start else end + 7) + 1)}
    for group in _SINGLE.findall(_RANGE.sub(" ", shift)):
        found |= {_number(each) for each in group if each in _DAYS + "天"}
    return found


def _number(character: str) -> int:
    return _DAYS.index("日" if character == "天" else character)
