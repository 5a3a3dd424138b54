"""Signed notes, checkpoints and cosignatures: what a stream's origin and its witnesses vouch for.

A *signed note* (C2SP signed-note) is UTF-8 text ending in a newline, an empty line, and one or more
signature lines `— <key name> base64(key id || signature)`, without control characters but newline.
A key name is not empty and has no space and no plus sign. Key id and *vkey* (the public half, as
given to people) of an Ed25519 key:

    key id = SHA-256(<key name> || 0x0A || <type> || <32-byte public key>)[:4]
    vkey   = <key name>+<key id in hex>+base64(<type> || <32-byte public key>)

A *checkpoint* (C2SP tlog-checkpoint) is a note whose text is the origin line, the tree size in
decimal, the base64 of the tree's RFC 6962 root and perhaps extension lines, none of them empty.
Its origin signs the text (type 0x01) under a key name that is the origin line.

A *cosignature* (C2SP tlog-cosignature, Ed25519, type 0x04) is a signature line whose signature is
`u64 big-endian POSIX time || Ed25519 signature` over

    cosignature/v1
    time <decimal POSIX time>
    <the checkpoint's text>

and says: at that time this was the largest consistent tree I had seen of that origin.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature, and for limits
and vkeys golang.org/x/mod/sumdb/note.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

ED25519 = 0x01
COSIGNATURE = 0x04

NOTE_LIMIT = 1_000_000
"""Characters of a note, as in golang.org/x/mod/sumdb/note."""

SIGNATURE_LIMIT = 100
"""Signature lines of a note, as in golang.org/x/mod/sumdb/note."""

SIZE_LIMIT = 1 << 63

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_VKEY_ID = re.compile(r"[0-9a-f]{8}")
_DASH = "— "


class NoteMalformed(ValueError):
    """The text is no signed note, checkpoint, key name or vkey."""


class SignatureWrong(ValueError):
    """A signature by a known key does not verify, or the origin's is missing."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a note key; `type` is ED25519 or COSIGNATURE."""

    name: str
    type: int
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.type, self.public)

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; `data` is what follows the key id."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. `signatures` names the type 0x01 keys, `cosignatures` the type 0x04 keys with
    their time in UTC, of every signature that was verified."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[str, ...] = ()
    cosignatures: tuple[tuple[str, datetime], ...] = ()


def key_id(name: str, type: int, public: bytes) -> bytes:
    """The four bytes that, with the name, tell which key signed (c2sp.org/signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([type]) + public).digest()[:4]


def vkey(name: str, public_key: Ed25519PublicKey | bytes, type: int = ED25519) -> str:
    """The verifier key as text. Raises NoteMalformed for a bad name or a key that is not 32 bytes.

    A cosigner's key has type COSIGNATURE.
    """
    public = public_key if isinstance(public_key, bytes) else public_key.public_bytes_raw()
    return str(parse_vkey(str(VerifierKey(name, type, public))))


def parse_vkey(text: str) -> VerifierKey:
    """The key that `vkey` wrote. Raises NoteMalformed, also where the id is not the key's."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _VKEY_ID.fullmatch(parts[1]):
        raise NoteMalformed("a verifier key is <name>+<8 hex digits>+<base64>")
    name = _checked_name(parts[0])
    material = decode_base64(parts[2])
    if len(material) != 33 or material[0] not in (ED25519, COSIGNATURE):
        raise NoteMalformed("not an Ed25519 verifier key of type 1 or 4")
    found = VerifierKey(name, material[0], material[1:])
    if found.id.hex() != parts[1]:
        raise NoteMalformed("the key id is not that of the key")
    return found


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The three lines that a stream's origin signs. Raises NoteMalformed."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    parse_text(text)
    return text


