"""Kind and body, on the public stream of the node at which somebody stood (V/public at a village's
screen, T/public at a township's), subject = the notice's id:

- `opinion.given`: {good (bool), via ("screen" or "phone")}: a smile or a frown, of nobody in
  particular

Nothing tells who gave it, so nothing here can be taken back; who may give how many is the door's
business.
"""

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("opinions")


@migrations()
def m001_opinions(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE opinions (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            notice TEXT NOT NULL,
            good INTEGER NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX opinions_by_notice ON opinions (notice)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    db.execute("DELETE FROM opinions WHERE stream = ? AND seq = ?", [entry.stream, entry.seq])
    if entry.body is None or not isinstance(entry.body.get("good"), bool):
        return
    if entry.stream.split("/", 1)[1] != "public":
        return
    db.execute(
        "INSERT INTO opinions VALUES (?, ?, ?, ?)",
        [entry.stream, entry.seq, entry.subject, entry.body["good"]],
    )


ROOM = Room(
    name="opinions",
    kinds=frozenset({"opinion.given"}),
    tables=("opinions",),
    migrations=migrations,
    apply=apply,
)
