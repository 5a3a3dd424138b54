"""Kinds and bodies.

On a village's public stream:

- `duty.opened`, subject = the event's id: {item, title, on (Beijing date)}. Something happened
  that an event item of the catalogue wants published.
- `duty.declared_none`, subject = the declaration's id: {item, period, event, reason}. Nothing
  happened in that period (零报告), or the event came to nothing.
- `duty.event_cancelled`, subject = the event's id: {item, reason}. The event itself was a mistake
  or came to nothing, so nothing of it is owed; the township may reject that like a declaration.
- `duty.confirmed`, subject = the item: {item}. What stands on the board is still right.

On a township's (or county's) public stream, for the villages within it:

- `duty.excused`, subject = a ULID: {village, item, period, event, reason}
- `duty.none_rejected`, subject = the declaration's id: {village, item, period, event, reason}
- `catalogue.changed`, subject = a ULID: {items: [change, ...], forms: [form, ...]}, of which either
  may be left out; changes as in `rules.catalogue`, each form whole and as in `rules.forms`, in
  place of one of the same id

On a node's own self stream, one for each change of a duty's state that it noticed:

- `duty.turned`, subject = village/key: {village, duty (key), from, to, on (Beijing date)}
- `reminder.written`, subject = village/key: {village, duty, state, on, words}

An event, period or standing item is told by `period` and `event`, of which one or both are "".
The room also listens to notices; `duty_notices` has one row for each of their entries. What any of
it means for a duty is worked out when asked, so the tables hold no more than the entries say. An
entry that is erased, stands on a stream where it has no force, or is not of its shape leaves no
row (a notice's leaves one without an item, since its place and time still count).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room
from kiosk.rules import codes

migrations = Migrations("duties")


@migrations()
def m001_duties(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE duty_notices (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            notice TEXT NOT NULL,
            at TEXT NOT NULL,
            item TEXT,
            period TEXT,
            event TEXT,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE duty_events (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            event TEXT NOT NULL,
            item TEXT NOT NULL,
            title TEXT NOT NULL,
            happened TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE duty_statements (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            at TEXT NOT NULL,
            village TEXT NOT NULL,
            item TEXT NOT NULL,
            period TEXT NOT NULL,
            event TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX duty_statements_by_village ON duty_statements (village)",
        """
        CREATE TABLE catalogue_changes (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            items TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE duty_turns (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            village TEXT NOT NULL,
            duty TEXT NOT NULL,
            state TEXT NOT NULL,
            turned TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX duty_turns_by_duty ON duty_turns (stream, village, duty, seq)",
        """
        CREATE TABLE reminders (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            village TEXT NOT NULL,
            duty TEXT NOT NULL,
            state TEXT NOT NULL,
            written TEXT NOT NULL,
            words TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


@migrations()
def m002_forms(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE form_changes (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            forms TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """
    )


def apply(db: Database, entry: Entry) -> None:
    apply_all(db, [entry])


def apply_all(db: Database, entries: Sequence[Entry]) -> None:
    """Each entry's row follows from it alone, so those of a table are written at once."""
    by_table: dict[str, list[tuple[Entry, tuple[Any, ...] | None]]] = {}
    for entry in entries:
        by_table.setdefault(TABLE_OF[entry.kind], []).append((entry, _row(entry)))
        if entry.kind == "catalogue.changed":
            by_table.setdefault("form_changes", []).append((entry, _objects(entry, "forms")))
    for table, found in by_table.items():
        places = [(entry.stream, entry.seq) for entry, _ in found]
        db.conn.executemany(f"DELETE FROM {table} WHERE stream = ? AND seq = ?", places)
        rows = [(entry.stream, entry.seq, *row) for entry, row in found if row is not None]
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            db.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _row(entry: Entry) -> tuple[Any, ...] | None:
    """What the entry's row holds after stream and seq, None where it says nothing."""
    origin, _, channel = entry.stream.partition("/")
    if channel != ("self" if entry.kind in OWN else "public") or not _is_moment(entry.at):
        return None
    if entry.kind.startswith("notice."):
        about = _texts(entry.body, "item", "period", "event") or (None, None, None)
        return (entry.kind, entry.subject, entry.at, *about)
    match entry.kind:
        case "duty.opened":
            event = _texts(entry.body, "item", "title", "on")
            return (entry.subject, *event) if event and _is_date(event[2]) else None
        case "duty.declared_none":
            said = _texts(entry.body, "item", "period", "event", "reason")
            return (entry.kind, entry.subject, entry.at, origin, *said) if said else None
        case "duty.event_cancelled":
            said = _texts(entry.body, "item", "reason")
            if said is None:
                return None
            return (
                entry.kind,
                entry.subject,
                entry.at,
                origin,
                said[0],
                "",
                entry.subject,
                said[1],
            )
        case "duty.confirmed":
            item = _texts(entry.body, "item")
            return (
                (entry.kind, entry.subject, entry.at, origin, *item, "", "", "") if item else None
            )
        case "duty.excused" | "duty.none_rejected":
            said = _texts(entry.body, "village", "item", "period", "event", "reason")
            if said and _is_over(origin, said[0]):
                return (entry.kind, entry.subject, entry.at, *said)
            return None
        case "catalogue.changed":
            return _objects(entry, "items")
        case "duty.turned":
            return _texts(entry.body, "village", "duty", "to", "on")
        case _:
            return _texts(entry.body, "village", "duty", "state", "on", "words")


def _objects(entry: Entry, name: str) -> tuple[str] | None:
    """A list of objects in a catalogue change, as JSON in the order of its keys."""
    given = (entry.body or {}).get(name)
    if not entry.stream.endswith("/public") or not isinstance(given, list) or not given:
        return None
    if not all(isinstance(one, dict) for one in given):
        return None
    return (json.dumps(given, ensure_ascii=False, sort_keys=True),)


def _texts(body: Mapping[str, Any] | None, *names: str) -> tuple[str, ...] | None:
    values = [value for name in names if isinstance(value := (body or {}).get(name), str)]
    return tuple(values) if len(values) == len(names) else None


def _is_over(origin: str, village: str) -> bool:
    try:
        return origin != village and codes.is_within(village, origin)
    except codes.CodeMalformed:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


TABLE_OF = {
    "notice.published": "duty_notices",
    "notice.corrected": "duty_notices",
    "notice.withdrawn": "duty_notices",
    "duty.opened": "duty_events",
    "duty.declared_none": "duty_statements",
    "duty.none_rejected": "duty_statements",
    "duty.excused": "duty_statements",
    "duty.event_cancelled": "duty_statements",
    "duty.confirmed": "duty_statements",
    "catalogue.changed": "catalogue_changes",
    "duty.turned": "duty_turns",
    "reminder.written": "reminders",
}
OWN = frozenset({"duty.turned", "reminder.written"})

ROOM = Room(
    name="duties",
    kinds=frozenset(TABLE_OF),
    tables=(
        "duty_notices",
        "duty_events",
        "duty_statements",
        "catalogue_changes",
        "form_changes",
        "duty_turns",
        "reminders",
    ),
    migrations=migrations,
    apply=apply,
    apply_all=apply_all,
)
