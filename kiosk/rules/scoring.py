"""The five-part assessment (考核) of a village: 全面, 及时, 真实, 规范, 实效.

A score begins at the parts' whole weights and loses points for *causes*: a duty, a notice, a
feedback, an order, each named, so that every point deducted can be followed to what it was for.
Which causes cost what is data (`data/scoring.yaml`, whose head explains the fields); a township
replaces parts, rules or signs by changes with the same ids.

Two kinds of rules. A **share** rule takes, for each cause, that share of the part's weight which
one unit of the part's base is worth: what one of 40 owed duties costs does not depend on how many
villages there are nor on how much there is to publish. A **points** rule takes fixed points, to
a cap. No part falls below nothing. *Signs* (empty notices, posting en masse, many declarations
that there was nothing) cost nothing by themselves; they say where to look.

Points are integer hundredths throughout. A part's shares are rounded down together, not one by
one, so that all of them together are the whole weight and never more.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

HUNDREDTHS = 100
"""Of a point: the unit in which points are counted."""

WHOLE = 100 * HUNDREDTHS
"""What all weights together must be."""

MASS = 5
"""So many notices on one day of deadlines, of one village, are posting en masse."""

OFTEN = 0.5
"""More than this share of a village's duties declared none, and more than twice the others'."""


class SchemeInvalid(ValueError):
    """Rules of assessment that cannot be used; the Chinese message names the rule and the field."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the five parts; `weight` in hundredths of a point, `base` what its shares are of."""

    id: str
    title: str
    weight: int
    base: str = ""
    base_title: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one cause costs: `share` in hundredths of a base unit's worth, or `points` in
    hundredths of a point up to `cap` (None: without one)."""

    id: str
    part: str
    title: str
    share: int = 0
    points: int = 0
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """The rules of assessment. `signs` are titles by id."""

    version: int
    parts: tuple[Part, ...]
    rules: tuple[Rule, ...]
    signs: Mapping[str, str]

    def rule(self, id: str) -> Rule | None:
        return next((each for each in self.rules if each.id == id), None)


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """Something that a rule or a sign is about. `about` says what ("duty", "notice", "feedback",
    "order", "review", "screen", "stream", "inspection") and `key` which; `on` its Beijing date;
    `words` one plain Chinese sentence."""

    rule: str
    on: date
    about: str
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one cause costs, in hundredths of a point; 0 where the rule's cap was reached."""

    cause: Cause
    points: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One part: its points after the deductions, in hundredths, never under 0; `base` how many
    units its shares are of."""

    part: Part
    points: int
    base: int
    deductions: tuple[Deduction, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A village's score over a span of time; points in hundredths."""

    parts: tuple[Scored, ...]
    signs: tuple[Cause, ...]

    @property
    def points(self) -> int:
        return sum(each.points for each in self.parts)


def score(scheme: Scheme, causes: Iterable[Cause], bases: Mapping[str, int]) -> Score:
    """The score by what is known. `bases` counts the units that shares are of ("owed": duties that
    fell due, "asked": feedback that had to be answered). The order of `causes` does not matter,
    a cause given twice counts once, and one that no rule knows counts for nothing."""
    known = sorted(set(causes))
    parts = tuple(_scored(scheme, part, known, bases.get(part.base, 0)) for part in scheme.parts)
    return Score(parts, tuple(cause for cause in known if cause.rule in scheme.signs))


def _scored(scheme: Scheme, part: Part, causes: Sequence[Cause], base: int) -> Scored:
    found: list[Deduction] = []
    shares = 0
    for rule in scheme.rules:
        if rule.part != part.id:
            continue
        taken = 0
        for cause in causes:
            if cause.rule != rule.id:
                continue
            if rule.share:
                before = _worth(part, shares, base)
                shares += rule.share
                points = _worth(part, shares, base) - before
            else:
                points = rule.points
                if rule.cap is not None:
                    points = min(points, rule.cap - taken)
            taken += points
            found.append(Deduction(cause, points))
    lost = sum(each.points for each in found)
    return Scored(part, max(0, part.weight - lost), base, tuple(found))


def _worth(part: Part, shares: int, base: int) -> int:
    """What so many hundredths of shares are worth; never more than the part."""
    units = max(base, 1) * HUNDREDTHS
    return part.weight * min(shares, units) // units


# ---- signs ----


def en_masse(posted: Iterable[tuple[date, date, str]]) -> list[Cause]:
    """Days on which a village met many duties at the last moment. `posted` holds for each duty met
    (day published, due day, the duty's key); a day counts where MASS or more were due on it."""
    days: dict[date, list[str]] = {}
    for on, due, key in posted:
        if on == due:
            days.setdefault(on, []).append(key)
    return [
        Cause(
            "en_masse",
            on,
            "duty",
            sorted(keys)[0],
            f"{on.month}月{on.day}日是到期日，这一天集中发布了 {len(keys)} 项。",
        )
        for on, keys in sorted(days.items())
        if len(keys) >= MASS
    ]


def none_often(
    owed: int, declared: int, others: Sequence[tuple[int, int]], on: date
) -> list[Cause]:
    """Whether a village declares "nothing to report" much more often than its neighbours.
    `others` holds (owed, declared) of each other village of the township."""
    shares = [none / due for due, none in others if due]
    usual = statistics.median(shares) if shares else 0.0
    if not owed or declared < MASS or declared / owed <= max(OFTEN, 2 * usual):
        return []
    words = f"{owed} 项应公开事项里有 {declared} 项作了零报告"
    words += f"，别的村一般是 {usual:.0%}。" if shares else "。"
    return [Cause("none_often", on, "duty", "", words)]


