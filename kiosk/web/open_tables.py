"""A notice's table as CSV (`/n/<id>.csv`), for a spreadsheet or a program.

By the notice's form: its one table as it is; of several, all rows below each other, the first
column saying which table a row is of, with the columns of all. Money in yuan with two decimals and
no separators, days as YYYY-MM-DD, photos left out. What stands in the notice beside its tables
(balances, notes) is in `notices.json`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response

from kiosk.duties import queries as duties
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.rules import forms
from kiosk.rules.forms import Field, Form
from kiosk.web import current_node, errors, sheets
from kiosk.web.opened import csv_answer

WHICH = "表"

Table = tuple[str, list[str], list[list[str]]]
"""A table's name, its headings, its rows as long as these."""

blueprint = Blueprint("open_tables", __name__)


@blueprint.record
def _share_with_templates(state: Any) -> None:
    state.app.jinja_env.globals["has_table"] = has_table


@blueprint.get("/n/<id>.csv")
def table(id: str) -> Response:
    found = notices.notice(current_node().journal, id)
    if found is None:
        return errors.page(404, "没有找到这条公开内容", "请检查地址是不是完整。")
    if found.state == "withdrawn":
        return errors.page(410, "这条公开已经撤回", "它的表也不再提供。撤回的原因写在这条公开里。")
    if found.content is None:
        return errors.page(410, "内容已依法删除", "这条公开的内容已经按规定删除，表也不再提供。")
    tables = _tables(found)
    if not tables:
        return errors.page(404, "这条公开没有表", "它的内容是文字，请直接看这条公开。")
    columns, rows = _one(tables)
    return csv_answer(sheets.csv_file(columns, rows), f"{found.id}.csv")


def has_table(notice: Notice) -> bool:
    """Whether `/n/<id>.csv` answers with a table."""
    return notice.state != "withdrawn" and notice.content is not None and bool(_tables(notice))


def _tables(notice: Notice) -> list[Table]:
    form = duties.forms(current_node().journal, notice.village).get(notice.form)
    return [] if form is None or notice.content is None else tables_of(form, notice.content)


def tables_of(form: Form, content: Mapping[str, Any]) -> list[Table]:
    """The tables of a content in which something stands, in the form's order."""
    filled = forms.filled(form, content)
    found: list[Table] = []
    for field in form.fields:
        if field.type == "sheet":
            found.append(_sheet(field, filled))
        elif field.is_table:
            columns = [it for it in field.columns if it.type != "photo"]
            rows = [[_said(it, row[it.key]) for it in columns] for row in filled[field.key]]
            found.append((field.label, [_heading(it) for it in columns], rows))
    return [each for each in found if each[2]]


def _one(tables: list[Table]) -> tuple[list[str], list[list[str]]]:
    """One table of all: of several the columns of all, and before them the table's name."""
    if len(tables) == 1:
        return tables[0][1], tables[0][2]
    columns = list(dict.fromkeys(heading for _, headings, _ in tables for heading in headings))
    rows = []
    for name, headings, given in tables:
        places = [headings.index(it) if it in headings else -1 for it in columns]
        rows += [[name, *("" if at < 0 else row[at] for at in places)] for row in given]
    return [WHICH, *columns], rows


def _sheet(field: Field, filled: Mapping[str, Any]) -> Table:
    given = filled["columns"]
    rows = [
        [
            ("" if cell is None else yuan(cell)) if column["amount"] else cell
            for cell, column in zip(row, given, strict=True)
        ]
        for row in filled["rows"]
    ]
    headings = [f"{it['name']}（元）" if it["amount"] else it["name"] for it in given]
    return field.label, headings, rows


def _heading(column: Field) -> str:
    if column.type == "part":
        return "其中"
    return f"{column.label}（元）" if column.type == "money" and not column.unit else column.heading


def _said(column: Field, value: Any) -> str:
    match column.type:
        case "money":
            return "" if value is None else yuan(value)
        case "number":
            return "" if value is None else format(Decimal(value), "f")
        case "part":
            return "是" if value else ""
        case "lines" | "long_text":
            return "；".join(filter(None, (line.strip() for line in value.splitlines())))
    return str(value)


def yuan(fen: int) -> str:
    """Fen as yuan for programs: 12345.67, -0.50."""
    return format(Decimal(fen) / 100, ".2f")
