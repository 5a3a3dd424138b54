"""A village written from docs/protocol.md alone, of hashes, signatures and JSON, works with ours.

Nothing of the program is used on its side, so what it can do is what the document tells.
"""

import base64
import hashlib
import json
import os
import struct
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from flask.testing import FlaskClient

from kiosk import create_app, villages
from kiosk.journal import verify
from kiosk.journal.log import Draft
from kiosk.node import Node
from kiosk.sync import contacts

V, T = "371721105209", "371721105000"
HOST = "sanwu.invalid"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(record: dict[str, Any]) -> bytes:
    return canonical({name: record[name] for name in record if name not in ("body", "salt")})


def root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + root(hashes[:split]) + root(hashes[split:])).digest()


def key_id(name: str, type: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([type]) + public).digest()[:4]


class Village:
    """The other village."""

    def __init__(self, door: FlaskClient) -> None:
        self.door = door
        self.key = Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes_raw()
        self.records: dict[str, list[dict[str, Any]]] = {f"{V}/public": [], f"{V}/parent": []}

    def call(self, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
        place, _, query = path.partition("?")
        digest = f"sha-256=:{b64(hashlib.sha256(body).digest())}:"
        params = (
            '("@method" "@path" "@query" "content-digest")'
            f';created={int(time.time())};keyid="{V}";alg="ed25519"'
            f';nonce="{os.urandom(12).hex()}";tag="sanwu-sync"'
        )
        base = (
            f'"@method": {method}\n"@path": /sync/v1{place}\n"@query": ?{query}\n'
            f'"content-digest": {digest}\n"@signature-params": {params}'
        )
        headers = {
            "Content-Digest": digest,
            "Signature-Input": f"sync={params}",
            "Signature": f"sync=:{b64(self.key.sign(base.encode()))}:",
        }
        answer = self.door.open(f"/sync/v1{path}", method=method, headers=headers, data=body)
        return answer.status_code, answer.get_json(silent=True) or answer.data

    def post(self, path: str, message: Any) -> Any:
        code, answer = self.call("POST", path, json.dumps(message).encode())
        assert code == 200, answer
        return answer

    def append(self, channel: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        stream, salt = f"{V}/{channel}", os.urandom(16)
        self.records[stream].append(
            {
                "stream": stream,
                "seq": len(self.records[stream]),
                "kind": kind,
                "subject": subject,
                "at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
                "actor": "system",
                "body": body,
                "salt": salt.hex(),
                "body_hash": hashlib.sha256(salt + canonical(body)).hexdigest(),
            }
        )

    def checkpoint(self, stream: str, size: int) -> str:
        hashes = [hashlib.sha256(b"\0" + leaf(it)).digest() for it in self.records[stream][:size]]
        name = f"{HOST}/{stream}"
        text = f"{name}\n{size}\n{b64(root(hashes))}\n"
        signature = key_id(name, 1, self.public) + self.key.sign(text.encode())
        return f"{text}\n— {name} {b64(signature)}\n"

    def push(self, stream: str, start: int) -> dict[str, Any]:
        size = len(self.records[stream])
        message = {
            "from": start,
            "old": self.checkpoint(stream, start) if start else None,
            "entries": self.records[stream][start:],
            "note": self.checkpoint(stream, size),
            "more": False,
        }
        answer: dict[str, Any] = self.post(f"/streams/{stream}", message)
        return answer


def is_cosigned(note: str, public: bytes) -> bool:
    """Whether the township's signature of its own clock stands below the note and holds."""
    text, lines = note.split("\n\n")
    text += "\n"
    name = f"{HOST}/{T}"
    for each in lines.splitlines():
        if each.startswith(f"— {name} "):
            raw = base64.b64decode(each.rpartition(" ")[2])
            assert raw[:4] == key_id(name, 4, public)
            (at,) = struct.unpack(">Q", raw[4:12])
            message = f"cosignature/v1\ntime {at}\n{text}".encode()
            Ed25519PublicKey.from_public_bytes(public).verify(raw[12:], message)
            return abs(at - time.time()) < 120
    return False


def test_a_village_written_from_the_document_alone(township: Node) -> None:
    other = Village(create_app(township).test_client())
    township.journal.append_all(
        Draft(V, "test.written", "s", {"n": n, "text": "村"}) for n in range(5)
    )
    asked = {"village": V, "name": "外写村", "host": HOST, "public_key": other.public.hex()}
    code = villages.invite(township.journal, V, actor="测试")
    above = other.post("/enrol", {**asked, "code": code.lower()})
    assert (above["code"], above["host"]) == (T, HOST)
    public = bytes.fromhex(above["public_key"])

    photo = os.urandom(5000)
    sha = hashlib.sha256(photo).hexdigest()
    said = {"code": V, "name": "外写村", "role": "village", "began": "2026-01-01"}
    other.append("public", "node.described", V, {**said, "contacts": {}, "public_url": ""})
    other.append("public", "unheard.of", "x", {"photo": sha, "数": [1, None, True, "é"]})
    other.append("public", "entry.erased", "x", {"seq": 1, "reason": "试"})
    other.append("public", "unheard.of", "y", {"attachments": [{"sha": sha}]})
    other.append("parent", "unheard.of", "z", {})
    streams = [f"{V}/public", f"{V}/parent"]
    heads = other.post("/heads", {"sizes": {it: len(other.records[it]) for it in streams}})
    for stream in streams:
        assert heads[stream]["size"] == 0
        answer = other.push(stream, 0)
        assert answer["size"] == len(other.records[stream])
        assert is_cosigned(answer["note"], public)
    assert other.push(streams[0], 2)["size"] == 4  # sent again, from the middle

    offered = other.post("/blobs/offer", {"shas": [sha]})
    assert (offered["held"], offered["wanted"]) == ([], [sha])
    put = f"/blobs/{sha}?of={len(photo)}&from="
    assert other.call("PUT", f"{put}0", photo[:3000]) == (200, {"size": 3000})
    code_, refusal = other.call("PUT", f"{put}4000", photo[4000:])
    assert (code_, refusal["offset"]) == (409, 3000)
    assert other.call("PUT", f"{put}3000", photo[3000:]) == (200, {"size": 5000})
    assert other.call("GET", f"/blobs/{sha}?from=10") == (200, photo[10:])

    down = f"{T}/{V}"
    code_, batch = other.call("GET", f"/streams/{down}?from=0")
    assert code_ == 200 and not batch["more"]
    for record in batch["entries"]:
        body_hash = hashlib.sha256(bytes.fromhex(record["salt"]) + canonical(record["body"]))
        assert body_hash.hexdigest() == record["body_hash"]
    hashes = [hashlib.sha256(b"\0" + leaf(record)).digest() for record in batch["entries"]]
    assert batch["note"].split("\n")[:3] == [f"{HOST}/{down}", "5", b64(root(hashes))]
    assert other.post(f"/roots/{down}", {"sizes": [5, 6]})["roots"] == [root(hashes).hex(), None]
    assert other.post("/status", {"version": "mine", "queue": 0}) == {"wants": []}

    journal = township.journal
    assert list(verify.faults(journal)) == []
    assert journal.entry(streams[0], 1).erased
    named = villages.village(journal, V)
    assert named is not None and named.name == "外写村"
    contact = contacts.last_contact(journal, V)
    assert contact is not None and contact.status["version"] == "mine"
    other.records[streams[0]][3]["actor"] = "someone else"
    code_, refusal = other.call(
        "POST",
        f"/streams/{streams[0]}",
        json.dumps(
            {"from": 4, "old": other.checkpoint(streams[0], 4), "entries": [], "note": None}
        ).encode(),
    )
    assert code_ == 409 and refusal["held"].startswith(f"{HOST}/{streams[0]}\n4\n")
