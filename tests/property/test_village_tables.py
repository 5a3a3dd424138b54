from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules.tables import read
from tests.village_tables import (
    DATES,
    LEDGERS,
    STATEMENTS,
    Accounts,
    Book,
    Entry,
    Item,
    Style,
    grids,
    in_sections,
    typed,
)

SPELLINGS = st.lists(
    st.sampled_from(["number", "text", "full", "yen", "yuan", "spaced", "bracket"]), min_size=1
)
UNITS = st.sampled_from(["元", "千元", "万元"])
AMOUNTS = st.integers(1, 50_000_000)
NAMES = st.sampled_from(
    [
        "土地租金",
        "鱼塘承包费",
        "上级补助",
        "利息",
        "捐赠款",
        "办公费",
        "电费",
        "会议费",
        "工程款",
        "保洁工资",
    ]
)


@st.composite
def items(draw, least: int):
    made = []
    for _ in range(draw(st.integers(least, 6))):
        parts = draw(st.lists(st.tuples(NAMES, AMOUNTS), max_size=3))
        whole = sum(fen for _, fen in parts)
        rest = 0 if len(parts) > 1 and draw(st.booleans()) else draw(AMOUNTS)
        made.append(Item(draw(NAMES), whole + rest, tuple(parts)))
    return tuple(made)


@st.composite
def villages(draw):
    return Accounts(draw(st.integers(1, 10**9)), draw(items(1)), draw(items(1)))


@settings(max_examples=150)
@given(villages(), st.sampled_from(STATEMENTS), UNITS, SPELLINGS, st.sampled_from(["row", "title"]))
def test_any_statement_in_any_layout_is_read_to_the_fen(accounts, layout, unit, spellings, where):
    style = Style(unit, spellings, where)
    reading = read(grids(layout(accounts, style))[0])
    found = reading.totals
    assert (found.opening, found.income, found.expense, found.closing) == accounts.totals
    assert reading.period == "2026Q2"
    assert [fault for fault in reading.faults if "下面各项" not in fault.message] == []


@st.composite
def books(draw):
    first = date(2026, 4, 1)
    days = sorted(draw(st.lists(st.integers(0, 90), min_size=1, max_size=30)))
    made = []
    for day in days:
        fen = draw(AMOUNTS) * draw(st.sampled_from([1, -1]))
        made.append(Entry(first + timedelta(day), draw(NAMES), fen))
    return Book(draw(st.integers(1, 10**10)), tuple(made))


@settings(max_examples=150)
@given(books(), st.sampled_from(LEDGERS), UNITS, SPELLINGS, st.sampled_from(DATES))
def test_any_ledger_in_any_layout_is_read_to_the_fen(book, layout, unit, spellings, written):
    style = Style(unit, spellings, "row", "东湖村2026年第二季度收支逐笔明细")
    reading = read(grids(layout(book, style, written))[0])
    opening, income, expense, closing = book.totals
    if layout in (typed, in_sections):
        opening = closing = None
    found = reading.totals
    assert (found.opening, found.income, found.expense, found.closing) == (
        *(opening, income, expense, closing),
    )
    assert (reading.lines, reading.faults, reading.unplaced) == (len(book.entries), (), ())
    assert reading.period == "2026Q2"
