"""Streams put right again: after a fork, and after a change of key.

A *fork* is two signed histories of one stream. The witnessed one stands. What only this node has
is not lost: it follows the witnessed history as new entries, with today's time and
`again: {seq, at}` in each body, which says where it had stood and what time it had claimed. Both
signed heads stay on file, and `fork.resolved` {stream, common, taken, again, left, rejected} says
in the stream itself what happened: what follows after `common` entries and is not in this history
is given up by its origin. `rejected` are the tree roots of what is given up, in base64, at the
sizes `common` + 1, `common` + 2 and so on: whoever was shown any head of it knows that this one is
meant, and not another clone's. Whoever holds a copy of it, and has not cosigned it, may follow.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from kiosk import clock
from kiosk.journal import tree
from kiosk.journal.entry import Entry, new_entry
from kiosk.journal.log import ERASED, BadEntries, Journal, NotOurs
from kiosk.journal.stops import FORKED

RESOLVED = "fork.resolved"


@dataclass(frozen=True)
class Replayed:
    """What a recovery did: entries of the witnessed history that were taken, own ones that were
    appended again, and those left behind because their body was erased."""

    taken: int
    again: int
    left: int


def replay(
    journal: Journal, stream: str, start: int, entries: Sequence[Entry], note: str
) -> Replayed:
    """Puts the witnessed history in the place of what an own stream holds from `start` on, and
    appends that again behind it; all or nothing.

    `entries` are the witnessed ones from `start` to the end that `note`, by this node's own key,
    signs. Raises NotOurs; BadEntries where they do not fit together; NoteMalformed, SignatureWrong.
    """
    if not stream.startswith(f"{journal.code}/"):
        raise NotOurs(stream)
    signed, own_note, _ = journal._opened(journal._origin_of(stream), stream, note)
    if signed.size != start + len(entries) or any(
        (entry.stream, entry.seq) != (stream, start + at) for at, entry in enumerate(entries)
    ):
        raise BadEntries(f"{stream}: not the whole of the witnessed history")
    with journal.writing() as db:
        tail = journal.read(stream, start)
        rejected = [
            base64.b64encode(journal.root(stream, size)).decode()
            for size in range(start + 1, start + len(tail) + 1)
        ]
        _cut(journal, db, stream, start)
        journal._insert_copies(db, stream, entries)
        if journal.root(stream, signed.size) != signed.root:
            raise BadEntries(f"{stream}: the checkpoint signs other entries")
        journal._erase_bodies(db, entries)
        journal._keep_checkpoint(db, stream, signed.size, signed.root, own_note)
        kept = [entry for entry in tail if _can_follow(journal, entry, start)]
        done = Replayed(len(entries), len(kept), len(tail) - len(kept))
        _append_again(journal, db, stream, start, kept, done, rejected)
        journal.resolve_forks(stream)
        journal.release(stream, FORKED)
    for listener in journal.listeners:
        listener(journal.read(stream, start))
    return done


def follow(journal: Journal, stream: str, start: int, entries: Sequence[Entry], note: str) -> None:
    """Takes another origin's history in the place of what a copy holds from `start` on, where the
    origin says in it that it gave that up; all or nothing.

    `entries` go from `start` to the end that `note` signs. Raises BadEntries where they do not fit
    together, nothing is given up, or this node has cosigned it; NoteMalformed, SignatureWrong.
    """
    signed, own_note, _ = journal._opened(journal._origin_of(stream), stream, note)
    given_up = any(
        entry.kind == RESOLVED
        and entry.body is not None
        and (entry.body.get("stream"), entry.body.get("common")) == (stream, start)
        for entry in entries
    )
    own = journal.origin(journal.code)
    assert own is not None
    if stream.startswith(f"{journal.code}/") or not given_up:
        raise BadEntries(f"{stream}: the origin has not given up what is held here")
    if any(size > start for size, _ in journal.cosignature_times(stream, witness=own.witness_name)):
        raise BadEntries(f"{stream}: this node has witnessed what is held here")
    if signed.size != start + len(entries) or any(
        (entry.stream, entry.seq) != (stream, start + at) for at, entry in enumerate(entries)
    ):
        raise BadEntries(f"{stream}: not the whole history")
    with journal.writing() as db:
        _cut(journal, db, stream, start)
        journal._insert_copies(db, stream, entries)
        if journal.root(stream, signed.size) != signed.root:
            raise BadEntries(f"{stream}: the checkpoint signs other entries")
        journal._erase_bodies(db, entries)
        journal._keep_checkpoint(db, stream, signed.size, signed.root, own_note)
        journal.resolve_forks(stream)
    for listener in journal.listeners:
        listener(list(entries))


def note_resolved(journal: Journal, stream: str, entries: Sequence[Entry]) -> None:
    """Marks the forks of a copy as mended of which its origin says so in these entries of it."""
    for entry in entries:
        if entry.kind == RESOLVED and entry.body is not None:
            common, rejected = entry.body.get("common"), entry.body.get("rejected")
            if isinstance(common, int) and isinstance(rejected, list):
                given_up = enumerate(map(str, rejected), common + 1)
                journal.resolve_forks(stream, set(given_up))


def note_shown_late(journal: Journal, stream: str) -> None:
    """Marks forks of a copy as mended that were noted after its origin had given them up: what it
    sent before may arrive later."""
    said = journal.find(stream.split("/", 1)[0], RESOLVED)
    note_resolved(journal, stream, [each for each in said if each.stream == stream])


def change_key(journal: Journal, key: Ed25519PrivateKey, limits: dict[str, int]) -> None:
    """From now on the journal's own streams are signed with `key`, and everything that stands in
    them already, too. `limits` are the sizes up to which the key until now stays good."""
    with journal.writing():
        journal.replace_key(journal.code, key.public_key().public_bytes_raw(), limits)
        journal._key = key
        sign_again(journal)


def sign_again(journal: Journal) -> None:
    """Signs every checkpoint of an own stream on file, and each head, with the key in use."""
    with journal.writing() as db:
        for stream in journal.streams():
            if not stream.startswith(f"{journal.code}/"):
                continue
            sizes = {
                row[0]
                for row in db.execute("SELECT size FROM checkpoints WHERE stream = ?", [stream])
            }
            for size in sorted(sizes | {tree.size(db, stream)}):
                root = journal.root(stream, size)
                note = journal._own_note(stream, size, root)
                journal._put_checkpoint(db, stream, size, root, note)


def _cut(journal: Journal, db: Database, stream: str, start: int) -> None:
    """Takes a stream's entries from `start` on away, with everything that follows from them."""
    db.execute("DELETE FROM entries WHERE stream = ? AND seq >= ?", [stream, start])
    db.execute("DELETE FROM tree WHERE stream = ? AND ((idx + 1) << level) > ?", [stream, start])
    for table in ("checkpoints", "cosignatures"):
        db.execute(f"DELETE FROM {table} WHERE stream = ? AND size > ?", [stream, start])
    journal.projector.rebuild(db, journal._all_entries(db))


