from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import accounts
from kiosk.rules.accounts import parse_fen, yuan

FEN = st.integers(min_value=-(10**12), max_value=10**12)
FULL_WIDTH = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")


def spellings(fen: int) -> list[str]:
    plain = yuan(abs(fen))
    minus = "-" if fen < 0 else ""
    spelled = [
        minus + plain,
        minus + plain.replace(",", ""),
        f"{minus}￥{plain}",
        f"￥{minus}{plain}",
        f"  {minus}{plain} 元 ",
        f"{minus}{plain}元整",
    ]
    if fen < 0:
        spelled += [f"({plain})", f"（{plain}）", f"红字{plain}", f"负{plain}", f"{plain}-"]
    return [*spelled, *(it.translate(FULL_WIDTH) for it in spelled)]


@given(FEN)
def test_every_spelling_gives_back_the_amount(fen):
    assert {parse_fen(spelled) for spelled in spellings(fen)} == {fen}


@given(FEN)
def test_a_float_from_a_spreadsheet_is_exact_to_the_fen(fen):
    fen = fen % 10**11
    assert parse_fen(fen / 100) == fen
    assert parse_fen(Decimal(repr(fen / 100))) == fen


@given(FEN, st.sampled_from(["元", "千元", "万元"]))
def test_a_unit_changes_no_fen(fen, unit):
    number = Decimal(fen) / accounts.UNITS[unit]
    assert parse_fen(number, accounts.UNITS[unit]) == fen
    assert parse_fen(f"{number:f}{unit}") == fen


LINES = st.lists(
    st.fixed_dictionaries(
        {"name": st.just("x"), "amount": st.integers(-(10**9), 10**9), "sub": st.booleans()}
    ),
    max_size=8,
)


@given(st.integers(-(10**9), 10**9), LINES, LINES, st.integers(-(10**6), 10**6))
def test_a_fault_is_exactly_what_is_missing(opening, income, expense, off):
    content = {"opening": opening, "income": income, "expense": expense, "closing": None}
    sums = accounts.totals(content, "finance_statement")
    content["closing"] = opening + sums.income - sums.expense + off
    assert [it.by for it in accounts.faults(content, "finance_statement")] == ([off] if off else [])
