"""Kinds and bodies, on V/public or T/public: what a node tells of itself. The subject is the id of
what is told of (a ULID; a topic's may be that of one that comes with the program, in whose place it
then stands).

- `service.described`: {name, who_may, papers [text], steps [text], place, hours, person, phone,
  within, fee, note, aliases [text], items [catalogue id]}: one thing that can be got done here
- `official.described`: {name, post, duty, matters [text], phone, shift, place, photo (SHA-256 or
  ""), order (int)}: who holds an office, and about what to call them
- `topic.described`: {ask, sign, items [catalogue id], words [text], to, hidden}: a question in
  villagers' own words, as in `rules.topics`
- `service.withdrawn`, `official.withdrawn`, `topic.withdrawn`: {}

A later description stands in place of an earlier one. `guide` has one row for each description and
withdrawal that can be read; which of them stands is told by the highest position in its stream, so
that one that is erased leaves what stood before it.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("services")

NOUNS = ("service", "official", "topic")


@migrations()
def m001_guide(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE guide (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            noun TEXT NOT NULL,
            id TEXT NOT NULL,
            origin TEXT NOT NULL,
            at TEXT NOT NULL,
            body TEXT,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX guide_by_noun ON guide (noun, origin, id, seq)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    db.execute("DELETE FROM guide WHERE stream = ? AND seq = ?", [entry.stream, entry.seq])
    origin, channel = entry.stream.split("/", 1)
    if entry.body is None or channel != "public":
        return
    noun, told = entry.kind.split(".", 1)
    body = json.dumps(entry.body, ensure_ascii=False, sort_keys=True)
    db.execute(
        "INSERT INTO guide VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            entry.stream,
            entry.seq,
            noun,
            entry.subject,
            origin,
            entry.at,
            body if told == "described" else None,
        ],
    )


ROOM = Room(
    name="services",
    kinds=frozenset(f"{noun}.{told}" for noun in NOUNS for told in ("described", "withdrawn")),
    tables=("guide",),
    migrations=migrations,
    apply=apply,
)
