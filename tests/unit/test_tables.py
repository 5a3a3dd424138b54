import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kiosk.attachments.grids import read_grids
from kiosk.rules import accounts, privacy
from kiosk.rules.tables import Reading, read
from tests.village_tables import (
    DATES,
    LEDGERS,
    STATEMENTS,
    Accounts,
    Book,
    Entry,
    Item,
    Sheet,
    Style,
    Tagged,
    account_book,
    beside_merged,
    grids,
    in_pages,
    in_sections,
    running,
    summary_only,
    t_account,
    typed,
)

DATA = Path(__file__).parent.parent / "data" / "tables"
SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "tables"
EXPECTED = json.loads((DATA / "expected.json").read_text("utf-8"))
D = Decimal


def found(reading: Reading) -> dict:
    """A reading in the shape of expected.json."""
    made = {
        "form": reading.form,
        "period": reading.period,
        "lines": reading.lines,
        "faults": [{"cell": it.cell, "by": it.by} for it in reading.faults],
        "personal": [{"cell": it.cell, "kind": it.kind} for it in reading.personal],
        "total": reading.total,
    }
    if reading.totals is not None:
        opening, income, expense, closing = sums(reading)
        made["totals"] = {
            "opening": opening,
            "income": income,
            "expense": expense,
            "closing": closing,
        }
    return made


def sums(reading: Reading) -> tuple:
    it = reading.totals
    return it.opening, it.income, it.expense, it.closing


def read_rows(rows, merges=(), **told) -> Reading:
    return read(grids([Sheet(rows, tuple(merges))])[0], **told)


def faults(reading: Reading) -> list:
    return [(it.cell, it.by) for it in reading.faults]


def asked(reading: Reading) -> set[str]:
    return {it.about for it in reading.questions}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_villages_own_tables_are_read_to_the_fen(name):
    reading = read(read_grids((DATA / name).read_bytes(), name))
    made = found(reading)
    for key, value in EXPECTED[name].items():
        if value is not None:
            assert (
                made[key] == (value or []) if key in ("faults", "personal") else made[key] == value
            )
    assert reading.unplaced == ()


def test_the_copies_are_those_of_the_shared_folder():
    if not SHARED.exists():
        pytest.skip("../shared is not here; the copies in tests/data are read instead")
    for path in SHARED.iterdir():
        assert path.read_bytes() == (DATA / path.name).read_bytes()


def test_what_is_read_of_the_list_can_be_masked_and_published():
    reading = read(read_grids((DATA / "persons.xlsx").read_bytes(), "persons.xlsx"))
    shown = privacy.masked(reading.content, "person_list")
    assert privacy.find_in_content(shown, "person_list") == []
    assert [column["name"] for column in shown["columns"]] == [
        *("序号", "户主姓名", "身份证号", "家庭人口", "保障金额（元/月）", "联系电话", "银行账号")
    ]
    assert shown["rows"][0][2:] == ["3717************56", "2", 54300, "186****1111", "****7627"]
    assert accounts.faults(shown, "person_list") == []


def test_what_is_read_of_a_statement_balances_as_content():
    reading = read(read_grids((DATA / "statement.xlsx").read_bytes(), "statement.xlsx"))
    assert accounts.faults(reading.content, "finance_statement") == []
    assert [(it["name"], it["sub"]) for it in reading.content["income"]][:4] == [
        ("发包及上交收入", False),
        ("土地流转租金（120亩）", True),
        ("鱼塘承包费（承包期2024—2029年）", True),
        ("上级补助收入（文号〔2026〕15号）", False),
    ]


VILLAGE = Accounts(
    opening=10_426_891,
    income=(
        Item("发包及上交收入", 1_860_000, (("土地流转租金", 1_260_000), ("鱼塘承包费", 600_000))),
        Item("上级补助收入", 3_500_000),
        Item("光伏发电收益", 412_637),
        Item("利息收入", 3_308),
        Item("退回多收款", -50_000),
    ),
    expense=(
        Item("村干部报酬", 1_980_000),
        Item("会议及误工补贴", 241_000, (("误工补贴", 200_000),)),
        Item("人居环境整治", 873_275),
        Item("水利设施维护", 305_099),
    ),
)
SPELLINGS = (("number",), ("bracket", "text", "full", "yen", "yuan", "spaced", "number"))


@pytest.mark.parametrize("layout", STATEMENTS, ids=lambda it: it.__name__)
@pytest.mark.parametrize("unit", ["元", "千元", "万元"])
@pytest.mark.parametrize("where", ["row", "title", "heading"])
@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda it: it[0])
def test_a_statement_is_read_in_any_layout(layout, unit, where, spellings):
    if where == "heading" and layout.__name__ in ("without_head", "beside_bare"):
        where = "row"
    reading = read(grids(layout(VILLAGE, Style(unit, spellings, where)))[0])
    assert (reading.form, reading.period) == ("finance_statement", "2026Q2")
    assert sums(reading) == VILLAGE.totals
    assert reading.lines == {"income": 5, "expense": 4}
    assert (reading.faults, reading.personal, reading.unplaced) == ((), (), ())
    shown = [(it["name"], it["amount"], it["sub"]) for it in reading.content["income"]]
    assert shown[:4] == [
        ("发包及上交收入", 1_860_000, False),
        ("土地流转租金", 1_260_000, True),
        ("鱼塘承包费", 600_000, True),
        ("上级补助收入", 3_500_000, False),
    ]


def test_a_statement_of_totals_alone_has_them_as_its_lines():
    reading = read(grids(summary_only(VILLAGE, Style()))[0])
    assert sums(reading) == VILLAGE.totals
    assert reading.faults == ()


def spoiled(sheets, tag, by):
    """The sheets with `by` fen more in a tagged cell."""
    return [
        replace(
            sheet,
            rows=[
                [
                    Tagged(it.value + D(by) / 100, tag)
                    if isinstance(it, Tagged) and it.tag == tag
                    else it
                    for it in row
                ]
                for row in sheet.rows
            ],
        )
        for sheet in sheets
    ]


