"""Kinds and bodies, all on `self`: whom this node tells outward, and what it told.

- `recipient.set` {name, village (code, or "" for all), level, email, phone, group}; subject = id
- `recipient.removed` {}; subject = the recipient's id
- `message.sent` {recipient, channel, news: [ids], digest (whether it was the day's), on}; subject =
  a ULID

Addresses of channels and their passwords are no entries: they stand in node.toml.
What failed is kept in a `local` table only: it is tried again, and shown, but not history.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("messages")
local = Migrations("messages-local")


@migrations()
def m001_messages(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE recipients (
            id TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            removed INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE messages (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            recipient TEXT NOT NULL,
            channel TEXT NOT NULL,
            news TEXT NOT NULL,
            day TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX messages_to ON messages (recipient, channel)",
    ):
        db.execute(statement)


@local()
def l001_failures(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE message_failures (
            recipient TEXT NOT NULL,
            channel TEXT NOT NULL,
            times INTEGER NOT NULL,
            again TEXT NOT NULL,
            words TEXT NOT NULL,
            PRIMARY KEY (recipient, channel)
        ) WITHOUT ROWID
        """
    )


def apply(db: Database, entry: Entry) -> None:
    if not entry.stream.endswith("/self"):
        return
    place, body = [entry.stream, entry.seq], entry.body
    if entry.kind == "message.sent":
        db.execute("DELETE FROM messages WHERE stream = ? AND seq = ?", place)
        if body is not None:
            said = [body["recipient"], body["channel"], json.dumps(body["news"]), body["on"]]
            row = [*place, *said, entry.at]
            db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return
    db.execute("DELETE FROM recipients WHERE stream = ? AND seq = ?", place)
    if body is not None:
        removed = entry.kind == "recipient.removed"
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        row = [entry.subject, *place, removed, text]
        db.execute("INSERT INTO recipients VALUES (?, ?, ?, ?, ?)", row)


ROOM = Room(
    name="messages",
    kinds=frozenset({"recipient.set", "recipient.removed", "message.sent"}),
    tables=("recipients", "messages"),
    migrations=migrations,
    apply=apply,
    local=local,
)
