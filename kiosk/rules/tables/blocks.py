"""A statement's columns as blocks: words and the amounts right of them, side by side or alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk.rules.tables import words
from kiosk.rules.tables.heads import Column, Head
from kiosk.rules.tables.periods import period_said
from kiosk.rules.tables.reading import Notebook


@dataclass(frozen=True)
class Block:
    """Columns of words and the columns of amounts right of them; `names` are those of the words
    that name lines. `amounts` has columns by side; under "" those whose side the row tells.
    `section` is the column that says 收入 or 支出, `remark` that of 备注."""

    labels: tuple[int, ...]
    names: tuple[int, ...]
    amounts: tuple[tuple[str, tuple[Column, ...]], ...]
    side: str | None
    section: int | None = None
    balance: Column | None = None
    remark: int | None = None


def blocks_of(head: Head, book: Notebook) -> list[Block]:
    """The blocks of a head, left to right."""
    blocks: list[Block] = []
    labels: list[Column] = []
    amounts: list[Column] = []
    balance: Column | None = None
    remark: int | None = None
    for column in (*head.columns, None):
        naming = column is not None and column.role in _NAMING
        if column is None or (naming and amounts):
            if amounts and (labels or not blocks):
                block = _block(labels, amounts, balance, head, book)
                blocks.append(replace(block, remark=remark))
            labels, amounts, balance, remark = [], [], None, None
        if column is None:
            break
        if naming:
            labels.append(column)
        elif column.role in ("income", "expense", "amount"):
            amounts.append(column)
        elif column.role == "balance":
            balance = column
        elif column.role == "note" and words.is_remark(column.heading):
            remark = column.index
    return blocks


_NAMING = ("item", "summary", "seq", "", "date", "month", "day", "voucher", "name", "direction")


def _block(
    labels: list[Column],
    amounts: list[Column],
    balance: Column | None,
    head: Head,
    book: Notebook,
) -> Block:
    words_in = tuple(it.index for it in labels)
    named = [it for it in labels if it.role in ("item", "summary") or not it.heading]
    names = tuple(it.index for it in named) or words_in
    typed = {side: [it for it in amounts if it.role == side] for side in words.SIDES}
    if all(typed.values()):
        by_side = tuple((side, _chosen(columns)) for side, columns in typed.items())
        return Block(words_in, names, by_side, None, None, balance)
    side = next((it.side for it in (*amounts, *labels) if it.side), None)
    section = None if side else _section_column(labels, head, book)
    return Block(words_in, names, (("", _chosen(amounts)),), side, section, balance)


def _chosen(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that are added up: all where each is of a part of the period, else the best."""
    if all(period_said(it.heading).part for it in columns):
        return tuple(columns)
    return (_best(columns),)


def _best(columns: Sequence[Column]) -> Column:
    """Of several columns of amounts the one of this period: 本期 before 金额 before 合计."""

    def rank(column: Column) -> int:
        for value, pattern in (
            (3, r"本[期季月次]|当[期月]|发生"),
            (2, r"金额|数额"),
            (1, r"合计|小计|总"),
        ):
            if re.search(pattern, column.heading):
                return value
        return 0

    return max(columns, key=lambda it: (rank(it), it.role != "amount"))


def _section_column(labels: list[Column], head: Head, book: Notebook) -> int | None:
    for column in labels[:-1]:
        texts = [
            text
            for row in range(head.body[0], head.body[1] + 1)
            if (text := book.grid.text(row, column.index))
            and not words.balance_kind(text)
            and not words.total_of(text)
            and words.SIGNATURE.search(text) is None
        ]
        if texts and all(words.section_of(text) for text in texts):
            return column.index
    return None
