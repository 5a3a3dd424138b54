"""Notices taken over from an older board."""

from datetime import UTC, datetime

import pytest

from kiosk import clock
from kiosk.duties import queries as duties
from kiosk.notices import queries
from kiosk.notices.commands import NotPublishable
from kiosk.notices.historic import historic
from kiosk.printing import sheets
from kiosk.rules import catalogue
from tests import posting

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
STATEMENT = {
    "opening": 100,
    "income": [{"name": "租金", "amount": 50, "sub": False}],
    "expense": [],
    "closing": 150,
    "note": "",
}


@pytest.fixture(autouse=True)
def today():
    with clock.set_to(NOW):
        yield


def taken(village, item="village.plan", **more):
    said = {
        "form": "notice",
        "title": "旧公开",
        "content": {"text": "修路"},
        "published_on": "2019-05-10",
        "source": "旧公示栏/修路.jpg",
    } | more
    id, draft = historic(village.journal, actor="王会计", item=catalogue.load().items[item], **said)
    village.journal.append_all([draft])
    return id


def listed(village):
    return [it.id for it in queries.newest(village.journal, village.config.code)]


def test_they_come_after_the_current_ones_by_their_old_date(village):
    old = [
        taken(village, published_on=on)
        for on in ("2019-05-10", "2021", "", "2020-03", "2021-01-04")
    ]
    current = posting.publish(
        village.journal,
        actor="王会计",
        item=catalogue.load().items["village.plan"],
        title="今年计划",
        content={"text": "修路"},
        period="2026",
    )
    assert listed(village) == [current, *(old[n] for n in (4, 1, 3, 0, 2))]
    village.journal.rebuild()
    assert listed(village) == [current, *(old[n] for n in (4, 1, 3, 0, 2))]


def test_they_are_found_and_never_shown_as_news(village):
    id = taken(village)
    assert [it.id for it in queries.search(village.journal, None, "修路").notices] == [id]
    assert queries.current(village.journal, [village.config.code], clock.today()) == []
    found = queries.notice(village.journal, id)
    assert found.historic == {"published_on": "2019-05-10", "source": "旧公示栏/修路.jpg"}


def test_the_months_paper_board_has_none_of_them(village):
    taken(village)
    assert sheets.of_month(village.journal, village.config.code, clock.today()) == []


def test_a_duty_is_never_met_in_time_by_one(village):
    taken(
        village,
        "finance.statement",
        form="finance_statement",
        content=STATEMENT,
        period="2026Q1",
        published_on="2026-04-01",
    )
    (row,) = [
        row
        for row in duties.duties(village.journal, village.config.code, clock.today())
        if (row.duty.item, row.duty.period) == ("finance.statement", "2026Q1")
    ]
    assert row.state == "met_late"


def test_what_may_not_stand_on_a_board_is_stopped_here_too(village):
    with pytest.raises(NotPublishable, match="手机号"):
        taken(village, content={"text": "张某 13812345678"})
    with pytest.raises(NotPublishable, match="期末余额"):
        taken(
            village,
            "finance.statement",
            form="finance_statement",
            content={**STATEMENT, "closing": 151},
        )
    with pytest.raises(ValueError, match="does not fit"):
        taken(village, published_on="2019-5-1")
