"""How moments are written for people."""

import re
from datetime import UTC, datetime

import pytest
from markupsafe import escape

from kiosk import clock
from kiosk.web import formats

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)  # 12:00 in Beijing


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-25T03:59:30+00:00", "刚刚"),
        ("2026-11-25T03:30:00+00:00", "30 分钟前"),
        ("2026-11-24T05:00:00+00:00", "23 小时前"),
        ("2026-11-24T03:00:00+00:00", "昨天"),
        ("2026-11-23T15:00:00+00:00", "2 天前"),
        ("2026-11-21T13:00:00+00:00", "4 天前"),
        (None, "从未"),
    ],
)
def test_days_since_are_counted_by_the_calendar_of_beijing(then, words):
    with clock.set_to(NOON):
        assert formats.ago(then) == words


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("孙丽华 0530-3291201", ["0530-3291201"]),
        ("王会计13812345678，夜间 0530 3291201", ["13812345678", "05303291201"]),
        ("举报 12388 或 400-810-1234", ["12388", "400-810-1234"]),
        ("急救120", ["120"]),
        ("2026年11月25日，共 12345 元，编号 137123456789", ["12345"]),
        ("村委会 <二楼>", []),
    ],
)
def test_numbers_in_a_contact_can_be_called(text, numbers):
    html = formats.tel(text)
    assert re.findall(r'href="tel:([^"]*)"', html) == numbers
    assert re.sub(r"<a[^>]*>|</a>", "", html) == escape(text)
