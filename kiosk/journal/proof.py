"""Proofs: one entry's place in its stream as a file that checks offline (C2SP tlog-proof).

    c2sp.org/tlog-proof@v1
    extra <base64>                  only where there is extra data; it is not authenticated
    index <position in the stream>
    <base64 hash>                   the RFC 6962 inclusion path, leaf's sibling first, one a line
                                    (an empty line)
    <the checkpoint, a signed note with its cosignatures, verbatim>

The file's name ends in `.tlog-proof`. Source: c2sp.org/tlog-proof.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.journal import merkle
from kiosk.journal.checkpoint import (
    Checkpoint,
    NoteMalformed,
    VerifierKey,
    decode_base64,
    open_note,
    parse_text,
    split_note,
)

HEADER = "c2sp.org/tlog-proof@v1"

PATH_LIMIT = 63
"""Hashes of an inclusion path: a tree has fewer than 2^63 leaves."""

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


class ProofMalformed(ValueError):
    """The text is no tlog-proof."""


class ProofWrong(ValueError):
    """The path does not lead from the leaf to the checkpoint's root."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The parts of a proof; `checkpoint` is the signed note. Nothing in it is verified yet."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __str__(self) -> str:
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(step).decode() for step in self.path]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def make(node: merkle.NodeHash, index: int, note: str, extra: bytes = b"") -> str:
    """The proof that entry `index` is in the tree whose checkpoint is `note`.

    `node` must know the tree at the checkpoint's size. Raises NoteMalformed; ValueError where the
    entry is not in that tree.
    """
    size = parse_text(split_note(note)[0]).size
    return str(Proof(index, tuple(merkle.inclusion_proof(node, index, size)), note, extra))


def parse(text: str) -> Proof:
    """The parts of a proof file. Raises ProofMalformed."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != HEADER:
        raise ProofMalformed(f"a proof begins with {HEADER} and holds an empty line")
    try:
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = decode_base64(lines.pop(0).removeprefix("extra "))
        found = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if found is None:
            raise ProofMalformed("the index line is missing or no decimal number")
        path = tuple(decode_base64(line) for line in lines)
    except NoteMalformed as error:
        raise ProofMalformed(str(error)) from error
    if len(path) > PATH_LIMIT or any(len(step) != 32 for step in path):
        raise ProofMalformed("the inclusion path is too long or holds no hashes of 32 bytes")
    return Proof(int(found[1]), path, note, extra)


def verify(text: str, leaf: bytes, vkeys: Iterable[str | VerifierKey]) -> Checkpoint:
    """The checkpoint that vouches for the entry whose canonical bytes are `leaf`.

    `vkeys` are the origin's and the trusted witnesses' keys; whether the cosignatures found are
    enough is the caller's to decide. Raises ProofMalformed, ProofWrong, NoteMalformed,
    SignatureWrong.
    """
    proof = parse(text)
    found = open_note(proof.checkpoint, vkeys)
    if not merkle.inclusion_holds(
        proof.path, proof.index, found.size, merkle.leaf_hash(leaf), found.root
    ):
        raise ProofWrong("the inclusion path does not lead to the checkpoint's root")
    return found
