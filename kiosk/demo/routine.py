"""What comes round with the calendar: each village's periodic notices and standing confirmations.

Planned from the same rules that judge it (`kiosk.rules.timeliness`): whatever a village owes by
today it published in time, but for the duties that its part in the story leaves open.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from kiosk.demo import finance, party, standing, village
from kiosk.demo.acts import Confirm, Correct, DeclareNone, Post, Step, Withdraw, office_hour
from kiosk.demo.book import Books
from kiosk.demo.places import EXEMPLARY, EXTRA, LATE, OFFLINE, Place
from kiosk.demo.writing import Writing
from kiosk.rules import timeliness
from kiosk.rules.calendar import Period, add_months, is_working_day
from kiosk.rules.catalogue import Catalogue
from kiosk.rules.timeliness import STANDING, Duty

DAY = timedelta(days=1)
QUARTERS_OF = {EXEMPLARY: 5, LATE: 3, OFFLINE: 2}
"""Whole quarters before this one for which each part's board already stands."""

LATE_WITH = "finance.statement"
LATE_TOO = ("finance.ledger", "village.agriculture", "village.minimum_living", "party.service")
"""The late village owes the first, and of the others the one that fell due last."""

CORRECTED = "village.minimum_living"
DOUBLED = "village.agriculture"
NOTHING_HAPPENED = "village.homestead"
EXCUSED = "village.water_power"


def began(place: Place, today: date) -> date:
    """The first day for which the village's board owes anything."""
    if place.part == EXTRA:
        return add_months(today.replace(day=1), -1)
    quarter = Period.containing("quarterly", today).start
    return add_months(quarter, -3 * QUARTERS_OF[place.part])


def owed(place: Place, today: date, catalogue: Catalogue) -> list[Duty]:
    """The duties of the village that are its routine: all but those of events."""
    return timeliness.duties(catalogue, began(place, today), today)


def left_open(place: Place, today: date, duties: list[Duty]) -> set[str]:
    """The keys of the duties that the village does not do, as its part has it."""
    overdue = [duty for duty in duties if duty.due < today and duty.rules.cadence != STANDING]
    if place.part == LATE:
        statement = max((it for it in overdue if it.item == LATE_WITH), key=lambda it: it.due)
        other = max((it for it in overdue if it.item in LATE_TOO), key=lambda it: it.due)
        return {statement.key, other.key}
    if place.part == EXTRA and overdue and Random(place.code).random() < 0.2:
        return {max(overdue, key=lambda it: it.due).key}
    return set()


def routine(place: Place, now: datetime, today: date, catalogue: Catalogue) -> Iterator[Step]:
    """Every routine step of the village up to `now`; `today` is its Beijing date."""
    duties = owed(place, today, catalogue)
    skipped = left_open(place, today, duties)
    special = _special(place, today, duties)
    books = Books(place, began(place, today).replace(day=1))
    for duty in duties:
        if duty.key in skipped or special.get(duty.item) == (duty.key, EXCUSED):
            continue
        if duty.rules.cadence == STANDING:
            steps = list(_standing(place, duty, today))
        else:
            writing = _written(place, books, duty, Random(f"{place.code}/{duty.key}"))
            at = office_hour(place.code, _posting_day(place, duty, today))
            post = Post(duty.key, duty.item, writing, period=duty.period)
            steps = [Step(at, place.code, post)]
            if duty.key == special.get(duty.item, ("", ""))[0]:
                steps = _told_differently(place, books, duty, steps[0])
        yield from (step for step in steps if step.at < now - timedelta(minutes=20))


def excused(place: Place, today: date, duties: list[Duty]) -> Duty | None:
    """The duty from which the township excuses the late village."""
    key = _special(place, today, duties).get(EXCUSED, ("", ""))[0] if place.part == LATE else ""
    return next((duty for duty in duties if duty.key == key), None)


def _special(place: Place, today: date, duties: list[Duty]) -> dict[str, tuple[str, str]]:
    """item -> (key of the duty that goes another way than usual, which way)."""
    wanted = {EXEMPLARY: (CORRECTED, DOUBLED, NOTHING_HAPPENED), LATE: (EXCUSED,)}
    found = {}
    for item in wanted.get(place.part, ()):
        past = [duty for duty in duties if duty.item == item and duty.due < today - 10 * DAY]
        if past:
            found[item] = (max(past, key=lambda it: it.due).key, item)
    return found


def _told_differently(place: Place, books: Books, duty: Duty, usual: Step) -> list[Step]:
    post = usual.act
    assert isinstance(post, Post)
    if duty.item == NOTHING_HAPPENED:
        reason = "本季度没有村民申请宅基地，也没有审批事项。"
        return [replace(usual, act=DeclareNone(duty.item, duty.period, reason))]
    if duty.item == CORRECTED:
        right = post.writing
        rows = [list(row) for row in right.content["rows"]]
        rows[2][3] += 10_000
        content = {**right.content, "rows": rows, "total": right.content["total"] + 10_000}
        reason = f"{rows[2][1]}户月保障金多写了 100 元，合计一并更正，发放金额没有错"
        corrected = Correct(post.ref, reason, right)
        return [
            replace(usual, act=replace(post, writing=replace(right, content=content))),
            Step(usual.at + timedelta(hours=25), place.code, corrected),
        ]
    before = Period.parse(duty.period).previous
    old = village.agriculture(place, before, Random(f"{place.code}/{duty.item}/{before.id}"))
    old = replace(old, title=post.writing.title)
    return [
        replace(usual, act=replace(post, ref="doubled", writing=old)),
        Step(usual.at + timedelta(minutes=18), place.code,
             Withdraw("doubled", "误把上个月的内容又发了一遍，撤回后已发本月内容")),
        replace(usual, at=usual.at + timedelta(minutes=26)),
    ]  # fmt: skip


def _standing(place: Place, duty: Duty, today: date) -> Iterator[Step]:
    day = began(place, today) + Random(f"{place.code}/{duty.item}").randint(1, 5) * DAY
    writing = standing.STANDING[duty.item](place)
    yield Step(office_hour(place.code, day), place.code, Post(duty.key, duty.item, writing))
    months = duty.rules.confirm_months
    assert months is not None
    while (day := add_months(day, months) - 8 * DAY) <= today:
        yield Step(office_hour(place.code, day), place.code, Confirm(duty.item))


def _posting_day(place: Place, duty: Duty, today: date) -> date:
    """A working day a little before the due date; in two villages sometimes one after it."""
    r = Random(f"{place.code}/{duty.due}/{len(duty.item) % 2}")
    slack = Random(f"{place.code}/{duty.key}/slack").random()
    lax = place.part in (LATE, OFFLINE) and duty.item != "finance.ledger"
    if lax and slack < 0.06 and duty.due < today - 30 * DAY:
        return duty.due + r.randint(2, 4) * DAY
    period = Period.parse(duty.period)
    first = duty.due - 9 * DAY
    if not (duty.rules.due and duty.rules.due.in_period):
        first = max(first, period.end + DAY)
    first = max(first, began(place, today))
    days = [first + n * DAY for n in range((duty.due - first).days + 1)]
    worked = [day for day in days if is_working_day(day)] or days
    return worked[-min(len(worked), r.randint(1, 4))]


def _written(place: Place, books: Books, duty: Duty, r: Random) -> Writing:
    period = Period.parse(duty.period)
    if duty.item in finance.PERIODIC:
        return finance.PERIODIC[duty.item](books, period, r)
    return {**party.PERIODIC, **village.PERIODIC}[duty.item](place, period, r)
