"""借方 and 贷方: which of the two is income.

In a bank's list 贷方 is what came in, in a village's own cash book 借方 is. The running balance
says it, without one the verbs of the summaries (收承包费, 付电费); where neither does, it is asked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kiosk.rules.tables import words
from kiosk.rules.tables.heads import Column, Head, is_repeated
from kiosk.rules.tables.reading import Notebook

OTHER = {"income": "expense", "expense": "income"}


def turned(head: Head, debit: str) -> Head:
    """The head with 借方 and 贷方 as the sides that they are, `debit` being that of 借方."""
    if debit == "income":
        return head
    columns = [
        replace(it, role=OTHER[it.role], side=OTHER[it.role]) if _is_undecided(it) else it
        for it in head.columns
    ]
    return replace(head, columns=tuple(columns))


def debit_side(heads: Sequence[Head], book: Notebook) -> str:
    """ "income" or "expense": what stands under 借方, or on a line that says 借.

    What no balance tells is written into the notebook as a question.
    """
    if (told := book.answers.get("debit")) in OTHER:
        return told
    quiet = Notebook(book.grid, book.period, book.unit)
    lines = [line for head in heads for line in _lines(head, quiet)]
    if not any(line.flow for line in lines):
        return "income"
    if side := _by_balances(lines):
        return side
    if side := _by_verbs(lines):
        book.ask(
            "debit",
            f"“借方”按{words.SIDES[side]}读，“贷方”按{words.SIDES[OTHER[side]]}读"
            "（看的是摘要里的收和付），请核对。",
        )
        return side
    book.ask(
        "debit",
        "“借方”和“贷方”哪一边是收入？表里看不出来，请选择。",
        {"income": "借方是收入，贷方是支出", "expense": "贷方是收入，借方是支出"},
    )
    return "income"


@dataclass(frozen=True)
class _Line:
    """`flow` is what stands under 借方 less what stands under 贷方."""

    name: str
    flow: int
    balance: int | None


def _is_undecided(column: Column) -> bool:
    """Whether a column is income or expense by nothing but 借 or 贷."""
    named = re.search("[借贷]", column.heading) is not None
    return named and column.role in OTHER and not column.told


def _lines(head: Head, book: Notebook) -> Iterator[_Line]:
    columns = [it for it in head.columns if _is_undecided(it)]
    direction, amount = head.one("direction"), head.one("amount")
    by_line = not head.has("income", "expense") and direction is not None and amount is not None
    if not columns and not by_line:
        return
    named = head.one("summary") or head.one("item")
    balance = head.one("balance")
    for row in range(head.body[0], head.body[1] + 1):
        if row not in book.grid.rows or is_repeated(book.grid, head, row):
            continue
        name = book.grid.text(row, named.index) if named else ""
        if words.total_of(name):
            continue
        flow = 0
        for column in columns:
            sign = 1 if "借" in column.heading else -1
            flow += sign * (book.amount(row, column.index, column.unit) or 0)
        if by_line and direction and amount:
            sign = {"借": 1, "贷": -1}.get(book.grid.text(row, direction.index)[:1], 0)
            flow = sign * (book.amount(row, amount.index, amount.unit) or 0)
        left = book.amount(row, balance.index, balance.unit) if balance else None
        yield _Line(name, flow, left)


def _by_balances(lines: Sequence[_Line]) -> str | None:
    before: int | None = None
    straight = crossed = flow = 0
    for line in lines:
        flow += line.flow
        if line.balance is not None:
            if before is not None and flow:
                straight += line.balance == before + flow
                crossed += line.balance == before - flow
            before, flow = line.balance, 0
    return _clear(straight, crossed)


_RECEIVED = re.compile(r"收(?!据|费员)|存入|转入|拨入|汇入|入账|进账|到账|[缴交]来")
_PAID = re.compile(r"付|支(?!部|委|书|农)|购|买|报销|转出|汇出|发放|开支|^[缴交]")


def _by_verbs(lines: Sequence[_Line]) -> str | None:
    """The verb that stands first in a summary says whether money came or went."""
    straight = crossed = 0
    for line in lines:
        received, paid = _RECEIVED.search(line.name), _PAID.search(line.name)
        if line.flow and (received or paid):
            came = paid is None or (received is not None and received.start() <= paid.start())
            straight += came == (line.flow > 0)
            crossed += came != (line.flow > 0)
    return _clear(straight, crossed)


def _clear(straight: int, crossed: int) -> str | None:
    """The side of 借方 where few speak against it."""
    if min(straight, crossed) * 4 > max(straight, crossed) or straight == crossed:
        return None
    return "income" if straight > crossed else "expense"
