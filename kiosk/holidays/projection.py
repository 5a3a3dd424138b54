"""Kind and body:

- `holidays.told` on V/self, T/public: {year, days_off: ["FIRST" or "FIRST..LAST"], worked, source};
  subject = the year. The last one of a stream holds for a year, and what a node higher up told
  holds over what one below did.

The days off of the coming year are ordered each November; whoever reads the notice first can tell
them, and they reach every node below by sync, without a new version of the program.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("holidays")


@migrations()
def m001_holidays(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE holidays_told (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            year INTEGER NOT NULL,
            days TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """
    )


def apply(db: Database, entry: Entry) -> None:
    place, body = [entry.stream, entry.seq], entry.body
    db.execute("DELETE FROM holidays_told WHERE stream = ? AND seq = ?", place)
    if body is None or type(body.get("year")) is not int:
        return
    days = {key: body.get(key, []) for key in ("days_off", "worked", "source")}
    row = [*place, body["year"], json.dumps(days, ensure_ascii=False, sort_keys=True)]
    db.execute("INSERT INTO holidays_told VALUES (?, ?, ?, ?, ?, ?)", [*row, entry.at, entry.actor])


ROOM = Room(
    name="holidays",
    kinds=frozenset({"holidays.told"}),
    tables=("holidays_told",),
    migrations=migrations,
    apply=apply,
)
