"""Kinds and bodies of sealed reports (举报). Formats of boxes and keys: see `box`.

- `sealed.key_published` on T/public, subject = the key's fingerprint: {key (hex), name}: from now
  on reports are sealed to this one
- `sealed.key_made` beside it on T/self: {salt, box}: the private key under its passphrase
- `sealed.received` on V/parent (at the village's node) or T/self (at the township's), subject = the
  report's id (ULID), actor "sealed": {key (fingerprint), box (base64), mailbox (hex), picture
  ({sha} of a sealed picture, or null)}. Several with one mailbox are one sender's
- `sealed.opened` on T/self: {}: the actor read the report
- `sealed.answered` on T/<V> or T/self, where the report came from: {mailbox, box (base64, to the
  sender), copy (base64, to the office itself)}
- `sealed.closed` on T/self: {}

No other body anywhere names a report's words, its sender or a draft of it.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("sealed")


@migrations()
def m001_sealed(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE sealed_keys (
            fingerprint TEXT NOT NULL,
            township TEXT NOT NULL,
            key TEXT NOT NULL,
            name TEXT NOT NULL,
            at TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (township, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE sealed_wraps (
            fingerprint TEXT NOT NULL,
            salt TEXT NOT NULL,
            box TEXT NOT NULL,
            seq INTEGER PRIMARY KEY
        )
        """,
        """
        CREATE TABLE sealed_reports (
            id TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            key TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            box TEXT NOT NULL,
            picture TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE sealed_events (
            report TEXT NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX sealed_reports_of ON sealed_reports (mailbox)",
        "CREATE INDEX sealed_events_of ON sealed_events (report)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    origin, channel = entry.stream.split("/", 1)
    body = entry.body or {}
    place = [entry.stream, entry.seq]
    if entry.kind == "sealed.key_published" and channel == "public":
        db.execute("DELETE FROM sealed_keys WHERE township = ? AND seq = ?", [origin, entry.seq])
        if _texts(body, "key", "name"):
            row = [entry.subject, origin, body["key"], body["name"], entry.at, entry.seq]
            db.execute("INSERT INTO sealed_keys VALUES (?, ?, ?, ?, ?, ?)", row)
    elif entry.kind == "sealed.key_made" and channel == "self":
        db.execute("DELETE FROM sealed_wraps WHERE seq = ?", [entry.seq])
        if _texts(body, "salt", "box"):
            row = [entry.subject, body["salt"], body["box"], entry.seq]
            db.execute("INSERT INTO sealed_wraps VALUES (?, ?, ?, ?)", row)
    elif entry.kind == "sealed.received" and channel in ("parent", "self"):
        db.execute("DELETE FROM sealed_reports WHERE stream = ? AND seq = ?", place)
        picture = body.get("picture") or {"sha": ""}
        if _texts(body, "key", "box", "mailbox") and _texts(picture, "sha"):
            row = [body["key"], body["mailbox"], body["box"], picture["sha"]]
            db.execute(
                "INSERT INTO sealed_reports VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [entry.subject, *place, entry.at, *row],
            )
    elif entry.kind in ("sealed.opened", "sealed.answered", "sealed.closed"):
        db.execute("DELETE FROM sealed_events WHERE stream = ? AND seq = ?", place)
        answered = entry.kind == "sealed.answered"
        if entry.body is None or (answered and not _texts(body, "mailbox", "box", "copy")):
            return
        if channel == "self" or (answered and channel.isdigit()):
            db.execute(
                "INSERT INTO sealed_events VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    entry.subject,
                    entry.kind.removeprefix("sealed."),
                    entry.at,
                    entry.actor,
                    json.dumps(body, sort_keys=True),
                    *place,
                ],
            )


def _texts(body: object, *names: str) -> bool:
    return isinstance(body, dict) and all(isinstance(body.get(name), str) for name in names)


ROOM = Room(
    name="sealed",
    kinds=frozenset(
        f"sealed.{kind}"
        for kind in ("key_published", "key_made", "received", "opened", "answered", "closed")
    ),
    tables=("sealed_keys", "sealed_wraps", "sealed_reports", "sealed_events"),
    migrations=migrations,
    apply=apply,
)
