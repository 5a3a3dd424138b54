"""Recognition of village tables: grids in, what they say out. Pure; opens no file.

`read` finds the sheet that holds the table, its form (finance_statement, ledger, person_list), its
period and unit, and every line, balance and total by meaning: by headings, units, and sums that
must hold, never by position. What cannot be placed is shown, what had to be concluded is asked
(see `reading`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kiosk.rules import accounts
from kiosk.rules.tables import debits, ledger, persons, places, statement, words
from kiosk.rules.tables.grid import Grid, Value, label, letters, written
from kiosk.rules.tables.heads import AMOUNTS, Head, find_heads, is_amount
from kiosk.rules.tables.period_columns import of_one_period
from kiosk.rules.tables.periods import period_found, period_said
from kiosk.rules.tables.personal import of_captions, of_grid, personal_of
from kiosk.rules.tables.reading import (
    ColumnRead,
    Draft,
    Notebook,
    Personal,
    Question,
    Reading,
    Unplaced,
)

FORMS = {
    "finance_statement": "财务收支表",
    "ledger": "收支逐笔明细",
    "person_list": "人员名单",
}
"""The forms that a table may be, and their Chinese names."""

ROLES = words.ROLES
"""What a column may be mapped to, and its Chinese name."""


@dataclass(frozen=True)
class _Candidate:
    grid: Grid
    heads: tuple[Head, ...]
    form: str
    natural: str | None
    score: int


def read(
    grids: Sequence[Grid],
    form: str | None = None,
    mapping: Mapping[str, str] | None = None,
    *,
    period: str | None = None,
    unit: int | None = None,
    sheet: str | None = None,
    filename: str = "",
    wanted: str | None = None,
    village: str = "",
) -> Reading:
    """What a file's sheets say.

    `form`, `mapping`, `period`, `unit` (fen in the table's unit) and `sheet` are the officer's own
    word and win over what would be found. `mapping` has a key of ROLES by column letter, and may
    carry answers by what a Question is about: unit (元, 万元), sheet, side, debit, period, periods.
    `wanted` is the period that the table is meant for: of several periods' columns it tells which.
    `village` is the name of the village whose table it should be.
    """
    columns, answers = _told(mapping or {})
    period = period or answers.get("period") or None
    unit = unit or _unit_told(answers.get("unit", ""))
    sheet = sheet or answers.get("sheet")
    found = [it for grid in grids for it in _candidates(grid, form, columns)]
    found = [it for it in found if it.natural == form] or found
    if sheet is not None:
        found = [it for it in found if it.grid.name == sheet] or found
    chosen = _chosen(found)
    if chosen is None:
        return _unrecognised(grids, form, period, filename)
    told = _Told(period, unit, wanted, village, answers)
    reading = _Reader(grids, chosen, found, filename, told).reading()
    red = _with_red_ink(chosen.grid)
    if not reading.faults or red is chosen.grid:
        return reading
    turned = [red if grid is chosen.grid else grid for grid in grids]
    again = _Reader(turned, replace(chosen, grid=red), found, filename, told).reading()
    if again.faults:
        return reading
    said = Question("red", "红色的数当作负数（红字）读，各项合计才对得上，请核对。")
    return replace(again, questions=(*again.questions, said))


@dataclass(frozen=True)
class _Told:
    """What the officer said beforehand, see `read`."""

    period: str | None
    unit: int | None
    wanted: str | None
    village: str
    answers: Mapping[str, str]


def _without_units(heads: Sequence[Head]) -> tuple[Head, ...]:
    """The heads without the units of their columns, but for prices (元/亩), which keep theirs."""
    return tuple(
        replace(
            head,
            columns=tuple(
                it if _is_rate(it.heading) else replace(it, unit=None) for it in head.columns
            ),
        )
        for head in heads
    )


def _is_rate(heading: str) -> bool:
    return re.search(r"元/", heading) is not None


def _with_red_ink(grid: Grid) -> Grid:
    """The sheet with positive numbers in red as negatives, as bookkeepers write them (红字)."""
    red = {
        place: replace(cell, value=-cell.value)
        for place, cell in grid.cells.items()
        if cell.red and isinstance(cell.value, int | Decimal) and cell.value > 0
    }
    return replace(grid, cells={**grid.cells, **red}) if red else grid


def _amount_texts(grid: Grid, heads: Sequence[Head]) -> list[str]:
    return [
        label(value)
        for head in heads
        for column in head.columns
        if column.role in ("income", "expense", "amount", "balance")
        for row in range(head.body[0], head.body[1] + 1)
        if is_amount(value := grid.value(row, column.index))
    ]


def _carry_units(grid: Grid, heads: Sequence[Head]) -> bool:
    """Whether each amount says its own unit."""
    texts = _amount_texts(grid, heads)
    return bool(texts) and all(re.search(r"[元万]|^[¥￥]", text) for text in texts)


def _has_long_fractions(grid: Grid, heads: Sequence[Head]) -> bool:
    """Whether amounts go beyond hundredths, as 万元 do and 元 do not."""
    texts = _amount_texts(grid, heads)
    long = sum(re.search(r"\.\d{3,6}(?:0{6}\d*)?$", text) is not None for text in texts)
    return len(texts) >= 4 and long * 2 > len(texts)


def _told(mapping: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """A mapping cut into roles by column letter and answers to questions."""
    columns = {
        key.upper(): role
        for key, role in mapping.items()
        if re.fullmatch(r"[A-Za-z]{1,3}", key) and role in ROLES
    }
    return columns, {key: told for key, told in mapping.items() if key.upper() not in columns}


def _unit_told(told: str) -> int | None:
    """Fen in a unit that was answered by name (万元) or as a number of fen."""
    return accounts.UNITS.get(told) or (int(told) if told.isdigit() and int(told) else None)


def _candidates(
    grid: Grid, form: str | None, mapping: Mapping[str, str] | None
) -> list[_Candidate]:
    heads = find_heads(grid, mapping)
    if not heads:
        return []
    natural = _form_of(grid, heads)
    kind = form or natural
    if kind not in FORMS:
        return []
    if kind == "person_list" and not any(head.has("name") for head in heads):
        return []
    lines = sum(
        any(is_amount(grid.value(row, column)) for column in grid.rows.get(row, ()))
        for head in heads
        for row in range(head.body[0], head.body[1] + 1)
    )
    if not lines:
        return []
    score = min(lines, 20) // (4 if grid.hidden else 1)
    return [_Candidate(grid, tuple(heads), kind, natural, score)]


def _form_of(grid: Grid, heads: Sequence[Head]) -> str | None:
    """The form that the columns speak of, in doubt the title."""
    title = _title(grid, heads[0])
    both = any(head.has("income") and head.has("expense") for head in heads)
    if any(head.has("name") for head in heads) and not both:
        return "person_list"
    dated = any(head.has("date", "day") or head.has("voucher") for head in heads)
    flows = any(head.has("income", "expense", "amount") for head in heads)
    if flows and (dated or any(head.has("summary") and head.has("balance") for head in heads)):
        return "ledger"
    told = both or any(
        column.side and column.role in ("item", "amount") for it in heads for column in it.columns
    )
    sections = any(
        words.section_of(text)
        for row in grid.rows
        for _, text in grid.label_cells(row)
        if row > heads[0].bottom
    )
    money = any(word in title for word in ("收支", "财务", "收入", "支出", "资金"))
    if flows and (told or sections or money):
        return "finance_statement"
    return None


def _chosen(found: Sequence[_Candidate]) -> _Candidate | None:
    """The first sheet that is about as full as the fullest: a summary on a cover does not win."""
    if not found:
        return None
    most = max(it.score for it in found)
    return next(it for it in found if it.score * 5 >= most * 3)


def _title(grid: Grid, head: Head | None) -> str:
    """The longest text above the head that is no unit or date, else the first caption."""
    above = [
        written(grid.value(row, column)).strip()
        for row in grid.rows
        if head is None or row < head.top
        for column in grid.rows[row]
        if isinstance(grid.value(row, column), str)
    ]
    texts = [it for it in above if words.SIGNATURE.search(label(it)) is None]
    texts += [text.strip() for _, text in grid.captions]
    return max(texts, key=lambda it: min(len(label(it)), 40), default="")


class _Reader:
    """One reading of a chosen sheet, beside the other sheets of its file."""

    def __init__(
        self,
        grids: Sequence[Grid],
        chosen: _Candidate,
        found: Sequence[_Candidate],
        filename: str,
        told: _Told,
    ) -> None:
        self.grids, self.found = grids, found
        self.chosen = replace(chosen, heads=_without_units(chosen.heads)) if told.unit else chosen
        self.filename = filename
        self.village = told.village
        self.title = _title(chosen.grid, chosen.heads[0])
        remark = ""
        self.period = told.period
        if self.period is None:
            self.period, remark = period_found(self._texts(), self._days())
        self.unit, self.unit_said = (told.unit, True) if told.unit else self._unit()
        self.book = Notebook(chosen.grid, self.period, self.unit, answers=told.answers)
        if chosen.form == "finance_statement":
            wanted = told.period or told.wanted
            heads, period = of_one_period(self.chosen.heads, self.book, wanted)
            self.chosen = replace(self.chosen, heads=heads)
            if period is not None:
                self.period = self.book.period = period
                remark = ""
        if remark:
            self.book.ask("period", remark + "请核对是哪一期。")

    def reading(self) -> Reading:
        draft = self._draft()
        self._ask_about_the_file()
        grid, heads, book = self.chosen.grid, self.chosen.heads, self.book
        form = self.chosen.form
        totals = accounts.totals(draft.content, form) if form != "person_list" else None
        return Reading(
            form=form,
            period=self.period,
            unit=self.unit,
            sheet=grid.name,
            title=" ".join(self.title.split()),
            content=draft.content,
            lines=draft.lines,
            totals=totals,
            total=draft.total,
            faults=tuple(book.faults),
            personal=tuple(personal_of(self.grids, grid, draft)),
            unplaced=tuple(book.unplaced),
            questions=tuple(book.questions),
            columns=tuple(_columns(heads, form, book)),
        )

    def _draft(self) -> Draft:
        heads, book = self.chosen.heads, self.book
        if self.chosen.form == "person_list":
            return persons.read(heads, book)
        if self.chosen.form == "ledger":
            return ledger.read(heads, book, self.title)
        return self._both_halves(statement.read([(heads, book)]))

    def _both_halves(self, draft: Draft) -> Draft:
        """Income on one sheet and expense on another are one statement."""
        lines = draft.lines
        assert isinstance(lines, dict)
        if all(lines.values()) or not any(lines.values()):
            return draft
        for other in self.found:
            if other.grid is self.chosen.grid or other.form != "finance_statement":
                continue
            again = replace(self.book, faults=[], unplaced=[], notes=[])
            beside = Notebook(other.grid, self.period, self.unit, f"{other.grid.name}!")
            both = statement.read([(self.chosen.heads, again), (other.heads, beside)])
            assert isinstance(both.lines, dict)
            if all(both.lines.values()):
                self.book = again
                self.found = [it for it in self.found if it is not other]
                again.ask("sheet", f"收入和支出分在两张表里，“{other.grid.name}”也一起读了。")
                return both
        return draft

    def _texts(self) -> list[str]:
        """What may name the period, most telling first."""
        grid, head = self.chosen.grid, self.chosen.heads[0]
        above = [
            written(grid.value(row, column))
            for row, columns in grid.rows.items()
            if row < head.top
            for column in columns
        ]
        headings = [column.heading for column in head.columns]
        if len({part for it in headings if (part := period_said(it).part)}) > 1:
            headings = []
        last = self.chosen.heads[-1]
        below = [
            written(grid.value(row, column))
            for row, columns in grid.rows.items()
            if row >= max(last.body[0], grid.bottom - 3) and len(columns) <= 3
            for column in columns
            if isinstance(grid.value(row, column), str) and not is_amount(grid.value(row, column))
        ]
        captions = [text for _, text in grid.captions]
        covers = [
            written(value)
            for other in self.grids
            if other is not grid and other not in [it.grid for it in self.found]
            for cell in other.cells.values()
            if isinstance(value := cell.value, str)
        ]
        texts = [self.title, *above, *captions, *headings, grid.name, *below, *covers]
        return [*texts, self.filename.rsplit("/", 1)[-1]]

    def _days(self) -> list[Value]:
        grid = self.chosen.grid
        return [
            value
            for head in self.chosen.heads
            if (column := head.one("date")) is not None
            for row in range(head.body[0], head.body[1] + 1)
            if (value := grid.value(row, column.index)) is not None
        ]

    def _unit(self) -> tuple[int, bool]:
        """Fen in the table's unit, and whether the table says it."""
        grid = self.chosen.grid
        first = self.chosen.heads[0]
        above = [row for row in sorted(grid.rows, reverse=True) if row < first.top]
        below = [row for row in sorted(grid.rows) if row >= first.top]
        texts = [text for row in above for _, text in grid.label_cells(row)]
        texts += [label(text) for _, text in grid.captions]
        texts += [text for row in below for _, text in grid.label_cells(row)] + [label(grid.name)]
        for text in texts:
            if said := words.unit_said(text):
                return said, True
        headings = [column.unit for head in self.chosen.heads for column in head.columns]
        if any(headings):
            return words.DEFAULT_UNIT, True
        if _has_long_fractions(grid, self.chosen.heads):
            return accounts.UNITS["万元"], False
        return words.DEFAULT_UNIT, _carry_units(grid, self.chosen.heads)

    def _ask_about_the_unit(self) -> None:
        """Where nothing says the unit, or the headings say another than the words above them."""
        if not self.unit_said:
            self.book.ask(
                "unit",
                f"表里没有写金额单位，按“{words.unit_name(self.unit)}”读的，请核对。",
                {"100": "元", "100000": "千元", "1000000": "万元"},
            )
        for head in self.chosen.heads[:1]:
            for column in head.columns:
                other = column.unit if column.role in AMOUNTS else None
                if other not in (None, self.unit) and not _is_rate(column.heading):
                    names = {str(it): words.unit_name(it) for it in (self.unit, other) if it}
                    above, here = names.values()
                    self.book.ask(
                        "unit",
                        f"表上写的单位是“{above}”，“{column.heading}”一列写的是“{here}”，"
                        "不一样。金额按哪个单位？",
                        names,
                    )
                    return

    def _ask_about_the_file(self) -> None:
        book, grid = self.book, self.chosen.grid
        self._ask_about_the_unit()
        above = [
            written(grid.value(row, column))
            for row, columns in grid.rows.items()
            if row < self.chosen.heads[0].top
            for column in columns
        ]
        named = [self.title, *above, *(text for _, text in grid.captions)]
        if self.village and (other := places.other_village(named, self.village)):
            book.ask(
                "village",
                f"表上写的是“{other}”，本村是{self.village}。是不是选错了文件？",
                {"own": f"没选错，是{self.village}的表"},
            )
        others = [it for it in self.found if it.grid is not grid and it.grid.name != grid.name]
        if others:
            names = {it.grid.name: f"{it.grid.name}（{FORMS[it.form]}）" for it in others}
            book.ask(
                "sheet",
                f"文件里还有别的表，这次读的是“{grid.name}”。",
                {grid.name: grid.name, **names},
            )
        for it in (it for it in self.grids if it.hidden and it.cells):
            book.ask("hidden", f"工作表“{it.name}”在文件里是隐藏的，请核对是否应当上传。")
        rows = sorted(row for row in grid.hidden_rows if row in grid.rows)
        if rows:
            said = "、".join(map(str, rows[:8])) + (" 等" if len(rows) > 8 else "")
            book.ask("hidden", f"第 {said} 行在表里是隐藏的，也读进来了，请核对。")
        used = {column for _, column in grid.cells}
        columns = [letters(it) for it in sorted(grid.hidden_columns & used)]
        if columns:
            book.ask("hidden", f"{'、'.join(columns)} 列在表里是隐藏的，也读进来了，请核对。")
        for head in self.chosen.heads[:1]:
            for column in head.columns:
                if column.role == "" and column.heading and self.chosen.form != "person_list":
                    book.ask(
                        f"column:{column.letter}",
                        f"“{column.heading}”一列不知道是什么，没有导入。",
                        {key: ROLES[key] for key in _ASKED[self.chosen.form]},
                    )


_ASKED = {
    "ledger": ("date", "summary", "income", "expense", "balance", "handler", "ignore"),
    "finance_statement": (
        *("income_item", "expense_item", "item", "amount", "income", "expense", "ignore"),
    ),
}


def _columns(heads: Sequence[Head], form: str, book: Notebook) -> list[ColumnRead]:
    head = next((it for it in heads if it.has("name")), heads[0])
    if form == "person_list":
        head = persons.with_roles(head, book)
    if form == "ledger":
        head = debits.turned(head, debits.debit_side(heads, book))
    found = []
    side: str | None = None
    for column in head.columns:
        role = column.role or "ignore"
        side = column.side or (None if role == "item" else side)
        if role in ("item", "amount") and side and form == "finance_statement":
            role = f"{side}_item" if role == "item" else side
        found.append(ColumnRead(column.letter, column.heading, role, ROLES[role]))
    return found


def _unrecognised(
    grids: Sequence[Grid], form: str | None, period: str | None, filename: str
) -> Reading:
    grid = next((it for it in grids if not it.hidden), grids[0])
    texts = [_title(grid, None), *(text for _, text in grid.captions), grid.name, filename]
    if period is None:
        period, _ = period_found(texts)
    said = FORMS.get(form or "", "")
    text = f"这张表不像{said}：没有找到对应的表头。" if said else "认不出这是哪一种表。"
    question = Question("form", text + "请选择表的种类，或指定各列是什么。", tuple(FORMS.items()))
    return Reading(
        form=form,
        period=period,
        unit=accounts.YUAN,
        sheet=grid.name,
        title=" ".join(texts[0].split()),
        content=None,
        lines=len(grid.rows),
        totals=None,
        total=None,
        faults=(),
        personal=tuple(hit for it in grids for hit in (*of_grid(it), *of_captions(it))),
        unplaced=(),
        questions=(question,),
        columns=tuple(
            ColumnRead(letters(column), "", "ignore", ROLES["ignore"])
            for column in range(1, grid.right + 1)
        ),
    )


__all__ = [
    "FORMS",
    "ROLES",
    "ColumnRead",
    "Grid",
    "Personal",
    "Question",
    "Reading",
    "Unplaced",
    "read",
]
