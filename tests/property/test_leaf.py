"""A leaf is the canonical JSON of an entry's fields, and a tree grows alike in any portions."""

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from kiosk.journal import merkle, tree
from kiosk.journal.entry import Entry

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=200, deadline=None)
@given(
    TEXTS, st.integers(0, 2**40), TEXTS, TEXTS, TEXTS, TEXTS, st.binary(min_size=32, max_size=32)
)
def test_a_leaf_is_canonical(
    stream: str, seq: int, kind: str, subject: str, at: str, actor: str, body_hash: bytes
) -> None:
    fields = {"kind": kind, "subject": subject, "at": at, "actor": actor}
    entry = Entry(stream, seq, kind, subject, at, actor, None, None, body_hash)
    assert entry.leaf == rfc8785.dumps(
        {**fields, "stream": stream, "seq": seq, "body_hash": body_hash.hex()}
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), max_size=8))
def test_a_tree_grown_in_portions_is_the_tree_of_its_leaves(portions: list[int]) -> None:
    db = Database(memory=True)
    db.execute("CREATE TABLE tree (stream, level, idx, hash, PRIMARY KEY (stream, level, idx))")
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(sum(portions))]
    size = 0
    for count in portions:
        tree.grow(db, "s", size, leaves[size : size + count])
        size += count

    def whole(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return merkle.node_hash(whole(level - 1, 2 * index), whole(level - 1, 2 * index + 1))

    rows = list(db.execute("SELECT level, idx, hash FROM tree"))
    assert len(rows) == sum(size >> level for level in range(size.bit_length()))
    for level, index, found in rows:
        assert found == whole(level, index)
    stored = merkle.root(lambda level, index: tree.node(db, "s", level, index), size)
    assert stored == merkle.root(whole, size)
