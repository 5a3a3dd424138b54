"""Topics: questions in villagers' own words, and where each leads.

Somebody who comes to the board asks "我家门口的路什么时候修", not for 工程项目. A topic names the
items of the catalogue of which the notices are shown, and words by which services and officials
are found; `to` sends to a page of the board instead. Those that come with the program stand in
`data/topics.yaml`; a township or a village adds, replaces or hides topics by entries
(`kiosk.services`). The first are asked most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

ASK_LIMIT = 18
"""Characters of a question: two lines of a tile."""

PAGES = ("accounts", "officials", "catalogue", "questions", "report", "services")
"""Pages of the board that a topic may lead to."""


class TopicsInvalid(ValueError):
    """The program's own topics cannot be used; the message names the topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`ask` is the question, `sign` one character that stands for it; `items` ids of the catalogue,
    `words` what services and officials for it are called; `to` one of PAGES or ""."""

    id: str
    ask: str
    sign: str
    items: tuple[str, ...]
    words: tuple[str, ...]
    to: str


@lru_cache(maxsize=1)
def load() -> tuple[Topic, ...]:
    """The topics that come with the program. Raises TopicsInvalid."""
    text = resources.files("kiosk.rules").joinpath("data/topics.yaml").read_text("utf-8")
    found = []
    for given in yaml.safe_load(text)["topics"]:
        made = topic(str(given.get("id", "")), given)
        if made is None:
            raise TopicsInvalid(f"topics.yaml: {given}")
        found.append(made)
    return tuple(found)


def topic(id: str, given: Mapping[str, Any]) -> Topic | None:
    """A topic from data; None where it lacks a question, or leads nowhere."""
    ask, sign, to = (str(given.get(key) or "").strip() for key in ("ask", "sign", "to"))
    items, words = (_texts(given.get(key)) for key in ("items", "words"))
    if not id or not ask or len(ask) > ASK_LIMIT or to not in ("", *PAGES):
        return None
    if not (items or words or to):
        return None
    return Topic(id, ask, sign[:1] or ask[:1], items, words, to)


def speaks_of(words: tuple[str, ...], text: str) -> bool:
    """Whether the text (a service's names, an official's matters) is about one of the words."""
    return any(word in text for word in words)


def _texts(value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, list) else ()
    return tuple(each.strip() for each in given if isinstance(each, str) and each.strip())
