"""Duties: what a village owes its board, by when, and how it stands on a given Beijing date.

A duty is one catalogue item x one period, one event, or the board itself for a standing item
(architecture, "Duties and timeliness"). How duties come about:

- **Periods** of an item follow each other without gap or overlap. The rules in force on a period's
  first day hold for it; a change of cadence waits until a period of the new cadence begins.
- **The first** period is the one that ends on or after the day the village's board began, unless
  its due date lay before that day (a plan due in March is not owed by a board begun in May).
- **Events** are opened by an officer; the rules of the event's day hold.
- **Standing** items are due 30 days after the board began unless the catalogue gives another span,
  and then fall due again `confirm_months` after each publication or confirmation.
- A due date on a day off moves to the next working day (民法典第二百零三条) where `roll` says so.

Which day a notice counts as published is bounded by its witnesses: not earlier than the last
cosignature that does not cover it, not later than the first that does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from kiosk.rules.calendar import (
    Holidays,
    Period,
    add_months,
    add_working_days,
    beijing_date,
    day_in_month,
    day_in_words,
    default_holidays,
    next_working_day,
)
from kiosk.rules.catalogue import Catalogue, Due, Item, Span

STANDING = "standing"
FIRST_POSTING = Span(30, working=False)
"""How long a new board has for its standing items where the catalogue does not say."""

OPEN = ("upcoming", "due", "overdue", "escalated")
STATES = (*OPEN, "met", "met_late", "declared_none", "excused", "stale")
LATE = ("escalated", "overdue", "stale")

BY_TIME: dict[str, frozenset[str]] = {
    "upcoming": frozenset({"due"}),
    "due": frozenset({"overdue", "escalated", "stale"}),
    "overdue": frozenset({"escalated"}),
    "met": frozenset({"due", "excused"}),
}
"""Edges on which the next day alone may move a duty: due -> escalated without any grace; due ->
stale, met -> due, and met -> excused where it was excused ahead, for standing items."""

BY_FACT: dict[str, frozenset[str]] = {
    **{state: frozenset({"met", "met_late", "declared_none", "excused"}) for state in OPEN},
    "met": frozenset({*OPEN, "met_late", "declared_none", "excused", "stale"}),
    "met_late": frozenset({*OPEN, "met", "declared_none", "excused"}),
    "declared_none": frozenset({*OPEN, "met", "met_late", "excused"}),
    "excused": frozenset({"met"}),
    "stale": frozenset({"met", "due", "upcoming", "overdue", "escalated", "excused"}),
}
"""Edges on which one new fact may move a duty on one day: publication; its withdrawal, which lets
what was before come to light again; a declaration and its rejection; an excuse; a witness whose
clock puts the publication on another side of the due date; a confirmation."""

ALLOWED_EDGES: dict[str, frozenset[str]] = {
    state: BY_TIME.get(state, frozenset()) | BY_FACT[state] for state in STATES
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day and must be published: a decision, a project."""

    id: str
    item: str
    title: str
    on: date


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed. `period` or `event` is an id, both are "" for a standing item.

    From `opens` on one is reminded of it; `due` is the last day in time; `escalates` is the first
    day past the grace. `rules` is the catalogue's item as it holds for this duty.
    """

    item: str
    period: str
    event: str
    opens: date
    due: date
    escalates: date
    rules: Item

    @property
    def key(self) -> str:
        """Unique among one village's duties: "finance.statement/2026Q3"."""
        return duty_key(self.item, self.period, self.event)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a duty.

    `claimed` is when the origin says that the standing notice was published (None: there is
    none, or it was withdrawn), `not_before` and `witnessed` the witnesses' bounds of it.
    `confirmed` is when a standing item was last published or confirmed, bounded likewise.
    """

    claimed: datetime | None = None
    not_before: datetime | None = None
    witnessed: datetime | None = None
    declared_none: bool = False
    none_rejected: bool = False
    excused: bool = False
    confirmed: datetime | None = None


NOTHING = Facts()


def duty_key(item: str, period: str, event: str) -> str:
    """The key of the duty that a notice with this item, period and event fulfils."""
    return f"{item}/{period or event or STANDING}"


def duties(
    catalogue: Catalogue,
    began: date,
    today: date,
    events: Iterable[Event] = (),
    holidays: Holidays | None = None,
) -> list[Duty]:
    """All duties of a village's board from the day it began, by due date.

    Of periodic items: every period that has begun by `today`, and the one after.
    """
    known = holidays or default_holidays()
    found: list[Duty] = []
    for id in catalogue.items:
        found.extend(periodic_duties(catalogue, id, began, today, known))
        rules = catalogue.rules_at(id, today)
        if rules is not None and rules.cadence == STANDING:
            found.append(standing_duty(rules, began, known))
    for event in events:
        rules = catalogue.rules_at(event.item, event.on)
        if rules is not None and rules.cadence == "event":
            found.append(event_duty(rules, event, known))
    return sorted(found, key=lambda duty: (duty.due, duty.key))


def periodic_duties(
    catalogue: Catalogue, item: str, began: date, today: date, holidays: Holidays | None = None
) -> Iterator[Duty]:
    """One item's duties by period, oldest first, up to the first that begins after `today`."""
    known = holidays or default_holidays()
    cursor = date(began.year, 1, 1)
    rules: Item | None = None
    while cursor <= add_months(today, 13):
        now = catalogue.rules_at(item, cursor)
        period = Period.containing(now.cadence, cursor) if now and now.periodic else None
        if period is not None and period.start == cursor:
            rules = now
        elif period is not None and rules is not None:
            period = Period.containing(rules.cadence, cursor)
        else:
            rules, period = None, None
        if period is None or rules is None:
            cursor = add_months(cursor, 1)
            continue
        duty = _periodic_duty(rules, period, known)
        if period.end >= began and duty.due >= began:
            yield duty
        if period.start > today:
            return
        cursor = period.end + timedelta(days=1)


