"""The tree against the RFC's own recursive definition, and its proofs against every tampering."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journal import merkle

# Roots of the certificate-transparency reference tree over these eight leaves.
REFERENCE_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
REFERENCE_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def defined_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


def reader(leaves: list[bytes]) -> merkle.NodeHash:
    def node(level: int, index: int) -> bytes:
        return defined_root(leaves[index << level : (index + 1) << level])

    return node


@pytest.mark.parametrize("size", REFERENCE_ROOTS)
def test_roots_are_those_of_the_reference_tree(size: int) -> None:
    assert merkle.root(reader(REFERENCE_LEAVES), size).hex() == REFERENCE_ROOTS[size]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle.root(reader([]), 0) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_is_proven_and_no_other_place(size: int) -> None:
    leaves = [bytes([n]) for n in range(size)]
    node, tree_root = reader(leaves), defined_root(leaves)
    for index in range(size):
        proof = merkle.inclusion_proof(node, index, size)
        leaf = merkle.leaf_hash(leaves[index])
        assert merkle.inclusion_holds(proof, index, size, leaf, tree_root)
        for other in range(size):
            if other != index:
                assert not merkle.inclusion_holds(proof, other, size, leaf, tree_root)


@pytest.mark.parametrize("new", range(34))
def test_every_earlier_tree_is_proven_to_be_a_prefix(new: int) -> None:
    leaves = [bytes([n]) for n in range(new)]
    node, new_root = reader(leaves), defined_root(leaves)
    for old in range(new + 1):
        old_root = defined_root(leaves[:old])
        proof = merkle.consistency_proof(node, old, new)
        assert merkle.consistency_holds(proof, old, new, old_root, new_root)
        forged = defined_root([*leaves[: max(old - 1, 0)], b"forged"])
        assert not merkle.consistency_holds(proof, old, new, forged, new_root)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_one_flipped_bit_breaks_a_proof(leaves: list[bytes], data: st.DataObject) -> None:
    node, tree_root, size = reader(leaves), defined_root(leaves), len(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(node, index, size)
    leaf = merkle.leaf_hash(leaves[index])
    assert merkle.inclusion_holds(proof, index, size, leaf, tree_root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        flipped = int.from_bytes(proof[at], "big") ^ (1 << bit)
        proof[at] = flipped.to_bytes(32, "big")
        assert not merkle.inclusion_holds(proof, index, size, leaf, tree_root)


def test_a_leaf_outside_the_tree_has_no_proof() -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_proof(reader([b"a"]), 1, 1)
