"""What a finance notice comes to, in one sentence that an old villager understands at once.

It stands first on the screen, the phone and paper: how much came in and went out, whether more or
less was spent than in the period before and what for, and what is left. Amounts are short (12.3
万元); the exact ones stand below. Where the period before was not published it says so and
compares nothing. Pure functions; money in fen.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kiosk.rules import accounts
from kiosk.rules.calendar import Period, PeriodMalformed
from kiosk.rules.forms import Form

NAMES = {
    "monthly": ("这个月", "上个月"),
    "quarterly": ("这个季度", "上个季度"),
    "half_yearly": ("这半年", "前半年"),
    "yearly": ("这一年", "上一年"),
}
ANY = ("这一期", "上一期")

HALF = 2
"""What changed most is named when it makes up one half of the difference, or two things do."""

LONGEST_NAME = 18

Content = Mapping[str, Any]


def gist(
    form: str,
    content: Content,
    *,
    period: str = "",
    previous: Content | None = None,
    definition: Form | None = None,
) -> str:
    """The sentence for a content of that form; "" where nothing can be said of it.

    `period` is the notice's, as "2026Q3"; `previous` the content of the period before, of the same
    form, None where there is none; `definition` the form itself, for one that is not known here.
    """
    if form in ("finance_statement", "ledger"):
        return _accounts(form, content, period, previous)
    if form == "person_list":
        return _persons(content, period, previous)
    # A township may have given one of these other fields.
    if form in _NEEDED and all(content.get(key) is not None for key in _NEEDED[form]):
        return _known(form, content, period)
    return _listed(content, definition)


def short(fen: int) -> str:
    """12.3 万元, 1.2 亿元, 9800 元, 80.50 元: as one says it."""
    for unit in ("亿元", "万元"):
        if abs(fen) >= accounts.UNITS[unit]:
            tenths = (abs(fen) * 10 + accounts.UNITS[unit] // 2) // accounts.UNITS[unit]
            whole, rest = divmod(tenths, 10)
            return f"{'-' if fen < 0 else ''}{whole}{f'.{rest}' if rest else ''} {unit}"
    return f"{accounts.yuan(fen).replace(',', '').removesuffix('.00')} 元"


def _accounts(form: str, content: Content, period: str, previous: Content | None) -> str:
    now = accounts.totals(content, form)
    this, last = _names(period)
    said = [f"{this}{_came('收入', now.income)}", _came("支出", now.expense)]
    if previous is None:
        said += [_most(form, content), f"没有{last}的公开，不能比较"]
    else:
        said += _compared(form, content, previous, last)
    if now.closing is not None:
        said.append(f"账上还有 {short(now.closing)}")
    return "，".join(filter(None, said)) + "。"


def _came(name: str, fen: int) -> str:
    return f"{name} {short(fen)}" if fen else f"没有{name}"


def _compared(form: str, content: Content, previous: Content, last: str) -> list[str]:
    now = accounts.totals(content, form).expense
    before = accounts.totals(previous, form).expense
    if now == before:
        return [f"和{last}花的一样多" if now else "", _most(form, content)]
    more = now > before
    said = f"比{last}{'多' if more else '少'}花 {short(abs(now - before))}"
    if form == "ledger":
        return [said, _most(form, content)]
    named = _reasons(content["expense"], previous["expense"], now - before)
    if not named:
        return [said, _most(form, content)]
    return [said, f"主要是{named}" if more else f"主要是{named}花得少了"]


def _reasons(lines: Sequence[Content], earlier: Sequence[Content], difference: int) -> str:
    """The one or two lines that make up half of the difference or more, else ""."""
    changes: dict[str, int] = {}
    for sign, given in ((1, lines), (-1, earlier)):
        for line in given:
            if not line["sub"]:
                name = str(line["name"]).strip()
                changes[name] = changes.get(name, 0) + sign * line["amount"]
    direction = 1 if difference > 0 else -1
    ranked = sorted(changes.items(), key=lambda it: -it[1] * direction)
    named: list[str] = []
    sum_of = 0
    for name, change in ranked[:2]:
        if change * direction <= 0:
            break
        named.append(_clipped(name))
        sum_of += change * direction
        if sum_of * HALF >= abs(difference):
            return "和".join(named)
    return ""


def _most(form: str, content: Content) -> str:
    """What took the most money, where several things did."""
    if form == "ledger":
        spent = [(str(line["summary"]), line["expense"]) for line in content["lines"]]
        words = "最大的一笔是{}"
    else:
        spent = [(str(it["name"]), it["amount"]) for it in content["expense"] if not it["sub"]]
        words = "花得最多的是{}"
    spent = [each for each in spent if each[1] > 0]
    if len(spent) < 2:
        return ""
    name, amount = max(spent, key=lambda it: it[1])
    return f"{words.format(_clipped(name))}，{short(amount)}"


def _persons(content: Content, period: str, previous: Content | None) -> str:
    count, paid = len(content["rows"]), accounts.totals(content, "person_list").expense
    if not count:
        return f"{_names(period)[0]}名单上没有人。"
    said = f"名单上有 {count} 行"
    if not paid:
        return f"{said}。"
    said += f"，一共 {short(paid)}"
    if previous is None:
        return f"{said}。"
    before = accounts.totals(previous, "person_list").expense
    if paid == before:
        return f"{said}，和{_names(period)[1]}一样多。"
    more = "多" if paid > before else "少"
    return f"{said}，比{_names(period)[1]}{more} {short(abs(paid - before))}。"


_NEEDED = {
    "budget": ("income", "expense"),
    "final_accounts": ("income", "expense", "closing"),
    "assets": ("assets", "total"),
    "resources": ("resources", "total"),
    "contract": ("contracts",),
    "debts": ("claims_total", "owed_total"),
    "special_fund": ("funds",),
    "pay": ("people", "total"),
}


def _known(form: str, content: Content, period: str) -> str:
    match form:
        case "assets":
            worth = short(content["total"])
            return f"村里有 {len(content['assets'])} 项集体资产，现在一共值 {worth}。"
        case "resources":
            area = f"{Decimal(content['total']).normalize():f}"
            return f"村里有 {len(content['resources'])} 处集体资源，一共 {area} 亩。"
        case "contract":
            return _contracts(content["contracts"])
        case "debts":
            claims, owed = content["claims_total"], content["owed_total"]
            return f"{_owing('别人欠村里', claims)}，{_owing('村里欠别人', owed)}。"
        case "special_fund":
            return _funds(content["funds"])
        case "pay":
            who, paid = len(content["people"]), short(content["total"])
            return f"{_names(period)[0]}给 {who} 名干部一共发了 {paid}。"
    return _year(form, content)


def _sum(rows: Sequence[Content], key: str) -> int:
    return sum(row.get(key) or 0 for row in rows)


def _year(form: str, content: Content) -> str:
    plan = "计划" if form == "budget" else ""
    income, expense = (_sum(content[side], "amount") for side in ("income", "expense"))
    left = income - expense
    over = f"结余 {short(left)}" if left >= 0 else f"收不抵支，差 {short(-left)}"
    said = f"这一年{plan}收入 {short(income)}，{plan}支出 {short(expense)}，{over}"
    if form == "final_accounts":
        said += f"，账上还有 {short(content['closing'])}"
    return f"{said}。"


def _contracts(rows: Sequence[Content]) -> str:
    said = [f"一共 {len(rows)} 份合同"]
    price, due, received = (_sum(rows, key) for key in ("price", "due", "received"))
    if price:
        said.append(f"一年 {short(price)}")
    if due:
        said.append(f"这一期应该收 {short(due)}")
        said.append(f"收到 {short(received)}" if received else "还没有收到")
        if 0 < received < due:
            said.append(f"还差 {short(due - received)}")
    return "，".join(said) + "。"


def _owing(who: str, fen: int) -> str:
    return f"{who} {short(fen)}" if fen else f"{who}的没有"


def _funds(rows: Sequence[Content]) -> str:
    amount, spent, left = (_sum(rows, key) for key in ("amount", "spent_all", "left"))
    used = f"用了 {short(spent)}" if spent else "还没有用"
    return f"上级拨来 {len(rows)} 笔专项资金，一共 {short(amount)}，{used}，还剩 {short(left)}。"


def _listed(content: Content, form: Form | None) -> str:
    """Of any other form: how many lines its first table has and what they come to."""
    fields = form.fields if form else ()
    table = next((it for it in fields if it.is_table and content.get(it.key)), None)
    if table is None:
        return ""
    rows = content[table.key]
    summed = next((it for it in table.columns if it.type == "money" and it.total), None)
    if summed is None:
        return f"一共 {len(rows)} 项。"
    amount = short(_sum(rows, summed.key))
    return f"一共 {len(rows)} 项，{summed.label}合计 {amount}。"


def _names(period: str) -> tuple[str, str]:
    try:
        return NAMES.get(Period.parse(period).cadence, ANY)
    except PeriodMalformed:
        return ANY


def _clipped(name: str) -> str:
    name = name.strip().rstrip("。，；")
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
