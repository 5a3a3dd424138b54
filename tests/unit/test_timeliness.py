from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.rules import catalogue, timeliness
from kiosk.rules.timeliness import Event, Facts

D = date.fromisoformat
CATALOGUE = catalogue.load()


def owed(item, period, began="2025-01-01", today="2026-11-24", rules=CATALOGUE):
    found = timeliness.periodic_duties(rules, item, D(began), D(today))
    return next(duty for duty in found if duty.period == period)


def at(text):
    """A Beijing date and hour as a moment."""
    return datetime.fromisoformat(f"{text}:00:00+08:00")


def rules(item):
    found = CATALOGUE.rules_at(item, D("2026-01-01"))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("item", "period", "due"),
    [
        ("finance.statement", "2026Q2", "2026-07-10"),
        ("finance.statement", "2026Q3", "2026-10-10"),  # a make-up Saturday is worked
        ("finance.statement", "2025Q3", "2025-10-10"),
        ("finance.ledger", "2026-01", "2026-02-24"),  # Spring Festival runs to the 23rd
        ("finance.ledger", "2025-12", "2026-01-15"),
        ("finance.assets", "2026H1", "2026-07-20"),
        ("finance.final", "2025", "2026-02-28"),
        ("party.plan", "2026", "2026-03-31"),
        ("village.insurance", "2025", "2026-02-02"),  # 31 January 2026 is a Saturday
    ],
)
def test_periodic_items_are_due_as_the_catalogue_says(item: str, period: str, due: str) -> None:
    duty = owed(item, period)
    assert duty.due == D(due)
    assert duty.opens == duty.due - timedelta(days=5)
    assert duty.escalates == duty.due + timedelta(days=6)
    assert duty.key == f"{item}/{period}"


@pytest.mark.parametrize(
    ("item", "on", "due"),
    [
        ("village.decision", "2026-11-24", "2026-11-27"),
        ("village.decision", "2026-09-30", "2026-10-10"),
        ("village.advance", "2026-11-24", "2026-11-25"),
        ("village.advance", "2026-11-27", "2026-11-30"),
    ],
)
def test_events_are_due_so_long_after_they_happened(item: str, on: str, due: str) -> None:
    duty = timeliness.event_duty(rules(item), Event("01E", item, "修路", D(on)))
    assert duty.due == D(due)
    assert duty.opens >= D(on)
    assert duty.key == f"{item}/01E"


def test_the_first_period_is_the_one_that_ends_once_the_board_has_begun() -> None:
    def first(item, began):
        return next(timeliness.periodic_duties(CATALOGUE, item, D(began), D("2026-11-24"))).period

    assert first("finance.statement", "2026-06-30") == "2026Q2"
    assert first("finance.statement", "2026-07-01") == "2026Q3"
    assert first("finance.final", "2026-07-01") == "2026"


def test_a_board_does_not_owe_what_was_due_before_it_began() -> None:
    found = timeliness.periodic_duties(CATALOGUE, "party.plan", D("2026-05-10"), D("2026-11-24"))
    assert [duty.period for duty in found] == ["2027"]


def test_periods_that_began_and_the_next_are_listed() -> None:
    found = timeliness.periodic_duties(
        CATALOGUE, "finance.statement", D("2026-05-10"), D("2026-11-24")
    )
    assert [duty.period for duty in found] == ["2026Q2", "2026Q3", "2026Q4", "2027Q1"]


def changed(*changes):
    return CATALOGUE.with_changes(changes)


def periods(rules, item="finance.statement", began="2026-01-01", today="2026-11-24"):
    found = timeliness.periodic_duties(rules, item, D(began), D(today))
    return [(duty.period, duty.due.isoformat()) for duty in found]


def test_a_period_keeps_the_rules_of_its_first_day() -> None:
    rules = changed({"id": "finance.statement", "from": "2026-08-15", "due": {"day": 8}})
    assert periods(rules)[1:4] == [
        ("2026Q2", "2026-07-10"),
        ("2026Q3", "2026-10-10"),
        ("2026Q4", "2027-01-08"),
    ]


def test_a_quicker_cadence_begins_with_the_next_period() -> None:
    rules = changed({"id": "finance.statement", "from": "2026-08-15", "cadence": "monthly"})
    found = [period for period, _ in periods(rules)]
    assert found == ["2026Q1", "2026Q2", "2026Q3", "2026-10", "2026-11", "2026-12"]


def test_a_slower_cadence_waits_until_its_period_begins() -> None:
    rules = changed({"id": "finance.ledger", "from": "2026-08-15", "cadence": "quarterly"})
    found = [period for period, _ in periods(rules, "finance.ledger", "2026-06-01")]
    assert found == ["2026-06", "2026-07", "2026-08", "2026-09", "2026Q4", "2027Q1"]


