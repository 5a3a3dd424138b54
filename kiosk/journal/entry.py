"""Entries: what people did, in canonical bytes.

An entry is one record of an append-only stream. Its *leaf* (the bytes hashed into the stream's
Merkle tree) is the canonical JSON (RFC 8785) of every field but `body` and `salt`, and covers
`body_hash` = SHA-256(salt + canonical JSON of the body). A body can therefore be erased for good
while the stream still verifies and still shows that something stood there.
"""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from json.encoder import encode_basestring as _quoted
from typing import Any

from kiosk.journal import canonical

LEAF_LIMIT = 65_535
"""Bytes: an entry bundle of C2SP tlog-tiles gives each leaf a 16-bit length."""

SALT_BYTES = 16


class LeafTooLong(ValueError):
    """The entry's fields without its body are longer than an entry bundle can hold."""


class BodyMismatch(ValueError):
    """Body and salt do not give the entry's body hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. `at` is RFC 3339 in UTC; `body` and `salt` are both None once erased.

    `text` is the body's canonical JSON where it was worked out already.
    """

    stream: str
    seq: int
    kind: str
    subject: str
    at: str
    actor: str
    body: dict[str, Any] | None
    salt: bytes | None
    body_hash: bytes
    text: str | None = field(default=None, compare=False, repr=False)

    @property
    def erased(self) -> bool:
        return self.body is None

    @property
    def leaf(self) -> bytes:
        """Canonical bytes without body and salt.

        Raises LeafTooLong over 65,535 bytes (C2SP tlog-tiles).
        """
        # As `canonical.dumps` of the fields: their names are in order, and a text or a small whole
        # number is written alike.
        leaf = (
            f'{{"actor":{_quoted(self.actor)},"at":{_quoted(self.at)},'
            f'"body_hash":"{self.body_hash.hex()}","kind":{_quoted(self.kind)},'
            f'"seq":{self.seq},"stream":{_quoted(self.stream)},'
            f'"subject":{_quoted(self.subject)}}}'
        ).encode()
        if len(leaf) > LEAF_LIMIT:
            raise LeafTooLong(f"entry {self.stream}#{self.seq}: leaf of {len(leaf)} bytes")
        return leaf

    def without_body(self) -> "Entry":
        """The same entry erased: its leaf, and so its place in the tree, is unchanged."""
        return replace(self, body=None, salt=None, text=None)


def hash_of_body(salt: bytes, body: dict[str, Any]) -> bytes:
    """SHA-256 of the salt followed by the body's canonical JSON (RFC 8785): 32 bytes."""
    return hashlib.sha256(salt + canonical.dumps(body)).digest()


def new_entry(
    stream: str, seq: int, kind: str, subject: str, at: str, actor: str, body: dict[str, Any]
) -> Entry:
    """An entry with a fresh random salt. Raises LeafTooLong."""
    salt = secrets.token_bytes(SALT_BYTES)
    text = canonical.dumps(body)
    body_hash = hashlib.sha256(salt + text).digest()
    entry = Entry(stream, seq, kind, subject, at, actor, body, salt, body_hash, text.decode())
    entry.leaf  # noqa: B018 - refused here, before anything of it is stored
    return entry


def entry_record(entry: Entry) -> dict[str, Any]:
    """The entry as plain JSON values, for sync and bundles; bytes as hex."""
    return {
        "stream": entry.stream,
        "seq": entry.seq,
        "kind": entry.kind,
        "subject": entry.subject,
        "at": entry.at,
        "actor": entry.actor,
        "body": entry.body,
        "salt": None if entry.salt is None else entry.salt.hex(),
        "body_hash": entry.body_hash.hex(),
    }


def entry_from_record(record: dict[str, Any]) -> Entry:
    """The entry of a record made by `entry_record`, checked.

    Raises BodyMismatch where body and salt do not give the hash or only one of them is there,
    KeyError, TypeError or ValueError where the record is no such record.
    """
    salt = None if record["salt"] is None else bytes.fromhex(record["salt"])
    body = record["body"]
    body_hash = bytes.fromhex(record["body_hash"])
    for name in ("stream", "kind", "subject", "at", "actor"):
        if not isinstance(record[name], str):
            raise TypeError(f"{name} is not text")
    seq = record["seq"]
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0 or len(body_hash) != 32:
        raise ValueError("seq or body_hash is malformed")
    if (body is None) != (salt is None):
        raise BodyMismatch("body and salt are erased together or not at all")
    text = None
    if body is not None and salt is not None:
        if not isinstance(body, dict):
            raise TypeError("body is not an object")
        text = canonical.dumps(body)
        if len(salt) != SALT_BYTES or hashlib.sha256(salt + text).digest() != body_hash:
            raise BodyMismatch(f"body of {record['stream']}#{seq} does not give its hash")
    return Entry(
        record["stream"],
        seq,
        record["kind"],
        record["subject"],
        record["at"],
        record["actor"],
        body,
        salt,
        body_hash,
        None if text is None else text.decode(),
    )
