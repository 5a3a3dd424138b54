"""Sealed boxes: what only the township's discipline office can open.

- A report is libsodium's *sealed box* (`crypto_box_seal`: an ephemeral X25519 key, nonce
  BLAKE2b-192(ephemeral ‖ recipient), XSalsa20-Poly1305) over UTF-8 JSON {"text"}, padded by
  ISO/IEC 7816-4 (0x80, then zeros) to whole steps of 2 KiB, so that its length says little. A
  picture is a sealed box of its own, padded to steps of 64 KiB. Phones seal with TweetNaCl
  (`static/report.js`), the node with libsodium (PyNaCl); either opens the other's.
- A receipt code is 20 characters of `ALPHABET` (100 random bits). BLAKE2b-256 of "sanwu receipt\\0"
  and the code is an X25519 private key; its public key is the report's `mailbox`: answers are
  sealed to it, so the code alone, which nobody but the sender ever has, finds and opens them.
- The office's private key lies on the township's node under a passphrase: Argon2id over it, then
  XSalsa20-Poly1305 (`crypto_secretbox`).
"""

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 20
STEP = 2048
PICTURE_STEP = 65_536
OVERHEAD = 48
"""Of a sealed box: the ephemeral key and the authenticator."""

MOST_STEPS = 8
MOST_PICTURE_STEPS = 16
OPS, MEMORY = 3, 64 * 1024 * 1024


class BoxUnreadable(ValueError):
    """Not a box for this key, or damaged."""


class PassphraseWrong(ValueError):
    """The passphrase opens nothing."""


@dataclass(frozen=True)
class Wrapped:
    """A private key under a passphrase; all in hex."""

    salt: str
    box: str


def fingerprint(key: str) -> str:
    """How people compare a public key (hex): 16 hex digits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]


def shown_fingerprint(fingerprint: str) -> str:
    """The same in groups of four, in capitals."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, 16, 4)).upper()


def new_code() -> str:
    """A receipt code, without its dashes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def code_typed(text: str) -> str | None:
    """The code as it was typed, in whatever case and with whatever between; None for others."""
    code = "".join(glyph for glyph in text.upper() if glyph.isascii() and glyph.isalnum())
    fits = len(code) == CODE_LENGTH and not set(code) - set(ALPHABET)
    return code if fits else None


def mailbox(code: str) -> str:
    """The public key (hex) to which answers to the holder of the code are sealed."""
    return bytes(_receipt(code).public_key).hex()


def seal(text: str, key: str) -> bytes:
    """The text sealed to a public key (hex)."""
    plain = json.dumps({"text": text}, ensure_ascii=False).encode()
    return SealedBox(PublicKey(bytes.fromhex(key))).encrypt(_padded(plain, STEP))


def opened(box: bytes, key: PrivateKey) -> str:
    """The text of a box. Raises BoxUnreadable."""
    try:
        return str(json.loads(opened_bytes(box, key))["text"])
    except (KeyError, TypeError, ValueError) as error:
        raise BoxUnreadable("这个信封里的内容读不出来。") from error


def opened_bytes(box: bytes, key: PrivateKey) -> bytes:
    """What is in a box, without its padding. Raises BoxUnreadable."""
    try:
        padded = SealedBox(key).decrypt(box)
    except CryptoError as error:
        raise BoxUnreadable("打不开这个信封：不是用这把钥匙封的，或者已损坏。") from error
    plain, mark, zeros = padded.rpartition(b"\x80")
    if not mark or zeros.strip(b"\0"):
        raise BoxUnreadable("这个信封里的内容读不出来。")
    return plain


def opened_by_code(box: bytes, code: str) -> str:
    """The text of an answer. Raises BoxUnreadable."""
    return opened(box, _receipt(code))


def from_text(text: str, step: int = STEP, most: int = MOST_STEPS) -> bytes:
    """A box from base64, if it could be one. Raises BoxUnreadable."""
    try:
        box = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BoxUnreadable("信封没有传完整。") from error
    steps, rest = divmod(len(box) - OVERHEAD, step)
    if rest or not 1 <= steps <= most:
        raise BoxUnreadable("信封没有传完整。")
    return box


def is_mailbox(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def new_key() -> PrivateKey:
    return PrivateKey.generate()


def wrapped(key: PrivateKey, passphrase: str) -> Wrapped:
    """The private key under a passphrase; some tenths of a second."""
    salt = secrets.token_bytes(argon2id.SALTBYTES)
    box = SecretBox(_stretched(passphrase, salt)).encrypt(bytes(key))
    return Wrapped(salt.hex(), bytes(box).hex())


def unwrapped(kept: Wrapped, passphrase: str) -> PrivateKey:
    """Raises PassphraseWrong."""
    try:
        secret = SecretBox(_stretched(passphrase, bytes.fromhex(kept.salt)))
        return PrivateKey(secret.decrypt(bytes.fromhex(kept.box)))
    except CryptoError as error:
        raise PassphraseWrong("口令不对。") from error


def _receipt(code: str) -> PrivateKey:
    return PrivateKey(hashlib.blake2b(b"sanwu receipt\0" + code.encode(), digest_size=32).digest())


def _padded(plain: bytes, step: int) -> bytes:
    size = -(-(len(plain) + 1) // step) * step
    return (plain + b"\x80").ljust(size, b"\0")


def _stretched(passphrase: str, salt: bytes) -> bytes:
    text = " ".join(passphrase.split())
    return argon2id.kdf(SecretBox.KEY_SIZE, text.encode(), salt, OPS, MEMORY)
