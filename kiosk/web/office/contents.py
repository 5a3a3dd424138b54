"""From a draft's fields to a notice's content, and back for a correction or an import.

Fields hold text as it was typed; a content has the shape of its form with money in fen
(`kiosk.notices.projection`). What cannot be read is a fault at its place.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.rules import accounts, calendar
from kiosk.rules.accounts import AmountUnreadable
from kiosk.web.office.forms import COUNTS, ROW_NAMES, Values


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place; `maskable` where one tap can mask what must not be shown."""

    place: str
    message: str
    maskable: bool = False


@dataclass(frozen=True)
class Content:
    """What a draft's fields say, in the shape of its form; what could not be read of it; and
    which rows of the form its rows were, since empty ones are left out."""

    content: dict[str, Any]
    faults: list[Fault]
    kept: dict[str, list[int]]

    def place(self, path: tuple[str | int, ...]) -> str:
        """The place in the form of a path in the content."""
        keys = list(path)
        if len(keys) > 1 and (rows := self.kept.get(str(keys[0]))) is not None:
            keys[1] = rows[int(keys[1])]
        return ".".join(map(str, keys))


def content_of(values: Values) -> Content:
    """The notice's content (shape of its form, money in fen) and what could not be read.

    Where something could not be read it is left out of the content.
    """
    fields = values["fields"]
    faults: list[Fault] = []
    kept: dict[str, list[int]] = {}

    def money(place: str, text: str) -> int | None:
        try:
            return accounts.parse_fen(text) if text.strip() else None
        except AmountUnreadable as error:
            faults.append(Fault(place, str(error)))
            return None

    def count(place: str, text: str) -> int | None:
        if not text.strip():
            return None
        if not text.strip().isdecimal() or len(text) > 6:
            faults.append(Fault(place, "请填人数或票数，例如 32。"))
            return None
        return int(text)

    def day(place: str, text: str) -> str:
        if not text:
            return ""
        found = _day(text)
        if found is None:
            faults.append(Fault(place, "日期看不懂，请写成 2026-10-08 的样子。"))
        return found or ""

    make = {
        "finance_statement": _statement,
        "ledger": _ledger,
        "person_list": _person_list,
        "decision": _decision,
    }.get(values["form"])
    if make is None:
        return Content({"text": fields["text"].strip()}, faults, kept)
    return Content(make(fields, _Readers(money, count, day, faults, kept)), faults, kept)


def fields_of(content: Mapping[str, Any], form: str) -> dict[str, Any]:
    """The fields of a form that give this content: for a correction, and after an import."""
    if form == "finance_statement":
        return {
            "opening": written(content["opening"]),
            "income": [_line_fields(line) for line in content["income"]],
            "expense": [_line_fields(line) for line in content["expense"]],
            "closing": written(content["closing"]),
            "note": content["note"],
        }
    if form == "ledger":
        lines = [
            {
                "on": line["on"],
                "summary": line["summary"],
                "income": written(line["income"] or None),
                "expense": written(line["expense"] or None),
                "handler": line["handler"],
            }
            for line in content["lines"]
        ]
        return {
            "opening": written(content["opening"]),
            "lines": lines,
            "closing": written(content["closing"]),
            "note": content["note"],
        }
    if form == "person_list":
        return {
            "columns": [dict(column) for column in content["columns"]],
            "rows": [[_cell_written(cell) for cell in row] for row in content["rows"]],
            "total": written(content["total"]),
            "note": content["note"],
        }
    if form == "decision":
        steps = [
            {key: "" if step[key] is None else str(step[key]) for key in ROW_NAMES["steps"]}
            for step in content["steps"]
        ]
        return {"text": content["text"], "steps": steps}
    return {"text": content["text"]}


@dataclass(frozen=True)
class Sums:
    """What the form shows while it is filled in, in fen: the sums, the closing balance that
    follows (`should`, None without an opening), and in words how far the one typed is off."""

    income: int
    expense: int
    should: int | None
    off: str


def sums(values: Values) -> Sums:
    """The sums of what is typed so far; what cannot be read counts as nothing."""
    if values["form"] not in ("finance_statement", "ledger"):
        return Sums(0, 0, None, "")
    content = content_of(values).content
    found = accounts.totals(content, values["form"])
    if found.opening is None:
        return Sums(found.income, found.expense, None, "")
    should = found.opening + found.income - found.expense
    differs = found.closing is not None and found.closing != should
    off = accounts.difference((found.closing or 0) - should) if differs else ""
    return Sums(found.income, found.expense, should, off)


def with_closing(values: Values) -> Values:
    """The values with the closing balance that follows from the other amounts; unchanged while
    there is no opening."""
    should = sums(values).should
    if should is None:
        return values
    return {**values, "fields": {**values["fields"], "closing": written(should)}}


# ---- content by form ----


