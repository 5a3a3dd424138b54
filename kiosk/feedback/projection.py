"""Kinds and bodies, subject = the feedback's id (ULID). A village's feedback lives in streams that
only the village and its township read:

- `feedback.received` on T/<V> (asked on the township's phone page) or V/parent (at the village):
  {village, notice (id or ""), kind ("询问", "建议", "不满意", "表扬", "异议"), text, phone (""; in
  older ones the number), photo (SHA-256 or ""), token_hash (SHA-256 of the follow-up token, hex),
  via (a key of `rules.feedback.VIA`)} and, where there is one, pickup_hash (see `token`), screen
  (its name), asked_on ("YYYY-MM-DD", of a letter or call), held (why it is looked at first: a list
  of "often", "words")
- `feedback.contact` beside it: {phone, name, voice ({sha} or null)}: what is deleted by itself
  after the end
- `feedback.contact_seen` on V/parent or T/<V>: {}: somebody had the telephone shown
- `feedback.accepted` on V/parent or T/<V>: {step}; of what was held, that it counts
- `feedback.forwarded` on V/parent or T/<V>: {to ("township", "department"), name, reason, step}
- `feedback.taken` (the township deals with it itself), `feedback.returned` {reason} (back to the
  village), `feedback.escalated` {why ("late", "unsolved")}, `feedback.reinstated` {reason} (what
  was rejected or merged is to be dealt with) on T/<V>, with step
- `feedback.merged` on V/parent: {into (id), step}
- `feedback.rejected` on V/parent or T/<V>: {reason (a key of `rules.feedback.REJECTED`), text,
  step} and, of "personal", what remains (see below)
- `feedback.answered` on V/public, or T/public with `village`, where everybody may read it, else on
  V/parent or T/<V>: {text, public, step}, of a public one also question: the asker's words that
  stand beside it, "" where they do not; of the answer to another that it was merged into, also of
- `feedback.rated` on T/<V> or V/parent, by the asker: {satisfied, text, step}
- `feedback.closed` on V/parent or T/<V>: {step}
- `feedback.withdrawn` on T/<V> or V/parent, by the asker: {step} and what remains

What remains of a feedback whose body is erased: {notice, kind, via, token_hash, pickup_hash, asked
(RFC 3339)}.

Which village an entry speaks for is told by its stream, so no village can answer for another; on
T/public by its body, of T's own villages. What state a feedback is in, and what `step` is for: see
`kiosk.rules.feedback`.
"""

import json
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room
from kiosk.rules import codes
from kiosk.rules import feedback as rules

migrations = Migrations("feedback")
local = Migrations("feedback-local")

EVENTS = frozenset(f"feedback.{kind}" for kind in rules.EVENTS)
_TEXTS = ("village", "notice", "kind", "text", "phone", "photo", "token_hash", "via")
_REMAINS = ("notice", "kind", "via", "token_hash", "pickup_hash", "asked")
_WANTED: dict[str, dict[str, type]] = {
    "feedback.answered": {"text": str, "public": bool},
    "feedback.rated": {"satisfied": bool, "text": str},
    "feedback.forwarded": {"to": str, "name": str, "reason": str},
    "feedback.merged": {"into": str},
    "feedback.rejected": {"reason": str, "text": str},
    "feedback.returned": {"reason": str},
    "feedback.reinstated": {"reason": str},
    "feedback.escalated": {"why": str},
}


@migrations()
def m001_feedback(db: Database) -> None:
    """Superseded: made anew below with what was added since."""