def test_a_removed_item_owes_no_further_periods_and_an_added_one_only_whole_ones() -> None:
    rules = changed(
        {"id": "finance.statement", "from": "2026-05-01", "removed": True},
        {"id": "finance.statement", "from": "2026-08-01", "removed": False},
    )
    assert [period for period, _ in periods(rules)] == ["2026Q1", "2026Q2", "2026Q4", "2027Q1"]


Q3 = owed("finance.statement", "2026Q3")  # due 10 October 2026, escalates on the 16th


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-07-01", "upcoming"),
        ("2026-10-04", "upcoming"),
        ("2026-10-05", "due"),
        ("2026-10-10", "due"),
        ("2026-10-11", "overdue"),
        ("2026-10-15", "overdue"),
        ("2026-10-16", "escalated"),
        ("2027-10-16", "escalated"),
    ],
)
def test_without_facts_the_date_alone_tells_the_state(today: str, state: str) -> None:
    assert timeliness.state(Q3, Facts(), D(today)) == state


@pytest.mark.parametrize(
    ("why", "facts", "state"),
    [
        ("claimed in time", Facts(claimed=at("2026-10-10T23")), "met"),
        ("claimed the day after", Facts(claimed=at("2026-10-11T00")), "met_late"),
        (
            "back-dated past the last cosignature without it",
            Facts(claimed=at("2026-10-09T10"), not_before=at("2026-10-12T09")),
            "met_late",
        ),
        (
            "witnessed late",
            Facts(claimed=at("2026-10-09T10"), witnessed=at("2026-10-20T09")),
            "met",
        ),
        (
            "a clock that ran ahead",
            Facts(claimed=at("2026-10-12T10"), witnessed=at("2026-10-09T11")),
            "met",
        ),
        ("excused", Facts(excused=True), "excused"),
        ("excused and late", Facts(excused=True, claimed=at("2026-10-12T10")), "excused"),
        ("excused and in time", Facts(excused=True, claimed=at("2026-10-09T10")), "met"),
        ("declared", Facts(declared_none=True), "declared_none"),
        ("declared, rejected", Facts(declared_none=True, none_rejected=True), "escalated"),
        ("declared, excused", Facts(declared_none=True, excused=True), "excused"),
        ("declared, late", Facts(declared_none=True, claimed=at("2026-10-12T10")), "met_late"),
    ],
)
def test_facts_take_precedence_over_the_date(why: str, facts: Facts, state: str) -> None:
    assert timeliness.state(Q3, facts, D("2026-11-24")) == state


def test_a_notice_claimed_in_time_and_witnessed_late_arrived_late() -> None:
    facts = Facts(claimed=at("2026-10-09T10"), witnessed=at("2026-10-20T11"))
    assert timeliness.late_arrival(Q3, facts) == timedelta(days=11, hours=1)


@pytest.mark.parametrize(
    "facts",
    [
        Facts(),
        Facts(claimed=at("2026-10-09T10")),
        Facts(claimed=at("2026-10-09T10"), witnessed=at("2026-10-10T23")),
        Facts(claimed=at("2026-10-12T10"), witnessed=at("2026-10-20T10")),
        Facts(
            claimed=at("2026-10-09T10"),
            not_before=at("2026-10-12T10"),
            witnessed=at("2026-10-20T10"),
        ),
    ],
)
def test_other_notices_did_not_arrive_late(facts: Facts) -> None:
    assert timeliness.late_arrival(Q3, facts) is None


def test_days_late_are_days_past_the_due_date() -> None:
    assert timeliness.days_late(Q3, D("2026-10-10")) == 0
    assert timeliness.days_late(Q3, D("2026-10-16")) == 6


def test_a_standing_item_is_first_due_and_then_must_be_confirmed_again() -> None:
    duty = timeliness.standing_duty(rules("village.contacts"), D("2026-01-05"))
    assert duty.key == "village.contacts/standing"
    assert duty.due == D("2026-02-04")

    def state(facts, today):
        return timeliness.state(duty, facts, D(today))

    assert state(Facts(), "2026-01-10") == "upcoming"
    assert state(Facts(), "2026-01-31") == "due"
    assert state(Facts(), "2026-02-05") == "overdue"
    assert state(Facts(), "2026-02-10") == "escalated"
    posted = Facts(claimed=at("2026-02-10T10"), confirmed=at("2026-02-10T10"))
    assert state(posted, "2026-02-10") == "met"
    assert timeliness.renewed(duty, posted).due == D("2026-05-11")  # the 10th is a Sunday
    assert state(posted, "2026-05-06") == "due"
    assert state(posted, "2026-05-11") == "due"
    assert state(posted, "2026-05-12") == "stale"
    again = Facts(claimed=at("2026-02-10T10"), confirmed=at("2026-05-20T10"))
    assert state(again, "2026-05-20") == "met"
    assert state(again, "2026-08-21") == "stale"


