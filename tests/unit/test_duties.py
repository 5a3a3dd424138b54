"""What a village owes, as its own node and its township see it."""

from datetime import date, datetime, timedelta

import pytest

from kiosk import clock, duties
from kiosk.duties import DutyRefused, queries
from kiosk.journal.log import Draft
from kiosk.rules.catalogue import CatalogueInvalid
from tests.conftest import TOWNSHIP, VILLAGE, copied

D = date.fromisoformat
STATEMENT = "finance.statement/2026Q3"  # due 10 October 2026, escalates on the 16th


def at(text):
    """A Beijing date and hour as the clock's moment."""
    return clock.set_to(datetime.fromisoformat(f"{text}:00:00+08:00"))


def post(node, id, when, kind="published", **changes):
    body = {
        "item": "finance.statement", "affairs": "finance", "title": "财务收支情况",
        "form": "finance_statement", "period": "2026Q3", "event": "", "content": {},
        "attachments": [], "reviews": [], "display_until": "", "contact": "", **changes,
    }  # fmt: skip
    with at(when):
        return node.journal.append("public", f"notice.{kind}", id, body, actor="王会计")


def row(node, key, today, village=VILLAGE):
    return next(
        row for row in duties.duties(node.journal, village, D(today)) if row.duty.key == key
    )


def state(node, key, today):
    return row(node, key, today).state


def sync(village, township, when):
    with at(when):
        copied(village, township)
        if township.journal.size(f"{TOWNSHIP}/public"):
            copied(township, village)


def assert_rebuilt_equals_live(*nodes):
    for node in nodes:
        live = node.journal.projector.fingerprints(node.journal.db)
        node.journal.rebuild()
        assert node.journal.projector.fingerprints(node.journal.db) == live


def test_a_village_owes_its_catalogue_from_the_day_its_board_began(village):
    rows = duties.duties(village.journal, VILLAGE, D("2026-10-16"))
    assert len({row.duty.key for row in rows}) == len(rows)
    assert min(row.duty.due for row in rows) >= D("2026-01-01")
    found = row(village, STATEMENT, "2026-10-16")
    assert (found.state, found.days_late) == ("escalated", 6)
    assert found.words == "第三季度财务收支情况还没公开，已逾期 6 天，超过宽限期"
    assert found.subject == "第三季度财务收支情况"
    assert row(village, "finance.statement/2027Q1", "2026-10-16").state == "upcoming"


def test_an_unknown_village_owes_nothing_that_is_known(township):
    assert duties.duties(township.journal, VILLAGE, D("2026-10-16")) == []


def test_a_notice_meets_its_duty(village):
    post(village, "N1", "2026-10-09T10")
    found = row(village, STATEMENT, "2026-10-20")
    assert (found.state, found.notice_id, found.published) == ("met", "N1", D("2026-10-09"))
    assert state(village, "finance.statement/2026Q2", "2026-10-20") == "escalated"
    assert_rebuilt_equals_live(village)


def test_a_late_notice_is_late_by_its_own_days(village):
    post(village, "N1", "2026-10-13T10")
    found = row(village, STATEMENT, "2026-11-24")
    assert (found.state, found.days_late) == ("met_late", 3)
    assert found.words == "第三季度财务收支情况已公开，迟了 3 天"


def test_a_withdrawn_notice_meets_nothing_and_the_next_counts(village):
    post(village, "N1", "2026-10-09T10")
    post(village, "N1", "2026-10-12T10", "withdrawn")
    assert state(village, STATEMENT, "2026-10-12") == "overdue"
    post(village, "N2", "2026-10-13T10")
    found = row(village, STATEMENT, "2026-10-13")
    assert (found.state, found.notice_id) == ("met_late", "N2")


def test_a_correction_keeps_the_day_of_publication(village):
    post(village, "N1", "2026-10-09T10")
    post(village, "N1", "2026-10-20T10", "corrected", reason="笔误")
    assert state(village, STATEMENT, "2026-10-20") == "met"


