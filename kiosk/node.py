"""A node: one opened data folder, with its settings, key, journal and attachments.

The rooms are listed here, once; commands, pages, jobs and sync all work on a Node.
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import (
    archive,
    drafts,
    duties,
    erasures,
    feedback,
    notices,
    people,
    reviews,
    screens,
    supervision,
    sync,
    villages,
)
from kiosk import config as settings
from kiosk.attachments.blobs import Blobs
from kiosk.config import Config, ConfigWrong
from kiosk.journal.log import Journal
from kiosk.rules import codes

ROOMS = (
    villages.ROOM,
    people.ROOM,
    drafts.ROOM,
    notices.ROOM,
    reviews.ROOM,
    erasures.ROOM,
    feedback.ROOM,
    duties.ROOM,
    supervision.ROOM,
    screens.ROOM,
    sync.ROOM,
    archive.ROOM,
)


@dataclass(frozen=True)
class Node:
    config: Config
    key: Ed25519PrivateKey
    journal: Journal
    blobs: Blobs

    def close(self) -> None:
        self.journal.close()


def make_node(
    dir: Path,
    *,
    role: str,
    code: str,
    name: str,
    began: date,
    public_url: str = "",
    contacts: dict[str, str] | None = None,
) -> Config:
    """Makes a data folder: settings, a fresh key, the journal with the node's first entry.

    Raises ConfigWrong where there is a node already or a value cannot be, CodeMalformed.
    """
    full = codes.normalised(code)
    wanted = {"village": "village", "township": "township"}.get(role)
    if wanted is None:
        raise ConfigWrong(f"角色只能是 village（村）或 township（乡镇），不是 {role}。")
    if codes.level(full) != wanted:
        raise ConfigWrong(
            f"代码 {full} 不是{'村' if role == 'village' else '乡镇'}一级的区划代码。"
        )
    dir.mkdir(parents=True, exist_ok=True)
    url = public_url.rstrip("/")
    config = Config(dir, role, full, name, began, url, settings.host_of(url), dict(contacts or {}))
    if (dir / "node.key").exists():
        raise ConfigWrong(f"{dir} 里已经有一个节点的密钥，没有改动它。")
    settings.write_new(config)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(dir / "node.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    open_node(dir).close()
    return config


def open_node(dir: Path) -> Node:
    """Opens a data folder. Raises ConfigWrong where it is none or a part is missing."""
    config = settings.load(dir)
    try:
        loaded = serialization.load_pem_private_key((dir / "node.key").read_bytes(), None)
    except FileNotFoundError as error:
        raise ConfigWrong(f"{dir} 里没有密钥 node.key，不能打开。") from error
    except ValueError as error:
        raise ConfigWrong(f"{dir / 'node.key'} 已损坏，不能打开。") from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise ConfigWrong(f"{dir / 'node.key'} 不是 Ed25519 密钥。")
    journal = Journal(dir / "node.db", config.code, loaded, host=config.host, rooms=ROOMS)
    node = Node(config, loaded, journal, Blobs(dir / "blobs"))
    if config.upstream is not None:
        up = config.upstream
        journal.trust(up.code, up.host, up.public_key)
    villages.describe(
        journal,
        name=config.name,
        role=config.role,
        began=config.began,
        contacts=config.contacts,
        public_url=config.public_url,
    )
    return node
