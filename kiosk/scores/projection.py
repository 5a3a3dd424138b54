"""Kinds and bodies:

- `scheme.changed` on T/public: {changes (as `kiosk.rules.scoring.with_changes` takes them), from
  ("YYYY-MM-DD", the first day of the spans for which it holds)}; subject = a ULID
- `score.published` on T/public: {span ("2026", "2026Q3", "2026-09"), until ("YYYY-MM-DD"), board
  (whether villages' screens show it), scores: [{village, name, points, parts: {id: points}}]},
  points in hundredths; subject = a ULID; the last one of a span holds
- `score.objected` on V/parent: {span, rule, about, key, text}; subject = a ULID
- `score.objection_answered` on T/<V>: {accepted, text}; subject = the objection's id

A score itself is never stored: it follows from what happened and from the scheme (`queries`). What
is published says what it came to on that day.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("scores")


@migrations()
def m001_scores(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE score_schemes (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            since TEXT NOT NULL,
            changes TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE scores_published (
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            span TEXT NOT NULL,
            until TEXT NOT NULL,
            board INTEGER NOT NULL,
            scores TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE score_objections (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            seq INTEGER NOT NULL,
            span TEXT NOT NULL,
            rule TEXT NOT NULL,
            about TEXT NOT NULL,
            key TEXT NOT NULL,
            text TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (village, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE score_objection_answers (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            accepted INTEGER NOT NULL,
            text TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


_OBJECTED = ("span", "rule", "about", "key", "text")


def apply(db: Database, entry: Entry) -> None:
    origin, channel = entry.stream.split("/", 1)
    body, place = entry.body, [entry.stream, entry.seq]
    written = [entry.at, entry.actor]
    match entry.kind:
        case "scheme.changed" if channel == "public":
            db.execute("DELETE FROM score_schemes WHERE stream = ? AND seq = ?", place)
            if body is not None and isinstance(body.get("changes"), dict):
                row = [*place, str(body.get("from", "")), _json(body["changes"]), *written]
                db.execute("INSERT INTO score_schemes VALUES (?, ?, ?, ?, ?, ?)", row)
        case "score.published" if channel == "public":
            db.execute("DELETE FROM scores_published WHERE stream = ? AND seq = ?", place)
            if body is not None and _is_published(body):
                said = [body["span"], body["until"], body.get("board") is True]
                row = [*place, *said, _json(body["scores"]), *written]
                db.execute("INSERT INTO scores_published VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        case "score.objected" if channel == "parent":
            db.execute(
                "DELETE FROM score_objections WHERE village = ? AND seq = ?", [origin, entry.seq]
            )
            if body is not None and all(isinstance(body.get(name), str) for name in _OBJECTED):
                said = [body[name] for name in _OBJECTED]
                db.execute(
                    "INSERT INTO score_objections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [entry.subject, origin, entry.seq, *said, *written],
                )
        case "score.objection_answered" if channel.isdigit():
            db.execute("DELETE FROM score_objection_answers WHERE stream = ? AND seq = ?", place)
            if body is not None and isinstance(body.get("text"), str):
                db.execute(
                    "INSERT INTO score_objection_answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        entry.subject,
                        channel,
                        *place,
                        body.get("accepted") is True,
                        body["text"],
                        *written,
                    ],
                )


def _is_published(body: dict[str, object]) -> bool:
    scores = body.get("scores")
    return (
        isinstance(body.get("span"), str)
        and isinstance(body.get("until"), str)
        and isinstance(scores, list)
        and all(
            isinstance(each, dict)
            and isinstance(each.get("village"), str)
            and isinstance(each.get("points"), int)
            and isinstance(each.get("parts"), dict)
            for each in scores
        )
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


ROOM = Room(
    name="scores",
    kinds=frozenset(
        {"scheme.changed", "score.published", "score.objected", "score.objection_answered"}
    ),
    tables=("score_schemes", "scores_published", "score_objections", "score_objection_answers"),
    migrations=migrations,
    apply=apply,
)