@dataclass(frozen=True)
class _Readers:
    money: Callable[[str, str], int | None]
    count: Callable[[str, str], int | None]
    day: Callable[[str, str], str]
    faults: list[Fault]
    kept: dict[str, list[int]]

    def needed(self, place: str, text: str, message: str) -> None:
        if not text.strip():
            self.faults.append(Fault(place, message))


def _statement(fields: dict[str, Any], read: _Readers) -> dict[str, Any]:
    made: dict[str, Any] = {"note": fields["note"].strip()}
    for name, words in (("opening", "期初余额"), ("closing", "期末余额")):
        made[name] = read.money(name, fields[name])
        read.needed(name, fields[name], f"请填写{words}，没有就填 0。")
    for side in ("income", "expense"):
        lines = []
        kept = read.kept.setdefault(side, [])
        for n, line in enumerate(fields[side]):
            if not line["name"] and not line["amount"]:
                continue
            kept.append(n)
            place = f"{side}.{n}"
            amount = read.money(f"{place}.amount", line["amount"])
            read.needed(f"{place}.name", line["name"], "请写明是什么项目。")
            read.needed(f"{place}.amount", line["amount"], "请填写金额，没有发生就删掉这一行。")
            lines.append({"name": line["name"], "amount": amount or 0, "sub": bool(line["sub"])})
        made[side] = lines
    return made


def _ledger(fields: dict[str, Any], read: _Readers) -> dict[str, Any]:
    lines = []
    kept = read.kept.setdefault("lines", [])
    for n, line in enumerate(fields["lines"]):
        if not any(line.values()):
            continue
        kept.append(n)
        place = f"lines.{n}"
        read.needed(f"{place}.on", line["on"], "请填写日期。")
        read.needed(f"{place}.summary", line["summary"], "请写明摘要。")
        if not line["income"] and not line["expense"]:
            read.faults.append(Fault(f"{place}.expense", "收入和支出至少填一个。"))
        lines.append(
            {
                "on": read.day(f"{place}.on", line["on"]),
                "summary": line["summary"],
                "income": read.money(f"{place}.income", line["income"]) or 0,
                "expense": read.money(f"{place}.expense", line["expense"]) or 0,
                "handler": line["handler"],
            }
        )
    if not lines:
        read.faults.append(Fault("lines.0.summary", "还没有填写一笔收支。"))
    return {
        "opening": read.money("opening", fields["opening"]),
        "closing": read.money("closing", fields["closing"]),
        "lines": lines,
        "note": fields["note"].strip(),
    }


def _person_list(fields: dict[str, Any], read: _Readers) -> dict[str, Any]:
    columns = [
        {"name": column["name"], "amount": bool(column["amount"])} for column in fields["columns"]
    ]
    for n, column in enumerate(columns):
        read.needed(f"columns.{n}.name", column["name"], "请给这一列起个名字，或删掉这一列。")
    rows = []
    kept = read.kept.setdefault("rows", [])
    for n, row in enumerate(fields["rows"]):
        if not any(row):
            continue
        kept.append(n)
        rows.append(
            [
                read.money(f"rows.{n}.{c}", cell) if column["amount"] else cell
                for c, (cell, column) in enumerate(zip(row, columns, strict=True))
            ]
        )
    return {
        "columns": columns,
        "rows": rows,
        "total": read.money("total", fields["total"]),
        "note": fields["note"].strip(),
    }


def _decision(fields: dict[str, Any], read: _Readers) -> dict[str, Any]:
    read.needed("text", fields["text"], "请写明决定了什么。")
    steps = []
    kept = read.kept.setdefault("steps", [])
    for n, step in enumerate(fields["steps"]):
        if not any(step[key] for key in step if key != "name"):
            continue
        kept.append(n)
        place = f"steps.{n}"
        read.needed(f"{place}.name", step["name"], "请写明这是哪一步。")
        made: dict[str, Any] = {key: step[key] for key in ("name", "place", "chair")}
        made["on"] = read.day(f"{place}.on", step["on"])
        for key in COUNTS:
            made[key] = read.count(f"{place}.{key}", step[key])
        steps.append(made)
    return {"text": fields["text"].strip(), "steps": steps}


# ---- dates and money ----

_CHINESE_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?")


def _day(text: str) -> str | None:
    found = _CHINESE_DAY.fullmatch(text.replace(" ", ""))
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def read_day(text: str) -> date | None:
    """The date that was typed, or None."""
    found = _day(text)
    return None if found is None else date.fromisoformat(found)


def written(fen: int | None) -> str:
    return "" if fen is None else accounts.yuan(fen)


def _cell_written(cell: Any) -> str:
    return written(cell) if isinstance(cell, int) else cell or ""


def _line_fields(line: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": line["name"], "amount": written(line["amount"]), "sub": line["sub"]}


def past_day_fault(place: str, text: str, today: date, words: str) -> Fault | None:
    """The fault of a date that must be given and must not lie ahead, or None."""
    found = read_day(text)
    if found is None:
        return Fault(place, f"请填写{words}。")
    if found > today:
        return Fault(place, f"{words}还没到（{calendar.day_in_words(found, today)}），请检查。")
    return None
