"""Balances that stand outside of a table's lines: in a sentence, or above and below the table."""

import re
from collections.abc import Container, Iterator, Sequence, Set

from kiosk.rules.accounts import UNITS, AmountUnreadable, parse_fen
from kiosk.rules.tables import words
from kiosk.rules.tables.grid import label
from kiosk.rules.tables.heads import is_amount
from kiosk.rules.tables.reading import Notebook
from kiosk.rules.tables.sums import Stated

_BALANCE_SAID = re.compile(
    r"(?P<name>[一-鿿\d]{2,14}?)(?::|为|是|共|计)?(?P<amount>¥?-?[\d,]+(?:\.\d+)?)(?P<unit>万元|元)"
)


def balances_in(row: int, column: int, book: Notebook) -> Iterator[tuple[str, Stated]]:
    """Balances in a sentence: 上期结余104,268.91元，……。"""
    text = label(book.grid.value(row, column))
    for it in _BALANCE_SAID.finditer(text):
        kind = words.balance_kind(it["name"], book.period)
        if kind in ("opening", "closing", "remainder"):
            try:
                amount = parse_fen(it["amount"], UNITS[it["unit"]])
            except AmountUnreadable:
                continue
            yield kind, Stated(book.cell(row, column), it["name"], amount)


def balances_outside(
    book: Notebook, inside: Set[int], known: Container[str] = ()
) -> dict[str, list[Stated]]:
    """Balances above or below a table: 上期结余： and its amount in the same or the next cell.

    Rows `inside` a table and kinds that are known are left out.
    """
    found: dict[str, list[Stated]] = {}
    for row, columns in book.grid.rows.items():
        if row in inside:
            continue
        for column, right in _with_next(columns):
            text = book.grid.text(row, column)
            kind = words.balance_kind(text, book.period)
            if kind and right and is_amount(book.grid.value(row, right)):
                amount = book.amount(row, right)
                if amount is not None and kind not in known:
                    stated = Stated(book.cell(row, right), words.said(text), amount)
                    found.setdefault(kind, []).append(stated)
                continue
            for said, stated in balances_in(row, column, book):
                if said not in known:
                    found.setdefault(said, []).append(stated)
    return found


def _with_next(columns: Sequence[int]) -> Iterator[tuple[int, int | None]]:
    for number, column in enumerate(columns):
        yield column, columns[number + 1] if number + 1 < len(columns) else None
