"""The desk's tables say what the duties say, whatever came in and whenever they were refreshed."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, desk, villages
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.rules import agenda
from kiosk.rules.agenda import Matter
from kiosk.rules.timeliness import LATE
from tests import posting
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_day_in_november():
    with clock.set_to(NOW):
        yield


def agrees(township, today):
    """Whether the tables hold what the duties say, to the last count."""
    rows = [
        row
        for each in villages.queries.known(township.journal)
        for row in duties.duties(township.journal, each.code, today)
        if row.state == "due" or row.state in LATE
    ]
    assert {(it.village, it.key, it.state) for it in desk.pressing(township.journal)} == {
        (row.village, row.duty.key, row.state) for row in rows
    }
    counted = Counter((row.item.id, row.state) for row in rows)
    assert {(it.item, it.state): it.count for it in desk.by_item(township.journal)} == dict(counted)
    for line in desk.worst(township.journal, 99):
        mine = [row for row in rows if row.village == line.village]
        assert line.late + line.due == len(mine)
    return rows


def publish(node, item, period):
    known = duties.catalogue(node.journal).items[item]
    return posting.publish(
        node.journal, actor="王会计", item=known, title="公开", period=period,
        content={"text": "党员大会学习了文件，共二十三人到会。"},
    )  # fmt: skip


def test_what_comes_in_and_what_day_it_is_reach_the_tables(enrolled, township):
    today = clock.today()
    copied(enrolled, township)
    assert desk.refresh(township.journal, today) == 0
    before = agrees(township, today)
    publish(enrolled, "party.life", "2026Q3")
    copied(enrolled, township)
    assert desk.refresh(township.journal, today) == 0
    assert len(agrees(township, today)) == len(before) - 1
    duty_commands.excuse(township.journal, "李监督", VILLAGE, "party.service", "2026Q3", "没有结对")
    desk.refresh(township.journal, today)
    assert len(agrees(township, today)) == len(before) - 2
    duty_commands.change_catalogue(
        township.journal, "李监督", [{"id": "party.plan", "from": "2026-01-01", "removed": True}]
    )
    desk.refresh(township.journal, today)
    agrees(township, today)
    with clock.set_to(NOW + timedelta(days=30)):
        desk.refresh(township.journal, clock.today())
        agrees(township, clock.today())


def test_a_refresh_of_some_leaves_the_others_for_the_next(enrolled, township):
    copied(enrolled, township)
    code = villages.invite(township.journal, "371721105202", actor="李监督")
    villages.enrol(
        township.journal, code, village_code="371721105202", name="西庄村",
        host="sanwu.invalid", public_key=bytes(32),
    )  # fmt: skip
    assert desk.refresh(township.journal, clock.today(), 1) == 1
    assert desk.refresh(township.journal, clock.today(), 1) == 0
    assert desk.refresh(township.journal, clock.today(), 1) == 0
    agrees(township, clock.today())


def test_the_trend_counts_what_was_owed_and_what_was_in_time(enrolled, township):
    with clock.set_to(datetime(2026, 10, 9, 2, tzinfo=UTC)):
        publish(enrolled, "party.life", "2026Q3")
        copied(enrolled, township)
    desk.refresh(township.journal, clock.today())
    months = {each.month: each for each in desk.trend(township.journal, clock.today())}
    assert list(months)[-1] == "2026-11" and len(months) == 12
    rows = duties.duties(township.journal, VILLAGE, clock.today())
    owed = [
        row for row in rows
        if row.duty.due.isoformat()[:7] == "2026-10" and row.state in ("met", "met_late", *LATE)
    ]  # fmt: skip
    assert (months["2026-10"].owed, months["2026-10"].in_time) == (len(owed), 1)


def test_the_days_lines_are_at_most_ten_the_gravest_first():
    matters = [Matter("due", 5, "快到期", "/"), Matter("fork", 1, "分叉", "/")]
    matters += [Matter("escalated", n, f"事项{n}", "/") for n in range(12)]
    lines, rest = agenda.lines(matters)
    assert [each.kind for each in lines] == ["fork", *["escalated"] * 9]
    assert [each.count for each in lines[1:4]] == [11, 10, 9]
    assert rest == 3  # what counts nothing is no matter
    assert lines[0].tone == "bad" and Matter("due", 1, "", "").tone == "warn"


def test_villages_are_named_until_they_are_too_many():
    assert agenda.named(["东湖村", "西庄村"], 2) == "东湖村、西庄村"
    assert agenda.named(["东湖村", "西庄村"], 9) == "东湖村、西庄村等 9 个村"