@pytest.mark.parametrize(
    "layout",
    [it for it in STATEMENTS if it.__name__ != "in_a_sentence"],
    ids=lambda it: it.__name__,
)
@pytest.mark.parametrize("tag", ["income", "expense", "closing"])
@pytest.mark.parametrize("by", [9_000, -1])
def test_a_wrong_total_or_balance_is_the_only_cell_named(layout, tag, by):
    made, tags = grids(spoiled(layout(VILLAGE, Style()), tag, by))
    (fault,) = read(made).faults
    assert (fault.cell.rpartition("!")[2], fault.by) == (tags[tag], by)
    assert tags[tag] in fault.message and accounts.yuan(abs(by)) in fault.message


def test_a_total_and_the_balance_that_follows_from_it_are_one_fault():
    sheets = spoiled(spoiled(beside_merged(VILLAGE, Style()), "expense", 9_000), "closing", -9_000)
    made, tags = grids(sheets)
    assert faults(read(made)) == [(tags["expense"], 9_000)]


def test_in_a_t_account_the_wrong_opening_is_known_too():
    made, tags = grids(spoiled(t_account(VILLAGE, Style()), "opening", 9_000))
    assert faults(read(made)) == [(tags["opening"], 9_000)]


TITLE = ["东湖村2026年第二季度财务收支公开表"]
BODY = [
    ["项目", "金额"],
    ["上期结余", 1000],
    ["一、收入"],
    ["租金", 300],
    ["收入合计", 300],
    ["二、支出"],
    ["办公费", 100],
    ["支出合计", 100],
    ["期末结余", 1200],
]


@pytest.mark.parametrize(
    ("above", "below", "period"),
    [
        ([["东湖村财务公开表"], ["2026年4月1日至6月30日"]], [], "2026Q2"),
        ([["东湖村财务公开表"], ["2026年4月1日—2026年6月30日"]], [], "2026Q2"),
        ([["东湖村财务公开表"], ["二〇二六年二季度"]], [], "2026Q2"),
        ([["东湖村财务公开表"], ["二○二六年 第 二 季 度"]], [], "2026Q2"),
        ([["东湖村财务公开表"], ["（2026年4-6月）"]], [], "2026Q2"),
        ([["东湖村财务公开表"], ["2026年四月至六月"]], [], "2026Q2"),
        ([["东湖村财务公开表"], ["2026年4、5、6月"]], [], "2026Q2"),
        ([["东湖村财务公开表"], ["期间：2026.4-6"]], [], "2026Q2"),
        ([["东湖村财务公开表 2026Q2"]], [], "2026Q2"),
        ([["东湖村2026年财务公开表"], ["单位：元", "第二季度"]], [], "2026Q2"),
        ([["东湖村26年二季度财务公开表"]], [], "2026Q2"),
        ([["东湖村2026年5月份财务公开表"]], [], "2026-05"),
        ([["东湖村二〇二六年五月财务公开表"]], [], "2026-05"),
        ([["东湖村财务公开表"], ["2026.05"]], [], "2026-05"),
        ([["东湖村2026年上半年财务公开表"]], [], "2026H1"),
        ([["东湖村2026年1-6月财务公开表"]], [], "2026H1"),
        ([["东湖村2026年度财务公开表"]], [], "2026"),
        ([["东湖村2026年财务公开表"]], [], "2026"),
        ([["2026年", "第二季度", "财务公开表"]], [], "2026Q2"),
        ([["第二季度财务公开表"]], [["公开日期：2026年7月8日"]], "2026Q2"),
        ([["第四季度财务公开表"], [date(2027, 1, 8)]], [], "2026Q4"),
        ([["财务公开表"]], [["公开日期：2026年7月8日"]], None),
        ([["财务公开表"]], [], None),
    ],
)
def test_the_period_is_found_wherever_it_is_said(above, below, period):
    reading = read_rows([*above, *BODY, *below])
    assert reading.period == period
    assert (period is None) <= ("period" in asked(reading))


def test_the_period_may_stand_in_the_name_of_the_sheet_or_file():
    sheet = Sheet([["东湖村2026年财务公开表"], *BODY], name="二季度")
    assert read(grids([sheet])[0]).period == "2026Q2"
    assert read(grids([Sheet(BODY)])[0], filename="2026年第三季度.xlsx").period == "2026Q3"


def test_contract_years_in_remarks_are_not_the_period():
    rows = [*BODY[:3], ["租金", 300, "承包期2024—2029年"], *BODY[4:]]
    assert read_rows([TITLE, *rows]).period == "2026Q2"


def test_what_is_undeclared_is_asked():
    reading = read_rows([TITLE, *BODY])
    assert "unit" in asked(reading)
    assert reading.unit == 100
    told = read_rows([TITLE, *BODY], mapping={"unit": "万元"})
    assert (told.unit, "unit" in asked(told)) == (1_000_000, False)
    assert told.totals.income == 300_000_000


def test_an_undeclared_unit_with_long_fractions_is_taken_for_wan():
    rows = [
        [it[0], D(it[1]) / 7000] if len(it) > 1 and not isinstance(it[1], str) else it
        for it in BODY
    ]
    rows = [
        [a[0], a[1].quantize(D("0.000001"))] if len(a) > 1 and a[1:] != ["金额"] else a
        for a in rows
    ]
    reading = read_rows([TITLE, *rows])
    assert reading.unit == 1_000_000 and "unit" in asked(reading)


