"""What runs out: contracts and the like whose last day is near or past, told from the content."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.rules.forms.contents import rows_of
from kiosk.rules.forms.definition import Field, Form

WITHIN = 90
"""Days before which people are warned by default: time enough to tender anew."""


@dataclass(frozen=True)
class Expiring:
    """One thing that runs out: `days` until its last day, negative once that is past."""

    name: str
    whose: str
    on: date
    days: int
    path: tuple[str | int, ...]

    @property
    def words(self) -> str:
        """ "村西门面房（李*勇）还有 12 天到期"."""
        named = f"{self.name}（{self.whose}）" if self.whose else self.name
        if self.days > 0:
            return f"{named}还有 {self.days} 天到期"
        return f"{named}今天到期" if self.days == 0 else f"{named}已到期 {-self.days} 天"


def expiring(
    contents: Iterable[tuple[Form, Mapping[str, Any]]], today: date, within_days: int = WITHIN
) -> list[Expiring]:
    """What in these contents runs out within so many days or has run out, the earliest first.

    A form says by `expires` which dates these are. Days are Beijing dates.
    """
    found = []
    for form, content in contents:
        for field in form.fields:
            if field.is_table:
                for n, row in enumerate(rows_of(content, field)):
                    for column in field.columns:
                        path = (field.key, n, column.key)
                        found += _of(column, row, field.columns, path, today)
            else:
                found += _of(field, content, form.fields, (field.key,), today)
    near = [each for each in found if each.days <= within_days]
    return sorted(near, key=lambda each: (each.on, each.name))


def _of(
    field: Field,
    values: Mapping[str, Any],
    beside: Iterable[Field],
    path: tuple[str | int, ...],
    today: date,
) -> list[Expiring]:
    value = values.get(field.key)
    if not field.expires or not isinstance(value, str) or not value:
        return []
    try:
        on = date.fromisoformat(value)
    except ValueError:
        return []
    texts = [
        text
        for each in beside
        if each.type == "text" and isinstance(text := values.get(each.key), str) and text
    ]
    name = texts[0] if texts else field.label
    whose = texts[1] if len(texts) > 1 else ""
    return [Expiring(name, whose, on, (on - today).days, path)]
