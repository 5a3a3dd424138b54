"""Laws of the forms' arithmetic: sums that hold are never faulted, one wrong figure is told to the
fen, and no text whatever makes the little language do anything but read."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rules import forms
from kiosk.rules.accounts import LARGEST, parse_fen, yuan
from kiosk.rules.forms import FormInvalid

FORMS = forms.load()
fen = st.integers(min_value=-(10**9), max_value=10**9)
paid = st.integers(min_value=0, max_value=10**9)
areas = st.decimals(min_value=0, max_value=10_000, places=3)
off = st.integers(min_value=-(10**6), max_value=10**6).filter(bool)


def mismatches(id: str, content: dict[str, Any], *before: Any) -> list[forms.Mismatch]:
    return forms.mismatches(FORMS[id], content, *before)


def parcel(area: Decimal, rate: int, by: int = 0) -> dict[str, Any]:
    whole = int((area * rate).quantize(Decimal(1), ROUND_HALF_UP))
    return {"kind": "地", "area": format(area, "f"), "rate": rate, "amount": whole + by}


def compensation(parcels: list[dict[str, Any]], used: list[int]) -> dict[str, Any]:
    total = sum(it["amount"] for it in parcels)
    return {
        "parcels": parcels,
        "total": total,
        "uses": [{"for": "户", "amount": amount} for amount in used],
        "left": total - sum(used),
    }


@given(st.lists(st.tuples(areas, paid), min_size=1, max_size=8), st.lists(paid, max_size=6))
def test_sums_that_hold_are_never_faulted(rows: list[tuple[Decimal, int]], used: list[int]) -> None:
    content = compensation([parcel(area, rate) for area, rate in rows], used)
    assert mismatches("land_compensation", content) == []


@given(
    st.lists(st.tuples(areas, paid), min_size=1, max_size=6),
    st.lists(paid, max_size=4),
    st.data(),
    off,
)
def test_a_wrong_product_is_told_by_row_and_amount(
    rows: list[tuple[Decimal, int]], used: list[int], data: st.DataObject, by: int
) -> None:
    wrong = data.draw(st.integers(min_value=0, max_value=len(rows) - 1))
    parcels = [parcel(area, rate, by * (n == wrong)) for n, (area, rate) in enumerate(rows)]
    [found] = mismatches("land_compensation", compensation(parcels, used))
    assert (found.path, found.by) == (("parcels", wrong, "amount"), by)
    assert f"{yuan(abs(by))} 元" in found.message


@given(st.lists(paid, min_size=1, max_size=12), off)
def test_a_wrong_total_is_told_by_its_amount(amounts: list[int], by: int) -> None:
    content = {"assets": [{"value": it, "cost": it} for it in amounts], "total": sum(amounts) + by}
    [found] = mismatches("assets", content)
    assert (found.path, found.by, found.money) == (("total",), by, True)
    assert ("多了" if by > 0 else "少了") in found.message


@given(fen, st.lists(paid, max_size=6), st.lists(paid, max_size=6), off)
def test_a_balance_is_opening_and_what_came_less_what_went(
    opening: int, came: list[int], went: list[int], by: int
) -> None:
    content = {
        "opening": opening,
        "sources": [{"amount": it} for it in came],
        "given": [{"amount": it} for it in went],
        "closing": opening + sum(came) - sum(went),
    }
    assert mismatches("relief", content) == []
    content["closing"] += by
    [found] = mismatches("relief", content)
    assert found.by == by


@given(st.lists(st.lists(paid, min_size=1, max_size=4), min_size=1, max_size=4), off)
def test_the_year_so_far_is_the_sum_of_its_periods(periods: list[list[int]], by: int) -> None:
    contents: list[dict[str, Any]] = [
        {"funds": [{"name": f"甲{n}", "spent": it} for n, it in enumerate(spent)]}
        for spent in periods
    ]
    now = contents[-1] | {"spent_year": sum(map(sum, periods))}
    assert mismatches("special_fund", now, None, contents[:-1]) == []
    [found] = mismatches("special_fund", now | {"spent_year": now["spent_year"] + by}, None,
                         contents[:-1])  # fmt: skip
    assert found.by == by


@given(
    st.dictionaries(st.sampled_from("甲乙丙丁戊"), paid, min_size=1), st.permutations("甲乙丙丁戊")
)
def test_a_row_finds_its_own_of_the_period_before_in_any_order(
    owed: dict[str, int], order: list[str]
) -> None:
    def rows(names: list[str]) -> list[dict[str, Any]]:
        return [{"name": it, "opening": owed[it], "closing": owed[it]} for it in names]

    before = {"claims": rows(list(owed)), "owed": []}
    now = {"claims": rows([it for it in order if it in owed]), "owed": []}
    assert mismatches("debts", now, before) == []


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(FORMS)), st.data())
def test_no_content_however_wrong_makes_a_form_fail(id: str, data: st.DataObject) -> None:
    form = FORMS[id]
    keys = st.sampled_from([field.key for field in form.fields]) | st.text(max_size=4)
    content = data.draw(st.dictionaries(keys, plain, max_size=6))
    forms.missing(form, content)
    forms.mismatches(form, content, content, [content])
    filled = forms.filled(form, content)
    assert forms.filled(form, filled) == filled
    assert forms.leftovers(form, filled) == {}
    assert not forms.leftovers(form, content).keys() & {
        field.key for field in form.fields if forms.fits(field, content.get(field.key))
    }


@given(st.text(max_size=60) | st.text("abctotal.+-*()[]_ sumpreviou0123456789", max_size=60))
def test_no_text_is_ever_run(text: str) -> None:
    raw = {
        "id": "t", "title": "表", "help": "h",
        "fields": [{"key": "total", "label": "合计", "type": "money", "help": "h", "example": 1}],
        "checks": [{"equal": ["total", text]}],
    }  # fmt: skip
    try:
        form = forms.form_of_data(raw, "t")
    except FormInvalid as error:
        assert "checks" in str(error)
    else:
        forms.mismatches(form, {"total": 1})


@given(st.integers(min_value=-LARGEST, max_value=LARGEST))
def test_an_amount_written_is_the_amount_read(amount: int) -> None:
    field = FORMS["assets"].field("total")
    assert field is not None
    assert forms.value_written(field, yuan(amount)) == amount == parse_fen(yuan(amount))


@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from(["", " 亩", "平方米"]))
def test_a_number_written_is_the_number_read(number: Decimal, unit: str) -> None:
    read = forms.number_written(f"{number:,f}{unit}", 3)
    assert Decimal(read) == number
    assert forms.number_written(f"{int(number):,}{unit}", 0) == int(number)