def _can_follow(journal: Journal, entry: Entry, start: int) -> bool:
    """Whether an entry of the abandoned tail can stand behind the witnessed history: it still has
    its body, and if it erases, then something that is still there."""
    if entry.body is None:
        return False
    return entry.kind != ERASED or bool(entry.body["seq"] < start)


def _append_again(
    journal: Journal,
    db: Database,
    stream: str,
    start: int,
    tail: list[Entry],
    done: Replayed,
    rejected: list[str],
) -> None:
    at = clock.stamp()
    size = tree.size(db, stream)
    said = {
        "stream": stream,
        "common": start,
        "taken": done.taken,
        "again": done.again,
        "left": done.left,
        "rejected": rejected,
    }
    bodies: list[tuple[str, str, str, dict[str, Any]]] = [(RESOLVED, journal.code, "system", said)]
    for entry in tail:
        assert entry.body is not None
        first = entry.body.get("again", {"seq": entry.seq, "at": entry.at})
        bodies.append((entry.kind, entry.subject, entry.actor, {**entry.body, "again": first}))
    written = [
        new_entry(stream, seq, kind, subject, at, actor, body)
        for seq, (kind, subject, actor, body) in enumerate(bodies, size)
    ]
    journal._insert(db, written)
    journal._erase_bodies(db, written)
    journal._sign(db, stream, size + len(bodies))