# ---- the scheme as data ----


def default_scheme() -> Scheme:
    """The scheme that comes with the program."""
    return _packaged()


def with_changes(scheme: Scheme, changes: Mapping[str, Any]) -> Scheme:
    """The scheme with a township's changes: {parts: [{id, weight}], rules: [{id, points or share,
    cap}]}. Rules can be added (with `part` and `title`); weights must still be 100 together.
    Raises SchemeInvalid."""
    if not isinstance(changes, Mapping) or set(changes) - {"parts", "rules"}:
        raise SchemeInvalid("考核办法只能改 parts 和 rules。")
    parts = {each.id: _part_data(each) for each in scheme.parts}
    for given in _list(changes, "parts"):
        if given.get("id") not in parts:
            raise SchemeInvalid(f"没有“{given.get('id')}”这个部分。")
        parts[given["id"]] |= given
    rules = {each.id: _rule_data(each) for each in scheme.rules}
    for given in _list(changes, "rules"):
        id = str(given.get("id", ""))
        held = rules.get(id, {})
        dropped = {"share", "points", "cap"} if {"share", "points"} & set(given) else set()
        rules[id] = {key: value for key, value in held.items() if key not in dropped} | given
    signs = [{"id": id, "title": title} for id, title in scheme.signs.items()]
    return _scheme(
        {
            "version": scheme.version,
            "parts": list(parts.values()),
            "rules": list(rules.values()),
            "signs": signs,
        }
    )


def points_in_words(points: int) -> str:
    """Hundredths of a point as people write them: 1950 -> "19.5", 2000 -> "20"."""
    whole, rest = divmod(abs(points), HUNDREDTHS)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return f"-{text}" if points < 0 else text


@lru_cache(maxsize=1)
def _packaged() -> Scheme:
    text = resources.files("kiosk.rules").joinpath("data/scoring.yaml").read_text("utf-8")
    return _scheme(yaml.safe_load(text))


def _scheme(data: Mapping[str, Any]) -> Scheme:
    parts = tuple(_part(each) for each in _list(data, "parts"))
    ids = {each.id for each in parts}
    if sum(each.weight for each in parts) != WHOLE:
        raise SchemeInvalid("各部分的分值加起来应为 100。")
    rules = tuple(_rule(each, ids) for each in _list(data, "rules"))
    bases = {each.id: each.base for each in parts}
    for rule in rules:
        if rule.share and not bases[rule.part]:
            raise SchemeInvalid(f"{rule.title}：这一部分没有可以按比例扣的基数，请改用 points。")
    signs = {str(each["id"]): str(each["title"]) for each in _list(data, "signs")}
    return Scheme(int(data["version"]), parts, rules, signs)


def _part(data: Mapping[str, Any]) -> Part:
    return Part(
        id=str(data["id"]),
        title=str(data["title"]),
        weight=_points(data, "weight"),
        base=str(data.get("base", "")),
        base_title=str(data.get("base_title", "")),
    )


def _rule(data: Mapping[str, Any], parts: set[str]) -> Rule:
    id = str(data.get("id", ""))
    if unknown := set(data) - {"id", "part", "title", "share", "points", "cap"}:
        raise SchemeInvalid(f"{id} 有不认识的字段：{'、'.join(sorted(unknown))}")
    if not id or not data.get("title"):
        raise SchemeInvalid("每条扣分规则要有 id 和 title。")
    if data.get("part") not in parts:
        raise SchemeInvalid(f"{id} 的 part 应为{'、'.join(sorted(parts))}之一。")
    if ("share" in data) == ("points" in data):
        raise SchemeInvalid(f"{id} 的 share 和 points 要写一个，且只写一个。")
    return Rule(
        id=id,
        part=str(data["part"]),
        title=str(data["title"]),
        share=_points(data, "share") if "share" in data else 0,
        points=_points(data, "points") if "points" in data else 0,
        cap=_points(data, "cap") if data.get("cap") is not None else None,
    )


def _points(data: Mapping[str, Any], field: str) -> int:
    """A number with up to two decimals, in hundredths."""
    value = data.get(field)
    wrong = SchemeInvalid(f"{data.get('id')} 的 {field} 应为 0 到 100 之间、最多两位小数的数。")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong
    hundredths = round(value * HUNDREDTHS)
    if abs(hundredths - value * HUNDREDTHS) > 1e-6 or not 0 <= hundredths <= WHOLE:
        raise wrong
    return hundredths


def _list(data: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    found = data.get(field, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SchemeInvalid(f"{field} 应为一列规则。")
    return found


def _part_data(part: Part) -> dict[str, Any]:
    return {
        "id": part.id,
        "title": part.title,
        "weight": part.weight / HUNDREDTHS,
        "base": part.base,
        "base_title": part.base_title,
    }


def _rule_data(rule: Rule) -> dict[str, Any]:
    amount = "share" if rule.share else "points"
    data = {
        "id": rule.id,
        "part": rule.part,
        "title": rule.title,
        amount: getattr(rule, amount) / HUNDREDTHS,
    }
    return data if rule.cap is None else {**data, "cap": rule.cap / HUNDREDTHS}
