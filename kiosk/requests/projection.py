"""Kinds and bodies, all on the township's own `self` stream, subject = the request's id (ULID).
Dates are Beijing dates, "" where there is none.

- `request.received` {number ("2026-003"), applicant (of rules.requests.APPLICANTS), channel (of
  CHANNELS), arrived, about (what is asked for), wanted (in what form: "纸质"...), token_hash
  (SHA-256 of the follow-up token, hex), by ("web" or "desk")}
- `request.applicant_noted` {name, identity (a note: what was shown, numbers masked), phone, email,
  address}: who asks, apart from what is asked, so that it can be erased alone
- `request.confirmed` {on}: both sides confirmed it (第三十一条)
- `request.correction_demanded` {on, until, what}; `request.corrected` {on, about}
- `request.extended` {on, days, approved_by, reason}
- `request.opinion_asked` {on (the day on which the letter reached it), opinion (id), whom, what}
- `request.opinion_given` {on, opinion, agrees, text}
- `request.decided` {on, outcome (of rules.requests.outcomes), reason, text}
- `request.delivered` {on, way}
- `request.contested` {on, contest (id), kind (of rules.annual.CONTESTS), body}
- `request.contest_decided` {on, contest, result (of rules.annual.RESULTS), text}
- `request.looked_at` {what}: an account was shown who asks; for the record

Who asks and what for is nobody's but the township's: the same kinds on any other stream are
no requests and are left out.
"""

import json
from datetime import date
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("requests")

EVENTS: dict[str, dict[str, type]] = {
    "request.confirmed": {"on": date},
    "request.correction_demanded": {"on": date, "until": date, "what": str},
    "request.corrected": {"on": date, "about": str},
    "request.extended": {"on": date, "days": int, "approved_by": str, "reason": str},
    "request.opinion_asked": {"on": date, "opinion": str, "whom": str, "what": str},
    "request.opinion_given": {"on": date, "opinion": str, "agrees": bool, "text": str},
    "request.decided": {"on": date, "outcome": str, "reason": str, "text": str},
    "request.delivered": {"on": date, "way": str},
    "request.contested": {"on": date, "contest": str, "kind": str, "body": str},
    "request.contest_decided": {"on": date, "contest": str, "result": str, "text": str},
    "request.looked_at": {"what": str},
}
"""Kinds that tell what happened to a request, with what their bodies must have."""

RECEIVED: dict[str, type] = {
    "number": str,
    "applicant": str,
    "channel": str,
    "arrived": date,
    "about": str,
    "wanted": str,
    "token_hash": str,
    "by": str,
}
APPLICANT: dict[str, type] = dict.fromkeys(("name", "identity", "phone", "email", "address"), str)


@migrations()
def m001_requests(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE requests (
            id TEXT NOT NULL,
            number TEXT NOT NULL,
            applicant TEXT NOT NULL,
            channel TEXT NOT NULL,
            arrived TEXT NOT NULL,
            about TEXT NOT NULL,
            wanted TEXT NOT NULL,
            token_hash TEXT NOT NULL,
            by TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE request_applicants (
            request TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            body TEXT,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE request_events (
            request TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX requests_by_id ON requests (id)",
        "CREATE INDEX requests_by_token ON requests (token_hash)",
        "CREATE INDEX request_applicants_of ON request_applicants (request)",
        "CREATE INDEX request_events_of ON request_events (request)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    if not entry.stream.endswith("/self"):
        return
    place = [entry.stream, entry.seq]
    body = entry.body
    match entry.kind:
        case "request.received":
            db.execute("DELETE FROM requests WHERE stream = ? AND seq = ?", place)
            if body is not None and _has(body, RECEIVED):
                values = [entry.subject, *(body[name] for name in RECEIVED), *place]
                db.execute(
                    "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [*values, entry.at, entry.actor],
                )
        case "request.applicant_noted":
            kept = body if body is not None and _has(body, APPLICANT) else None
            db.execute(
                "INSERT OR REPLACE INTO request_applicants VALUES (?, ?, ?, ?)",
                [entry.subject, *place, _text(kept)],
            )
        case _:
            kept = body if body is not None and _has(body, EVENTS[entry.kind]) else None
            kind = entry.kind.removeprefix("request.")
            db.execute(
                "INSERT OR REPLACE INTO request_events VALUES (?, ?, ?, ?, ?, ?, ?)",
                [entry.subject, *place, kind, entry.at, entry.actor, _text(kept)],
            )


def _text(body: dict[str, Any] | None) -> str | None:
    return None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True)


def _has(body: dict[str, Any], wanted: dict[str, type]) -> bool:
    return all(
        _is_date(body.get(name)) if type_ is date else isinstance(body.get(name), type_)
        for name, type_ in wanted.items()
    )


def _is_date(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


ROOM = Room(
    name="requests",
    kinds=frozenset({"request.received", "request.applicant_noted", *EVENTS}),
    tables=("requests", "request_applicants", "request_events"),
    migrations=migrations,
    apply=apply,
)