@pytest.mark.parametrize(
    ("rows", "income", "expense"),
    [
        pytest.param(
            [
                ["项目", "金额"],
                ["一、收入"],
                ["1.发包收入", 300],
                ["其中：土地", 200],
                ["鱼塘", 100],
                ["2.补助", 200],
                ["二、支出"],
                ["(一)管理费", 150],
                ["1.办公费", 100],
                ["(1)纸", 60],
                ["(2)电", 40],
                ["2.差旅", 50],
                ["(二)公益", 80],
            ],
            [("发包收入", 0), ("土地", 1), ("鱼塘", 1), ("补助", 0)],
            [("管理费", 0), ("办公费", 1), ("纸", 1), ("电", 1), ("差旅", 1), ("公益", 0)],
            id="numbering over parts",
        ),
        pytest.param(
            [
                ["项目", "金额"],
                ["一、收入"],
                ["(一)经营收入"],
                ["1.租金", 300],
                ["2.鱼塘", 100],
                ["(二)补助", 200],
                ["收入合计", 600],
                ["二、支出"],
                ["办公费", 100],
            ],
            [("租金", 0), ("鱼塘", 0), ("补助", 0)],
            [("办公费", 0)],
            id="a group without an amount",
        ),
        pytest.param(
            [
                ["项目", "金额"],
                ["一、收入"],
                ["发包收入", 300],
                ["　　土地", 200],
                ["　　鱼塘", 100],
                ["补助", 200],
                ["收入合计", 500],
                ["二、支出"],
                ["办公费", 100],
                ["　　差旅费", 50],
                ["支出合计", 150],
            ],
            [("发包收入", 0), ("土地", 1), ("鱼塘", 1), ("补助", 0)],
            [("办公费", 0), ("差旅费", 0)],
            id="indentation counts where the sums agree",
        ),
        pytest.param(
            [
                ["项目", "金额"],
                ["收入"],
                ["发包收入", 300],
                ["土地", 200],
                ["鱼塘", 100],
                ["补助", 200],
                ["收入合计", 500],
                ["支出"],
                ["办公费", 100],
                ["支出合计", 100],
            ],
            [("发包收入", 0), ("土地", 1), ("鱼塘", 1), ("补助", 0)],
            [("办公费", 0)],
            id="the total alone tells the parts",
        ),
        pytest.param(
            [
                ["收入项目", "金额", "支出项目", "金额", "支出项目", "金额"],
                ["租金", 300, "办公", 10, "电费", 30],
                ["补助", 200, "差旅", 20, "水费", 40],
                ["合计", 500, None, None, "合计", 100],
            ],
            [("租金", 0), ("补助", 0)],
            [("办公", 0), ("电费", 0), ("差旅", 0), ("水费", 0)],
            id="expense in two pairs of columns",
        ),
        pytest.param(
            [
                ["收入项目", "4月", "5月", "6月"],
                ["租金", 100, 100, 100],
                ["补助", 200, 100, None],
                [],
                ["支出项目", "4月", "5月", "6月"],
                ["办公", 10, None, 20],
            ],
            [("租金", 0), ("补助", 0)],
            [("办公", 0)],
            id="a column for each month",
        ),
        pytest.param(
            [
                ["项目", "文号", "预算数", "本期数", "累计数", "比上年同期"],
                ["一、收入"],
                ["租金", "〔2026〕1号", 999, 300, 900, "12%"],
                ["补助", None, 999, 200, 700, "3%"],
                ["二、支出"],
                ["办公", None, 999, 30, 90, "1%"],
            ],
            [("租金", 0), ("补助", 0)],
            [("办公", 0)],
            id="other figures beside this period's",
        ),
    ],
)
def test_lines_and_their_parts(rows, income, expense):
    reading = read_rows([TITLE, ["单位：元"], *rows])
    assert [(it["name"], it["sub"]) for it in reading.content["income"]] == income
    assert [(it["name"], it["sub"]) for it in reading.content["expense"]] == expense
    assert (reading.faults, reading.unplaced) == ((), ())


def test_expense_by_pairs_and_months_adds_up():
    rows = [
        ["收入项目", "4月", "5月"],
        ["租金", 100, "1.5"],
        ["支出项目", "4月", "5月"],
        ["电", 1, 2],
    ]
    assert sums(read_rows([TITLE, *rows]))[1:3] == (10_150, 300)


QUARTERS = [
    ["东湖村2026年财务收支公开表"],
    ["单位：元"],
    ["项目", "一季度", "二季度", "三季度"],
    ["一、收入"],
    ["租金", 100, 200, 300],
    ["二、支出"],
    ["电费", 10, 20, 30],
]


def test_of_several_periods_columns_the_wanted_one_is_read_and_the_others_named():
    reading = read_rows(QUARTERS, wanted="2026Q3")
    assert sums(reading)[1:3] == (30_000, 3_000)
    assert reading.period == "2026Q3"
    (said,) = [it for it in reading.questions if it.about == "periods"]
    assert said.choices == () and "“一季度”“二季度”没有导入" in said.text
    assert [it.role for it in reading.columns] == ["item", "other", "other", "amount"]
    half = read_rows(QUARTERS, wanted="2026H1")
    assert (sums(half)[1:3], half.period) == ((30_000, 3_000), "2026H1")


def test_which_of_several_periods_is_asked_where_nothing_says():
    reading = read_rows(QUARTERS)
    (question,) = [it for it in reading.questions if it.about == "periods"]
    assert question.choices == (
        *(("2026Q1", "一季度"), ("2026Q2", "二季度"), ("2026Q3", "三季度")),
    )
    told = read_rows(QUARTERS, mapping={"periods": "2026Q2"})
    assert (sums(told)[1:3], told.period) == ((20_000, 2_000), "2026Q2")
    titled = read_rows([["东湖村2026年第二季度财务收支公开表"], *QUARTERS[1:]])
    assert sums(titled)[1:3] == (20_000, 2_000)


def test_a_column_of_the_year_before_is_not_this_one():
    rows = [["收入项目", "2025年第二季度", "2026年第二季度"], ["租金", 1, 2], ["补助", 3, 4]]
    assert sums(read_rows([TITLE, *rows]))[1] == 600


