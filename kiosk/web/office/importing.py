"""An uploaded table, from the file to the draft's fields.

The file is kept beside the draft until it is adopted, so that it can be read again with another
match of its columns. Nothing is guessed in silence: the officer sees the sheet with its faults and
personal data marked, what was recognised, and what had no place; the match of every column can be
changed. How the table is to be read stands in the page's address.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from kiosk.attachments import FileRefused, grids
from kiosk.drafts import Draft
from kiosk.drafts import commands as draft_commands
from kiosk.drafts import queries as drafts
from kiosk.rules import accounts, privacy, tables
from kiosk.rules.catalogue import Item
from kiosk.rules.tables import Reading
from kiosk.rules.tables.grid import Grid, column_number, letters, written
from kiosk.rules.tables.words import role_of
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office import contents, forms, matching, prepared
from kiosk.web.office.door import blueprint, item_of, open_draft
from kiosk.web.office.forms import Values

UNITS = ("元", "千元", "万元", "角", "分")
ROWS_SHOWN = 25
COLUMNS_SHOWN = 26

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]+)$")


@dataclass(frozen=True)
class Shown:
    """A cell of the sheet as the page shows it; `mark` "fault", "personal", "unplaced" or ""."""

    text: str
    mark: str


@dataclass(frozen=True)
class Sheet:
    """The part of the sheet that the page shows: its columns' letters, its rows by number."""

    letters: list[str]
    rows: list[tuple[int, list[Shown]]]
    more: int


def take(draft: Draft, file: FileStorage | None) -> Response:
    """Keeps the uploaded table and goes on to what was recognised, or says why it is refused."""
    name = file.filename if file else ""
    if file is None or not name:
        flash("还没有选文件。请先选择 Excel 表，再按“导入表格”。", "fault")
        return redirect(url_for("office.edit", id=draft.id))
    data = file.stream.read(grids.BYTES_LIMIT + 1)
    try:
        grids.read_grids(data, name)
    except FileRefused as refused:
        flash(f"{name}：{refused}", "fault")
        return redirect(url_for("office.edit", id=draft.id))
    draft_commands.keep_table(current_node().journal, draft.id, name, data)
    return redirect(url_for("office.table", id=draft.id))


@blueprint.route("/drafts/<id>/table", methods=["GET", "POST"])
def table(id: str) -> Page:
    """What was recognised in the uploaded table; POST reads it again or takes it into the form."""
    draft = open_draft(id)
    kept = drafts.table(current_node().journal, id)
    if kept is None:
        return redirect(url_for("office.edit", id=id))
    item = item_of(draft.values["item"])
    name, data = kept
    found = grids.read_grids(data, name)
    form = forms.definition(current_node(), draft.values)
    if form.id not in forms.TABLE_FORMS:
        return matching.page(draft, item, form, name, found)
    if request.method == "POST" and request.form.get("do") == "read":
        return redirect(url_for("office.table", id=id, **_asked(request.form)))
    asked = _remembered(found, form.id, name, _asked(request.values))
    mapping = _mapping(asked)
    reading = tables.read(found, draft.values["form"], mapping, filename=name)
    if request.method == "POST":
        return _adopted(draft, item, reading)
    period = forms.period_of(item, reading.period or "")
    return render_template(
        "office/table.html",
        draft=draft,
        item=item,
        name=name,
        reading=reading,
        looks=tables.read(found, None, mapping, filename=name).form,
        asked=asked,
        sheet=_sheet(found, reading),
        totals=_totals(reading),
        personal=Counter(privacy.KINDS[each.kind] for each in reading.personal),
        questions=[each for each in reading.questions if not each.about.startswith("column:")],
        columns={column.letter: column for column in reading.columns},
        roles=tables.ROLES,
        forms=tables.FORMS,
        units=UNITS,
        unit=next((name for name in UNITS if accounts.UNITS[name] == reading.unit), "元"),
        differs=period not in ("", draft.values["period"]),
        other_cadence=bool(item.periodic and reading.period and not period),
    )


