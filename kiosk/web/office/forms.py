"""A notice as an officer writes it: from the form's fields to a draft's values to a body.

A draft's values hold every field as it was typed, so that nothing is lost by being wrong. Fields
of the form are named by their place in the values: `income-2-amount`, `rows-4-0`, `closing`. Faults
are told by the same places with dots (`income.2.amount`), which the page shows at the field.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.notices import commands
from kiosk.rules import accounts, calendar, privacy
from kiosk.rules.accounts import AmountUnreadable
from kiosk.rules.calendar import Period, PeriodMalformed
from kiosk.rules.catalogue import Item

ROWS_LIMIT = 3_000
COUNTS = ("entitled", "present", "for", "against", "abstain")
TABLE_FORMS = ("finance_statement", "ledger", "person_list")
FOUR_DELIBERATIONS = (
    "村党支部会提议",
    "村“两委”会商议",
    "党员大会审议",
    "村民代表会议或村民会议决议",
)

Values = dict[str, Any]

_ROW_NAMES = {
    "income": ("name", "amount", "sub"),
    "expense": ("name", "amount", "sub"),
    "lines": ("on", "summary", "income", "expense", "handler"),
    "columns": ("name", "amount"),
    "steps": ("name", "on", "place", "chair", *COUNTS),
}
_ROWS_OF = {
    "finance_statement": ("income", "expense"),
    "ledger": ("lines",),
    "person_list": ("columns",),
    "decision": ("steps",),
}
_SINGLE_OF = {
    "finance_statement": ("opening", "closing", "note"),
    "ledger": ("opening", "closing", "note"),
    "person_list": ("total", "note"),
    "decision": ("text",),
}
_KEY = re.compile(r"([a-z]+)-(\d{1,5})-([a-z]+|\d{1,3})")


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


def blank(item: Item, *, period: str, event: str, title: str, contact: str) -> Values:
    """The values of a new draft of an item."""
    form = commands.form_of(item)
    return {
        "item": item.id,
        "form": form,
        "period": period,
        "event": event,
        "title": title or default_title(item, period),
        "on": "",
        "contact": contact,
        "reviews": [{"by": by, "name": "", "on": ""} for by in item.review],
        "photos": [],
        "fields": blank_fields(item, form),
        "corrects": "",
        "reason": "",
    }


def blank_fields(item: Item, form: str) -> dict[str, Any]:
    """Empty fields of a form, with the rows that one always needs."""
    if form == "finance_statement":
        line = {"name": "", "amount": "", "sub": False}
        return {
            "opening": "",
            "income": [dict(line)] * 2,
            "expense": [dict(line)] * 3,
            "closing": "",
            "note": "",
        }
    if form == "ledger":
        return {"opening": "", "lines": [dict.fromkeys(_ROW_NAMES["lines"], "")] * 3} | {
            "closing": "",
            "note": "",
        }
    if form == "person_list":
        columns = [{"name": "姓名", "amount": False}, {"name": "金额", "amount": True}]
        return {"columns": columns, "rows": [["", ""]] * 3, "total": "", "note": ""}
    if form == "decision":
        names = FOUR_DELIBERATIONS if item.affairs == "village" else ("党员大会",)
        step = dict.fromkeys(_ROW_NAMES["steps"], "")
        return {"text": "", "steps": [{**step, "name": name} for name in names]}
    return {"text": ""}


def default_title(item: Item, period: str) -> str:
    """ "2026年第三季度财务收支情况"; the item's title where there is no period."""
    try:
        words = Period.parse(period).title
    except PeriodMalformed:
        return item.title
    if words.endswith("年") and item.title.startswith("年度"):
        return words + item.title.removeprefix("年")
    return words + item.title


def periods(item: Item, today: date, chosen: str) -> list[Period]:
    """What an item's form offers, newest first: the running period, the eight before it, and the
    chosen one."""
    if not item.periodic:
        return []
    found = [Period.containing(item.cadence, today)]
    for _ in range(8):
        found.append(found[-1].previous)
    try:
        held = Period.parse(chosen)
    except PeriodMalformed:
        return found
    return found if held in found else [*found, held]


def typed(form: Mapping[str, str], held: Values, item: Item) -> Values:
    """The draft's values with what the submitted form holds; `held` are those before."""
    values = {**held, "fields": _fields(form, held["form"], held["fields"])}
    for name in ("period", "title", "on", "contact", "reason", "event"):
        if name in form:
            values[name] = _line(form[name])
    if values["period"] != held["period"] and values["title"] in (
        default_title(item, held["period"]),
        item.title,
        "",
    ):
        values["title"] = default_title(item, values["period"])
    values["reviews"] = [
        {
            "by": review["by"],
            "name": _line(form.get(f"reviews-{n}-name", review["name"])),
            "on": _line(form.get(f"reviews-{n}-on", review["on"])),
        }
        for n, review in enumerate(held["reviews"])
    ]
    values["photos"] = [
        {**photo, "name": _line(form.get(f"photos-{n}-name", photo["name"]))}
        for n, photo in enumerate(held["photos"])
    ]
    return values


