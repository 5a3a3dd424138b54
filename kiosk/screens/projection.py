"""The screens room's table: heartbeats of the screens in front of this machine.

No entry tells of a heartbeat and no rebuild touches it, so the table is local.
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
