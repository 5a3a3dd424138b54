"""Ready-made questions: what somebody at the screen may send with one tap, without writing.

Which are offered follows from what the notice is (`data/questions.yaml`): the line that was tapped,
its item, its form, its affair, and some that always fit.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

MOST = 6
LINE, OBJECTION, ANY, OF_VILLAGE = "line", "objection", "any", "village_affairs"
LINE_LIMIT = 60
"""Characters of a line that a question names."""


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    kind: str


@lru_cache(maxsize=1)
def load() -> dict[str, tuple[Question, ...]]:
    """All of them, by what they are for."""
    text = resources.files("kiosk.rules").joinpath("data/questions.yaml").read_text("utf-8")
    return {
        of: tuple(Question(**each) for each in given)
        for of, given in yaml.safe_load(text)["questions"].items()
    }


def ready(*of: str) -> list[Question]:
    """The questions for the given purposes, the most particular first, at most MOST; those that
    always fit at the end, where there is room."""
    held = load()
    found: dict[str, Question] = {}
    for each in of:
        for question in held.get(each, ()):
            found.setdefault(question.text, question)
    return list(found.values())[:MOST]


def about(line: str, text: str) -> str:
    """The words that are sent of a question about a line: 关于“道路维修”：…"""
    line = " ".join(line.split())[:LINE_LIMIT]
    return f"关于“{line}”：{text}" if line else text
