"""Kinds and bodies, subject = the order's id (ULID):

- `order.sent` on T/<V>: {village, about (a duty's key, a notice's, a feedback's or an inspection's
  id, or ""), text, until ("YYYY-MM-DD" or ""), public (whether the board tells of it)}
- `order.acknowledged` on V/parent: {step}
- `order.answered` on V/parent: {text, notice (id of what was published, or ""), photos: [{sha,
  name, type, width, height}], step}
- `order.sent_back` on T/<V>: {text, until, step}
- `order.escalated` on T/<V>: {to (in words), step}
- `order.closed` on T/<V>: {text, step}; `order.withdrawn` on T/<V>: {text, step}
- `order.shown` on T/public: {village, text, until, state, on}: what the public is told of an order
  that is `public`; the last one of an order holds

Where an order stands follows from its events: `kiosk.rules.orders`. Who speaks is told by the
stream: only the village that was ordered can answer, only the township that ordered can close.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room
from kiosk.rules import orders as rules

migrations = Migrations("supervision")

_SENT = ("village", "about", "text", "until")
_SHOWN = ("village", "text", "until", "state", "on")


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


@migrations()
def m002_shown(db: Database) -> None:
    for statement in (
        "ALTER TABLE orders ADD COLUMN public INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX orders_by_id ON orders (id)",
        """
        CREATE TABLE orders_shown (
            order_id TEXT NOT NULL,
            village TEXT NOT NULL,
            text TEXT NOT NULL,
            until TEXT NOT NULL,
            state TEXT NOT NULL,
            shown_on TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX orders_shown_of ON orders_shown (village, order_id)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    origin, channel = entry.stream.split("/", 1)
    place = [entry.stream, entry.seq]
    if entry.kind == "order.sent":
        _sent(db, entry, channel)
        return
    if entry.kind == "order.shown":
        _shown(db, entry, channel)
        return
    db.execute("DELETE FROM order_events WHERE stream = ? AND seq = ?", place)
    kind, body = entry.kind.removeprefix("order."), entry.body
    by_village = channel == "parent"
    if body is None or not (by_village or channel.isdigit()):
        return
    if by_village != (kind in rules.BY_VILLAGE):
        return
    if kind in ("answered", "sent_back") and not isinstance(body.get("text"), str):
        return
    db.execute(
        "INSERT INTO order_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            entry.subject,
            origin if by_village else channel,
            *place,
            kind,
            entry.at,
            entry.actor,
            json.dumps(body, ensure_ascii=False, sort_keys=True),
        ],
    )


def _sent(db: Database, entry: Entry, channel: str) -> None:
    body, place = entry.body, [entry.stream, entry.seq]
    db.execute("DELETE FROM orders WHERE stream = ? AND seq = ?", place)
    if (
        body is not None
        and channel.isdigit()
        and all(isinstance(body.get(name), str) for name in _SENT)
        and body["village"] == channel
    ):
        db.execute(
            """
            INSERT INTO orders (id, village, about, text, until, stream, seq, at, actor, public)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.subject,
                *(body[name] for name in _SENT),
                *place,
                entry.at,
                entry.actor,
                body.get("public") is True,
            ],
        )


def _shown(db: Database, entry: Entry, channel: str) -> None:
    body, place = entry.body, [entry.stream, entry.seq]
    db.execute("DELETE FROM orders_shown WHERE stream = ? AND seq = ?", place)
    if (
        body is not None
        and channel == "public"
        and all(isinstance(body.get(name), str) for name in _SHOWN)
    ):
        row = [entry.subject, *(body[name] for name in _SHOWN), *place]
        db.execute("INSERT INTO orders_shown VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


ROOM = Room(
    name="supervision",
    kinds=frozenset(
        {"order.sent", "order.shown", *(f"order.{kind}" for kind in sorted(rules.EVENTS))}
    ),
    tables=("orders", "order_events", "orders_shown"),
    migrations=migrations,
    apply=apply,
)
