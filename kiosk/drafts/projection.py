"""Kinds and bodies, all on the village's own `self` stream, subject = the draft's id (ULID):

- `draft.saved` {item, form, period, event, title, on, contact, reviews [{by, name, on}], photos
  [{sha, name, type, width, height}], fields {by form, every value as it was typed}, corrects (id
  of the notice that it is to correct, or ""), reason, again ("yes" where it is to stand beside a
  notice of the same period or event; may be left out)}: at every press of a button
- `draft.discarded` {reason ("published", "discarded")}
- `match.kept`, subject = the form's id: {columns {heading: what the column is taken for}}: how
  somebody matched an uploaded table's columns, for the next time

A draft may hold personal data that is masked before it is published, so the bodies of a closed
draft are erased (`kiosk.drafts.commands.discard`).

What is typed between two presses, and the table or document that was uploaded, are kept in local
tables: they are this machine's scratch paper, no history.
"""

import json

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("drafts")
local = Migrations("drafts-local")


@migrations()
def m001_drafts(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE draft_saves (
            draft TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (draft, seq)
        ) WITHOUT ROWID
        """,
        "CREATE TABLE drafts_closed (draft TEXT PRIMARY KEY) WITHOUT ROWID",
    ):
        db.execute(statement)


@migrations()
def m002_matches(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE draft_matches (
            form TEXT NOT NULL,
            heading TEXT NOT NULL,
            seq INTEGER NOT NULL,
            column TEXT NOT NULL,
            PRIMARY KEY (form, heading, seq)
        ) WITHOUT ROWID
        """
    )


@local()
def m001_scratch(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE draft_typed (
            draft TEXT PRIMARY KEY,
            at TEXT NOT NULL,
            body TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE draft_tables (
            draft TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            data BLOB NOT NULL
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


@local()
def m002_documents(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE draft_documents (
            draft TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            data BLOB NOT NULL
        ) WITHOUT ROWID
        """
    )


def apply(db: Database, entry: Entry) -> None:
    if not entry.stream.endswith("/self"):
        return
    id = entry.subject
    if entry.kind == "match.kept":
        _keep_match(db, entry)
        return
    if entry.kind == "draft.discarded":
        db.execute("INSERT OR IGNORE INTO drafts_closed VALUES (?)", [id])
        db.execute("DELETE FROM draft_saves WHERE draft = ?", [id])
        return
    closed = db.execute("SELECT 1 FROM drafts_closed WHERE draft = ?", [id]).fetchone()
    if entry.body is None or closed:
        db.execute("DELETE FROM draft_saves WHERE draft = ? AND seq = ?", [id, entry.seq])
        return
    body = json.dumps(entry.body, ensure_ascii=False, sort_keys=True)
    db.execute(
        "INSERT OR REPLACE INTO draft_saves VALUES (?, ?, ?, ?, ?)",
        [id, entry.seq, entry.at, entry.actor, body],
    )


def _keep_match(db: Database, entry: Entry) -> None:
    db.execute("DELETE FROM draft_matches WHERE form = ? AND seq = ?", [entry.subject, entry.seq])
    columns = (entry.body or {}).get("columns")
    for heading, column in columns.items() if isinstance(columns, dict) else ():
        if isinstance(column, str):
            db.execute(
                "INSERT INTO draft_matches VALUES (?, ?, ?, ?)",
                [entry.subject, str(heading), entry.seq, column],
            )


ROOM = Room(
    name="drafts",
    kinds=frozenset({"draft.saved", "draft.discarded", "match.kept"}),
    tables=("draft_saves", "drafts_closed", "draft_matches"),
    migrations=migrations,
    apply=apply,
    local=local,
)
