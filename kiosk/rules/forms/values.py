"""A single value of a form: from how it is written to how a content holds it, and to words.

What cannot be read raises ValueError with a Chinese message that goes after the field's name.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kiosk.rules import accounts
from kiosk.rules.accounts import AmountUnreadable
from kiosk.rules.forms.definition import Field


def value_written(field: Field, raw: Any) -> Any:
    """The content's value of a single field, of what stands in a cell or was typed.

    Raises ValueError whose Chinese message goes after the field's name.
    """
    empty = raw is None or (isinstance(raw, str) and not raw.strip())
    match field.type:
        case "money":
            return None if empty else _fen(raw)
        case "number":
            return None if empty else number_written(raw, field.decimals)
        case "date":
            return "" if empty else day_written(raw)
        case "part":
            return bool(raw) and not empty
    if empty:
        return ""
    if not isinstance(raw, str | int | Decimal | date) or isinstance(raw, bool):
        raise ValueError(f"应是文字，不是 {raw}")
    text = raw if isinstance(raw, str) else _plain(raw)
    if field.type in ("long_text", "lines"):
        return text.replace("\r\n", "\n").strip()
    text = " ".join(text.split())
    if field.type == "choice" and text not in field.choices:
        raise ValueError(f"应是 {'、'.join(field.choices)} 之一，不是“{text}”")
    return text


def _plain(value: int | Decimal | date) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _fen(raw: Any) -> int:
    if not isinstance(raw, str | int | Decimal | float) or isinstance(raw, bool):
        raise ValueError(f"应是金额，不是 {raw}")
    try:
        return accounts.parse_fen(raw)
    except AmountUnreadable as error:
        raise ValueError(f"应是金额：{error}") from None


_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)\s*[\u4e00-\u9fff%/]{0,6}")


def number_written(raw: Any, decimals: int) -> int | str:
    """A number as content holds it: an integer, or with decimals its plain text ("32.5").

    Takes thousands separators, full-width digits and a unit behind (486 户). Raises ValueError.
    """
    text = unicodedata.normalize("NFKC", format(raw, "f") if isinstance(raw, Decimal) else str(raw))
    found = _NUMBER.fullmatch(text.strip())
    try:
        number = Decimal(found[1].replace(",", "")) if found else None
    except InvalidOperation:
        number = None
    if number is None or isinstance(raw, bool):
        raise ValueError(f"应是数，例如 {'32.5' if decimals else '32'}，不是“{raw}”")
    if abs(number) >= 10**12:
        raise ValueError("数太大，请检查")
    if decimals == 0:
        if number != number.to_integral_value():
            raise ValueError(f"应是整数，不是“{raw}”")
        return int(number)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        raise ValueError(f"最多 {decimals} 位小数，不是“{raw}”")
    return format(number.normalize() + 0, "f")


_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")


def day_written(raw: Any) -> str:
    """A day as YYYY-MM-DD, of a date or text as 2026-10-8, 2026.10.8 and 2026年10月8日.

    Raises ValueError.
    """
    if isinstance(raw, date):
        return date(raw.year, raw.month, raw.day).isoformat()
    found = _DAY.fullmatch(str(raw).strip())
    try:
        if found:
            return date(*map(int, found.groups())).isoformat()
    except ValueError:
        pass
    raise ValueError(f"应是日期，例如 2026-10-08，不是“{raw}”")
