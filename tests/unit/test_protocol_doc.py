"""docs/protocol.md holds: its worked example, recomputed twice, its routes, codes and fields.

The first recomputation uses hashes, signatures, JSON and base64 and nothing of this program, as
somebody would who writes another implementation from the document.
"""

import base64
import hashlib
import json
import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import clock, create_app
from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle, proof, tiles
from kiosk.journal.entry import entry_from_record, entry_record
from kiosk.node import ROOMS, Node
from kiosk.sync import rotation, signing, status
from kiosk.villages.commands import _hash

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "protocol.md").read_text("utf-8")
SERVER = (ROOT / "kiosk" / "sync" / "server.py").read_text("utf-8")
_BLOCK = re.compile(r"^```\w+ example ([\w-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE: dict[str, str] = dict(_BLOCK.findall(TEXT))
V, T = "371721105201", "371721105000"
STREAM = f"{V}/public"
ORIGIN, WITNESS = f"sanwu.invalid/{STREAM}", f"sanwu.invalid/{T}"
COSIGNED_AT = 1772413515


def line(name: str) -> str:
    return EXAMPLE[name].removesuffix("\n")


def record(n: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLE[f"record-{n}"])
    return found


def key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(line(f"{name}-seed")))


# ---- by the document alone ----


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canonical(value: Any) -> bytes:
    """RFC 8785 for texts and whole numbers with ASCII keys: enough for the example."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(entry: dict[str, Any]) -> bytes:
    return canonical({name: entry[name] for name in entry if name not in ("body", "salt")})


def leaf_hash(entry: dict[str, Any]) -> bytes:
    return hashlib.sha256(b"\x00" + leaf(entry)).digest()


def joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def material(name: str, type: int, public: bytes) -> tuple[bytes, str]:
    id = hashlib.sha256(name.encode() + b"\n" + bytes([type]) + public).digest()[:4]
    return id, f"{name}+{id.hex()}+{b64(bytes([type]) + public)}"


def checkpoint(size: int, root: bytes) -> str:
    signer = key("village")
    text = f"{ORIGIN}\n{size}\n{b64(root)}\n"
    id, _ = material(ORIGIN, 1, signer.public_key().public_bytes_raw())
    return f"{text}\n— {ORIGIN} {b64(id + signer.sign(text.encode()))}\n"


def cosignature(message: str) -> str:
    signer = key("township")
    id, _ = material(WITNESS, 4, signer.public_key().public_bytes_raw())
    signature = signer.sign(message.encode())
    return f"— {WITNESS} {b64(id + struct.pack('>Q', COSIGNED_AT) + signature)}\n"


def test_the_example_follows_from_its_keys_and_records_by_the_document_alone() -> None:
    village, township = key("village").public_key(), key("township").public_key()
    for entry in map(record, range(3)):
        body_hash = hashlib.sha256(bytes.fromhex(entry["salt"]) + canonical(entry["body"]))
        assert entry["body_hash"] == body_hash.hexdigest()
    hashes = [leaf_hash(record(n)) for n in range(3)]
    root = joined(hashes[0], hashes[1])
    note = checkpoint(2, root)
    message = f"cosignature/v1\ntime {COSIGNED_AT}\n{note.partition(chr(10) * 2)[0]}\n"
    cosigned = note + cosignature(message)
    leaves = [leaf(record(n)) for n in range(2)]
    found = {
        "village-public": village.public_bytes_raw().hex(),
        "township-public": township.public_bytes_raw().hex(),
        "village-vkey": material(ORIGIN, 1, village.public_bytes_raw())[1],
        "township-vkey": material(WITNESS, 4, township.public_bytes_raw())[1],
        "canonical-body-1": canonical(record(1)["body"]).decode(),
        "leaf-0": leaves[0].decode(),
        "leaf-1": leaves[1].decode(),
        "leaf-hash-0": hashes[0].hex(),
        "leaf-hash-1": hashes[1].hex(),
        "leaf-hash-2": hashes[2].hex(),
        "root-2": root.hex(),
        "root-3": joined(root, hashes[2]).hex(),
        "checkpoint-2": note.removesuffix("\n"),
        "checkpoint-3": checkpoint(3, joined(root, hashes[2])).removesuffix("\n"),
        "cosigned-message-2": message.removesuffix("\n"),
        "cosignature-2": cosignature(message).removesuffix("\n"),
        "tlog-proof-1": f"c2sp.org/tlog-proof@v1\nextra {b64(leaves[1])}\nindex 1\n"
        f"{b64(hashes[0])}\n\n{cosigned}".removesuffix("\n"),
        "tile-0": (hashes[0] + hashes[1]).hex(),
        "entry-bundle": b"".join(struct.pack(">H", len(each)) + each for each in leaves).hex(),
    }
    for name, value in found.items():
        assert line(name) == value, name


def test_the_example_request_and_statements_by_the_document_alone() -> None:
    head, _, body = EXAMPLE["request"].partition("\n\n")
    fields = dict(each.split(": ", 1) for each in head.split("\n")[1:])
    digest = f"sha-256=:{b64(hashlib.sha256(body.rstrip().encode()).digest())}:"
    assert fields["Content-Digest"] == digest
    params = fields["Signature-Input"].removeprefix("sync=")
    base = (
        '"@method": POST\n"@path": /sync/v1/heads\n"@query": ?\n'
        f'"content-digest": {digest}\n"@signature-params": {params}'
    )
    assert line("signature-base") == base
    assert fields["Signature"] == f"sync=:{b64(key('village').sign(base.encode()))}:"
    new = key("new")
    statement = (
        f"sanwu-key-rotation/v1\n{V}\n{line('village-public')}\n"
        f"{new.public_key().public_bytes_raw().hex()}\n"
    )
    assert EXAMPLE["rotation-statement"] == statement
    assert line("rotation-proof") == b64(new.sign(statement.encode()))
    (code,) = re.findall(r'"code": "(\w{4}-\w{4}-\w{4})"', TEXT)
    assert line("code-hash") == hashlib.sha256(code.replace("-", "").encode()).hexdigest()
    assert _hash(code.lower()) == line("code-hash")


# ---- by this program ----


def test_the_example_is_what_this_program_reads_and_writes() -> None:
    entries = [entry_from_record(record(n)) for n in range(3)]
    assert [entry_record(entry) for entry in entries] == [record(n) for n in range(3)]
    for n, entry in enumerate(entries):
        assert merkle.leaf_hash(entry.leaf).hex() == line(f"leaf-hash-{n}")
        assert entry.without_body().leaf == entry.leaf
    at = datetime.fromtimestamp(COSIGNED_AT, UTC)
    root = bytes.fromhex(line("root-2"))
    note = notes.sign(notes.checkpoint_text(ORIGIN, 2, root), ORIGIN, key("village"))
    assert note == EXAMPLE["checkpoint-2"]
    assert notes.cosign(note, WITNESS, key("township"), at) == EXAMPLE["cosignature-2"]
    vkeys = [line("village-vkey"), line("township-vkey")]
    assert vkeys == [
        notes.vkey(ORIGIN, key("village").public_key()),
        notes.vkey(WITNESS, key("township").public_key(), notes.COSIGNATURE),
    ]
    found = proof.verify(EXAMPLE["tlog-proof-1"], entries[1].leaf, vkeys)
    assert (found.size, found.root, found.cosignatures) == (2, root, ((WITNESS, at),))
    hashes = [merkle.leaf_hash(entry.leaf) for entry in entries]
    new = notes.open_note(EXAMPLE["checkpoint-3"], vkeys)
    assert merkle.consistency_holds([hashes[2]], 2, 3, root, new.root)
    assert tiles.bundle(entry.leaf for entry in entries[:2]).hex() == line("entry-bundle")
    assert json.loads(EXAMPLE["bodies-1"]) == {
        "body": entries[1].body,
        "salt": record(1)["salt"],
    }


def test_the_example_request_is_answered_and_the_statement_holds(village: Node) -> None:
    head, _, body = EXAMPLE["request"].partition("\n\n")
    fields = dict(each.split(": ", 1) for each in head.split("\n")[1:])
    public = bytes.fromhex(line("village-public"))
    made = datetime.fromtimestamp(int(fields["Signature-Input"].split("created=")[1][:10]), UTC)
    with clock.set_to(made):
        said = signing.verify(
            signing.Message("POST", "/sync/v1/heads", fields), {V: public}.get, village.journal
        )
    assert said == (V, signing.digest(hashlib.sha256(body.rstrip().encode()).digest()))
    new = key("new").public_key().public_bytes_raw()
    assert EXAMPLE["rotation-statement"].encode() == rotation.statement(V, public, new)
    assert rotation.holds(V, public, new, line("rotation-proof"))


# ---- nothing left out ----


def test_every_route_of_sync_is_described(township: Node) -> None:
    spelled = {"<int:seq>": "<seq>", "<path:path>": ""}
    for rule in create_app(township).url_map.iter_rules():
        path = str(rule)
        if path.startswith("/sync/v1/"):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                assert f"`{method} {path}" in TEXT, (method, path)
        elif path.startswith("/streams/"):
            name = path.removeprefix("/streams/<origin>/public/")
            for ours, plain in spelled.items():
                name = name.replace(ours, plain)
            assert f"`{name}" in TEXT, path


def test_every_refusal_is_described() -> None:
    codes = set(re.findall(r"Refused\(\s*(\d{3})", SERVER))
    assert codes >= {"400", "401", "507"}
    assert codes <= set(re.findall(r"^\| (\d{3}) \|", TEXT, re.MULTILINE))


def test_every_field_of_a_status_is_described(enrolled: Node) -> None:
    part = TEXT.partition("**`POST /sync/v1/status`**")[2].partition("\n\n**")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == set(status.of(enrolled, T))


@pytest.mark.parametrize("room", [room for room in ROOMS if room.kinds], ids=lambda room: room.name)
def test_every_kind_of_entry_is_listed(room: Any) -> None:
    """`python scripts/kinds.py` writes the list again."""
    listed = (ROOT / "docs" / "kinds.md").read_text("utf-8")
    for kind in room.kinds:
        assert f"`{kind}`" in listed, kind
