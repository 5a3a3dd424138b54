"""Whom this node tells, what it told them, and what could not be delivered."""

import json
from dataclasses import dataclass
from datetime import date

from kiosk.journal.log import Journal
from kiosk.rules.messages import Recipient


@dataclass(frozen=True)
class Listed:
    """A recipient on file."""

    id: str
    recipient: Recipient


@dataclass(frozen=True)
class Told:
    """What a recipient was told by a channel: the ids of news, and the day of the last message."""

    news: frozenset[str]
    last: date | None


@dataclass(frozen=True)
class Failure:
    """A message that could not be delivered `times` times; tried `again` from then (RFC 3339)."""

    recipient: str
    channel: str
    times: int
    again: str
    words: str


NOTHING = Told(frozenset(), None)


def recipients(journal: Journal) -> list[Listed]:
    """Everybody who is told, by village and name."""
    rows = journal.db.execute(
        """
        SELECT id, body FROM recipients AS r WHERE stream = ? AND NOT removed AND NOT EXISTS (
            SELECT 1 FROM recipients AS s
            WHERE s.stream = r.stream AND s.id = r.id AND s.seq > r.seq
        )
        """,
        [journal.own("self")],
    )
    found = [Listed(id, Recipient(**json.loads(body))) for id, body in rows]
    return sorted(found, key=lambda it: (it.recipient.village, it.recipient.level, it.id))


def told(journal: Journal) -> dict[tuple[str, str], Told]:
    """What was told, by (recipient's id, channel)."""
    found: dict[tuple[str, str], Told] = {}
    for recipient, channel, news, day in journal.db.execute(
        "SELECT recipient, channel, news, day FROM messages WHERE stream = ? ORDER BY seq",
        [journal.own("self")],
    ):
        held = found.get((recipient, channel), NOTHING)
        ids = held.news | frozenset(json.loads(news))
        found[recipient, channel] = Told(ids, date.fromisoformat(day))
    return found


def failures(journal: Journal) -> list[Failure]:
    """What could not be delivered yet."""
    rows = journal.db.execute(
        "SELECT recipient, channel, times, again, words FROM message_failures ORDER BY again"
    )
    return [Failure(*row) for row in rows]
