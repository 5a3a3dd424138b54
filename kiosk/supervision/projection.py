"""Kinds and bodies, subject = the order's id (ULID):

- `order.sent` on T/<V>: {village, about (a duty's key, a notice's or a feedback's id, or ""),
  text, until ("YYYY-MM-DD" or "")}
- `order.answered` on V/parent: {text}
- `order.closed` on T/<V>: {}

An order (督办) is open until the township closes it. Who speaks is told by the stream: only the
village that was ordered can answer.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("supervision")

_SENT = ("village", "about", "text", "until")


@migrations()
def m001_orders(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE orders (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            about TEXT NOT NULL,
            text TEXT NOT NULL,
            until TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE order_events (
            order_id TEXT NOT NULL,
            village TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX orders_of_village ON orders (village)",
        "CREATE INDEX order_events_of ON order_events (order_id, village)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    origin, channel = entry.stream.split("/", 1)
    to_village = channel.isdigit()
    place = [entry.stream, entry.seq]
    body = entry.body
    if entry.kind == "order.sent":
        db.execute("DELETE FROM orders WHERE stream = ? AND seq = ?", place)
        if (
            body is not None
            and to_village
            and all(isinstance(body.get(name), str) for name in _SENT)
            and body["village"] == channel
        ):
            row = [entry.subject, *(body[name] for name in _SENT), *place, entry.at, entry.actor]
            db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return
    db.execute("DELETE FROM order_events WHERE stream = ? AND seq = ?", place)
    answered = entry.kind == "order.answered"
    if (
        body is None
        or to_village == answered
        or (answered and not isinstance(body.get("text"), str))
    ):
        return
    db.execute(
        "INSERT INTO order_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            entry.subject,
            channel if to_village else origin,
            *place,
            entry.kind.removeprefix("order."),
            entry.at,
            entry.actor,
            json.dumps(body, ensure_ascii=False, sort_keys=True),
        ],
    )


ROOM = Room(
    name="supervision",
    kinds=frozenset({"order.sent", "order.answered", "order.closed"}),
    tables=("orders", "order_events"),
    migrations=migrations,
    apply=apply,
)
