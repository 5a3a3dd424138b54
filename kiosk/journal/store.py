"""The one place that opens the database, and the journal's own tables.

`node.db` is SQLite in WAL mode with `synchronous=FULL`: what was acknowledged survives a power
cut. Each thread has its own connection; statements outside `writing()` commit by themselves.
`secure_delete` overwrites what an erasure removes, and the log is emptied after one.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

BUSY_SECONDS = 30

PATIENCE_MS = 500
"""How long a reader is waited for before the log is left for the next time."""

migrations = Migrations("journal")


@migrations()
def m001_journal(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE origins (
            code TEXT PRIMARY KEY,
            host TEXT NOT NULL,
            public_key BLOB NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE entries (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT,
            salt BLOB,
            body_hash BLOB NOT NULL,
            UNIQUE (stream, seq)
        )
        """,
        "CREATE INDEX entries_by_subject ON entries (subject)",
        """
        CREATE TABLE tree (
            stream TEXT NOT NULL,
            level INTEGER NOT NULL,
            idx INTEGER NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (stream, level, idx)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE checkpoints (
            stream TEXT NOT NULL,
            size INTEGER NOT NULL,
            root BLOB NOT NULL,
            note TEXT NOT NULL,
            PRIMARY KEY (stream, size)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE cosignatures (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stream TEXT NOT NULL,
            size INTEGER NOT NULL,
            witness TEXT NOT NULL,
            at INTEGER NOT NULL,
            line TEXT NOT NULL,
            UNIQUE (stream, size, witness, at)
        )
        """,
        """
        CREATE TABLE forks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stream TEXT NOT NULL,
            held TEXT NOT NULL,
            seen TEXT NOT NULL,
            noted_at TEXT NOT NULL,
            UNIQUE (stream, seen)
        )
        """,
    ):
        db.execute(statement)


@migrations()
def m002_keys_and_recovery(db: Database) -> None:
    for statement in (
        # A cosignature that came by a carrier says when something was seen, not what was not yet.
        "ALTER TABLE cosignatures ADD COLUMN bounds INTEGER NOT NULL DEFAULT 1",
        """
        CREATE TABLE retired_keys (
            code TEXT NOT NULL,
            public_key BLOB NOT NULL,
            limits TEXT NOT NULL,
            PRIMARY KEY (code, public_key)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE stopped (
            stream TEXT NOT NULL,
            why TEXT NOT NULL,
            peer TEXT NOT NULL,
            until TEXT,
            PRIMARY KEY (stream, why, peer)
        ) WITHOUT ROWID
        """,
        "ALTER TABLE forks ADD COLUMN resolved_at TEXT",
    ):
        db.execute(statement)


class Store:
    """Connections to one database file, one a thread."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._local = threading.local()
        self._all: list[tuple[threading.Thread, Database]] = []
        self._guard = threading.Lock()
        self._writer = threading.RLock()
        self._closed = False
        self._forget = False

    @property
    def db(self) -> Database:
        """This thread's connection. Raises sqlite3.ProgrammingError after `close`."""
        found: Database | None = getattr(self._local, "db", None)
        if found is None:
            with self._guard:
                if self._closed:
                    raise sqlite3.ProgrammingError("the database was closed")
                found = connect(self.path)
                self._local.db = found
                self._all.append((threading.current_thread(), found))
        return found

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One write transaction: all of the block or nothing. Nested blocks join the outer one."""
        db = self.db
        with self._writer:
            if db.conn.in_transaction:
                yield db
                return
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.commit()
            except BaseException:
                # A commit that failed, on a full disk, leaves the transaction open: what came
                # next would join it, and be acknowledged without ever being written.
                if db.conn.in_transaction:
                    db.rollback()
                raise
            if self._forget:
                self._forget = not _truncated(db)

    def forget(self) -> None:
        """What is removed in this write transaction shall not stand in the log file either, where
        SQLite would leave it until it is overwritten."""
        self._forget = True

    def close(self) -> None:
        """Ends every thread's connection: what is being written is finished first, what is being
        read goes on, and whatever comes later raises sqlite3.ProgrammingError."""
        with self._writer:
            if not self._closed:
                _truncated(self.db)
            with self._guard:
                self._closed = True
                for thread, db in self._all:
                    if thread is threading.current_thread() or not thread.is_alive():
                        db.close()
                    else:
                        # Closing it under a thread that uses it crashes the process.
                        db.conn = _CLOSED
                self._all.clear()
                self._local = threading.local()


def _truncated(db: Database) -> bool:
    """Moves the log into the database and empties it; False where readers keep it, or the disk
    does not let it."""
    db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


_CLOSED = sqlite3.connect(":memory:")
_CLOSED.close()


def connect(path: str) -> Database:
    """A connection with the settings that every use of a node's database relies on."""
    conn = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        conn.execute(f"PRAGMA {pragma}")
    return Database(conn)
