"""Who reviews what in the demo: the exemplary village signs by log-in, the others on paper.

What needs the township's signature is sent to it the day before it is posted, while the village can
still be reached; everything else is signed in one go when it is posted (`kiosk.demo.play`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from kiosk.clock import beijing_date
from kiosk.demo.acts import Correct, Open, Post, SendBack, SignOff, Step, Submit, moment
from kiosk.demo.book import Books
from kiosk.demo.finance import PERIODIC, subsidy
from kiosk.demo.places import EXEMPLARY, LATE, TOWNSHIP_CODE, Place, masked_names
from kiosk.demo.routine import LATE_WITH, began, left_open, owed
from kiosk.demo.stories import back, decision
from kiosk.demo.township import earlier_outage, offline_since
from kiosk.demo.writing import text
from kiosk.rules.calendar import Period
from kiosk.rules.catalogue import Catalogue
from kiosk.rules.reviews import TOWNSHIP

BEFORE = timedelta(hours=22)
STUCK = 6
"""Days for which the late village's accounts wait for its committee."""


def accounts(place: Place) -> list[tuple[str, str]]:
    """The village's log-ins as (name, role): with reviewers in the exemplary village, and in the
    late one for the committee, whom something waits for."""
    found = [(place.clerk, "officer")]
    if place.part in (EXEMPLARY, LATE):
        found.append((place.committee[0], "committee"))
    if place.part == EXEMPLARY:
        found.append((place.finance_group[0], "finance_group"))
        # An account has one role: who is secretary and head signs by log-in as the former.
        found.append((place.secretary, "branch"))
    return found


def by_login(place: Place, step: str) -> bool:
    """Whether that reviewer signs by log-in."""
    return place.part == EXEMPLARY and (place.reviewer(step), step) in accounts(place)


def with_reviews(
    steps: list[Step], places: list[Place], now: datetime, catalogue: Catalogue
) -> Iterator[Step]:
    """The steps, and before each that needs the township's signature how it gets it."""
    known = {place.code: place for place in places}
    opened = {(step.node, step.act.ref): step.at for step in steps if isinstance(step.act, Open)}
    posted = {(step.node, step.act.ref): step.at for step in steps if isinstance(step.act, Post)}
    for step in steps:
        place, act = known.get(step.node), step.act
        if place is None or not isinstance(act, Post | Correct):
            yield step
            continue
        item = act.item if isinstance(act, Post) else act.ref.partition("/")[0]
        if TOWNSHIP not in catalogue.items[item].review:
            yield step
            continue
        correction = isinstance(act, Correct)
        if isinstance(act, Post):
            told = act.result_of
            submit = Submit(act.ref, item, act.writing, act.period, act.event, result_of=told)
            earliest = opened.get((step.node, act.event))
        else:
            submit = Submit(act.ref, item, act.writing, reason=act.reason)
            earliest = posted[step.node, act.ref]
        at = _sent(place, step.at, earliest, now)
        yield Step(at, step.node, submit)
        yield Step(
            at + min((step.at - at) / 2, timedelta(hours=3)),
            TOWNSHIP_CODE,
            SignOff(step.node, act.ref, correction),
        )
        yield step


def in_review(place: Place, now: datetime, today: date, catalogue: Catalogue) -> Iterator[Step]:
    """What is on its way today: the late village's accounts wait for its committee, an audit of the
    exemplary one for the township; there a list was sent back, and a decision that everybody signed
    publishes itself tomorrow."""
    if place.part == LATE:
        duties = owed(place, today, catalogue)
        open_ones = left_open(place, today, duties)
        statement = next(it for it in duties if it.key in open_ones and it.item == LATE_WITH)
        books = Books(place, began(place, today).replace(day=1))
        period = Period.parse(statement.period)
        writing = PERIODIC[LATE_WITH](books, period, Random(f"{place.code}/{statement.key}"))
        yield Step(
            moment(back(today, STUCK), 15, 40),
            place.code,
            Submit(statement.key, LATE_WITH, writing, statement.period, signed=1),
        )
    if place.part == EXEMPLARY:
        on = back(today, 2)
        yield Step(
            moment(on, 9, 5),
            place.code,
            Open("event/audit", "village.audit", "前任会计离任经济责任审计", on),
        )
        yield Step(moment(on, 15, 20), place.code, Submit(
            "audit", "village.audit",
            text(
                "前任会计离任经济责任审计结果",
                "受村民委员会委托，镇农经站对前任会计任职期间的账目进行了审计。",
                "收支真实，手续齐全，账款相符。一张 86 元的交通费票据附件不全，已补齐。",
                "审计报告在村便民服务中心可以查阅。",
            ),
            event="event/audit",
        ))  # fmt: skip
        yield from _sent_back(place, today)
        yield from _scheduled(place, today)


def _sent_back(place: Place, today: date) -> Iterator[Step]:
    on = back(today, 2)
    r = Random(f"{place.code}/second subsidy")
    writing = subsidy(place, r, masked_names(place, r, 9), on.year, "第二批")
    yield Step(
        moment(on, 10, 10),
        place.code,
        Open("event/second subsidy", "village.subsidy", "耕地地力保护补贴第二批", on),
    )
    yield Step(
        moment(on, 10, 30),
        place.code,
        Submit(
            "second subsidy",
            "village.subsidy",
            writing,
            event="event/second subsidy",
            signed=0,
            kept=True,
        ),
    )
    row = writing.content["rows"][6]
    yield Step(
        moment(on, 16, 25),
        place.code,
        SendBack(
            "second subsidy",
            "committee",
            f"第 7 行{row[1]}户写的是 {row[2]} 亩，和村里台账对不上，请到会计那里核对后再送。",
        ),
    )


def _scheduled(place: Place, today: date) -> Iterator[Step]:
    on = back(today, 1)
    writing = decision(
        place,
        Random(f"{place.code}/canteen"),
        on,
        "调整幸福食堂收费的决议",
        "冬季取暖和菜价上涨，幸福食堂入不敷出。决议 75 岁以上老人每餐仍收 3 元，"
        "65 至 74 岁老人每餐由 5 元调到 6 元，不足部分由村集体每月补贴 1,200 元。\n"
        "特困户、低保户老人不收费。收支每月公开。",
        on + timedelta(days=30),
    )
    yield Step(
        moment(on, 10, 40),
        place.code,
        Open("event/canteen", "village.decision", "调整幸福食堂收费", on),
    )
    yield Step(
        moment(on, 15, 5),
        place.code,
        Submit(
            "canteen",
            "village.decision",
            writing,
            event="event/canteen",
            scheduled_for=moment(today + timedelta(days=1), 8),
            kept=True,
        ),
    )


def _sent(place: Place, posted: datetime, earliest: datetime | None, now: datetime) -> datetime:
    """When it is sent to the township: the day before, or before the village lost contact."""
    at = posted - BEFORE
    since = offline_since(place, now)
    if since is not None and at >= since - timedelta(hours=6):
        at = since - timedelta(hours=8)
    outage = earlier_outage(place, beijing_date(now))
    if outage is not None:
        start = moment(outage[0], 0)
        if start - timedelta(hours=6) <= at <= moment(outage[1] + timedelta(days=1), 8):
            at = start - timedelta(hours=8)
    first = moment(began(place, beijing_date(now)), 8, 20)
    floor = first if earliest is None else max(first, earliest + timedelta(minutes=4))
    return max(at, floor)