def test_a_notice_corrected_into_another_period_was_published_then(village):
    post(village, "N1", "2026-07-09T10", period="2026Q2")
    post(village, "N1", "2026-10-13T10", "corrected", period="2026Q3", reason="季度写错")
    assert state(village, "finance.statement/2026Q2", "2026-10-13") == "escalated"
    assert state(village, STATEMENT, "2026-10-13") == "met_late"


def test_a_notice_whose_first_version_was_erased_keeps_its_day(village):
    entry = post(village, "N1", "2026-10-09T10")
    post(village, "N1", "2026-10-12T10", "corrected", reason="去掉身份证号")
    with at("2026-10-13T10"):
        village.journal.erase("public", entry.seq, actor="王会计", reason="含身份证号")
    assert state(village, STATEMENT, "2026-10-20") == "met"
    assert_rebuilt_equals_live(village)


def test_an_erased_notice_meets_nothing(village):
    entry = post(village, "N1", "2026-10-09T10")
    with at("2026-10-13T10"):
        village.journal.erase("public", entry.seq, actor="王会计", reason="含身份证号")
    assert state(village, STATEMENT, "2026-10-20") == "escalated"
    assert_rebuilt_equals_live(village)


def test_what_was_claimed_in_time_and_witnessed_late_arrived_late(enrolled, township):
    sync(enrolled, township, "2026-10-01T09")
    post(enrolled, "N1", "2026-10-09T10")
    assert state(township, STATEMENT, "2026-10-20") == "escalated"
    sync(enrolled, township, "2026-10-20T11")
    for node in (enrolled, township):
        found = row(node, STATEMENT, "2026-10-20")
        assert found.state == "met"
        assert found.late_arrival == timedelta(days=11, hours=1)
    assert_rebuilt_equals_live(enrolled, township)


def test_a_notice_cannot_be_backdated_past_the_last_witness(enrolled, township):
    sync(enrolled, township, "2026-10-12T09")
    post(enrolled, "N1", "2026-10-09T10")
    sync(enrolled, township, "2026-10-13T09")
    for node in (enrolled, township):
        found = row(node, STATEMENT, "2026-10-20")
        assert (found.state, found.published) == ("met_late", D("2026-10-12"))
        assert found.late_arrival is None


def test_an_event_that_an_officer_opens_is_owed_until_published(village):
    with at("2026-11-20T10"):
        id = duties.open_event(
            village.journal, "王会计", "village.decision", "修路", D("2026-11-20")
        )
    key = f"village.decision/{id}"
    found = row(village, key, "2026-11-26")
    assert (found.state, found.duty.due) == ("overdue", D("2026-11-25"))
    assert found.words == "四议两公开决议“修路”还没公开，已逾期 1 天"
    assert [event.title for event in duties.events(village.journal, VILLAGE)] == ["修路"]
    post(village, "N1", "2026-11-26T10", item="village.decision", period="", event=id)
    assert state(village, key, "2026-11-26") == "met_late"
    assert_rebuilt_equals_live(village)


@pytest.mark.parametrize(
    ("item", "title", "on"),
    [
        ("finance.statement", "季报", "2026-11-20"),
        ("village.unknown", "修路", "2026-11-20"),
        ("village.decision", " ", "2026-11-20"),
        ("village.decision", "修路", "2026-11-25"),
    ],
)
def test_an_event_that_cannot_be_is_refused(village, item, title, on):
    with at("2026-11-24T10"), pytest.raises(DutyRefused):
        duties.open_event(village.journal, "王会计", item, title, D(on))


