"""What a file was found to hold, and the notebook in which a reader writes it down.

Nothing is guessed in silence: what has no place in the form is `unplaced`, with its cell and its
text, and what had to be concluded is a `Question`, to be confirmed or set by the officer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kiosk.rules.accounts import YUAN, AmountUnreadable, Fault, Totals, parse_fen
from kiosk.rules.tables.grid import Grid, written
from kiosk.rules.tables.heads import is_nothing


@dataclass(frozen=True)
class Unplaced:
    """Something that is in the table and not in the content."""

    cell: str
    text: str
    message: str


@dataclass(frozen=True)
class Question:
    """What the officer should confirm or answer.

    `about`: form, period, periods, unit, side, debit, village, sheet, hidden, dates, or
    "column:E". `choices` are (value, Chinese) pairs, empty where the answer is free or nothing
    but a look is asked.
    """

    about: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ColumnRead:
    """A column, what its heading says, and what it was taken for (key and Chinese)."""

    letter: str
    heading: str
    role: str
    role_name: str


@dataclass(frozen=True)
class Personal:
    """A personal datum: its cell, its kind (`privacy.KINDS`) and how it may be shown."""

    cell: str
    kind: str
    shown_as: str


@dataclass(frozen=True)
class Reading:
    """All that was found. `content` has the form's shape, ready to publish (None without a form);
    personal data are still in it: `privacy.masked(content, form)` takes them out.

    `unit` is fen in the table's unit. `lines` is the number of lines, by side for a
    finance_statement. `total` is that of a person_list, in fen.
    """

    form: str | None
    period: str | None
    unit: int
    sheet: str
    title: str
    content: dict[str, Any] | None
    lines: int | dict[str, int]
    totals: Totals | None
    total: int | None
    faults: tuple[Fault, ...]
    personal: tuple[Personal, ...]
    unplaced: tuple[Unplaced, ...]
    questions: tuple[Question, ...]
    columns: tuple[ColumnRead, ...]


@dataclass(frozen=True)
class Draft:
    """What the reader of one form made of a sheet."""

    content: dict[str, Any]
    lines: int | dict[str, int]
    total: int | None = None
    rows: tuple[int, ...] = ()
    """For a person_list: the sheet's row of each row, and its columns, to name cells."""
    columns: tuple[tuple[int, ...], ...] = ()


@dataclass
class Notebook:
    """One sheet being read: where it says what, and what was written down so far.

    `answers` are the officer's, by what a question is about.
    """

    grid: Grid
    period: str | None
    unit: int = YUAN
    prefix: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def side(self) -> str | None:
        """The officer's answer for lines of which nothing tells the side."""
        return self.answers.get("side")

    def cell(self, row: int, column: int) -> str:
        return self.prefix + self.grid.address(row, column)

    def amount(self, row: int, column: int, unit: int | None = None) -> int | None:
        """Fen in a cell; None where it is empty, says that there is nothing, or is unreadable,
        which is written down."""
        value = self.grid.value(row, column)
        if value is None or is_nothing(value):
            return None
        try:
            if isinstance(value, date):
                raise AmountUnreadable("这里应是金额，写的却是日期。")
            return parse_fen(value, unit or self.unit)
        except AmountUnreadable as error:
            self.leave(row, column, str(error))
            return None

    def leave(self, row: int, column: int, message: str) -> None:
        """Write down what has no place."""
        text = written(self.grid.value(row, column)).strip()
        self.unplaced.append(Unplaced(self.cell(row, column), text, message))

    def ask(self, about: str, text: str, choices: Mapping[str, str] | None = None) -> None:
        question = Question(about, text, tuple((choices or {}).items()))
        if question not in self.questions:
            self.questions.append(question)
