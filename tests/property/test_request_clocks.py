"""The clock of disclosure on request: what must hold for any course of a request."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules import requests as rules
from kiosk.rules.calendar import (
    Holidays,
    add_working_days,
    is_working_day,
    working_days_after,
)
from kiosk.rules.requests import Course, Opinion

DAYS = st.dates(date(2019, 5, 15), date(2031, 12, 31))
GAPS = st.integers(0, 90).map(timedelta)
FEW = settings(max_examples=60)


@st.composite
def holidays(draw):
    """None for those that come with the program, or any days off and worked weekends."""
    if draw(st.booleans()):
        return None
    first = draw(DAYS)
    near = st.integers(0, 120).map(lambda n: first + timedelta(n))
    off = draw(st.frozensets(near, max_size=25))
    work = draw(st.frozensets(near, max_size=8)) - off
    return Holidays(off, work, frozenset(range(2019, 2034)))


@st.composite
def courses(draw):
    """A course whose term runs, not answered yet."""
    arrived = draw(DAYS)
    channel = draw(st.sampled_from(sorted(rules.CHANNELS)))
    confirmed = arrived + draw(GAPS) if channel in rules.TO_BE_CONFIRMED else None
    received = confirmed or arrived
    demanded = received + draw(GAPS) if draw(st.booleans()) else None
    corrected = demanded + draw(GAPS) if demanded else None
    start = corrected or received
    opinions = []
    for _ in range(draw(st.integers(0, 3))):
        asked = start + draw(GAPS)
        opinions.append(Opinion(asked, draw(st.none() | GAPS.map(lambda gap, a=asked: a + gap))))
    return Course(
        channel=channel,
        arrived=arrived,
        confirmed=confirmed,
        demanded=demanded,
        corrected=corrected,
        extended=draw(st.integers(0, rules.EXTENSION_AT_MOST)),
        opinions=tuple(opinions),
    )


@FEW
@given(courses(), holidays())
def test_exactly_as_many_working_days_count_as_the_law_gives(course, known):
    """第三十三条, first to third paragraph."""
    start, by = rules.starts_on(course), rules.answer_by(course, known)
    term = rules.ANSWER_WITHIN + course.extended
    paused = rules.pauses(course, known)
    between = [start + timedelta(n) for n in range(1, (by - start).days + 1)]
    working = [day for day in between if is_working_day(day, known)]
    assert is_working_day(by, known)
    assert len(working) >= term
    assert sum(not any(a < day <= b for a, b in paused) for day in working) == term


@FEW
@given(courses(), holidays())
def test_without_opinions_it_is_the_plain_term(course, known):
    plain = replace(course, opinions=())
    start = rules.starts_on(plain)
    term = rules.ANSWER_WITHIN + plain.extended
    assert rules.answer_by(plain, known) == add_working_days(start, term, known)


@FEW
@given(courses(), holidays(), GAPS, st.none() | GAPS)
def test_an_opinion_never_brings_the_day_forward(course, known, after, gap):
    """第三十三条第三款; and none stops the clock for more than 15 working days (第三十二条)."""
    asked = rules.starts_on(course) + after
    more = Opinion(asked, None if gap is None else asked + gap)
    before = rules.answer_by(course, known)
    later = rules.answer_by(replace(course, opinions=(*course.opinions, more)), known)
    assert later >= before
    alone = replace(course, opinions=(more,))
    longer = working_days_after(
        rules.answer_by(replace(course, opinions=()), known), rules.answer_by(alone, known), known
    )
    assert longer <= rules.OPINION_WITHIN
    # An opinion that came no later than another makes no later day.
    if gap is not None:
        open_one = Opinion(asked, None)
        longest = rules.answer_by(replace(course, opinions=(*course.opinions, open_one)), known)
        assert later <= longest


@FEW
@given(courses(), holidays())
def test_an_extension_is_worth_its_days_and_no_more(course, known):
    none = replace(course, extended=0)
    days = [rules.answer_by(replace(none, extended=n), known) for n in (0, 1, 10, 20)]
    assert days == sorted(set(days))


@FEW
@given(courses(), holidays(), st.integers(-5, 200))
def test_what_is_left_falls_by_one_on_days_that_count_and_by_none_on_others(course, known, n):
    today = rules.starts_on(course) + timedelta(n)
    tomorrow = today + timedelta(1)
    left, then = rules.days_left(course, today, known), rules.days_left(course, tomorrow, known)
    by = rules.answer_by(course, known)
    assert (left < 0) == (working_days_after(by, today, known) > 0)
    assert rules.days_left(course, by, known) == 0
    paused = any(a < tomorrow <= b for a, b in rules.pauses(course, known))
    ran = tomorrow > rules.starts_on(course) and is_working_day(tomorrow, known)
    assert left - then == int(ran and not (paused and tomorrow <= by))


@FEW
@given(courses(), holidays())
def test_it_is_never_received_before_it_was_there_nor_runs_before_it_was_received(course, known):
    """第三十一条, 第三十条."""
    assert rules.received_on(course) >= course.arrived
    assert rules.starts_on(course) >= rules.received_on(course)
    assert rules.received_on(replace(course, channel="network", confirmed=None)) is None
