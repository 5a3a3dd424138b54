"""Kinds and bodies:

- `node.described` on every node's public stream, subject = its code: {code, name, role,
  began (Beijing date), contacts {…}, public_url}. The newest one counts.
- `village.invited` on T/self, subject = the village's code: {code_hash (SHA-256 of the one-time
  code, hex), expires (RFC 3339)}. The newest one counts.
- `village.enrolled` on T/public, subject = the village's code: {code, name, host, public_key
  (hex), code_hash}. It spends the invitation with that hash.
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


ROOM = Room(
    name="villages",
    kinds=frozenset({"node.described", "village.invited", "village.enrolled"}),
    tables=("nodes", "enrolments", "invitations"),
    migrations=migrations,
    apply=apply,
)
