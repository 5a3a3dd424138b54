"""Sealed reports on file, as far as anybody can see without the key: that they are there, since
when, and what was done about them."""

import json
from dataclasses import dataclass
from typing import Any

from kiosk.journal.log import Journal
from kiosk.sealed.box import Wrapped

STATES = {"new": "还没有看", "opened": "已经看过", "answered": "已经回复", "closed": "已办结"}


@dataclass(frozen=True)
class Key:
    """A public key to which reports are or were sealed; `key` in hex, `at` RFC 3339."""

    fingerprint: str
    key: str
    name: str
    at: str


@dataclass(frozen=True)
class Event:
    """What was done about a report: `kind` "opened", "answered" or "closed"."""

    kind: str
    at: str
    actor: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """A sealed report. `village`: where it was handed in, "" at the township itself; `key`: the
    fingerprint of the key it is sealed to; `picture`: the SHA-256 of a sealed picture, or ""."""

    id: str
    stream: str
    at: str
    key: str
    mailbox: str
    box: str
    picture: str
    events: tuple[Event, ...]

    @property
    def village(self) -> str:
        origin, channel = self.stream.split("/", 1)
        return origin if channel == "parent" else ""

    @property
    def state(self) -> str:
        kinds = {event.kind for event in self.events}
        return next((kind for kind in ("closed", "answered", "opened") if kind in kinds), "new")

    @property
    def state_words(self) -> str:
        return STATES[self.state]


def keys(journal: Journal, township: str) -> list[Key]:
    """The keys that a township published, the one in use first."""
    rows = journal.db.execute(
        """
        SELECT fingerprint, key, name, at FROM sealed_keys WHERE township = ? ORDER BY seq DESC
        """,
        [township],
    )
    return [Key(*row) for row in rows]


def wraps(journal: Journal) -> dict[str, Wrapped]:
    """This node's private keys under their passphrases, by fingerprint."""
    rows = journal.db.execute("SELECT fingerprint, salt, box FROM sealed_wraps ORDER BY seq")
    return {row[0]: Wrapped(row[1], row[2]) for row in rows}


def reports(journal: Journal) -> list[Report]:
    """Every report known here, newest first."""
    return _many(journal, "ORDER BY at DESC, id DESC", [])


def report(journal: Journal, id: str) -> Report | None:
    found = _many(journal, "WHERE id = ? ORDER BY at, stream LIMIT 1", [id])
    return found[0] if found else None


def of_mailbox(journal: Journal, mailbox: str) -> list[Report]:
    """What one sender sent, oldest first."""
    return _many(journal, "WHERE mailbox = ? ORDER BY at, id", [mailbox])


def log(journal: Journal, limit: int = 200) -> list[tuple[str, str, str, str]]:
    """(when, who, what, which report): every reading and answer, newest first. They stand in
    several streams; of one second a reading comes before what was answered upon it."""
    rows = journal.db.execute(
        """
        SELECT at, actor, kind, report FROM sealed_events
        ORDER BY at DESC, kind = 'opened', seq DESC LIMIT ?
        """,
        [limit],
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Report]:
    rows = list(
        journal.db.execute(
            f"SELECT id, stream, at, key, mailbox, box, picture FROM sealed_reports {rest}", values
        )
    )
    events: dict[str, list[Event]] = {}
    for id, kind, at, actor, body in journal.db.execute(
        """
        SELECT report, kind, at, actor, body FROM sealed_events
        WHERE report IN (SELECT value FROM json_each(?)) ORDER BY at, stream, seq
        """,
        [json.dumps([row[0] for row in rows])],
    ):
        events.setdefault(id, []).append(Event(kind, at, actor, json.loads(body)))
    whole = ([*row, tuple(events.get(row[0], ()))] for row in rows)
    return [Report(*each) for each in whole]
