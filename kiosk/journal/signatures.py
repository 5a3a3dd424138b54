"""What origins and witnesses signed about the streams held here: checkpoints and cosignatures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from kiosk import clock
from kiosk.journal import checkpoint as notes
from kiosk.journal import tree
from kiosk.journal.origins import Origin
from kiosk.journal.stops import Stops

ANCHOR = 1000
"""Entries between two checkpoints that are kept even where no witness has signed."""


class BadEntries(ValueError):
    """Entries and their signed checkpoint do not belong together, or leave a gap."""


@dataclass(frozen=True, slots=True)
class CosignedNote:
    """A checkpoint with its cosignatures. `carried`: "<witness> <Unix time>" of those that came by
    a carrier; `mark` counts up locally."""

    note: str
    carried: list[str]
    mark: int


class Signatures(Stops):
    """Signatures on file, and this node's own."""

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
        self, stream: str, note: str, *witnesses: Origin, carried: Iterable[str] = ()
    ) -> None:
        """Keeps the witnesses' signatures on a checkpoint of a stream held here.

        `carried` names those that came by a carrier, as CosignedNote does; see `cosign`. Where the
        note on file is by a key that was replaced, one by the key in use takes its place. Raises
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
                self._keep_cosignature(
                    db, stream, signed.size, name, at, line, f"{name} {at}" not in apart
                )

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

    def cosignature_position(self) -> int:
        """The local number of the newest cosignature."""
        row = self.db.execute("SELECT max(id) FROM cosignatures").fetchone()
        return row[0] or 0

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
                group_concat(
                    CASE WHEN c.bounds THEN '' ELSE c.witness || ' ' || c.at || char(10) END, ''
                )
            FROM cosignatures AS c
            JOIN checkpoints AS p ON p.stream = c.stream AND p.size = c.size
            WHERE c.stream = ? GROUP BY c.size HAVING max(c.id) > ? ORDER BY 2 LIMIT ?
            """,
            [stream, after, limit],
        )
        return [
            CosignedNote(note + lines, carried.splitlines(), mark)
            for _, mark, note, lines, carried in rows
        ]
