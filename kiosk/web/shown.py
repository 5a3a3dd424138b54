"""A notice's content laid out for reading, from its form's definition: one layout for the screen,
the phone and paper alike, drawn by `parts/content.html`.

What stands empty is left out, so that a form may ask for much and the board shows only what there
is. What the form does not know (another node's program wrote it, or the form was changed since) is
shown as it is, at the end. Figures are given in words here: money in yuan, days, units.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from kiosk import clock
from kiosk.duties.queries import forms as forms_of
from kiosk.notices import queries
from kiosk.notices.queries import Notice
from kiosk.rules import accounts, forms, gist
from kiosk.rules.calendar import Period
from kiosk.rules.forms import Field, Form
from kiosk.web import charts, current_node, formats, tables

REST = "其他内容"
NOTE = "note"
WIDEST = 6
"""Columns that an upright screen has room for."""


@dataclass(frozen=True)
class Cell:
    """A value in words. `kind` "", "money", "number", "day", "phone", "lines" or "photo"; `sha` of
    a photo; `lines` of a text of several."""

    text: str
    kind: str = ""
    lines: tuple[str, ...] = ()
    sha: str = ""


@dataclass(frozen=True)
class Fact:
    label: str
    cell: Cell


@dataclass(frozen=True)
class Row:
    """A row as a card or a step: what it is called, what stands beside that, and the rest.

    `when` is a step's day; `tags` short words (a choice); `warning` says that it runs out or has;
    `ahead`: a stage not reached yet.
    """

    name: str
    beside: str = ""
    when: str = ""
    tags: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    photo: str = ""
    warning: str = ""
    over: bool = False
    ahead: bool = False


@dataclass(frozen=True)
class Block:
    """A part of the content. `kind`:

    banner, figures, facts: `facts`; prose, points, note: `lines` under `title`; table: `columns`
    (heading, class), `cells` by row, `totals` (None: no last row); cards, timeline: `rows`.
    """

    kind: str
    title: str = ""
    facts: tuple[Fact, ...] = ()
    lines: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    totals: tuple[str, ...] | None = None
    rows: tuple[Row, ...] = ()


def blocks_of(notice: Any) -> list[Block]:
    """The layout of a notice, of a version's body, or of anything with form, item and content, by
    the forms that hold on this node."""
    journal = current_node().journal
    form = forms_of(journal, _part(notice, "village")).get(_part(notice, "form") or "")
    return blocks(
        form,
        _part(notice, "content") or {},
        item=str(_part(notice, "item") or ""),
        photos=[str(each["sha"]) for each in _part(notice, "attachments") or ()],
        today=clock.today(),
    )


def gist_of(notice: Any, previous: Any) -> str:
    """The one sentence of a finance notice, "" for any other; `previous` as in the templates."""
    content = _part(notice, "content")
    if _part(notice, "affairs") != "finance" or not content:
        return ""
    form = str(_part(notice, "form") or "")
    definition = forms_of(current_node().journal, _part(notice, "village")).get(form)
    if definition is not None and form not in forms.FIXED:
        content = forms.filled(definition, content)
    earlier = _part(previous, "content") if previous else None
    if earlier is None or _part(previous, "form") != form:
        earlier = None
    return gist.gist(
        form,
        content,
        period=str(_part(notice, "period") or ""),
        previous=earlier,
        definition=definition,
    )


def course_of(notice: Any, most: int) -> list[tuple[Period, charts.Flow | None]]:
    """What came in and went out in the last `most` periods of a notice's item, for a chart; nothing
    where there is only one, or for what is not a standing notice."""
    if not isinstance(notice, Notice) or notice.content is None:
        return []
    run = queries.course(current_node().journal, notice, most)
    flows = [
        (
            Period.parse(id),
            charts.flow(each.content, each.form) if each and each.content else None,
        )
        for id, each in run
    ]
    return flows if sum(flow is not None for _, flow in flows) > 1 else []


def fit_of(block: Block) -> tables.Fit:
    """How a table of these fits the door that asks."""
    texts = [[cell.text for cell in row] for row in block.cells]
    return tables.fit([heading for heading, _ in block.columns], texts)


def _part(notice: Any, name: str) -> Any:
    return notice.get(name) if isinstance(notice, Mapping) else getattr(notice, name, None)


def blocks(
    form: Form | None,
    content: Mapping[str, Any],
    *,
    item: str = "",
    photos: Sequence[str] = (),
    today: date,
) -> list[Block]:
    """The layout of a content by its form, None where the form is not known here. `photos` are the
    shas of the notice's pictures, in their order."""
    if form is None:
        return list(_unknown(content))
    writer = _Writer(form, forms.filled(form, content), item, tuple(photos), today)
    made = writer.blocks()
    if rest := list(_unknown(forms.leftovers(form, content))):
        made += [replace(rest[0], title=rest[0].title or REST), *rest[1:]]
    return made