def event_duty(rules: Item, event: Event, holidays: Holidays | None = None) -> Duty:
    """The duty that an event opens. `rules` must be of an event item."""
    assert rules.due is not None and rules.due.after is not None
    due = _after(event.on, rules.due.after, rules.roll, holidays or default_holidays())
    return _duty(rules, "", event.id, due, earliest=event.on)


def standing_duty(rules: Item, began: date, holidays: Holidays | None = None) -> Duty:
    """The duty of a standing item before it was first published; see `renewed`."""
    span = rules.due.after if rules.due and rules.due.after else FIRST_POSTING
    due = _after(began, span, rules.roll, holidays or default_holidays())
    return _duty(rules, "", "", due, earliest=began)


def renewed(duty: Duty, facts: Facts, holidays: Holidays | None = None) -> Duty:
    """A standing duty with the dates that follow from its last confirmation; others as they are."""
    last = facts.confirmed or published_at(facts)
    if duty.rules.cadence != STANDING or last is None or duty.rules.confirm_months is None:
        return duty
    day = beijing_date(last)
    due = _rolled(
        add_months(day, duty.rules.confirm_months),
        duty.rules.roll,
        holidays or default_holidays(),
    )
    again = _duty(duty.rules, "", "", due, earliest=day)
    return replace(duty, opens=again.opens, due=again.due, escalates=again.escalates)


def bounded(claimed: datetime, not_before: datetime | None, witnessed: datetime | None) -> datetime:
    """The moment that counts for something claimed: moved into what the witnesses leave open."""
    moment = claimed if not_before is None else max(claimed, not_before)
    return moment if witnessed is None else min(moment, witnessed)


def published_at(facts: Facts) -> datetime | None:
    """When the notice counts as published; None without one."""
    if facts.claimed is None:
        return None
    return bounded(facts.claimed, facts.not_before, facts.witnessed)


def state(duty: Duty, facts: Facts, today: date, holidays: Holidays | None = None) -> str:
    """The duty's state (one of STATES) on that day, by what is known.

    In order of precedence: published in time; excused; published late; declared that there was
    nothing, not rejected; else by the date alone. A standing item, once published, is met until
    its confirmation falls due, and stale after.
    """
    published = published_at(facts)
    if duty.rules.cadence == STANDING and published is not None:
        duty = renewed(duty, facts, holidays)
        if today < duty.opens:
            return "met"
        if facts.excused:
            return "excused"
        return "due" if today <= duty.due else "stale"
    if published is not None and beijing_date(published) <= duty.due:
        return "met"
    if facts.excused:
        return "excused"
    if published is not None:
        return "met_late"
    if facts.declared_none and not facts.none_rejected:
        return "declared_none"
    if today < duty.opens:
        return "upcoming"
    if today <= duty.due:
        return "due"
    return "overdue" if today < duty.escalates else "escalated"


