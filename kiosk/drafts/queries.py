"""Drafts on file, and what lies beside them on this machine."""

import json
from dataclasses import dataclass
from typing import Any

from kiosk.journal.log import Journal


@dataclass(frozen=True)
class Draft:
    """An open draft: `values` as in `kiosk.drafts.projection`, `at` when it last changed
    (RFC 3339), `actor` who saved it last, `seq` where that saving stands in the stream."""

    id: str
    seq: int
    at: str
    actor: str
    values: dict[str, Any]


def draft(journal: Journal, id: str) -> Draft | None:
    """The open draft of that id with the last that was typed; None where there is none."""
    row = journal.db.execute(
        f"SELECT {_COLUMNS} FROM {_LAST} AND s.draft = ?",
        [id],
    ).fetchone()
    return None if row is None else _draft(row)


def drafts(journal: Journal) -> list[Draft]:
    """Every open draft, the last changed first."""
    rows = journal.db.execute(f"SELECT {_COLUMNS} FROM {_LAST}")
    return sorted((_draft(row) for row in rows), key=lambda each: each.at, reverse=True)


def table(journal: Journal, id: str) -> tuple[str, bytes] | None:
    """Name and bytes of the table uploaded for a draft, or None."""
    row = journal.db.execute("SELECT name, data FROM draft_tables WHERE draft = ?", [id]).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


def document(journal: Journal, id: str) -> tuple[str, bytes] | None:
    """Name and bytes of the document whose pages are to be chosen for a draft, or None."""
    row = journal.db.execute(
        "SELECT name, data FROM draft_documents WHERE draft = ?", [id]
    ).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


def kept_match(journal: Journal, form: str) -> dict[str, str]:
    """What a table's columns were taken for the last time in this form, by heading."""
    rows = journal.db.execute(
        "SELECT heading, column, max(seq) FROM draft_matches WHERE form = ? GROUP BY heading",
        [form],
    )
    return {heading: column for heading, column, _ in rows}


_COLUMNS = "s.draft, s.seq, s.at, s.actor, s.body, t.at, t.body"
_LAST = """
    draft_saves AS s LEFT JOIN draft_typed AS t ON t.draft = s.draft
    WHERE s.seq = (SELECT max(seq) FROM draft_saves WHERE draft = s.draft)
"""


def _draft(row: Any) -> Draft:
    id, seq, at, actor, body, typed_at, typed = row
    return Draft(id, seq, typed_at or at, actor, json.loads(typed or body))
