"""Pinyin word by word is the pinyin of the whole."""

import pytest
from pypinyin import Style, lazy_pinyin

from kiosk.rules import catalogue, spoken

TITLES = [
    *(item.title for item in catalogue.load().items.values()),
    "2026年第一季度（1—3月）财务收支",
    "重庆路银行贷款 10 万元还款情况",
    "长江村会计岗位招聘、行政村调整",
    "G3 高速征地补偿",
    "",
]


@pytest.mark.parametrize("title", TITLES)
def test_words_are_read_as_in_their_sentence(title: str) -> None:
    full = "".join(lazy_pinyin(title)).lower().replace(" ", "")
    initials = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER)).lower().replace(" ", "")
    assert spoken.pinyin(title) == (full, initials)
