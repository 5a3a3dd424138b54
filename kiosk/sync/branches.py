"""The other history of an own stream, as a node that still has it showed it.

After a fork of this node's own stream the entries that it does not have any more are kept here,
outside the stream, until the fork is mended with them (`mending`).
"""

import json
from typing import Any

from kiosk.journal.entry import Entry, entry_from_record, entry_record
from kiosk.journal.log import Journal
from kiosk.sync.wire import Batch


def keep(journal: Journal, stream: str, got: Batch) -> None:
    """Keeps the entries of a batch that was refused for a fork of an own stream, unless longer
    ones are kept already. Batches without entries show a head only."""
    if not got.entries or got.note is None or not stream.startswith(f"{journal.code}/"):
        return
    held = find(journal, stream)
    if held is not None and len(held.entries) + held.start >= len(got.entries) + got.start:
        return
    records = [entry_record(entry) for entry in got.entries]
    journal.db.execute(
        "INSERT OR REPLACE INTO sync_branches VALUES (?, ?, ?, ?)",
        [stream, got.start, json.dumps(records, ensure_ascii=False), got.note],
    )


def find(journal: Journal, stream: str) -> Batch | None:
    """The other history of the stream from where it differs on, or None."""
    row = journal.db.execute(
        "SELECT start, entries, note FROM sync_branches WHERE stream = ?", [stream]
    ).fetchone()
    if row is None:
        return None
    return Batch(row[0], None, _entries(json.loads(row[1])), row[2])


def drop(journal: Journal, stream: str) -> None:
    journal.db.execute("DELETE FROM sync_branches WHERE stream = ?", [stream])


def _entries(records: list[dict[str, Any]]) -> list[Entry]:
    return [entry_from_record(record) for record in records]
