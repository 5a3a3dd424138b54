"""What travels: batches of entries with the checkpoints that sign them, as JSON.

    {"from": 3, "old": <note over 3 entries or null>, "entries": [<record>, ...], "note": <note>,
     "more": false}

`old` is the sender's checkpoint over what the receiver holds already, so that two histories that
exclude each other show as such (and the signed proof of it stays), and `note` the one over
everything up to the last entry of the batch; `more` says that the sender has still more. The
receiver takes a batch whole or not at all.

Cosignatures travel with the checkpoints that they are on, as a list of

    {"note": <note with every cosignature>, "carried": ["<witness name> <Unix time>", ...]}

`carried` are those that came by a carrier (`Journal.cosign`); they bound nothing from below.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kiosk.journal import checkpoint as notes
from kiosk.journal.entry import BodyMismatch, Entry, entry_from_record, entry_record
from kiosk.journal.log import Journal
from kiosk.journal.signatures import CosignedNote

BATCH_ENTRIES = 500
BATCH_BYTES = 2_000_000
"""A batch ends after the entry that reaches this size, so one entry always fits."""

LEAF_BYTES = 300
"""About what an entry takes without its body."""

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
    """The next entries of a stream held here from `start` on, as a message.

    Of an own stream any size can be signed; a copy is handed on up to a checkpoint that is held.
    """
    size = journal.size(stream)
    ends = None if _is_own(journal, stream) else journal.checkpoint_sizes(stream, start)
    most = BATCH_ENTRIES if not ends else max(BATCH_ENTRIES, ends[0] - start)
    entries = []
    weight = 0
    for entry in journal.read(stream, start, most):
        entries.append(entry)
        weight += LEAF_BYTES + len(entry.text or "")
        if weight >= BATCH_BYTES and (not ends or start + len(entries) >= ends[0]):
            break
    if ends is not None:
        whole = [end for end in ends if end <= start + len(entries)]
        entries = entries[: whole[-1] - start] if whole else []
    held = min(start, size)
    return {
        "from": start,
        "old": journal.checkpoint(stream, held) if held else None,
        "entries": [entry_record(entry) for entry in entries],
        "note": journal.checkpoint(stream, start + len(entries)) if entries else None,
        "more": start + len(entries) < size,
    }


def whole_from(journal: Journal, stream: str, start: int) -> dict[str, Any] | None:
    """All entries held from `start` on as one message, whatever its size; None where none is."""
    entries = journal.read(stream, start)
    note = journal.checkpoint(stream, start + len(entries))
    if not entries or note is None:
        return None
    return {
        "from": start,
        "old": None,
        "entries": [entry_record(entry) for entry in entries],
        "note": note,
        "more": False,
    }


def parse_batch(message: Any) -> Batch:
    """Raises MessageMalformed, or BodyMismatch where a body is not the one hashed."""
    try:
        start, old, note = message["from"], message["old"], message["note"]
        entries = [entry_from_record(record) for record in message["entries"]]
        more = message.get("more", False)
    except BodyMismatch:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MessageMalformed(f"no batch: {error}") from error
    if not (isinstance(start, int) and isinstance(more, bool)) or not all(
        each is None or isinstance(each, str) for each in (old, note)
    ):
        raise MessageMalformed("no batch")
    if bool(entries) != (note is not None):
        raise MessageMalformed("entries and their checkpoint come together")
    return Batch(start, old, entries, note, more)


def take(journal: Journal, stream: str, got: Batch) -> int:
    """Takes a batch of a stream, also of an own one of which less is left here; the size now held.

    Raises what `Journal.take` raises: ForkFound where the histories exclude each other.
    """
    take_in = journal.take_back if _is_own(journal, stream) else journal.take
    if got.old is not None:
        take_in(stream, [], got.old)
    if got.note is not None:
        return take_in(stream, got.entries, got.note)
    return journal.size(stream)


def note_records(found: Iterable[CosignedNote]) -> list[dict[str, Any]]:
    return [{"note": each.note, "carried": each.carried} for each in found]


def take_notes(journal: Journal, stream: str, records: Any, *, trusted: bool = True) -> int:
    """Keeps cosigned checkpoints of a stream held here, with the signatures of every witness
    known; how many. Those over more entries than are held are passed over.

    `trusted` False: the sender's word for which were carried does not count. Raises
    MessageMalformed, NoteMalformed, SignatureWrong; BadEntries for those of another history.
    """
    if not isinstance(records, list):
        raise MessageMalformed("no list of notes")
    size, count = journal.size(stream), 0
    witnesses = journal.origins()
    with journal.writing():
        for record in records:
            try:
                note, carried = record["note"], record["carried"]
                if notes.parse_text(notes.split_note(note)[0]).size > size:
                    continue
                journal.add_cosignatures(
                    stream, note, *witnesses, carried=map(str, carried) if trusted else ()
                )
            except (AttributeError, KeyError, TypeError) as error:
                raise MessageMalformed(f"no cosigned note: {error}") from error
            count += 1
    return count


def _is_own(journal: Journal, stream: str) -> bool:
    return stream.startswith(f"{journal.code}/")
