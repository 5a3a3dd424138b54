"""What the screen says of a day: lunar date and solar term, and who is on duty."""

from datetime import date
from itertools import pairwise

import pytest

from kiosk.rules import lunar, roster

TUESDAY = date(2026, 11, 24)
SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("day", "year", "said", "term"),
    [
        # New years, leap months and solstices as published by the Hong Kong Observatory.
        (date(2020, 5, 23), "庚子鼠年", "闰四月初一", ""),
        (date(2023, 3, 22), "癸卯兔年", "闰二月初一", ""),
        (date(2025, 1, 29), "乙巳蛇年", "正月初一", ""),
        (date(2025, 7, 25), "乙巳蛇年", "闰六月初一", ""),
        (date(2026, 2, 17), "丙午马年", "正月初一", ""),
        (date(2026, 11, 22), "丙午马年", "十月十四", "小雪"),
        (date(2026, 12, 22), "丙午马年", "冬月十四", "冬至"),
        (date(2033, 12, 22), "癸丑牛年", "闰冬月初一", ""),
        (date(2034, 2, 19), "甲寅虎年", "正月初一", ""),
        (date(2050, 1, 23), "庚午马年", "正月初一", ""),
        (date(2099, 1, 21), "己未羊年", "正月初一", ""),
    ],
)
def test_days_of_the_farmers_calendar(day, year, said, term):
    found = lunar.of(day)
    assert (found.day, found.term) == (said, term) and found.year == year


def test_a_year_has_its_twenty_four_terms_each_announced_before():
    days = [
        lunar.of(date.fromordinal(n))
        for n in range(date(2027, 1, 1).toordinal(), date(2028, 1, 1).toordinal())
    ]
    assert len({each.term for each in days if each.term}) == 24
    for today, tomorrow in pairwise(days):
        assert not tomorrow.term or today.next_term == tomorrow.term


def test_outside_of_the_table_nothing_is_said():
    assert lunar.of(date(1900, 12, 31)) is None and lunar.of(date(2100, 1, 1)) is None


@pytest.mark.parametrize(
    ("shift", "day", "there"),
    [
        ("星期二", TUESDAY, True),
        ("星期一", TUESDAY, False),
        ("周一、二", TUESDAY, True),
        ("周一至周五", TUESDAY, True),
        ("周一至周五", SATURDAY, False),
        ("星期五到一", SATURDAY, True),
        ("星期天", date(2026, 11, 29), True),
        ("周一 - 周三，周六", SATURDAY, True),
        ("每天", SATURDAY, True),
        ("工作日", SATURDAY, False),
        ("周末", SATURDAY, True),
        ("11月24日、12月1日", TUESDAY, True),
        ("11月2日", TUESDAY, False),
        ("", TUESDAY, False),
        ("有事打电话", TUESDAY, False),
    ],
)
def test_a_shift_is_read_as_officers_write_it(shift, day, there):
    people = [{"name": "孙丽华", "post": "文书", "shift": shift}, {"name": "", "shift": "每天"}]
    assert [each.name for each in roster.on_duty(people, day)] == ["孙丽华"] * there
