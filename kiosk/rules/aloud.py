"""A text as people say it, so that a voice reads 12345.60元 as 一万二千三百四十五元六角.

Voices read figures badly or not at all: an amount digit by digit, a year as a number, a telephone
number as millions. Here every figure becomes Chinese words by what stands around it, before any
voice sees it. The rules are those of speech: years, telephone and document numbers digit by
digit (1 is 幺 in a telephone number); amounts, areas and counts as numbers, with 两 before what is
counted; 3-5 天 is 三到五天, 12.5% is 百分之十二点五, 孙*芹 is 孙某芹. Pure: text in, text out.
"""

import re
from collections.abc import Callable, Iterator

Words = str | Callable[[re.Match[str]], str]

DIGITS = "零一二三四五六七八九"
YEAR_DIGITS = "〇一二三四五六七八九"
PHONE_DIGITS = "零幺二三四五六七八九"

LONGEST = 70
"""Characters of a sentence; a longer one is read in parts, so that its place can be shown."""

COUNTED = (
    "户人名个亩条间天家次项张本台辆位座棵根件份组倍米公里斤吨袋元块角分年周小时百千万亿届笔"
    "轮处口头只把层"
)
"""Before these one says 两 for 2 (两户, 两亩, 两元); elsewhere (二月, 二号, 第二) it is 二."""

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_RANGE = r"\s*(?:-|–|—|~|～|至|到)\s*"
_TELEPHONE = (
    r"(?<![\d.,-])(?:0\d{2,3}[- ]?\d{7,8}(?:-\d{1,5})?|1[3-9]\d[\d*]{4}\d{4}"
    r"|[48]00[- ]?\d{3}[- ]?\d{4}|12[0-9]{3}(?![户人亩个名条项])"
    r"|1(?:10|19|20|22)(?=[、，。；）)\s]|$))(?![\d.,]\d|\d|[万亿]?元)"
)


def said(text: str) -> str:
    """The text with every figure, sign and mask in words; words stay as they are."""
    text = _plain(text)
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return text


def sentences(text: str) -> list[str]:
    """The text cut where one takes breath: after 。！？；, and what is too long after ，、：."""
    found: list[str] = []
    for sentence in re.findall(r"[^。！？；\n]+[。！？；]*[”’）」]*", text):
        found += _breaths(sentence.strip())
    return [each for each in found if re.search(r"\w", each)]


def number(figures: str) -> str:
    """12,345.60 as 一万二千三百四十五点六〇; whole numbers up to 16 digits."""
    whole, _, rest = figures.replace(",", "").partition(".")
    words = _whole(int(whole)) if len(whole) <= 16 else _each(whole, DIGITS)
    return f"{words}点{_each(rest, DIGITS)}" if rest else words


def amount(figures: str) -> str:
    """12,345.60 yuan as 一万二千三百四十五元六角; three and more decimals as a plain number."""
    whole, _, rest = figures.replace(",", "").partition(".")
    if len(rest) > 2:
        return f"{number(figures)}元"
    jiao, fen = int(rest.ljust(2, "0")[0]), int(rest.ljust(2, "0")[1])
    yuan = int(whole)
    words = f"{_counted(_whole(yuan))}元" if yuan or not (jiao or fen) else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    if fen:
        words += f"{DIGITS[fen]}分"
    return words


def _plain(text: str) -> str:
    text = re.sub(r"(?<=\d)：(?=\d\d)", ":", text.translate(_FULL_WIDTH))
    text = re.sub(r"(?<=[\u3000-\u9fff])[ \t]+(?=[\d\u3000-\u9fff])", "", text)
    return re.sub(r"(?<=\d)[ \t]+(?=[\u3000-\u9fff%])", "", text)


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％－＋＊／", "0123456789.%-+*/")


def _each(digits: str, names: str) -> str:
    """Digit by digit; stars of a masked number are 星号 once, whatever else stands is a pause."""
    digits = re.sub(r"\*+", "*", digits)
    return "".join(
        names[int(it)] if it.isdigit() else "，星号，" if it == "*" else "，" for it in digits
    )


