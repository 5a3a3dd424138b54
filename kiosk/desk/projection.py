"""What every village owes now, kept ready for the desk: a township of 130 villages, or a county of
10,000, cannot compute it for each page.

Only `local` tables: they follow from the journal and the day, hold no history, and are made anew,
village by village, whenever something of a village came in or the day turned (`commands.refresh`).
No entry's kind belongs to this room.

- desk_pressing: each duty that is late or due
- desk_months: how many duties of a month ended in which state, for the trend
- desk_done: for which Beijing date a village's rows are; a village that is not here is to be done
- desk_seen: up to which entry and cosignature changes were looked at
"""

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

local = Migrations("desk-local")


@local()
def l001_desk(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE desk_pressing (
            village TEXT NOT NULL,
            key TEXT NOT NULL,
            item TEXT NOT NULL,
            affairs TEXT NOT NULL,
            title TEXT NOT NULL,
            subject TEXT NOT NULL,
            period TEXT NOT NULL,
            state TEXT NOT NULL,
            due TEXT NOT NULL,
            PRIMARY KEY (village, key)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX desk_pressing_by_state ON desk_pressing (state, item)",
        """
        CREATE TABLE desk_months (
            village TEXT NOT NULL,
            month TEXT NOT NULL,
            state TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (village, month, state)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX desk_months_by_month ON desk_months (month, state, count)",
        "CREATE TABLE desk_done (village TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE desk_seen (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            position INTEGER NOT NULL,
            cosigned INTEGER NOT NULL
        )
        """,
        # Sums over all villages, so that a page of a county adds up nothing.
        """
        CREATE TABLE desk_items (
            item TEXT NOT NULL,
            state TEXT NOT NULL,
            title TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (item, state)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE desk_villages (
            village TEXT PRIMARY KEY,
            escalated INTEGER NOT NULL,
            late INTEGER NOT NULL,
            due INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX desk_villages_by_worst ON desk_villages (escalated DESC, late DESC, village)",
    ):
        db.execute(statement)


def _nothing(db: Database, entry: Entry) -> None:
    """No kind is heard."""


ROOM = Room(
    name="desk",
    kinds=frozenset(),
    tables=(),
    migrations=Migrations("desk"),
    apply=_nothing,
    local=local,
)
