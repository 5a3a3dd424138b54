"""A sheet as it stands: cells by row and column (from 1), merged ranges, what is hidden."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

Value = str | int | Decimal | date


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that is there; `indent` in steps from its alignment, `red` where written in red."""

    value: Value
    indent: int = 0
    red: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; its value stands in the top left cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """One sheet or one table of a document. `captions` are (place, text) pairs around a table."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Merge, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    captions: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def bottom(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @cached_property
    def right(self) -> int:
        return max((column for _, column in self.cells), default=0)

    @cached_property
    def rows(self) -> Mapping[int, tuple[int, ...]]:
        """The columns that have a value, by row."""
        found: dict[int, list[int]] = {}
        for row, column in sorted(self.cells):
            found.setdefault(row, []).append(column)
        return {row: tuple(columns) for row, columns in found.items()}

    @cached_property
    def _covering(self) -> Mapping[tuple[int, int], Merge]:
        return {
            (row, column): merge
            for merge in self.merges
            for row in range(merge.top, min(merge.bottom, self.bottom) + 1)
            for column in range(merge.left, min(merge.right, self.right) + 1)
        }

    def merge_at(self, row: int, column: int) -> Merge | None:
        """The merged range that this cell belongs to."""
        return self._covering.get((row, column))

    def value(self, row: int, column: int) -> Value | None:
        """What stands in this very cell."""
        cell = self.cells.get((row, column))
        return None if cell is None else cell.value

    def spread(self, row: int, column: int) -> Value | None:
        """What stands here, or in the top left cell of the merged range that covers it."""
        merge = self.merge_at(row, column)
        return self.value(row, column) if merge is None else self.value(merge.top, merge.left)

    def text(self, row: int, column: int) -> str:
        """What stands in this cell as a label: see `label`."""
        return label(self.value(row, column))

    def label_cells(self, row: int) -> Iterator[tuple[int, str]]:
        """Column and label of each cell of a row that has a value."""
        for column in self.rows.get(row, ()):
            yield column, self.text(row, column)

    def address(self, row: int, column: int) -> str:
        """E16"""
        return f"{letters(column)}{row}"


def letters(column: int) -> str:
    """A for 1, AA for 27."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_number(name: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in name.strip().upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def written(value: Value | None) -> str:
    """A value as text, as a person would read it in the cell."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def label(value: Value | None) -> str:
    """A value as words to recognise: half width, without any space."""
    return "" if value is None else _squeezed(written(value))


@lru_cache(maxsize=50_000)
def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\ufeff]", "", unicodedata.normalize("NFKC", text))
