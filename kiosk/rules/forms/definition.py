"""What a form is, and how it is read from data.

A form is one readable YAML file (`kiosk/rules/data/forms/<id>.yaml`), or the same as an object
that a township sent. Its parts:

    id        the name by which the catalogue calls it
    title     its Chinese name
    help      one sentence for who fills it in
    look      "banner": shown large, for what everybody must see at once (optional)
    fields    a list, in the order in which they are asked and shown
    checks    a list of sums that must hold (`kiosk.rules.forms.expressions`; optional)

A field:

    key       its key in the notice's content: small letters, digits, underscores
    label     what people read
    type      see TYPES
    help      what to write there (every field)
    example   a value as one would type it; for a table a list of rows (every field)
    required  true: without it nothing can be published; a table needs a row
    unit      of a number or amount, shown after it (元 by itself for money)
    decimals  how many a number may have (0)
    choices   what a choice may be
    also      other headings by which a table's column is known in Excel
    total     whether a column is added up below its table (money: true, number: false)
    mask      this is personal and is shown masked: a key of MASKS
    public_contact  true: a contact of office, which may be shown in full (a phone always is)
    expires   true: of this date people are warned beforehand
    only      catalogue items to which the field belongs (all)
    shown     "cards": each row of a table as a card, its first column as the title (table)
    columns   the fields of a table's or of stages' rows (without help and example)
              a text column `unit` behind a number is that number's unit, row by row
    stages    names of the first column that are there to begin with: a list, or lists by affairs

Content has a value for each field's key: text as text ("" for nothing), money in fen, a number as
an integer or, with decimals, as text ("32.5"), both null for nothing; a day as YYYY-MM-DD; a table
as a list of objects by column key. A `sheet` has the two keys `columns` and `rows` of a
person_list, since its columns are made while it is filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TYPES = {
    "text": "一行文字",
    "long_text": "多行文字",
    "lines": "逐条文字，一行一条",
    "number": "数",
    "money": "金额",
    "date": "日期",
    "choice": "选一个",
    "phone": "公开的电话",
    "photo": "本条公开里的一张照片",
    "part": "上面一行的其中一部分，显示但不相加",
    "table": "表",
    "stages": "阶段，按先后显示",
    "sheet": "自定各列的名单",
}
"""Every type of a field, and what it is in Chinese."""

TABLES = frozenset({"table", "stages"})
SINGLE = frozenset(TYPES) - TABLES - {"sheet"}
TEXTS = frozenset({"text", "long_text", "lines", "phone"})
"""Types in which people write freely, so that personal data may stand there."""

MASKS = ("name", "id_number", "bank_card", "phone", "passport", "plate", "address", "health")
LOOKS = ("", "banner")
MOST_FIELDS = 40
LONGEST = 600

FIXED = frozenset({"finance_statement", "ledger", "person_list", "decision", "notice"})
"""Forms whose shape charts, sums and imports rely on: a township cannot change them."""


class FormInvalid(ValueError):
    """A form's data cannot be used; the Chinese message names file, field and why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field or one column, as the module's head says. `example` is in the content's values."""

    key: str
    label: str
    type: str
    help: str = ""
    example: Any = None
    required: bool = False
    unit: str = ""
    decimals: int = 0
    choices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    total: bool = False
    mask: str = ""
    public_contact: bool = False
    expires: bool = False
    only: tuple[str, ...] = ()
    shown: str = ""
    columns: tuple["Field", ...] = ()
    stages: Mapping[str, tuple[str, ...]] | None = None

    @property
    def is_table(self) -> bool:
        """Whether its value is a list of rows by column key."""
        return self.type in TABLES

    @property
    def by_rows(self) -> bool:
        """Whether a table is too wide, or its texts too long, to be filled in line by line."""
        return (
            self.type == "stages"
            or self.shown == "cards"
            or len(self.columns) > 7
            or any(column.type in ("long_text", "lines") for column in self.columns)
        )

    @property
    def is_figure(self) -> bool:
        return self.type in ("money", "number")

    @property
    def heading(self) -> str:
        """The label with the unit, as over a column."""
        unit = self.unit or ("元" if self.type == "money" else "")
        return f"{self.label}（{unit}）" if unit and unit not in self.label else self.label

    def column(self, key: str) -> "Field | None":
        return next((column for column in self.columns if column.key == key), None)

    def first_stages(self, affairs: str) -> tuple[str, ...]:
        """The stages that are there to begin with."""
        named = self.stages or {}
        return named.get(affairs, named.get("", ()))


@dataclass(frozen=True, slots=True)
class Check:
    """A sum that must hold. `each` is the table for whose rows it must, `by` the column that finds
    a row's counterpart in the period before; `op` "equal" or "at_most"; `warn`: it is said, but
    keeps nobody from publishing; `unless`: it may stand where that field says why."""

    op: str
    left: str
    right: str
    each: str = ""
    by: str = ""
    warn: bool = False
    unless: str = ""


@dataclass(frozen=True, eq=False)
class Form:
    """A form. Compared by identity."""

    id: str
    title: str
    help: str
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    look: str = ""

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)

    def fields_for(self, item: str) -> tuple[Field, ...]:
        """The fields that belong to an item of the catalogue."""
        return tuple(field for field in self.fields if not field.only or item in field.only)

    @property
    def tables(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.is_table)
