"""Another key for a healthy node: said by itself with the old key, certified by the node above.

1. A new key on disk (`node.key.new`).
2. `key.rotated` {old_public_key, new_public_key} on the node's public stream, pushed: its own word
   for the change, signed with the old key.
3. `POST rotate` {public_key, proof}, where `proof` is the new key's Ed25519 signature, in base64,
   over `sanwu-key-rotation/v1\\n<code>\\n<old key, hex>\\n<new key, hex>\\n`: whoever asks has it.
4. The node above appends `key.certified`; the old key is good up to the sizes in its `from`.
5. The journal takes the new key and signs everything again; `node.key.new` becomes `node.key`.

Each step may be repeated, so a cut between any two is mended by running it again.
"""

import base64
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from kiosk import keys, villages
from kiosk.journal import regain
from kiosk.journal.log import Journal
from kiosk.node import Node
from kiosk.sync import client
from kiosk.sync.calls import AnsweredNo, Calls
from kiosk.sync.transport import Http, Transport, Unreachable
from kiosk.sync.wire import MessageMalformed

ROTATED = "key.rotated"


class RotationFailed(ValueError):
    """The message says why, in plain Chinese."""


def rotate(node: Node, transport: Transport | None = None) -> bytes:
    """Gives the node another key; its public half. The node is closed afterwards and nothing else
    may have it open. Raises RotationFailed; may then be repeated."""
    up = client.upstream(node)
    if up is None:
        raise RotationFailed("还没有加入乡镇，没有谁能证明新密钥。请先运行 kiosk enrol。")
    if node.config.is_township and villages.children(node.journal):
        raise RotationFailed("各村都记着本镇的密钥，不能这样更换。请保管好备份。")
    path = Path(node.config.dir) / keys.NEW
    begun = path.exists()
    new = keys.load(path) if begun else keys.make(path)
    try:
        if transport is not None:
            _asked(node, new, transport, begun)
        else:
            with Http(up.url) as http:
                _asked(node, new, http, begun)
    except (Unreachable, AnsweredNo) as error:
        raise RotationFailed(f"密钥没有换成：{error}") from error
    except MessageMalformed as error:
        raise RotationFailed("密钥没有换成：上级服务器的回答看不懂。") from error
    journal = node.journal
    own = {s: journal.size(s) for s in journal.streams() if s.startswith(f"{journal.code}/")}
    regain.change_key(journal, new, own)
    keys.take_new(Path(node.config.dir))
    node.close()
    return new.public_key().public_bytes_raw()


def statement(code: str, old: bytes, new: bytes) -> bytes:
    """What the new key signs, so that nobody certifies a key that its asker does not have."""
    return f"sanwu-key-rotation/v1\n{code}\n{old.hex()}\n{new.hex()}\n".encode()


def holds(code: str, old: bytes, new: bytes, proof: str) -> bool:
    """Whether the proof shows that the asker has the new key."""
    try:
        Ed25519PublicKey.from_public_bytes(new).verify(
            base64.b64decode(proof, validate=True), statement(code, old, new)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def announced(journal: Journal, code: str, new: bytes) -> bool:
    """Whether the node itself said, with its old key, that this is its next key."""
    said = [
        entry
        for entry in journal.find(code, ROTATED)
        if entry.stream == f"{code}/public" and entry.body is not None
    ]
    return (
        bool(said)
        and said[-1].body is not None
        and (said[-1].body.get("new_public_key") == new.hex())
    )


def _asked(node: Node, new: Ed25519PrivateKey, transport: Transport, begun: bool) -> None:
    """Returns when the node above has certified the new key."""
    code = node.config.code
    old = node.key.public_key().public_bytes_raw()
    public = new.public_key().public_bytes_raw()
    proof = base64.b64encode(new.sign(statement(code, old, public))).decode()
    message = {"public_key": public.hex(), "proof": proof}
    if begun:
        # Perhaps it was certified already and only the answer was lost: then it speaks for us.
        try:
            Calls(code, new, transport).post("/rotate", message)
            return
        except AnsweredNo as refusal:
            if refusal.status != 401:
                raise
    if not announced(node.journal, code, public):
        body = {"old_public_key": old.hex(), "new_public_key": public.hex()}
        node.journal.append("public", ROTATED, code, body)
    done = client.round(node, transport)
    if done.troubles:
        raise RotationFailed(f"密钥没有换成：{' '.join(done.troubles)}")
    Calls(code, node.key, transport).post("/rotate", message)
