"""From a draft's fields to a notice's content, and back for a correction or an import.

Fields hold text as it was typed; a content has the shape of its form with money in fen
(`kiosk.notices.projection`). What cannot be read is a fault at its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kiosk.rules import accounts, calendar
from kiosk.rules import forms as definitions
from kiosk.rules.accounts import AmountUnreadable
from kiosk.rules.forms import Field, Form
from kiosk.web.office.forms import Values, own


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


def content_of(values: Values, form: Form | None = None) -> Content:
    """The notice's content (shape of its form, money in fen) and what could not be read.

    `form` is the definition of the draft's form (the program's own of that name). Where something
    could not be read it is left out of the content.
    """
    known = form or own(values["form"])
    reader = _Reader(frozenset(photo["sha"] for photo in values["photos"]))
    content = reader.content(known, values["fields"])
    wanted = {"finance_statement": _statement, "ledger": _ledger, "person_list": _person_list}
    if known.id in wanted:
        wanted[known.id](content, values["fields"], reader)
    return Content(content, reader.faults, reader.kept)


def fields_of(content: Mapping[str, Any], form: Form | str, item: str = "") -> dict[str, Any]:
    """The fields of a form that give this content: for a correction, and after an import. With an
    `item` of the catalogue only those that belong to it."""
    known = own(form) if isinstance(form, str) else form
    filled = definitions.filled(known, content)
    made: dict[str, Any] = {}
    for each in known.fields_for(item) if item else known.fields:
        value = filled.get(each.key)
        if each.type == "sheet":
            made["columns"] = [dict(column) for column in filled["columns"]]
            made["rows"] = [[_cell_written(cell) for cell in row] for row in filled["rows"]]
        elif each.is_table:
            made[each.key] = [
                {column.key: _typed(column, row[column.key]) for column in each.columns}
                for row in value or ()
            ]
        else:
            made[each.key] = _typed(each, value)
    if known.id == "ledger":
        # A line is income or expense: of the other nothing is shown.
        for line in made["lines"]:
            line |= {key: "" for key in ("income", "expense") if line[key] == "0.00"}
    return made


def _typed(each: Field, value: Any) -> Any:
    if each.type == "money":
        return written(value)
    if each.type == "number":
        return "" if value is None else str(value)
    return value


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


# ---- reading what is typed ----


@dataclass
class _Reader:
    """Reads a form's fields and notes what it cannot read, and which rows are left out. `photos`
    are those that a field may name."""

    photos: frozenset[str]
    faults: list[Fault] = field(default_factory=list)
    kept: dict[str, list[int]] = field(default_factory=dict)

    def content(self, form: Form, fields: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for each in form.fields:
            if each.key not in fields:
                continue
            if each.type == "sheet":
                made["columns"], made["rows"] = self._sheet(fields)
            elif each.is_table:
                made[each.key] = self._rows(each, fields[each.key])
            else:
                made[each.key] = self._value(each, each.key, fields[each.key])
        return made

    def needed(self, place: str, text: Any, message: str) -> None:
        if not str(text).strip():
            self.faults.append(Fault(place, message))

    def money(self, place: str, text: str) -> int | None:
        try:
            return accounts.parse_fen(text) if text.strip() else None
        except AmountUnreadable as error:
            self.faults.append(Fault(place, str(error)))
            return None

    def _rows(self, table: Field, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        first = table.columns[0].key if table.type == "stages" else ""
        kept = self.kept.setdefault(table.key, [])
        made = []
        for n, row in enumerate(rows):
            given = [row.get(it.key) for it in table.columns if it.key != first]
            if not any(value for value in given if not isinstance(value, bool)):
                continue
            kept.append(n)
            made.append(
                {
                    column.key: self._value(
                        column, f"{table.key}.{n}.{column.key}", row.get(column.key, "")
                    )
                    for column in table.columns
                }
            )
        return made

    def _sheet(self, fields: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[list[Any]]]:
        columns = [
            {"name": column["name"], "amount": bool(column["amount"])}
            for column in fields["columns"]
        ]
        kept = self.kept.setdefault("rows", [])
        rows = []
        for n, row in enumerate(fields["rows"]):
            if not any(row):
                continue
            kept.append(n)
            rows.append(
                [
                    self.money(f"rows.{n}.{c}", cell) if column["amount"] else cell
                    for c, (cell, column) in enumerate(zip(row, columns, strict=True))
                ]
            )
        return columns, rows

    def _value(self, each: Field, place: str, typed: Any) -> Any:
        if each.type == "part":
            return bool(typed)
        if each.type == "money":
            return self.money(place, typed)
        if each.type == "photo":
            return typed if typed in self.photos else ""
        try:
            return definitions.value_written(each, typed)
        except ValueError as error:
            said = f"{each.label}{error}。"
            if each.type == "date":
                said = "日期看不懂，请写成 2026-10-08 的样子。"
            self.faults.append(Fault(place, said))
            return definitions.empty(each)


def _statement(content: dict[str, Any], fields: Mapping[str, Any], read: _Reader) -> None:
    for name, words in (("opening", "期初余额"), ("closing", "期末余额")):
        read.needed(name, fields[name], f"请填写{words}，没有就填 0。")
    for side in ("income", "expense"):
        for n, line in zip(read.kept[side], content[side], strict=True):
            place = f"{side}.{n}"
            typed = fields[side][n]
            read.needed(f"{place}.name", typed["name"], "请写明是什么项目。")
            read.needed(f"{place}.amount", typed["amount"], "请填写金额，没有发生就删掉这一行。")
            line["amount"] = line["amount"] or 0


def _ledger(content: dict[str, Any], fields: Mapping[str, Any], read: _Reader) -> None:
    for n, line in zip(read.kept["lines"], content["lines"], strict=True):
        place = f"lines.{n}"
        typed = fields["lines"][n]
        read.needed(f"{place}.on", typed["on"], "请填写日期。")
        read.needed(f"{place}.summary", typed["summary"], "请写明摘要。")
        if not typed["income"] and not typed["expense"]:
            read.faults.append(Fault(f"{place}.expense", "收入和支出至少填一个。"))
        line |= {side: line[side] or 0 for side in ("income", "expense")}
    if not content["lines"]:
        read.faults.append(Fault("lines.0.summary", "还没有填写一笔收支。"))


def _person_list(content: dict[str, Any], fields: Mapping[str, Any], read: _Reader) -> None:
    for n, column in enumerate(fields["columns"]):
        read.needed(f"columns.{n}.name", column["name"], "请给这一列起个名字，或删掉这一列。")


# ---- dates and money ----


def read_day(text: str) -> date | None:
    """The date that was typed, or None."""
    try:
        return date.fromisoformat(definitions.day_written(text))
    except ValueError:
        return None


def written(fen: int | None) -> str:
    return "" if fen is None else accounts.yuan(fen)


def _cell_written(cell: Any) -> str:
    return written(cell) if isinstance(cell, int) else cell or ""


def past_day_fault(place: str, text: str, today: date, words: str) -> Fault | None:
    """The fault of a date that must be given and must not lie ahead, or None."""
    found = read_day(text)
    if found is None:
        return Fault(place, f"请填写{words}。")
    if found > today:
        return Fault(place, f"{words}还没到（{calendar.day_in_words(found, today)}），请检查。")
    return None
