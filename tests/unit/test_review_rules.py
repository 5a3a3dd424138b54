from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kiosk.rules import catalogue, reviews
from kiosk.rules.reviews import Act

ITEM = catalogue.load().items["finance.contracts"]
D = date.fromisoformat
V, T = "371721105201/parent", "371721105000/371721105201"


def at(day, hour=1):
    return datetime(2026, 10, day, hour, tzinfo=UTC)


# 2026-10-09 is a Friday, 2026-10-10 a worked Saturday.
CHAIN = reviews.chain(ITEM, "王会计", at(9))


def signed(step, name, day, seq, stream=V, kind="signed"):
    return Act(kind, step, name, at(day), stream, seq)


ALL = [
    signed("finance_group", "李某", 9, 1),
    signed("committee", "赵某", 12, 2),
    signed("township", "郑国华", 13, 0, T),
]


def test_the_chain_is_the_catalogues():
    assert CHAIN.steps == ("finance_group", "committee", "township")
    assert (CHAIN.days, CHAIN.persons) == (2, "distinct")


@pytest.mark.parametrize(
    ("today", "state", "due"),
    [("2026-10-09", "waiting", "2026-10-12"), ("2026-10-12", "waiting", "2026-10-12"),
     ("2026-10-13", "stale", "2026-10-12")],
)  # fmt: skip
def test_a_step_has_two_working_days(today, state, due):
    found = reviews.standing(CHAIN, [], D(today))
    assert (found.state, found.next.by, found.next.due) == (state, "finance_group", D(due))


def test_the_next_deadline_counts_from_the_signature_before():
    found = reviews.standing(CHAIN, ALL[:1], D("2026-10-12"))
    assert (found.next.by, found.next.due) == ("committee", D("2026-10-12"))
    found = reviews.standing(CHAIN, ALL[:2], D("2026-10-12"))
    assert (found.next.by, found.next.due) == ("township", D("2026-10-14"))


def test_all_signatures_complete_it():
    found = reviews.standing(CHAIN, ALL, D("2026-10-13"))
    assert found.complete and found.next is None
    assert [step.act.name for step in found.steps] == ["李某", "赵某", "郑国华"]


def test_a_townships_clock_that_is_behind_does_not_undo_its_signature():
    early = [*ALL[:2], replace(ALL[2], at=at(8))]
    assert reviews.standing(CHAIN, early, D("2026-10-13")).complete


def test_a_signature_out_of_turn_counts_for_nothing():
    wrong = [signed("committee", "赵某", 9, 0), *ALL[:1]]
    assert reviews.standing(CHAIN, wrong, D("2026-10-09")).next.by == "committee"


@pytest.mark.parametrize(
    ("persons", "name", "says"),
    [
        ("distinct", "王会计", "经办人"),
        ("distinct", " 王 会计", "经办人"),
        ("distinct", "李某", "已经签过"),
        ("distinct", "赵某", ""),
        ("distinct", "  ", "姓名"),
        ("offices", "李某", ""),
        ("offices", "王会计", "经办人"),
        ("anyone", "王会计", ""),
        ("anyone", "", "姓名"),
    ],
)
def test_who_may_sign(persons, name, says):
    chain = replace(CHAIN, persons=persons)
    fault = reviews.signing_fault(chain, ALL[:1], "committee", name, D("2026-10-09"))
    assert says in fault and bool(fault) == bool(says)


def test_a_review_that_was_sent_back_says_so():
    back = [*ALL[:1], signed("committee", "赵某", 12, 2, kind="sent_back")]
    found = reviews.standing(CHAIN, back, D("2026-10-20"))
    assert found.state == "sent_back"
    assert [step.state for step in found.steps] == ["signed", "sent_back", "later"]
    assert "退回" in reviews.signing_fault(CHAIN, back, "committee", "赵某", D("2026-10-20"))


def test_a_withdrawn_request_is_over_even_when_it_was_complete():
    gone = [*ALL, Act("withdrawn", "", "王会计", at(14), V, 9)]
    found = reviews.standing(CHAIN, gone, D("2026-10-20"))
    assert found.state == "withdrawn" and not found.complete
    assert "撤回" in reviews.signing_fault(CHAIN, gone, "township", "x", D("2026-10-20"))