def test_where_all_periods_make_up_the_wanted_one_their_total_is_read():
    head = ["项目", "一季度", "二季度", "合计"]
    rows = [*QUARTERS[:2], head, ["一、收入"], ["租金", 100, 200, 300]]
    rows += [["二、支出"], ["电费", 10, 20, 30]]
    assert sums(read_rows(rows, wanted="2026H1"))[1:3] == (30_000, 3_000)
    assert sums(read_rows(rows, wanted="2026Q2"))[1:3] == (20_000, 2_000)


def test_a_unit_that_the_headings_contradict_is_asked():
    rows = [TITLE, ["单位：元"], ["收入项目", "金额（万元）"], ["租金", 3], ["补助", 2]]
    reading = read_rows(rows)
    (question,) = [it for it in reading.questions if it.about == "unit"]
    assert question.choices == (("100", "元"), ("1000000", "万元"))
    assert sums(read_rows(rows, mapping={"unit": "100"}))[1] == 500
    told = read_rows(rows, mapping={"unit": "1000000"})
    assert sums(told)[1] == 5_000_000 and "unit" not in asked(told)


def test_a_price_in_yuan_does_not_contradict_a_table_in_wan():
    rows = [
        ["2026年第一季度补贴发放公示（单位：万元）"],
        ["姓名", "标准（元/亩）", "金额"],
        ["张某", 100, "0.35"],
    ]
    assert "unit" not in asked(read_rows(rows))


def test_amounts_that_say_their_unit_are_not_asked_for_it():
    rows = [["收入项目", "金额"], ["租金", "300元"], ["补助", "1.5万元"]]
    reading = read_rows([TITLE, *rows])
    assert sums(reading)[1] == 1_530_000 and "unit" not in asked(reading)
    assert "unit" in asked(read_rows([TITLE, *rows, ["捐赠", "20"]]))


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("李楼镇西湖村2026年第二季度财务收支公开表", "西湖村"),
        ("西湖村股份经济合作社2026年第二季度收支表", "西湖村"),
        ("西湖股份经济合作社2026年第二季度收支表", "西湖股份经济合作社"),
        ("2026年第二季度西湖社区财务收支", "西湖社区"),
        ("李楼镇东湖村2026年第二季度财务收支公开表", None),
        ("东湖村股份经济合作社2026年第二季度收支表", None),
        ("2026年第二季度村集体经济组织财务收支公开表", None),
        ("2026年第二季度村级财务收支公开表", None),
        ("本村2026年第二季度财务收支公开表", None),
        ("农村集体经济组织2026年第二季度收支表", None),
    ],
)
def test_a_table_of_another_village_is_questioned(title, other):
    rows = [[title], ["单位：元"], ["收入项目", "金额"], ["租金", 3], ["补助", 2]]
    found = [it for it in read_rows(rows, village="东湖村").questions if it.about == "village"]
    assert [it.text.split("”")[0] for it in found] == ([f"表上写的是“{other}"] if other else [])
    assert "village" not in asked(read_rows(rows))


def test_the_remainder_of_the_period_is_not_the_closing_balance():
    rows = [
        *(["项目", "金额"], ["上期结余", 1000], ["一、收入", 500], ["租金", 500]),
        *(["二、支出", 100], ["办公", 100], ["三、本期结余", 400]),
    ]
    assert sums(read_rows([TITLE, *rows])) == (100_000, 50_000, 10_000, None)
    both = read_rows([TITLE, *rows, ["四、期末累计结余", 1400]])
    assert sums(both) == (100_000, 50_000, 10_000, 140_000)
    wrong = read_rows([TITLE, *rows[:-1], ["三、本期结余", 410], ["四、期末累计结余", 1400]])
    assert faults(wrong) == [("B8", 1_000)]


def test_a_line_that_its_parts_and_the_total_speak_against_is_named():
    rows = [
        *(["项目", "金额"], ["一、收入"], ["发包", 390], ["　其中：土地", 200], ["　　鱼塘", 100]),
        *(["补助", 200], ["收入合计", 500], ["二、支出"], ["办公", 100]),
    ]
    assert faults(read_rows([TITLE, *rows])) == [("B4", 9_000)]


def test_parts_that_exceed_their_line_are_a_fault():
    rows = [
        ["项目", "金额"],
        ["一、收入"],
        ["发包", 300],
        ["　其中：土地", 390],
        ["二、支出"],
        ["办公", 1],
    ]
    assert faults(read_rows([TITLE, *rows])) == [("B4", -9_000)]


def test_among_may_stand_before_the_only_part_that_it_is_about():
    rows = [
        *(["项目", "金额"], ["收入"], ["租金", 1], ["支出"], ["工程", 2]),
        *(["其中：材料", 1], ["电费", 1], ["支出小计", 3]),
    ]
    reading = read_rows([TITLE, ["单位：元"], *rows])
    assert (sums(reading)[2], reading.faults) == (300, ())


def test_remarks_are_kept_with_their_line_or_shown():
    rows = [
        *(["项目", "金额", "备注"], ["一、收入"], ["租金", 300, "120亩"], ["补助", 5, "—"]),
        *(["二、支出"], ["水", 5], ["支出合计", 5, "见附件"]),
    ]
    reading = read_rows([TITLE, ["单位：元"], *rows])
    assert [it["name"] for it in reading.content["income"]] == ["租金（120亩）", "补助"]
    assert [(it.cell, it.text) for it in reading.unplaced] == [("C9", "见附件")]
    beside = [["收入项目", "金额", "备注", "支出项目", "金额", "备注"]]
    beside += [["租金", 300, "一季度欠", "水", 5, "5吨"], ["补助", 5, None, "电", 6, None]]
    content = read_rows([TITLE, ["单位：元"], *beside]).content
    names = [it["name"] for side in ("income", "expense") for it in content[side]]
    assert names == ["租金（一季度欠）", "补助", "水（5吨）", "电"]


