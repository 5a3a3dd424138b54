"""Who signs: the origins of streams, their keys, and this node among them.

Names are C2SP's: `<host>/<origin>/<channel>` for a stream, `<host>/<code>` for a witness, where the
host is the origin's public one or `sanwu.invalid`.

An origin has one key at a time. A key that was replaced stays good for what it had signed when it
was: for each stream up to a size, its *limit*. The key in use may sign any size, so a node that
was recovered signs its whole history again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database

from kiosk.journal import merkle, tree
from kiosk.journal.store import Store


class UnknownOrigin(ValueError):
    """No key is on file for the stream's origin."""


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


class Origins:
    """The database of one node, and the keys in it."""

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
