"""The state of a feedback depends on the set of its events: not on order, copies, or clocks."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import feedback as rules
from kiosk.rules.calendar import BEIJING
from kiosk.rules.feedback import Event, standing
from kiosk.rules.steps import next_step

ASKED = datetime(2026, 3, 2, 1, tzinfo=UTC)
VILLAGE, TOWNSHIP = "371721105201", "371721105000"
BODIES = {
    "answered": st.fixed_dictionaries({"text": st.just("a"), "public": st.booleans()}),
    "rated": st.fixed_dictionaries({"text": st.just(""), "satisfied": st.booleans()}),
    "forwarded": st.fixed_dictionaries(
        {"to": st.sampled_from(["township", "department"]), "name": st.just("x"),
         "reason": st.just("r")}
    ),
    "merged": st.just({"into": "F2"}),
    "rejected": st.just({"reason": "spam", "text": ""}),
}  # fmt: skip


@st.composite
def events(draw):
    found = []
    for seq in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(sorted(rules.EVENTS)))
        body = draw(BODIES.get(kind, st.just({})))
        if draw(st.integers(0, 9)) == 0 and kind not in rules.ABOVE:
            body = None
        else:
            body = {**body, "step": draw(st.integers(0, 6))}
        at = ASKED + timedelta(minutes=draw(st.integers(-60, 60 * 24 * 40)))
        stream = draw(st.sampled_from([f"{VILLAGE}/parent", f"{TOWNSHIP}/{VILLAGE}"]))
        found.append(Event(kind, at.isoformat(), stream, seq, "某人", body))
    return found


@given(events(), st.randoms())
def test_order_and_copies_do_not_matter(found, random):
    whole = standing(ASKED.isoformat(), found)
    shuffled = [*found, *random.sample(found, len(found) // 2)]
    random.shuffle(shuffled)
    assert standing(ASKED.isoformat(), shuffled) == whole
    assert rules.state(shuffled) == whole.state


@given(events())
def test_every_standing_is_whole(found):
    whole = standing(ASKED.isoformat(), found)
    assert whole.state in rules.STATES
    assert (whole.ended != "") is (whole.state in rules.ENDED)
    days = rules.rules().days
    since = datetime.fromisoformat(whole.since).astimezone(BEIJING).date()
    waits = (whole.answer_by - since).days
    assert waits in (days["answer"], days["answer"] + days["forward"])
    if any(event.kind == "withdrawn" for event in found):
        assert whole.state == "withdrawn"


@given(events(), st.integers(0, 60))
def test_what_went_up_does_not_go_up_again(found, days):
    today = date(2026, 3, 2) + timedelta(days=days)
    whole = standing(ASKED.isoformat(), found)
    if rules.goes_up(whole, today):
        step = next_step(found)
        stream = f"{TOWNSHIP}/{VILLAGE}"
        noted = Event("escalated", ASKED.isoformat(), stream, 99, "system", {"step": step})
        assert rules.goes_up(standing(ASKED.isoformat(), [*found, noted]), today) == ""


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= rules.likeness(one, other) <= 1
    assert rules.likeness(one, other) == rules.likeness(other, one)
    assert rules.abusive(rules.without_abuse(one + "王 八.蛋" + other)) == []
