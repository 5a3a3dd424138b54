"""What origins and witnesses signed about the streams held here: keys, checkpoints, cosignatures,
evidence of forks. The names on checkpoints are C2SP's: `<host>/<origin>/<channel>` for a stream,
`<host>/<code>` for a witness, where the host is the origin's public one or `sanwu.invalid`.

An origin has one key at a time. A key that was replaced stays good for what it had signed when it
was: for each stream up to a size, its *limit*. The key in use may sign any size, so a node that
was recovered signs its whole history again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from kiosk import clock
from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle, tree
from kiosk.journal.store import Store

ANCHOR = 1000
"""Entries between two checkpoints that are kept even where no witness has signed."""


class UnknownOrigin(ValueError):
    """No key is on file for the stream's origin."""


class BadEntries(ValueError):
    """Entries and their signed checkpoint do not belong together, or leave a gap."""


FORKED = "fork"
RESTORED = "restored"


class StreamStopped(ValueError):
    """Nothing may be appended to the stream for now; the message says why, in plain Chinese."""

    WORDS: ClassVar = {
        FORKED: "本机的记录与留存的记录不一致，暂时不能发布。请先按提示恢复记录。",
        RESTORED: (
            "本机刚从备份恢复，要先联网和对方核对一次记录，才能发布（最多等 24 小时）。"
            "请检查网络，稍后再试。"
        ),
    }

    def __init__(self, stream: str, why: str) -> None:
        super().__init__(self.WORDS[why])
        self.stream, self.why = stream, why


class ForkFound(ValueError):
    """Two signed histories of one stream that exclude each other (RFC 9162: inconsistent)."""

    def __init__(self, stream: str, held: str, seen: str) -> None:
        super().__init__(f"{stream}: two signed histories exclude each other")
        self.stream, self.held, self.seen = stream, held, seen


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


@dataclass(frozen=True, slots=True)
class CosignedNote:
    """A checkpoint with its cosignatures. `carried`: Unix times of those that came by a carrier;
    `mark` counts up locally."""

    note: str
    carried: list[int]
    mark: int