@dataclass(frozen=True)
class _Writer:
    form: Form
    content: Mapping[str, Any]
    item: str
    photos: tuple[str, ...]
    today: date

    def blocks(self) -> list[Block]:
        return self._banner(list(self._all()))

    def _all(self) -> Iterable[Block]:
        singles: list[Field] = []
        skipped = self._footed()
        fields = [it for it in self.form.fields if it.key not in skipped]
        alone = sum(not forms.is_empty(it, self.content.get(it.key)) for it in fields) == 1
        for field in fields:
            value = self.content.get(field.key)
            if forms.is_empty(field, value):
                continue
            if field.type in ("long_text", "lines") or field.is_table or field.type == "sheet":
                yield from self._of_singles(singles)
                singles = []
                yield self._large(field, value, alone)
            else:
                singles.append(field)
        yield from self._of_singles(singles)

    def _banner(self, blocks: list[Block]) -> list[Block]:
        """The first facts large, where the form is for what everybody must see at once."""
        if self.form.look == "banner" and blocks and blocks[0].kind == "facts":
            return [replace(blocks[0], kind="banner"), *blocks[1:]]
        return blocks

    def _of_singles(self, fields: list[Field]) -> Iterable[Block]:
        """Runs of figures large, everything else as a list of facts."""
        runs: list[tuple[bool, list[Fact]]] = []
        for figures, run in groupby(fields, key=lambda it: it.is_figure):
            given = list(run)
            large = figures and (len(given) > 2 or any(it.type == "money" for it in given))
            facts = [
                Fact(
                    it.heading if large and it.type == "money" else it.label,
                    self._cell(it, self.content[it.key], beside=not large or it.type != "money"),
                )
                for it in given
            ]
            if runs and runs[-1][0] == large:
                runs[-1][1].extend(facts)
            else:
                runs.append((large, facts))
        return [Block("figures" if large else "facts", "", tuple(it)) for large, it in runs]

    def _large(self, field: Field, value: Any, alone: bool) -> Block:
        title = "" if alone and field.type != "table" else field.label
        if field.type == "stages":
            return Block("timeline", title, rows=tuple(self._steps(field, value)))
        if field.is_table:
            if self._as_cards(field, value):
                return Block("cards", title, rows=tuple(self._card(field, row) for row in value))
            return self._table(field, value)
        lines = tuple(line.strip() for line in value.splitlines() if line.strip())
        if field.key == NOTE:
            return Block(NOTE, field.label, lines=lines)
        return Block("points" if field.type == "lines" else "prose", title, lines=lines)

    def _as_cards(self, field: Field, rows: list[Mapping[str, Any]]) -> bool:
        """A table too wide to be read on an upright screen is shown row by row."""
        return field.shown == "cards" or (not field.shown and len(self._used(field, rows)) > WIDEST)

    def _table(self, field: Field, rows: list[Mapping[str, Any]]) -> Block:
        columns = self._used(field, rows)
        part = next((it.key for it in field.columns if it.type == "part"), "")
        cells = []
        for row in rows:
            made = [self._in_row(field, column, row, beside=False) for column in columns]
            if part and row.get(part) and made:
                made[0] = replace(made[0], text=f"其中：{made[0].text}")
            cells.append(tuple(made))
        yuan = any(column.type == "money" and not column.unit for column in columns)
        return Block(
            "table",
            f"{field.label}（单位：元）" if yuan else field.label,
            columns=tuple(
                (
                    column.label if column.type == "money" and yuan else column.heading,
                    _CLASSES.get(column.type, ""),
                )
                for column in columns
            ),
            cells=tuple(cells),
            totals=self._totals(columns, rows, part),
        )

    def _totals(
        self, columns: list[Field], rows: list[Mapping[str, Any]], part: str
    ) -> tuple[str, ...] | None:
        if len(rows) < 2 or not any(column.total for column in columns):
            return None
        summed = [row for row in rows if not (part and row.get(part))]
        made = []
        for column in columns:
            given = [row[column.key] for row in summed] if column.total else []
            values = [Decimal(value) for value in given if value is not None]
            made.append(_figure(column, sum(values, Decimal(0))) if values else "")
        return tuple(made)

    def _card(self, field: Field, row: Mapping[str, Any]) -> Row:
        first, *rest = field.columns
        beside = ""
        if rest and rest[0].type == "text" and rest[0].required:
            beside, rest = str(row[rest[0].key]), rest[1:]
        tags = [it for it in rest if it.type == "choice" and row[it.key]]
        photo = next((row[it.key] for it in rest if it.type == "photo"), "")
        pictured = photo if photo in self.photos else ""
        warning, over = self._warning(rest, row)
        return Row(
            name=str(row[first.key]),
            beside=beside,
            tags=tuple(str(row[it.key]) for it in tags),
            facts=self._row_facts(field, [it for it in rest if it not in tags], row, pictured),
            photo=pictured,
            warning=warning,
            over=over,
        )

    def _steps(self, field: Field, rows: list[Mapping[str, Any]]) -> Iterable[Row]:
        first, *rest = field.columns
        day = next((it for it in rest if it.type == "date"), None)
        said = []
        for row in rows:
            said.append(str(row[first.key]))
            yield Row(
                name=said[-1],
                when=formats.day(row[day.key]) if day else "",
                facts=self._row_facts(field, [it for it in rest if it is not day], row, ""),
            )
        planned = field.first_stages(self.item.partition(".")[0])
        reached = max((planned.index(name) for name in said if name in planned), default=-1)
        for name in planned[reached + 1 :] if reached >= 0 else ():
            yield Row(name=name, ahead=True)

    def _row_facts(
        self, table: Field, columns: list[Field], row: Mapping[str, Any], pictured: str
    ) -> tuple[Fact, ...]:
        return tuple(
            Fact(it.label, self._in_row(table, it, row, beside=True))
            for it in columns
            if it.key not in _units(table).values()
            and not forms.is_empty(it, row[it.key])
            and not (pictured and row[it.key] == pictured)
        )

    def _warning(self, columns: list[Field], row: Mapping[str, Any]) -> tuple[str, bool]:
        day = next((row[it.key] for it in columns if it.expires and row[it.key]), "")
        if not day:
            return "", False
        left = (date.fromisoformat(day) - self.today).days
        if left > forms.WITHIN:
            return "", False
        words = f"还有 {left} 天到期" if left > 0 else "今天到期" if left == 0 else "已到期"
        return words, left < 0

    def _used(self, field: Field, rows: list[Mapping[str, Any]]) -> list[Field]:
        """The columns in which something stands; of what need not be given, more than 0."""
        return [
            column
            for column in field.columns
            if column.type != "part"
            and column.key not in _units(field).values()
            and any(
                not forms.is_empty(column, row[column.key])
                and (column.required or row[column.key] != 0)
                for row in rows
            )
        ]

    def _in_row(self, table: Field, column: Field, row: Mapping[str, Any], *, beside: bool) -> Cell:
        """A value of a row; a number with the unit that stands in the column behind it."""
        cell = self._cell(column, row[column.key], beside=beside)
        unit = row.get(_units(table).get(column.key, ""), "")
        return replace(cell, text=f"{cell.text} {unit}") if unit and cell.text else cell

    def _cell(self, field: Field, value: Any, *, beside: bool) -> Cell:
        """A value in words, with its unit where no heading says it (`beside`)."""
        match field.type:
            case "money" | "number":
                if value is None:
                    return Cell("", field.type)
                text = _figure(field, Decimal(value))
                unit = field.unit or ("元" if field.type == "money" else "")
                return Cell(f"{text} {unit}" if unit and beside else text, field.type)
            case "date":
                whole = beside or field.expires
                return Cell(formats.day(value) if whole else formats.day_short(value), "day")
            case "photo":
                if not value:
                    return Cell("", "photo")
                number = self.photos.index(value) + 1 if value in self.photos else 0
                shown = value if number else ""
                return Cell(f"照片 {number}" if number else "有照片", "photo", sha=shown)
            case "lines" | "long_text":
                lines = tuple(line.strip() for line in value.splitlines() if line.strip())
                return Cell("；".join(lines), "lines" if len(lines) > 1 else "", lines)
        return Cell(str(value), "phone" if field.type == "phone" else "")

    def _footed(self) -> set[str]:
        """Fields that only repeat the last row of a table that is shown."""
        found = set()
        for check in self.form.checks:
            table, dot, column = check.right.removeprefix("sum(").removesuffix(")").partition(".")
            field = self.form.field(table)
            if (
                check.op == "equal"
                and not check.each
                and dot
                and check.right == f"sum({table}.{column})"
                and field is not None
                and len(rows := forms.rows_of(self.content, field)) > 1
                and not self._as_cards(field, rows)
                and (summed := field.column(column)) is not None
                and summed.total
            ):
                found.add(check.left)
        return found


