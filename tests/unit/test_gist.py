"""A finance notice in one sentence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import accounts, forms
from kiosk.rules.gist import gist, short


def lines(*given: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"name": name, "amount": yuan * 100, "sub": False} for name, yuan in given]


def statement(income: int, *spent: tuple[str, int], closing: int | None = None) -> dict[str, Any]:
    return {
        "opening": None,
        "income": lines(("补助", income)) if income else [],
        "expense": lines(*spent),
        "closing": None if closing is None else closing * 100,
        "note": "",
    }


BEFORE = statement(90_000, ("修路", 50_000), ("保洁", 37_000))
NOW = statement(123_000, ("修路", 61_500), ("保洁", 36_500), closing=218_800)


def said(now: dict[str, Any], before: dict[str, Any] | None, period: str = "2026Q3") -> str:
    return gist("finance_statement", now, period=period, previous=before)


def test_a_quarter_is_compared_and_says_what_for() -> None:
    assert said(NOW, BEFORE) == (
        "这个季度收入 12.3 万元，支出 9.8 万元，比上个季度多花 1.1 万元，主要是修路，"
        "账上还有 21.9 万元。"
    )


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (statement(0), BEFORE, "没有收入，没有支出，比上个季度少花 8.7 万元，主要是修路花得少了。"),
        (BEFORE, BEFORE, "和上个季度花的一样多，花得最多的是修路，5 万元。"),
        (BEFORE, None, "支出 8.7 万元，花得最多的是修路，5 万元，没有上个季度的公开，不能比较。"),
        (statement(1, ("水", 50), ("电", 50)), statement(1), "多花 100 元，主要是水。"),
        (
            statement(1, *((name, 30) for name in "甲乙丙丁戊")), statement(1),
            "多花 150 元，花得最多的是甲，30 元。",
        ),
        (statement(1, ("水", 40), ("电", 30), ("路", 30)), statement(1), "主要是水和电。"),
        (statement(0), statement(0), "这个季度没有收入，没有支出。"),
    ],
)  # fmt: skip
def test_it_says_no_more_than_is_so(now: Any, before: Any, words: str) -> None:
    assert said(now, before).endswith(words)


@pytest.mark.parametrize(
    ("period", "words"),
    [("2026-10", "这个月"), ("2026H1", "这半年"), ("2026", "这一年"), ("", "这一期")],
)
def test_a_period_is_called_as_people_do(period: str, words: str) -> None:
    assert said(NOW, BEFORE, period).startswith(words)


def test_a_ledger_names_its_largest_payment() -> None:
    entries = [
        {"on": "", "summary": "付东街水泥款", "income": 0, "expense": 250_000_0, "handler": ""},
        {"on": "", "summary": "买扫帚", "income": 0, "expense": 80_00, "handler": ""},
    ]
    content = {"opening": None, "closing": None, "lines": entries, "note": ""}
    assert gist("ledger", content, period="2026-10") == (
        "这个月没有收入，支出 2.5 万元，最大的一笔是付东街水泥款，2.5 万元，"
        "没有上个月的公开，不能比较。"
    )


def test_every_finance_form_says_something_of_its_own_example() -> None:
    known = forms.load()
    told = {}
    for name in ("budget", "final_accounts", "assets", "resources", "contract", "debts",
                 "special_fund", "pay", "levy"):  # fmt: skip
        form = known[name]
        told[name] = gist(name, forms.example(form), definition=form)
    assert told == {
        "budget": "这一年计划收入 31 万元，计划支出 29 万元，结余 2 万元。",
        "final_accounts": (
            "这一年收入 23.3 万元，支出 15.7 万元，结余 7.6 万元，账上还有 20.5 万元。"
        ),
        "assets": "村里有 2 项集体资产，现在一共值 49.4 万元。",
        "resources": "村里有 3 处集体资源，一共 3248.5 亩。",
        "contract": "一共 2 份合同，一年 9.8 万元，这一期应该收 8.3 万元，收到 8.3 万元。",
        "debts": "别人欠村里 3000 元，村里欠别人 6183.60 元。",
        "special_fund": "上级拨来 1 笔专项资金，一共 18 万元，用了 12.6 万元，还剩 5.4 万元。",
        "pay": "这一期给 2 名干部一共发了 1.5 万元。",
        "levy": told["levy"],
    }
    assert told["levy"].startswith("一共 ")


@given(st.integers(-(10**13), 10**13))
def test_a_short_amount_is_off_by_less_than_its_last_place(fen: int) -> None:
    words = short(fen)
    unit = words.split(" ")[1]
    off = abs(accounts.parse_fen(words.replace(" ", "")) - fen)
    assert off <= (0 if unit == "元" else accounts.UNITS[unit] // 20)
