"""Where a supervision order stands, from its events in any order."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import orders
from kiosk.rules.steps import Event, in_order, next_step

TOWNSHIP, VILLAGE = "371721105000/371721105201", "371721105201/parent"
SENT = "2026-11-24T02:00:00+00:00"
UNTIL = date(2026, 11, 27)


def told(*said: tuple[str, str], until: str = "2026-12-05") -> list[Event]:
    """Events from (kind, Beijing day), each by who may say it and knowing those before it."""
    found: list[Event] = []
    for kind, day in said:
        stream = VILLAGE if kind in orders.BY_VILLAGE else TOWNSHIP
        body = {"text": kind, "until": until, "to": "书记", "step": next_step(found)}
        found.append(Event(kind, f"{day}T02:00:00+00:00", stream, len(found), "某人", body))
    return found


def standing(*said: tuple[str, str]) -> orders.Standing:
    return orders.standing(SENT, UNTIL, told(*said))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ([], "sent"),
        (["acknowledged"], "acknowledged"),
        (["answered"], "answered"),
        (["acknowledged", "answered"], "answered"),
        (["answered", "sent_back"], "sent_back"),
        (["answered", "sent_back", "answered"], "answered"),
        (["answered", "closed"], "closed"),
        (["closed", "answered"], "closed"),
        (["withdrawn"], "withdrawn"),
        (["sent_back"], "sent"),  # nothing to send back yet
        (["answered", "acknowledged"], "answered"),
        (["answered", "escalated"], "answered"),
    ],
)
def test_what_follows_from_what_was_said(said: list[str], state: str) -> None:
    assert standing(*((kind, "2026-11-25") for kind in said)).state == state


def test_a_day_passed_without_an_answer_is_overdue_until_it_comes() -> None:
    found = standing()
    assert not found.overdue(UNTIL)
    assert found.overdue(UNTIL + timedelta(days=1))
    assert found.days_late(UNTIL + timedelta(days=4)) == 4
    late = standing(("answered", "2026-11-29"))
    assert (late.missed, late.overdue(date(2026, 12, 30))) == (1, False)


def test_sent_back_it_has_a_new_day() -> None:
    found = standing(("answered", "2026-11-25"), ("sent_back", "2026-11-26"))
    assert found.until == date(2026, 12, 5)
    assert found.overdue(date(2026, 12, 6))


def test_what_nobody_answers_goes_up_once_a_step_and_no_further() -> None:
    rules = orders.Rules((3, 10), ("书记", "领导"), 5)
    days = [UNTIL + timedelta(days=n) for n in (3, 4, 11, 40)]
    assert orders.goes_up(standing(), days[0], rules) == ""
    assert orders.goes_up(standing(), days[1], rules) == "书记"
    once = standing(("escalated", "2026-12-01"))
    assert orders.goes_up(once, days[1], rules) == ""
    assert orders.goes_up(once, days[2], rules) == "领导"
    twice = standing(("escalated", "2026-12-01"), ("escalated", "2026-12-08"))
    assert orders.goes_up(twice, days[3], rules) == ""
    assert orders.goes_up(standing(("answered", "2026-11-28")), days[3], rules) == ""


def test_a_village_cannot_close_its_own_order() -> None:
    forged = Event("closed", SENT, VILLAGE, 0, "某人", {"text": "", "step": 1})
    assert orders.standing(SENT, UNTIL, [forged]).state == "sent"


def test_an_answer_that_waits_too_long_is_the_townships_delay() -> None:
    found = standing(("answered", "2026-11-25"))
    assert not orders.waits_too_long(found, date(2026, 11, 30))
    assert orders.waits_too_long(found, date(2026, 12, 1))


KINDS = st.lists(st.sampled_from(sorted(orders.EVENTS)), max_size=8)


@given(KINDS, st.randoms(use_true_random=False))
def test_the_order_in_which_events_arrive_changes_nothing(kinds: list[str], chance) -> None:
    events = told(*((kind, "2026-11-26") for kind in kinds))
    mixed = [*events, *events[:3]]
    chance.shuffle(mixed)
    assert orders.standing(SENT, UNTIL, mixed) == orders.standing(SENT, UNTIL, events)
    assert in_order(mixed) == events


@given(KINDS)
def test_an_ended_order_stays_ended(kinds: list[str]) -> None:
    before = told(*((kind, "2026-11-26") for kind in kinds))
    first = orders.standing(SENT, UNTIL, before)
    ended = [*before, *told(("closed", "2026-11-27"))]
    ended[-1] = Event(
        "closed", ended[-1].at, TOWNSHIP, 99, "某人", {"text": "", "step": next_step(before)}
    )
    after = orders.standing(SENT, UNTIL, ended)
    assert after.state == ("closed" if first.state in orders.OPEN else first.state)