def test_an_event_that_was_none_is_cancelled_for_the_township_to_see(enrolled, township):
    with at("2026-10-12T10"):
        event = duties.open_event(
            enrolled.journal, "王会计", "village.project", "修路", D("2026-10-12")
        )
        with pytest.raises(DutyRefused, match="理由"):
            duties.cancel_event(enrolled.journal, "王会计", event, " ")
        with pytest.raises(DutyRefused, match="没有这件"):
            duties.cancel_event(enrolled.journal, "王会计", "01X", "弄错了")
    key = f"village.project/{event}"
    post(enrolled, "N1", "2026-10-13T10", item="village.project", period="", event=event)
    with at("2026-10-13T11"), pytest.raises(DutyRefused, match="已按时公开"):
        duties.cancel_event(enrolled.journal, "王会计", event, "弄错了")
    post(enrolled, "N1", "2026-10-14T10", kind="withdrawn")
    with at("2026-10-14T11"):
        duties.cancel_event(enrolled.journal, "王会计", event, "没有这个工程")
        with pytest.raises(DutyRefused, match="已取消"):
            duties.cancel_event(enrolled.journal, "王会计", event, "再来")
    sync(enrolled, township, "2026-10-14T12")
    for node in (enrolled, township):
        found = row(node, key, "2026-10-30")
        assert (found.state, found.reason, found.cancelled) == (
            "declared_none",
            "没有这个工程",
            True,
        )
        assert found.words == "工程项目“修路”已取消，不用公开"
    with at("2026-10-30T10"):
        duties.reject_none(
            township.journal, "李监督", VILLAGE, "village.project", "", "工程在做", event=event
        )
    found = row(township, key, "2026-10-30")
    assert found.state == "escalated" and found.words.endswith("（取消没有被同意）")
    assert_rebuilt_equals_live(enrolled, township)


def test_a_standing_item_is_confirmed_again(village):
    key = "village.contacts/standing"
    with at("2026-03-01T10"), pytest.raises(DutyRefused, match="还没有公开过"):
        duties.confirm(village.journal, "王会计", "village.contacts")
    post(village, "N1", "2026-03-01T10", item="village.contacts", period="")
    assert state(village, key, "2026-03-02") == "met"
    assert state(village, key, "2026-06-02") == "stale"
    assert row(village, key, "2026-06-05").days_late == 4
    with at("2026-06-05T10"):
        duties.confirm(village.journal, "王会计", "village.contacts")
    found = row(village, key, "2026-06-05")
    assert (found.state, found.duty.due) == ("met", D("2026-09-07"))
    post(village, "N1", "2026-08-01T10", "corrected", item="village.contacts", period="")
    assert row(village, key, "2026-08-01").duty.due == D("2026-11-02")


def test_a_declaration_that_there_was_nothing_can_be_rejected(enrolled, township):
    item, period = "village.relief", "2026Q3"
    key = f"{item}/{period}"
    with at("2026-10-15T10"):
        duties.declare_none(enrolled.journal, "王会计", item, period, "本季度没有捐赠款物")
    sync(enrolled, township, "2026-10-15T11")
    found = row(township, key, "2026-10-16")
    assert (found.state, found.reason) == ("declared_none", "本季度没有捐赠款物")
    with at("2026-10-16T10"):
        duties.reject_none(township.journal, "李监督", VILLAGE, item, period, "九月有慰问")
        with pytest.raises(DutyRefused):
            duties.reject_none(township.journal, "李监督", VILLAGE, item, period, "再退")
    sync(enrolled, township, "2026-10-16T11")
    for node in (enrolled, township):
        found = row(node, key, "2026-10-16")
        assert (found.state, found.none_rejected) == ("due", True)
        assert found.words.endswith("还有 4 天到期（10月20日）（零报告已被退回）")
    with at("2026-10-17T10"):
        duties.declare_none(enrolled.journal, "王会计", item, period, "慰问款由镇里直接发放")
    found = row(enrolled, key, "2026-10-30")
    assert (found.state, found.none_rejected) == ("declared_none", False)
    assert_rebuilt_equals_live(enrolled, township)


