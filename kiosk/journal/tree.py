"""Each stream's Merkle tree on file: the hash of every complete subtree, one row each."""

from collections.abc import Sequence

from sqlite_utils import Database

from kiosk.journal import merkle


def size(db: Database, stream: str) -> int:
    """How many entries of the stream are held."""
    row = db.execute("SELECT max(seq) FROM entries WHERE stream = ?", [stream]).fetchone()
    return 0 if row[0] is None else row[0] + 1


def node(db: Database, stream: str, level: int, index: int) -> bytes:
    """The hash of a complete subtree. Raises KeyError where none is held."""
    row = db.execute(
        "SELECT hash FROM tree WHERE stream = ? AND level = ? AND idx = ?",
        [stream, level, index],
    ).fetchone()
    if row is None:
        raise KeyError((stream, level, index))
    return bytes(row[0])


def grow(db: Database, stream: str, size: int, leaves: Sequence[bytes]) -> None:
    """Adds leaf hashes behind the first `size`, and every subtree that they complete."""
    # The left halves of what is still incomplete: of the tree as it was, and as it grows.
    edge = {
        level: node(db, stream, level, (size >> level) - 1)
        for level in range(size.bit_length())
        if size >> level & 1
    }
    rows = []
    for index, found in enumerate(leaves, size):
        level = 0
        rows.append((stream, level, index, found))
        while index & 1:
            found = merkle.node_hash(edge.pop(level), found)
            level, index = level + 1, index >> 1
            rows.append((stream, level, index, found))
        edge[level] = found
    db.conn.executemany("INSERT INTO tree (stream, level, idx, hash) VALUES (?, ?, ?, ?)", rows)
