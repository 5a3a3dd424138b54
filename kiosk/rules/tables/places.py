"""Whose table it is: the village that a title or 编报单位 names."""

import re
from collections.abc import Iterable

from kiosk.rules.tables.grid import label

_BODY = r"(?:股份)?经济(?:联合|合作)社|村民委员会|村委会|居民委员会|居委会|社区|村"
_NAMED = re.compile(rf"(?:{_BODY})(?![级务集规组党干医庄里内民])")
_AREA = re.compile(r"[省市县区镇乡]|街道|办事处|年度?|季度?|月份?")
_NOBODY = re.compile(r"[本全我各该农乡为在由及和的是]|行政|自然|农村|建设|示范")


def core(name: str) -> str:
    """东湖 of 东湖村, 东湖村村民委员会, 东湖社区."""
    return re.sub(rf"(?:{_BODY})+$", "", label(name)) or label(name)


def other_village(texts: Iterable[str], own: str) -> str | None:
    """A village that the texts name while they do not name the own one; None where none is."""
    plain = [label(text) for text in texts]
    if any(core(own) in text for text in plain):
        return None
    for text in plain:
        for body in _NAMED.finditer(text):
            before = re.search(r"[一-鿿]*$", text[: body.start()])
            name = _AREA.split(before[0])[-1] if before else ""
            if 0 < len(name) <= 6 and _NOBODY.search(name) is None:
                return name + body[0]
    return None
