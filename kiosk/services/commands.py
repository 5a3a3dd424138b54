"""Telling what can be got done here, who holds an office, and what people come to ask.

Everything told is public for good, so nobody's ID number or account may slip in. Telephones here
are contacts of office (办公电话) and are meant to be seen.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import topics as rules
from kiosk.services import queries

TEXT_LIMIT = 60
LONG_LIMIT = 300
LINES_LIMIT = 20
PRIVATE = frozenset({"id_number", "bank_card", "passport", "account"})

SERVICE_TEXTS = {
    "name": "事项", "who_may": "谁可以办", "place": "在哪里办", "hours": "什么时候有人",
    "person": "找谁", "phone": "电话", "within": "多久办好", "fee": "费用", "note": "说明",
}  # fmt: skip
SERVICE_LINES = {
    "papers": "要带的材料",
    "steps": "怎么办",
    "aliases": "大家也叫它",
    "items": "公开事项",
}
OFFICIAL_TEXTS = {
    "name": "姓名", "post": "职务", "duty": "分工", "phone": "电话", "shift": "值班",
    "place": "办公地点",
}  # fmt: skip
LONG = frozenset({"who_may", "note", "duty"})
REQUIRED = {
    "service": ("name", "place", "person", "phone", "within"),
    "official": ("name", "post", "duty"),
}


class ServiceRefused(ValueError):
    """It cannot be told so; the message says why, in plain Chinese."""


def describe_service(
    journal: Journal, given: Mapping[str, Any], *, actor: str, id: str | None = None
) -> str:
    """Tells of a service, or anew of the own one with that `id`; its id.

    `given` has the texts and lists of `service.described`; what is left out is empty. Raises
    ServiceRefused.
    """
    body = _body("service", given, SERVICE_TEXTS, SERVICE_LINES)
    return _describe(journal, "service", body, actor, id)


def describe_official(
    journal: Journal, given: Mapping[str, Any], *, actor: str, id: str | None = None
) -> str:
    """Tells who holds an office, or anew of the own one with that `id`; its id. `photo` is the
    SHA-256 of a kept photo, `order` where they stand in the list. Raises ServiceRefused."""
    body = _body("official", given, OFFICIAL_TEXTS, {"matters": "可以找他办的事"})
    body["photo"] = str(given.get("photo") or "")
    body["order"] = int(given.get("order") or 0)
    return _describe(journal, "official", body, actor, id)


def describe_topic(
    journal: Journal, given: Mapping[str, Any], *, actor: str, id: str | None = None
) -> str:
    """Tells of a topic {ask, sign, items, words, to, hidden}; one that comes with the program is
    replaced where `id` is its own, or left out where `hidden`. Raises ServiceRefused."""
    body: dict[str, Any] = {
        "ask": _line(given.get("ask"), "问题", rules.ASK_LIMIT),
        "sign": _line(given.get("sign"), "图标上的字", 1),
        "items": _lines(given.get("items"), "公开事项"),
        "words": _lines(given.get("words"), "关键词"),
        "to": str(given.get("to") or ""),
        "hidden": given.get("hidden") is True,
    }
    _must_be_impersonal(body)
    if not body["hidden"] and rules.topic("new", body) is None:
        raise ServiceRefused("请写问题，并选公开事项或写关键词，大家点了才有内容看。")
    known = {topic.id for topic in rules.load()}
    if id is not None and id in known:
        journal.append("public", "topic.described", id, body, actor=actor)
        return id
    return _describe(journal, "topic", body, actor, id)


def withdraw(journal: Journal, noun: str, id: str, *, actor: str) -> None:
    """Takes down the own service, official or topic of that id. Raises ServiceRefused."""
    with journal.writing():
        if not _is_own(journal, noun, id):
            raise ServiceRefused("这里没有这一条，可能已经撤下。")
        journal.append("public", f"{noun}.withdrawn", id, {}, actor=actor)


def _describe(journal: Journal, noun: str, body: dict[str, Any], actor: str, id: str | None) -> str:
    with journal.writing():
        if id is None:
            id = str(ULID.from_datetime(clock.now()))
        elif not _is_own(journal, noun, id):
            raise ServiceRefused("这里没有这一条，可能已经撤下。")
        journal.append("public", f"{noun}.described", id, body, actor=actor)
    return id


def _is_own(journal: Journal, noun: str, id: str) -> bool:
    code = journal.code
    match noun:
        case "service":
            found = queries.service(journal, id)
            return found is not None and found.origin == code
        case "official":
            held = queries.official(journal, id)
            return held is not None and held.origin == code
        case _:
            return id in queries.own_topics(journal, code)


def _body(
    noun: str, given: Mapping[str, Any], texts: Mapping[str, str], lists: Mapping[str, str]
) -> dict[str, Any]:
    body: dict[str, Any] = {
        key: _line(given.get(key), label, LONG_LIMIT if key in LONG else TEXT_LIMIT)
        for key, label in texts.items()
    }
    body |= {key: _lines(given.get(key), label) for key, label in lists.items()}
    missing = [texts[key] for key in REQUIRED[noun] if not body[key]]
    if missing:
        raise ServiceRefused(f"还没有写：{'、'.join(missing)}。")
    _must_be_impersonal(body)
    return body


def _line(value: Any, label: str, limit: int) -> str:
    text = " ".join(str(value or "").split())
    if len(text) > limit:
        raise ServiceRefused(f"“{label}”太长了（{len(text)} 字），最多 {limit} 字。")
    return text


def _lines(value: Any, label: str) -> list[str]:
    given: Iterable[Any] = value.splitlines() if isinstance(value, str) else value or ()
    found = [line for each in given if (line := _line(each, label, LONG_LIMIT))]
    if len(found) > LINES_LIMIT:
        raise ServiceRefused(f"“{label}”太多了（{len(found)} 条），最多 {LINES_LIMIT} 条。")
    return found


def _must_be_impersonal(body: Mapping[str, Any]) -> None:
    from kiosk.rules import privacy

    told = "\n".join(
        line
        for key, value in body.items()
        if key not in ("photo", "items", "phone")
        for line in (value if isinstance(value, list) else [str(value)])
    )
    kinds = dict.fromkeys(
        privacy.KINDS[found.kind] for found in privacy.find(told) if found.kind in PRIVATE
    )
    if kinds:
        raise ServiceRefused(f"写的内容里有{'、'.join(kinds)}，大家都能看到，请去掉。")
