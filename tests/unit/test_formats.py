"""How moments are written for people."""

from datetime import UTC, datetime

import pytest

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
