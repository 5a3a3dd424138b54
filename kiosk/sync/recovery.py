"""A lost node back from the one above it, on a new machine with a new key.

The new machine makes a key and shows a one-time code. The township certifies the new key in
public (`key.certified`: old key, new key, the sizes up to which the old one is good) and answers
the old key no more. Everything that the township held of the village comes back by the same
exchange as in any round; the new key then signs all of it again. What only the village read
(`V/self`: accounts, drafts) was nowhere else and is lost.

May be begun again after a cut: the key is kept, and so is what has come already.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kiosk import config as settings
from kiosk import keys
from kiosk.config import Config, ConfigWrong, Upstream
from kiosk.node import open_node
from kiosk.rules import codes
from kiosk.sync import client, streams
from kiosk.sync.calls import AnsweredNo, Calls
from kiosk.sync.transport import Http, Transport, Unreachable
from kiosk.sync.wire import MessageMalformed

UNFINISHED = "recovering.json"
SENDER = "recovering"
"""In place of a code: which village this is the one-time code says."""


class RecoveryFailed(ValueError):
    """The message says why, in plain Chinese."""


@dataclass(frozen=True)
class Recovered:
    """What came back."""

    code: str
    name: str
    township: str
    entries: int
    blobs: int


def recover(
    dir: Path,
    url: str,
    code: str,
    transport: Transport | None = None,
    *,
    say: Callable[[str], None] = lambda words: None,
) -> Recovered:
    """Makes the data folder of a lost node again. Raises RecoveryFailed; may then be repeated."""
    if transport is None and not url.startswith(("http://", "https://")):
        raise RecoveryFailed("地址要以 http:// 或 https:// 开头。")
    if (dir / "node.toml").exists() and not (dir / UNFINISHED).exists():
        raise RecoveryFailed(f"{dir} 里已经有一个节点，没有改动它。请恢复到一个新文件夹。")
    try:
        if transport is not None:
            said = _certified(dir, url, code, transport)
            return _filled(dir, said, transport, say)
        with Http(url) as http:
            said = _certified(dir, url, code, http)
            return _filled(dir, said, http, say)
    except (Unreachable, AnsweredNo) as error:
        raise RecoveryFailed(str(error)) from error
    except MessageMalformed as error:
        raise RecoveryFailed("这个地址上不是乡镇的公开栏服务器，请核对地址。") from error


def _certified(dir: Path, url: str, code: str, transport: Transport) -> dict[str, Any]:
    """What the node above says when it certifies our new key. Asked again after a cut: nothing
    signs this answer, so what came damaged is found only by what follows."""
    place = dir / UNFINISHED
    before = json.loads(place.read_text("utf-8")) if place.exists() else None
    dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = dir / keys.KEY
    key = keys.load(path) if path.exists() else keys.make(path)
    public = key.public_key().public_bytes_raw().hex()
    try:
        said = Calls(SENDER, key, transport).post("/recover", {"code": code, "public_key": public})
        _settings(dir, url, said)
    except AnsweredNo:
        if before is None:
            raise
        return {**before, "url": url}  # the code has become too old meanwhile
    except (KeyError, TypeError, ValueError) as error:
        raise MessageMalformed("not an answer to a recovery") from error
    if before is not None and before != said:
        for made in ("node.toml", "node.db", "node.db-wal", "node.db-shm"):
            (dir / made).unlink(missing_ok=True)
    new = place.with_suffix(".new")
    new.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    new.replace(place)
    return {**said, "url": url}


def _settings(dir: Path, url: str, said: dict[str, Any]) -> tuple[Config, Upstream]:
    own = said["village"]
    config = Config(
        dir=dir,
        role=codes.level(str(own["code"])),
        code=codes.normalised(str(own["code"])),
        name=str(own["name"]),
        began=date.fromisoformat(own["began"]),
        public_url=str(own["public_url"]),
        host=str(own["host"]),
        contacts={str(key): str(value) for key, value in own["contacts"].items()},
    )
    above = Upstream(
        url=url.rstrip("/"),
        code=str(said["code"]),
        name=str(said["name"]),
        public_url=str(said["public_url"]),
        host=str(said["host"]),
        public_key=bytes.fromhex(said["public_key"]),
    )
    for old in said["old_keys"]:
        bytes.fromhex(old["public_key"])
        dict(old["limits"])
    return config, above


def _filled(
    dir: Path, said: dict[str, Any], transport: Transport, say: Callable[[str], None]
) -> Recovered:
    config, above = _settings(dir, said["url"], said)
    if not (dir / "node.toml").exists():
        try:
            settings.write_new(config)
        except ConfigWrong as error:
            raise RecoveryFailed(str(error)) from error
    settings.write_upstream(dir, above)
    node = open_node(dir, describe=False)
    entries = blobs = 0
    try:
        for old in said["old_keys"]:
            node.journal.retire_key(
                config.code, bytes.fromhex(old["public_key"]), dict(old["limits"])
            )
        while True:
            done = client.round(node, transport)
            entries += done.fetched_back + done.pulled
            blobs += done.blobs_got
            say(f"已取回 {entries} 条记录、{blobs} 个附件。")
            if done.troubles:
                raise RecoveryFailed(
                    f"还没有取完：{' '.join(done.troubles)}再运行一次同样的命令，可以接着取。"
                )
            if not done.more:
                break
        held = sum(node.journal.size(stream) for stream in streams.sent_up(config.code))
        if not held and any(old["limits"] for old in said["old_keys"]):
            raise RecoveryFailed("上级没有给回本机的记录，请联系上级。")
    finally:
        node.close()
    open_node(dir).close()
    (dir / UNFINISHED).unlink()
    return Recovered(config.code, config.name, above.name, entries, blobs)
