"""What things are called by those who look for them: in pinyin, and by villagers' own words.

A touch screen has no Chinese keyboard, so a search takes pinyin and its initials too. Villagers
say 低保 and 修路 where the catalogue says 最低生活保障对象 and 工程项目: its items name such words
(`aliases`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kiosk.rules.catalogue import Item

AT_LEAST = 2
"""Letters from which the start of a word counts: a single one begins a word of nearly all items."""


@dataclass(frozen=True)
class Meant:
    """Ids of catalogue items that a word means: `exactly`, or `perhaps`."""

    exactly: frozenset[str]
    perhaps: frozenset[str]


def meant(items: Iterable[Item], word: str) -> Meant:
    """The items of which a lower-case word of Chinese, pinyin or initials speaks."""
    exactly, perhaps = set(), set()
    for item in items:
        if word in item.title.lower():
            exactly.add(item.id)
        for said in item.aliases:
            names = (said.lower(), *pinyin(said))
            if word in names:
                exactly.add(item.id)
            elif said.lower() in word or (
                len(word) >= AT_LEAST and any(name.startswith(word) for name in names)
            ):
                perhaps.add(item.id)
    return Meant(frozenset(exactly), frozenset(perhaps - exactly))


@lru_cache(maxsize=4096)
def pinyin(text: str) -> tuple[str, str]:
    """The text in pinyin, in full and by initials: 低保 is "dibao" and "db"."""
    from pypinyin import Style, lazy_pinyin

    full = "".join(lazy_pinyin(text)).lower()
    initials = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
    return full.replace(" ", ""), initials.replace(" ", "")
