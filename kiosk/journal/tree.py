"""Each stream's Merkle tree on file: the hash of every complete subtree, one row each."""

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


def grow(db: Database, stream: str, index: int, leaf: bytes) -> None:
    """Adds the leaf hash at `index`, the next one, and every subtree that it completes."""
    level, found = 0, leaf
    insert = "INSERT INTO tree (stream, level, idx, hash) VALUES (?, ?, ?, ?)"
    db.execute(insert, [stream, level, index, found])
    while index & 1:
        found = merkle.node_hash(node(db, stream, level, index - 1), found)
        level, index = level + 1, index >> 1
        db.execute(insert, [stream, level, index, found])
