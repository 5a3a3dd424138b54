"""Inspections (检查): the checklist, and draws that anybody can do again.

A draw is announced before it is made: the township publishes the SHA-256 of a secret, whom it may
hit and how many. When it is made, the secret is published, with the tree heads that every village's
public stream had then. The lot of each name is SHA-256(secret ‖ LF ‖ heads ‖ LF ‖ name); the
smallest lots are drawn. The township cannot choose the secret after the fact, and since it does not
choose the villages' records either, not well before it. Whoever doubts it computes it again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

YES, NO, NONE = "yes", "no", "none"
ANSWERS = {YES: "是", NO: "否", NONE: "不适用"}


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the checklist; `counts` is the rule of assessment under which a no counts."""

    id: str
    title: str
    counts: str
    hint: str = ""


@lru_cache(maxsize=1)
def checklist() -> tuple[Question, ...]:
    """The checklist that comes with the program."""
    raw = yaml.safe_load(
        resources.files("kiosk.rules").joinpath("data/inspections.yaml").read_text("utf-8")
    )
    return tuple(Question(**each) for each in raw["questions"])


def commitment(secret: str) -> str:
    """What is published before the draw: the secret's SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def heads_text(heads: Mapping[str, tuple[int, str]]) -> str:
    """The tree heads as they go into a draw: "stream size root" a line, by stream; roots in hex."""
    return "".join(f"{name} {size} {root}\n" for name, (size, root) in sorted(heads.items()))


def drawn(
    secret: str, heads: Mapping[str, tuple[int, str]], names: Iterable[str], n: int
) -> list[str]:
    """The `n` names with the smallest lots, in the order of their lots; all where there are
    fewer."""
    base = f"{secret}\n{heads_text(heads)}\n".encode()

    def lot(name: str) -> bytes:
        return hashlib.sha256(base + name.encode()).digest()

    return sorted(set(names), key=lot)[:n]


def faults(announced: Mapping[str, Any], made: Mapping[str, Any]) -> list[str]:
    """What is wrong with a draw, by its two entries' bodies; plain Chinese, empty when it holds."""
    found = []
    secret = str(made.get("secret", ""))
    if commitment(secret) != announced.get("commitment"):
        found.append("公布的种子和事先公布的承诺对不上。")
    heads = {name: (int(size), str(root)) for name, (size, root) in made.get("heads", {}).items()}
    for what in ("villages", "items"):
        expected = drawn(
            f"{what}/{secret}", heads, announced.get(what, ()), int(announced[f"take_{what}"])
        )
        if list(made.get(what, ())) != expected:
            found.append(
                "抽出的村和重算的不一样。" if what == "villages" else "抽出的事项和重算的不一样。"
            )
    return found


def sampled(secret: str, notice: str, lines: Sequence[Any], n: int) -> list[int]:
    """Which `n` lines of a notice are checked against their vouchers: their places, ascending."""
    names = [f"{notice}/{place}" for place in range(len(lines))]
    return sorted(int(name.rpartition("/")[2]) for name in drawn(secret, {}, names, n))
