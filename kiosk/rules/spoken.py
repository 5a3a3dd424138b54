"""What things are called by those who look for them: in pinyin, and by villagers' own words.

A touch screen has no Chinese keyboard, so a search takes pinyin and its initials too. Villagers
say 低保 and 修路 where the catalogue says 最低生活保障对象 and 工程项目: its items name such words
(`aliases`).
"""

from collections.abc import Iterable, Iterator
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


def offered(words: Iterable[str], typed: str, most: int) -> list[str]:
    """Of the given words, those that somebody may be typing in Chinese, pinyin or initials.

    Many words share their initials: "db" is 低保, and 当兵 too. What is typed whole comes before
    what only begins so, and among these the order given stands: let it be how often people look for
    it. At most `most`, none twice.
    """
    typed = typed.lower().replace(" ", "")
    if not typed:
        return []
    ranked = []
    for place, word in enumerate(dict.fromkeys(words)):
        names = (word.lower(), *pinyin(word))
        if typed in names:
            ranked.append((0, place, word))
        elif any(name.startswith(typed) for name in names):
            ranked.append((1, place, word))
        elif not typed.isascii() and typed in word:
            ranked.append((2, place, word))
    return [word for _, _, word in sorted(ranked)][:most]


@lru_cache(maxsize=4096)
def pinyin(text: str) -> tuple[str, str]:
    """The text in pinyin, in full and by initials: 低保 is "dibao" and "db"."""
    read = [_read(word) for word in _words(text)]
    return "".join(full for full, _ in read), "".join(initials for _, initials in read)


@lru_cache(maxsize=16_384)
def _read(word: str) -> tuple[str, str]:
    """Titles are unlike, but their words are the same few thousand."""
    from pypinyin import Style, lazy_pinyin

    full = "".join(lazy_pinyin(word))
    initials = "".join(lazy_pinyin(word, style=Style.FIRST_LETTER))
    return full.lower().replace(" ", ""), initials.lower().replace(" ", "")


def _words(text: str) -> Iterator[str]:
    """The text cut as pypinyin cuts it: the longest phrase that it knows, else one character."""
    from pypinyin.constants import PHRASES_DICT
    from pypinyin.seg.mmseg import p_set

    start = 0
    while start < len(text):
        end = longest = start + 1
        while end < len(text) and text[start : end + 1] in p_set:
            end += 1
            if text[start:end] in PHRASES_DICT:
                longest = end
        yield text[start:longest]
        start = longest