def test_a_line_without_an_amount_is_left_out_and_said():
    rows = [
        ["项目", "金额"],
        ["一、收入"],
        ["租金", 300],
        ["二、支出"],
        ["水", 5],
        ["其他支出", "—"],
    ]
    reading = read_rows([TITLE, ["单位：元"], *rows])
    ((cell, message),) = [(it.cell, it.message) for it in reading.unplaced]
    assert cell == "B8" and "“其他支出”没有金额，没有导入" in message
    flows = [["项目", "收入", "支出"], ["租金", 300, "—"], ["水", "—", 5], ["其他", "—", "—"]]
    assert [it.cell for it in read_rows([TITLE, ["单位：元"], *flows]).unplaced] == ["B6"]


def test_what_has_no_side_is_asked_and_the_answer_is_taken():
    rows = [TITLE, ["单位：元"], ["项目", "金额"], ["租金", 300], ["电费", 100]]
    reading = read_rows(rows)
    assert [it.cell for it in reading.unplaced] == ["A4", "A5"]
    assert "side" in asked(reading)
    assert sums(read_rows(rows, mapping={"side": "expense"}))[2] == 40_000


def test_the_officers_match_of_columns_wins():
    rows = [TITLE, ["甲", "乙", "丙", "丁"], ["租金", 300, "办公", 100], ["补助", 5, "差旅", 7]]
    assert read_rows(rows).form is None
    told = read_rows(
        rows,
        form="finance_statement",
        mapping={"A": "income_item", "B": "amount", "C": "expense_item", "D": "amount"},
    )
    assert sums(told)[1:3] == (30_500, 10_700)
    assert [it.role for it in told.columns] == ["income_item", "income", "expense_item", "expense"]
    other = read_rows(
        [
            TITLE,
            ["项目", "金额", "核定"],
            ["一、收入"],
            ["租金", 300, 12],
            ["二、支出"],
            ["水", 5, 6],
        ],
        mapping={"B": "ignore", "C": "amount"},
    )
    assert sums(other)[1:3] == (1_200, 600)


def test_a_column_of_unknown_meaning_is_asked():
    rows = [["项目", "金额", "核定"], ["一、收入"], ["租金", 300, 12], ["二、支出"], ["水", 5, 6]]
    (question,) = [it for it in read_rows([TITLE, *rows]).questions if it.about == "column:C"]
    assert "核定" in question.text and ("income", "收入金额") in question.choices


def test_amounts_that_cannot_be_read_are_shown():
    rows = [
        ["项目", "金额"],
        ["一、收入"],
        ["租金", "约500"],
        ["补助", "1.86万元"],
        ["二、支出"],
        ["水", 5],
    ]
    reading = read_rows([TITLE, *rows])
    assert [(it.cell, it.text) for it in reading.unplaced] == [("B4", "约500")]
    assert reading.totals.income == 1_860_000


def test_balances_in_columns_of_cash_and_bank():
    rows = [
        ["项目", "期初余额", "本期收入", "本期支出", "期末余额"],
        *(["现金", 100, 50, 30, 120], ["银行存款", 1000, 500, 300, 1200]),
        ["合计", 1100, 550, 330, 1320],
    ]
    assert sums(read_rows([TITLE, *rows])) == (110_000, 55_000, 33_000, 132_000)
    wide = [["上期结余", "本期收入", "本期支出", "期末结余"], [1100, 550, 330, 1320]]
    assert sums(read_rows([TITLE, *wide])) == (110_000, 55_000, 33_000, 132_000)


def test_signatures_and_public_telephones_are_no_lines_and_no_personal_data():
    rows = [
        *BODY,
        ["村务监督委员会：", "会计：张某"],
        ["监督电话：0530-5880001"],
        ["说明：已经审核。"],
    ]
    reading = read_rows([TITLE, *rows])
    assert (reading.unplaced, reading.personal) == ((), ())
    assert reading.content["note"] == "说明：已经审核。"
    (told,) = read_rows([TITLE, *BODY, ["公开人：张某13812345678"]]).personal
    assert (told.cell, told.kind, told.shown_as) == ("A11", "mobile", "138****5678")


def test_totals_above_their_lines_open_a_section():
    rows = [
        *(["项目", "金额"], ["收入合计", 300], ["租金", 100], ["补助", 200]),
        *(["支出合计", 50], ["水", 50], ["结余", 250]),
    ]
    reading = read_rows([TITLE, *rows])
    assert (reading.lines, reading.unplaced) == ({"income": 2, "expense": 1}, ())
    assert sums(reading) == (None, 30_000, 5_000, 25_000)


def test_a_village_board_as_it_hangs_there():
    rows = [
        ["李楼镇西河村村级财务收支情况公开榜（2026年第3季度）"],
        ["填报单位：西河村村民委员会", "", "", "填报日期：2026年10月10日", "", "金额单位：万元"],
        ["收入", "", "", "支出", "", ""],
        ["科目", "本季度", "本年累计", "科目", "本季度", "本年累计"],
        ["上季末余额", D("12.5"), None, "一、管理费用", D("1.2"), D("3.6")],
        ["一、经营收入", D("2.35"), 6, "  1.干部报酬", D("0.8"), D("2.4")],
        ["二、发包及上交收入", 3, 9, "  2.办公费", D("0.25"), D("0.75")],
        ["三、补助收入", 5, 15, "  3.报刊费", D("0.15"), D("0.45")],
        ["四、其他收入", D("0.0118"), 1, "二、公益支出", D("2.2"), D("6.6")],
        [None, None, None, "  其中：路灯电费", D("0.7"), 1],
        ["收入合计", D("10.3618"), 31, "支出合计", D("3.4"), D("10.2")],
        ["季末余额", D("19.4618")],
        ["村主任：", "", "会计：", "", "监委会主任：", ""],
        ["注：本表经村民主理财小组审核。"],
    ]
    reading = read_rows(rows, ("A1:F1", "A3:C3", "D3:F3"))
    assert sums(reading) == (12_500_000, 10_361_800, 3_400_000, 19_461_800)
    assert (reading.period, reading.lines) == ("2026Q3", {"income": 4, "expense": 2})
    assert (reading.faults, reading.unplaced, reading.questions) == ((), (), ())


