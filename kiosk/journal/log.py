"""The journal on SQLite: append, read, head, changes, and the proofs of what stands where.

A node appends to its own streams only and holds exact copies of others. Entries, the Merkle tree's
complete subtrees, the origin's checkpoint and the projections of the entries are written in one
transaction, so no state exists in which one is there without the others.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from kiosk import clock
from kiosk.journal import canonical, merkle, store, tree
from kiosk.journal import checkpoint as notes
from kiosk.journal.entry import Entry, new_entry
from kiosk.journal.origins import Origin, UnknownOrigin
from kiosk.journal.projection import Projector, Room
from kiosk.journal.signatures import BadEntries, Signatures
from kiosk.journal.stops import ForkFound, StreamStopped

__all__ = [
    "BadEntries",
    "Draft",
    "ForkFound",
    "Head",
    "Journal",
    "NotOurs",
    "Origin",
    "StreamStopped",
    "UnknownOrigin",
    "WrongKey",
]

ERASED = "entry.erased"


class NotOurs(ValueError):
    """A node writes only the streams that bear its own code."""


class WrongKey(ValueError):
    """The key is not the one with which this journal's own streams are signed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry still to be appended to this node's own `channel`."""

    channel: str
    kind: str
    subject: str
    body: dict[str, Any]
    actor: str = "system"


@dataclass(frozen=True, slots=True)
class Head:
    """A stream's size in entries and its tree's root."""

    stream: str
    size: int
    root: bytes


class Journal(Signatures):
    """The journal of one node. Safe to use from several threads and processes at once."""

    def __init__(
        self,
        path: Path | str,
        code: str,
        key: Ed25519PrivateKey,
        *,
        host: str = "sanwu.invalid",
        rooms: Sequence[Room] = (),
    ) -> None:
        super().__init__(path, code, key)
        self.projector = Projector(rooms)
        self.listeners: list[Callable[[list[Entry]], None]] = []
        with self._store.writing() as db:
            store.migrations.apply(db)
            stale = self.projector.prepare(db)
            if stale and self.position:
                self.projector.rebuild(db, self._all_entries(db))
            public = key.public_key().public_bytes_raw()
            held = self.origin(code)
            if held is None:
                self.trust(code, host, public)
            elif held.public_key != public:
                raise WrongKey("密钥 node.key 和数据库里的记录不是同一台机器的，没有打开。")

    def close(self) -> None:
        self._store.close()

    def writing(self) -> Any:
        """A write transaction around several calls; see `Store.writing`."""
        return self._store.writing()

    # ---- writing ----

    def append(
        self, channel: str, kind: str, subject: str, body: dict[str, Any], *, actor: str = "system"
    ) -> Entry:
        """One entry at the end of this node's own channel, projected and signed for."""
        return self.append_all([Draft(channel, kind, subject, body, actor)])[0]

    def append_all(self, drafts: Iterable[Draft]) -> list[Entry]:
        """The drafts as entries, all or none; each with its projection and a new checkpoint.

        Raises LeafTooLong; StreamStopped where nothing may be appended for now; whatever a
        projection raises undoes all of it.
        """
        at = clock.stamp()
        written: list[Entry] = []
        with self._store.writing() as db:
            sizes: dict[str, int] = {}
            for draft in drafts:
                stream = self.own(draft.channel)
                size = sizes.get(stream)
                if size is None:
                    if why := self.stopped(stream):
                        raise StreamStopped(stream, why[stream])
                    size = tree.size(db, stream)
                entry = new_entry(
                    stream, size, draft.kind, draft.subject, at, draft.actor, draft.body
                )
                sizes[stream] = size + 1
                written.append(entry)
            self._insert(db, written)
            self._erase_bodies(db, written)
            for stream, size in sizes.items():
                self._sign(db, stream, size)
        for listener in self.listeners:
            listener(written)
        return written

    def erase(self, channel: str, seq: int, *, actor: str, reason: str) -> Entry:
        """Erases the body at `seq` of an own stream for good; the entry's place stays proven.

        Raises IndexError where nothing stands at `seq`, BadEntries where that is an erasure itself.
        """
        target = self.entry(self.own(channel), seq)
        body = {"seq": seq, "reason": reason}
        return self.append(channel, ERASED, target.subject, body, actor=actor)

    def take(self, stream: str, entries: Sequence[Entry], note: str) -> int:
        """Copies another origin's entries with its checkpoint over them, all or nothing.

        Entries already held are compared and skipped, so a repeated call changes nothing.
        Returns the size now held. Raises UnknownOrigin; NoteMalformed or SignatureWrong for the
        note; BadEntries for a gap or entries that the note does not sign; ForkFound, with both
        notes kept as evidence, where the note contradicts what is held.
        """
        if stream.startswith(f"{self.code}/"):
            raise NotOurs(stream)
        return self._take(stream, entries, note)

    def take_back(self, stream: str, entries: Sequence[Entry], note: str) -> int:
        """As `take`, of an own stream: what another node holds of it beyond what is left here."""
        if not stream.startswith(f"{self.code}/"):
            raise NotOurs(stream)
        return self._take(stream, entries, note)

    def _take(self, stream: str, entries: Sequence[Entry], note: str) -> int:
        origin = self._origin_of(stream)
        signed, own_note, _ = self._opened(origin, stream, note)
        taken: list[Entry] = []
        try:
            with self._store.writing() as db:
                size = tree.size(db, stream)
                if signed.size < size or (signed.size == size and size):
                    self._must_agree(db, stream, signed.size, signed.root, note)
                for entry in entries:
                    if entry.stream != stream or entry.seq > size:
                        raise BadEntries(f"{stream}: entry {entry.seq} does not follow {size}")
                    if entry.seq < size:
                        if merkle.leaf_hash(entry.leaf) != tree.node(db, stream, 0, entry.seq):
                            self._must_be_a_fork(db, stream, entries, signed, note)
                        continue
                    if size >= signed.size:
                        raise BadEntries(f"{stream}: entry {entry.seq} is not signed for")
                    taken.append(entry)
                    size += 1
                if size < signed.size:
                    raise BadEntries(f"{stream}: {size} entries, {signed.size} signed for")
                self._insert_copies(db, stream, taken)
                if size == signed.size and self.root(stream, size) != signed.root:
                    raise BadEntries(f"{stream}: the checkpoint signs other entries")
                self._erase_bodies(db, taken)
                if signed.size == size:
                    self._keep_checkpoint(db, stream, size, signed.root, own_note)
        except ForkFound as fork:
            self.note_fork(fork)
            raise
        for listener in self.listeners:
            listener(taken)
        return size

    def _must_agree(self, db: Database, stream: str, size: int, root: bytes, note: str) -> None:
        if self.root(stream, size) != root:
            held = db.execute(
                "SELECT note FROM checkpoints WHERE stream = ? AND size >= ? ORDER BY size",
                [stream, size],
            ).fetchone()
            raise ForkFound(stream, held[0] if held else "", note)

    def _must_be_a_fork(
        self,
        db: Database,
        stream: str,
        entries: Sequence[Entry],
        signed: notes.Checkpoint,
        note: str,
    ) -> None:
        """Raises ForkFound where the note signs the given entries in place of those held,
        BadEntries where it does not."""
        start = entries[0].seq
        given = [merkle.leaf_hash(entry.leaf) for entry in entries]

        def node(level: int, index: int) -> bytes:
            if (index + 1) << level <= start:
                return tree.node(db, stream, level, index)
            if level:
                return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
            return given[index - start]

        if start + len(given) == signed.size and merkle.root(node, signed.size) == signed.root:
            raise ForkFound(stream, self.checkpoint(stream) or "", note)
        raise BadEntries(f"{stream}: other entries than those held")

    def _insert_copies(self, db: Database, stream: str, entries: Sequence[Entry]) -> None:
        try:
            self._insert(db, entries)
        except (KeyError, TypeError, AttributeError) as error:
            # Another node's body that no room can read must not stop this one.
            raise BadEntries(f"{stream}: an entry is malformed") from error

    def _insert(self, db: Database, entries: Sequence[Entry]) -> None:
        """Puts entries at the ends of their streams, with their trees and their projections."""
        db.conn.executemany(
            """
            INSERT INTO entries (stream, seq, kind, subject, at, actor, body, salt, body_hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                (
                    entry.stream,
                    entry.seq,
                    entry.kind,
                    entry.subject,
                    entry.at,
                    entry.actor,
                    _text(entry),
                    entry.salt,
                    entry.body_hash,
                )
                for entry in entries
            ],
        )
        by_stream: dict[str, list[Entry]] = {}
        for entry in entries:
            by_stream.setdefault(entry.stream, []).append(entry)
        for stream, grown in by_stream.items():
            leaves = [merkle.leaf_hash(entry.leaf) for entry in grown]
            tree.grow(db, stream, grown[0].seq, leaves)
        self.projector.apply(db, entries)

    def _erase_bodies(self, db: Database, written: Iterable[Entry]) -> None:
        """Carries out the erasures among entries just written."""
        kinds = set()
        for entry in written:
            if entry.kind == ERASED and entry.body is not None:
                seq = entry.body["seq"]
                if not isinstance(seq, int) or not 0 <= seq < entry.seq:
                    raise BadEntries(f"{entry.stream}: an erasure of {seq} at {entry.seq}")
                target = self.entry(entry.stream, seq)
                if target.kind == ERASED:
                    # A copy that lacks its body could not carry the first erasure out.
                    raise BadEntries(f"{entry.stream}: an erasure of the erasure at {seq}")
                if target.erased:
                    continue
                kinds.add(target.kind)
                db.execute(
                    "UPDATE entries SET body = NULL, salt = NULL WHERE stream = ? AND seq = ?",
                    [entry.stream, seq],
                )
                self._store.forget()
        if rooms := self.projector.listening(kinds):
            self.projector.rebuild(db, self._all_entries(db), rooms)

    def _sign(self, db: Database, stream: str, size: int) -> None:
        root = self.root(stream, size)
        self._keep_checkpoint(db, stream, size, root, self._own_note(stream, size, root))

    # ---- reading ----

    def entry(self, stream: str, seq: int) -> Entry:
        """The entry at a place. Raises IndexError where none stands."""
        row = self.db.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE stream = ? AND seq = ?", [stream, seq]
        ).fetchone()
        if row is None:
            raise IndexError(f"{stream}#{seq}")
        return _entry(row)

    def read(self, stream: str, start: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries of a stream from `start` on, at most `limit`."""
        rows = self.db.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE stream = ? AND seq >= ? ORDER BY seq LIMIT ?",
            [stream, start, -1 if limit is None else limit],
        )
        return [_entry(row) for row in rows]

    def find(self, subject: str, kind_prefix: str = "") -> list[Entry]:
        """Entries about a subject in the order of their arrival here."""
        rows = self.db.execute(
            f"""
            SELECT {_COLUMNS} FROM entries
            WHERE subject = ? AND substr(kind, 1, ?) = ? ORDER BY position
            """,
            [subject, len(kind_prefix), kind_prefix],
        )
        return [_entry(row) for row in rows]

    def changes(self, after: int, limit: int = 1000) -> list[tuple[int, Entry]]:
        """Entries of all streams by local position, later than `after`."""
        rows = self.db.execute(
            f"""
            SELECT {_COLUMNS}, position FROM entries
            WHERE position > ? ORDER BY position LIMIT ?
            """,
            [after, limit],
        )
        return [(row[-1], _entry(row)) for row in rows]

    def streams(self) -> list[str]:
        """Every stream held here, by name."""
        rows = self.db.execute("SELECT DISTINCT stream FROM entries ORDER BY stream")
        return [row[0] for row in rows]

    def head(self, stream: str) -> Head:
        size = self.size(stream)
        return Head(stream, size, self.root(stream, size))

    @property
    def position(self) -> int:
        """The local position of the newest entry."""
        row = self.db.execute("SELECT max(position) FROM entries").fetchone()
        return row[0] or 0

    def version(self) -> str:
        """Another text whenever an entry or a cosignature came in: the ground of pages' ETags."""
        row = self.db.execute(
            "SELECT (SELECT max(position) FROM entries), (SELECT max(id) FROM cosignatures)"
        ).fetchone()
        return f"{row[0] or 0}.{row[1] or 0}"

    # ---- derived tables ----

    def rebuild(self) -> int:
        """Throws the projections away and derives them again; how many entries were read."""
        with self._store.writing() as db:
            return self.projector.rebuild(db, self._all_entries(db))

    def _all_entries(self, db: Database) -> Iterator[Entry]:
        for row in db.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY position"):
            yield _entry(row)

    def all_entries(self) -> Iterator[Entry]:
        """Every entry in the order of its arrival here."""
        return self._all_entries(self.db)


_COLUMNS = "stream, seq, kind, subject, at, actor, body, salt, body_hash"


def _text(entry: Entry) -> str | None:
    """The body's canonical JSON."""
    if entry.body is None or entry.text is not None:
        return entry.text
    return canonical.dumps(entry.body).decode()


def _entry(row: Sequence[Any]) -> Entry:
    stream, seq, kind, subject, at, actor, body, salt, body_hash = row[:9]
    return Entry(
        stream,
        seq,
        kind,
        subject,
        at,
        actor,
        None if body is None else json.loads(body),
        salt,
        body_hash,
        body,
    )
