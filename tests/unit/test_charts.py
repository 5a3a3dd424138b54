import re
import xml.dom.minidom

import pytest

from kiosk.rules.calendar import Period
from kiosk.web import charts

STATEMENT = {
    "opening": 0,
    "income": [
        {"name": "土地租金", "amount": 120_000_00, "sub": False},
        {"name": "其中：一组", "amount": 50_000_00, "sub": True},
        {"name": "上级拨款 <专项>", "amount": 30_000_00, "sub": False},
    ],
    "expense": [{"name": "保洁", "amount": 60_000_00, "sub": False}],
    "closing": 90_000_00,
    "note": "",
}


def widths(svg):
    return [
        int(found) for found in re.findall(r'width="(\d+)" height="26" rx="4" fill="#[1b]', svg)
    ]


def test_sums_leave_out_of_which_lines():
    assert charts.flow(STATEMENT, "finance_statement") == charts.Flow("", 150_000_00, 60_000_00)


def test_bars_are_in_proportion():
    now = charts.flow(STATEMENT, "finance_statement", "2026年第三季度")
    assert widths(charts.income_and_expense(now)) == [520, 208]


def test_the_period_before_stands_under_each_bar():
    now = charts.Flow("2026年第三季度", 100_00, 50_00)
    svg = charts.income_and_expense(now, charts.Flow("2026年第二季度", 200_00, 0))
    assert "2026年第二季度收入" in svg and "200.00 元" in svg
    assert svg.count("<rect") == 8


def test_shares_name_each_line_and_what_part_it_is():
    svg = charts.shares(STATEMENT["income"], "income")
    assert "土地租金" in svg and "80%" in svg and "20%" in svg
    assert "其中" not in svg and "&lt;专项&gt;" in svg


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ([335, 335, 330], ["34%", "33%", "33%"]),
        ([115, 115, 770], ["77%", "12%", "11%"]),
        ([99_950, 50], ["99%", "不到1%"]),
        ([50_100, 49_300, 300, 300], ["50%", "49%", "不到1%", "不到1%"]),
        ([500, 500, 0], ["50%", "50%", "0%"]),
    ],
)
def test_shares_add_up_to_a_hundred_percent(amounts, said):
    lines = [{"name": f"第{n}项", "amount": each, "sub": False} for n, each in enumerate(amounts)]
    assert re.findall(r" · ([^<]*)</text>", charts.shares(lines, "income")) == said


def test_parts_of_a_sum_with_something_paid_back_are_not_given():
    lines = [{"name": n, "amount": a, "sub": False} for n, a in (("租金", 500), ("退款", -100))]
    assert "%" not in charts.shares(lines, "income")


def test_more_than_six_lines_end_in_the_rest():
    lines = [{"name": f"第{n}项", "amount": (10 - n) * 100, "sub": False} for n in range(9)]
    svg = charts.shares(lines, "expense")
    assert "其他" in svg and "第5项" not in svg
    assert svg.count("<text") == 12


@pytest.mark.parametrize("amount", [0, -100_00, 1, 10**15])
def test_any_amount_gives_a_well_formed_picture_without_inline_style(amount):
    svg = charts.income_and_expense(charts.Flow("", amount, 0), charts.Flow("", 0, amount))
    xml.dom.minidom.parseString(svg)
    assert "style" not in svg and "aria-label" in svg
    assert all(0 <= width <= 520 for width in widths(svg))


def test_a_long_name_does_not_run_into_its_amount():
    svg = charts.shares([{"name": "村" * 60, "amount": 100, "sub": False}], "income")
    assert "村" * 20 not in svg.split("<text", 1)[1] and "…" in svg


def test_periods_stand_side_by_side_and_one_that_is_missing_says_so():
    periods = [
        (Period.parse("2026Q1"), charts.Flow("", 60_000_00, 120_000_00)),
        (Period.parse("2026Q2"), None),
        (Period.parse("2026Q3"), charts.Flow("", 90_000_00, 0)),
    ]
    svg = charts.over_time(periods)
    xml.dom.minidom.parseString(str(svg))
    assert [int(it) for it in re.findall(r'height="(\d+)" fill="#[1b]', svg)] == [95, 190, 142, 0]
    assert "第二季度" in svg and "2026年第二季度没有公开" in svg
    assert charts.unit_of(periods) == "万元" and ">12.0<" in svg and ">0<" in svg


def test_a_table_stands_behind_the_shares():
    assert charts.rows_of_shares(STATEMENT["income"]) == [
        ("土地租金", 120_000_00, "80%"),
        ("上级拨款 <专项>", 30_000_00, "20%"),
    ]
