"""The last period's notice as a start, and which figures of a draft differ from it.

Most of a quarter's notice is like the last one. What was copied and forgotten is what goes wrong,
so the officer sees which figures were changed, and how many still stand as they were.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.rules.accounts import AmountUnreadable, parse_fen
from kiosk.rules.forms import Field, Form
from kiosk.web import current_node
from kiosk.web.office import contents, documents, prepared
from kiosk.web.office.forms import Values

BALANCES = ("opening", "closing")
"""Figures that follow from the others and differ each period anyway."""
NEVER_ALIKE = ("ledger",)
"""Forms whose every line is new each period."""


@dataclass(frozen=True)
class Change:
    """A figure that is not what it was: its place in the form ("" where its row is gone), its name
    in words, and what was written and is ("" where there was or is none)."""

    place: str
    words: str
    before: str
    now: str


@dataclass(frozen=True)
class Compared:
    """A draft beside the notice that it was begun from."""

    notice: Notice
    changes: list[Change]
    same: int


def source(node: Node, values: Values) -> Notice | None:
    """The notice that a draft could begin with: the last period's, or of an item without periods
    the newest; None without one."""
    if values["corrects"] or values["form"] in NEVER_ALIKE:
        return None
    found = prepared.previous(node, values)
    if found is not None or values["period"]:
        return found
    return next(
        (
            notice
            for notice in notices.of_item(node.journal, node.config.code, values["item"])
            if notice.form == values["form"] and not notice.period
        ),
        None,
    )


def is_untouched(form: Form, fields: Mapping[str, Any]) -> bool:
    """Whether nothing was written yet but what the form begins with."""
    for field in form.fields:
        if field.type == "sheet":
            if any(any(row) for row in fields.get("rows", ())):
                return False
        elif field.is_table:
            first = field.columns[0].key if field.type == "stages" else ""
            for row in fields.get(field.key, ()):
                if any(value for key, value in row.items() if key != first):
                    return False
        elif field.key != "opening" and fields.get(field.key):
            return False
    return True


def offered(node: Node, values: Values) -> Notice | None:
    """The notice that a draft may begin with while nothing else was written in it."""
    if not is_untouched(documents.form_of(values), values["fields"]):
        return None
    return source(node, values)


def begun_here(values: Values) -> Values:
    """The values with the content of the notice that is offered; unchanged without one."""
    notice = offered(current_node(), values)
    return values if notice is None else begun(values, notice)


def begun(values: Values, notice: Notice) -> Values:
    """The values with the notice's content: its closing balance as the opening, none as closing."""
    if notice.content is None:
        return values
    fields = contents.fields_of(notice.content, documents.form_of(values), values["item"])
    if "opening" in fields and "closing" in fields:
        fields |= {"opening": fields["closing"] or fields["opening"], "closing": ""}
    return {**values, "fields": fields, "started": notice.id}


def compared(node: Node, values: Values) -> Compared | None:
    """How the draft differs from the notice that it was begun from; None where from none."""
    notice = notices.notice(node.journal, values.get("started", ""))
    if notice is None or notice.content is None or notice.form != values["form"]:
        return None
    before = contents.fields_of(notice.content, documents.form_of(values))
    changes: list[Change] = []
    same = 0
    for change in _figures(documents.form_of(values), before, values["fields"]):
        if _equal(change.before, change.now):
            same += bool(change.now)
        else:
            changes.append(change)
    return Compared(notice, changes, same)


def _figures(form: Form, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    """Every figure of either, changed or not."""
    for field in form.fields:
        if field.type == "sheet":
            yield from _sheet_figures(before, now)
        elif field.is_table:
            yield from _table_figures(field, before, now)
        elif field.is_figure and field.key not in BALANCES:
            yield Change(field.key, field.label, before.get(field.key, ""), now.get(field.key, ""))


def _table_figures(
    table: Field, before: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[Change]:
    name = next((it.key for it in table.columns if not it.is_figure and it.type != "part"), "")
    figures = [column for column in table.columns if column.is_figure]
    old = _by_name((row.get(name, ""), row) for row in before.get(table.key, ()))
    for n, row in enumerate(now.get(table.key, ())):
        was = old.pop(row.get(name, ""), None) or {}
        for column in figures:
            words = f"{table.label}“{row.get(name, '')}”{column.label if len(figures) > 1 else ''}"
            place = f"{table.key}.{n}.{column.key}"
            yield Change(place, words, was.get(column.key, ""), row.get(column.key, ""))
    for title, row in old.items():
        for column in figures:
            words = f"{table.label}“{title}”{column.label if len(figures) > 1 else ''}"
            yield Change("", words, row.get(column.key, ""), "")


def _sheet_figures(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    columns, old_columns = now["columns"], before["columns"]
    name = next((n for n, column in enumerate(columns) if not column["amount"]), 0)
    old_name = next((n for n, column in enumerate(old_columns) if not column["amount"]), 0)
    old = _by_name(
        (
            row[old_name],
            {column["name"]: cell for column, cell in zip(old_columns, row, strict=True)},
        )
        for row in before["rows"]
    )
    for n, row in enumerate(now["rows"]):
        if not any(row):
            continue
        was = old.pop(row[name], None) or {}
        for c, column in enumerate(columns):
            if column["amount"]:
                words = f"“{row[name]}”{column['name']}"
                yield Change(f"rows.{n}.{c}", words, was.get(column["name"], ""), row[c])
    for title, was in old.items():
        for column in old_columns:
            if column["amount"]:
                yield Change("", f"“{title}”{column['name']}", was.get(column["name"], ""), "")


def _by_name(rows: Any) -> dict[str, Any]:
    """Rows by their names; two of one name cannot be told apart, so the first is taken."""
    found: dict[str, Any] = {}
    for name, row in rows:
        if name:
            found.setdefault(name, row)
    return found


def _equal(before: str, now: str) -> bool:
    if before == now:
        return True
    try:
        return parse_fen(before) == parse_fen(now)
    except AmountUnreadable:
        return False
