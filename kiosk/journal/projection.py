"""Projections: tables derived from entries, thrown away and rebuilt at will.

A room names the kinds it listens to and the tables it keeps. `apply` is deterministic, touches
only its room's tables, tolerates entries of different streams in any order, and takes an erased
entry (`body is None`) by leaving what would stand had the body never been. No room undoes: when a
body is erased, the rooms that had read it are derived again.
A room may also take many entries at once (`apply_all`), with the same outcome as one by one.
A room may also keep `local` tables: state of this machine (failed log-ins, screens' heartbeats)
that no entry tells and no rebuild touches.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry

Apply = Callable[[Database, Entry], None]
ApplyAll = Callable[[Database, Sequence[Entry]], None]

BATCH = 1000
"""Entries that a rebuild hands on at once."""


@dataclass(frozen=True)
class Room:
    """What one room projects: `kinds` it listens to, `tables` it owns and how they are made."""

    name: str
    kinds: frozenset[str]
    tables: tuple[str, ...]
    migrations: Migrations
    apply: Apply
    local: Migrations | None = None
    apply_all: ApplyAll | None = None

    def project(self, db: Database, entries: Sequence[Entry]) -> None:
        """Applies those of the entries that the room listens to, in their order."""
        heard = [entry for entry in entries if entry.kind in self.kinds]
        if self.apply_all is not None and len(heard) > 1:
            self.apply_all(db, heard)
        else:
            for entry in heard:
                self.apply(db, entry)


class Projector:
    """Routes entries to the rooms that listen to their kind."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self.rooms = tuple(rooms)

    def apply(self, db: Database, entries: Sequence[Entry]) -> None:
        for room in self.rooms:
            room.project(db, entries)

    def prepare(self, db: Database) -> bool:
        """Makes missing tables; True where an entry's projection may now be incomplete."""
        changed = False
        for room in self.rooms:
            if room.migrations.pending(db):
                room.migrations.apply(db)
                changed = True
            if room.local is not None and room.local.pending(db):
                room.local.apply(db)
        return changed

    def listening(self, kinds: Iterable[str]) -> list[Room]:
        """The rooms that listen to any of the kinds."""
        wanted = set(kinds)
        return [room for room in self.rooms if room.kinds & wanted]

    def rebuild(
        self, db: Database, entries: Iterable[Entry], rooms: Iterable[Room] | None = None
    ) -> int:
        """Drops the tables of the rooms (all by default) and derives them from all entries;
        how many entries were read."""
        chosen = self.rooms if rooms is None else tuple(rooms)
        for room in chosen:
            for table in room.tables:
                db.execute(f"DROP TABLE IF EXISTS [{table}]")
            if db["_sqlite_migrations"].exists():
                db.execute(
                    "DELETE FROM _sqlite_migrations WHERE migration_set = ?",
                    [room.migrations.name],
                )
        self.prepare(db)
        count = 0
        left = iter(entries)
        while batch := list(islice(left, BATCH)):
            for room in chosen:
                room.project(db, batch)
            count += len(batch)
        return count

    def fingerprints(self, db: Database) -> dict[str, str]:
        """SHA-256 of each table's rows in a fixed order: equal where the tables are equal."""
        found = {}
        for room in self.rooms:
            for table in room.tables:
                columns = ", ".join(f"[{column.name}]" for column in db[table].columns)
                digest = hashlib.sha256()
                for row in db.execute(f"SELECT {columns} FROM [{table}] ORDER BY {columns}"):
                    digest.update(repr(tuple(row)).encode())
                found[table] = digest.hexdigest()
        return found
