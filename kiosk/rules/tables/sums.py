"""What a table's own figures contradict, so that the one wrong cell is named and no other.

One wrong figure makes several sums fail. Each check therefore weighs what speaks against what: a
closing balance that follows from a stated total which is itself wrong is not named again; where
running balances and totals agree against an amount, the amount is named. `by` is always what
stands in the cell minus what should, in fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kiosk.rules.accounts import Fault, difference, yuan
from kiosk.rules.tables.words import SIDES


@dataclass(frozen=True)
class Stated:
    """An amount that the table states itself: where, under which words."""

    cell: str
    label: str
    amount: int

    @property
    def named(self) -> str:
        return f"{self.label} {self.cell} 写的是 {yuan(self.amount)} 元"


@dataclass
class StatementSums:
    """A statement's balances, sums of lines and stated totals, the last two by side."""

    opening: Stated | None
    closing: Stated | None
    lines: Mapping[str, int]
    stated: Mapping[str, Sequence[Stated]]
    surplus: Sequence[Stated] = ()


def statement_faults(sums: StatementSums) -> list[Fault]:
    """A total of income may include the opening balance and one of expense the closing balance
    (T-shaped tables, whose two sides are equal)."""
    opening = sums.opening.amount if sums.opening else None
    closing = sums.closing.amount if sums.closing else None
    wrong: list[tuple[Stated, int, bool, str]] = []
    flows = {side: {amount} for side, amount in sums.lines.items()}
    for side, carried in (("income", opening or 0), ("expense", closing or 0)):
        right = sums.lines[side]
        for total in sums.stated[side]:
            if total.amount in (right, right + carried):
                continue
            with_balance = abs(total.amount - right - carried) < abs(total.amount - right)
            aim = right + carried if with_balance else right
            wrong.append((total, aim, with_balance, side))
            flows[side].add(total.amount - (aim - right))
    faults = [_total_fault(*each) for each in wrong]
    if sums.opening and sums.closing:
        right = sums.opening.amount + sums.lines["income"] - sums.lines["expense"]
        by = sums.closing.amount - right
        grand = [each for each in wrong if each[2] and each[0].amount - each[1] == by]
        follows = any(
            sums.closing.amount == sums.opening.amount + income - expense
            for income in flows["income"]
            for expense in flows["expense"]
        )
        if by and grand and len(grand) == len(wrong) and grand[0][3] == "income":
            return [_opening_fault(sums.opening, by)]
        against = [each for each in wrong if each[2] and each[1] - each[0].amount == by]
        if by and against and len(against) == len(wrong) and against[0][3] == "expense":
            return [_closing_fault(sums.opening, sums.closing, sums.lines, right)]
        if by and not follows:
            faults.append(_closing_fault(sums.opening, sums.closing, sums.lines, right))
    added = {income - expense for income in flows["income"] for expense in flows["expense"]}
    for stated in sums.surplus:
        if stated.amount not in added and stated.amount != closing:
            right = sums.lines["income"] - sums.lines["expense"]
            faults.append(
                Fault(
                    stated.cell,
                    stated.amount - right,
                    f"{stated.named}，收入减支出是 {yuan(right)} 元，"
                    f"{difference(stated.amount - right)}。",
                )
            )
    return faults


def _total_fault(total: Stated, right: int, with_balance: bool, side: str) -> Fault:
    balance = "期初余额" if side == "income" else "期末余额"
    how = f"连同{balance}逐项相加" if with_balance else "逐项相加"
    by = total.amount - right
    return Fault(total.cell, by, f"{total.named}，{how}是 {yuan(right)} 元，{difference(by)}。")


def _opening_fault(opening: Stated, by: int) -> Fault:
    return Fault(
        opening.cell,
        -by,
        f"{opening.named}，按合计和期末余额倒推应是 {yuan(opening.amount + by)} 元，"
        f"{difference(-by)}。",
    )


def _closing_fault(opening: Stated, closing: Stated, lines: Mapping[str, int], right: int) -> Fault:
    by = closing.amount - right
    return Fault(
        closing.cell,
        by,
        f"{closing.named}，{opening.label} {yuan(opening.amount)} 元"
        f"＋收入 {yuan(lines['income'])} 元－支出 {yuan(lines['expense'])} 元"
        f"＝{yuan(right)} 元，{difference(by)}。",
    )


@dataclass(frozen=True)
class LedgerLine:
    """A ledger's line: amounts in fen with their cells ("" where nothing stands)."""

    name: str
    amounts: Mapping[str, int]
    cells: Mapping[str, str]
    balance: int | None = None
    balance_cell: str = ""


@dataclass(frozen=True)
class LedgerTotal:
    """A row of sums in a ledger, after line number `after`: the lines it may be about, narrowest
    first, each as (first line, end)."""

    label: str
    kind: str
    stated: Mapping[str, Stated]
    spans: tuple[tuple[int, int], ...]
    balance: Stated | None
    after: int


@dataclass
class LedgerSums:
    opening: Stated | None
    lines: Sequence[LedgerLine]
    totals: Sequence[LedgerTotal]
    closing: Stated | None
    checked: set[str] = field(default_factory=set)


