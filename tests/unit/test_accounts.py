from decimal import Decimal

import pytest

from kiosk.rules import accounts
from kiosk.rules.accounts import AmountUnreadable, Fault, parse_fen


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("0", 0),
        ("12,345.67", 1234567),
        ("１２，３４５．６７", 1234567),
        (" 864.50 ", 86450),
        ("2410.00元", 241000),
        ("￥8,732.75", 873275),
        ("¥8732.75元整", 873275),
        ("人民币 500 元", 50000),
        ("-5", -500),
        ("－２，１２９．７７", -212977),
        ("—5.00", -500),
        ("−5.00", -500),
        ("￥-5.00", -500),
        ("-￥5.00", -500),
        ("5.00-", -500),
        ("(1,234.50)", -123450),
        ("（1,234.50）", -123450),
        ("（1,234.50）元", -123450),
        ("(￥1,234.50)", -123450),
        ("红字 300", -30000),
        ("红字：300.00", -30000),
        ("300（红）", -30000),
        ("负300", -30000),
        ("+20", 2000),
        ("1 234.50", 123450),
        (".5", 50),
        ("543元/月", 54300),
        ("1.86万元", 1860000),
        ("1.86万", 1860000),
        ("3千元", 300000),
        ("壹万贰仟叁佰肆拾伍元陆角柒分", 1234567),
        ("人民币贰拾万元整", 20000000),
        ("一千二百元", 120000),
        ("叁佰零伍圆整", 30500),
        ("十五元五分", 1505),
        ("负壹佰元整", -10000),
    ],
)
def test_an_amount_is_read_in_every_spelling(written, fen):
    assert parse_fen(written) == fen


@pytest.mark.parametrize(
    ("value", "unit", "fen"),
    [
        (18600, 100, 1860000),
        (Decimal("58259.450000000004"), 100, 5825945),
        (0.1 + 0.2, 100, 30),
        (2.675, 100, 268),
        (5.825945, 1_000_000, 5825945),
        ("5.825945", 1_000_000, 5825945),
        ("18.6", 100_000, 1860000),
        ("500元", 1_000_000, 50000),
    ],
)
def test_an_amount_follows_its_unit_to_the_fen(value, unit, fen):
    assert parse_fen(value, unit) == fen


@pytest.mark.parametrize(
    "written",
    (
        *("", "  ", "约500", "12,34.5", "1.2.3", "5人×3个月", "五十", "合计", "30%", "4-6"),
        *("１２３abc", "99999999999999999", "1e5", "nan", "2026年"),
    ),
)
def test_what_is_not_an_amount_is_refused_in_words(written):
    with pytest.raises(AmountUnreadable) as refused:
        parse_fen(written)
    assert str(refused.value)


def test_truth_is_not_money():
    with pytest.raises(AmountUnreadable):
        parse_fen(True)


def test_money_is_written_for_people():
    assert accounts.yuan(1234567) == "12,345.67"
    assert accounts.yuan(-5) == "-0.05"
    assert accounts.yuan(0) == "0.00"
    assert accounts.wan(1234567) == "1.23 万元"
    assert accounts.wan(98050) == "980.50 元"
    assert accounts.wan(-25935661) == "-25.94 万元"


def statement(**changes):
    content = {
        "opening": 10_000,
        "income": [
            {"name": "发包收入", "amount": 3_000, "sub": False},
            {"name": "土地租金", "amount": 2_000, "sub": True},
            {"name": "补助", "amount": 500, "sub": False},
        ],
        "expense": [{"name": "办公费", "amount": 1_500, "sub": False}],
        "closing": 12_000,
        "note": "",
    }
    return content | changes


LEDGER = {
    "opening": 100,
    "closing": 150,
    "lines": [
        {"on": "2026-05-01", "summary": "收", "income": 90, "expense": 0, "handler": ""},
        {"on": "2026-05-02", "summary": "付", "income": 0, "expense": 40, "handler": ""},
    ],
    "note": "",
}

