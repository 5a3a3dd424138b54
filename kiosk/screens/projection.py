"""The screens room's tables: heartbeats of the screens in front of this machine, and which screens
of its villages a township wants to hear no more of.

No entry tells of either and no rebuild touches them, so the tables are local.
"""

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

local = Migrations("screens")


@local()
def m001_screens(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE screens (
            screen TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            size TEXT NOT NULL,
            version TEXT NOT NULL,
            visible INTEGER NOT NULL,
            page TEXT NOT NULL
        ) WITHOUT ROWID
        """
    )


@local()
def m002_hidden(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE screens_hidden (
            village TEXT NOT NULL,
            screen TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (village, screen)
        ) WITHOUT ROWID
        """
    )


def apply(db: Database, entry: Entry) -> None:
    """The room listens to no kind."""


ROOM = Room(
    name="screens",
    kinds=frozenset(),
    tables=(),
    migrations=Migrations("screens projections"),
    apply=apply,
    local=local,
)
