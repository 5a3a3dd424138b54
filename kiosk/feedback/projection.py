"""Kinds and bodies, subject = the feedback's id (ULID). A village's feedback lives in streams that
only the village and its township read:

- `feedback.received` on T/<V> (asked on the township's phone page) or V/parent (at the village):
  {village, notice (id or ""), kind ("询问", "建议", "不满意", "表扬"), text, phone (or ""),
  photo (SHA-256 or ""), token_hash (SHA-256 of the follow-up token, hex), via ("phone", "screen")}
- `feedback.accepted` on V/parent: {step}
- `feedback.answered` on V/public where everybody may read it, else V/parent: {text, public, step},
  of a public one also question: the asker's words that stand beside it, "" where they do not
- `feedback.rated` on T/<V> or V/parent, by the asker: {satisfied, text, step}
- `feedback.closed` on V/parent: {step}

Which village an entry speaks for is told by its stream, never by its body, so no village can
answer for another. What state a feedback is in, and what `step` is for: see `state`.
"""

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("feedback")

EVENTS = frozenset({"feedback.accepted", "feedback.answered", "feedback.rated", "feedback.closed"})
_TEXTS = ("village", "notice", "kind", "text", "phone", "photo", "token_hash", "via")


@migrations()
def m001_feedback(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE feedback (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            notice TEXT NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            phone TEXT NOT NULL,
            photo TEXT NOT NULL,
            token_hash TEXT NOT NULL,
            via TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE feedback_events (
            feedback TEXT NOT NULL,
            village TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX feedback_by_id ON feedback (id)",
        "CREATE INDEX feedback_by_token ON feedback (token_hash)",
        "CREATE INDEX feedback_by_notice ON feedback (notice)",
        "CREATE INDEX feedback_events_of ON feedback_events (feedback, village)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    if not _is_moment(entry.at):
        return
    village = village_of(entry.stream)
    if entry.kind in EVENTS:
        body = entry.body if _is_event(entry.kind, entry.body) else None
        db.execute(
            "INSERT OR REPLACE INTO feedback_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                entry.subject,
                village,
                entry.stream,
                entry.seq,
                entry.kind.removeprefix("feedback."),
                entry.at,
                entry.actor,
                None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True),
            ],
        )
        return
    db.execute("DELETE FROM feedback WHERE stream = ? AND seq = ?", [entry.stream, entry.seq])
    body = entry.body
    if body is None or not _is_received(body, village):
        return
    db.execute(
        "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [entry.subject, *(body[name] for name in _TEXTS), entry.stream, entry.seq, entry.at],
    )


def village_of(stream: str) -> str:
    """The village that a stream speaks for: the reader of T/<V>, else the origin."""
    origin, channel = stream.split("/", 1)
    return channel if channel.isdigit() else origin


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_received(body: dict[str, Any], village: str) -> bool:
    return all(isinstance(body.get(name), str) for name in _TEXTS) and body["village"] == village


def _is_event(kind: str, body: dict[str, Any] | None) -> bool:
    match kind:
        case "feedback.answered":
            wanted: dict[str, type] = {"text": str, "public": bool}
        case "feedback.rated":
            wanted = {"satisfied": bool, "text": str}
        case _:
            wanted = {}
    return (
        isinstance(body, dict)
        and all(isinstance(body.get(name), type_) for name, type_ in wanted.items())
        and isinstance(body.get("question", ""), str)
    )


ROOM = Room(
    name="feedback",
    kinds=EVENTS | {"feedback.received"},
    tables=("feedback", "feedback_events"),
    migrations=migrations,
    apply=apply,
)
