"""A village's money: amounts as people write them, sums that must hold, change between periods.

Every amount is an integer number of 分 (fen), with a sign; nothing here is ever a float. Content
has the shape of its form: `finance_statement`, `ledger` or `person_list` (see `totals`). Finance is
published item by item at least quarterly (村民委员会组织法第三十条; 农经发〔2011〕13号), so a
table that contradicts itself has a fault, named by place and by how much.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

YUAN = 100
"""Fen in the unit most tables use."""

UNITS = {
    "分": 1,
    "角": 10,
    "元": YUAN,
    "圆": YUAN,
    "百元": 100 * YUAN,
    "千元": 1_000 * YUAN,
    "万": 10_000 * YUAN,
    "万元": 10_000 * YUAN,
    "亿元": 100_000_000 * YUAN,
}
"""Fen in each unit that a table, a heading or an amount may name."""

LARGEST = 10**15
"""Fen (ten thousand 亿元): more is a mistyped number, and SQLite and JSON hold this exactly."""

MANIFOLD = 200
"""Percent of growth above which one says how many times as much it is."""

SUMMED_FORMS = frozenset({"finance_statement", "ledger", "person_list"})


class AmountUnreadable(ValueError):
    """This is not an amount. The message is Chinese, for the person who wrote it."""


@dataclass(frozen=True)
class Totals:
    """In fen. `opening` and `closing` are None where the table does not give them."""

    opening: int | None
    income: int
    expense: int
    closing: int | None


@dataclass(frozen=True)
class Fault:
    """A sum that does not hold.

    `cell` is where (an address as E16, or words such as 期末余额 for typed content); `by` is what
    stands there minus what should, in fen (in whole persons or other units for a count).
    """

    cell: str
    by: int
    message: str


@dataclass(frozen=True)
class Row:
    """One amount now and in the period before, in fen; `percent` is None where that was 0."""

    name: str
    now: int
    before: int
    difference: int
    percent: float | None

    @property
    def change(self) -> str:
        """比上期增加 7.00 元（25%）; 与上期相同; of what more than tripled how many times it is."""
        if self.difference == 0:
            return "与上期相同"
        said = f"比上期{'增加' if self.difference > 0 else '减少'} {yuan(abs(self.difference))} 元"
        if self.percent is None:
            return said
        if self.percent > MANIFOLD and self.before > 0:
            times = self.now / self.before
            return f"{said}，是上期的 {times:.{0 if times >= 10 else 1}f} 倍"
        return f"{said}（{abs(self.percent):g}%）"


@dataclass(frozen=True)
class Comparison:
    """Income, expense and, where both periods give it, the closing balance; and one sentence."""

    rows: tuple[Row, ...]
    sentence: str


def parse_fen(value: str | int | Decimal | float, unit: int = YUAN) -> int:
    """The amount in fen of what stands in a cell or was typed.

    `unit` is the fen in one unit of a bare number (`UNITS`); a unit written at the amount itself
    wins ("1.2万元"). Takes full-width digits, thousands separators, ¥ and 元, negatives as
    "-5", "(5)", "（5）", "红字5", "负5" and "5-", and amounts in Chinese words (壹仟贰佰元整).
    More than two decimals of a yuan are rounded half up. Raises AmountUnreadable.
    """
    if isinstance(value, bool) or value is None:
        raise AmountUnreadable("这里没有金额。")
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int | Decimal):
        return _fen(Decimal(value), unit, str(value))
    return _fen_of_text(value, unit)


def yuan(fen: int) -> str:
    """12,345.67: always two decimals, thousands apart, a minus sign before negatives."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def wan(fen: int) -> str:
    """A short form for large type: "1.23 万元" from ten thousand yuan on, else "980.50 元"."""
    if abs(fen) < UNITS["万元"]:
        return f"{yuan(fen)} 元"
    amount = (Decimal(fen) / UNITS["万元"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{amount:,} 万元"


def totals(content: Mapping[str, Any], form: str) -> Totals:
    """The sums of a content of one of SUMMED_FORMS.

    finance_statement: "opening", "closing", and "income", "expense": lists of {"name", "amount",
    "sub"}, where sub lines (其中) are not summed. ledger: "opening", "closing", "lines" with
    "income" and "expense". person_list: what is paid out, the rows' main amount, as expense.
    """
    if form == "finance_statement":
        return Totals(
            content["opening"],
            _line_sum(content["income"]),
            _line_sum(content["expense"]),
            content["closing"],
        )
    if form == "ledger":
        lines = content["lines"]
        return Totals(
            content["opening"],
            sum(line["income"] for line in lines),
            sum(line["expense"] for line in lines),
            content["closing"],
        )
    column = main_amount(content)
    paid = 0 if column is None else _column_sum(content, column)
    return Totals(None, 0, paid, None)


def faults(
    content: Mapping[str, Any], form: str, previous: Mapping[str, Any] | None = None
) -> list[Fault]:
    """Sums of a content that do not hold, and an opening that is not the last closing.

    `previous` is the content of the period before, of the same form. Cells are named in words. The
    table's own stated totals are checked when it is read (`kiosk.rules.tables`).
    """
    if form == "person_list":
        return _list_faults(content)
    if form not in ("finance_statement", "ledger"):
        return []
    found = []
    sums = totals(content, form)
    if sums.opening is not None and sums.closing is not None:
        right = sums.opening + sums.income - sums.expense
        if sums.closing != right:
            found.append(
                Fault(
                    "期末余额",
                    sums.closing - right,
                    f"期末余额写的是 {yuan(sums.closing)} 元，期初余额 {yuan(sums.opening)} 元"
                    f"＋收入 {yuan(sums.income)} 元－支出 {yuan(sums.expense)} 元"
                    f"＝{yuan(right)} 元，{difference(sums.closing - right)}。",
                )
            )
    before = None if previous is None else previous.get("closing")
    if before is not None and sums.opening is not None and sums.opening != before:
        found.append(
            Fault(
                "期初余额",
                sums.opening - before,
                f"期初余额写的是 {yuan(sums.opening)} 元，上期公开的期末余额是 {yuan(before)} 元，"
                f"{difference(sums.opening - before)}。",
            )
        )
    return found


def comparison(content: Mapping[str, Any], previous: Mapping[str, Any], form: str) -> Comparison:
    """How this period's sums differ from those of the period before, for a chart and in words."""
    now, before = totals(content, form), totals(previous, form)
    pairs = [("支出" if form != "person_list" else "发放", now.expense, before.expense)]
    if form != "person_list":
        pairs.insert(0, ("收入", now.income, before.income))
    if now.closing is not None and before.closing is not None:
        pairs.append(("期末余额", now.closing, before.closing))
    rows = tuple(_row(*pair) for pair in pairs)
    return Comparison(rows, "，".join(_said(row) for row in rows) + "。")


def days_outside(content: Mapping[str, Any], first: date, last: date) -> list[tuple[int, str]]:
    """The lines of a ledger (index, day) that are dated before `first` or after `last`."""
    return [
        (n, line["on"])
        for n, line in enumerate(content["lines"])
        if line["on"] and not first.isoformat() <= line["on"] <= last.isoformat()
    ]


def difference(by: int) -> str:
    """多了 90.00 元, 少了 90.00 元."""
    return f"{'多了' if by > 0 else '少了'} {yuan(abs(by))} 元"


def main_amount(content: Mapping[str, Any]) -> int | None:
    """Index of the column of a person_list that its total is about, or None without amounts.

    A column of what was really paid (实发, 合计) before other amounts; standards and prices per
    unit (标准, 元/亩) last; of equals the rightmost, where tables keep the result.
    """
    ranked = [
        (_amount_rank(str(column["name"])), index)
        for index, column in enumerate(content["columns"])
        if column["amount"]
    ]
    return max(ranked)[1] if ranked else None


_PAID = re.compile(r"实发|实领|实际|合计|总计|总额|小计")
_PLAIN = re.compile(r"金额|发放|应发|资金|补助|补贴")
_RATE = re.compile(r"标准|单价|每[人亩户月天]|元/(?:人|亩|户|天|日|工|个|次|股)")


def _amount_rank(name: str) -> int:
    name = unicodedata.normalize("NFKC", name)
    if _RATE.search(name):
        return 0
    if _PAID.search(name):
        return 3
    return 2 if _PLAIN.search(name) else 1


def _line_sum(lines: list[Mapping[str, Any]]) -> int:
    return sum(line["amount"] for line in lines if not line["sub"])


def _column_sum(content: Mapping[str, Any], column: int) -> int:
    return sum(row[column] for row in content["rows"] if isinstance(row[column], int))


def _list_faults(content: Mapping[str, Any]) -> list[Fault]:
    column = main_amount(content)
    stated = content["total"]
    if column is None or stated is None:
        return []
    summed = _column_sum(content, column)
    if stated == summed:
        return []
    return [
        Fault(
            "合计",
            stated - summed,
            f"合计写的是 {yuan(stated)} 元，逐人相加是 {yuan(summed)} 元，"
            f"{difference(stated - summed)}。",
        )
    ]


def _row(name: str, now: int, before: int) -> Row:
    percent = None if before == 0 else round((now - before) * 100 / abs(before), 1)
    return Row(name, now, before, now - before, percent)


def _said(row: Row) -> str:
    return f"{row.name} {yuan(row.now)} 元，{row.change}"


def _fen(number: Decimal, unit: int, written: str) -> int:
    if not number.is_finite() or abs(number) * unit > LARGEST:
        raise AmountUnreadable(f"“{written}”太大，不像一笔金额。")
    return int((number * unit).quantize(Decimal(1), ROUND_HALF_UP))


_DASHES = str.maketrans("−–—－﹣‐‑", "-------")
_RED = re.compile(r"^(?:红字|红|负数?)[:]?|[(](?:红字?|负)[)]|红字$")
_PLUS = re.compile(r"^(?:人民币|RMB|CNY|[+])", re.IGNORECASE)
_TAIL = re.compile(r"(?P<unit>亿元|万元|千元|百元|万|元|圆|角|分)?整?(?:/[年月日人户亩天季次]+)?$")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+")


def _fen_of_text(written: str, unit: int) -> int:
    text = unicodedata.normalize("NFKC", written).translate(_DASHES)
    text = re.sub(r"\s", "", text).replace("，", ",").replace("’", "").replace("'", "")
    text = text.replace("RMB¥", "¥")
    if re.search(r"\d", text) is None:
        return _fen_of_words(text, written)
    sign = 1
    if _RED.search(text):
        sign, text = -1, _RED.sub("", text)
    if found := re.fullmatch(r"[(\[](.+)[)\]](元|万元|千元)?", text):
        sign, text = -sign, found[1] + (found[2] or "")
    text = _PLUS.sub("", text).replace("¥", "")
    if text.startswith("-"):
        sign, text = -sign, text[1:]
    elif text.endswith("-"):
        sign, text = -sign, text[:-1]
    text = _PLUS.sub("", text)
    tail = _TAIL.search(text)
    assert tail is not None
    digits = text[: tail.start()]
    if _GROUPED.fullmatch(digits) is None:
        raise AmountUnreadable(f"“{written.strip()}”看不出是多少钱，请改成数字，例如 1,234.50。")
    if tail["unit"]:
        unit = UNITS[tail["unit"]]
    return _fen(sign * Decimal(digits.replace(",", "")), unit, written.strip())


_NUMERALS = {
    character: value
    for value, characters in enumerate(
        ("零〇○", "一壹", "二贰两弍", "三叁参", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for character in characters
}
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_WORDS = re.compile(
    r"(?:人民币)?(?P<minus>负)?(?P<yuan>[零〇○一壹二贰两弍三叁参四肆五伍六陆七柒八捌九玖十拾百佰千仟万萬亿]+)"
    r"[元圆]整?零?(?:(?P<jiao>[一壹二贰两三叁四肆五伍六陆七柒八捌九玖零])角)?零?"
    r"(?:(?P<fen>[一壹二贰两三叁四肆五伍六陆七柒八捌九玖])分)?[整正]?"
)


def _fen_of_words(text: str, written: str) -> int:
    found = _WORDS.fullmatch(text)
    if found is None:
        raise AmountUnreadable(f"“{written.strip()}”看不出是多少钱，请改成数字，例如 1,234.50。")
    fen = _number_of_words(found["yuan"]) * YUAN
    fen += _NUMERALS[found["jiao"]] * 10 if found["jiao"] else 0
    fen += _NUMERALS[found["fen"]] if found["fen"] else 0
    return _fen(Decimal(-fen if found["minus"] else fen), 1, written.strip())


def _number_of_words(words: str) -> int:
    whole = section = digit = 0
    for character in words:
        if character in _NUMERALS:
            digit = _NUMERALS[character]
        elif character in _PLACES:
            section += (digit or 1) * _PLACES[character]
            digit = 0
        elif character in "万萬":
            whole += (section + digit) * 10_000
            section = digit = 0
        else:
            whole = (whole + section + digit) * 100_000_000
            section = digit = 0
    return whole + section + digit
