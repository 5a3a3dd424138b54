"""The journal on SQLite: append, read, head, changes, and the proofs of what stands where.

A node appends to its own streams only and holds exact copies of others. Entries, the Merkle tree's
complete subtrees, the origin's checkpoint and the projections of the entries are written in one
transaction, so no state exists in which one is there without the others. The names on checkpoints
are C2SP's: `<host>/<origin>/<channel>` for a stream, `<host>/<code>` for a witness, where the host
is the origin's public one or `sanwu.invalid`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from kiosk import clock
from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle, store
from kiosk.journal.entry import Entry, new_entry
from kiosk.journal.projection import Projector, Room

ERASED = "entry.erased"


class NotOurs(ValueError):
    """A node writes only the streams that bear its own code."""


class UnknownOrigin(ValueError):
    """No key is on file for the stream's origin."""


class BadEntries(ValueError):
    """Entries and their signed checkpoint do not belong together, or leave a gap."""


class ForkFound(ValueError):
    """Two signed histories of one stream that exclude each other (RFC 9162: inconsistent)."""

    def __init__(self, stream: str, held: str, seen: str) -> None:
        super().__init__(f"{stream}: two signed histories exclude each other")
        self.stream, self.held, self.seen = stream, held, seen


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


@dataclass(frozen=True, slots=True)
class Origin:
    """Who signs a stream: code, host in its names, Ed25519 public key (32 bytes)."""

    code: str
    host: str
    public_key: bytes

    def name(self, stream: str) -> str:
        """The key name and origin line of one of its streams."""
        return f"{self.host}/{stream}"

    @property
    def witness_name(self) -> str:
        return f"{self.host}/{self.code}"


