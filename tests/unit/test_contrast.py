"""Every pair of words and ground among the visual language's colours, on white and on black.

WCAG 2.2: 7:1 for text (1.4.6, AAA), 3:1 for what shows where the focus is (1.4.11).
"""

import re
from pathlib import Path

import pytest

import kiosk

TOKENS = (Path(kiosk.__file__).parent / "web/static/tokens.css").read_text("utf-8")
GROUNDS = ("paper", "card", "wash", "stripe", "late-wash")
WASHES = ("party-wash", "village-wash", "finance-wash", "township-wash", "good-wash", "warn-wash",
          "bad-wash")  # fmt: skip
AFFAIRS = ("party", "village", "finance", "township")


def block(selector: str) -> dict[str, str]:
    found = re.search(rf"^{re.escape(selector)} \{{(.*?)^\}}", TOKENS, re.DOTALL | re.MULTILINE)
    assert found is not None
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})\b", found[1]))


LIGHT = block(":root")
DARK = {**LIGHT, **block('[data-contrast="high"]')}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(it * 2 for it in digits)
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (
        it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    *((words, ground) for words in ("ink", "ink-soft") for ground in (*GROUNDS, *WASHES)),
    *((f"{it}-deep", ground) for it in AFFAIRS for ground in (*GROUNDS, f"{it}-wash")),
    *((it, ground) for it in AFFAIRS for ground in ("paper", "card", f"{it}-wash")),
    *((state, ground) for state in ("good", "warn", "bad") for ground in ("card", f"{state}-wash")),
    *(("on-affair", f"{it}{deep}") for it in AFFAIRS for deep in ("", "-deep")),
    ("bad", "late-wash"),
    ("card", "bad"),
    ("card", "ink"),
    ("other", "other-wash"),
    ("stale", "stale-wash"),
    ("spoken-ink", "spoken"),
]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "high contrast"])
def test_all_words_stand_out_from_their_ground(tokens: dict[str, str]) -> None:
    found = {pair: round(ratio(tokens[pair[0]], tokens[pair[1]]), 2) for pair in PAIRS}
    assert {pair: it for pair, it in found.items() if it < 7} == {}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "high contrast"])
def test_the_focus_is_seen_on_every_ground(tokens: dict[str, str]) -> None:
    grounds = (*GROUNDS, *WASHES)
    assert min(ratio(tokens["focus"], tokens[each]) for each in grounds) >= 3


def test_the_head_can_be_read() -> None:
    for ground in ("head", "party-deep"):
        assert ratio("#fff", LIGHT[ground]) >= 7
        assert ratio(LIGHT["gold-pale"], LIGHT[ground]) >= 7
    assert ratio("#fff", LIGHT["worst"]) >= 7 and ratio("#fff", DARK["worst"]) >= 7


def test_the_screens_own_sheets_have_no_colours_of_their_own() -> None:
    for name in ("board.css",):
        css = (Path(kiosk.__file__).parent / "web/static" / name).read_text("utf-8")
        own = set(re.findall(r"#[0-9a-f]{3,8}\b", css)) - {"#fff", "#000", "#14110d"}
        assert own == set(), name
