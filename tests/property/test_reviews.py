"""Laws of reviews: the order is kept, nothing is complete without every signature, nobody signs
what the rule forbids, and what was sent back stays so, whatever was done and in whatever order it
is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import reviews
from kiosk.rules.catalogue import REVIEW_PERSONS, REVIEWERS
from kiosk.rules.reviews import Act, Chain

ASKED = datetime(2026, 10, 8, 1, tzinfo=UTC)
TODAY = date(2026, 10, 9)
NAMES = ("王会计", "李某", "赵某", "孙 某", "孙某", "")
V, T = "371721105201/parent", "371721105000/371721105201"

chains = st.builds(
    Chain,
    steps=st.lists(st.sampled_from(list(REVIEWERS)), min_size=1, max_size=5, unique=True).map(
        tuple
    ),
    days=st.integers(0, 5),
    persons=st.sampled_from(REVIEW_PERSONS),
    drafter=st.just("王会计"),
    asked=st.just(ASKED),
)
acts = st.lists(
    st.builds(
        Act,
        kind=st.sampled_from(["signed", "signed", "signed", "sent_back", "withdrawn"]),
        step=st.sampled_from(list(REVIEWERS)),
        name=st.sampled_from(NAMES),
        at=st.integers(-600, 20_000).map(lambda minutes: ASKED + timedelta(minutes=minutes)),
        stream=st.sampled_from([V, T]),
        seq=st.integers(0, 30),
    ),
    max_size=14,
    unique_by=lambda act: (act.stream, act.seq),
)


@given(chains, acts)
def test_signed_steps_stand_before_all_others_in_the_chains_order(chain, acts):
    found = reviews.standing(chain, acts, TODAY)
    assert tuple(step.by for step in found.steps) == chain.steps
    states = [step.state for step in found.steps]
    count = states.count("signed")
    assert set(states[:count]) <= {"signed"}
    assert states[count + 1 :] == ["later"] * len(states[count + 1 :])


@given(chains, acts)
def test_nothing_is_complete_without_every_signature(chain, acts):
    found = reviews.standing(chain, acts, TODAY)
    assert found.complete == (
        all(step.state == "signed" for step in found.steps)
        and not any(act.kind == "withdrawn" for act in acts)
    )
    for step in found.steps:
        if step.state == "signed":
            assert step.act in acts
            assert (step.act.kind, step.act.step) == ("signed", step.by)


@given(chains, acts)
def test_within_a_stream_signatures_follow_each_other(chain, acts):
    signed = [it.act for it in reviews.standing(chain, acts, TODAY).steps if it.state == "signed"]
    for stream in (V, T):
        seqs = [act.seq for act in signed if act.stream == stream]
        assert seqs == sorted(seqs)


@given(chains, acts)
def test_nobody_signs_what_the_rule_forbids(chain, acts):
    signed = [it.act for it in reviews.standing(chain, acts, TODAY).steps if it.state == "signed"]
    names = ["".join(act.name.split()) for act in signed]
    if chain.persons != "anyone":
        assert chain.drafter not in names
    if chain.persons == "distinct":
        assert len(set(names)) == len(names)
    assert "" not in names


@given(chains, acts, st.randoms())
def test_the_order_in_which_acts_are_told_does_not_matter(chain, acts, random):
    shuffled = list(acts)
    random.shuffle(shuffled)
    assert reviews.standing(chain, shuffled, TODAY) == reviews.standing(chain, acts, TODAY)


@given(chains, acts)
def test_whose_turn_it_is_is_the_first_unsigned_step_and_nobodys_once_it_ended(chain, acts):
    found = reviews.standing(chain, acts, TODAY)
    if found.state in reviews.OPEN:
        assert found.next is not None and found.next.state == "waiting"
        assert found.next.by == chain.steps[sum(it.state == "signed" for it in found.steps)]
        assert (found.state == "stale") == (found.next.due < TODAY)
    else:
        assert found.next is None


@given(chains, st.data())
def test_doing_only_what_is_allowed_completes_step_by_step(chain, data):
    """As the commands do: an act is written only where `signing_fault` has nothing against it."""
    done: list[Act] = []
    for n in range(25):
        act = Act(
            data.draw(st.sampled_from(["signed", "signed", "sent_back"])),
            data.draw(st.sampled_from(list(REVIEWERS))),
            data.draw(st.sampled_from(["王会计", "甲", "乙", "丙", "丁", "戊", "己"])),
            ASKED + timedelta(minutes=n),
            V,
            n,
        )
        before = reviews.standing(chain, done, TODAY)
        fault = reviews.signing_fault(chain, done, act.step, act.name, TODAY)
        if before.state not in reviews.OPEN or before.next.by != act.step:
            assert fault
        if fault:
            continue
        done.append(act)
        after = reviews.standing(chain, done, TODAY)
        if act.kind == "sent_back":
            assert after.state == "sent_back"
        else:
            signed = [step.by for step in after.steps if step.state == "signed"]
            assert signed == list(chain.steps[: len(signed)]) and signed[-1] == act.step


@given(chains, acts)
def test_what_was_sent_back_stays_so_whatever_is_signed_after(chain, acts):
    found = reviews.standing(chain, acts, TODAY)
    if found.state != "sent_back":
        return
    later = [
        Act("signed", step, name, ASKED + timedelta(days=90), V, 100 + n)
        for n, (step, name) in enumerate(zip(chain.steps, "甲乙丙丁戊", strict=False))
    ]
    assert reviews.standing(chain, [*acts, *later], TODAY) == found
    anew = reviews.standing(replace(chain, asked=ASKED + timedelta(days=90)), later, TODAY)
    assert anew.complete
