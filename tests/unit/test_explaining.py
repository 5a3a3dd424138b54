"""Every figure of the desk can be followed to the entries, rules and dates that it came from."""

from datetime import UTC, datetime

import pytest

from kiosk import clock, explaining, scores
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.rules import scoring
from tests import posting
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_the_end_of_june():
    with clock.set_to(NOW):
        yield


def explained(node, what):
    return "\n".join(explaining.explain(node.journal, what, clock.today()))


def test_a_duty_names_its_rule_its_dates_its_entries_and_its_witness(enrolled, township):
    item = duties.catalogue(enrolled.journal).items["party.life"]
    with clock.set_to(datetime(2026, 4, 9, 4, tzinfo=UTC)):
        id = posting.publish(
            enrolled.journal, actor="王会计", item=item, title="公开", period="2026Q1",
            content={"text": "党员大会学习了文件，共二十三人到会。"},
        )  # fmt: skip
        copied(enrolled, township)
    said = explained(township, f"{VILLAGE}/party.life/2026Q1")
    entry = township.journal.find(id)[0]
    assert f"{VILLAGE}/public#{entry.seq} notice.published" in said
    assert entry.leaf.hex() in said
    assert "2026-01-01 至 2026-03-31" in said and "2026-04-10" in said
    assert "不晚于 2026-04-09" in said
    assert "的状态：met" in said
    assert explained(enrolled, "party.life/2026Q1") == said


def test_a_due_date_on_a_day_off_says_why_it_moved(village):
    # The Spring Festival of 2026 is from 15 to 23 February.
    said = explained(village, "finance.ledger/2026-01")
    assert "2026-02-24（星期二）到期，因 2026-02-15 不是工作日顺延" in said


def test_a_declaration_and_an_excuse_are_among_the_entries(enrolled, township):
    duty_commands.declare_none(enrolled.journal, "王会计", "party.life", "2026Q1", "没有活动")
    assert "duty.declared_none" in explained(enrolled, "party.life/2026Q1")
    copied(enrolled, township)
    duty_commands.reject_none(township.journal, "李监督", VILLAGE, "party.life", "2026Q1", "有的")
    said = explained(township, f"{VILLAGE}/party.life/2026Q1")
    assert "duty.none_rejected" in said and "零报告已被退回" in said


def test_a_scores_lines_add_up_to_what_the_desk_shows(village):
    said = explained(village, f"{VILLAGE}/score/2026Q2")
    found = scores.score(
        village.journal, VILLAGE, scores.span("2026Q2", clock.today()), clock.today()
    )
    assert f"{scoring.points_in_words(found.points)} 分" in said
    for part in found.score.parts:
        for each in part.deductions:
            assert each.cause.key in said


@pytest.mark.parametrize("what", ["", "nothing/2026Q1", "score/2026Q9", f"{VILLAGE}/score/now"])
def test_what_is_unknown_says_what_to_write(village, what):
    with pytest.raises(explaining.NotExplained, match="请写成"):
        explaining.explain(village.journal, what, clock.today())
