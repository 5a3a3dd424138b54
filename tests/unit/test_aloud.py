"""Figures as people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import accounts, aloud


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("12345.60元", "一万二千三百四十五元六角"),
        ("12,345.60 元", "一万二千三百四十五元六角"),
        ("100.05元", "一百元零五分"),
        ("0.80元", "八角"),
        ("0.00元", "零元"),
        ("2元", "两元"),
        ("20,000.00元", "两万元"),
        ("-350.00元", "负三百五十元"),
        ("10,010,001元", "一千零一万零一元"),
        ("105000元", "十万五千元"),
        ("12.3万元", "十二点三万元"),
        ("2.00万元", "两万元"),
        ("3-5万元", "三到五万元"),
        ("¥88.5", "八十八元五角"),
        ("每亩 450 元，420元/人", "每亩四百五十元，四百二十元每人"),
        ("2026-03-05", "二〇二六年三月五日"),
        ("2026年3月5日", "二〇二六年三月五日"),
        ("2026年10月", "二〇二六年十月"),
        ("2026Q3", "二〇二六年第三季度"),
        ("2024—2026年", "二〇二四到二〇二六年"),
        ("11月27日", "十一月二十七日"),
        ("2月2日", "二月二日"),
        ("农经发〔2011〕13号", "农经发二〇一一十三号"),
        ("8:00-11:30", "八点到十一点三十分"),
        ("19:05", "十九点零五分"),
        ("0530-3291201", "零五三零，三二九幺二零幺"),
        ("13812345678", "幺三八幺二三四五六七八"),
        ("138****5678", "幺三八，星号，五六七八"),
        ("拨打12345。", "拨打幺二三四五。"),
        ("举报电话 12388", "举报电话幺二三八八"),
        ("12345元", "一万二千三百四十五元"),
        ("请打110。", "请打幺幺零。"),
        ("全村 110 户", "全村一百一十户"),
        ("12.5%", "百分之十二点五"),
        ("10%-20%", "百分之十到百分之二十"),
        ("5‰", "千分之五"),
        ("2/3以上同意", "三分之二以上同意"),
        ("2 户", "两户"),
        ("12户", "十二户"),
        ("第2组", "第二组"),
        ("3.50亩", "三点五亩"),
        ("2亩", "两亩"),
        ("3～5 天", "三到五天"),
        ("320米×4米", "三百二十米乘四米"),
        ("85㎡", "八十五平方米"),
        ("孙*芹", "孙某芹"),
        ("3717************1X", "三七一七，星号，一"),
        ("应到 32 人，实到 30 人", "应到三十二人，实到三十人"),
        ("账号 622848001", "账号六二二八四八零零一"),
        ("党务公开（共 23 条）", "党务公开，共二十三条"),
    ],
)
def test_it_is_said(written: str, said: str) -> None:
    assert aloud.said(written) == said


@given(st.integers(0, accounts.LARGEST // 100))
def test_every_whole_amount_is_said_as_it_is_written_in_words(yuan: int) -> None:
    assert accounts.parse_fen(aloud.said(f"{yuan}元")) == yuan * 100


@given(st.text())
def test_no_figure_is_left(text: str) -> None:
    said = aloud.said(text)
    assert not any(it in "0123456789" for it in said)


def test_a_text_is_cut_where_one_takes_breath() -> None:
    assert aloud.sentences("今天停水。明天供水！\n请储水；……") == [
        "今天停水。",
        "明天供水！",
        "请储水；",
    ]
    long = "，".join(["修路用的水泥和沙子都从镇上买来"] * 12) + "。"
    parts = aloud.sentences(long)
    assert "".join(parts) == long
    assert all(len(part) <= aloud.LONGEST for part in parts)