def parse_text(text: str) -> Checkpoint:
    """The checkpoint of a note's text, nothing verified. Raises NoteMalformed."""
    _check_characters(text)
    if not text.endswith("\n"):
        raise NoteMalformed("a checkpoint ends in a newline")
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise NoteMalformed("a checkpoint has at least three lines, none of them empty")
    root = decode_base64(lines[2])
    if not _DECIMAL.fullmatch(lines[1]) or int(lines[1]) >= SIZE_LIMIT:
        raise NoteMalformed("the tree size is not a decimal number")
    if len(root) != 32:
        raise NoteMalformed("the root hash has not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root, text)


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of `text` with one signature of type 0x01. Raises NoteMalformed."""
    _check_characters(text)
    if not text.endswith("\n"):
        raise NoteMalformed("a note's text ends in a newline")
    public = key.public_key().public_bytes_raw()
    signature = Signature(
        _checked_name(name), key_id(name, ED25519, public), key.sign(text.encode())
    )
    return f"{text}\n{signature.line}"


def cosign(note: str, name: str, key: Ed25519PrivateKey, at: datetime) -> str:
    """A witness's signature line for the checkpoint in `note`; `at` is cut to whole seconds.

    The caller has verified the checkpoint and that it extends the last one it saw. Raises
    NoteMalformed.
    """
    text, _ = split_note(note)
    parse_text(text)
    time = int(at.timestamp())
    public = key.public_key().public_bytes_raw()
    data = struct.pack(">Q", time) + key.sign(_cosigned_message(time, text))
    return Signature(_checked_name(name), key_id(name, COSIGNATURE, public), data).line


def split_note(note: str) -> tuple[str, list[Signature]]:
    """A note's text and its signature lines, nothing verified. Raises NoteMalformed."""
    if len(note) > NOTE_LIMIT:
        raise NoteMalformed("the note is too long")
    _check_characters(note)
    text, gap, tail = note.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise NoteMalformed("a note is text, an empty line, and signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURE_LIMIT:
        raise NoteMalformed("the note has too many signatures")
    return text + "\n", [_parse_line(line) for line in lines]


def verify_note(
    note: str, vkeys: Iterable[str | VerifierKey]
) -> tuple[str, list[tuple[VerifierKey, Signature]]]:
    """A note's text, and the signatures of the given keys, each verified.

    Signatures by other keys are passed over. Raises NoteMalformed; SignatureWrong where one by a
    given key does not verify or none is by a given key.
    """
    text, signatures = split_note(note)
    known = {}
    for each in vkeys:
        key = parse_vkey(each) if isinstance(each, str) else each
        known[key.name, key.id] = key
    verified = []
    for signature in signatures:
        found = known.get((signature.name, signature.key_id))
        if found is not None:
            _verify(found, signature, text)
            verified.append((found, signature))
    if not verified:
        raise SignatureWrong("no signature is by a known key")
    return text, verified


def open_note(note: str, vkeys: Iterable[str | VerifierKey]) -> Checkpoint:
    """The checkpoint in a note, verified with every one of `vkeys` that signed it.

    The origin's own signature, by a type 0x01 key named like the origin line, must be among them.
    Raises NoteMalformed, SignatureWrong.
    """
    text, verified = verify_note(note, vkeys)
    bare = parse_text(text)
    names = [key.name for key, _ in verified if key.type == ED25519]
    if bare.origin not in names:
        raise SignatureWrong("the origin's own signature is missing")
    times = [
        (key.name, cosigned_at(signature)) for key, signature in verified if key.type == COSIGNATURE
    ]
    return Checkpoint(
        bare.origin,
        bare.size,
        bare.root,
        text,
        tuple(dict.fromkeys(names)),
        tuple(dict.fromkeys(times)),
    )


def cosigned_at(signature: Signature) -> datetime:
    """The time, in UTC, that a cosignature states. Raises NoteMalformed."""
    if len(signature.data) != 8 + 64:
        raise NoteMalformed("a cosignature has 72 bytes after its key id")
    time: int = struct.unpack(">Q", signature.data[:8])[0]
    try:
        return datetime.fromtimestamp(time, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise NoteMalformed("the cosignature's time is out of range") from error


def add_signatures(note: str, lines: Iterable[str]) -> str:
    """The note with further signature lines, each once, in the order given. Raises NoteMalformed.

    Nothing is verified here.
    """
    text, signatures = split_note(note)
    for line in lines:
        if not line.endswith("\n"):
            raise NoteMalformed("a signature line ends in a newline")
        signatures.append(_parse_line(line[:-1]))
    return f"{text}\n" + "".join(dict.fromkeys(each.line for each in signatures))


def decode_base64(text: str) -> bytes:
    """Standard base64 (RFC 4648 section 4) in its only canonical spelling. Raises NoteMalformed."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteMalformed("not base64") from error
    if base64.b64encode(found).decode() != text:
        raise NoteMalformed("not canonical base64")
    return found


def _verify(key: VerifierKey, signature: Signature, text: str) -> None:
    if key.type == COSIGNATURE:
        time = int(cosigned_at(signature).timestamp())
        message, data = _cosigned_message(time, text), signature.data[8:]
    else:
        message, data = text.encode(), signature.data
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(data, message)
    except InvalidSignature as error:
        raise SignatureWrong(f"the signature of {key.name} does not verify") from error


def _cosigned_message(time: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _parse_line(line: str) -> Signature:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap:
        raise NoteMalformed("a signature line is '— <key name> <base64>'")
    raw = decode_base64(encoded)
    if len(raw) < 5:
        raise NoteMalformed("a signature is too short")
    return Signature(_checked_name(name), raw[:4], raw[4:])


def _checked_name(name: str) -> str:
    _check_characters(name)
    if not name or "+" in name or any(c.isspace() for c in name):
        raise NoteMalformed("a key name is not empty and has neither space nor plus")
    return name


def _check_characters(text: str) -> None:
    if any(c < " " and c != "\n" for c in text):
        raise NoteMalformed("control characters are not allowed")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteMalformed("not UTF-8 text") from error
