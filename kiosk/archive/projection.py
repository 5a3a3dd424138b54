"""Kinds and bodies, on the village's own `self` stream, subject = the historic notice's id:

- `archive.taken` {files (SHA-256 of each file, or of a list's row without one), source}

What was taken stays on record even when its notice is withdrawn or erased, so that running an
import again never puts it back.
"""

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("archive")


@migrations()
def m001_files(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE archive_files (
            sha TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            notice TEXT NOT NULL,
            PRIMARY KEY (sha, stream, seq)
        ) WITHOUT ROWID
        """
    )


def apply(db: Database, entry: Entry) -> None:
    db.execute("DELETE FROM archive_files WHERE stream = ? AND seq = ?", [entry.stream, entry.seq])
    files = (entry.body or {}).get("files")
    if not entry.stream.endswith("/self") or not isinstance(files, list):
        return
    for sha in files:
        if isinstance(sha, str):
            db.execute(
                "INSERT OR REPLACE INTO archive_files VALUES (?, ?, ?, ?)",
                [sha, entry.stream, entry.seq, entry.subject],
            )


ROOM = Room(
    name="archive",
    kinds=frozenset({"archive.taken"}),
    tables=("archive_files",),
    migrations=migrations,
    apply=apply,
)
