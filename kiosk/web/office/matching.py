"""An uploaded table for a form whose tables are known by their headings: the match of its columns
is proposed, shown, changed by hand, and remembered for the next time.

The way through is that of `importing`: the file is kept beside the draft, how it is to be read
stands in the page's address, and nothing gets into the form before the officer has seen it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from kiosk.drafts import Draft
from kiosk.drafts import commands as draft_commands
from kiosk.drafts import queries as drafts
from kiosk.rules import privacy
from kiosk.rules.catalogue import Item
from kiosk.rules.forms import Form
from kiosk.rules.tables import matching
from kiosk.rules.tables.grid import Grid, column_number, letters, written
from kiosk.rules.tables.matching import NOTHING, Match, Taken
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office import forms
from kiosk.web.office.forms import Values

ROWS_SHOWN = 30
COLUMNS_SHOWN = 26
HEADS_OFFERED = 12


def page(draft: Draft, item: Item, form: Form, name: str, grids: Sequence[Grid]) -> Page:
    """What was matched in the uploaded table; POST reads it again or takes it into the form."""
    if request.method == "POST" and request.form.get("do") == "read":
        return redirect(url_for("office.table", id=draft.id, **_asked(request.form)))
    asked = _asked(request.values)
    journal = current_node().journal
    match = _told(
        matching.proposed(
            form,
            grids,
            drafts.kept_match(journal, form.id),
            table=asked.get("into", ""),
            sheet=asked.get("sheet", ""),
            head=int(asked["head"]) if asked.get("head", "").isdigit() else None,
        ),
        asked,
    )
    grid = next(each for each in grids if each.name == match.sheet)
    taken = matching.taken(form, grid, match)
    if request.method == "POST":
        return _adopted(draft, form, match, taken)
    table = form.field(match.table)
    assert table is not None
    found = _personal(form, match, taken)
    return render_template(
        "office/match.html",
        draft=draft,
        item=item,
        form=form,
        table=table,
        name=name,
        match=match,
        taken=taken,
        personal=Counter(privacy.KINDS[each.kind] for each in found),
        asked=asked,
        sheets=[each.name for each in grids if not each.hidden],
        letters=[letters(column) for column in range(1, min(grid.right, COLUMNS_SHOWN) + 1)],
        rows=_shown(grid, taken),
        more=max(len(grid.rows) - ROWS_SHOWN, 0),
        heads=sorted(grid.rows)[:HEADS_OFFERED],
        lacking=[
            column.label
            for column in table.columns
            if column.required and column.key not in match.columns.values()
        ],
    )


def _adopted(draft: Draft, form: Form, match: Match, taken: Taken) -> Page:
    """The table's rows after those in which something stands, all personal data masked; what the
    columns were taken for is remembered."""
    if not taken.rows:
        flash("没有认出可以填进表单的行，请核对每一列是什么。", "fault")
        return redirect(url_for("office.table", id=draft.id, **_asked(request.form)))
    journal = current_node().journal
    table = form.field(match.table)
    assert table is not None
    held = draft.values["fields"]
    first = table.columns[0].key if table.type == "stages" else ""
    kept = [
        row
        for row in held.get(match.table, ())
        if any(value for key, value in row.items() if key != first)
    ]
    rows = privacy.masked({match.table: list(taken.rows)}, form)[match.table]
    fields = {**held, match.table: [*kept, *rows][: forms.ROWS_LIMIT]}
    values: Values = {**draft.values, "fields": fields}
    draft_commands.save(journal, draft.id, values, actor=g.account.name)
    draft_commands.drop_table(journal, draft.id)
    settled = matching.settled(match, taken.headings)
    draft_commands.keep_match(journal, form.id, settled, actor=g.account.name)
    flash(f"已填进 {len(rows)} 行，每一列的对应也记住了，下次自动用。请看一遍。", "good")
    return redirect(url_for("office.edit", id=draft.id, check=1, _anchor=match.table))


def _told(match: Match, asked: Mapping[str, str]) -> Match:
    """The match with what the officer says of single columns."""
    columns = dict(match.columns)
    for key, told in asked.items():
        if key.startswith("column-"):
            column = column_number(key.removeprefix("column-"))
            # A column of the form has one source: the one named last.
            columns = {n: it for n, it in columns.items() if it != told or it == NOTHING}
            columns[column] = told
    return Match(match.table, match.sheet, match.head, match.first, columns)


def _asked(given: Mapping[str, str]) -> dict[str, Any]:
    return {
        key: value
        for key, value in given.items()
        if value and (key in ("into", "sheet", "head") or key.startswith("column-"))
    }


def _personal(form: Form, match: Match, taken: Taken) -> list[privacy.FoundInContent]:
    return privacy.find_in_content({match.table: list(taken.rows)}, form)


def _shown(grid: Grid, taken: Taken) -> list[tuple[int, list[str], bool]]:
    """The sheet's first rows: number, cells, and whether the row is taken."""
    right = min(grid.right, COLUMNS_SHOWN)
    return [
        (
            row,
            [written(grid.value(row, column)) for column in range(1, right + 1)],
            row in taken.numbers,
        )
        for row in sorted(grid.rows)[:ROWS_SHOWN]
    ]
