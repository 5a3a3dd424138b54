from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.rules import calendar
from kiosk.rules.calendar import Period

D = date.fromisoformat


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-11-24", True),
        ("2026-11-28", False),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2025-10-08", False),
        ("2025-09-28", True),
        ("2025-01-02", True),
        ("2024-02-09", True),
        ("2024-06-10", False),
        ("2024-09-14", True),
    ],
)
def test_days_are_worked_as_the_state_council_ordered(day: str, worked: bool) -> None:
    assert calendar.is_working_day(D(day)) is worked


@pytest.mark.parametrize(("year", "working_days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_the_working_days_its_order_gives(year: int, working_days: int) -> None:
    assert calendar.working_days_after(D(f"{year - 1}-12-31"), D(f"{year}-12-31")) == working_days


def test_make_up_days_are_weekends_and_no_day_is_both_off_and_worked() -> None:
    holidays = calendar.default_holidays()
    assert all(day.weekday() >= 5 for day in holidays.work)
    assert not holidays.off & holidays.work
    assert holidays.known_years == {2024, 2025, 2026}


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2031-01-01", False),
        ("2031-05-02", False),
        ("2031-05-05", True),
        ("2031-10-02", False),
        ("2031-10-04", False),
        ("2031-10-06", True),
    ],
)
def test_a_year_without_an_order_has_weekends_and_what_the_law_fixes(
    day: str, worked: bool
) -> None:
    assert 2031 not in calendar.default_holidays().known_years
    assert calendar.is_working_day(D(day)) is worked


def test_newer_holidays_can_be_passed() -> None:
    newer = calendar.holidays_from({2031: {"days_off": ["2031-03-03..2031-03-04"]}})
    assert calendar.next_working_day(D("2031-03-03"), newer) == D("2031-03-05")


def test_holiday_data_that_is_no_date_is_named() -> None:
    with pytest.raises(calendar.HolidaysMalformed, match=r"2031 年.*2031-02-30"):
        calendar.holidays_from({2031: {"days_off": ["2031-02-30"]}})


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-11-24", 0, "2026-11-24"),
        ("2026-11-28", 0, "2026-11-30"),
        ("2026-11-24", 1, "2026-11-25"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-02-13", 2, "2026-02-24"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, n: int, end: str) -> None:
    assert calendar.add_working_days(D(start), n) == D(end)


def test_working_days_are_not_counted_backward() -> None:
    with pytest.raises(ValueError, match="forward"):
        calendar.add_working_days(D("2026-11-24"), -1)


@pytest.mark.parametrize(
    ("id", "cadence", "start", "end", "title", "said"),
    [
        ("2026-05", "monthly", "2026-05-01", "2026-05-31", "2026年5月", "5月"),
        ("2024-02", "monthly", "2024-02-01", "2024-02-29", "2024年2月", "2024年2月"),
        ("2026Q2", "quarterly", "2026-04-01", "2026-06-30", "2026年第二季度", "第二季度"),
        ("2026Q4", "quarterly", "2026-10-01", "2026-12-31", "2026年第四季度", "第四季度"),
        ("2026H1", "half_yearly", "2026-01-01", "2026-06-30", "2026年上半年", "上半年"),
        ("2025H2", "half_yearly", "2025-07-01", "2025-12-31", "2025年下半年", "2025年下半年"),
        ("2026", "yearly", "2026-01-01", "2026-12-31", "2026年", "2026年"),
    ],
)
def test_periods_have_ids_bounds_and_titles(
    id: str, cadence: str, start: str, end: str, title: str, said: str
) -> None:
    period = Period.parse(id)
    assert (period.cadence, period.start, period.end) == (cadence, D(start), D(end))
    assert period.title == title
    assert period.title_on(D("2026-11-24")) == said
    assert Period.containing(cadence, D(end)) == period
    assert period.next.previous == period
    assert period.next.start - period.end == timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-13",
        "2026-5",
        "2026Q0",
        "2026Q5",
        "2026Q",
        "2026H3",
        "2026X1",
        "0000",
        "２０２６",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(calendar.PeriodMalformed):
        Period.parse(text)


def test_a_moment_has_its_beijing_date() -> None:
    assert calendar.beijing_date(datetime(2026, 11, 24, 16, 0, tzinfo=UTC)) == D("2026-11-25")
    assert calendar.beijing_date(datetime(2026, 11, 24, 15, 59, tzinfo=UTC)) == D("2026-11-24")


def test_days_are_said_as_people_say_them() -> None:
    today = D("2026-11-24")
    assert calendar.weekday_name(today) == "星期二"
    assert calendar.day_in_words(D("2026-12-10"), today) == "12月10日"
    assert calendar.day_in_words(D("2027-01-08"), today) == "2027年1月8日"


def test_months_are_added_within_the_month() -> None:
    assert calendar.add_months(D("2026-01-31"), 1) == D("2026-02-28")
    assert calendar.add_months(D("2026-11-30"), 3) == D("2027-02-28")
    assert calendar.add_months(D("2026-05-15"), -6) == D("2025-11-15")