class Signatures:
    """Signatures on file, and this node's own."""

    def __init__(self, path: Path | str, code: str, key: Ed25519PrivateKey) -> None:
        self.code = code
        self._key = key
        self._store = Store(path)

    @property
    def db(self) -> Database:
        """This thread's connection, for the rooms' queries."""
        return self._store.db

    def own(self, channel: str) -> str:
        """The name of this node's stream of that channel."""
        return f"{self.code}/{channel}"

    def size(self, stream: str) -> int:
        return tree.size(self.db, stream)

    def root(self, stream: str, size: int) -> bytes:
        """The tree head over the first `size` entries held."""
        return merkle.root(self.node_hash(stream), size)

    def node_hash(self, stream: str) -> merkle.NodeHash:
        """Reads a stream's complete subtrees: (level, index) -> hash. KeyError where none is."""
        db = self.db
        return lambda level, index: tree.node(db, stream, level, index)

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

    def replace_key(self, code: str, new: bytes, limits: Mapping[str, int]) -> None:
        """From now on `new` signs for the origin; its key until now is good for each stream up to
        the size in `limits`, and for no other stream. Again with the same key: nothing happens.

        Raises UnknownOrigin.
        """
        with self._store.writing() as db:
            held = self.origin(code)
            if held is None:
                raise UnknownOrigin(code)
            if held.public_key == new:
                return
            self.retire_key(code, held.public_key, limits)
            db.execute("DELETE FROM retired_keys WHERE code = ? AND public_key = ?", [code, new])
            db.execute("UPDATE origins SET public_key = ? WHERE code = ?", [new, code])

    def retire_key(self, code: str, public_key: bytes, limits: Mapping[str, int]) -> None:
        """Puts an earlier key of an origin on file, with its limits."""
        self.db.execute(
            "INSERT OR REPLACE INTO retired_keys (code, public_key, limits) VALUES (?, ?, ?)",
            [code, public_key, json.dumps(dict(limits), sort_keys=True)],
        )

    def retired_keys(self, code: str) -> dict[bytes, dict[str, int]]:
        """The origin's earlier public keys, each with the size up to which it counts by stream."""
        rows = self.db.execute(
            "SELECT public_key, limits FROM retired_keys WHERE code = ? ORDER BY public_key", [code]
        )
        return {bytes(key): json.loads(limits) for key, limits in rows}

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

    # ---- checkpoints and cosignatures ----

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

    def checkpoint_sizes(self, stream: str, after: int) -> list[int]:
        """The sizes over `after` of which a checkpoint is on file, in order."""
        rows = self.db.execute(
            "SELECT size FROM checkpoints WHERE stream = ? AND size > ? ORDER BY size",
            [stream, after],
        )
        return [row[0] for row in rows]

    def cosigned_size(self, stream: str) -> int | None:
        """The largest size that a witness has signed for, or None."""
        row = self.db.execute(
            "SELECT max(size) FROM cosignatures WHERE stream = ?", [stream]
        ).fetchone()
        return None if row is None else row[0]

    def covering_note(self, stream: str, seq: int) -> str | None:
        """The smallest cosigned checkpoint that covers the entry and is signed by the origin's key
        in use; the newest one at all where there is none; None for an unknown stream."""
        rows = self.db.execute(
            "SELECT DISTINCT size FROM cosignatures WHERE stream = ? AND size > ? ORDER BY size",
            [stream, seq],
        )
        sizes = [row[0] for row in rows]
        for size in sizes:
            note = self.checkpoint(stream, size)
            if note is not None and self.signed_by(stream, note) == self._origin_of(stream):
                return note
        return self.checkpoint(stream, sizes[0] if sizes else None)

    def cosign(self, stream: str, size: int, *, bounds: bool = True) -> str:
        """This node, as a witness, signs the checkpoint held at `size` with its own clock.

        `bounds` False: the checkpoint came by a carrier (a stick, a relay), so it may be old and
        says nothing about when what follows was not there yet. Returns the note with every
        cosignature kept, the first and the last of each witness, so that an origin that missed an
        answer has both. Raises BadEntries where no checkpoint of that size is held.
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
            self._keep_cosignature(db, stream, size, name, int(at.timestamp()), line, bounds)
            lines = db.execute(
                "SELECT line FROM cosignatures WHERE stream = ? AND size = ? ORDER BY id",
                [stream, size],
            )
            return str(row[0]) + "".join(line for (line,) in lines)

    def add_cosignatures(
        self, stream: str, note: str, *witnesses: Origin, carried: Iterable[int] = ()
    ) -> None:
        """Keeps the witnesses' signatures on a checkpoint of a stream held here.

        `carried` are the Unix times of those that came by a carrier; see `cosign`. Where the note
        on file is by a key that was replaced, one by the key in use takes its place. Raises
        NoteMalformed or SignatureWrong; BadEntries where the note is not of the history held here.
        """
        signed, own_note, lines = self._opened(self._origin_of(stream), stream, note, *witnesses)
        apart = set(carried)
        with self._store.writing() as db:
            if signed.size > tree.size(db, stream) or self.root(stream, signed.size) != (
                signed.root
            ):
                raise BadEntries(f"{stream}: a cosignature of another history")
            self._put_checkpoint(db, stream, signed.size, signed.root, own_note)
            for name, at, line in lines:
                self._keep_cosignature(db, stream, signed.size, name, at, line, at not in apart)

    def _keep_cosignature(
        self,
        db: Database,
        stream: str,
        size: int,
        witness: str,
        at: int,
        line: str,
        bounds: bool = True,
    ) -> None:
        """Keeps a witness's first and last signature on one size: the first bounds what stands
        in it from above, the last that was not carried bounds what follows from below."""
        key = {"stream": stream, "size": size, "witness": witness}
        db.execute(
            """
            INSERT OR IGNORE INTO cosignatures (stream, size, witness, at, line, bounds)
            VALUES (:stream, :size, :witness, :at, :line, :bounds)
            """,
            {**key, "at": at, "line": line, "bounds": bounds},
        )
        db.execute(
            """
            WITH same AS (
                SELECT id, at, bounds FROM cosignatures
                WHERE stream = :stream AND size = :size AND witness = :witness
            )
            DELETE FROM cosignatures WHERE id IN (
                SELECT id FROM same
                WHERE at > (SELECT min(at) FROM same)
                AND (NOT bounds OR at < (SELECT max(at) FROM same WHERE bounds))
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

    def cosignature_times(
        self, stream: str, *, bounding: bool = False, witness: str | None = None
    ) -> list[tuple[int, datetime]]:
        """(size, time) of every cosignature of a stream, by size; with `bounding` only of those
        that also say what was not there yet, of one witness or of all."""
        rows = self.db.execute(
            """
            SELECT size, at FROM cosignatures
            WHERE stream = ? AND (bounds OR NOT ?) AND witness = coalesce(?, witness)
            ORDER BY size, at
            """,
            [stream, bounding, witness],
        )
        return [(size, datetime.fromtimestamp(at, UTC)) for size, at in rows]

    def signature_counts(self, stream: str) -> dict[str, int]:
        """How many cosignatures of a stream are on file, by their witness's name."""
        rows = self.db.execute(
            "SELECT witness, count(*) FROM cosignatures WHERE stream = ? GROUP BY witness",
            [stream],
        )
        return dict(list(rows))

    def cosignature_marks(self) -> dict[str, tuple[int, int]]:
        """For each stream a pair that changes whenever its cosignatures do."""
        rows = self.db.execute("SELECT stream, count(*), max(id) FROM cosignatures GROUP BY stream")
        return {stream: (count, newest) for stream, count, newest in rows}

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
            "SELECT max(at) FROM cosignatures WHERE stream = ? AND size <= ? AND bounds",
            [stream, seq],
        ).fetchone()
        return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)

    def _opened(
        self, origin: Origin, stream: str, note: str, *witnesses: Origin
    ) -> tuple[notes.Checkpoint, str, list[tuple[str, int, str]]]:
        """The verified checkpoint, its note with the origin's signature alone, and the witnesses'
        (name, Unix time, line). Of an origin's two keys on one note the one in use counts."""
        name = origin.name(stream)
        retired = self.retired_keys(origin.code)
        vkeys = [notes.vkey(name, key) for key in (origin.public_key, *retired)]
        vkeys += [notes.vkey(w.witness_name, w.public_key, notes.COSIGNATURE) for w in witnesses]
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
            elif key.public == origin.public_key or (
                not own_note and signed.size <= retired[key.public].get(stream, 0)
            ):
                own_note = f"{text}\n{signature.line}"
        if not own_note:
            raise notes.SignatureWrong("the signature of the origin's key for that size is missing")
        return signed, own_note, cosigned

    def signed_by(self, stream: str, note: str) -> Origin:
        """The stream's origin with that of its keys, in use or replaced, that signed the note.

        Raises UnknownOrigin, NoteMalformed, SignatureWrong.
        """
        origin = self._origin_of(stream)
        name = origin.name(stream)
        keys = (origin.public_key, *self.retired_keys(origin.code))
        _, verified = notes.verify_note(note, [notes.vkey(name, key) for key in keys])
        public = {key.public for key, _ in verified}
        return Origin(origin.code, origin.host, next(key for key in keys if key in public))

    def _own_note(self, stream: str, size: int, root: bytes) -> str:
        name = self._origin_of(stream).name(stream)
        return notes.sign(notes.checkpoint_text(name, size, root), name, self._key)

    def _keep_checkpoint(
        self, db: Database, stream: str, size: int, root: bytes, note: str
    ) -> None:
        """Keeps the newest checkpoint, those that a witness has signed, and of the others one
        every ANCHOR entries, so that a copy can be handed on in parts."""
        self._put_checkpoint(db, stream, size, root, note)
        before = db.execute(
            """
            SELECT size, size IN (SELECT size FROM cosignatures WHERE stream = :stream)
            FROM checkpoints WHERE stream = :stream AND size < :size ORDER BY size DESC LIMIT 2
            """,
            {"stream": stream, "size": size},
        ).fetchall()
        if before and not before[0][1]:
            anchor = before[1][0] if len(before) > 1 else 0
            if size - anchor <= ANCHOR:
                db.execute(
                    "DELETE FROM checkpoints WHERE stream = ? AND size = ?", [stream, before[0][0]]
                )

    def _put_checkpoint(self, db: Database, stream: str, size: int, root: bytes, note: str) -> None:
        """One note a size: the first, until the key that signed it was replaced."""
        held = db.execute(
            "SELECT note FROM checkpoints WHERE stream = ? AND size = ?", [stream, size]
        ).fetchone()
        if held is None or (
            held[0] != note
            and self.signed_by(stream, note)
            == self._origin_of(stream)
            != (self.signed_by(stream, held[0]))
        ):
            db.execute(
                "INSERT OR REPLACE INTO checkpoints (stream, size, root, note) VALUES (?, ?, ?, ?)",
                [stream, size, root, note],
            )

    def notes(self, stream: str, after: int = 0, limit: int = -1) -> list[CosignedNote]:
        """The cosigned checkpoints held of a stream in the order in which their cosignatures came
        in, from the local mark `after` on: each with all its cosignatures."""
        rows = self.db.execute(
            """
            SELECT c.size, max(c.id), p.note, group_concat(c.line, ''),
                group_concat(CASE WHEN c.bounds THEN '' ELSE c.at || ' ' END, '')
            FROM cosignatures AS c
            JOIN checkpoints AS p ON p.stream = c.stream AND p.size = c.size
            WHERE c.stream = ? GROUP BY c.size HAVING max(c.id) > ? ORDER BY 2 LIMIT ?
            """,
            [stream, after, limit],
        )
        return [
            CosignedNote(note + lines, [int(at) for at in carried.split()], mark)
            for _, mark, note, lines, carried in rows
        ]

    # ---- forks, and streams that must not grow for now ----

    def note_fork(self, fork: ForkFound) -> None:
        """Keeps both signed notes as evidence, once. A forked stream of our own is stopped."""
        with self._store.writing() as db:
            added = db.execute(
                "INSERT OR IGNORE INTO forks (stream, held, seen, noted_at) VALUES (?, ?, ?, ?)",
                [fork.stream, fork.held, fork.seen, clock.stamp()],
            )
            if added.rowcount and fork.stream.startswith(f"{self.code}/"):
                self.stop(fork.stream, FORKED)

    def forks(self, *, resolved: bool | None = None) -> list[dict[str, Any]]:
        """Evidence of forks: stream, held and seen notes, noted_at, resolved_at; newest first.
        All of them, or only those that were resolved here, or not."""
        return list(
            self.db.query(
                """
                SELECT * FROM forks
                WHERE :resolved IS NULL OR (resolved_at IS NOT NULL) = :resolved ORDER BY id DESC
                """,
                {"resolved": resolved},
            )
        )

    def resolve_forks(self, stream: str, rejected: Iterable[str] | None = None) -> None:
        """Marks the forks of a stream as mended: those whose refused head has one of the texts,
        or all."""
        texts = None if rejected is None else set(rejected)
        for fork in self.forks(resolved=False):
            if fork["stream"] == stream and (
                texts is None or notes.split_note(fork["seen"])[0] in texts
            ):
                self.db.execute(
                    "UPDATE forks SET resolved_at = ? WHERE id = ?", [clock.stamp(), fork["id"]]
                )

    def stop(self, stream: str, why: str, peer: str = "", until: str | None = None) -> None:
        """Lets nothing be appended to an own stream, until `release`d for that reason and peer or
        until that moment (RFC 3339)."""
        self.db.execute(
            "INSERT OR REPLACE INTO stopped (stream, why, peer, until) VALUES (?, ?, ?, ?)",
            [stream, why, peer, until],
        )

    def release(self, stream: str, why: str, peer: str = "") -> None:
        self.db.execute(
            "DELETE FROM stopped WHERE stream = ? AND why = ? AND peer = ?", [stream, why, peer]
        )

    def release_all(self, stream: str, why: str) -> None:
        self.db.execute("DELETE FROM stopped WHERE stream = ? AND why = ?", [stream, why])

    def stopped(self, stream: str | None = None) -> dict[str, str]:
        """Own streams to which nothing can be appended now, each with the reason."""
        rows = self.db.execute(
            """
            SELECT stream, min(why) FROM stopped
            WHERE (until IS NULL OR until > ?) AND stream = coalesce(?, stream) GROUP BY stream
            """,
            [clock.stamp(), stream],
        )
        return dict(list(rows))
