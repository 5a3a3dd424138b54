"""A township's adjustments of catalogue and forms, as somebody writes them into a file.

The file is YAML with `items` (changes as in `kiosk.rules.catalogue`: an id, the day `from` which
it holds, and what changes) and `forms` (each whole, as in `kiosk.rules.forms`); either may be left
out. docs/forms.md explains both with an example.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from kiosk.rules import forms
from kiosk.rules.catalogue import CatalogueInvalid


@dataclass(frozen=True)
class Adjustments:
    """What a file changes, as `commands.change_catalogue` takes it; not yet checked."""

    items: list[Mapping[str, Any]]
    forms: list[Mapping[str, Any]]

    @property
    def words(self) -> str:
        """What it changes, in Chinese: 事项 village.toilet；表 toilet."""
        named = [
            f"{kind} {'、'.join(str(each.get('id', '（没有 id）')) for each in given)}"
            for kind, given in (("事项", self.items), ("表", self.forms))
            if given
        ]
        return "；".join(named)


def read(text: str) -> Adjustments:
    """The adjustments of a file's text. Raises CatalogueInvalid where it is none."""
    try:
        data = yaml.safe_load(text)
        # In a form's example 2026-10-08 and 12:30 are what somebody would type.
        typed = forms.plain_yaml(text)
    except yaml.YAMLError as error:
        raise CatalogueInvalid(f"文件不是有效的 YAML：{error}") from error
    if not isinstance(data, Mapping) or not data:
        raise CatalogueInvalid("文件里应写 items（事项）或 forms（表）")
    if unknown := sorted(str(key) for key in data if key not in ("items", "forms")):
        raise CatalogueInvalid(f"文件里有不认识的 {'、'.join(unknown)}，只能写 items 和 forms")
    return Adjustments(_objects(data, "items"), _objects(typed, "forms"))


def _objects(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    given = data.get(key) or []
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        raise CatalogueInvalid(f"{key} 应是一列，每一项前面写“- ”")
    return given