def test_several_sheets_are_offered_and_hidden_ones_named():
    sheets = [
        Sheet([TITLE, *BODY], name="收支表"),
        Sheet([["2026年5月明细"], ["日期", "摘要", "收入", "支出"], ["5.1", "租", 1]], name="明细"),
        Sheet([["身份证号", "姓名"], ["371702197709059956", "张某"]], name="底稿", hidden=True),
    ]
    made, _ = grids(sheets)
    reading = read(made)
    assert (reading.sheet, reading.form) == ("收支表", "finance_statement")
    assert {"sheet", "hidden"} <= asked(reading)
    assert [(it.cell, it.kind) for it in reading.personal] == [("底稿!A2", "id_number")]
    assert read(made, "ledger").sheet == "明细"
    assert read(made, mapping={"sheet": "明细"}).form == "ledger"


def test_hidden_rows_and_columns_are_read_and_named():
    (grid,), _ = grids([Sheet([TITLE, *BODY])])
    hidden = replace(grid, hidden_rows=frozenset({5}), hidden_columns=frozenset({2}))
    texts = [it.text for it in read([hidden]).questions if it.about == "hidden"]
    assert ["5" in texts[0], "B" in texts[1]] == [True, True]


def test_what_is_no_known_table_is_said():
    reading = read_rows([["固定资产"], ["名称", "数量", "原值"], ["水泵", 1, 2000]])
    assert (reading.form, reading.content, asked(reading)) == (None, None, {"form"})
    forced = read_rows([TITLE, *BODY], form="person_list")
    assert (forced.form, forced.content, asked(forced)) == ("person_list", None, {"form"})


# ---- ledgers ----

DAYS = (1, 1, 2, 9, 10, 10, 10, 20, 30, 31, 32, 40, 41, 60, 61, 61, 70, 75, 90, 91)
NAMES = (
    "付办公用纸",
    "收土地租金",
    "付4月份工资合计",
    "慰问老党员",
    "收回上年欠款",
    "付会议费（5人）",
)
LEDGER = Book(
    22_280_100,
    tuple(
        Entry(
            date.fromordinal(date(2026, 3, 31).toordinal() + day),
            NAMES[number % len(NAMES)],
            (1 if number % 3 == 1 else -1) * (1_000 + 7_919 * number * number % 400_000),
        )
        for number, day in enumerate(DAYS)
    ),
)
LEDGER_TITLE = "东湖村2026年第二季度收支逐笔明细"


@pytest.mark.parametrize("layout", LEDGERS, ids=lambda it: it.__name__)
@pytest.mark.parametrize("way", range(len(DATES)))
@pytest.mark.parametrize("unit", ["元", "万元"])
@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda it: it[0])
def test_a_ledger_is_read_in_any_layout_and_with_any_dates(layout, way, unit, spellings):
    style = Style(unit, spellings, "heading", LEDGER_TITLE)
    reading = read(grids(layout(LEDGER, style, DATES[way]))[0])
    opening, income, expense, closing = LEDGER.totals
    if layout in (typed, in_sections):
        opening = closing = None
    assert (reading.form, reading.period) == ("ledger", "2026Q2")
    assert sums(reading) == (opening, income, expense, closing)
    assert reading.lines == len(LEDGER.entries)
    assert (reading.faults, reading.personal, reading.unplaced) == ((), (), ())
    lines = [
        (it["on"], it["summary"], it["income"], it["expense"]) for it in reading.content["lines"]
    ]
    true = [(it.on.isoformat(), it.summary, it.income, it.expense) for it in LEDGER.entries]
    assert lines == (true if layout is not in_sections else sorted(true, key=lambda it: it[3] > 0))


@pytest.mark.parametrize("layout", [running, account_book, in_pages], ids=lambda it: it.__name__)
def test_whichever_figure_of_a_ledger_is_wrong_it_is_the_only_one_named(layout):
    style = Style(title=LEDGER_TITLE)
    for tag in grids(layout(LEDGER, style, DATES[1]))[1]:
        made, tags = grids(spoiled(layout(LEDGER, style, DATES[1]), tag, 9_000))
        assert faults(read(made)) == [(tags[tag], 9_000)], tag


def ledger_rows(*rows, head=("日期", "摘要", "收入", "支出"), title="东湖村2026年5月收支明细"):
    return [[title], ["单位：元"], list(head), *map(list, rows)]


def lines(reading: Reading) -> list:
    return [(it["on"], it["income"], it["expense"]) for it in reading.content["lines"]]


def test_a_balance_that_goes_on_wrong_is_named_once():
    rows = ledger_rows(
        ("5.1", "上期结余", None, None, 1000),
        *(("5.2", "租", 100, None, 1100), ("5.3", "电", None, 50, 1060)),
        *(("5.4", "水", None, 50, 1010), (None, "合计", 100, 100, 1010)),
        head=("日期", "摘要", "收入", "支出", "余额"),
    )
    assert faults(read_rows(rows)) == [("E6", 1_000)]


def test_pages_that_are_off_do_not_accuse_the_grand_total_again():
    rows = ledger_rows(
        *(("5.1", "租", 100), ("5.2", "租", 200), (None, "本页小计", 390)),
        *(("日期", "摘要", "收入", "支出"), ("5.3", "租", 100), (None, "合计", 490)),
    )
    assert faults(read_rows(rows)) == [("C6", 9_000)]


