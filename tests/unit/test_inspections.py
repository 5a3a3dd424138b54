"""Draws that anybody can check, and records that nobody loses or doubles."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import clock, inspections, scores, supervision
from kiosk.duties import queries as duties
from kiosk.inspections import InspectionRefused
from kiosk.rules import inspections as rules
from tests import posting
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 6, 20, 4, tzinfo=UTC)
NAMES = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), max_size=20)
HEADS = st.dictionaries(st.sampled_from(["a/public", "b/public"]), st.just((3, "00ff")))


@pytest.fixture(autouse=True)
def on_a_day_in_june():
    with clock.set_to(NOW):
        yield


@given(st.text(max_size=20), HEADS, NAMES, st.integers(0, 8))
def test_a_draw_is_the_same_for_whoever_makes_it(secret, heads, names, n) -> None:
    first = rules.drawn(secret, heads, names, n)
    assert rules.drawn(secret, heads, reversed(names), n) == first
    assert len(first) == min(n, len(set(names))) and set(first) <= set(names)


def test_a_lot_is_the_hash_that_the_rules_describe() -> None:
    names = ["x", "y", "z"]
    text = "s\nv/public 2 ab\n\n"
    lots = {name: hashlib.sha256((text + name).encode()).hexdigest() for name in names}
    assert rules.drawn("s", {"v/public": (2, "ab")}, names, 3) == sorted(names, key=lots.get)


@given(st.text(min_size=1, max_size=20), st.integers(1, 30), st.integers(0, 9))
def test_sampled_lines_are_lines(secret, count, n) -> None:
    found = rules.sampled(secret, "notice", range(count), n)
    assert found == sorted(set(found)) and len(found) == min(n, count)
    assert all(0 <= place < count for place in found)


def announced(township):
    id = inspections.announce(township.journal, "二季度抽查", 1, 2, actor="李监督")
    return inspections.inspection(township.journal, id)


def test_a_draw_is_announced_before_it_is_made_and_checked_by_the_village(enrolled, township):
    found = announced(township)
    assert found.waits_for_draw and found.villages == []
    copied(township, enrolled)
    ours = inspections.inspection(enrolled.journal, found.id)
    assert ours.secret == "" and ours.announced == found.announced
    copied(enrolled, township)
    made = inspections.draw(township.journal, found.id, actor="李监督")
    assert made.villages == [VILLAGE] and len(made.items) == 2 and made.faults == []
    assert inspections.draw(township.journal, found.id, actor="李监督") == made
    copied(township, enrolled)
    assert inspections.inspection(enrolled.journal, found.id).faults == []
    for node in (enrolled, township):
        live = node.journal.projector.fingerprints(node.journal.db)
        node.journal.rebuild()
        assert node.journal.projector.fingerprints(node.journal.db) == live


def test_another_secret_or_another_choice_is_found_out(enrolled, township):
    made = inspections.draw(township.journal, announced(township).id, actor="李监督")
    assert rules.faults(made.announced, {**made.made, "secret": "another"})
    others = [id for id in made.announced["items"] if id not in made.items][:2]
    assert rules.faults(made.announced, {**made.made, "items": others}) == [
        "抽出的事项和重算的不一样。"
    ]


def chosen(township):
    return inspections.choose(
        township.journal, "专项检查", [VILLAGE], ["finance.ledger"], actor="李监督"
    )


def recorded(township, id, **changes):
    given = {
        "on": "2026-06-20",
        "inspectors": "李监督、赵四",
        "answers": [
            {"id": "lit", "answer": "no", "note": "屏幕是黑的"},
            {"id": "accounts", "answer": "yes"},
        ],
        "typed": "phone-1",
        **changes,
    }
    return inspections.record(township.journal, id, VILLAGE, actor="李监督", **given)


def test_what_was_found_reaches_the_village_becomes_an_order_and_costs_points(enrolled, township):
    copied(enrolled, township)
    id = chosen(township)
    record = recorded(township, id)
    assert [each.words for each in record.findings] == [
        "不符合“公开屏亮着，看得清、点得动”：屏幕是黑的"
    ]
    order = inspections.order_findings(township.journal, id, VILLAGE, "2026-06-30", actor="李监督")
    assert "屏幕是黑的" in supervision.order(township.journal, order).text
    copied(township, enrolled, VILLAGE)
    [ours] = inspections.records(enrolled.journal, VILLAGE)
    assert ours.body == record.body
    span = scores.span("2026Q2", clock.today())
    found = scores.score(enrolled.journal, VILLAGE, span, clock.today())
    causes = [it.cause for part in found.score.parts for it in part.deductions]
    assert [each.rule for each in causes if each.about == "inspection"] == ["finding"]


def test_a_record_sent_twice_by_a_phone_that_lost_the_answer_stands_once(enrolled, township):
    id = chosen(township)
    assert recorded(township, id) == recorded(township, id)
    assert len(inspections.records(township.journal, VILLAGE)) == 1
    recorded(township, id, typed="phone-2")
    assert len(inspections.records(township.journal, VILLAGE)) == 2


def test_lines_of_a_ledger_are_drawn_by_the_seed(enrolled, township):
    lines = [
        {"on": f"2026-05-{n:02d}", "summary": f"第{n}笔", "income": 0, "expense": n * 100,
         "handler": ""}
        for n in range(1, 21)
    ]  # fmt: skip
    item = duties.catalogue(enrolled.journal).items["finance.ledger"]
    posting.publish(
        enrolled.journal, actor="王会计", item=item,
        title="五月明细", period="2026-05",
        content={"opening": 210_00, "closing": 0, "lines": lines, "note": ""},
    )  # fmt: skip
    copied(enrolled, township)
    found = inspections.inspection(township.journal, chosen(township))
    picked = inspections.lines_to_check(township.journal, found, VILLAGE)
    assert len(picked) == 5 and picked == inspections.lines_to_check(
        township.journal, found, VILLAGE
    )
    assert picked[0]["words"].endswith(" 元") and "笔" in picked[0]["words"]
    wrong = [{**picked[0], "answer": "no", "note": "没有发票"}]
    record = recorded(township, found.id, lines=wrong)
    assert [each.counts for each in record.findings] == ["finding", "spot_check"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on": "明天"}, "检查日期"),
        ({"on": "2026-06-21"}, "晚于今天"),
        ({"inspectors": " "}, "检查人"),
        ({"answers": []}, "至少"),
        ({"answers": [{"id": "lit", "answer": "perhaps"}]}, "不适用"),
        ({"typed": "<b>"}, "编号"),
    ],
)
def test_a_record_that_says_too_little_is_refused(enrolled, township, changes, words):
    with pytest.raises(InspectionRefused, match=words):
        recorded(township, chosen(township), **changes)


def test_a_draw_needs_villages_and_sense(township):
    with pytest.raises(InspectionRefused, match="还没有村"):
        announced(township)
