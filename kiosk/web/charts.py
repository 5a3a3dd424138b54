"""Charts of the village's money, drawn as SVG on the node.

Made for reading from two metres and on a phone alike: every bar has its name and its amount in
words above it, so nothing depends on colour, a legend or an axis. Presentation attributes and
classes only (the pages allow no inline style). The table beside a chart holds the exact figures;
the chart is one picture with a description for those who cannot see it. Money is in fen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from kiosk.rules import accounts

WIDTH = 520
TEXT = 20
PHONE_TEXT = 25
"""Of a width of 520: still 14 px on a phone, where the whole picture is 295 px wide."""

BAR = 26
BAR_BEFORE = 14
MOST_LINES = 6
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
    ranked = sorted(
        ((str(line["name"]), line["amount"]) for line in lines if not line["sub"]),
        key=lambda line: -line[1],
    )
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
                '<rect x="0" y="{top}" width="{full}" height="{height}" rx="4" fill="#ece7dc"/>'
                '<rect x="0" y="{top}" width="{width}" height="{height}" rx="4" fill="{fill}"/>'
            ).format(
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
        y = top + bar.height + (10 if soft else 12)
    return Markup(
        '<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{parts}</svg>'
    ).format(width=WIDTH, height=max(y, 1), title=title, parts=Markup("").join(parts))


def _fitting(name: str, said: str, size: int) -> str:
    """The name, shortened where it would run into the amount (a glyph is `size` wide, of an amount
    little more than half of that)."""
    wide = sum(1 if glyph > "⺀" else 0.6 for glyph in said)
    room = int(WIDTH / size - wide - 0.5)
    return name if len(name) <= room else name[: max(room - 1, 1)] + "…"