def test_a_zero_that_excel_ate_is_put_back_by_the_order():
    rows = ledger_rows(
        *((D("5.8"), "电", None, 1), (D("5.1"), "水", None, 2), (D("5.12"), "纸", None, 3)),
        *((D("5.2"), "茶", None, 4), (D("5.3"), "车", None, 5)),
    )
    assert [on[-2:] for on, _, _ in lines(read_rows(rows))] == ["08", "10", "12", "20", "30"]


def test_days_without_a_month_follow_the_month_above_or_the_period():
    rows = ledger_rows(("1日", "租", 1), (None, "租", 2), ("3", "水", None, 3))
    assert [on for on, _, _ in lines(read_rows(rows))] == ["2026-05-01", "2026-05-01", "2026-05-03"]
    months = ledger_rows(
        *(("4月",), ("2日", "电", None, 50), (None, "4月份小计", 0, 50)),
        *(("5月",), ("3日", "电", None, 60), (None, "5月份小计", 0, 60)),
        title="东湖村2026年第二季度明细",
    )
    reading = read_rows(months)
    assert [on for on, _, _ in lines(reading)] == ["2026-04-02", "2026-05-03"]
    assert reading.faults == ()


def test_where_debit_is_expense_the_balance_says_so():
    rows = ledger_rows(
        (None, "期初余额", None, None, 1000),
        *(("5.1", "付电费", 50, None, 950), ("5.2", "收租金", None, 100, 1050)),
        head=("日期", "摘要", "借方", "贷方", "余额"),
    )
    reading = read_rows(rows)
    assert lines(reading) == [("2026-05-01", 0, 5_000), ("2026-05-02", 10_000, 0)]
    assert reading.faults == ()


BANK = ("日期", "摘要", "借方", "贷方")


def test_without_a_balance_the_verbs_say_which_of_debit_and_credit_is_income():
    rows = ledger_rows(
        *(("5.1", "收承包费", None, 5000), ("5.2", "收补助", None, 8000)),
        ("5.3", "付电费", "320.50", None),
        head=BANK,
    )
    reading = read_rows(rows)
    assert sums(reading)[1:3] == (1_300_000, 32_050)
    assert [it.role for it in reading.columns[2:]] == ["expense", "income"]
    (said,) = [it for it in reading.questions if it.about == "debit"]
    assert "“借方”按支出读" in said.text and said.choices == ()
    own = ledger_rows(("5.1", "收承包费", 5000), ("5.3", "交电费", None, 320), head=BANK)
    assert sums(read_rows(own))[1:3] == (500_000, 32_000)


def test_where_not_even_the_verbs_tell_debit_from_credit_it_is_asked():
    rows = ledger_rows(("5.1", "承包费", None, 5000), ("5.3", "电费", 320, None), head=BANK)
    (question,) = [it for it in read_rows(rows).questions if it.about == "debit"]
    assert [value for value, _ in question.choices] == ["income", "expense"]
    for answer, expected in (("income", (32_000, 500_000)), ("expense", (500_000, 32_000))):
        told = read_rows(rows, mapping={"debit": answer})
        assert sums(told)[1:3] == expected and "debit" not in asked(told)
    by_hand = read_rows(rows, mapping={"C": "income", "D": "expense"})
    assert sums(by_hand)[1:3] == (32_000, 500_000) and "debit" not in asked(by_hand)


def test_lines_that_say_debit_or_credit_are_told_by_their_verbs():
    rows = ledger_rows(
        *(("5.1", "收承包费", "贷", 5000), ("5.3", "付电费", "借", 320)),
        head=("日期", "摘要", "借/贷", "金额"),
    )
    assert sums(read_rows(rows))[1:3] == (500_000, 32_000)


def test_a_remark_is_kept_behind_the_summary():
    rows = ledger_rows(
        *(("5.1", "付电费", None, 320, "4月份"), ("5.2", "付水费", None, 20, "无")),
        head=("日期", "摘要", "收入", "支出", "备注"),
    )
    summaries = [it["summary"] for it in read_rows(rows).content["lines"]]
    assert summaries == ["付电费（4月份）", "付水费"]


def test_a_title_may_say_that_all_is_expense():
    rows = ledger_rows(
        ("5.2", "电", 50),
        ("5.5", "纸", "(20)"),
        head=("日期", "用途", "金额"),
        title="2026年5月支出明细",
    )
    assert lines(read_rows(rows)) == [("2026-05-02", 0, 5_000), ("2026-05-05", 0, -2_000)]


@pytest.mark.parametrize(
    "head",
    [
        ("日期", "摘要", "金额（收入）", "金额（支出）", "累计余额"),
        ("记账日期", "经济内容", "借方金额", "贷方金额", "账面余额"),
        ("时间", "事由", "增加（元）", "减少（元）", "结存"),
        ("日　期", "摘　要", "收　入", "支　出", "结　余"),
    ],
)
def test_columns_are_known_by_any_of_their_names(head):
    rows = ledger_rows(
        *(
            (None, "上月结余", None, None, 10),
            ("5.1", "租", 5, None, 15),
            ("5.2", "水", None, 3, 12),
        ),
        head=head,
    )
    assert sums(read_rows(rows)) == (1_000, 500, 300, 1_200)


def test_cash_and_bank_in_columns_of_their_own_are_added():
    rows = [
        ["东湖村2026年5月收支明细"],
        ["日期", "摘要", "收入", None, "支出", None],
        [None, None, "现金收入", "银行收入", "现金支出", "银行支出"],
        *(["5.1", "租", 5, 6], ["5.2", "水", None, None, 3, 1], ["合计", None, 5, 6, 3, 1]),
    ]
    reading = read_rows(rows, ("A2:A3", "B2:B3", "C2:D2", "E2:F2"))
    assert (sums(reading)[1:3], reading.faults) == ((1_100, 400), ())


