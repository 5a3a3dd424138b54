"""Published vectors: c2sp.org/tlog-proof, github.com/transparency-dev/formats (tlog_proof_test.go)
and, for the path, the tree of github.com/google/certificate-transparency (merkle_tree_test.cc)."""

import base64
import hashlib
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.journal import merkle
from kiosk.journal.checkpoint import (
    COSIGNATURE,
    SignatureWrong,
    checkpoint_text,
    cosign,
    sign,
    vkey,
)
from kiosk.journal.proof import HEADER, Proof, ProofMalformed, ProofWrong, make, parse, verify

H1 = hashlib.sha256(b"hash1").digest()
H2 = hashlib.sha256(b"hash2").digest()
H1_LINE = base64.b64encode(H1).decode()
H2_LINE = base64.b64encode(H2).decode()

LEAVES = [
    bytes.fromhex(each)
    for each in (
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
ROOT = bytes.fromhex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
PATH_OF_0 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
ORIGIN = "sanwu.invalid/371721105201/public"
WITNESS = "sanwu.invalid/371721105"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
KEYS = [
    vkey(ORIGIN, KEY.public_key()),
    vkey(WITNESS, WITNESS_KEY.public_key(), COSIGNATURE),
]
AT = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)


@cache
def node(level: int, index: int) -> bytes:
    if level == 0:
        return merkle.leaf_hash(LEAVES[index])
    return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))


def note() -> str:
    signed = sign(checkpoint_text(ORIGIN, 8, ROOT), ORIGIN, KEY)
    return signed + cosign(signed, WITNESS, WITNESS_KEY, AT)


@pytest.mark.parametrize(
    ("proof", "text"),
    [
        (
            Proof(5, (H1, H2), "test checkpoint\n"),
            f"{HEADER}\nindex 5\n{H1_LINE}\n{H2_LINE}\n\ntest checkpoint\n",
        ),
        (
            Proof(10, (H1,), "checkpoint data\n", b"extra information"),
            f"{HEADER}\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n{H1_LINE}\n\ncheckpoint data\n",
        ),
        (Proof(0, (), "checkpoint\n"), f"{HEADER}\nindex 0\n\ncheckpoint\n"),
    ],
)
def test_published_proofs_are_read_and_written(proof: Proof, text: str) -> None:
    assert str(proof) == text
    assert parse(text) == proof


@pytest.mark.parametrize(
    "text",
    [
        "wrong-header\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\n\n\ncheckpoint\n",
        f"{HEADER}\nindex notanumber\n\ncheckpoint\n",
        f"{HEADER}\nindex -5\n\ncheckpoint\n",
        f"{HEADER}\nindex 05\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\n{base64.b64encode(bytes(64)).decode()}\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\n{'a' * 65 * 1024}\n",
        f"{HEADER}\nindex 0\n" + (H1_LINE + "\n") * 64 + "\ncheckpoint\n",
        f"{HEADER}\nindex 0\nextra QQ==\n\ncheckpoint\n",
        "",
    ],
    ids=range(12),
)
def test_malformed_proofs_are_refused(text: str) -> None:
    with pytest.raises(ProofMalformed):
        parse(text)


def test_the_path_is_the_published_one() -> None:
    proof = parse(make(node, 0, note()))
    assert [step.hex() for step in proof.path] == PATH_OF_0
    assert proof.checkpoint == note()


@pytest.mark.parametrize("index", range(8))
def test_a_proof_checks_offline(index: int) -> None:
    found = verify(make(node, index, note(), b"more"), LEAVES[index], KEYS)
    assert (found.origin, found.size) == (ORIGIN, 8)
    assert found.cosignatures == ((WITNESS, AT),)


def test_a_proof_of_another_leaf_place_or_signer_is_refused() -> None:
    text = make(node, 3, note())
    with pytest.raises(ProofWrong):
        verify(text, LEAVES[4], KEYS)
    with pytest.raises(ProofWrong):
        verify(text.replace("index 3", "index 2"), LEAVES[3], KEYS)
    with pytest.raises(SignatureWrong):
        verify(text, LEAVES[3], [vkey(ORIGIN, WITNESS_KEY.public_key())])
    with pytest.raises(ValueError, match="not in a tree"):
        make(node, 8, note())
