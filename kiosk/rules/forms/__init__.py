"""The forms in which notices are written, as data: fields, help, examples, and sums that hold.

Each form is one YAML file in `kiosk/rules/data/forms/` (`definition` explains it); the catalogue
names an item's form. A township adds forms, or changes those that are not FIXED, by the same data
(`with_changes`). Everything that reads or writes a notice works from its form: the officer's page,
the checks before publishing, the search for personal data, and the board.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from kiosk.rules.forms.checking import Gap, Mismatch, mismatches, missing, row_place
from kiosk.rules.forms.contents import (
    empty,
    example,
    filled,
    fits,
    is_empty,
    is_plain,
    leftovers,
    rows_of,
    texts_of,
)
from kiosk.rules.forms.definition import FIXED, TEXTS, TYPES, Check, Field, Form, FormInvalid
from kiosk.rules.forms.expiry import WITHIN, Expiring, expiring
from kiosk.rules.forms.expressions import needs_history
from kiosk.rules.forms.loading import form_of_data
from kiosk.rules.forms.values import day_written, number_written, value_written

Forms = Mapping[str, Form]


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which only true, false and null are not text: whoever writes `on: 2026-10-08` or
    `12:30` means just that, and 10.10 keeps its digits."""


_PlainLoader.yaml_implicit_resolvers = {
    **{first: [("tag:yaml.org,2002:bool", re.compile("(?:true|false)$"))] for first in "tf"},
    **{first: [("tag:yaml.org,2002:null", re.compile("(?:null)?$"))] for first in ("n", "")},
}


@lru_cache(maxsize=1)
def load() -> Forms:
    """The forms that come with the program, by id (read once per process). Raises FormInvalid."""
    found: dict[str, Form] = {}
    files = resources.files("kiosk.rules").joinpath("data/forms").iterdir()
    for file in sorted(files, key=lambda it: it.name):
        if file.name.endswith(".yaml"):
            form = parse(file.read_text("utf-8"), file.name)
            if file.name != f"{form.id}.yaml":
                raise FormInvalid(f"表 {file.name} 的 id：应与文件名相同，不是 {form.id}")
            found[form.id] = form
    return found


def parse(text: str, source: str) -> Form:
    """The form of a YAML text; `source` names it in messages. Raises FormInvalid."""
    try:
        data = plain_yaml(text)
    except yaml.YAMLError as error:
        raise FormInvalid(f"表 {source}：不是有效的 YAML：{error}") from error
    return form_of_data(data, source)


def plain_yaml(text: str) -> Any:
    """A YAML text in which only true, false and null are not text. Raises yaml.YAMLError."""
    return yaml.load(text, _PlainLoader)


def with_changes(forms: Forms, changes: Iterable[Any]) -> Forms:
    """The forms with a township's own (objects as in a file) in place of those of the same id.

    Raises FormInvalid, also where a form is FIXED.
    """
    found = dict(forms)
    for data in changes:
        named = data.get("id") if isinstance(data, Mapping) else None
        form = form_of_data(data, str(named or "（没有 id）"))
        if form.id in FIXED:
            raise FormInvalid(f"表 {form.id}：图表和核对都靠它的样子，不能改；请另起一个 id")
        found[form.id] = form
    return found


__all__ = [
    "FIXED",
    "TEXTS",
    "TYPES",
    "WITHIN",
    "Check",
    "Expiring",
    "Field",
    "Form",
    "FormInvalid",
    "Forms",
    "Gap",
    "Mismatch",
    "day_written",
    "empty",
    "example",
    "expiring",
    "filled",
    "fits",
    "form_of_data",
    "is_empty",
    "is_plain",
    "leftovers",
    "load",
    "mismatches",
    "missing",
    "needs_history",
    "number_written",
    "parse",
    "plain_yaml",
    "row_place",
    "rows_of",
    "texts_of",
    "value_written",
    "with_changes",
]
