"""Kinds and bodies, subject = the inspection's id (ULID):

- `inspection.announced` on T/public: {title, commitment, villages: [codes that may be drawn],
  take_villages, items: [catalogue ids that may be drawn], take_items, on ("YYYY-MM-DD")}
- `inspection.drawn` on T/public: {secret, heads: {stream: [size, root]}, villages, items}
- `inspection.opened` on T/self: {title, villages, items}: one without a draw
- `inspection.recorded` on T/<V>: {title, on, inspectors, answers: [{id, answer, note, photos}],
  lines: [{notice, title, line, words, answer, note, photos}], said (free words), typed (the id that
  the inspector's phone gave the record, so that sending it twice records it once)}

The secret of an announced draw lies in T/self as `inspection.sealed` {secret} until it is drawn.
A record belongs to the village's stream: the village reads what was found.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("inspections")


@migrations()
def m001_inspections(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE inspections (
            id TEXT NOT NULL,
            kind TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX inspections_by_id ON inspections (id, kind)",
        """
        CREATE TABLE inspection_records (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            typed TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX inspection_records_by_village ON inspection_records (village)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    channel = entry.stream.split("/", 1)[1]
    place, body = [entry.stream, entry.seq], entry.body
    kind = entry.kind.removeprefix("inspection.")
    if kind == "recorded":
        db.execute("DELETE FROM inspection_records WHERE stream = ? AND seq = ?", place)
        if body is not None and channel.isdigit() and _is_record(body):
            db.execute(
                "INSERT INTO inspection_records VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    entry.subject,
                    channel,
                    str(body.get("typed", "")),
                    *place,
                    entry.at,
                    entry.actor,
                    json.dumps(body, ensure_ascii=False, sort_keys=True),
                ],
            )
        return
    db.execute("DELETE FROM inspections WHERE stream = ? AND seq = ?", place)
    expected = "public" if kind in ("announced", "drawn") else "self"
    if body is not None and channel == expected:
        db.execute(
            "INSERT INTO inspections VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                entry.subject,
                kind,
                *place,
                entry.at,
                entry.actor,
                json.dumps(body, ensure_ascii=False, sort_keys=True),
            ],
        )


def _is_record(body: dict[str, object]) -> bool:
    return all(
        isinstance(body.get(name), list) and all(isinstance(each, dict) for each in body[name])  # type: ignore[attr-defined]
        for name in ("answers", "lines")
    ) and isinstance(body.get("on"), str)


ROOM = Room(
    name="inspections",
    kinds=frozenset(
        f"inspection.{kind}" for kind in ("announced", "sealed", "drawn", "opened", "recorded")
    ),
    tables=("inspections", "inspection_records"),
    migrations=migrations,
    apply=apply,
)
