"""The assessment at both desks: seen, objected to, answered, set and published."""

import io
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from kiosk import clock, scores
from tests.conftest import TOWNSHIP, VILLAGE, copied
from tests.web import desks
from tests.web.desks import post

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)
SPAN = "2026Q2"


@pytest.fixture(autouse=True)
def at_the_end_of_june():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def officer(enrolled):
    return desks.officer(enrolled)


@pytest.fixture
def supervisor(enrolled, township):
    copied(enrolled, township)
    return desks.supervisor(township)


def test_every_deduction_is_linked_and_can_be_objected_to(officer, supervisor, enrolled, township):
    assert "申诉" in officer.get(f"/office/score?span={SPAN}").text
    found = scores.score(enrolled.journal, VILLAGE, scores.span(SPAN, clock.today()), clock.today())
    cause = found.score.parts[0].deductions[0].cause
    place = {"span": SPAN, "rule": cause.rule, "about": cause.about, "key": cause.key}
    empty = post(officer, "/office/score", "/office/score", **place, text=" ")
    assert empty.status_code == 400 and "请写明" in empty.text
    assert post(officer, "/office/score", "/office/score", **place, text="停电").status_code == 302
    copied(enrolled, township, "parent")
    page = supervisor.get(f"/township/scores/{VILLAGE}?span={SPAN}").text
    assert "停电" in page and f"key={cause.key}" in page.replace("%2F", "/")
    assert "等您答复" in supervisor.get(f"/township/scores?span={SPAN}").text
    [said] = scores.objections(township.journal)
    post(
        supervisor,
        "/township/scores",
        f"/township/scores/{VILLAGE}/objections/{said.id}?span={SPAN}",
        text="属实",
        do="accept",
    )
    copied(township, enrolled, VILLAGE)
    assert "申诉后不再扣分的" in officer.get(f"/office/score?span={SPAN}").text


def test_scores_are_published_and_taken_along_as_a_workbook(supervisor, township):
    post(supervisor, "/township/scores", "/township/scores", span=SPAN, board="yes")
    [said] = scores.published(township.journal, TOWNSHIP, SPAN)
    assert said.board and said.actor == "李监督"
    assert "公布过" in supervisor.get(f"/township/scores?span={SPAN}").text
    book = load_workbook(io.BytesIO(supervisor.get(f"/township/scores.xlsx?span={SPAN}").data))
    totals, lines = book["得分"], book["扣分明细"]
    assert totals["A2"].value == "东湖村"
    assert round(totals["G2"].value * 100) == said.scores[0]["points"]
    assert lines.max_row > 5 and lines["E2"].value.endswith("。")
    assert "东湖村" in supervisor.get(f"/township/scores.html?span={SPAN}").text


def test_rules_that_do_not_add_up_are_refused_and_nothing_typed_is_lost(supervisor, township):
    given = {"weight.truth": "20", "points.withdrawn": "3", "from": "2026-07-01"}
    page = post(supervisor, "/township/scheme", "/township/scheme", **given)
    assert page.status_code == 400 and "加起来应为 100" in page.text and 'value="3"' in page.text
    given["weight.form"] = "20"
    assert post(supervisor, "/township/scheme", "/township/scheme", **given).status_code == 302
    scheme = scores.scheme(township.journal, VILLAGE, scores.span("2026Q3", clock.today()))
    assert scheme.rule("withdrawn").points == 300
    wrong = {"points.withdrawn": "三分", "from": "2026-07-01"}
    assert "不是数字" in post(supervisor, "/township/scheme", "/township/scheme", **wrong).text


def test_a_village_that_was_never_heard_of_has_no_score(enrolled, township):
    supervisor = desks.supervisor(township)
    assert "还没有收到这个村的记录" in supervisor.get(f"/township/scores?span={SPAN}").text
    page = post(supervisor, "/township/scores", "/township/scores", span=SPAN)
    assert scores.published(township.journal, TOWNSHIP) == [] and page.status_code == 302
