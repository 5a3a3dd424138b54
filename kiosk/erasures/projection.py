"""Kinds and bodies, all on V/parent, so that the township sees who deleted what and why; subject =
the erasure's id (ULID):

- `erasure.requested` {notice (id), title (of its item, with its day: the notice's own title goes
  with its content), whole (false: only what stood before the corrections), reason}
- `erasure.confirmed` {}: by another account; the bodies are erased with it (`entry.erased` in the
  streams where they stand)
- `erasure.declined` {}: by the second person, or taken back by the first
"""

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("erasures")


@migrations()
def m001_erasures(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE erasures (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            notice TEXT NOT NULL,
            title TEXT NOT NULL,
            whole INTEGER NOT NULL,
            reason TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (id, village)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE erasure_ends (
            erasure TEXT NOT NULL,
            village TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (erasure, village, seq)
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    village, channel = entry.stream.split("/", 1)
    body = entry.body
    if channel != "parent" or body is None:
        return
    if entry.kind != "erasure.requested":
        db.execute(
            "INSERT OR REPLACE INTO erasure_ends VALUES (?, ?, ?, ?, ?, ?)",
            [
                entry.subject,
                village,
                entry.seq,
                entry.kind.removeprefix("erasure."),
                entry.at,
                entry.actor,
            ],
        )
    elif all(isinstance(body.get(name), str) for name in ("notice", "title", "reason")):
        db.execute(
            "INSERT OR IGNORE INTO erasures VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                entry.subject,
                village,
                body["notice"],
                body["title"],
                body.get("whole") is True,
                body["reason"],
                entry.at,
                entry.actor,
            ],
        )


ROOM = Room(
    name="erasures",
    kinds=frozenset({"erasure.requested", "erasure.confirmed", "erasure.declined"}),
    tables=("erasures", "erasure_ends"),
    migrations=migrations,
    apply=apply,
)
