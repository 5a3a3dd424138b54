"""The catalogue (公开目录): what is to be published, how often, by when, after whose review.

The default comes with the program (`data/catalogue.yaml`, whose head explains the fields). A
township overrides it by changes: each is an object with the item's `id`, `from` (the first day on
which it holds) and either the fields that change, or every field of a new item, or
`removed: true` (`removed: false` puts an item back as it was). Rules are asked for by date
(`rules_at`), so a change never touches the duties of periods that began before it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from kiosk.rules import codes
from kiosk.rules.calendar import PERIODIC

AFFAIRS = {"party": "党务", "village": "村务", "finance": "财务"}
CADENCES = {
    "monthly": "每月",
    "quarterly": "每季度",
    "half_yearly": "每半年",
    "yearly": "每年",
    "event": "随时",
    "standing": "长期",
}
REVIEWERS = {
    "committee": "村务监督委员会",
    "finance_group": "民主理财小组",
    "branch": "村党组织",
    "village_head": "村委会主任",
    "township": "乡镇",
    "secrecy": "保密审查",
}
OPENNESS = ("决策", "执行", "管理", "服务", "结果")
ROLLS = ("next_working_day", "none")
REVIEW_PERSONS = ("distinct", "offices", "anyone")
"""Who may sign, see `kiosk.rules.reviews`."""


class CatalogueInvalid(ValueError):
    """Catalogue data that cannot be used; the Chinese message names the item and the field."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `n` working days, or `n` days when not `working`."""

    n: int
    working: bool


@dataclass(frozen=True, slots=True)
class Due:
    """When an item is due. One of three shapes, fitting the item's cadence:

    `day` alone: that day of the month after the period; `month` and `day`: that date of the year
    after the period, or of the period's own year where `in_period`; `after`: so long after the
    event. A day that a month does not have is its last.
    """

    day: int | None = None
    month: int | None = None
    in_period: bool = False
    after: Span | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the catalogue. `grace` and `remind_days` are days, `confirm_months` months,
    `review_days` the working days that each reviewer has; `review_persons` is of REVIEW_PERSONS.
    `aliases` is what villagers call it otherwise (低保 for 最低生活保障对象). An event of an item
    with `event_ahead` lies ahead when it is published: its day is the one on which it was known or
    decided. `may_be_none` says whether a period may have nothing to publish (零报告). `villages`
    are the codes of the villages that it applies to; none: all."""

    id: str
    affairs: str
    title: str
    contents: str
    form: str
    cadence: str
    due: Due | None
    display: Span | None
    review: tuple[str, ...]
    openness: str
    basis: str
    confirm_months: int | None
    remind_days: int
    grace: int
    roll: str
    review_days: int
    review_persons: str
    aliases: tuple[str, ...] = ()
    event_ahead: bool = False
    may_be_none: bool = True
    villages: tuple[str, ...] = ()

    @property
    def periodic(self) -> bool:
        """Whether one duty comes with every period."""
        return self.cadence in PERIODIC


@dataclass(frozen=True, slots=True)
class Revision:
    """The rules of an item from a day on; None: not in the catalogue."""

    since: date
    rules: Item | None


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Items with their history.

    `items` holds every item that ever was in it, under its id and in the catalogue's order, by the
    newest rules (of a removed item the last), so that an old notice keeps its title. What was
    or is in force on a day is answered by `rules_at` and `items_on`. Compared by identity, so that
    it can be the key of a cache.
    """

    version: int
    defaults: Mapping[str, Any]
    items: Mapping[str, Item]
    history: Mapping[str, tuple[Revision, ...]]
    base: Mapping[str, Item]
    changes: tuple[Mapping[str, Any], ...] = ()

    def rules_at(self, item_id: str, on: date) -> Item | None:
        """The item's rules in force on that day, None where it is unknown or removed then."""
        for revision in reversed(self.history.get(item_id, ())):
            if revision.since <= on:
                return revision.rules
        return None

    def items_on(self, on: date) -> list[Item]:
        """The items in force on that day, in the catalogue's order."""
        return [rules for id in self.items if (rules := self.rules_at(id, on)) is not None]

    def of_village(self, code: str) -> "Catalogue":
        """The catalogue as it holds for one village: without the items of others."""
        if not any(
            revision.rules and revision.rules.villages
            for revisions in self.history.values()
            for revision in revisions
        ):
            return self

        def here(rules: Item | None) -> Item | None:
            return rules if rules is None or code in (rules.villages or (code,)) else None

        history = {
            id: tuple(Revision(each.since, here(each.rules)) for each in revisions)
            for id, revisions in self.history.items()
        }
        return replace(self, history=history)

    def with_changes(self, changes: Iterable[Mapping[str, Any]]) -> "Catalogue":
        """This catalogue with further changes (see the module's head).

        Changes take effect by `from`; of two with the same date, the later in order wins.
        Raises CatalogueInvalid.
        """
        all_changes = (*self.changes, *changes)
        dated = sorted(((_since(change), change) for change in all_changes), key=lambda it: it[0])
        history = {id: [Revision(date.min, item)] for id, item in self.base.items()}
        newest = dict(self.base)
        for since, change in dated:
            id = change["id"]
            fields = {key: value for key, value in change.items() if key not in _CHANGE_KEYS}
            if id in newest:
                newest[id] = _checked(replace(newest[id], **_parsed(id, fields)))
            else:
                newest[id] = _item({"id": id, **fields}, self.defaults)
            if not isinstance(removed := change.get("removed", False), bool):
                raise _wrong(id, "removed", "应为 true 或 false")
            rules = None if removed else newest[id]
            history.setdefault(id, []).append(Revision(since, rules))
        return replace(
            self,
            items=newest,
            history={id: tuple(revisions) for id, revisions in history.items()},
            changes=all_changes,
        )


