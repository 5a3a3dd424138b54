"""A notice's figures in plain words, for those who do not read tables. Pure functions.

Made for the 明白纸: short sentences that name what came in, what went out, what is left and where
the largest sums went. Money in fen. A form without figures has none to say.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kiosk.rules import accounts

NAMED = 3
"""How many sources and uses of money a sentence names."""


def plain_words(
    form: str, content: Mapping[str, Any], previous: Mapping[str, Any] | None = None
) -> list[str]:
    """Sentences about a content of that form; `previous` is the period before's, same form."""
    match form:
        case "finance_statement":
            return _accounts(form, content, previous) + _statement(content)
        case "ledger":
            return _accounts(form, content, previous) + _ledger(content)
        case "person_list":
            return _persons(content)
        case "decision":
            return _vote(content)
    return []


def _accounts(
    form: str, content: Mapping[str, Any], previous: Mapping[str, Any] | None
) -> list[str]:
    sums = accounts.totals(content, form)
    said = [f"收进来 {accounts.yuan(sums.income)} 元，花出去 {accounts.yuan(sums.expense)} 元。"]
    if sums.closing is not None:
        before = "" if sums.opening is None else f"原来有 {accounts.yuan(sums.opening)} 元，"
        said.append(f"{before}现在还剩 {accounts.yuan(sums.closing)} 元。")
    if previous is not None:
        changed = [
            f"{row.name}{'多' if row.difference > 0 else '少'}了"
            f" {accounts.yuan(abs(row.difference))} 元"
            for row in accounts.comparison(content, previous, form).rows
            if row.difference and row.name in ("收入", "支出")
        ]
        if changed:
            said.append(f"和上期比，{'，'.join(changed)}。")
    return said


def _statement(content: Mapping[str, Any]) -> list[str]:
    said = []
    for side, words in (("income", "钱主要来自"), ("expense", "钱主要花在")):
        lines = [(line["name"], line["amount"]) for line in content[side] if not line["sub"]]
        if named := _largest(lines):
            said.append(f"{words}：{named}。")
    return said


def _ledger(content: Mapping[str, Any]) -> list[str]:
    said = [f"一共 {len(content['lines'])} 笔，笔笔都在公开栏上。"]
    for side, words in (("income", "最大的收入"), ("expense", "最大的支出")):
        lines = [(line["summary"], line[side] or 0) for line in content["lines"]]
        if named := _largest(lines):
            said.append(f"{words}：{named}。")
    return said


def _persons(content: Mapping[str, Any]) -> list[str]:
    count = len(content["rows"])
    if not count:
        return ["这一期没有人员。"]
    if content["total"] is None:
        return [f"名单上一共 {count} 户（人）。"]
    return [f"名单上一共 {count} 户（人），合计 {accounts.yuan(content['total'])} 元。"]


def _vote(content: Mapping[str, Any]) -> list[str]:
    for step in reversed(content["steps"]):
        if step["for"] is None:
            continue
        votes = [f"同意 {step['for']} 票"]
        votes += [
            f"{name} {step[key]} 票"
            for key, name in (("against", "反对"), ("abstain", "弃权"))
            if step[key] is not None
        ]
        came = "" if step["present"] is None else f"到会 {step['present']} 人，"
        return [f"{step['name']}：{came}{'，'.join(votes)}。"]
    return []


def _largest(lines: Iterable[tuple[str, int]]) -> str:
    ranked = sorted((line for line in lines if line[1] > 0), key=lambda line: -line[1])
    return "、".join(f"{name} {accounts.yuan(amount)} 元" for name, amount in ranked[:NAMED])
