"""The screens room: the touch screens in front of this node, what takes them over, how much they
are used.

Kinds and bodies:

- `screen.placed` on V/self, subject = the screen's id: {name, place, on, off, dim, bright ("HH:MM"
  in Beijing, or ""), slides [names, see `queries.SLIDES`], seconds (each slide's)}; a later one
  replaces the whole
- `screen.removed` on V/self, subject = the screen's id: {}
- `urgency.declared` on V/public or T/public, subject = the notice's id: {until (RFC 3339)}: the
  notice takes the screens over until then. Only the notice's own origin can say so
- `urgency.ended` on the same, subject = the notice's id: {}
- `usage.counted` on V/parent, subject = the Beijing date: {day, touches, views {kind of page: n},
  notices {id: n}, screens {id: touches}}: what all screens of the village were used for on that
  day. Nothing in it says who

Heartbeats, tokens of browsers, codes and the running day's counts are state of this machine: local
tables, of which no entry tells and which no rebuild touches. So is which screens a township hides.
"""

import json
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("screens projections")
local = Migrations("screens")


@migrations()
def m001_placed(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE screens_placed (
            screen TEXT PRIMARY KEY,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            body TEXT
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE urgencies (
            stream TEXT NOT NULL,
            notice TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            until TEXT NOT NULL,
            PRIMARY KEY (stream, notice)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE screen_usage (
            village TEXT NOT NULL,
            day TEXT NOT NULL,
            seq INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (village, day)
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


@local()
def m001_screens(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE screens (
            screen TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            size TEXT NOT NULL,
            version TEXT NOT NULL,
            visible INTEGER NOT NULL,
            page TEXT NOT NULL
        ) WITHOUT ROWID
        """
    )


@local()
def m002_hidden(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE screens_hidden (
            village TEXT NOT NULL,
            screen TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (village, screen)
        ) WITHOUT ROWID
        """
    )


@local()
def m003_heartbeats(db: Database) -> None:
    for statement in (
        "DROP TABLE screens",
        """
        CREATE TABLE screen_beats (
            screen TEXT PRIMARY KEY,
            seen TEXT NOT NULL,
            size TEXT NOT NULL,
            version TEXT NOT NULL,
            page TEXT NOT NULL,
            touched TEXT NOT NULL,
            answered TEXT NOT NULL,
            moved TEXT NOT NULL,
            hidden_since TEXT NOT NULL,
            old_since TEXT NOT NULL,
            wrong_since TEXT NOT NULL,
            ahead INTEGER NOT NULL,
            errors INTEGER NOT NULL,
            error TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE screen_tokens (
            token_hash TEXT PRIMARY KEY,
            screen TEXT NOT NULL,
            at TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE screen_codes (
            code_hash TEXT PRIMARY KEY,
            screen TEXT NOT NULL,
            until TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE screen_counts (
            day TEXT NOT NULL,
            what TEXT NOT NULL,
            which TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (day, what, which)
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    if entry.body is None:
        return
    origin, _, channel = entry.stream.partition("/")
    if entry.kind in ("screen.placed", "screen.removed") and channel == "self":
        body = _text(entry.body) if entry.kind == "screen.placed" else None
        db.execute(
            """
            INSERT INTO screens_placed VALUES (?, ?, ?, ?)
            ON CONFLICT (screen) DO UPDATE
            SET seq = excluded.seq, at = excluded.at, body = excluded.body
            WHERE excluded.seq > screens_placed.seq
            """,
            [entry.subject, entry.seq, entry.at, body],
        )
    elif entry.kind in ("urgency.declared", "urgency.ended") and channel == "public":
        until = str(entry.body.get("until") or "") if entry.kind == "urgency.declared" else ""
        db.execute(
            """
            INSERT INTO urgencies VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (stream, notice) DO UPDATE
            SET seq = excluded.seq, at = excluded.at, until = excluded.until
            WHERE excluded.seq > urgencies.seq
            """,
            [entry.stream, entry.subject, entry.seq, entry.at, until],
        )
    elif entry.kind == "usage.counted" and channel == "parent":
        db.execute(
            """
            INSERT INTO screen_usage VALUES (?, ?, ?, ?)
            ON CONFLICT (village, day) DO UPDATE SET seq = excluded.seq, body = excluded.body
            WHERE excluded.seq > screen_usage.seq
            """,
            [origin, entry.subject, entry.seq, _text(entry.body)],
        )


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


ROOM = Room(
    name="screens",
    kinds=frozenset(
        {
            "screen.placed", "screen.removed",
            "urgency.declared", "urgency.ended",
            "usage.counted",
        }
    ),
    tables=("screens_placed", "urgencies", "screen_usage"),
    migrations=migrations,
    apply=apply,
    local=local,
)  # fmt: skip
