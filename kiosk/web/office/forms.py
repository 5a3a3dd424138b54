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

from kiosk.notices import commands
from kiosk.rules import privacy
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

ROW_NAMES = {
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
        return {"opening": "", "lines": [dict.fromkeys(ROW_NAMES["lines"], "")] * 3} | {
            "closing": "",
            "note": "",
        }
    if form == "person_list":
        columns = [{"name": "姓名", "amount": False}, {"name": "金额", "amount": True}]
        return {"columns": columns, "rows": [["", ""]] * 3, "total": "", "note": ""}
    if form == "decision":
        names = FOUR_DELIBERATIONS if item.affairs == "village" else ("党员大会",)
        step = dict.fromkeys(ROW_NAMES["steps"], "")
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


def typed(form: Mapping[str, str], held: Values, item: Item) -> Values:
    """The draft's values with what the submitted form holds; `held` are those before."""
    values = {**held, "fields": _fields(form, held["form"], held["fields"])}
    for name in ("title", "on", "contact", "reason"):
        if name in form:
            values[name] = _line(form[name])
    values["period"] = period_of(item, form.get("period", "")) or held["period"]
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
    elif what in ROW_NAMES and what in fields:
        row: dict[str, Any] = dict.fromkeys(ROW_NAMES[what], "")
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
                for key in ROW_NAMES[group]
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