class Journal:
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
        self.code = code
        self._key = key
        self._store = store.Store(path)
        self.projector = Projector(rooms)
        self.listeners: list[Callable[[list[Entry]], None]] = []
        with self._store.writing() as db:
            store.migrations.apply(db)
            stale = self.projector.prepare(db)
            if stale and self.position:
                self.projector.rebuild(db, self._all_entries(db))
            if self.origin(code) is None:
                self.trust(code, host, key.public_key().public_bytes_raw())

    def close(self) -> None:
        self._store.close()

    @property
    def db(self) -> Database:
        """This thread's connection, for the rooms' queries."""
        return self._store.db

    def writing(self) -> Any:
        """A write transaction around several calls; see `Store.writing`."""
        return self._store.writing()

    # ---- who signs ----

    def trust(self, code: str, host: str, public_key: bytes) -> None:
        """Puts an origin's key on file. The first key stays: a later, different one is refused.

        Raises ValueError where another key or host is on file already.
        """
        held = self.origin(code)
        if held is not None and (held.public_key != public_key or held.host != host):
            raise ValueError(f"another key is on file for {code}")
        self.db.execute(
            "INSERT OR IGNORE INTO origins (code, host, public_key) VALUES (?, ?, ?)",
            [code, host, public_key],
        )

    def origin(self, code: str) -> Origin | None:
        row = self.db.execute(
            "SELECT code, host, public_key FROM origins WHERE code = ?", [code]
        ).fetchone()
        return None if row is None else Origin(*row)

    def origins(self) -> list[Origin]:
        rows = self.db.execute("SELECT code, host, public_key FROM origins ORDER BY code")
        return [Origin(*row) for row in rows]

    def _origin_of(self, stream: str) -> Origin:
        found = self.origin(stream.split("/", 1)[0])
        if found is None:
            raise UnknownOrigin(stream)
        return found

    # ---- writing ----

    def own(self, channel: str) -> str:
        """The name of this node's stream of that channel."""
        return f"{self.code}/{channel}"

    def append(
        self, channel: str, kind: str, subject: str, body: dict[str, Any], *, actor: str = "system"
    ) -> Entry:
        """One entry at the end of this node's own channel, projected and signed for."""
        return self.append_all([Draft(channel, kind, subject, body, actor)])[0]

    def append_all(self, drafts: Iterable[Draft]) -> list[Entry]:
        """The drafts as entries, all or none; each with its projection and a new checkpoint.

        Raises LeafTooLong; whatever a projection raises undoes all of it.
        """
        at = clock.stamp()
        written: list[Entry] = []
        with self._store.writing() as db:
            sizes: dict[str, int] = {}
            for draft in drafts:
                stream = self.own(draft.channel)
                size = sizes.get(stream)
                if size is None:
                    size = self._size(db, stream)
                entry = new_entry(
                    stream, size, draft.kind, draft.subject, at, draft.actor, draft.body
                )
                self._insert(db, entry)
                sizes[stream] = size + 1
                written.append(entry)
            self._erase_bodies(db, written)
            for stream, size in sizes.items():
                self._sign(db, stream, size)
        for listener in self.listeners:
            listener(written)
        return written

    def erase(self, channel: str, seq: int, *, actor: str, reason: str) -> Entry:
        """Erases the body at `seq` of an own stream for good; the entry's place stays proven.

        Raises IndexError where nothing stands at `seq`.
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
        origin = self._origin_of(stream)
        signed, own_note, _ = self._opened(origin, stream, note)
        taken: list[Entry] = []
        try:
            with self._store.writing() as db:
                size = self._size(db, stream)
                if signed.size < size or (signed.size == size and size):
                    self._must_agree(db, stream, signed.size, signed.root, note)
                for entry in entries:
                    if entry.stream != stream or entry.seq > size:
                        raise BadEntries(f"{stream}: entry {entry.seq} does not follow {size}")
                    if entry.seq < size:
                        continue
                    if size >= signed.size:
                        raise BadEntries(f"{stream}: entry {entry.seq} is not signed for")
                    try:
                        self._insert(db, entry)
                    except (KeyError, TypeError, AttributeError) as error:
                        # Another node's body that no room can read must not stop this one.
                        raise BadEntries(f"{stream}: entry {entry.seq} is malformed") from error
                    taken.append(entry)
                    size += 1
                if size < signed.size:
                    raise BadEntries(f"{stream}: {size} entries, {signed.size} signed for")
                if size == signed.size and self.root(stream, size) != signed.root:
                    raise BadEntries(f"{stream}: the checkpoint signs other entries")
                self._erase_bodies(db, taken)
                self._keep_checkpoint(db, stream, signed.size, signed.root, own_note)
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

    def note_fork(self, fork: ForkFound) -> None:
        """Keeps both signed notes as evidence, once."""
        self.db.execute(
            "INSERT OR IGNORE INTO forks (stream, held, seen, noted_at) VALUES (?, ?, ?, ?)",
            [fork.stream, fork.held, fork.seen, clock.stamp()],
        )

    def forks(self) -> list[dict[str, Any]]:
        """Evidence of forks: stream, held and seen notes, noted_at; newest first."""
        return list(self.db.query("SELECT * FROM forks ORDER BY id DESC"))

    def _insert(self, db: Database, entry: Entry) -> None:
        body = None if entry.body is None else rfc8785.dumps(entry.body).decode()
        db.execute(
            """
            INSERT INTO entries (stream, seq, kind, subject, at, actor, body, salt, body_hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.stream,
                entry.seq,
                entry.kind,
                entry.subject,
                entry.at,
                entry.actor,
                body,
                entry.salt,
                entry.body_hash,
            ],
        )
        self._grow(db, entry.stream, entry.seq, merkle.leaf_hash(entry.leaf))
        self.projector.apply(db, entry)

    def _erase_bodies(self, db: Database, written: Iterable[Entry]) -> None:
        """Carries out the erasures among entries just written."""
        kinds = set()
        for entry in written:
            if entry.kind == ERASED and entry.body is not None:
                seq = entry.body["seq"]
                if not isinstance(seq, int) or not 0 <= seq < entry.seq:
                    raise BadEntries(f"{entry.stream}: an erasure of {seq} at {entry.seq}")
                target = self.entry(entry.stream, seq)
                if target.erased:
                    continue
                kinds.add(target.kind)
                db.execute(
                    "UPDATE entries SET body = NULL, salt = NULL WHERE stream = ? AND seq = ?",
                    [entry.stream, seq],
                )
        if rooms := self.projector.listening(kinds):
            self.projector.rebuild(db, self._all_entries(db), rooms)

    def _grow(self, db: Database, stream: str, index: int, found: bytes) -> None:
        level = 0
        insert = "INSERT INTO tree (stream, level, idx, hash) VALUES (?, ?, ?, ?)"
        db.execute(insert, [stream, level, index, found])
        while index & 1:
            left = self._node(db, stream, level, index - 1)
            found = merkle.node_hash(left, found)
            level, index = level + 1, index >> 1
            db.execute(insert, [stream, level, index, found])

    def _sign(self, db: Database, stream: str, size: int) -> None:
        root = self.root(stream, size)
        self._keep_checkpoint(db, stream, size, root, self._own_note(stream, size, root))

    def _own_note(self, stream: str, size: int, root: bytes) -> str:
        name = self._origin_of(stream).name(stream)
        return notes.sign(notes.checkpoint_text(name, size, root), name, self._key)

    def _keep_checkpoint(
        self, db: Database, stream: str, size: int, root: bytes, note: str
    ) -> None:
        """Keeps the newest checkpoint and those that a witness has signed."""
        db.execute(
            "INSERT OR IGNORE INTO checkpoints (stream, size, root, note) VALUES (?, ?, ?, ?)",
            [stream, size, root, note],
        )
        db.execute(
            """
            DELETE FROM checkpoints WHERE stream = :stream AND size < :size
            AND size NOT IN (SELECT size FROM cosignatures WHERE stream = :stream)
            """,
            {"stream": stream, "size": size},
        )

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

    def size(self, stream: str) -> int:
        return self._size(self.db, stream)

    def head(self, stream: str) -> Head:
        size = self.size(stream)
        return Head(stream, size, self.root(stream, size))

    def root(self, stream: str, size: int) -> bytes:
        """The tree head over the first `size` entries held."""
        return merkle.root(self.node_hash(stream), size)

    def node_hash(self, stream: str) -> merkle.NodeHash:
        """Reads a stream's complete subtrees: (level, index) -> hash. KeyError where none is."""
        db = self.db
        return lambda level, index: self._node(db, stream, level, index)

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

    # ---- proof ----

    def checkpoint(self, stream: str, size: int | None = None) -> str | None:
        """The origin's signed note over `size` entries (the newest held by default) with every
        cosignature on file below it; None where no such note is held. Of its own streams a node
        can sign any size up to the head again: the signature is the same.
        """
        row = self.db.execute(
            """
            SELECT size, note FROM checkpoints WHERE stream = ? AND size = coalesce(?, size)
            ORDER BY size DESC LIMIT 1
            """,
            [stream, size],
        ).fetchone()
        if row is None:
            own = stream.startswith(f"{self.code}/")
            if not own or size is None or not 0 < size <= self.size(stream):
                return None
            return self._own_note(stream, size, self.root(stream, size))
        lines = self.db.execute(
            """
            SELECT line, min(at) FROM cosignatures WHERE stream = ? AND size = ?
            GROUP BY witness ORDER BY witness
            """,
            [stream, row[0]],
        )
        return str(row[1]) + "".join(line for line, _ in lines)

    def cosigned_size(self, stream: str) -> int | None:
        """The largest size that a witness has signed for, or None."""
        row = self.db.execute(
            "SELECT max(size) FROM cosignatures WHERE stream = ?", [stream]
        ).fetchone()
        return None if row is None else row[0]

    def covering_cosigned_size(self, stream: str, seq: int) -> int | None:
        """The smallest cosigned size that covers the entry, or None."""
        row = self.db.execute(
            "SELECT min(size) FROM cosignatures WHERE stream = ? AND size > ?", [stream, seq]
        ).fetchone()
        return None if row is None else row[0]

    def cosign(self, stream: str, size: int) -> str:
        """This node, as a witness, signs the checkpoint held at `size` with its own clock.

        Returns the note with every cosignature kept, the first and the last of each witness, so
        that an origin that missed an answer has both. Raises BadEntries where no checkpoint of
        that size is held.
        """
        with self._store.writing() as db:
            row = db.execute(
                "SELECT note FROM checkpoints WHERE stream = ? AND size = ?", [stream, size]
            ).fetchone()
            if row is None:
                raise BadEntries(f"{stream}: no checkpoint of {size} is held")
            name = self._origin_of(self.own("public")).witness_name
            at = clock.now()
            line = notes.cosign(row[0], name, self._key, at)
            self._keep_cosignature(db, stream, size, name, int(at.timestamp()), line)
            lines = db.execute(
                "SELECT line FROM cosignatures WHERE stream = ? AND size = ? ORDER BY id",
                [stream, size],
            )
            return str(row[0]) + "".join(line for (line,) in lines)

    def add_cosignatures(self, stream: str, note: str, witness: Origin) -> None:
        """Keeps the witness's signature on a checkpoint of a stream held here.

        Raises NoteMalformed or SignatureWrong; BadEntries where the note is not of the history
        held here.
        """
        signed, own_note, lines = self._opened(self._origin_of(stream), stream, note, witness)
        with self._store.writing() as db:
            if signed.size > self._size(db, stream) or self.root(stream, signed.size) != (
                signed.root
            ):
                raise BadEntries(f"{stream}: a cosignature of another history")
            db.execute(
                "INSERT OR IGNORE INTO checkpoints (stream, size, root, note) VALUES (?, ?, ?, ?)",
                [stream, signed.size, signed.root, own_note],
            )
            for name, at, line in lines:
                self._keep_cosignature(db, stream, signed.size, name, at, line)

    def _keep_cosignature(
        self, db: Database, stream: str, size: int, witness: str, at: int, line: str
    ) -> None:
        """Keeps a witness's first and last signature on one size: the first bounds what stands
        in it from above, the last bounds what follows from below."""
        key = {"stream": stream, "size": size, "witness": witness}
        db.execute(
            """
            INSERT OR IGNORE INTO cosignatures (stream, size, witness, at, line)
            VALUES (:stream, :size, :witness, :at, :line)
            """,
            {**key, "at": at, "line": line},
        )
        db.execute(
            """
            WITH same AS (
                SELECT id, at FROM cosignatures
                WHERE stream = :stream AND size = :size AND witness = :witness
            )
            DELETE FROM cosignatures WHERE id IN (
                SELECT id FROM same
                WHERE at NOT IN (SELECT min(at) FROM same UNION ALL SELECT max(at) FROM same)
            )
            """,
            key,
        )

    def witnesses(self, stream: str, size: int) -> list[str]:
        """Names of those who cosigned that size."""
        rows = self.db.execute(
            """
            SELECT DISTINCT witness FROM cosignatures
            WHERE stream = ? AND size = ? ORDER BY witness
            """,
            [stream, size],
        )
        return [row[0] for row in rows]

    def cosignature_times(self, stream: str) -> list[tuple[int, datetime]]:
        """(size, time) of every cosignature of a stream, by size."""
        rows = self.db.execute(
            "SELECT size, at FROM cosignatures WHERE stream = ? ORDER BY size, at",
            [stream],
        )
        return [(size, datetime.fromtimestamp(at, UTC)) for size, at in rows]

    def witnessed(self, stream: str, seq: int) -> datetime | None:
        """When a witness first signed for a history that holds the entry; None until then."""
        row = self.db.execute(
            "SELECT min(at) FROM cosignatures WHERE stream = ? AND size > ?", [stream, seq]
        ).fetchone()
        return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)

    def not_before(self, stream: str, seq: int) -> datetime | None:
        """The last witnessed moment at which the entry was not there yet: no claim about its
        time can be earlier. None where the witness had seen nothing before it."""
        row = self.db.execute(
            "SELECT max(at) FROM cosignatures WHERE stream = ? AND size <= ?", [stream, seq]
        ).fetchone()
        return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)

    def _opened(
        self, origin: Origin, stream: str, note: str, witness: Origin | None = None
    ) -> tuple[notes.Checkpoint, str, list[tuple[str, int, str]]]:
        """The verified checkpoint, its note with the origin's signature alone, and the witness's
        (name, Unix time, line)."""
        name = origin.name(stream)
        vkeys = [notes.vkey(name, origin.public_key)]
        if witness is not None:
            vkeys.append(notes.vkey(witness.witness_name, witness.public_key, notes.COSIGNATURE))
        text, verified = notes.verify_note(note, vkeys)
        signed = notes.parse_text(text)
        if signed.origin != name:
            raise BadEntries(f"{stream}: a checkpoint of {signed.origin}")
        own_note = ""
        cosigned = []
        for key, signature in verified:
            if key.type == notes.COSIGNATURE:
                at = int(notes.cosigned_at(signature).timestamp())
                cosigned.append((key.name, at, signature.line))
            else:
                own_note = f"{text}\n{signature.line}"
        if not own_note:
            raise notes.SignatureWrong("the origin's own signature is missing")
        return signed, own_note, cosigned

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

    @staticmethod
    def _size(db: Database, stream: str) -> int:
        row = db.execute("SELECT max(seq) FROM entries WHERE stream = ?", [stream]).fetchone()
        return 0 if row[0] is None else row[0] + 1

    @staticmethod
    def _node(db: Database, stream: str, level: int, index: int) -> bytes:
        row = db.execute(
            "SELECT hash FROM tree WHERE stream = ? AND level = ? AND idx = ?",
            [stream, level, index],
        ).fetchone()
        if row is None:
            raise KeyError((stream, level, index))
        return bytes(row[0])


_COLUMNS = "stream, seq, kind, subject, at, actor, body, salt, body_hash"


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
    )