def _whole(value: int) -> str:
    for size, name in ((10**8, "亿"), (10**4, "万")):
        high, low = divmod(value, size)
        if high:
            rest = (
                f"{'零' if low * 10 < size else ''}{_group(low) if size == 10**4 else _whole(low)}"
            )
            return f"{_whole(high)}{name}{rest if low else ''}"
    return _group(value).removeprefix("一" if 10 <= value < 20 else " ") or "零"


def _group(value: int) -> str:
    words = ""
    gap = False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return words


def _counted(words: str) -> str:
    """两 for a leading 2 that counts: 两户, 两千, 两万."""
    if words == "二" or re.match("二[千万亿]", words):
        return "两" + words[1:]
    return words


def _year(digits: str) -> str:
    return _each(digits, YEAR_DIGITS)


def _day(found: re.Match[str]) -> str:
    year, month, day = found["y"], found["m"], found["d"]
    words = f"{_year(year)}年{_whole(int(month))}月"
    return f"{words}{_whole(int(day))}日" if day else words


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if hour > 24 or minute > 59:
        return found[0]
    if not minute:
        return f"{_whole(hour)}点"
    return f"{_whole(hour)}点{'零' if minute < 10 else ''}{_whole(minute)}分"


def _money(found: re.Match[str]) -> str:
    sign = "负" if found["sign"] else ""
    per = f"每{found['per']}" if found["per"] else ""
    unit = found["unit"]
    if unit == "元":
        return sign + amount(found["n"]) + per
    return f"{sign}{_counted(number(_short(found['n'])))}{unit}{per}"


def _short(figures: str) -> str:
    """12.30 is said as 12.3."""
    return figures.rstrip("0").rstrip(".") if "." in figures else figures


def _any(found: re.Match[str]) -> str:
    figures, after = found["n"], found["after"] or ""
    sign = "负" if found["sign"] else ""
    whole = figures.replace(",", "")
    if "," not in figures and "." not in figures and (len(whole) > 8 or re.match(r"0\d", whole)):
        return f"{sign}{_each(whole, DIGITS)}{after}"
    words = number(_short(figures))
    ordinal = found["before"] == "第"
    if after and after in COUNTED and not ordinal:
        words = _counted(words)
    return f"{found['before'] or ''}{sign}{words}{after}"


def _per_hundred(found: re.Match[str]) -> str:
    share = "千分之" if found["sign"] == "‰" else "百分之"
    first = found["a"]
    words = f"{share}{number(_short(first))}"
    if found["b"]:
        words += f"到{share}{number(_short(found['b']))}"
    return ("负" if found["minus"] else "") + words


def _rule(pattern: str, words: Words) -> tuple[re.Pattern[str], Words]:
    return re.compile(pattern), words


