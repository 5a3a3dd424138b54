"""Personal data in running text: what each looks like, and what speaks against it.

Numbers that carry a check digit (ID numbers: GB 11643, cards: Luhn) are believed with it, or where
the words before them name them. Amounts, dates and document numbers are let be.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kiosk.rules.privacy.health import TRIGGER, illnesses

PUBLIC_CONTACT = frozenset({"mobile", "landline", "address", "account"})
"""What a form's public contact field allows."""


@dataclass(frozen=True)
class Found:
    """A datum at text[start:end]; `shown_as` takes its place on the board."""

    start: int
    end: int
    kind: str
    shown_as: str


def find(text: str, allow: frozenset[str] = frozenset()) -> list[Found]:
    """The personal data in a text, in order and without overlap; kinds in `allow` are left."""
    if _ANYTHING.search(text) is None:
        return []
    plain = plain_text(text)
    found: list[Found] = []
    taken = bytearray(len(plain))
    for candidate in _candidates(plain):
        if any(taken[candidate.start : candidate.end]):
            continue
        taken[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
        found.append(candidate)
    return sorted((it for it in found if it.kind not in allow), key=lambda it: it.start)


def mask(text: str, allow: frozenset[str] = frozenset()) -> str:
    """The text with everything found in it as it may be shown."""
    while found := find(text, allow):
        for it in reversed(found):
            text = text[: it.start] + it.shown_as + text[it.end :]
        # Where an illness was left out, a name may stand before the next one.
        if all(it.kind != "health" for it in found):
            break
    return text


_ANYTHING = re.compile(rf"\d|号|微信|[VvＶｖ]|{TRIGGER}")
"""Every kind has a digit, in whatever script, but for a door number in words, an illness, and the
name of an account."""

_DASHES = dict.fromkeys(map(ord, "−–—－﹣‐‑―"), "-")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def plain_text(text: str) -> str:
    """ASCII digits, letters, spaces and dashes, character for character: positions stay."""
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character < "\x7f" or character == "，":  # a comma would make 1，2 an amount
        return character
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if character in _INVISIBLE or character.isspace():
        return "\n" if character in "\u2028\u2029" else " "
    normal = unicodedata.normalize("NFKC", character).translate(_DASHES)
    return normal if len(normal) == 1 else character


def _candidates(plain: str) -> Iterator[Found]:
    yield from _id_numbers(plain)
    yield from _bank_cards(plain)
    yield from _phones(plain)
    yield from _passports(plain)
    yield from _plates(plain)
    yield from _addresses(plain)
    yield from _accounts(plain)
    for start, end in illnesses(plain):
        yield Found(start, end, "health", "")


_RUN = re.compile(r"\d+(?:[ \t-]{1,2}\d+)*(?:[ \t-]{0,2}[Xx](?![A-Za-z0-9]))?")
_GROUP = re.compile(r"\d+|[Xx]")


def _digit_groups(plain: str) -> Iterator[list[re.Match[str]]]:
    """Each run of digits with its inner spaces and dashes, cut into groups."""
    for run in _RUN.finditer(plain):
        yield list(_GROUP.finditer(plain, run.start(), run.end()))


def _joined(groups: list[re.Match[str]], low: int, high: int) -> Iterator[tuple[int, int, str]]:
    """Neighbouring groups that make `low` to `high` characters: first, last, characters."""
    for first in range(len(groups)):
        joined = ""
        for last in range(first, len(groups)):
            joined += groups[last][0]
            if len(joined) > high:
                break
            if len(joined) >= low:
                yield first, last, joined


_PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55))
) | {61, 62, 63, 64, 65, 71, 81, 82, 83}
_ID_LABEL = re.compile(r"(?:身份证|证件号|公民身份|身份号码|残疾人?证)[^\d\n。；;]{0,8}$")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _id_numbers(plain: str) -> Iterator[Found]:
    for groups in _digit_groups(plain):
        for first, last, digits in _joined(groups, 15, 20):
            start, end = groups[first].start(), groups[last].end()
            labelled = _ID_LABEL.search(plain, max(0, start - 24), start) is not None
            if _is_id_number(digits, labelled):
                yield Found(start, end, "id_number", id_shown(digits))


def _is_id_number(digits: str, labelled: bool) -> bool:
    body, tail = digits[:18].upper(), digits[18:]
    if tail and (re.fullmatch(r"[1-7][1-4]", tail) is None or "X" in digits[:17]):
        return False  # 残疾人证号: the ID number, the kind and the grade
    if int(body[:2]) not in _PROVINCES:
        return False
    if re.fullmatch(r"\d{15}", body):
        return labelled or _is_date("19" + body[6:12])
    if re.fullmatch(r"\d{17}[\dX]", body) is None:
        return False
    return labelled or (_is_date(body[6:14]) and check_character(body[:17]) == body[17])


def check_character(seventeen: str) -> str:
    """The last character of an 18-digit ID number (GB 11643, ISO 7064 MOD 11-2)."""
    summed = sum(int(digit) * weight for digit, weight in zip(seventeen, _ID_WEIGHTS, strict=True))
    return "10X98765432"[summed % 11]


