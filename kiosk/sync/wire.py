"""What travels: batches of entries with the checkpoints that sign them, as JSON.

    {"from": 3, "old": <note over 3 entries or null>, "entries": [<record>, ...], "note": <note>,
     "more": false}

`old` is the sender's checkpoint over what the receiver holds already, so that two histories that
exclude each other show as such (and the signed proof of it stays), and `note` the one over
everything up to the last entry of the batch; `more` says that the sender has still more. The
receiver takes a batch whole or not at all.
"""

from dataclasses import dataclass
from typing import Any

from kiosk.journal.entry import Entry, entry_from_record, entry_record
from kiosk.journal.log import Journal

BATCH_ENTRIES = 200
BATCH_BYTES = 2_000_000
"""A batch ends after the entry that reaches this size, so one entry always fits."""

MESSAGE_LIMIT = 32_000_000
"""Bytes of a JSON message."""

BLOB_LIMIT = 64_000_000
"""Bytes of an attachment."""


class MessageMalformed(ValueError):
    """The other side sent something that is no message of this protocol."""


@dataclass(frozen=True)
class Batch:
    start: int
    old: str | None
    entries: list[Entry]
    note: str | None
    more: bool = False


def batch(journal: Journal, stream: str, start: int) -> dict[str, Any]:
    """The next entries of an own stream from `start` on, as a message."""
    size = journal.size(stream)
    entries = []
    weight = 0
    for entry in journal.read(stream, start, BATCH_ENTRIES):
        entries.append(entry)
        weight += len(entry.leaf) + len(str(entry.body))
        if weight >= BATCH_BYTES:
            break
    held = min(start, size)
    return {
        "from": start,
        "old": journal.checkpoint(stream, held) if held else None,
        "entries": [entry_record(entry) for entry in entries],
        "note": journal.checkpoint(stream, start + len(entries)) if entries else None,
        "more": start + len(entries) < size,
    }


def parse_batch(message: Any) -> Batch:
    """Raises MessageMalformed, or BodyMismatch where a body is not the one hashed."""
    try:
        start, old, note = message["from"], message["old"], message["note"]
        entries = [entry_from_record(record) for record in message["entries"]]
        more = message.get("more", False)
    except (AttributeError, KeyError, TypeError) as error:
        raise MessageMalformed(f"no batch: {error}") from error
    if not (isinstance(start, int) and isinstance(more, bool)) or not all(
        each is None or isinstance(each, str) for each in (old, note)
    ):
        raise MessageMalformed("no batch")
    if bool(entries) != (note is not None):
        raise MessageMalformed("entries and their checkpoint come together")
    return Batch(start, old, entries, note, more)


def take(journal: Journal, stream: str, got: Batch) -> int:
    """Takes a batch of another origin's stream; returns the size now held.

    Raises what `Journal.take` raises: ForkFound where the histories exclude each other.
    """
    if got.old is not None:
        journal.take(stream, [], got.old)
    if got.note is not None:
        return journal.take(stream, got.entries, got.note)
    return journal.size(stream)
