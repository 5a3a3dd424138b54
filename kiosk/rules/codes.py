"""Administrative codes (统计用区划代码): 12 digits name a place, their prefixes what it lies in.

The digits stand in groups: 2 province, 2 prefecture, 2 county, 3 township, 3 village. Groups of
zeros at the end mean a place higher up: `371721105000` is a township, `371721105201` a village in
it. A few prefectures (东莞, 中山) have townships and no counties, so an empty county group may be
followed by a township; no other group may be skipped.
"""

GROUPS = (2, 2, 2, 3, 3)
LEVELS = ("province", "prefecture", "county", "township", "village")
LENGTH = sum(GROUPS)
TOWNSHIP_LENGTH = LENGTH - GROUPS[-1]


class CodeMalformed(ValueError):
    """Not an administrative code; the message says in Chinese what is wrong."""


def normalised(code: str) -> str:
    """The 12-digit form of a 12-digit code or of a township's 9 digits; blanks around are dropped.

    Raises CodeMalformed.
    """
    digits = code.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise CodeMalformed(f"区划代码只能是数字：{code!r}")
    if len(digits) == TOWNSHIP_LENGTH:
        digits += "0" * GROUPS[-1]
    if len(digits) != LENGTH:
        raise CodeMalformed(
            f"区划代码应为 12 位（乡镇可写 9 位），这里是 {len(digits)} 位：{digits}"
        )
    province, prefecture, county, township, village = _groups(digits)
    if not int(province):
        raise CodeMalformed(f"区划代码缺少省级代码：{digits}")
    if not int(prefecture) and (int(county) or int(township) or int(village)):
        raise CodeMalformed(f"区划代码缺少地市级代码：{digits}")
    if not int(township) and int(village):
        raise CodeMalformed(f"区划代码缺少乡镇级代码：{digits}")
    return digits


def level(code: str) -> str:
    """One of LEVELS: the lowest group that is not all zeros. Raises CodeMalformed."""
    groups = _groups(normalised(code))
    return LEVELS[max(at for at, group in enumerate(groups) if int(group))]


def significant(code: str) -> str:
    """The code without the groups of zeros at its end: the prefix of everything in the place.

    Raises CodeMalformed.
    """
    digits = normalised(code)
    return digits[: sum(GROUPS[: LEVELS.index(level(digits)) + 1])]


def is_within(code: str, parent: str) -> bool:
    """Whether the place lies in `parent` or is `parent` itself. Raises CodeMalformed."""
    return normalised(code).startswith(significant(parent))


def parent(code: str) -> str | None:
    """The 12-digit code of the place one level up, None for a province. Raises CodeMalformed."""
    digits = normalised(code)
    own = LEVELS.index(level(digits))
    if own == 0:
        return None
    return digits[: sum(GROUPS[:own])].ljust(LENGTH, "0")


def _groups(digits: str) -> tuple[str, ...]:
    groups = []
    for size in GROUPS:
        groups.append(digits[:size])
        digits = digits[size:]
    return tuple(groups)
