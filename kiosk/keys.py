"""A node's private key on disk: `node.key`, and `node.key.new` while it is being replaced.

PEM (PKCS #8), not encrypted, mode 0600. A new key is on disk before anybody hears of it, and takes
the old one's name after the journal has taken it, so no crash leaves a node without its key.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY, NEW = "node.key", "node.key.new"


class KeyUnreadable(ValueError):
    """The key is missing or damaged; the message says so in plain Chinese."""


def make(path: Path) -> Ed25519PrivateKey:
    """A fresh key in a new file. Raises FileExistsError."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return key


def load(path: Path) -> Ed25519PrivateKey:
    """Raises KeyUnreadable."""
    try:
        loaded = serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError as error:
        raise KeyUnreadable(f"{path.parent} 里没有密钥 {path.name}，不能打开。") from error
    except ValueError as error:
        raise KeyUnreadable(f"{path} 已损坏，不能打开。") from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise KeyUnreadable(f"{path} 不是 Ed25519 密钥。")
    return loaded


def take_new(dir: Path) -> None:
    """The new key takes the place of the one until now."""
    (dir / NEW).replace(dir / KEY)
    if os.name != "nt":
        handle = os.open(dir, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