@migrations()
def m002_every_state(db: Database) -> None:
    for statement in (
        "DROP TABLE IF EXISTS feedback",
        "DROP TABLE IF EXISTS feedback_events",
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
            pickup_hash TEXT NOT NULL,
            screen TEXT NOT NULL,
            asked_on TEXT NOT NULL,
            held TEXT NOT NULL,
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
        """
        CREATE TABLE feedback_contacts (
            feedback TEXT NOT NULL,
            village TEXT NOT NULL,
            phone TEXT NOT NULL,
            name TEXT NOT NULL,
            voice TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE feedback_seen (
            feedback TEXT NOT NULL,
            village TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE feedback_remains (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            notice TEXT NOT NULL,
            kind TEXT NOT NULL,
            via TEXT NOT NULL,
            token_hash TEXT NOT NULL,
            pickup_hash TEXT NOT NULL,
            at TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX feedback_by_id ON feedback (id)",
        "CREATE INDEX feedback_by_token ON feedback (token_hash)",
        "CREATE INDEX feedback_by_pickup ON feedback (pickup_hash)",
        "CREATE INDEX feedback_by_notice ON feedback (notice)",
        "CREATE INDEX feedback_events_of ON feedback_events (feedback, village)",
        "CREATE INDEX feedback_contacts_of ON feedback_contacts (feedback, village)",
        "CREATE INDEX feedback_seen_of ON feedback_seen (feedback, village)",
        "CREATE INDEX feedback_remains_of ON feedback_remains (id, village)",
    ):
        db.execute(statement)


@local()
def m001_taken(db: Database) -> None:
    """What was taken within the last day and from where, so that limits outlive a restart: see
    `intake`."""
    for statement in (
        """
        CREATE TABLE feedback_taken (
            at TEXT NOT NULL,
            network TEXT NOT NULL,
            screen TEXT NOT NULL,
            notice TEXT NOT NULL,
            held INTEGER NOT NULL
        )
        """,
        "CREATE INDEX feedback_taken_at ON feedback_taken (at)",
    ):
        db.execute(statement)


@local()
def m002_salts(db: Database) -> None:
    db.execute("CREATE TABLE feedback_salts (day TEXT PRIMARY KEY, salt BLOB NOT NULL)")


def apply(db: Database, entry: Entry) -> None:
    if not _is_moment(entry.at):
        return
    village = village_of(entry.stream, entry.body)
    place = [entry.stream, entry.seq]
    if entry.kind in EVENTS:
        body = entry.body if _is_event(entry.kind, entry.body) else None
        if entry.kind.removeprefix("feedback.") in rules.ABOVE and not _from_above(entry.stream):
            return
        db.execute(
            "INSERT OR REPLACE INTO feedback_events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                entry.subject,
                village,
                *place,
                entry.kind.removeprefix("feedback."),
                entry.at,
                entry.actor,
                None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True),
            ],
        )
        _remember(db, entry, village, body)
    elif entry.kind == "feedback.contact":
        db.execute("DELETE FROM feedback_contacts WHERE stream = ? AND seq = ?", place)
        if (body := entry.body) is not None:
            voice = body.get("voice")
            said = [body.get("phone"), body.get("name"), (voice or {}).get("sha", "")]
            if all(isinstance(each, str) for each in said):
                db.execute(
                    "INSERT INTO feedback_contacts VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [entry.subject, village, *said, *place],
                )
    elif entry.kind == "feedback.contact_seen":
        db.execute(
            "INSERT OR REPLACE INTO feedback_seen VALUES (?, ?, ?, ?, ?, ?)",
            [entry.subject, village, entry.at, entry.actor, *place],
        )
    else:
        _receive(db, entry, village)


def village_of(stream: str, body: dict[str, Any] | None = None) -> str:
    """The village that an entry speaks for: the reader of T/<V>; on T/public the village that the
    body names, where it is T's own; else the origin."""
    origin, channel = stream.split("/", 1)
    if channel.isdigit():
        return channel
    named = (body or {}).get("village")
    if (
        channel == "public"
        and isinstance(named, str)
        and named != origin
        and _lies_in(named, origin)
    ):
        return named
    return origin


def _receive(db: Database, entry: Entry, village: str) -> None:
    db.execute("DELETE FROM feedback WHERE stream = ? AND seq = ?", [entry.stream, entry.seq])
    body = entry.body
    if body is None or not _is_received(body, village):
        return
    held = body.get("held")
    db.execute(
        "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            entry.subject,
            *(body[name] for name in _TEXTS),
            *(str(body.get(name, "")) for name in ("pickup_hash", "screen")),
            _day(body.get("asked_on")),
            " ".join(sorted(map(str, held))) if isinstance(held, list) else "",
            entry.stream,
            entry.seq,
            entry.at,
        ],
    )


def _remember(db: Database, entry: Entry, village: str, body: dict[str, Any] | None) -> None:
    db.execute(
        "DELETE FROM feedback_remains WHERE stream = ? AND seq = ?", [entry.stream, entry.seq]
    )
    if entry.kind not in ("feedback.withdrawn", "feedback.rejected") or body is None:
        return
    said = [body.get(name) for name in _REMAINS]
    if all(isinstance(each, str) for each in said) and _is_moment(str(said[-1])):
        db.execute(
            "INSERT INTO feedback_remains VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [entry.subject, village, *said, entry.stream, entry.seq],
        )


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _day(text: Any) -> str:
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError:
        return ""


def _lies_in(code: str, township: str) -> bool:
    try:
        return codes.parent(code) == township
    except ValueError:
        return False


def _from_above(stream: str) -> bool:
    return stream.split("/", 1)[1].isdigit()


def _is_received(body: dict[str, Any], village: str) -> bool:
    return all(isinstance(body.get(name), str) for name in _TEXTS) and body["village"] == village


def _is_event(kind: str, body: dict[str, Any] | None) -> bool:
    wanted = _WANTED.get(kind, {})
    return (
        isinstance(body, dict)
        and all(isinstance(body.get(name), type_) for name, type_ in wanted.items())
        and isinstance(body.get("question", ""), str)
    )


ROOM = Room(
    name="feedback",
    kinds=EVENTS | {"feedback.received", "feedback.contact", "feedback.contact_seen"},
    tables=(
        "feedback", "feedback_events", "feedback_contacts", "feedback_seen", "feedback_remains",
    ),
    migrations=migrations,
    apply=apply,
    local=local,
)  # fmt: skip
