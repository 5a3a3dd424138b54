"""When something stood on the older board, from how people name files and folders."""

import re
from datetime import date

_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:年|[-._/])\s?(\d{1,2})(?:月|[-._/])\s?(\d{1,2})(?:日|号|(?!\d))"
)
_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_MONTH = re.compile(r"((?:19|20)\d\d)(?:年|[-._])\s?(\d{1,2})月?份?")
_YEAR = re.compile(r"((?:19|20)\d\d)年?度?")


def day_in(text: str) -> str:
    """The day that a name holds ("2019-05-10 修路", "20190510"), as YYYY-MM-DD, or ""."""
    for pattern in (_DAY, _DIGITS):
        for found in pattern.finditer(text):
            if day := _day(*found.groups()):
                return day
    return ""


def without_day(text: str) -> str:
    """The name without the day in it, and without brackets and marks left around it."""
    for pattern in (_DAY, _DIGITS):
        text = pattern.sub(" ", text)
    return re.sub(r"[（(\[【]\s*[）)\]】]", " ", text).strip(" _-—.·、，,")


def span_in(folder: str) -> str:
    """What a folder's whole name says of when: a day, a month ("2019-05"), a year, or ""."""
    name = folder.strip()
    if day := day_in(name):
        return day
    if (found := _MONTH.fullmatch(name)) and 1 <= int(found[2]) <= 12:
        return f"{found[1]}-{int(found[2]):02d}"
    found = _YEAR.fullmatch(name)
    return found[1] if found else ""


def _day(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