@pytest.mark.parametrize(
    ("item", "period", "reason", "says"),
    [
        ("village.relief", "2026Q4", "没有", "12月31日才结束"),
        ("village.relief", "2026Q3", " ", "理由"),
        ("village.relief", "2019Q3", "没有", "没有这一项"),
        ("village.contacts", "", "没有", "长期公开"),
        ("finance.statement", "2026Q2", "没有收支", "没有收支也有余额"),
        ("village.family", "2026Q3", "没有", "已按时公开"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(village, item, period, reason, says):
    post(village, "N1", "2026-10-09T10", item="village.family")
    with at("2026-10-15T10"), pytest.raises(DutyRefused, match=says):
        duties.declare_none(village.journal, "王会计", item, period, reason)


def test_the_township_excuses_a_village_from_one_duty(enrolled, township):
    sync(enrolled, township, "2026-10-15T09")
    with at("2026-10-15T10"):
        duties.excuse(
            township.journal, "李监督", VILLAGE, "finance.statement", "2026Q3", "账册送审"
        )
    sync(enrolled, township, "2026-10-15T11")
    for node in (enrolled, township):
        found = row(node, STATEMENT, "2026-10-20")
        assert (found.state, found.reason) == ("excused", "账册送审")
        assert state(node, "finance.statement/2026Q2", "2026-10-20") == "escalated"
    with at("2026-10-16T10"), pytest.raises(DutyRefused):
        duties.excuse(township.journal, "李监督", VILLAGE, "finance.statement", "2026Q3", "再免")
    assert_rebuilt_equals_live(enrolled, township)


def test_a_village_cannot_excuse_itself_or_change_the_catalogue(village):
    body = {
        "village": VILLAGE, "item": "finance.statement", "period": "2026Q3", "event": "",
        "reason": "自己免了",
    }  # fmt: skip
    removed = {"items": [{"id": "finance.statement", "from": "2026-01-01", "removed": True}]}
    village.journal.append("public", "duty.excused", "E1", body)
    village.journal.append("public", "catalogue.changed", "C1", removed)
    assert state(village, STATEMENT, "2026-10-20") == "escalated"
    with at("2026-10-16T10"):
        with pytest.raises(DutyRefused):
            duties.excuse(village.journal, "王", VILLAGE, "finance.statement", "2026Q3", "免")
        with pytest.raises(DutyRefused):
            duties.change_catalogue(village.journal, "王", removed["items"])


def test_the_township_s_catalogue_reaches_its_villages(enrolled, township):
    with at("2026-09-01T10"):
        duties.change_catalogue(
            township.journal,
            "李监督",
            [
                {"id": "finance.statement", "from": D("2026-07-01"), "due": {"day": 20}},
                {"id": "village.family", "from": "2026-07-01", "removed": True},
            ],
        )
        with pytest.raises(CatalogueInvalid, match=r"finance\.pay 的 due"):
            duties.change_catalogue(
                township.journal,
                "李监督",
                [{"id": "finance.pay", "from": "2026-07-01", "due": {"day": 40}}],
            )
    assert row(enrolled, STATEMENT, "2026-10-16").duty.due == D("2026-10-10")
    sync(enrolled, township, "2026-09-01T11")
    for node in (enrolled, township):
        assert row(node, STATEMENT, "2026-10-16").duty.due == D("2026-10-20")
        assert row(node, "finance.statement/2026Q2", "2026-10-16").duty.due == D("2026-07-10")
        keys = {it.duty.key for it in duties.duties(node.journal, VILLAGE, D("2026-10-16"))}
        assert "village.family/2026Q2" in keys and "village.family/2026Q3" not in keys
    assert duties.catalogue(enrolled.journal).items == duties.catalogue(township.journal).items
    assert_rebuilt_equals_live(enrolled, township)


def test_a_change_that_this_program_cannot_read_leaves_the_rules(township):
    changes = [
        {"id": "finance.pay", "from": "2026-07-01", "colour": "red"},
        {"id": "finance.pay", "from": "2026-07-01", "grace": 9},
    ]
    township.journal.append("public", "catalogue.changed", "C1", {"items": changes})
    rules = duties.catalogue(township.journal).rules_at("finance.pay", D("2026-07-01"))
    assert rules is not None and rules.grace == 9


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("notice.published", {"item": 5}),
        ("duty.opened", {"item": "village.decision", "title": "修路", "on": "昨天"}),
        ("duty.declared_none", {"item": "village.relief"}),
        ("duty.excused", {"village": "x", "item": "", "period": "", "event": "", "reason": ""}),
        ("catalogue.changed", {"items": "all"}),
        ("duty.confirmed", {}),
        ("duty.event_cancelled", {"item": "village.project"}),
    ],
)
def test_entries_of_another_shape_change_nothing(township, village, kind, body):
    before = duties.duties(village.journal, VILLAGE, D("2026-10-16"))
    village.journal.append("public", kind, "X", body)
    assert duties.duties(village.journal, VILLAGE, D("2026-10-16")) == before
    township.journal.append("public", kind, "X", body)
    assert duties.catalogue(township.journal).items


def test_late_duties_come_first_and_the_latest_ahead(village):
    rows = duties.late_and_due(village.journal, VILLAGE, D("2026-10-16"))
    states = [row.state for row in rows]
    assert states == sorted(states, key=lambda state: state == "due")
    late = [row.duty.due for row in rows if row.state != "due"]
    assert late == sorted(late) and "due" in states
    assert {row.state for row in rows} <= {"overdue", "escalated", "stale", "due"}


def test_turning_records_each_change_once_and_reminds_of_what_must_be_done(village):
    def turn(today):
        with at(f"{today}T00"):
            return {it.row.duty.key: it for it in duties.turn(village.journal, [VILLAGE], D(today))}

    def reminded():
        return [it.words for it in duties.reminders(village.journal) if it.duty == STATEMENT]

    assert STATEMENT not in turn("2026-10-04")
    assert turn("2026-10-04") == {}
    due = turn("2026-10-05")[STATEMENT]
    assert (due.before, due.row.state, due.reminds) == ("upcoming", "due", True)
    assert STATEMENT not in turn("2026-10-06")
    turn("2026-10-11")
    turn("2026-10-16")
    assert [words.partition("情况")[2] for words in reminded()] == [
        "还没公开，已逾期 6 天，超过宽限期",
        "还没公开，已逾期 1 天",
        "还有 5 天到期（10月10日）",
    ]
    post(village, "N1", "2026-10-16T10")
    late = turn("2026-10-17")[STATEMENT]
    assert (late.before, late.row.state, late.reminds) == ("escalated", "met_late", False)
    assert len(reminded()) == 3
    assert queries.turned(village.journal, VILLAGE)[STATEMENT] == "met_late"
    assert_rebuilt_equals_live(village)


def test_after_downtime_a_duty_turns_once_to_its_present_state(village):
    with at("2026-10-04T00"):
        duties.turn(village.journal, [VILLAGE], D("2026-10-04"))
    with at("2026-11-24T00"):
        turns = duties.turn(village.journal, [VILLAGE], D("2026-11-24"))
        assert duties.turn(village.journal, [VILLAGE], D("2026-11-24")) == []
    [found] = [it for it in turns if it.row.duty.key == STATEMENT]
    assert (found.before, found.row.state) == ("upcoming", "escalated")
    assert len([it for it in duties.reminders(village.journal) if it.duty == STATEMENT]) == 1


def test_a_new_node_records_what_was_done_without_reminding(enrolled, township):
    post(enrolled, "N1", "2026-10-09T10")
    sync(enrolled, township, "2026-10-09T11")
    with at("2026-10-20T00"):
        turns = duties.turn(township.journal, [VILLAGE], D("2026-10-20"))
    assert STATEMENT in {it.row.duty.key for it in turns}
    about = {it.duty for it in duties.reminders(township.journal, VILLAGE, limit=1000)}
    assert STATEMENT not in about
    assert about == {it.row.duty.key for it in turns if it.reminds}
    assert township.journal.size(f"{TOWNSHIP}/self")
    assert_rebuilt_equals_live(township)


def test_the_order_of_streams_does_not_matter(enrolled, township):
    """The village's copy of an excuse may come before or after what it is about."""
    sync(enrolled, township, "2026-10-01T09")
    with at("2026-10-15T10"):
        declared = duties.declare_none(
            enrolled.journal, "王会计", "village.relief", "2026Q3", "没有"
        )
        body = {
            "village": VILLAGE, "item": "village.relief", "period": "2026Q3", "event": "",
            "reason": "有",
        }  # fmt: skip
        township.journal.append_all([Draft("public", "duty.none_rejected", declared, body)])
    assert state(township, "village.relief/2026Q3", "2026-10-16") == "due"
    sync(enrolled, township, "2026-10-16T09")
    for node in (enrolled, township):
        assert row(node, "village.relief/2026Q3", "2026-10-16").none_rejected
