"""What can be got done, by whom, and the topics on this board, as their origins tell it now.

A body of another shape than expected, from a newer node or a faulty one, is read as far as it can
be: a text that is none is "", a list that is none is empty.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kiosk.journal.log import Journal
from kiosk.rules import topics as rules
from kiosk.rules.topics import Topic


@dataclass(frozen=True)
class Service:
    """One thing that can be got done (办事指南). `origin` is the code of the node whose office does
    it; `within` how long it takes, `aliases` what else people call it, `items` the ids of the
    catalogue's items that tell of its outcome. `at` is when it was described last, RFC 3339."""

    id: str
    origin: str
    at: str
    name: str
    who_may: str
    papers: tuple[str, ...]
    steps: tuple[str, ...]
    place: str
    hours: str
    person: str
    phone: str
    within: str
    fee: str
    note: str
    aliases: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class Official:
    """Who holds an office. `matters`: about what to call them, in villagers' words; `photo` a
    SHA-256 or ""; those with a lower `order` stand ahead."""

    id: str
    origin: str
    at: str
    name: str
    post: str
    duty: str
    matters: tuple[str, ...]
    phone: str
    shift: str
    place: str
    photo: str
    order: int


def services(journal: Journal, origins: Iterable[str]) -> list[Service]:
    """The services of the given nodes, in the order in which they were first described."""
    return [
        _service(id, origin, at, body)
        for origin in dict.fromkeys(origins)
        for id, at, body in _told(journal, "service", origin)
    ]


def service(journal: Journal, id: str) -> Service | None:
    """The service of that id, or None where there is none (any more)."""
    found = _one(journal, "service", id)
    return None if found is None else _service(id, *found)


def officials(journal: Journal, origins: Iterable[str]) -> list[Official]:
    """The officials of the given nodes, each node's by `order`."""
    found = []
    for origin in dict.fromkeys(origins):
        own = [
            _official(id, origin, at, body) for id, at, body in _told(journal, "official", origin)
        ]
        found.extend(sorted(own, key=lambda each: each.order))
    return found


def official(journal: Journal, id: str) -> Official | None:
    """The official of that id, or None where there is none (any more)."""
    found = _one(journal, "official", id)
    return None if found is None else _official(id, *found)


def has_photo(journal: Journal, sha: str) -> bool:
    """Whether somebody who holds an office now is shown on this photo."""
    row = journal.db.execute(
        f"""
        SELECT 1 FROM ({_STANDING}) WHERE noun = 'official' AND body IS NOT NULL
        AND json_extract(body, '$.photo') = ? LIMIT 1
        """,
        [sha],
    ).fetchone()
    return row is not None


def topics(journal: Journal, origins: Iterable[str]) -> list[Topic]:
    """The topics of a board: those that come with the program, each replaced or hidden where one
    of the given nodes says so (a later one of them prevails), then those that they added."""
    found = {topic.id: topic for topic in rules.load()}
    for origin in origins:
        for id, _, body in _told(journal, "topic", origin):
            if body.get("hidden") is True:
                found.pop(id, None)
            elif (topic := rules.topic(id, body)) is not None:
                found[id] = topic
    return list(found.values())


def own_topics(journal: Journal, origin: str) -> dict[str, dict[str, Any]]:
    """What a node itself tells of topics, by id: bodies as in `projection`."""
    return {id: body for id, _, body in _told(journal, "topic", origin)}


_STANDING = """
    SELECT noun, id, origin, at, body, first FROM (
        SELECT noun, id, origin, at, body, min(seq) OVER it AS first,
            row_number() OVER (PARTITION BY noun, origin, id ORDER BY seq DESC) AS newest
        FROM guide WINDOW it AS (PARTITION BY noun, origin, id)
    ) WHERE newest = 1
"""


def _told(journal: Journal, noun: str, origin: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(id, at, body) of what a node tells of and has not withdrawn, the first told ahead."""
    rows = journal.db.execute(
        f"""
        SELECT id, at, body FROM ({_STANDING})
        WHERE noun = ? AND origin = ? AND body IS NOT NULL ORDER BY first
        """,
        [noun, origin],
    )
    for id, at, body in rows:
        yield id, at, json.loads(body)


def _one(journal: Journal, noun: str, id: str) -> tuple[str, str, dict[str, Any]] | None:
    row = journal.db.execute(
        f"""
        SELECT origin, at, body FROM ({_STANDING})
        WHERE noun = ? AND id = ? AND body IS NOT NULL ORDER BY origin LIMIT 1
        """,
        [noun, id],
    ).fetchone()
    return None if row is None else (row[0], row[1], json.loads(row[2]))


def _service(id: str, origin: str, at: str, body: dict[str, Any]) -> Service:
    one, many = _reader(body)
    return Service(
        id, origin, at,
        name=one("name"), who_may=one("who_may"), papers=many("papers"), steps=many("steps"),
        place=one("place"), hours=one("hours"), person=one("person"), phone=one("phone"),
        within=one("within"), fee=one("fee"), note=one("note"), aliases=many("aliases"),
        items=many("items"),
    )  # fmt: skip


def _official(id: str, origin: str, at: str, body: dict[str, Any]) -> Official:
    one, many = _reader(body)
    order = body.get("order")
    return Official(
        id, origin, at,
        name=one("name"), post=one("post"), duty=one("duty"), matters=many("matters"),
        phone=one("phone"), shift=one("shift"), place=one("place"), photo=one("photo"),
        order=order if isinstance(order, int) else 0,
    )  # fmt: skip


def _reader(body: dict[str, Any]) -> Any:
    def one(key: str) -> str:
        value = body.get(key)
        return value if isinstance(value, str) else ""

    def many(key: str) -> tuple[str, ...]:
        value = body.get(key)
        given = value if isinstance(value, list) else ()
        return tuple(each for each in given if isinstance(each, str))

    return one, many