def ledger_faults(sums: LedgerSums) -> list[Fault]:
    """Totals of pages, months and all; the running balance line by line; the closing balance."""
    wrong = _wrong_totals(sums)
    jumps, last_offset = _jumps(sums)
    faults: list[Fault] = []
    for index, by, lasting in jumps:
        line = sums.lines[index]
        fault = Fault(
            line.balance_cell,
            by,
            f"余额 {line.balance_cell} 写的是 {yuan(line.balance or 0)} 元，"
            f"按上一行和本行（{line.name}）算应是 {yuan((line.balance or 0) - by)} 元，"
            f"{difference(by)}。",
        )
        if lasting:
            for side, sign in (("income", 1), ("expense", -1)):
                against = [it for it in wrong if it[1] == side and it[3] == sign * by]
                covering = [it for it in against if it[2][0] <= index < it[2][1]]
                if covering and line.cells.get(side):
                    fault = _amount_fault(line, side, sign * by)
                    wrong = [it for it in wrong if it not in against]
                    break
            else:
                agreed = sums.totals and not wrong and index == 0 and len(jumps) == 1
                if agreed and sums.opening is not None:
                    fault = _opening_fault(sums.opening, by)
        faults.append(fault)
    faults.extend(_ledger_total_faults(wrong))
    faults.extend(_ledger_closing_faults(sums, last_offset, bool(wrong)))
    return faults


_Wrong = tuple[Stated, str, tuple[int, int], int, int]
"""A stated total, its side, its lines, what it is too much by, and the right sum."""


def _wrong_totals(sums: LedgerSums) -> list[_Wrong]:
    found: list[_Wrong] = []
    carried = sums.opening.amount if sums.opening else 0
    for total in sums.totals:
        for side, stated in total.stated.items():
            rights = [
                sum(line.amounts.get(side, 0) for line in sums.lines[first:end])
                for first, end in total.spans
            ]
            also = [right + carried for right in rights] if side == "income" else []
            if not rights or stated.amount in rights or stated.amount in also:
                continue
            found.append((stated, side, total.spans[0], stated.amount - rights[0], rights[0]))
    return found


def _jumps(sums: LedgerSums) -> tuple[list[tuple[int, int, bool]], int]:
    """Where the balance leaves its course: line, by how much, and whether it stays off; and by how
    much it is off in the end. A balance that comes back to the true sum is not a jump."""
    running = sums.opening.amount if sums.opening else None
    off: list[tuple[int, int]] = []
    for index, line in enumerate(sums.lines):
        if running is not None:
            running += line.amounts.get("income", 0) - line.amounts.get("expense", 0)
        if line.balance is not None:
            running = line.balance if running is None else running
            off.append((index, line.balance - running))
    offset, found = 0, []
    for number, (index, by) in enumerate(off):
        if by in (0, offset):
            offset = by
            continue
        lasting = number + 1 == len(off) or off[number + 1][1] == by
        found.append((index, by - offset, lasting))
        if lasting:
            offset = by
    return found, offset


def _amount_fault(line: LedgerLine, side: str, by: int) -> Fault:
    """`by`: what the totals have more than the lines, so the amount is that much too small."""
    amount, cell = line.amounts[side], line.cells[side]
    return Fault(
        cell,
        -by,
        f"{SIDES[side]} {cell}（{line.name}）写的是 {yuan(amount)} 元，"
        f"按余额和合计倒推应是 {yuan(amount + by)} 元，{difference(-by)}。",
    )


def _ledger_total_faults(wrong: list[_Wrong]) -> list[Fault]:
    """A total of all is not named again where the totals of its pages are off by as much."""
    faults = []
    for stated, side, (first, end), by, right in wrong:
        inner = [
            it
            for it in wrong
            if it[1] == side and it[2] != (first, end) and first <= it[2][0] and it[2][1] <= end
        ]
        if inner and sum(it[3] for it in inner) == by:
            continue
        faults.append(
            Fault(
                stated.cell,
                by,
                f"{stated.named}，逐笔相加是 {yuan(right)} 元，{difference(by)}。",
            )
        )
    return faults


def _ledger_closing_faults(sums: LedgerSums, offset: int, flows_wrong: bool) -> list[Fault]:
    """Balances that totals and the closing row state, against the lines and the last balance."""
    faults = []
    stated = [(total.balance, total.after) for total in sums.totals if total.balance]
    if sums.closing is not None:
        stated.append((sums.closing, len(sums.lines)))
    opening = sums.opening.amount if sums.opening else None
    seen: set[str] = set()
    for balance, after in stated:
        before = [line.balance for line in sums.lines[:after] if line.balance is not None]
        rights = {before[-1]} if before else set()
        if opening is not None:
            flow = sum(
                line.amounts.get("income", 0) - line.amounts.get("expense", 0)
                for line in sums.lines[:after]
            )
            rights |= {opening + flow}
            if flows_wrong:
                rights |= _claimed(sums, opening, after)
        if not rights or balance.amount in rights or balance.cell in seen:
            continue
        if offset and balance.amount - offset in rights:
            continue
        seen.add(balance.cell)
        right = before[-1] if before else min(rights)
        by = balance.amount - right
        faults.append(
            Fault(
                balance.cell,
                by,
                f"{balance.named}，按逐笔算应是 {yuan(right)} 元，{difference(by)}。",
            )
        )
    return faults


def _claimed(sums: LedgerSums, opening: int, after: int) -> set[int]:
    """Balances that follow from totals of everything up to here, right or wrong."""
    flow = {side: {sum(line.amounts.get(side, 0) for line in sums.lines[:after])} for side in SIDES}
    for total in sums.totals:
        if total.kind == "all" and total.after == after:
            for side, stated in total.stated.items():
                flow[side].add(stated.amount)
    return {opening + income - expense for income in flow["income"] for expense in flow["expense"]}
