"""Laws of duties and working days: every day of ten years, every cadence, any order of facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules import calendar, catalogue, timeliness
from kiosk.rules.calendar import PERIODIC, Period
from kiosk.rules.timeliness import ALLOWED_EDGES, BY_FACT, BY_TIME, OPEN, Event, Facts

FIRST, LAST = date(2022, 1, 1), date(2031, 12, 31)
DAY = timedelta(days=1)
DAYS = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
CATALOGUE = catalogue.load()
ITEMS = list(CATALOGUE.items.values())
ONE_OF_EACH = {item.cadence: item for item in ITEMS}
days = st.dates(FIRST, LAST)


# ---- periods and working days ----


@pytest.mark.parametrize("cadence", PERIODIC)
def test_every_day_lies_in_one_period_and_periods_leave_no_gap(cadence: str) -> None:
    period = Period.containing(cadence, DAYS[0])
    seen = {period.id}
    for day in DAYS:
        if day > period.end:
            following = period.next
            assert following.start == period.end + DAY == day
            assert following.previous == period and following.id > period.id
            assert following.id not in seen
            seen.add(following.id)
            period = following
        assert Period.containing(cadence, day) == period
        assert period.start <= day <= period.end
        assert Period.parse(period.id) == period


@given(days, st.integers(1, 60), st.integers(0, 60))
def test_working_days_add_up(day: date, m: int, n: int) -> None:
    there = calendar.add_working_days(day, m)
    assert calendar.is_working_day(there)
    assert calendar.add_working_days(there, n) == calendar.add_working_days(day, m + n)
    assert there >= day
    assert calendar.add_working_days(day, m + 1) > there


@given(days, st.integers(1, 60))
def test_counting_working_days_undoes_adding_them(day: date, n: int) -> None:
    assert calendar.working_days_after(day, calendar.add_working_days(day, n)) == n


def test_the_next_working_day_is_the_first_that_is_worked_on_every_day() -> None:
    following = calendar.next_working_day(LAST)
    for day in reversed(DAYS):
        if calendar.is_working_day(day):
            following = day
        assert calendar.next_working_day(day) == following


# ---- duties ----


@pytest.mark.parametrize("cadence", PERIODIC)
def test_every_day_of_ten_years_belongs_to_one_duty_of_each_cadence(cadence: str) -> None:
    item = ONE_OF_EACH[cadence]
    owed = list(timeliness.periodic_duties(CATALOGUE, item.id, FIRST, LAST))
    assert len({duty.key for duty in owed}) == len(owed)
    covered = [Period.parse(duty.period) for duty in owed]
    assert covered[0].start <= FIRST
    assert covered[-1].start == LAST + DAY
    for before, after in pairwise(covered):
        assert after.start == before.end + DAY
    for before, after in pairwise(owed):
        assert before.due < after.due
    for duty in owed:
        assert duty.opens <= duty.due < duty.escalates
        assert calendar.is_working_day(duty.due)


@pytest.mark.parametrize("cadence", PERIODIC)
def test_each_day_only_adds_duties_and_lists_the_current_and_the_next(cadence: str) -> None:
    item = ONE_OF_EACH[cadence]
    final = list(timeliness.periodic_duties(CATALOGUE, item.id, FIRST, LAST))
    for today in DAYS:
        owed = list(timeliness.periodic_duties(CATALOGUE, item.id, FIRST, today))
        assert owed == final[: len(owed)]
        current = Period.containing(cadence, today)
        assert [duty.period for duty in owed[-2:]] == [current.id, current.next.id]


cadences = st.sampled_from(PERIODIC)


@settings(max_examples=60)
@given(days, st.lists(st.tuples(days, st.one_of(cadences, st.none())), max_size=4))
def test_changes_of_cadence_never_make_a_day_owed_twice(
    began: date, changes: list[tuple[date, str | None]]
) -> None:
    """None removes the item. Without a removal there is no gap either."""
    rules = CATALOGUE.with_changes(
        {"id": "finance.statement", "from": since.isoformat()}
        | ({"removed": True} if cadence is None else {"cadence": cadence, "removed": False})
        for since, cadence in changes
    )
    owed = list(timeliness.periodic_duties(rules, "finance.statement", began, LAST))
    assert len({duty.key for duty in owed}) == len(owed)
    covered = [Period.parse(duty.period) for duty in owed]
    for before, after in pairwise(covered):
        assert after.start > before.end
    if all(cadence is not None for _, cadence in changes):
        assert covered[0].start <= began <= covered[0].end
        assert covered[-1].start > LAST
        for before, after in pairwise(covered):
            assert after.start == before.end + DAY


@settings(max_examples=40)
@given(days, days)
def test_a_village_owes_nothing_twice_and_nothing_from_before_its_board(
    began: date, today: date
) -> None:
    events = [Event(f"E{n}", "village.decision", "决议", began + n * DAY) for n in range(3)]
    owed = timeliness.duties(CATALOGUE, began, max(began, today), events)
    assert len({duty.key for duty in owed}) == len(owed)
    assert all(duty.due >= began for duty in owed)
    assert {duty.event for duty in owed} >= {"E0", "E1", "E2"}


# ---- states ----


def all_duties() -> list[timeliness.Duty]:
    found = []
    for cadence, item in ONE_OF_EACH.items():
        if cadence == "event":
            found.append(timeliness.event_duty(item, Event("E", item.id, "决议", FIRST + 20 * DAY)))
        elif cadence == "standing":
            found.append(timeliness.standing_duty(item, FIRST))
        else:
            found.append(next(timeliness.periodic_duties(CATALOGUE, item.id, FIRST, LAST)))
    return found


def test_time_alone_moves_every_duty_along_its_allowed_edges() -> None:
    said = datetime.combine(FIRST + 9 * DAY, time(4), UTC)
    for duty in all_duties():
        for facts in (Facts(), Facts(claimed=said, confirmed=said), Facts(excused=True)):
            before = timeliness.state(duty, facts, FIRST)
            seen = [before]
            for today in DAYS[:1200]:
                now = timeliness.state(duty, facts, today)
                assert now == before or now in BY_TIME.get(before, ()), (duty.key, before, now)
                if now != before:
                    seen.append(now)
                before = now
            assert len(seen) == len(set(seen)), seen
            if facts == Facts():
                assert seen == list(OPEN) or seen == ["due", "overdue", "escalated"]


moves = st.sampled_from(
    [
        *("wait", "wait long", "publish", "back-date", "ahead", "withdraw", "witness"),
        *("seen before", "declare", "reject", "excuse", "confirm"),
    ]
)


def after(facts: Facts, move: str, duty: timeliness.Duty, now: datetime) -> Facts:
    """The facts once one more thing has happened at `now`."""
    published = facts.claimed is not None
    match move:
        case "publish" | "back-date" | "ahead" if not published:
            shift = {"publish": 0, "back-date": -8, "ahead": 8}[move]
            claimed = now + timedelta(days=shift)
            return replace(facts, claimed=claimed, confirmed=claimed)
        case "withdraw":
            return replace(facts, claimed=None, witnessed=None, not_before=None, confirmed=None)
        case "witness" if published and facts.witnessed is None:
            bounded = timeliness.bounded(facts.confirmed or now, facts.not_before, now)
            return replace(facts, witnessed=now, confirmed=bounded)
        case "seen before" if published and facts.witnessed is None:
            return replace(facts, not_before=now, confirmed=max(facts.confirmed or now, now))
        case "declare":
            return replace(facts, declared_none=True, none_rejected=False)
        case "reject" if facts.declared_none:
            return replace(facts, none_rejected=True)
        case "excuse":
            return replace(facts, excused=True)
        case "confirm" if published:
            return replace(facts, confirmed=now)
        case _:
            return facts


@settings(max_examples=150)
@given(st.sampled_from(all_duties()), st.lists(moves, max_size=25), st.integers(-40, 10))
def test_states_only_move_along_allowed_edges(
    duty: timeliness.Duty, happening: list[str], start: int
) -> None:
    today = duty.due + start * DAY
    facts = Facts()
    before = timeliness.state(duty, facts, today)
    for move in happening:
        for _ in range({"wait": 1, "wait long": 30}.get(move, 0)):
            today += DAY
            now = timeliness.state(duty, facts, today)
            assert now == before or now in BY_TIME.get(before, ()), (move, before, now)
            before = now
        facts = after(facts, move, duty, datetime.combine(today, time(4), UTC))
        now = timeliness.state(duty, facts, today)
        assert now == before or now in BY_FACT[before], (move, before, now)
        assert now == before or now in ALLOWED_EDGES[before]
        before = now


@given(st.sampled_from(all_duties()), st.integers(-60, 400))
def test_lateness_is_the_distance_from_the_due_date(duty: timeliness.Duty, n: int) -> None:
    today = duty.due + n * DAY
    late = timeliness.days_late(duty, today)
    assert late == max(0, n)
    state = timeliness.state(duty, Facts(), today)
    assert (late > 0) == (state in ("overdue", "escalated"))
    assert timeliness.in_words(duty, state, today, duty.rules.title)