def _adopted(draft: Draft, item: Item, reading: Reading) -> Response:
    """The table's content as the draft's fields, with all personal data masked."""
    form = draft.values["form"]
    if reading.content is None or reading.form != form:
        flash(f"这张表里没有认出{tables.FORMS[form]}，请检查每一列的对应。", "fault")
        return redirect(url_for("office.table", id=draft.id, **_asked(request.form)))
    node = current_node()
    content = privacy.masked(reading.content, form)
    values: Values = {**draft.values, "fields": contents.fields_of(content, form)}
    if form == "person_list":
        # The board numbers the rows itself.
        numbers = [n for n, it in enumerate(content["columns"]) if role_of(it["name"]) == "seq"]
        for n in reversed(numbers):
            values = forms.drop_column(values, n)
    period = forms.period_of(item, reading.period or "")
    if period and not values["corrects"] and request.form.get("whose", "table") == "table":
        if values["title"] == forms.default_title(item, values["period"]):
            values["title"] = forms.default_title(item, period)
        values["period"] = period
    values = prepared.with_opening(node, values)
    draft_commands.save(node.journal, draft.id, values, actor=g.account.name)
    draft_commands.drop_table(node.journal, draft.id)
    asked = _asked(request.form)
    told = {
        column.heading: str(asked[f"column-{column.letter}"])
        for column in reading.columns
        if column.heading and f"column-{column.letter}" in asked
    }
    draft_commands.keep_match(node.journal, form, told, actor=g.account.name)
    flash("表格已填进表单。请填写审核人和日期，再预览发布。", "good")
    check = 1 if reading.faults else None
    return redirect(url_for("office.edit", id=draft.id, check=check))


def _remembered(found: list[Grid], form: str, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked, and of columns of which nothing is asked what was settled the last time."""
    kept = drafts.kept_match(current_node().journal, form)
    if not kept or any(key.startswith("column-") for key in asked):
        return asked
    reading = tables.read(found, form, _mapping(asked), filename=name)
    before = {
        f"column-{column.letter}": kept[column.heading]
        for column in reading.columns
        if kept.get(column.heading, "") in tables.ROLES
    }
    return {**before, **asked}


def _asked(given: Mapping[str, str]) -> dict[str, Any]:
    """How the officer wants the table read: what the page's address carries on."""
    return {
        key: value
        for key, value in given.items()
        if value and (key == "unit" or key.startswith(("column-", "ask-")))
    }


def _mapping(asked: Mapping[str, str]) -> dict[str, str]:
    """The same in the reader's words: column letters to roles, and answers by question."""
    return {key.removeprefix("column-").removeprefix("ask-"): asked[key] for key in asked}


def _totals(reading: Reading) -> list[tuple[str, int]]:
    """The table's sums in words, in fen."""
    if reading.total is not None:
        return [("合计", reading.total)]
    found = reading.totals
    if found is None:
        return []
    named = (
        ("期初余额", found.opening),
        ("收入合计", found.income),
        ("支出合计", found.expense),
        ("期末余额", found.closing),
    )
    return [(words, fen) for words, fen in named if fen is not None]


def _sheet(found: list[Grid], reading: Reading) -> Sheet:
    """The sheet that was read: its first rows, and every row in which something is marked."""
    grid = next((each for each in found if each.name == reading.sheet), found[0])
    marks: dict[tuple[int, int], str] = {}
    for mark, cells in (
        ("unplaced", [each.cell for each in reading.unplaced]),
        ("personal", [each.cell for each in reading.personal]),
        ("fault", [each.cell for each in reading.faults]),
    ):
        for cell in cells:
            if (place := _place(cell)) is not None:
                marks[place] = mark
    right = min(grid.right, COLUMNS_SHOWN)
    wanted = set(range(1, min(grid.bottom, ROWS_SHOWN) + 1))
    wanted |= {row for (row, _), mark in marks.items() if mark == "fault"}
    rows = [
        (
            row,
            [
                Shown(written(grid.value(row, column)), marks.get((row, column), ""))
                for column in range(1, right + 1)
            ],
        )
        for row in sorted(wanted & set(grid.rows))
    ]
    return Sheet(
        [letters(column) for column in range(1, right + 1)], rows, len(grid.rows) - len(rows)
    )


def _place(cell: str) -> tuple[int, int] | None:
    """Row and column of E16, or of a cell named with its sheet; None for words."""
    found = _ADDRESS.search(cell)
    return None if found is None else (int(found[2]), column_number(found[1]))
