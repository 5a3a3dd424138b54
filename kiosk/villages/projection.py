"""Kinds and bodies:

- `node.described` on every node's public stream, subject = its code: {code, name, role,
  began (Beijing date), contacts {…}, public_url}. The newest one counts.
- `village.invited` on T/self, subject = the village's code: {code_hash (SHA-256 of the one-time
  code, hex), expires (RFC 3339), recovers (true where the village had joined before)}. The newest
  one counts.
- `village.enrolled` on T/public, subject = the village's code: {code, name, host, public_key
  (hex), code_hash}. It spends the invitation with that hash.
- `key.certified` on T/public, subject = the village's code: {village, old_public_key,
  new_public_key (hex), from {stream: size}, why ("recovered" or "rotated"), code_hash or ""}. From
  then on the new key signs the village's streams; the old one is good up to the sizes in `from`.
- `key.rotated` on V/public, subject = V: {old_public_key, new_public_key}: the village's own word
  for a change of key, signed with the old one; T certifies it.
- `key.revoked` on T/public, subject = the village's code: {village, public_key, reason}: the
  village's requests are not answered any more until it is recovered.

A township is to its county what a village is to its township, in all of these.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("villages")


@migrations()
def m001_villages(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE nodes (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            began TEXT NOT NULL,
            contacts TEXT NOT NULL,
            public_url TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE enrolments (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            township TEXT NOT NULL,
            host TEXT NOT NULL,
            public_key TEXT NOT NULL,
            code_hash TEXT NOT NULL,
            at TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE invitations (
            code_hash TEXT PRIMARY KEY,
            village TEXT NOT NULL,
            expires TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


@migrations()
def m002_keys(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE certifications (
            township TEXT NOT NULL,
            seq INTEGER NOT NULL,
            village TEXT NOT NULL,
            old_public_key TEXT NOT NULL,
            new_public_key TEXT NOT NULL,
            limits TEXT NOT NULL,
            why TEXT NOT NULL,
            code_hash TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (township, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE revocations (
            township TEXT NOT NULL,
            seq INTEGER NOT NULL,
            village TEXT NOT NULL,
            public_key TEXT NOT NULL,
            reason TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (township, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE recovering (code_hash TEXT PRIMARY KEY, village TEXT NOT NULL) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    body = entry.body
    if body is None:
        return
    if entry.kind == "node.described":
        origin = entry.stream.split("/", 1)[0]
        row = [
            origin,
            body["name"],
            body["role"],
            body["began"],
            json.dumps(body["contacts"], ensure_ascii=False, sort_keys=True),
            body["public_url"],
        ]
        db.execute("INSERT OR REPLACE INTO nodes VALUES (?, ?, ?, ?, ?, ?)", row)
    elif entry.kind == "village.invited":
        db.execute(
            "INSERT OR REPLACE INTO invitations VALUES (?, ?, ?)",
            [body["code_hash"], entry.subject, body["expires"]],
        )
        if body.get("recovers"):
            db.execute(
                "INSERT OR REPLACE INTO recovering VALUES (?, ?)",
                [body["code_hash"], entry.subject],
            )
    elif entry.kind == "village.enrolled":
        db.execute(
            "INSERT OR REPLACE INTO enrolments VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                body["code"],
                body["name"],
                entry.stream.split("/", 1)[0],
                body["host"],
                body["public_key"],
                body["code_hash"],
                entry.at,
            ],
        )
    elif entry.kind == "key.certified":
        db.execute(
            "INSERT OR REPLACE INTO certifications VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                entry.stream.split("/", 1)[0],
                entry.seq,
                body["village"],
                body["old_public_key"],
                body["new_public_key"],
                json.dumps(body["from"], sort_keys=True),
                body["why"],
                body["code_hash"],
                entry.at,
            ],
        )
    elif entry.kind == "key.revoked":
        db.execute(
            "INSERT OR REPLACE INTO revocations VALUES (?, ?, ?, ?, ?, ?)",
            [
                entry.stream.split("/", 1)[0],
                entry.seq,
                body["village"],
                body["public_key"],
                body["reason"],
                entry.at,
            ],
        )


ROOM = Room(
    name="villages",
    kinds=frozenset(
        {
            "node.described",
            "village.invited",
            "village.enrolled",
            "key.certified",
            "key.revoked",
        }
    ),
    tables=("nodes", "enrolments", "invitations", "certifications", "revocations", "recovering"),
    migrations=migrations,
    apply=apply,
)
