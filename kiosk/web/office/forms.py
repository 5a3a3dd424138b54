"""A notice while an officer writes it: the form's fields and the values of its draft.

A draft's values hold every field as it was typed, so that nothing is lost by being wrong. Fields
of the form are named by their place in the values: `income-2-amount`, `rows-4-0`, `closing`. Faults
are told by the same places with dots (`income.2.amount`), which the page shows at the field. What
the values say, as a notice's content, is read in `contents`.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kiosk.duties import queries as duties
from kiosk.node import Node
from kiosk.notices import commands
from kiosk.rules import forms as definitions
from kiosk.rules import privacy
from kiosk.rules.calendar import Period, PeriodMalformed
from kiosk.rules.catalogue import Item
from kiosk.rules.forms import Field, Form
from kiosk.rules.tables.periods import period_id, period_said

ROWS_LIMIT = 3_000
FIRST_ROWS = 3
TABLE_FORMS = ("finance_statement", "ledger", "person_list")
"""Forms whose tables are recognised by their meaning; those of others by their headings."""

Values = dict[str, Any]

_KEY = re.compile(r"([a-z][a-z0-9_]*)-(\d{1,5})-([a-z][a-z0-9_]*|\d{1,3})")


def definition(node: Node, values: Values) -> Form:
    """The definition of the form that a draft is written in: plain words where it is gone."""
    known = duties.forms(node.journal)
    return known.get(values["form"]) or known[commands.PLAIN]


def blank(
    item: Item,
    form: Form | None = None,
    *,
    period: str,
    event: str,
    title: str,
    contact: str,
) -> Values:
    """The values of a new draft of an item in a form, by default the program's own for it."""
    form = form or own(commands.form_of(item))
    return {
        "item": item.id,
        "form": form.id,
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


def blank_fields(item: Item, form: Form) -> dict[str, Any]:
    """Empty fields of a form, with the rows that one always needs."""
    made: dict[str, Any] = {}
    for field in form.fields_for(item.id):
        if field.type == "sheet":
            made["columns"] = [{"name": "姓名", "amount": False}, {"name": "金额", "amount": True}]
            made["rows"] = [["", ""] for _ in range(FIRST_ROWS)]
        elif field.type == "stages":
            first = field.columns[0].key
            names = field.first_stages(item.affairs)
            made[field.key] = [{**blank_row(field), first: name} for name in names or [""]]
        elif field.is_table:
            few = 1 if field.by_rows else FIRST_ROWS
            made[field.key] = [blank_row(field) for _ in range(few)]
        else:
            made[field.key] = ""
    return made


def blank_row(table: Field) -> dict[str, Any]:
    return {column.key: False if column.type == "part" else "" for column in table.columns}


def default_title(item: Item, period: str) -> str:
    """ "2026年第三季度财务收支情况"; the item's title where there is no period."""
    try:
        words = Period.parse(period).title
    except PeriodMalformed:
        return item.title
    if words.endswith("年") and item.title.startswith("年度"):
        return words + item.title.removeprefix("年")
    return words + item.title


def is_default_title(item: Item, title: str) -> bool:
    """Whether a title is the one that the form gives itself, for whatever period."""
    said = period_said(title)
    named = "" if said.year is None else period_id(said.year, said.part or "")
    return title in ("", item.title) or title == default_title(item, named)


def period_of(item: Item, text: str) -> str:
    """The period's id where an item can be about it, else ""."""
    try:
        found = Period.parse(text)
    except PeriodMalformed:
        return ""
    return found.id if found.cadence == item.cadence else ""


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


def typed(form: Mapping[str, str], held: Values, item: Item, known: Form | None = None) -> Values:
    """The draft's values with what the submitted form holds; `held` are those before. `known` is
    the definition of the draft's form (the program's own of that name)."""
    values = {**held, "fields": _fields(form, known or own(held["form"]), held["fields"])}
    for name in ("title", "on", "contact", "reason", "unmasked"):
        if name in form:
            values[name] = _line(form[name])
    values["period"] = period_of(item, form.get("period", "")) or held["period"]
    if "again-asked" in form:
        values["again"] = _line(form.get("again", ""))
    if values["period"] != held["period"]:
        values["again"] = ""
    # A window may still show the title of the period that it was opened with.
    if item.periodic and is_default_title(item, values["title"]):
        values["title"] = default_title(item, values["period"])
    values["photos"] = [
        {**photo, "name": _line(form.get(f"photos-{n}-name", photo["name"]))}
        for n, photo in enumerate(held["photos"])
    ]
    return values


def add_row(values: Values, what: str, form: Form | None = None) -> Values:
    """The values with one more empty row of `what` (income, lines, rows, columns, ...)."""
    fields = dict(values["fields"])
    table = (form or own(values["form"])).field(what)
    if what == "columns" and "columns" in fields:
        fields["columns"] = [*fields["columns"], {"name": "", "amount": False}]
        fields["rows"] = [[*row, ""] for row in fields["rows"]]
    elif table is not None and table.type == "sheet":
        fields["rows"] = [*fields["rows"], [""] * len(fields["columns"])]
    elif table is not None and table.is_table:
        fields[what] = [*fields.get(what, ()), blank_row(table)]
    return {**values, "fields": fields}


def drop_row(values: Values, what: str) -> Values:
    """The values without the row at `what` ("contracts.2"); the last one is emptied instead."""
    group, _, number = what.partition(".")
    rows = values["fields"].get(group)
    if not isinstance(rows, list) or not number.isdigit() or int(number) >= len(rows):
        return values
    kept = _without(rows, int(number))
    if not kept:
        row = rows[0]
        kept = [
            {key: False if value is True or value is False else "" for key, value in row.items()}
            if isinstance(row, dict)
            else [""] * len(row)
        ]
    return {**values, "fields": {**values["fields"], group: kept}}


def drop_column(values: Values, index: int) -> Values:
    """The values of a person list without one column."""
    fields = dict(values["fields"])
    if "columns" in fields and 0 <= index < len(fields["columns"]):
        fields["columns"] = _without(fields["columns"], index)
        fields["rows"] = [_without(row, index) for row in fields["rows"]]
    return {**values, "fields": fields}


def masked(values: Values, form: Form | None = None) -> Values:
    """The values with all personal data masked; a list's columns of health are left out."""
    return {
        **values,
        "title": privacy.mask(values["title"]),
        "reason": privacy.mask(values["reason"]),
        "contact": privacy.mask(values["contact"], privacy.PUBLIC_CONTACT),
        "photos": [{**photo, "name": privacy.mask(photo["name"])} for photo in values["photos"]],
        "fields": privacy.masked(values["fields"], form or own(values["form"])),
    }


def masked_at(values: Values, place: str, form: Form | None = None) -> Values:
    """The values with one field masked."""
    keys = place.split(".")
    if keys[0] in values["fields"]:
        known = form or own(values["form"])
        if any(field.type == "sheet" for field in known.fields) and keys[0] == "rows":
            return put(values, place, _cell_masked(values["fields"], keys))
        fields = privacy.masked(values["fields"], known)
        return put(values, place, at({**values, "fields": fields}, place))
    allowed = privacy.PUBLIC_CONTACT if keys[0] == "contact" else frozenset()
    return put(values, place, privacy.mask(at(values, place), allowed))


def _cell_masked(fields: dict[str, Any], keys: list[str]) -> str:
    """A cell of a list masked, where a whole column may have to go as well."""
    names = [column["name"] for column in fields["columns"]]
    for found in privacy.find_in_table(names, fields["rows"], fields.get("note", "")):
        if [str(found.row), str(found.column)] == keys[1:]:
            return found.text
    return privacy.mask(at({"fields": fields}, ".".join(keys)))


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


# ---- fields ----


def own(id: str) -> Form:
    """The program's form of that id, plain words where there is none."""
    return definitions.load().get(id) or definitions.load()[commands.PLAIN]


def _fields(form: Mapping[str, str], known: Form, held: dict[str, Any]) -> dict[str, Any]:
    rows = _rows(form)
    made: dict[str, Any] = {}
    for field in known.fields:
        key = field.key
        if key not in held:
            continue
        if field.type == "sheet":
            made["columns"] = [
                {"name": _line(row.get("name", "")), "amount": bool(row.get("amount"))}
                for row in rows.get("columns", ())
            ] or held["columns"]
            wide = len(made["columns"])
            made["rows"] = [
                [_line(row.get(str(c), "")) for c in range(wide)] for row in rows.get("rows", ())
            ] or [[""] * wide]
        elif field.is_table:
            made[key] = [
                {column.key: _sent(column, row) for column in field.columns}
                for row in rows.get(key, ())
            ] or held[key]
        else:
            made[key] = _sent(field, form, held[key])
    return made


def _sent(field: Field, form: Mapping[str, str], held: Any = "") -> Any:
    text = form.get(field.key, held)
    if field.type == "part":
        return bool(text)
    return _text(text) if field.type in ("long_text", "lines") else _line(text)


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


def _line(text: str) -> str:
    return " ".join(text.split())[:500]


def _text(text: str) -> str:
    return text.replace("\r\n", "\n")[:20_000]


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