def add_row(values: Values, what: str) -> Values:
    """The values with one more empty row of `what` (income, lines, rows, columns, ...)."""
    fields = dict(values["fields"])
    if what == "columns":
        fields["columns"] = [*fields["columns"], {"name": "", "amount": False}]
        fields["rows"] = [[*row, ""] for row in fields["rows"]]
    elif what == "rows" and "rows" in fields:
        fields["rows"] = [*fields["rows"], [""] * len(fields["columns"])]
    elif what in _ROW_NAMES and what in fields:
        row: dict[str, Any] = dict.fromkeys(_ROW_NAMES[what], "")
        if "sub" in row:
            row["sub"] = False
        fields[what] = [*fields[what], row]
    return {**values, "fields": fields}


def drop_column(values: Values, index: int) -> Values:
    """The values of a person list without one column."""
    fields = dict(values["fields"])
    if "columns" in fields and 0 <= index < len(fields["columns"]):
        fields["columns"] = _without(fields["columns"], index)
        fields["rows"] = [_without(row, index) for row in fields["rows"]]
    return {**values, "fields": fields}


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
            {key: "" if step[key] is None else str(step[key]) for key in _ROW_NAMES["steps"]}
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


def masked(values: Values) -> Values:
    """The values with all personal data masked; a list's columns of health are left out."""
    return {
        **values,
        "title": privacy.mask(values["title"]),
        "reason": privacy.mask(values["reason"]),
        "contact": privacy.mask(values["contact"], privacy.PUBLIC_CONTACT),
        "photos": [{**photo, "name": privacy.mask(photo["name"])} for photo in values["photos"]],
        "fields": privacy.masked(values["fields"], values["form"]),
    }


def masked_at(values: Values, place: str) -> Values:
    """The values with one field masked."""
    keys = place.split(".")
    text = privacy.mask(at(values, place), _ALLOWED.get(keys[0], frozenset()))
    if keys[0] == "rows" and len(keys) == 3:
        fields = values["fields"]
        names = [column["name"] for column in fields["columns"]]
        for found in privacy.find_in_table(names, fields["rows"], fields["note"]):
            if [str(found.row), str(found.column)] == keys[1:]:
                text = found.text
    return put(values, place, text)


_ALLOWED = {"contact": privacy.PUBLIC_CONTACT}


def at(values: Values, place: str) -> str:
    """What was typed at a place; "" where there is no such field."""
    value: Any = _holder(values, place)
    for key in place.split("."):
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return ""
    return value if isinstance(value, str) else ""


def put(values: Values, place: str, text: str) -> Values:
    """The values with another text at a place; unchanged where there is no such field."""
    if not at(values, place):
        return values
    keys = place.split(".")
    if keys[0] in values["fields"]:
        return {**values, "fields": _put(values["fields"], keys, text)}
    changed: Values = _put(values, keys, text)
    return changed


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


# ---- fields ----


def _fields(form: Mapping[str, str], name: str, held: dict[str, Any]) -> dict[str, Any]:
    if name not in commands.BUILT_FORMS:
        return {"text": _text(form.get("text", held.get("text", "")))}
    rows = _rows(form)
    made: dict[str, Any] = {
        key: _text(form.get(key, held.get(key, ""))) for key in _SINGLE_OF[name]
    }
    for group in _ROWS_OF[name]:
        made[group] = [
            {
                key: bool(row.get(key)) if _is_flag(group, key) else _line(row.get(key, ""))
                for key in _ROW_NAMES[group]
            }
            for row in rows.get(group, ())
        ] or held[group]
    if name == "person_list":
        wide = len(made["columns"])
        made["rows"] = [
            [_line(row.get(str(c), "")) for c in range(wide)] for row in rows.get("rows", ())
        ] or [[""] * wide]
    return made


def _rows(form: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    """Fields named `group-number-key` as rows by group, in the order of their numbers."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    for key, value in form.items():
        if part := _KEY.fullmatch(key):
            group, number, name = part.groups()
            found.setdefault(group, {}).setdefault(int(number), {})[name] = value
    return {
        group: [rows[number] for number in sorted(rows)[:ROWS_LIMIT]]
        for group, rows in found.items()
    }


def _is_flag(group: str, key: str) -> bool:
    return key == "sub" or (group == "columns" and key == "amount")


def _line(text: str) -> str:
    return " ".join(text.split())[:500]


def _text(text: str) -> str:
    return text.replace("\r\n", "\n")[:20_000]


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


def _without(row: list[Any], index: int) -> list[Any]:
    return row[:index] + row[index + 1 :]


def _holder(values: Values, place: str) -> Any:
    return values["fields"] if place.split(".")[0] in values["fields"] else values


def _put(value: Any, keys: list[str], text: str) -> Any:
    if not keys:
        return text
    if isinstance(value, list):
        index = int(keys[0])
        return [_put(each, keys[1:], text) if n == index else each for n, each in enumerate(value)]
    return {**value, keys[0]: _put(value[keys[0]], keys[1:], text)}


def past_day_fault(place: str, text: str, today: date, words: str) -> Fault | None:
    """The fault of a date that must be given and must not lie ahead, or None."""
    found = read_day(text)
    if found is None:
        return Fault(place, f"请填写{words}。")
    if found > today:
        return Fault(place, f"{words}还没到（{calendar.day_in_words(found, today)}），请检查。")
    return None
