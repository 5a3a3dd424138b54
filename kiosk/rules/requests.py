"""Disclosure on request (依申请公开): when a request counts as received, until when it is
answered, and how it may end. 中华人民共和国政府信息公开条例, as revised 2019 (国务院令第711号);
the article stands beside each rule.

All dates are Beijing dates and all terms are working days (`rules.calendar`); the day from which a
term runs is not counted (民法典第二百零一条). The outcomes are data (`data/disclosure.yaml`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from itertools import islice, takewhile
from typing import Any

import yaml

from kiosk.rules.calendar import (
    Holidays,
    add_working_days,
    is_working_day,
    working_days_after,
)

APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
"""Kinds of applicants, as the annual report's table counts them; the first is a person, all others
are 法人或其他组织."""

CHANNELS = {
    "in_person": "当面提交",
    "registered": "邮寄，有签收",
    "post": "平常信函",
    "network": "网上提交",
    "fax": "传真",
}
TO_BE_CONFIRMED = frozenset({"post", "network", "fax"})
"""Channels by which a request counts as received once both sides confirmed it (第三十一条)."""

ANSWER_WITHIN = 20
"""第三十三条第二款."""
EXTENSION_AT_MOST = 20
"""第三十三条第二款: once, approved by the disclosure office's head, told to the applicant."""
DEMAND_WITHIN = 7
"""第三十条: correction is demanded once, within this term from receipt."""
OPINION_WITHIN = 15
"""第三十二条 (third party), 第三十四条 (other authority): from when the letter reached them."""
WARN_FROM = 5
"""Working days before the end from which on a request is shown as pressing."""

STATES = {
    "unconfirmed": "等待与申请人确认",
    "handling": "办理中",
    "correcting": "等申请人补正",
    "asking": "征求意见中",
    "decided": "已答复，待送达",
    "delivered": "已送达",
    "ended": "不再处理",
}
OPEN = frozenset({"unconfirmed", "handling", "correcting", "asking"})
"""States in which no answer was given yet."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Outcome:
    """How a request ended. `rows`: the row that counts it in the annual report, by form;
    `ends`: no answer follows; `review_first`: reconsideration comes before a court."""

    id: str
    title: str
    article: str
    rows: Mapping[str, str]
    reasons: tuple[str, ...]
    letter: str
    ends: bool = False
    review_first: bool = False


@dataclass(frozen=True)
class Opinion:
    """A third party or another authority was asked (the day on which the letter reached it), and
    answered or not."""

    asked: date
    given: date | None = None


@dataclass(frozen=True)
class Course:
    """What happened to a request, by date. `extended` is in working days; `correct_by` the last
    day that the applicant was given; `ended` an outcome after which nothing is delivered."""

    channel: str
    arrived: date
    confirmed: date | None = None
    demanded: date | None = None
    correct_by: date | None = None
    corrected: date | None = None
    extended: int = 0
    opinions: tuple[Opinion, ...] = ()
    decided: date | None = None
    ended: bool = False
    delivered: date | None = None


@lru_cache(maxsize=1)
def outcomes() -> dict[str, Outcome]:
    """Every outcome by id, in the order of the annual report's table."""
    text = resources.files("kiosk.rules").joinpath("data/disclosure.yaml").read_text("utf-8")
    data = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {each["id"]: _outcome(each) for each in data["outcomes"]}


def received_on(course: Course) -> date | None:
    """第三十一条: handed in: that day; signed for: that day; plain post, fax, network: the day on
    which both sides confirmed it. None while it is not confirmed."""
    if course.channel in TO_BE_CONFIRMED:
        return course.confirmed
    return course.arrived


def demand_by(course: Course, holidays: Holidays | None = None) -> date | None:
    """第三十条: the last day on which correction may be demanded."""
    received = received_on(course)
    return None if received is None else add_working_days(received, DEMAND_WITHIN, holidays)


def starts_on(course: Course) -> date | None:
    """The day from which the answer's term runs: the receipt (第三十三条), or the receipt of the
    corrected request (第三十条). None while neither is there."""
    return course.corrected if course.demanded is not None else received_on(course)


def pauses(course: Course, holidays: Holidays | None = None) -> list[tuple[date, date]]:
    """第三十三条第三款: spans of days (after the first, up to and with the second) that do not
    count, because an opinion was waited for: until it came, at most 15 working days (第三十二、
    三十四条: who does not answer in time is waited for no longer)."""
    found = []
    for opinion in course.opinions:
        limit = add_working_days(opinion.asked, OPINION_WITHIN, holidays)
        found.append((opinion.asked, limit if opinion.given is None else min(opinion.given, limit)))
    return found


def answer_by(course: Course, holidays: Holidays | None = None) -> date | None:
    """第三十三条: the last day for the answer; None while the term does not run. An opinion that is
    still waited for is taken to come on its last day."""
    start = starts_on(course)
    if start is None:
        return None
    term = ANSWER_WITHIN + course.extended
    return next(islice(_counted(course, start, holidays), term - 1, None))