def test_a_flow_that_nothing_tells_is_asked():
    rows = ledger_rows(("5.2", "电", 50), head=("日期", "用途", "金额"), title="2026年5月明细")
    reading = read_rows(rows)
    assert (reading.lines, asked(reading)) == (0, {"side"})
    assert [it.cell for it in reading.unplaced] == ["C4"]
    assert lines(read_rows(rows, mapping={"side": "income"})) == [("2026-05-02", 5_000, 0)]


def test_receipts_beside_payments_are_both_read():
    rows = [
        [LEDGER_TITLE],
        ["收入", None, None, "支出"],
        ["日期", "摘要", "金额", "日期", "摘要", "金额"],
        *(["4.1", "租金", 100, "4.2", "电费", 50], [None, "补助", 200, "4.5", "水费", 60]),
        ["合计", None, 300, "合计", None, 110],
    ]
    reading = read_rows(rows, ("A2:C2", "D2:F2"))
    assert sorted(lines(reading)) == [
        *(("2026-04-01", 10_000, 0), ("2026-04-01", 20_000, 0)),
        *(("2026-04-02", 0, 5_000), ("2026-04-05", 0, 6_000)),
    ]
    assert reading.faults == ()


def test_years_come_from_the_title_or_from_other_dates():
    rows = [("4月1日", "租", 1), ("5月5日", "租", 1), ("6月1日", "水", None, 3)]
    titled = read_rows(ledger_rows(*rows, title="东湖村2026年收支明细"))
    assert titled.period == "2026Q2" and lines(titled)[0][0] == "2026-04-01"
    dated = read_rows(ledger_rows(("2026/4/1", "租", 1), *rows[1:], title="东湖村收支明细"))
    assert dated.period == "2026Q2" and lines(dated)[1][0] == "2026-05-05"
    neither = read_rows(ledger_rows(*rows, title="东湖村收支明细"))
    assert (neither.period, lines(neither)[0][0]) == (None, "")
    assert {"period", "dates"} <= asked(neither)
    told = read_rows(ledger_rows(*rows, title="东湖村收支明细"), mapping={"period": "2026Q2"})
    assert lines(told)[0][0] == "2026-04-01"


def test_dates_that_are_odd_are_shown_or_asked():
    reading = read_rows(ledger_rows(("5.1", "租", 1), ("六月初", "租", 1), ("6.2", "租", 1)))
    assert [it.cell for it in reading.unplaced] == ["A5"]
    assert any(it.about == "dates" and "6" in it.text for it in reading.questions)
    assert reading.lines == 3


# ---- lists of persons ----


def test_a_list_in_halves_side_by_side_is_one_list():
    half = ["序号", "姓名", "面积（亩）", "金额（元）"]
    rows = [
        ["2026年第一季度耕地地力保护补贴发放公示"],
        half * 2,
        [1, "张某", "3.5", "350.00", 3, "李某", 2, 200],
        [2, "王某", D("1.5"), 150, 4, "赵某", 4, "400"],
        ["合计", None, 11, 1100],
    ]
    reading = read_rows(rows)
    assert (reading.form, reading.lines, reading.total) == ("person_list", 4, 110_000)
    assert [row[1] for row in reading.content["rows"]] == ["张某", "王某", "李某", "赵某"]
    assert reading.faults == ()
    rows[-1] = ["合计", None, 12, 1190]
    assert faults(read_rows(rows)) == [("C5", 1), ("D5", 9_000)]


def test_a_wrong_sum_in_a_persons_row_is_named_there():
    rows = [
        ["2026年第三季度误工补贴发放表", None, "单位：元"],
        ["序号", "姓名", "职务", "基本补贴", "绩效补贴", "合计", "签字"],
        *([1, "张某", "书记", 1000, 500, 1500], [2, "王某", "会计", 800, "450.50", "1,250.50"]),
        *([3, "陈某", "委员", 600, 300, 990], [4, "孙某", "委员", 600, 300, 900]),
        ["合计", None, None, 3000, D("1550.5"), D("4550.5")],
    ]
    reading = read_rows(rows)
    assert (reading.total, reading.period) == (455_050, "2026Q3")
    assert faults(reading) == [("F5", 9_000)]


def test_a_list_in_wan_without_a_total_is_added_up():
    rows = [
        ["2026年度集体经济组织分红公示（单位：万元）"],
        ["户主姓名", "股数", "分红金额", "身份证号码", "家庭住址"],
        ["张某", 3, "0.35", "37170219401125991X", "东湖村三组15号"],
        ["王某", 2, D("0.2"), "3717************1X", "东湖村二组"],
    ]
    reading = read_rows(rows)
    assert (reading.total, reading.lines, reading.period) == (550_000, 2, "2026")
    assert [(it.cell, it.kind, it.shown_as) for it in reading.personal] == [
        ("D3", "id_number", "3717************1X"),
        ("E3", "address", "东湖村三组"),
    ]


def test_standards_are_no_totals():
    rows = [
        ["2026年第二季度残疾人两项补贴"],
        ["序号", "姓名", "补贴标准（元/月）", "月数", "补贴金额（元）"],
        *([1, "李某", 100, 3, 300], [2, "王某", 80, 3, 240], [None, "小计", None, None, 540]),
    ]
    reading = read_rows(rows)
    assert (reading.total, reading.faults) == (54_000, ())
    assert [it["amount"] for it in reading.content["columns"]] == [False, False, True, False, True]


def test_minors_and_illness_are_found_by_title_and_value():
    rows = [
        ["东湖村2026年孤儿基本生活费发放公示"],
        *(["序号", "姓名", "年龄", "金额", "备注"], [1, "李小明", 9, 1500, "因病"]),
    ]
    assert [(it.cell, it.kind, it.shown_as) for it in read_rows(rows).personal] == [
        ("B3", "minor", "李某"),
        ("E3", "health", ""),
    ]
