"""Merkle trees as in RFC 6962 section 2 and RFC 9162 section 2.1: roots, proofs, verification.

Leaves are hashed as SHA-256(0x00 + leaf), nodes as SHA-256(0x01 + left + right), and a tree of
n leaves is split at the largest power of two below n. Functions that make a proof take a
`NodeHash`: the hash of the complete subtree at (level, index), level 0 being the leaves, so that
a proof reads O(log n) stored hashes and not the leaves.
"""

import hashlib
from collections.abc import Callable, Sequence

NodeHash = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than `size` (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def range_hash(node: NodeHash, start: int, end: int) -> bytes:
    """Hash of the subtree over leaves [start, end), a range that the tree's splits produce."""
    size = end - start
    if size == 1 << (size.bit_length() - 1) and start % size == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + split(size)
    return node_hash(range_hash(node, start, middle), range_hash(node, middle, end))


def root(node: NodeHash, size: int) -> bytes:
    """The tree head over the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else range_hash(node, 0, size)


def inclusion_proof(node: NodeHash, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162 section 2.1.3.1. Raises ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(range_hash(node, middle, end))
            end = middle
        else:
            path.append(range_hash(node, start, middle))
            start = middle
    path.reverse()
    return path


def consistency_proof(node: NodeHash, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 9162 section 2.1.4.1. Raises ValueError unless 0 <= old <= new."""
    if not 0 <= old <= new:
        raise ValueError(f"no tree of {old} before one of {new}")
    if old in (0, new):
        return []
    path = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(range_hash(node, middle, end))
            end = middle
        else:
            path.append(range_hash(node, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(node, start, end))
    path.reverse()
    return path


def inclusion_holds(
    proof: Sequence[bytes], index: int, size: int, leaf: bytes, tree_root: bytes
) -> bool:
    """Whether the proof leads from leaf hash `leaf` at `index` to the root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == tree_root


def consistency_holds(
    proof: Sequence[bytes], old: int, new: int, old_root: bytes, new_root: bytes
) -> bool:
    """Whether the tree of `new` leaves extends that of `old` leaves (RFC 9162 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    from_old = from_new = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            from_old, from_new = node_hash(step, from_old), node_hash(step, from_new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            from_new = node_hash(from_new, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and from_old == old_root and from_new == new_root
