"""Statements with columns of amounts for several periods (一季度, 二季度, …; 1月, 2月, …).

The columns that are read are those of the wanted period: its own, or the parts that make it up
whole. Where that leaves open which, it is asked. What is not read is named.
"""

from collections.abc import Sequence
from dataclasses import replace

from kiosk.rules.tables.heads import Column, Head
from kiosk.rules.tables.periods import period_id, period_said, span
from kiosk.rules.tables.reading import Notebook

FLOWS = ("income", "expense", "amount")


def of_one_period(
    heads: Sequence[Head], book: Notebook, wanted: str | None
) -> tuple[tuple[Head, ...], str | None]:
    """The heads with only the columns of one period, and that period where a column told it.

    `wanted` is the period that the table is meant for; the notebook's is the one that it names.
    """
    year = int((book.period or wanted or "0")[:4])
    named: dict[str, list[str]] = {}
    for head in heads:
        for column in head.columns:
            if id := _period(column, year):
                headings = named.setdefault(id, [])
                if column.heading not in headings:
                    headings.append(column.heading)
    if len(named) < 2:
        return tuple(heads), None
    choices = {id: headings[0] for id, headings in sorted(named.items())}
    told = book.answers.get("periods")
    period, parts = next(
        (
            (target, parts)
            for target in (told, wanted, book.period)
            if target and (parts := _parts_of(target, named))
        ),
        (None, set()),
    )
    if period is None and book.period and _are_months_of(book.period, named):
        parts = set(named)
    elif period is None:
        book.ask("periods", "表里有几期的金额，这次要哪一列？", choices)
        parts = {next(iter(choices))}
    elif left := [headings[0] for id, headings in sorted(named.items()) if id not in parts]:
        listed = "”“".join(left)
        read = "”“".join(choices[id] for id in sorted(parts))
        book.ask(
            "periods",
            f"表里有几期的金额，这次读的是“{read}”，“{listed}”没有导入。",
            choices if told in choices else None,
        )
    return tuple(_with_only(head, parts, named, year) for head in heads), period


def _period(column: Column, year: int) -> str | None:
    """The period that the heading of an amount names."""
    if column.role not in FLOWS or column.told:
        return None
    said = period_said(column.heading)
    return period_id(said.year or year, said.part) if said.part else None


def _parts_of(target: str, named: dict[str, list[str]]) -> set[str]:
    """The periods that make up the target without a gap, or none."""
    if target in named:
        return {target}
    if target[0] == "0" or any(id[0] == "0" for id in named):
        return set()
    first, last = span(target)
    parts = {id for id in named if first <= span(id)[0] and span(id)[1] <= last}
    days = sum((span(id)[1] - span(id)[0]).days + 1 for id in parts)
    return parts if days == (last - first).days + 1 else set()


def _are_months_of(period: str, named: dict[str, list[str]]) -> bool:
    """Whether the columns are months within the table's quarter or half-year, not all perhaps."""
    first, last = span(period)
    return not period.isdigit() and all(
        "-" in id and id[0] != "0" and first <= span(id)[0] <= last for id in named
    )


def _with_only(head: Head, parts: set[str], named: dict[str, list[str]], year: int) -> Head:
    """The head with the other periods' columns set aside; beside a column of one period that of
    the sum of all is one of them."""
    of_some = {it.role for it in head.columns if _period(it, year)}
    whole = parts == set(named)
    sums = {it.role for it in head.columns if it.role in of_some and not _period(it, year)}
    columns = []
    for column in head.columns:
        id = _period(column, year)
        if id is not None:
            kept = id in parts and not (whole and column.role in sums)
        else:
            kept = column.role not in of_some or whole or column.told
        columns.append(column if kept else replace(column, role="other", side=None))
    return replace(head, columns=tuple(columns))