def days_left(course: Course, today: date, holidays: Holidays | None = None) -> int | None:
    """Working days left after today; 0 on the last day, negative once it is over. None while the
    term does not run. What does not count is left out, so a paused clock stands still."""
    by = answer_by(course, holidays)
    start = starts_on(course)
    if by is None or start is None:
        return None
    if today > by:
        return -working_days_after(by, today, holidays)
    days = _counted(course, max(today, start), holidays)
    return sum(1 for _ in takewhile(lambda day: day <= by, days))


def is_asking(course: Course, today: date, holidays: Holidays | None = None) -> bool:
    """Whether an opinion is waited for today, so that the clock stands."""
    return any(
        opinion.given is None and today <= end
        for opinion, (_, end) in zip(course.opinions, pauses(course, holidays), strict=True)
    )


def state(course: Course, today: date, holidays: Holidays | None = None) -> str:
    """One of STATES."""
    if course.decided is not None:
        if course.ended:
            return "ended"
        return "decided" if course.delivered is None else "delivered"
    if received_on(course) is None:
        return "unconfirmed"
    if course.demanded is not None and course.corrected is None:
        return "correcting"
    return "asking" if is_asking(course, today, holidays) else "handling"


def in_time(course: Course, holidays: Holidays | None = None) -> bool | None:
    """Whether it was answered in its term; None while there is no answer or nothing to answer."""
    by = answer_by(course, holidays)
    if course.decided is None or course.ended or by is None:
        return None
    return course.decided <= by


def warnings(course: Course, today: date, holidays: Holidays | None = None) -> list[str]:
    """What whoever handles it must know today, in plain Chinese."""
    found = []
    now = state(course, today, holidays)
    left = days_left(course, today, holidays)
    if now == "unconfirmed" and today > course.arrived:
        found.append("还没有和申请人确认。收到当天就要联系，确认之日为收到申请之日（第三十一条）。")
    if now == "correcting" and course.correct_by is not None and today > course.correct_by:
        found.append("补正期限已过。没有正当理由逾期不补正的，视为放弃申请（第三十条）。")
    for opinion, (_, end) in zip(course.opinions, pauses(course, holidays), strict=True):
        if opinion.given is None and today > end and now in OPEN:
            found.append(
                "征求意见满 15 个工作日没有回复，时限已继续计算，由本机关决定（第三十二条）。"
            )
    if now in OPEN and left is not None:
        if left < 0:
            found.append(f"已超过答复期限 {-left} 个工作日（第三十三条）。")
        elif left <= WARN_FROM:
            found.append("今天是答复的最后一天。" if left == 0 else f"只剩 {left} 个工作日。")
    if now == "decided" and course.decided is not None and today > course.decided:
        found.append("答复书还没有送达。")
    return found


def why_not_demand(course: Course, on: date, holidays: Holidays | None = None) -> str:
    """Why correction cannot be demanded on that day, "" where it can (第三十条)."""
    if course.demanded is not None:
        return "补正只能一次性告知，已经告知过了（条例第三十条）。"
    by = demand_by(course, holidays)
    if by is None:
        return "先要和申请人确认收到申请。"
    if on > by:
        return f"收到申请已超过 7 个工作日（{by:%Y-%m-%d} 为止），不能再要求补正（条例第三十条）。"
    return ""


def why_not_extend(course: Course, on: date, days: int, holidays: Holidays | None = None) -> str:
    """Why the term cannot be extended on that day, "" where it can (第三十三条第二款)."""
    if course.extended:
        return "已经延长过一次，不能再延长（条例第三十三条）。"
    if not 1 <= days <= EXTENSION_AT_MOST:
        return "最多延长 20 个工作日（条例第三十三条）。"
    by = answer_by(course, holidays)
    if by is None:
        return "答复期限还没有开始计算，不用延长。"
    if on > by:
        return f"答复期限 {by:%Y-%m-%d} 已过，不能再延长（条例第三十三条）。"
    return ""


def _counted(course: Course, after: date, holidays: Holidays | None) -> Iterator[date]:
    """The days after `after` that count, for ever."""
    paused = pauses(course, holidays)
    day = after
    while True:
        day += _DAY
        if is_working_day(day, holidays) and not any(a < day <= b for a, b in paused):
            yield day


def _outcome(given: Mapping[str, Any]) -> Outcome:
    row = given["row"]
    rows = dict(row) if isinstance(row, Mapping) else {"2019": row, "2021": row}
    return Outcome(
        id=given["id"],
        title=given["title"],
        article=given["article"],
        rows=rows,
        reasons=tuple(given["reasons"]),
        letter=given["letter"],
        ends=bool(given.get("ends", False)),
        review_first=bool(given.get("review_first", False)),
    )