PERSONS = {
    "columns": [
        {"name": "姓名", "amount": False},
        {"name": "标准（元/亩）", "amount": True},
        {"name": "补贴金额", "amount": True},
    ],
    "rows": [["张某", 100, 1_000], ["李某", 100, None]],
    "total": 1_000,
    "note": "",
}


def test_sub_lines_are_shown_but_not_summed():
    assert accounts.totals(statement(), "finance_statement") == accounts.Totals(
        10_000, 3_500, 1_500, 12_000
    )


def test_totals_of_a_ledger_and_of_a_list():
    assert accounts.totals(LEDGER, "ledger") == accounts.Totals(100, 90, 40, 150)
    assert accounts.totals(PERSONS, "person_list") == accounts.Totals(None, 0, 1_000, None)


def test_a_content_that_balances_has_no_fault():
    assert accounts.faults(statement(), "finance_statement") == []
    assert accounts.faults(LEDGER, "ledger") == []
    assert accounts.faults(PERSONS, "person_list") == []
    assert accounts.faults({"text": "通知"}, "notice") == []


def test_a_closing_that_does_not_follow_is_named_with_its_difference():
    (fault,) = accounts.faults(statement(closing=21_000), "finance_statement")
    assert (fault.cell, fault.by) == ("期末余额", 9_000)
    assert "多了 90.00 元" in fault.message


def test_an_unknown_balance_is_not_a_fault():
    assert accounts.faults(statement(opening=None), "finance_statement") == []
    assert accounts.faults(statement(closing=None), "finance_statement") == []


def test_this_opening_must_be_the_last_closing():
    previous = statement(closing=9_000)
    (fault,) = accounts.faults(statement(), "finance_statement", previous)
    assert (fault.cell, fault.by) == ("期初余额", 1_000)
    assert "90.00" in fault.message and "100.00" in fault.message


def test_a_list_whose_total_is_wrong_is_named():
    assert accounts.faults(PERSONS | {"total": 900}, "person_list") == [
        Fault("合计", -100, "合计写的是 9.00 元，逐人相加是 10.00 元，少了 1.00 元。")
    ]


def test_what_was_paid_counts_before_standards_and_shares():
    def main(*names):
        return accounts.main_amount({"columns": [{"name": it, "amount": True} for it in names]})

    assert main("补贴标准（元/亩）", "补贴金额（元）") == 1
    assert main("补贴金额", "补贴标准") == 0
    assert main("基本工资", "绩效", "合计") == 2
    assert main("应发金额", "扣款", "实发") == 2
    assert main("实发合计", "备注金额") == 0
    assert main() is None


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (300_00, 200_00, "比上期增加 100.00 元（50%）"),
        (100_00, 300_00, "比上期减少 200.00 元（66.7%）"),
        (600_00, 200_00, "比上期增加 400.00 元（200%）"),
        (700_00, 200_00, "比上期增加 500.00 元，是上期的 3.5 倍"),
        (18_173_00, 1_000_00, "比上期增加 17,173.00 元，是上期的 18 倍"),
        (500_00, -100_00, "比上期增加 600.00 元（600%）"),
        (500_00, 0, "比上期增加 500.00 元"),
        (500_00, 500_00, "与上期相同"),
    ],
)
def test_a_change_is_said_as_people_say_it(now, before, words):
    made = accounts.comparison(
        statement(income=[{"name": "租金", "amount": now, "sub": False}]),
        statement(income=[{"name": "租金", "amount": before, "sub": False}]),
        "finance_statement",
    )
    assert made.rows[0].change == words


def test_periods_are_compared_in_words():
    before = statement(
        income=[{"name": "发包收入", "amount": 2_800, "sub": False}],
        expense=[{"name": "办公费", "amount": 0, "sub": False}],
    )
    made = accounts.comparison(statement(), before, "finance_statement")
    assert [(row.name, row.difference, row.percent) for row in made.rows] == [
        ("收入", 700, 25.0),
        ("支出", 1_500, None),
        ("期末余额", 0, 0.0),
    ]
    assert made.sentence == (
        "收入 35.00 元，比上期增加 7.00 元（25%），支出 15.00 元，比上期增加 15.00 元，"
        "期末余额 120.00 元，与上期相同。"
    )
