"""Charts of the village's money, drawn as SVG on the node.

Made for reading from two metres and on a phone alike: every bar has its name and its amount in
words at it, and expense is striped, so nothing depends on colour, a legend or an axis.
Presentation attributes (for paper) and classes (for the screen's tokens) only: the pages allow no
inline style. The table behind a chart holds the exact figures; the chart is one picture with a
description for those who cannot see it. Money is in fen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from kiosk.rules import accounts
from kiosk.rules.calendar import Period

WIDTH = 520
TEXT = 20
PHONE_TEXT = 25
"""Of a width of 520: still 14 px on a phone, where the whole picture is 295 px wide."""

BAR = 26
BAR_BEFORE = 14
MOST_LINES = 6
MOST_PERIODS = 5
MOST_PERIODS_ON_PHONE = 4
HIGH = 190
"""Of the columns of a chart over time."""

STRIPE = 7
"""Between the stripes by which expense is told from income without colour."""

REST = "其他"


@dataclass(frozen=True)
class Flow:
    """What came in and went out in one period, in fen; `label` names the period."""

    label: str
    income: int
    expense: int


def flow(content: Mapping[str, Any], form: str, label: str = "") -> Flow:
    """The sums of a finance_statement or ledger."""
    sums = accounts.totals(content, form)
    return Flow(label, sums.income, sums.expense)


def income_and_expense(now: Flow, before: Flow | None = None, text: int = TEXT) -> Markup:
    """Bars of income and expense, each above the thinner one of the period before."""
    bars = []
    for name, tone, amount, earlier in (
        ("收入", "income", now.income, before.income if before else None),
        ("支出", "expense", now.expense, before.expense if before else None),
    ):
        bars.append(_Bar(name, amount, tone, BAR))
        if earlier is not None and before is not None:
            bars.append(
                _Bar(f"{before.label or '上期'}{name}", earlier, f"{tone}-before", BAR_BEFORE)
            )
    title = f"{now.label}收入 {accounts.yuan(now.income)} 元，支出 {accounts.yuan(now.expense)} 元"
    if before is not None:
        title += (
            f"；{before.label or '上期'}收入 {accounts.yuan(before.income)} 元，"
            f"支出 {accounts.yuan(before.expense)} 元"
        )
    return _drawn(title, bars, text)


def shares(lines: Iterable[Mapping[str, Any]], tone: str, text: int = TEXT) -> Markup:
    """Bars of where money came from (`tone` "income") or went to ("expense"), largest first.

    Lines after the sixth are drawn as one; 其中 lines are left out.
    """
    ranked = _ranked(lines)
    if len(ranked) > MOST_LINES:
        rest = sum(amount for _, amount in ranked[MOST_LINES - 1 :])
        ranked = [*ranked[: MOST_LINES - 1], (REST, rest)]
    percents = _percents([amount for _, amount in ranked])
    bars = [
        _Bar(name, amount, tone, BAR, percent)
        for (name, amount), percent in zip(ranked, percents, strict=True)
    ]
    heading = "收入从哪里来" if tone == "income" else "钱花到哪里去"
    said = "，".join(f"{name} {accounts.yuan(amount)} 元" for name, amount in ranked)
    return _drawn(f"{heading}：{said}", bars, text)


def over_time(periods: Sequence[tuple[Period, Flow | None]], text: int = TEXT) -> Markup:
    """Income and expense side by side, period after period, as columns from left to right; a period
    that was not published is empty and says so."""
    known = [flow for _, flow in periods if flow]
    amounts = [amount for flow in known for amount in (flow.income, flow.expense)]
    largest = max(map(abs, amounts), default=0) or 1
    slot = WIDTH / max(len(periods), 1)
    wide = round(slot * 0.36)
    ground = text + 10 + HIGH
    parts: list[Markup] = []
    year = 0
    for n, (period, flow) in enumerate(periods):
        middle = round((n + 0.5) * slot)
        whole = f"{period.start.year}年"
        part = period.title.removeprefix(whole)
        parts.append(_word(part or whole, middle, ground + 2.4 * text, text))
        if part and period.start.year != year:
            parts.append(_word(whole, middle, ground + 3.6 * text, text, "soft"))
        year = period.start.year
        if flow is None:
            parts.append(_word("没有", middle, ground - 1.6 * text, text, "soft"))
            parts.append(_word("公开", middle, ground - 0.5 * text, text, "soft"))
            continue
        for name, tone, amount, x in (
            ("收", "income", flow.income, middle - wide - 2),
            ("支", "expense", flow.expense, middle + 2),
        ):
            high = max(round(abs(amount) * HIGH / largest), 2 if amount else 0)
            top = ground - high
            parts.append(
                Markup(
                    '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}" class="{tone}"/>'
                ).format(x=x, y=top, w=wide, h=high, fill=_FILLS[tone], tone=tone)
            )
            if tone == "expense":
                parts.append(_stripes(x, top, wide, high))
            parts.append(_word(name, x + wide // 2, ground + 1.2 * text, text))
            parts.append(_word(_in_unit(amount, largest), x + wide // 2, top - 5, text))
    parts.append(
        Markup('<path d="M0 {y}H{w}" stroke="#4b463e" stroke-width="2" class="line"/>').format(
            y=ground, w=WIDTH
        )
    )
    said = "；".join(
        f"{period.title}收入 {accounts.yuan(flow.income)} 元，支出 {accounts.yuan(flow.expense)} 元"
        if flow
        else f"{period.title}没有公开"
        for period, flow in periods
    )
    return _svg(f"各期收入和支出：{said}", round(ground + 3.9 * text), parts)


def unit_of(periods: Sequence[tuple[Period, Flow | None]]) -> str:
    """The unit of the figures over the columns of `over_time`."""
    amounts = [amount for _, flow in periods if flow for amount in (flow.income, flow.expense)]
    return "万元" if max(map(abs, amounts), default=0) >= accounts.UNITS["万元"] else "元"


def rows_of_shares(lines: Iterable[Mapping[str, Any]]) -> list[tuple[str, int, str]]:
    """Name, amount and share of every line, largest first: the table behind `shares`."""
    ranked = _ranked(lines)
    percents = _percents([amount for _, amount in ranked])
    return [(name, amount, share) for (name, amount), share in zip(ranked, percents, strict=True)]


def _ranked(lines: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    given = ((str(line["name"]), line["amount"]) for line in lines if not line["sub"])
    return sorted(given, key=lambda line: -line[1])


def _in_unit(fen: int, largest: int) -> str:
    """10.7 and 128 of 万元, or whole 元 where no column reaches ten thousand."""
    if largest < accounts.UNITS["万元"]:
        return f"{Decimal(fen) / accounts.YUAN:.0f}"
    amount = Decimal(fen) / accounts.UNITS["万元"]
    return f"{amount:.0f}" if abs(amount) >= 100 or not fen else f"{amount:.1f}"


def _word(words: str, x: float, y: float, size: int, tone: str = "strong") -> Markup:
    return Markup(
        '<text class="{tone} figure" x="{x}" y="{y}" font-size="{size}" text-anchor="middle">'
        "{words}</text>"
    ).format(tone=tone, x=round(x), y=round(y), size=size, words=words)


def _stripes(x: int, y: int, wide: int, high: int) -> Markup:
    """White lines across a bar of expense, for those who see no colours."""
    if wide > high:
        lines = "".join(f"M{at} {y}v{high}" for at in range(x + STRIPE, x + wide - 2, STRIPE * 2))
    else:
        lines = "".join(f"M{x} {at}h{wide}" for at in range(y + STRIPE, y + high - 2, STRIPE * 2))
    if not lines:
        return Markup("")
    return Markup('<path d="{}" stroke="#fff" stroke-width="2" class="stripes"/>').format(lines)


def _percents(amounts: Sequence[int]) -> list[str]:
    """What part each is of all, in whole percent that add up to 100 (largest remainder); of less
    than one percent it is said so. Nothing where an amount is negative or all are 0."""
    whole = sum(amounts)
    if whole <= 0 or min(amounts) < 0:
        return [""] * len(amounts)
    small = sum(amount for amount in amounts if amount * 100 < whole)
    percents = [amount * 100 // whole for amount in amounts]
    left = 100 - sum(percents) - -(-small * 100 // whole)
    for n in sorted(range(len(amounts)), key=lambda n: -(amounts[n] * 100 % whole)):
        if left and percents[n]:
            percents[n] += 1
            left -= 1
    return [
        f"{percent}%" if percent or not amount else "不到1%"
        for amount, percent in zip(amounts, percents, strict=True)
    ]


@dataclass(frozen=True)
class _Bar:
    name: str
    amount: int
    tone: str
    height: int
    share: str = ""


_FILLS = {
    "income": "#1f7a4d",
    "expense": "#b3541e",
    "income-before": "#a8d2bb",
    "expense-before": "#eac3a6",
}


def _drawn(title: str, bars: Sequence[_Bar], size: int) -> Markup:
    longest = max((abs(bar.amount) for bar in bars), default=0) or 1
    parts: list[Markup] = []
    y = 0
    for bar in bars:
        soft = bar.height == BAR_BEFORE
        baseline = y + size + 2
        top = baseline + 8
        width = max(round(abs(bar.amount) * WIDTH / longest), 2 if bar.amount else 0)
        said = accounts.yuan(bar.amount) + " 元" + (f" · {bar.share}" if bar.share else "")
        parts.append(
            Markup(
                '<text class="{text}" x="0" y="{baseline}" font-size="{size}">{name}</text>'
                '<text class="{text} figure" x="{right}" y="{baseline}" font-size="{size}"'
                ' text-anchor="end">{said}</text>'
                '<rect x="0" y="{top}" width="{full}" height="{height}" rx="4" fill="#ece7dc"'
                ' class="ground"/>'
                '<rect x="0" y="{top}" width="{width}" height="{height}" rx="4" fill="{fill}"'
                ' class="{tone}"/>'
            ).format(
                tone=bar.tone,
                text="soft" if soft else "strong",
                baseline=baseline,
                size=size,
                name=_fitting(bar.name, said, size),
                right=WIDTH,
                said=said,
                top=top,
                full=WIDTH,
                width=width,
                height=bar.height,
                fill=_FILLS[bar.tone],
            )
        )
        if bar.tone == "expense":
            parts.append(_stripes(0, top, width, bar.height))
        y = top + bar.height + (10 if soft else 12)
    return _svg(title, y, parts)


def _svg(title: str, height: int, parts: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{parts}</svg>'
    ).format(width=WIDTH, height=max(height, 1), title=title, parts=Markup("").join(parts))


def _fitting(name: str, said: str, size: int) -> str:
    """The name, shortened where it would run into the amount (a glyph is `size` wide, of an amount
    little more than half of that)."""
    wide = sum(1 if glyph > "⺀" else 0.6 for glyph in said)
    room = int(WIDTH / size - wide - 0.5)
    return name if len(name) <= room else name[: max(room - 1, 1)] + "…"