_RULES: tuple[tuple[re.Pattern[str], Words], ...] = (
    _rule(_TELEPHONE, lambda it: _each(it[0], PHONE_DIGITS)),
    # Masked names and numbers.
    _rule(r"(?<=[\u4e00-\u9fff])\*+", lambda it: "某" * min(len(it[0]), 2)),
    _rule(r"[\dXx]*\*{2,}[\dXx]*", lambda it: _each(re.sub("[Xx]", "", it[0]), DIGITS).strip("，")),
    # Days, months, years.
    _rule(
        r"(?<!\d)(?P<y>(?:19|20)\d{2})(?:-|/|\.)(?P<m>1[0-2]|0?[1-9])(?:-|/|\.)"
        r"(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)",
        _day,
    ),
    _rule(
        r"(?<!\d)(?P<y>(?:19|20)\d{2})年(?P<m>1[0-2]|0?[1-9])月(?:(?P<d>3[01]|[12]\d|0?[1-9])日)?",
        _day,
    ),
    _rule(
        r"(?<!\d)((?:19|20)\d{2})Q([1-4])", lambda it: f"{_year(it[1])}年第{DIGITS[int(it[2])]}季度"
    ),
    _rule(
        rf"(?<!\d)((?:19|20)\d{{2}})年?{_RANGE}((?:19|20)\d{{2}})年",
        lambda it: f"{_year(it[1])}到{_year(it[2])}年",
    ),
    _rule(r"(?<![\d.])((?:19|20)\d{2})(?=年|[〕\]]|届)", lambda it: _year(it[1])),
    # Times of day.
    _rule(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::\d{2})?(?!\d)", _time),
    _rule(r"(?<=[点分])\s*[-–—~～]\s*(?=[零一二三四五六七八九十两])", "到"),
    # Shares.
    _rule(
        rf"(?P<minus>(?<![\d%])-)?(?P<a>{_NUMBER})%?(?:{_RANGE}(?P<b>{_NUMBER}))?(?P<sign>[%‰])",
        _per_hundred,
    ),
    _rule(
        r"(?<![\d/.])([1-9]\d?)/([2-9]\d?|100)(?=[以的左多])",
        lambda it: f"{_whole(int(it[2]))}分之{_whole(int(it[1]))}",
    ),
    # Money: what comes first says how the rest is read. A range of amounts, then one.
    _rule(
        rf"(?P<n>{_NUMBER}){_RANGE}(?=(?:{_NUMBER})(?:万元|亿元|元))",
        lambda it: f"{_counted(number(_short(it['n'])))}到",
    ),
    _rule(
        rf"(?P<sign>-)?[¥￥](?P<n>{_NUMBER})(?P<unit>)(?P<per>)",
        lambda it: ("负" if it["sign"] else "") + amount(it["n"]),
    ),
    _rule(
        rf"(?P<sign>(?<![\d\w])-)?(?P<n>{_NUMBER})(?P<unit>亿元|万元|元)"
        r"(?:/(?P<per>[人户亩年月天日斤吨度方次个米]))?",
        _money,
    ),
    _rule(r"(?<=[元人户亩])[/·](?=[人户亩年月天日斤吨度方次])", "每"),
    # Measures.
    _rule(r"㎡|m²|m2|平米", "平方米"),
    _rule(r"m³|m3|㎥", "立方米"),
    _rule(r"(?<=\d)\s*km\b|(?<=\d)\s*KM\b", "公里"),
    _rule(r"(?<=\d)\s*kg\b", "公斤"),
    _rule(r"(?<=\d)\s*cm\b", "厘米"),
    _rule(r"(?<=\d)\s*kWh?\b", "度"),
    # All other numbers, ranges first.
    _rule(
        rf"(?<![\d.])(?P<n>{_NUMBER})(?:-|–|—|~|～)(?=\d)(?!\d{{3,}}-)",
        lambda it: f"{number(_short(it['n']))}到",
    ),
    _rule(
        rf"(?P<before>第)?(?P<sign>(?<![\d\w])-)?(?P<n>{_NUMBER})(?P<after>[{COUNTED}])?",
        _any,
    ),
    # Signs.
    _rule(r"\s*[×✕]\s*", "乘"),
    _rule(r"\s*≥\s*", "不少于"),
    _rule(r"\s*≤\s*", "不超过"),
    _rule(r"(?<=[\u4e00-\u9fff])\s*[+＋]\s*(?=[\u4e00-\u9fff])", "加"),
    _rule(r"\s*[·•|]\s*", "，"),
    _rule(r"\s*[—–]+\s*", "，"),
    _rule(r"[▲▼‹›→←★☆●○◆■□✓✗]", ""),
    _rule(r"[“”‘’\"'「」《》〈〉【】〔〕\[\]{}]", ""),
    _rule(r"\s*[（(]\s*", "，"),
    _rule(r"\s*[）)]\s*", "，"),
    _rule(r"，+(?=[。！？；，、：])|(?<=[。！？；：])，+|^，+|，+$", ""),
)


def _breaths(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST:
        cut = max((sentence.rfind(mark, 12, LONGEST) for mark in "，、：,"), default=-1)
        if cut < 0:
            cut = LONGEST - 1
        yield sentence[: cut + 1]
        sentence = sentence[cut + 1 :].strip()
    if sentence:
        yield sentence
