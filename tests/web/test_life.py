"""A notice's life as readers see it: what changed, the display period with objections and result,
what was deleted, and the board as it was on a day."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, create_app, erasures, feedback, notices
from kiosk.erasures import commands as erasing
from kiosk.feedback.commands import FeedbackRefused
from kiosk.notices import past
from kiosk.rules import catalogue, forms
from tests import posting
from tests.conftest import VILLAGE, copied

ITEMS = catalogue.load().items
NOW = datetime(2026, 10, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False}],
    "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
    "closing": 120_00,
    "note": "",
}
PERSONS = {
    "columns": [{"name": "姓名", "amount": False}], "rows": [["张*"]], "total": None, "note": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _time():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def visitor(village):
    app = create_app(village)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app.test_client()


def statement(node, at=NOW, **changes):
    given = {"title": "第三季度财务收支", "period": "2026Q3", "content": STATEMENT, **changes}
    with clock.set_to(at):
        return posting.publish(
            node.journal, actor="王会计", item=ITEMS["finance.statement"], **given
        )


def shown(node, at=NOW):
    with clock.set_to(at):
        return posting.publish(
            node.journal, actor="王会计", item=ITEMS["village.subsidy"], title="补贴公示",
            content=PERSONS,
        )  # fmt: skip


def corrected(node, id, at):
    right = {**STATEMENT, "income": [{"name": "租金", "amount": 60_00, "sub": False}],
             "closing": 130_00}  # fmt: skip
    with clock.set_to(at):
        posting.correct(
            node.journal, id, actor="王会计", reason="租金记错", title="第三季度财务收支",
            content=right,
        )  # fmt: skip


@pytest.mark.parametrize("path", ["/notices/", "/n/"])
def test_readers_see_what_a_correction_changed(village, visitor, path):
    id = statement(village)
    corrected(village, id, NOW + DAY)
    page = visitor.get(path + id).text
    rows = re.findall(
        r'<th scope="row">([^<]+)</th><td><del>([^<]+)</del></td><td><ins>([^<]+)</ins>', page
    )
    assert rows == [
        ("收入 · 租金 · 金额", "50.00 元", "60.00 元"), ("期末余额", "120.00 元", "130.00 元"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/notices/", "/n/"])
def test_the_days_left_of_a_display_period_are_shown(village, visitor, path):
    id = shown(village)
    assert "公示中，还剩 7 天" in visitor.get(path + id).text
    with clock.set_to(NOW + 7 * DAY):
        assert "公示中，今天截止" in visitor.get(path + id).text
    with clock.set_to(NOW + 8 * DAY):
        assert "公示期已满" in visitor.get(path + id).text


def test_objections_are_taken_until_the_end_of_the_last_day(village, visitor):
    id = shown(village)
    page = visitor.get(f"/n/{id}").text
    assert 'value="异议"' in page
    fields = dict(re.findall(r'type="hidden" name="(csrf_token|token)" value="([^"]*)"', page))
    answer = visitor.post(f"/n/{id}", data={**fields, "kind": "异议", "text": "张*不符合条件"})
    assert answer.status_code == 303
    [found] = feedback.queries.open_for(village.journal, VILLAGE)
    assert found.kind == "异议"
    with clock.set_to(NOW + 8 * DAY):
        assert 'value="异议"' not in visitor.get(f"/n/{id}").text
        with pytest.raises(FeedbackRefused, match="公示期已满"):
            feedback.receive(village.journal, village=VILLAGE, notice=id, kind="异议", text="x")
    other = statement(village)
    with pytest.raises(FeedbackRefused, match="公示期已满"):
        feedback.receive(village.journal, village=VILLAGE, notice=other, kind="异议", text="x")


@pytest.mark.parametrize("path", ["/notices/", "/n/"])
def test_a_display_period_and_its_result_lead_to_each_other(village, visitor, path):
    first = shown(village)
    told = posting.publish(
        village.journal, actor="王会计", item=ITEMS["village.subsidy"], title="补贴公示的结果",
        content={"text": "没有异议。"}, result_of=first,
    )  # fmt: skip
    assert f'href="{path}{told}">补贴公示的结果' in visitor.get(path + first).text
    assert f'href="{path}{first}">补贴公示' in visitor.get(path + told).text


@pytest.mark.parametrize("path", ["/notices/", "/n/"])
def test_a_deleted_notice_says_so_and_why(village, visitor, path):
    id = statement(village)
    asked = erasing.request(village.journal, id, whole=True, reason="含有身份证号", actor="王会计")
    erasing.confirm(village.journal, asked, actor="赵某")
    page = visitor.get(path + id).text
    assert "已经按规定删除" in page and "原因：含有身份证号。" in page
    assert "租金" not in page
    assert visitor.get(f"/streams/{VILLAGE}/public/bodies/1").status_code == 410


def test_the_board_is_shown_as_it_was(village, visitor):
    id = statement(village, NOW)
    corrected(village, id, NOW + 3 * DAY)
    other = shown(village, NOW + 5 * DAY)
    with clock.set_to(NOW + 8 * DAY):
        notices.withdraw(village.journal, other, actor="王会计", reason="发错")
    with clock.set_to(NOW + 9 * DAY):
        before = visitor.get("/m/on?day=2026-10-08").text
        assert "公开栏上有 0 条" in before
        page = visitor.get("/m/on?day=2026-10-09").text
        assert "第三季度财务收支" in page and "补贴公示" not in page and "已更正" not in page
        page = visitor.get("/m/on?day=2026-10-15").text
        assert "补贴公示" in page and "已更正" in page
        assert "补贴公示" not in visitor.get("/m/on?day=2026-10-17").text
        first = visitor.get(f"/m/on/2026-10-09/{id}").text
        assert "120.00" in first and "130.00" not in first
        assert "130.00" in visitor.get(f"/m/on/2026-10-15/{id}").text
        assert "那天这条已经撤回" in visitor.get(f"/m/on/2026-10-18/{other}").text
        answer = visitor.get(f"/m/on/2026-10-01/{id}")
        assert answer.headers["Location"] == f"/n/{id}"


def test_a_clock_set_back_does_not_put_anything_on_an_earlier_board(enrolled, township):
    statement(enrolled, NOW, title="早的", period="2025Q4")
    with clock.set_to(NOW + DAY):
        copied(enrolled, township)
    id = statement(enrolled, NOW - 3 * DAY)
    with clock.set_to(NOW + 2 * DAY):
        copied(enrolled, township)
    titles = [
        [each.title for each in past.standing_at(enrolled.journal, VILLAGE, past.end_of(day))]
        for day in (NOW.date(), (NOW + DAY).date())
    ]
    assert titles[0] == ["早的"]
    assert past.notice_at(enrolled.journal, id, past.end_of(NOW.date())) is None
    assert past.notice_at(enrolled.journal, id, past.end_of((NOW + DAY).date())) is not None


def test_a_township_shows_the_boards_of_its_villages(enrolled, township):
    statement(enrolled)
    copied(enrolled, township)
    visitor = create_app(township).test_client()
    page = visitor.get(f"/m/on?day=2026-10-09&village={VILLAGE}").text
    assert "东湖村" in page and "第三季度财务收支" in page
    assert visitor.get("/m/on?village=999999999999").status_code == 404


@pytest.mark.parametrize("day", ["2019-01-01", "2026-12-31", "soon", "2026-13-01"])
def test_a_day_that_cannot_be_shown_is_asked_for_again(visitor, day):
    answer = visitor.get(f"/m/on?day={day}")
    assert answer.status_code == 200 and "到今天的一天" in answer.text


def test_what_was_deleted_is_gone_from_the_past_too(village, visitor):
    id = statement(village)
    asked = erasing.request(village.journal, id, whole=True, reason="含有身份证号", actor="王会计")
    erasing.confirm(village.journal, asked, actor="赵某")
    page = visitor.get("/m/on?day=2026-10-09").text
    assert "另有 1 条，内容后来按规定删除" in page
    assert "租金" not in visitor.get(f"/m/on/2026-10-09/{id}").text
    assert erasures.erasure(village.journal, asked, VILLAGE).state == "confirmed"


def test_what_was_posted_a_year_ago_is_archived_unless_it_always_holds(village, visitor):
    id = statement(village)
    charter = ITEMS["village.charter"]
    always = posting.publish(
        village.journal, actor="王会计", item=charter, title="村规民约",
        content=forms.example(forms.load()[charter.form]),
    )  # fmt: skip
    with clock.set_to(NOW + 364 * DAY):
        assert not notices.notice(village.journal, id).archived
    with clock.set_to(NOW + 366 * DAY):
        assert notices.notice(village.journal, id).archived
        assert not notices.notice(village.journal, always).archived
        assert "已归档" in visitor.get(f"/n/{id}").text