def _is_date(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1900 <= born.year < 2100


def id_shown(digits: str) -> str:
    digits = digits[:18].upper()
    return digits[:4] + "*" * (len(digits) - 6) + digits[-2:]


_ISSUERS = re.compile(
    r"62|60[0-9]|4|5[1-5]|35|9558|955[0-9]{2}|95599|940|8[4-8]|6[89]|10(?=[0-9]{14})"
)
_CARD_LABEL = re.compile(
    r"(?:卡号|[账帐]号|[账帐]户(?:号码?)?|存折(?:号码?)?|一卡通(?:号码?)?|银行卡(?:号码?)?)"
    r"[:：为是 (（]{0,3}$"
)


def _bank_cards(plain: str) -> Iterator[Found]:
    for groups in _digit_groups(plain):
        for first, last, digits in _joined(groups, 9, 30):
            start, end = groups[first].start(), groups[last].end()
            if not digits.isdigit():
                continue
            labelled = _CARD_LABEL.search(plain, max(0, start - 12), start) is not None
            if (labelled and last == len(groups) - 1) or (
                16 <= len(digits) <= 19
                and _ISSUERS.match(digits)
                and luhn_holds(digits)
                and _evenly([len(group[0]) for group in groups[first : last + 1]])
            ):
                yield Found(start, end, "bank_card", "****" + digits[-4:])


def luhn_holds(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812-1, annex B)."""
    summed = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        summed += value - 9 if value > 9 else value
    return summed % 10 == 0


def _evenly(sizes: list[int]) -> bool:
    """Whether groups are how people space a card: all of one size but the last, or 6 and 10-13."""
    if len(sizes) == 1 or (len(sizes) == 2 and sizes[0] == 6):
        return True
    return sizes[0] != 2 and set(sizes[:-1]) == {sizes[0]} and sizes[-1] <= max(sizes[0], 4)


_MOBILE_SIZES = frozenset(
    (
        (11,),
        (3, 4, 4),
        (3, 3, 5),
        (3, 8),
        (7, 4),
        (4, 4, 3),
        (4, 3, 4),
        (5, 6),
        (5, 3, 3),
        (1,) * 11,
    )
)
_AMOUNT_BEFORE = re.compile(r"(?:¥ ?|\d[.,])$")
_AMOUNT_AFTER = re.compile(r"[.,]\d| ?(?:元|万元|亩)")
LANDLINE = re.compile(
    r"(?<![\d¥])(?<!\d[.,-])(?:\+?86[ -]{0,2})?\(?(0(?:10|2[0-57-9]|[3-9]\d{2}))\)?[ -]{0,3}"
    r"([2-9]\d{2,3}[ -]{0,2}\d{4})(?!\d|[.,]\d)"
)
_PUBLIC = re.compile(
    r"(?:监督|举报|投诉|信访|服务(?!对象)|咨询|值班|办公|受理|报修|抢修|热线|应急|客服|便民|村委会?|村部"
    r"|政府|派出所|卫生室|卫生院|供电所|供水站)[^\d\n。；;]{0,14}?"
    r"(?:电话|热线|号码|专线|手机|方式|传真)[^\d\n。；;]{0,10}"
    r"(?:[\d() -]{7,16}[、,，/和或及]+ ?)*[(+ ]*$"
)


def _phones(plain: str) -> Iterator[Found]:
    for groups in _digit_groups(plain):
        for first, last, digits in _joined(groups, 11, 15):
            start, end = groups[first].start(), groups[last].end()
            sizes = [len(group[0]) for group in groups[first : last + 1]]
            if country := re.match(r"(?:00)?86(?=1[3-9]\d{9}$)", digits):
                digits = digits[country.end() :]
                sizes = _without(sizes, country.end())
                start -= plain[:start].endswith("+")
            if (
                re.fullmatch(r"1[3-9]\d{9}", digits)
                and tuple(sizes) in _MOBILE_SIZES
                and not _AMOUNT_BEFORE.search(plain, max(0, start - 2), start)
                and not _AMOUNT_AFTER.match(plain, end)
                and not _is_public(plain, start)
            ):
                yield Found(start, end, "mobile", mobile_shown(digits))
    for it in LANDLINE.finditer(plain):
        digits = re.sub(r"\D", "", it[2])
        if not _is_public(plain, it.start()):
            yield Found(it.start(), it.end(), "landline", landline_shown(it[1], digits))


def _without(sizes: list[int], count: int) -> list[int]:
    """Group sizes after taking `count` digits from the front."""
    sizes = list(sizes)
    while count >= sizes[0]:
        count -= sizes.pop(0)
    return [sizes[0] - count, *sizes[1:]]


def _is_public(plain: str, start: int) -> bool:
    return _PUBLIC.search(plain, max(0, start - 80), start) is not None


def mobile_shown(digits: str) -> str:
    return f"{digits[:3]}****{digits[-4:]}"


def landline_shown(area: str, digits: str) -> str:
    return f"{area}-{'*' * (len(digits) - 2)}{digits[-2:]}"


_ACCOUNTS = (
    re.compile(
        r"(?:微信|(?<![A-Za-z])[Ww][Ee][Cc][Hh][Aa][Tt]|(?<![A-Za-z])[VvWw][Xx]|加[Vv])"
        r"(?!公众|群|小程序|支付)(?:号码?|ID|id)?[ :为是(]{0,3}([A-Za-z][A-Za-z0-9_-]{5,19})"
        r"(?![A-Za-z0-9_-])"
    ),
    re.compile(r"(?:(?<![A-Za-z])[Qq]{2}|扣扣)(?!群)(?:号码?)?[ :为是(]{0,3}([1-9]\d{4,10})(?!\d)"),
)


_OF_OFFICE = re.compile(
    r"(?:监督|举报|投诉|服务|咨询|值班|办公|便民|村委会?|村部)[^\s,，。；;]{0,4}$"
)


def _accounts(plain: str) -> Iterator[Found]:
    """Names of accounts by which a person is reached: 微信, QQ."""
    for pattern in _ACCOUNTS:
        for it in pattern.finditer(plain):
            if _OF_OFFICE.search(plain, max(0, it.start() - 12), it.start()) is None:
                yield Found(it.start(1), it.end(1), "account", it[1][:2] + "****")


_PASSPORT = re.compile(
    r"(?<![A-Za-z0-9])(?:[Ee]\d{8}|[Ee][A-HJ-NP-Za-hj-np-z]\d{7})(?![A-Za-z0-9])"
)
_PASSPORT_LABELLED = re.compile(
    r"(?:护照|通行证)[^A-Za-z\d\n。；;]{0,6}([A-Za-z]{1,2}\d{7,9})(?![A-Za-z0-9])"
)
_DATE_IN_NUMBER = re.compile(r"20\d\d(?:0[1-9]|1[0-2])")


def _passports(plain: str) -> Iterator[Found]:
    for it in _PASSPORT_LABELLED.finditer(plain):
        yield Found(it.start(1), it.end(1), "passport", _ends_shown(it[1]))
    for it in _PASSPORT.finditer(plain):
        if _DATE_IN_NUMBER.match(it[0], 1) is None:
            yield Found(it.start(), it.end(), "passport", _ends_shown(it[0]))


_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ ]?[A-HJ-NP-Za-hj-np-z]"
    r"[·•∙・. -]{0,2}"
    r"(?:\d{5}[DFdf]|[A-HJ-Ka-hj-k][A-HJ-NP-Za-hj-np-z0-9]\d{4}|[A-HJ-NP-Za-hj-np-z0-9]{4}"
    r"[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])(?![A-Za-z0-9])"
)


def _plates(plain: str) -> Iterator[Found]:
    for it in _PLATE.finditer(plain):
        if len(re.findall(r"\d", it[0])) >= 3:
            yield Found(it.start(), it.end(), "plate", _ends_shown(re.sub(r"[^\w]", "", it[0])))


def _ends_shown(number: str) -> str:
    return number[:2].upper() + "*" * (len(number) - 4) + number[-2:].upper()


_DOOR = re.compile(
    r"(?<=[村组屯庄社队路街巷弄苑园寨堡营湾坪岭坊同道区])(?<!第)\s?"
    r"(?:门牌)?(?:"
    r"\d{1,4}(?:-\d{1,4})?(?:栋|幢|座|号楼)\s?(?:[\dA-Za-z一二三四五六七八九]{1,2}单元)?\s?\d{1,4}[室户号]?"
    r"|\d{1,3}单元\s?\d{1,4}[室户号]?"
    r"|[\d一二三四五六七八九十百]{1,5}(?:-\d{1,4}){0,2}号"
    r"(?:院(?:内)?|宅|户|之[\d一二三四五]|附\d{1,2}号?|\d{1,2}单元\s?\d{1,4}[室户号]?|\d{1,4}[室户]){0,2}"
    r"(?=$|[^\w]|[家内住的门房]|[一-鿿]{2,3}(?:家|户|宅))"
    r"|(?<=[区苑园])\d{1,3}-\d{1,3}-\d{3,4}(?!\d)"
    r")"
)
_ADDRESS_BEFORE = re.compile(r"(?:[一-鿿]|(?<!\d)\d{1,3}(?!\d))*$")
_PUBLIC_PLACE = re.compile(
    r"(?:办公|办理|服务|受理|领取|会议|活动|投放|设置|施工|工程)[^。；;\n]{0,2}(?:地[点址]|位置)"
)


def _addresses(plain: str) -> Iterator[Found]:
    for it in _DOOR.finditer(plain):
        if _PUBLIC_PLACE.search(plain, max(0, it.start() - 40), it.start()):
            continue
        before = _ADDRESS_BEFORE.search(plain, max(0, it.start() - 24), it.start())
        start = before.start() if before else it.start()
        yield Found(start, it.end(), "address", plain[start : it.start()])
