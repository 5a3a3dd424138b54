"""What origins and witnesses signed about the streams held here: keys, checkpoints, cosignatures,
evidence of forks. The names on checkpoints are C2SP's: `<host>/<origin>/<channel>` for a stream,
`<host>/<code>` for a witness, where the host is the origin's public one or `sanwu.invalid`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from kiosk import clock
from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle, tree
from kiosk.journal.store import Store


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
            if signed.size > tree.size(db, stream) or self.root(stream, signed.size) != (
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

    # ---- forks ----

    def note_fork(self, fork: ForkFound) -> None:
        """Keeps both signed notes as evidence, once."""
        self.db.execute(
            "INSERT OR IGNORE INTO forks (stream, held, seen, noted_at) VALUES (?, ?, ?, ?)",
            [fork.stream, fork.held, fork.seen, clock.stamp()],
        )

    def forks(self) -> list[dict[str, Any]]:
        """Evidence of forks: stream, held and seen notes, noted_at; newest first."""
        return list(self.db.query("SELECT * FROM forks ORDER BY id DESC"))
