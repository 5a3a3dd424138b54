"""The sync room's tables: what this machine knows of its connections.

No entry tells any of it and no rebuild touches it, so all of it is local: last contacts with other
nodes, nonces of requests seen, and which attachments the entries name.
"""

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

local = Migrations("sync")


@local()
def m001_sync(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE contacts (
            peer TEXT PRIMARY KEY,
            last_attempt TEXT,
            last_success TEXT,
            next_attempt TEXT,
            failures INTEGER NOT NULL DEFAULT 0,
            last_error TEXT NOT NULL DEFAULT '',
            status TEXT NOT NULL DEFAULT '{}'
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE sync_nonces (
            peer TEXT NOT NULL,
            nonce TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (peer, nonce)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE sync_blobs (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            sha TEXT NOT NULL,
            settled INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (stream, seq, sha)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX sync_blobs_by_sha ON sync_blobs (sha)",
        "CREATE INDEX sync_blobs_open ON sync_blobs (stream) WHERE settled = 0",
        "CREATE TABLE sync_scan (id INTEGER PRIMARY KEY, position INTEGER NOT NULL)",
        "INSERT INTO sync_scan VALUES (1, 0)",
    ):
        db.execute(statement)


@local()
def m002_erased(db: Database) -> None:
    db.execute("CREATE TABLE sync_erased (sha TEXT PRIMARY KEY) WITHOUT ROWID")


@local()
def m003_marks(db: Database) -> None:
    db.execute("CREATE TABLE sync_marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")


@local()
def m004_room_and_branches(db: Database) -> None:
    for statement in (
        "ALTER TABLE sync_blobs ADD COLUMN here INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX sync_blobs_not_here ON sync_blobs (stream) WHERE here = 0",
        "CREATE TABLE sync_blob_sizes (sha TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE sync_branches (
            stream TEXT PRIMARY KEY,
            start INTEGER NOT NULL,
            entries TEXT NOT NULL,
            note TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    """The room listens to no kind."""


ROOM = Room(
    name="sync",
    kinds=frozenset(),
    tables=(),
    migrations=Migrations("sync projections"),
    apply=apply,
    local=local,
)
