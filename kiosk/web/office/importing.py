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
from kiosk.notices.queries import Notice
from kiosk.rules import accounts, privacy, tables
from kiosk.rules.calendar import Period
from kiosk.rules.catalogue import Item
from kiosk.rules.tables import Reading
from kiosk.rules.tables.grid import Grid, column_number, letters, written
from kiosk.rules.tables.words import role_of
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office import contents, forms, matching, prepared
from kiosk.web.office.door import blueprint, item_of, open_draft
from kiosk.web.office.forms import Values

WHOSE = ("table", "form")
"""Whose word the period is, where the table names another than the draft."""

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
    # Answers whose questions are gone from the page stay in its address.
    told = _asked({**request.args, **request.form})
    if request.method == "POST" and request.form.get("do") == "read":
        return redirect(url_for("office.table", id=id, **told))
    asked = _remembered(found, form.id, name, told)
    mapping = _mapping(asked)
    reading = tables.read(
        found,
        draft.values["form"],
        mapping,
        filename=name,
        wanted=draft.values["period"] or None,
        village=current_node().config.name,
    )
    period = forms.period_of(item, reading.period or "")
    differs = period not in ("", draft.values["period"]) and not draft.values["corrects"]
    if request.method == "POST":
        whose = request.form.get("whose", "")
        if fault := _unanswered(draft, reading, mapping, differs and whose not in WHOSE):
            flash(fault, "fault")
            return redirect(url_for("office.table", id=id, **told))
        return _adopted(draft, item, reading, period if whose == "table" else "")
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
        unknown=[each.text for each in reading.questions if each.about.startswith("column:")],
        differs=differs,
        choices=[
            _choice(draft, item, reading, whose, of)
            for whose, of in (("table", period), ("form", draft.values["period"]))
            if of and (differs or whose == "form")
        ],
        other_cadence=bool(item.periodic and reading.period and not period),
    )


@dataclass(frozen=True)
class Choice:
    """A period under which the table may be published: `whose` word it is (of WHOSE), what stands
    on the board for it already, and the lines of a ledger that are dated outside of it."""

    whose: str
    period: str
    standing: Notice | None
    outside: list[tuple[int, str]]


def _choice(draft: Draft, item: Item, reading: Reading, whose: str, period: str) -> Choice:
    standing = prepared.standing(current_node(), {**draft.values, "period": period})
    return Choice(whose, period, standing, _outside(item, reading, period))


def _outside(item: Item, reading: Reading, period: str) -> list[tuple[int, str]]:
    """The lines of a ledger (number from 1, day) that are dated outside of a period."""
    if reading.form != "ledger" or reading.content is None or not (item.periodic and period):
        return []
    known = Period.parse(period)
    outside = accounts.days_outside(reading.content, known.start, known.end)
    return [(n + 1, on) for n, on in outside]


def _unanswered(
    draft: Draft, reading: Reading, mapping: Mapping[str, str], period_open: bool
) -> str:
    """What must be done before the table can be taken, in Chinese; "" where it can."""
    form = draft.values["form"]
    if reading.content is None or reading.form != form:
        return f"这张表里没有认出{tables.FORMS[form]}，请检查每一列的对应。"
    if period_open:
        return "表里写的期和要公开的不一样，请先选以哪个为准。"
    for question in reading.questions:
        asked = question.choices and not question.about.startswith("column:")
        if asked and question.about not in mapping:
            return f"还有一处要先选好：{question.text}"
    return ""


def _adopted(draft: Draft, item: Item, reading: Reading, period: str) -> Response:
    """The table's content as the draft's fields, with all personal data masked; `period` is the
    table's where it takes the place of the draft's."""
    node, form = current_node(), draft.values["form"]
    content, left = _publishable(reading, item)
    values: Values = {**draft.values, "fields": contents.fields_of(content, form)}
    if period:
        if forms.is_default_title(item, values["title"]):
            values["title"] = forms.default_title(item, period)
        values |= {"period": period, "again": ""}
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
    columns = f"“{'”“'.join(left)}”没有填进来，不公开。" if left else ""
    flash(f"表格已填进表单。{columns}请核对一遍，再预览送审。", "good")
    check = 1 if reading.faults or _outside(item, reading, values["period"]) else None
    return redirect(url_for("office.edit", id=draft.id, check=check))


def _publishable(reading: Reading, item: Item) -> tuple[dict[str, Any], list[str]]:
    """The table's content as it may be shown, and the headings of the columns that are left out:
    numbers of persons (身份证号, 电话, 账号), of which masked ones may be put back by hand."""
    content, form = reading.content, reading.form
    assert content is not None and form is not None
    if form != "person_list":
        return privacy.masked(content, form), []
    names = [str(column["name"]) for column in content["columns"]]
    private = privacy.private_columns(names, content["rows"])
    # The board numbers the rows itself.
    kept = [n for n, name in enumerate(names) if n not in private and role_of(name) != "seq"]
    shown = privacy.masked(
        {
            **content,
            "columns": [content["columns"][n] for n in kept],
            "rows": [[row[n] for n in kept] for row in content["rows"]],
        },
        form,
    )
    if "脱敏" in item.contents:
        shown = privacy.with_surnames(shown)
    return shown, [names[n] for n in sorted(private)]


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
