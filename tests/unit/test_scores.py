"""The assessment over real entries: what a village did costs what the rules say, no more."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk import clock, scores, supervision
from kiosk.duties import queries as duties
from kiosk.feedback import commands as feedback
from kiosk.notices import commands as notices
from kiosk.rules import scoring
from kiosk.rules.calendar import Period
from kiosk.scores import ScoreRefused
from kiosk.scores.collecting import is_empty
from tests import posting
from tests.conftest import VILLAGE, copied

SPAN = Period.parse("2026Q2")
NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_the_end_of_june():
    with clock.set_to(NOW):
        yield


def rules_of(found: scores.Scored) -> dict[str, int]:
    """How many causes each rule found."""
    counts: dict[str, int] = {}
    for part in found.score.parts:
        for each in part.deductions:
            counts[each.cause.rule] = counts.get(each.cause.rule, 0) + 1
    return counts


def scored(node) -> scores.Scored:
    return scores.score(node.journal, VILLAGE, SPAN, clock.today())


ACCOUNTS = {
    "opening": 100_00, "income": [{"name": "租金", "amount": 50_00, "sub": False}],
    "expense": [], "closing": 150_00, "note": "",
}  # fmt: skip


def post(node, moment, item="finance.statement", period="2026Q1", content=ACCOUNTS):
    known = duties.catalogue(node.journal).items[item]
    with clock.set_to(moment):
        return posting.publish(
            node.journal, actor="王会计", item=known, title="公开", period=period, content=content
        )


def test_a_village_that_published_nothing_loses_coverage_and_timeliness_whole(village):
    found = scored(village)
    points = {each.part.id: each.points for each in found.score.parts}
    assert (points["coverage"], points["timeliness"]) == (0, 0)
    assert points["truth"] == 2500
    owed = found.score.parts[0].base
    counts = rules_of(found)
    assert counts["overdue"] == owed - counts.get("not_confirmed", 0) > 10


def test_what_was_published_late_costs_less_than_what_is_missing(village):
    before = rules_of(scored(village))
    post(village, datetime(2026, 5, 20, tzinfo=UTC))
    after = rules_of(scored(village))
    assert after["missing"] == before["missing"] - 1
    assert after["overdue"] == before["overdue"] - 1
    assert after["very_late"] == 1


def test_every_deduction_leads_to_its_cause(village):
    for part in scored(village).score.parts:
        for each in part.deductions:
            assert each.cause.key.startswith(("finance.", "village.", "party."))
            assert each.cause.words.endswith("。")


def test_figures_corrected_and_a_notice_withdrawn_are_matters_of_truth(village):
    id = post(village, datetime(2026, 4, 8, tzinfo=UTC))
    with clock.set_to(NOW - timedelta(days=3)):
        posting.correct(
            village.journal,
            id,
            actor="王会计",
            reason="租金少记",
            title="改",
            content={
                **ACCOUNTS,
                "income": [{"name": "租金", "amount": 60_00, "sub": False}],
                "closing": 160_00,
            },
        )
    assert rules_of(scored(village))["figures_corrected"] == 1
    with clock.set_to(NOW - timedelta(days=2)):
        notices.withdraw(village.journal, id, actor="王会计", reason="发错了")
    counts = rules_of(scored(village))
    assert (counts["figures_corrected"], counts["withdrawn"]) == (1, 1)
    earlier = scores.score(village.journal, VILLAGE, SPAN.previous, clock.today())
    assert "withdrawn" not in rules_of(earlier)


def test_a_claim_earlier_than_the_witness_allows_is_untrue(enrolled, township):
    life = {"text": "党员大会学习了文件，共二十三人到会。"}
    for day in (NOW - timedelta(days=2), NOW - timedelta(days=1)):
        post(enrolled, day, "party.life", "2026Q1", life)
        with clock.set_to(day + timedelta(minutes=5)):
            copied(enrolled, township)
    post(enrolled, NOW - timedelta(days=20))
    for node in (enrolled, township):
        if node is township:
            copied(enrolled, township)
        assert rules_of(scored(node))["untrue_time"] == 1


def test_unanswered_feedback_and_orders_cost_effect(enrolled, township):
    with clock.set_to(NOW - timedelta(days=40)):
        feedback.receive(
            enrolled.journal, village=VILLAGE, kind="询问", text="路灯什么时候修？", via="screen"
        )
        supervision.send_order(
            township.journal, village=VILLAGE, text="请修。", until="2026-05-30", actor="李监督"
        )
    copied(township, enrolled, VILLAGE)
    counts = rules_of(scored(enrolled))
    assert (counts["unanswered"], counts["order_overdue"]) == (1, 1)


def test_village_and_township_come_to_the_same_score(enrolled, township):
    post(enrolled, datetime(2026, 4, 8, tzinfo=UTC))
    copied(enrolled, township)
    ours, theirs = scored(enrolled), scored(township)
    assert ours.score == theirs.score
    every = scores.scores(township.journal, [VILLAGE], SPAN, clock.today())
    assert every[VILLAGE].points == ours.points


def test_an_accepted_objection_takes_the_deduction_back(enrolled, township):
    post(enrolled, datetime(2026, 5, 20, tzinfo=UTC))
    copied(enrolled, township)
    before = scored(enrolled)
    [cause] = [
        each.cause for each in before.score.parts[1].deductions if each.cause.rule == "very_late"
    ]
    place = (cause.rule, cause.about, cause.key)
    id = scores.object_to(enrolled.journal, SPAN.id, *place, "那几天停电。", actor="王会计")
    with pytest.raises(ScoreRefused, match="已经提出过"):
        scores.object_to(enrolled.journal, SPAN.id, *place, "再说一次。", actor="王会计")
    copied(enrolled, township, "parent")
    scores.answer_objection(township.journal, id, accepted=True, text="属实。", actor="李监督")
    copied(township, enrolled, VILLAGE)
    for node in (enrolled, township):
        after = scored(node)
        assert after.waived == (cause,)
        assert after.points > before.points
    [said] = scores.objections(enrolled.journal)
    assert (said.accepted, said.answer) == (True, "属实。")


def test_what_is_published_stays_as_it_was_said(enrolled, township):
    copied(enrolled, township)
    found = scores.scores(township.journal, [VILLAGE], SPAN, clock.today())
    scores.publish(township.journal, SPAN, found.values(), board=True, actor="李监督")
    copied(township, enrolled)
    [said] = scores.published(enrolled.journal, "371721105000", SPAN.id)
    assert said.board and said.until == "2026-06-30"
    assert said.scores[0]["points"] == found[VILLAGE].points
    live = township.journal.projector.fingerprints(township.journal.db)
    township.journal.rebuild()
    assert township.journal.projector.fingerprints(township.journal.db) == live


def test_new_rules_hold_for_spans_that_begin_after_them(township, enrolled):
    changes = {"parts": [{"id": "truth", "weight": 20}, {"id": "form", "weight": 20}]}
    with pytest.raises(ScoreRefused, match="从今天以后"):
        scores.change_scheme(township.journal, changes, date(2026, 4, 1), actor="李监督")
    with pytest.raises(ScoreRefused, match="100"):
        wrong = {"parts": [{"id": "truth", "weight": 20}]}
        scores.change_scheme(township.journal, wrong, date(2026, 7, 1), actor="李监督")
    scores.change_scheme(township.journal, changes, date(2026, 7, 1), actor="李监督")
    copied(township, enrolled)
    for span, weight in (("2026Q2", 1500), ("2026Q3", 2000)):
        scheme = scores.scheme(enrolled.journal, VILLAGE, Period.parse(span))
        assert {each.id: each.weight for each in scheme.parts}["form"] == weight


@pytest.mark.parametrize(
    ("content", "attachments", "empty"),
    [
        ({"text": "无"}, [], True),
        ({"text": "本季度无。"}, [], True),
        ({"text": "无"}, [{"sha": "a"}], False),
        ({"text": "今年修了三条路，花了村集体的钱。"}, [], False),
        ({"income": [{"name": "租金", "amount": 500_00}], "note": ""}, [], False),
        ({"income": [{"name": "租金", "amount": 0}], "note": ""}, [], True),
    ],
)
def test_a_notice_that_says_nothing_is_empty(content, attachments, empty):
    assert is_empty(content, attachments) is empty


def test_points_cannot_be_lost_twice_for_one_cause(village):
    found = scored(village)
    for part in found.score.parts:
        seen = [(it.cause.rule, it.cause.key) for it in part.deductions]
        assert len(seen) == len(set(seen))
    assert found.points <= scoring.WHOLE