def late_arrival(duty: Duty, facts: Facts) -> timedelta | None:
    """How long after its publication in time a notice was first witnessed, if that was too late.

    None when it was witnessed in time, was not published in time, or was not witnessed yet.
    """
    published = published_at(facts)
    if published is None or facts.witnessed is None or duty.rules.cadence == STANDING:
        return None
    if not beijing_date(published) <= duty.due < beijing_date(facts.witnessed):
        return None
    return facts.witnessed - published


def days_late(duty: Duty, on: date) -> int:
    """Days by which that day is past the due date; 0 when it is not."""
    return max(0, (on - duty.due).days)


def display_until(item: Item, on: date, holidays: Holidays | None = None) -> date | None:
    """The last day of the display period of a notice published on that day, None without one.

    The day of publication is not counted (民法典第二百零一条).
    """
    if item.display is None:
        return None
    return _after(on, item.display, item.roll, holidays or default_holidays())


def in_words(duty: Duty, state: str, today: date, title: str, published: date | None = None) -> str:
    """The duty's state in one plain Chinese sentence.

    `title` is the item's, or for an event what the event is called; `published` is the day that
    counts, for a notice that was late.
    """
    subject = subject_in_words(duty, today, title)
    due = day_in_words(duty.due, today)
    left = (duty.due - today).days
    late = days_late(duty, today)
    if duty.rules.cadence == STANDING:
        match state:
            case "met":
                return f"{subject}已公开，{due}前再确认一次"
            case "stale":
                return f"{subject}该重新确认了，已逾期 {late} 天"
    match state:
        case "upcoming":
            return f"{subject}{due}到期，还有 {left} 天"
        case "due":
            return f"{subject}{f'还有 {left} 天' if left else '今天'}到期（{due}）"
        case "overdue":
            return f"{subject}还没公开，已逾期 {late} 天"
        case "escalated":
            return f"{subject}还没公开，已逾期 {late} 天，超过宽限期"
        case "met":
            return f"{subject}已按时公开"
        case "met_late":
            return f"{subject}已公开，迟了 {days_late(duty, published or today)} 天"
        case "declared_none" if duty.event:
            return f"{subject}没有要公开的内容，已说明理由"
        case "declared_none":
            return f"{subject}本期没有发生，已作零报告"
        case "excused":
            return f"{subject}经乡镇同意免于公开"
        case _:
            raise ValueError(f"no state of a duty: {state}")


def subject_in_words(duty: Duty, today: date, title: str) -> str:
    """What is owed: "第三季度财务收支情况"."""
    if not duty.period:
        return title
    period = Period.parse(duty.period).title_on(today)
    if period.endswith("年") and title.startswith("年度"):
        return period + title.removeprefix("年")
    return period + title


def _periodic_duty(rules: Item, period: Period, holidays: Holidays) -> Duty:
    assert rules.due is not None
    return _duty(rules, period.id, "", _period_due(rules.due, period, rules.roll, holidays))


def unrolled(duty: Duty) -> date:
    """A periodic duty's due date by the catalogue's words, before days off move it; of others the
    due date."""
    if not duty.period or duty.rules.due is None:
        return duty.due
    return _period_due(duty.rules.due, Period.parse(duty.period), "none", default_holidays())


@lru_cache(maxsize=8192)
def _period_due(due: Due, period: Period, roll: str, holidays: Holidays) -> date:
    assert due.day is not None
    if due.month is not None:
        year = period.start.year if due.in_period else period.start.year + 1
        day = day_in_month(year, due.month, due.day)
    else:
        first = period.end + timedelta(days=1)
        day = day_in_month(first.year, first.month, due.day)
    return _rolled(day, roll, holidays)


def _duty(rules: Item, period: str, event: str, due: date, earliest: date = date.min) -> Duty:
    return Duty(
        item=rules.id,
        period=period,
        event=event,
        opens=max(earliest, due - timedelta(days=rules.remind_days)),
        due=due,
        escalates=due + timedelta(days=rules.grace + 1),
        rules=rules,
    )


def _after(day: date, span: Span, roll: str, holidays: Holidays) -> date:
    if span.working:
        return add_working_days(day, span.n, holidays)
    return _rolled(day + timedelta(days=span.n), roll, holidays)


def _rolled(day: date, roll: str, holidays: Holidays) -> date:
    return next_working_day(day, holidays) if roll == "next_working_day" else day
