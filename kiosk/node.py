"""A node: one opened data folder, with its settings, key, journal and attachments.

The rooms are listed here, once; commands, pages, jobs and sync all work on a Node.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import (
    archive,
    desk,
    drafts,
    duties,
    erasures,
    feedback,
    holidays,
    inspections,
    keys,
    messages,
    notices,
    opinions,
    people,
    reports,
    requests,
    reviews,
    scores,
    screens,
    sealed,
    services,
    supervision,
    sync,
    villages,
)
from kiosk import config as settings
from kiosk.attachments.blobs import Blobs
from kiosk.config import Config, ConfigWrong
from kiosk.journal.log import Journal, WrongKey
from kiosk.rules import codes

ROOMS = (
    villages.ROOM,
    people.ROOM,
    drafts.ROOM,
    notices.ROOM,
    reviews.ROOM,
    erasures.ROOM,
    feedback.ROOM,
    sealed.ROOM,
    opinions.ROOM,
    services.ROOM,
    duties.ROOM,
    supervision.ROOM,
    inspections.ROOM,
    scores.ROOM,
    messages.ROOM,
    holidays.ROOM,
    desk.ROOM,
    requests.ROOM,
    reports.ROOM,
    screens.ROOM,
    sync.ROOM,
    archive.ROOM,
)


LEVELS = {"village": "村", "township": "乡镇", "county": "县"}
"""Roles, each with the level of administration that its code must have."""


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
    if role not in LEVELS:
        raise ConfigWrong(
            f"角色只能是 village（村）、township（乡镇）或 county（县），不是 {role}。"
        )
    if codes.level(full) != role:
        raise ConfigWrong(f"代码 {full} 不是{LEVELS[role]}一级的区划代码。")
    dir.mkdir(parents=True, exist_ok=True)
    url = public_url.rstrip("/")
    config = Config(dir, role, full, name, began, url, settings.host_of(url), dict(contacts or {}))
    if (dir / keys.KEY).exists():
        raise ConfigWrong(f"{dir} 里已经有一个节点的密钥，没有改动它。")
    settings.write_new(config)
    keys.make(dir / keys.KEY)
    open_node(dir).close()
    return config


def open_node(dir: Path, *, describe: bool = True) -> Node:
    """Opens a data folder. Raises ConfigWrong where it is none or a part is missing, KeyUnreadable,
    WrongKey. `describe` False writes nothing, whatever the settings say now."""
    config = settings.load(dir)
    key, journal = _opened(dir, config)
    node = Node(config, key, journal, Blobs(dir / "blobs"))
    if config.upstream is not None:
        up = config.upstream
        journal.trust(up.code, up.host, up.public_key)
    holidays.know(journal)
    if describe:
        villages.describe(
            journal,
            name=config.name,
            role=config.role,
            began=config.began,
            contacts=config.contacts,
            public_url=config.public_url,
        )
    return node


def _opened(dir: Path, config: Config) -> tuple[Ed25519PrivateKey, Journal]:
    """The key and the journal, also where a change of key was cut off between the two."""

    def opened(key: Ed25519PrivateKey) -> Journal:
        return Journal(dir / "node.db", config.code, key, host=config.host, rooms=ROOMS)

    key = keys.load(dir / keys.KEY)
    try:
        return key, opened(key)
    except WrongKey:
        if not (dir / keys.NEW).exists():
            raise
        new = keys.load(dir / keys.NEW)
        journal = opened(new)
        keys.take_new(dir)
        return new, journal