def test_the_display_period_does_not_count_the_day_of_publication() -> None:
    def until(item, on):
        return timeliness.display_until(rules(item), D(on))

    assert until("village.decision", "2026-11-24") == D("2026-12-01")
    assert until("village.homestead_notice", "2026-11-24") == D("2026-12-09")
    assert until("village.decision", "2026-11-21") == D("2026-11-30")  # not on a Saturday
    assert until("party.recruit", "2026-11-24") == D("2026-12-01")
    assert until("finance.statement", "2026-11-24") is None


@pytest.mark.parametrize(
    ("item", "period", "state", "today", "words"),
    [
        (
            "finance.statement",
            "2026Q3",
            "overdue",
            "2026-10-16",
            "第三季度财务收支情况还没公开，已逾期 6 天",
        ),
        (
            "finance.statement",
            "2026Q3",
            "escalated",
            "2026-10-26",
            "第三季度财务收支情况还没公开，已逾期 16 天，超过宽限期",
        ),
        (
            "finance.statement",
            "2026Q3",
            "due",
            "2026-10-07",
            "第三季度财务收支情况还有 3 天到期（10月10日）",
        ),
        (
            "finance.statement",
            "2026Q3",
            "due",
            "2026-10-10",
            "第三季度财务收支情况今天到期（10月10日）",
        ),
        (
            "finance.statement",
            "2026Q3",
            "upcoming",
            "2026-09-30",
            "第三季度财务收支情况10月10日到期，还有 10 天",
        ),
        ("finance.statement", "2026Q3", "met", "2026-10-16", "第三季度财务收支情况已按时公开"),
        (
            "finance.statement",
            "2025Q4",
            "overdue",
            "2026-01-16",
            "2025年第四季度财务收支情况还没公开，已逾期 4 天",
        ),
        (
            "finance.ledger",
            "2026-10",
            "declared_none",
            "2026-11-24",
            "10月收支逐笔明细本期没有发生，已作零报告",
        ),
        (
            "finance.ledger",
            "2026-10",
            "excused",
            "2026-11-24",
            "10月收支逐笔明细经乡镇同意免于公开",
        ),
        (
            "finance.plan",
            "2026",
            "overdue",
            "2026-03-06",
            "2026年度财务计划（预算）还没公开，已逾期 6 天",
        ),
    ],
)
def test_states_are_said_in_plain_words(
    item: str, period: str, state: str, today: str, words: str
) -> None:
    duty = owed(item, period)
    said = timeliness.in_words(duty, state, D(today), duty.rules.title)
    assert said == words


def test_lateness_of_what_was_published_is_said_too() -> None:
    said = timeliness.in_words(
        Q3, "met_late", D("2026-11-24"), "财务收支情况", published=D("2026-10-13")
    )
    assert said == "第三季度财务收支情况已公开，迟了 3 天"


def test_standing_and_event_duties_are_said_without_a_period() -> None:
    duty = timeliness.standing_duty(rules("village.contacts"), D("2026-01-05"))
    facts = Facts(claimed=at("2026-02-10T10"), confirmed=at("2026-02-10T10"))
    duty = timeliness.renewed(duty, facts)
    title = "意见箱、监督电话、举报电话"
    assert timeliness.in_words(duty, "stale", D("2026-05-14"), title) == (
        f"{title}该重新确认了，已逾期 3 天"
    )
    assert timeliness.in_words(duty, "met", D("2026-03-01"), title) == (
        f"{title}已公开，5月11日前再确认一次"
    )
    event = timeliness.event_duty(
        rules("village.decision"), Event("01E", "village.decision", "修路", D("2026-11-20"))
    )
    assert timeliness.in_words(event, "overdue", D("2026-11-26"), "修路决议") == (
        "修路决议还没公开，已逾期 1 天"
    )


def test_every_state_has_edges_and_edges_lead_to_states() -> None:
    assert set(timeliness.ALLOWED_EDGES) == set(timeliness.STATES)
    for targets in timeliness.ALLOWED_EDGES.values():
        assert targets <= set(timeliness.STATES)


def test_moments_are_judged_by_the_beijing_date() -> None:
    just_in_time = datetime(2026, 10, 10, 15, 59, tzinfo=UTC)
    assert timeliness.state(Q3, Facts(claimed=just_in_time), D("2026-10-12")) == "met"
    late = Facts(claimed=just_in_time + timedelta(minutes=1))
    assert timeliness.state(Q3, late, D("2026-10-12")) == "met_late"
