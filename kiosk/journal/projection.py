"""Projections: tables derived from entries, thrown away and rebuilt at will.

A room names the kinds it listens to and the tables it keeps. `apply` is deterministic, touches
only its room's tables, tolerates entries of different streams in any order, and takes an erased
entry (`body is None`) by leaving what would stand had the body never been. No room undoes: when a
body is erased, the rooms that had read it are derived again.
A room may also keep `local` tables: state of this machine (failed log-ins, screens' heartbeats)
that no entry tells and no rebuild touches.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry

Apply = Callable[[Database, Entry], None]


@dataclass(frozen=True)
class Room:
    """What one room projects: `kinds` it listens to, `tables` it owns and how they are made."""

    name: str
    kinds: frozenset[str]
    tables: tuple[str, ...]
    migrations: Migrations
    apply: Apply
    local: Migrations | None = None


class Projector:
    """Routes entries to the rooms that listen to their kind."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self.rooms = tuple(rooms)
        self._listeners: dict[str, list[Apply]] = {}
        for room in self.rooms:
            for kind in room.kinds:
                self._listeners.setdefault(kind, []).append(room.apply)

    def apply(self, db: Database, entry: Entry) -> None:
        for apply in self._listeners.get(entry.kind, ()):
            apply(db, entry)

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
        for entry in entries:
            for room in chosen:
                if entry.kind in room.kinds:
                    room.apply(db, entry)
            count += 1
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