_CLASSES = {"money": "money", "number": "number", "date": "figure"}


def _units(table: Field) -> dict[str, str]:
    """Columns of numbers whose unit is given row by row: their keys, and that of the column
    `unit` behind."""
    pairs = pairwise(table.columns)
    return {it.key: unit.key for it, unit in pairs if it.type == "number" and unit.key == "unit"}


def _figure(field: Field, value: Decimal) -> str:
    if field.type == "money":
        return accounts.yuan(int(value))
    return f"{value.normalize() + 0:,f}"


def _unknown(content: Mapping[str, Any]) -> Iterable[Block]:
    """Anything, as it is: texts and numbers as facts, lists of objects as tables."""
    facts, blocks = [], []
    for key, value in content.items():
        if key == "text" and isinstance(value, str):
            lines = tuple(line.strip() for line in value.splitlines() if line.strip())
            blocks.append(Block("prose", "", lines=lines))
        elif isinstance(value, list) and value and all(isinstance(it, Mapping) for it in value):
            keys = list(dict.fromkeys(str(each) for row in value for each in row))
            cells = tuple(tuple(Cell(_said(row.get(each))) for each in keys) for row in value)
            columns = tuple((each, "") for each in keys)
            blocks.append(Block("table", str(key), columns=columns, cells=cells))
        elif words := _said(value):
            facts.append(Fact(str(key), Cell(words)))
    if facts:
        yield Block("facts", "", tuple(facts))
    yield from blocks


def _said(value: Any) -> str:
    """A plain value in words."""
    match value:
        case None | "" | [] | {}:
            return ""
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(filter(None, map(_said, value)))
        case Mapping():
            return "，".join(f"{key}：{_said(inner)}" for key, inner in value.items())
    return str(value)