def load(path: Path | None = None) -> Catalogue:
    """The catalogue of a file, or the one that comes with the program (parsed once per process).

    Raises CatalogueInvalid naming item and field, OSError where the file cannot be read.
    """
    return _packaged() if path is None else parse(path.read_text("utf-8"))


def parse(text: str) -> Catalogue:
    """The catalogue of a YAML text. Raises CatalogueInvalid."""
    try:
        data = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise CatalogueInvalid(f"目录文件不是有效的 YAML：{error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise CatalogueInvalid("目录文件缺少 items")
    if unknown := set(data) - {"version", "defaults", "items"}:
        raise CatalogueInvalid(f"目录文件有不认识的部分：{'、'.join(sorted(unknown))}")
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise CatalogueInvalid("目录文件的 version 应为整数")
    defaults = data.get("defaults") or {}
    if not isinstance(defaults, dict):
        raise CatalogueInvalid("目录文件的 defaults 应为字段和值")
    items: dict[str, Item] = {}
    for raw in data["items"]:
        item = _item(raw, defaults)
        if item.id in items:
            raise _wrong(item.id, "id", "重复")
        items[item.id] = item
    history = {id: (Revision(date.min, item),) for id, item in items.items()}
    return Catalogue(version, defaults, items, history, dict(items))


@lru_cache(maxsize=1)
def _packaged() -> Catalogue:
    return parse(resources.files("kiosk.rules").joinpath("data/catalogue.yaml").read_text("utf-8"))


_CHANGE_KEYS = {"id", "from", "removed"}
_REQUIRED = ("id", "affairs", "title", "contents", "form", "cadence", "review", "openness", "basis")
_OPTIONAL: dict[str, Any] = {
    "due": None,
    "display": None,
    "confirm_months": None,
    "remind_days": 5,
    "grace": 5,
    "roll": "next_working_day",
    "review_days": 2,
    "review_persons": "distinct",
    "aliases": (),
}


def _wrong(id: str, field: str, why: str) -> CatalogueInvalid:
    return CatalogueInvalid(f"事项 {id} 的 {field}：{why}")


def _since(change: Mapping[str, Any]) -> date:
    id = change.get("id")
    if not isinstance(id, str) or not re.fullmatch(r"[a-z]+(\.[a-z0-9_]+)+", id):
        raise CatalogueInvalid(f"目录变更缺少事项 id：{dict(change)}")
    since = change.get("from")
    if isinstance(since, date):
        return since
    try:
        return date.fromisoformat(str(since))
    except ValueError:
        raise _wrong(id, "from", f"应为生效日期，如 2027-01-01，不是 {since}") from None


def _item(raw: Any, defaults: Mapping[str, Any]) -> Item:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise CatalogueInvalid(f"目录里有一项缺少 id：{raw}")
    id = raw["id"]
    fields = _parsed(id, {**_OPTIONAL, **defaults, **raw})
    for field in _REQUIRED:
        if field not in fields:
            raise _wrong(id, field, "缺少")
    return _checked(Item(**fields))


def _parsed(id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields given, as typed values."""
    fields: dict[str, Any] = {}
    for field, value in raw.items():
        parse_field = _FIELDS.get(field)
        if parse_field is None:
            raise _wrong(id, field, "不认识的字段")
        try:
            fields[field] = parse_field(value)
        except ValueError as error:
            raise _wrong(id, field, str(error)) from None
    return fields


def _checked(item: Item) -> Item:
    """The item, whose fields must also fit each other."""
    due = item.due
    if item.event_ahead and item.cadence != "event":
        raise _wrong(item.id, "event_ahead", "只用于随时公开的事项")
    if item.id.partition(".")[0] != item.affairs:
        raise _wrong(item.id, "affairs", f"与 id 不符：{item.affairs}")
    if item.cadence == "standing":
        if item.confirm_months is None:
            raise _wrong(item.id, "confirm_months", "长期公开的事项要写明几个月确认一次")
        if due is not None and due.after is None:
            raise _wrong(item.id, "due", "长期公开的事项只能写 days 或 working_days")
        return item
    if item.confirm_months is not None:
        raise _wrong(item.id, "confirm_months", "只用于长期公开的事项")
    if due is None:
        raise _wrong(item.id, "due", "缺少")
    if (item.cadence == "event") != (due.after is not None):
        raise _wrong(item.id, "due", "days、working_days 用于随时公开的事项，其他事项写 day")
    if due.month is not None and item.cadence != "yearly":
        raise _wrong(item.id, "due", "month 只用于每年公开的事项")
    return item


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("应为文字")
    return value.strip()


def _name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_.]*", value):
        raise ValueError(f"应为小写字母和下划线，不是 {value}")
    return value


def _whole(lowest: int, highest: int) -> Callable[[Any], int]:
    def whole(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise ValueError(f"应为 {lowest} 到 {highest} 的整数，不是 {value}")
        return value

    return whole


def _one_of(values: Iterable[str]) -> Callable[[Any], str]:
    known = tuple(values)

    def one_of(value: Any) -> str:
        if value not in known:
            raise ValueError(f"应为 {'、'.join(known)} 之一，不是 {value}")
        return str(value)

    return one_of


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"应为 true 或 false，不是 {value}")
    return value


def _months(value: Any) -> int | None:
    return None if value is None else _whole(1, 120)(value)


def _chain(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("应为至少一个审核人")
    chain = tuple(_one_of(REVIEWERS)(one) for one in value)
    if len(set(chain)) < len(chain):
        raise ValueError("审核人重复")
    return chain


def _villages(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("应为村的代码，如 [371721105201]")
    try:
        return tuple(sorted({codes.normalised(str(one)) for one in value}))
    except codes.CodeMalformed as error:
        raise ValueError(str(error)) from None


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("应为几个词，如 [低保, 低保户]")
    return tuple(_text(one) for one in value)


def _span(value: Any) -> Span | None:
    if value is None:
        return None
    if (
        not isinstance(value, dict)
        or len(value) != 1
        or not value.keys() <= {"days", "working_days"}
    ):
        raise ValueError(f"应为 days 或 working_days，不是 {value}")
    [(unit, n)] = value.items()
    return Span(_whole(1, 366)(n), unit == "working_days")


def _due(value: Any) -> Due | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError(f"应写明 day、days 或 working_days，不是 {value}")
    if "day" not in value:
        return Due(after=_span(value))
    if unknown := value.keys() - {"day", "month", "in_period"}:
        raise ValueError(f"不认识 {'、'.join(sorted(map(str, unknown)))}")
    month = value.get("month")
    in_period = value.get("in_period", False)
    if not isinstance(in_period, bool) or (in_period and month is None):
        raise ValueError("in_period 为 true 或 false，要和 month 一起写")
    return Due(
        day=_whole(1, 31)(value["day"]),
        month=None if month is None else _whole(1, 12)(month),
        in_period=in_period,
    )


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "id": _name,
    "affairs": _one_of(AFFAIRS),
    "title": _text,
    "contents": _text,
    "form": _name,
    "cadence": _one_of(CADENCES),
    "due": _due,
    "display": _span,
    "review": _chain,
    "openness": _one_of(OPENNESS),
    "basis": _text,
    "confirm_months": _months,
    "remind_days": _whole(0, 60),
    "grace": _whole(0, 365),
    "roll": _one_of(ROLLS),
    "review_days": _whole(0, 60),
    "review_persons": _one_of(REVIEW_PERSONS),
    "aliases": _texts,
    "event_ahead": _flag,
    "may_be_none": _flag,
    "villages": _villages,
}
