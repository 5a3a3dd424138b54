"""The township changes the catalogue of its villages, and tells a year's holidays."""

from datetime import UTC, date, datetime

import pytest

from kiosk import clock, holidays
from kiosk.duties import queries as duties
from kiosk.rules import calendar
from tests.conftest import TOWNSHIP, VILLAGE, copied
from tests.web import desks
from tests.web.desks import post

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
PAGE = "/township/catalogue"


@pytest.fixture(autouse=True)
def on_a_day_in_november():
    with clock.set_to(NOW):
        yield
    calendar.learn({})


@pytest.fixture
def supervisor(enrolled, township):
    copied(enrolled, township)
    return desks.supervisor(township)


GIVEN = {
    "title": "财务收支情况", "contents": "各项收支", "basis": "本镇规定",
    "form": "finance_statement", "openness": "结果", "cadence": "monthly",
    "day": "8", "grace": "3", "remind_days": "5",
    "review-0": "finance_group", "review-1": "committee", "may_be_none": "yes", "all": "yes",
    "from": "2027-01-01",
}  # fmt: skip


def test_a_change_is_shown_first_then_holds_from_its_day_on_for_the_villages(
    supervisor, township, enrolled
):
    page = f"{PAGE}/finance.statement"
    looked = post(supervisor, page, page, **GIVEN, do="look")
    assert "每季度" in looked.text and "每月" in looked.text
    assert "第一个按新办法的期间是2027年1月" in looked.text
    assert duties.catalogue(township.journal).history["finance.statement"][-1].since == date.min
    assert post(supervisor, page, page, **GIVEN, do="save").status_code == 302
    copied(township, enrolled)
    known = duties.catalogue(enrolled.journal)
    assert known.rules_at("finance.statement", date(2026, 12, 31)).cadence == "quarterly"
    after = known.rules_at("finance.statement", date(2027, 1, 1))
    assert (after.cadence, after.due.day, after.grace) == ("monthly", 8, 3)
    assert "2027年1月1日 起有改动" in supervisor.get(PAGE).text


def test_an_item_for_some_villages_is_owed_by_those_only(supervisor, township, enrolled):
    given = {**GIVEN, "affairs": "village", "title": "村厕所管护", "from": "2026-11-24",
             "all": "", "village": VILLAGE}  # fmt: skip
    page = f"{PAGE}/new"
    assert post(supervisor, page, page, **given, do="save").status_code == 302
    copied(township, enrolled)
    here = duties.catalogue(enrolled.journal).rules_at("village.ccsgh", clock.today())
    assert here.villages == (VILLAGE,)
    there = duties.catalogue(township.journal, "371721105202")
    assert there.rules_at("village.ccsgh", clock.today()) is None
    keys = {row.item.id for row in duties.duties(enrolled.journal, VILLAGE, date(2027, 2, 1))}
    assert "village.ccsgh" in keys


def test_an_item_is_removed_from_a_day_on(supervisor, township):
    page = f"{PAGE}/party.dues"
    given = {"from": "2027-01-01", "removed": "yes"}
    assert "不再公开" in post(supervisor, page, page, **given, do="look").text
    post(supervisor, page, page, **given, do="save")
    known = duties.catalogue(township.journal)
    assert known.rules_at("party.dues", date(2026, 12, 31)) is not None
    assert known.rules_at("party.dues", date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"from": "2026-11-01"}, "已经过去"),
        ({"from": ""}, "哪一天"),
        ({"day": "八"}, "要填数字"),
        ({"grace": ""}, "宽限要填数字"),
        ({"review-0": "", "review-1": ""}, "至少一个审核人"),
        ({"review-1": "finance_group"}, "审核人重复"),
        ({"all": ""}, "请选适用的村"),
        ({"title": " "}, "title"),
    ],
)
def test_what_cannot_hold_is_refused_and_stays_typed(supervisor, township, changes, words):
    page = f"{PAGE}/finance.statement"
    refused = post(supervisor, page, page, **{**GIVEN, **changes}, do="save")
    assert refused.status_code == 400 and words in refused.text and "本镇规定" in refused.text
    assert len(duties.catalogue(township.journal).history["finance.statement"]) == 1


DAYS = """休 2027-01-01..2027-01-03 元旦
休 2027-02-05..2027-02-11 春节
班 2027-02-14
休 2027-04-05 清明
休 2027-05-01..2027-05-05"""


def test_next_years_holidays_are_told_and_move_due_dates(supervisor, township, enrolled):
    page = "/township/holidays"
    assert "还没有 2027 年的节假日" in supervisor.get(page).text
    told = post(supervisor, page, page, year="2027", source="国办发明电〔2026〕9号", days=DAYS)
    assert told.status_code == 302
    assert 2027 in calendar.default_holidays().known_years
    copied(township, enrolled)
    assert holidays.told(enrolled.journal)[2027]["source"] == "国办发明电〔2026〕9号"
    assert not calendar.is_working_day(date(2027, 5, 4))
    assert calendar.is_working_day(date(2027, 2, 14))
    rows = duties.duties(enrolled.journal, VILLAGE, date(2027, 1, 5))
    due = {row.duty.key: row.duty.due for row in rows}
    assert due["party.life/2026Q4"] == date(2027, 1, 11)
    live = township.journal.projector.fingerprints(township.journal.db)
    township.journal.rebuild()
    assert township.journal.projector.fingerprints(township.journal.db) == live


@pytest.mark.parametrize(
    ("year", "days", "words"),
    [
        ("2027", "元旦放假", "第 1 行"),
        ("2027", DAYS + "\n班 2027-02-15", "不是星期六"),
        ("2027", DAYS + "\n休 2026-12-31", "不在 2027 年"),
        ("2027", "休 2027-01-01", "不会是 1 天"),
        ("2027", "休 2027-13-01", "有误"),
        ("20x7", DAYS, "去年到后年"),
    ],
)
def test_days_that_cannot_be_a_years_are_refused(supervisor, township, year, days, words):
    page = "/township/holidays"
    refused = post(supervisor, page, page, year=year, source="国办", days=days)
    assert refused.status_code == 400 and words in refused.text
    assert holidays.told(township.journal) == {}


def test_what_a_village_tells_holds_for_itself_and_its_township_has_the_last_word(
    township, enrolled
):
    holidays.tell(enrolled.journal, 2027, DAYS, "听说的", actor="王会计")
    assert holidays.told(enrolled.journal)[2027]["source"] == "听说的"
    assert enrolled.journal.find("2027")[0].stream == f"{VILLAGE}/self"
    holidays.tell(township.journal, 2027, DAYS, "国办", actor="李监督")
    assert township.journal.find("2027")[0].stream == f"{TOWNSHIP}/public"
    copied(township, enrolled)
    assert holidays.told(enrolled.journal)[2027]["source"] == "国办"
