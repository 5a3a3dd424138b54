from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.accounts import yuan
from kiosk.rules.privacy import find, mask
from kiosk.rules.privacy.text import check_character, luhn_holds

FULL_WIDTH = str.maketrans("0123456789X-+ ", "０１２３４５６７８９Ｘ－＋　")
PROSE = st.sampled_from(
    [
        "",
        "村民张某",
        "户主：",
        "经研究决定，",
        "已登记",
        "补贴发放到户（",
        "电话",
        "本期结余",
        "转给",
    ]
)


def spaced(digits: str, sizes: tuple[int, ...], between: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return between.join([*parts, digits[at:]] if digits[at:] else parts)


BETWEEN = st.sampled_from(["", " ", "-", "—", "　", "  "])
WIDTH = st.sampled_from([str, lambda text: text.translate(FULL_WIDTH)])


@st.composite
def id_numbers(draw):
    area = draw(st.sampled_from(["371702", "110101", "650102", "440305"]))
    born = draw(st.dates(date(1920, 1, 1), date(2026, 1, 1))).strftime("%Y%m%d")
    body = area + born + f"{draw(st.integers(0, 999)):03d}"
    sizes = draw(st.sampled_from([(), (6, 8, 4), (4, 4, 4, 4, 2), (6, 4, 4, 4), (1,) * 18]))
    number = body + check_character(body)
    number = number.lower() if draw(st.booleans()) else number
    return spaced(number, sizes, draw(BETWEEN))


@st.composite
def cards(draw):
    body = draw(st.sampled_from(["622848", "621700", "955880", "43674", "601382"]))
    body += "".join(map(str, draw(st.lists(st.integers(0, 9), min_size=10, max_size=12))))
    number = next(body + str(last) for last in range(10) if luhn_holds(body + str(last)))
    sizes = draw(st.sampled_from([(), (4, 4, 4, 4), (6,)]))
    return spaced(number, sizes, draw(BETWEEN))


@st.composite
def mobiles(draw):
    number = f"1{draw(st.integers(3, 9))}{draw(st.integers(0, 10**9 - 1)):09d}"
    sizes = draw(st.sampled_from([(), (3, 4, 4), (3, 3, 5), (7, 4), (1,) * 11]))
    country = draw(st.sampled_from(["", "", "+86", "+86 ", "86-", "0086 "]))
    return country + spaced(number, sizes, draw(BETWEEN))


@st.composite
def landlines(draw):
    area = draw(st.sampled_from(["0530", "010", "021", "0755", "0898"]))
    number = str(draw(st.integers(2_000_000, 99_999_999)))
    number = "2" + number[1:] if number[0] == "1" else number
    form = draw(st.sampled_from(["{}-{}", "({}){}", "（{}）{}", "{} {}", "{}—{}", "{}{}"]))
    return form.format(area, number)


@st.composite
def doors(draw):
    street = draw(st.sampled_from(["东湖村三组", "人民路", "前街", "幸福巷", "和平胡同"]))
    number = draw(st.integers(1, 999))
    return street + draw(st.sampled_from(["{}号", "{}号院", "{}号2室"])).format(number)


PASSPORTS = st.from_regex(r"E[A-HJ-NP-Z][0-9]{7}", fullmatch=True)
PLATES = st.from_regex(r"[鲁京粤]R·?[A-HJ-NP-Z0-9][0-9]{4}", fullmatch=True)
DATA = st.one_of(
    st.tuples(st.just("id_number"), id_numbers()),
    st.tuples(st.just("bank_card"), cards()),
    st.tuples(st.just("mobile"), mobiles()),
    st.tuples(st.just("landline"), landlines()),
    st.tuples(st.just("address"), doors()),
    st.tuples(st.just("plate"), PLATES),
    st.tuples(st.just("passport"), PASSPORTS),
)


@given(PROSE, DATA, st.sampled_from(["", "。", "，已核实", "）", "\n"]), WIDTH)
def test_a_datum_in_any_spelling_is_found_and_its_mask_is_not(before, datum, after, width):
    kind, written = datum
    text = before + width(written) + after
    assert kind in [it.kind for it in find(text)]
    assert find(mask(text)) == []


@given(st.lists(st.tuples(PROSE, DATA), max_size=4))
def test_many_data_in_one_text_are_all_masked(parts):
    text = "；".join(before + written for before, (_, written) in parts)
    assert len(find(text)) == len(parts)
    assert find(mask(text)) == []


AMOUNTS = st.integers(-(10**10), 10**10).map(lambda fen: yuan(fen) + "元")
DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31)).flatmap(
    lambda day: st.sampled_from(
        (
            *(day.isoformat(), day.strftime("%Y%m%d"), f"{day.year}年{day.month}月{day.day}日"),
            *(f"{day.month}月{day.day}号", f"{day.year}/{day.month}/{day.day}"),
        )
    )
)
DOCUMENTS = st.tuples(st.integers(2000, 2099), st.integers(1, 9999)).flatmap(
    lambda it: st.sampled_from(
        [f"鲁农发〔{it[0]}〕{it[1]}号", f"记-{it[1]:04d}", f"合同{it[0]}-{it[1]:03d}"]
    )
)
CJK = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=12)


@given(st.lists(st.one_of(AMOUNTS, DATES, DOCUMENTS, CJK), max_size=8))
def test_amounts_dates_document_numbers_and_prose_are_let_be(parts):
    assert find("，".join(parts)) == []


@given(st.text(max_size=200))
def test_any_text_is_taken_and_masked_once_for_all(text):
    assert find(mask(text)) == []
    for it in find(text):
        assert 0 <= it.start < it.end <= len(text)
