"""A consistent copy of a node while it serves, and a node made again from such a copy.

A backup is a parcel (`sync.parcel`: a zip file that can tell whether it is whole) with `manifest`,
{format, code, name, role, made, version, parts} as JSON, and

    node.toml, node.key, node.db (a snapshot), blobs/<sha256>

It holds the key: whoever has it can sign as the node, so it is readable by its owner alone.

A restored node may be old: others hold what it wrote since. Were it to write at once, it would
write another history. So its shared streams are stopped until those who have copies were heard,
and have given back what is missing; at most HOLD, since somebody may never call again.
"""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kiosk import clock, keys, villages
from kiosk import config as settings
from kiosk.attachments.blobs import BadBlobName, Blobs
from kiosk.config import ConfigWrong
from kiosk.journal.stops import RESTORED
from kiosk.node import Node, open_node
from kiosk.sync import marks, parcel, streams
from kiosk.sync.parcel import Progress

FORMAT = "sanwu-backup/1"
DATABASE, SETTINGS = "node.db", "node.toml"
HOLD = timedelta(hours=24)
LIMIT = 1 << 40
DAMAGED = "备份文件损坏或不完整，没有恢复任何内容。请换一份备份。"


class BackupRefused(ValueError):
    """The backup cannot be made or used; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Made:
    """What a backup is of; `made` is RFC 3339."""

    code: str
    name: str
    role: str
    made: str
    blobs: int


def make(node: Node, path: Path, *, progress: Progress = lambda share: None) -> Made:
    """Writes a backup of the node, which may be serving. Raises BackupRefused; OSError."""
    dir = Path(node.config.dir)
    if path.resolve().is_relative_to(dir.resolve()):
        raise BackupRefused("备份不能放在数据文件夹里面。请放到另一块磁盘或 U 盘上。")
    snapshot = path.with_name(path.name + ".db")
    try:
        _copy_database(dir / DATABASE, snapshot)
        # After the snapshot: whatever its entries name is there by now.
        blobs = list(node.blobs.all())
        with parcel.writing(path) as made:
            made.add(SETTINGS, (dir / SETTINGS).read_bytes())
            made.add(keys.KEY, (dir / keys.KEY).read_bytes())
            made.add_file(DATABASE, snapshot, packed=True)
            for done, sha in enumerate(blobs):
                progress(done / len(blobs))
                try:
                    made.add_file(f"blobs/{sha}", node.blobs.path(sha))
                except FileNotFoundError:
                    continue  # erased just now
            said = _manifest(node, len(blobs))
            made.seal(lambda parts: json.dumps({**said, "parts": parts}, ensure_ascii=False))
    except parcel.Occupied as occupied:
        raise BackupRefused(str(occupied)) from occupied
    finally:
        snapshot.unlink(missing_ok=True)
    marks.backed_up(node.journal)
    progress(1)
    return _made(said)


def restore(
    dir: Path, path: Path, *, at_once: bool = False, progress: Progress = lambda share: None
) -> Made:
    """Makes the data folder of a backup again, in a folder that is new or empty.

    `at_once`: its streams are not stopped, whatever others may hold. Raises BackupRefused, with
    nothing left behind; OSError.
    """
    if dir.exists() and (not dir.is_dir() or any(dir.iterdir())):
        raise BackupRefused(f"{dir} 不是空文件夹，没有覆盖。请恢复到一个新文件夹。")
    new = dir.with_name(dir.name + ".restoring")
    shutil.rmtree(new, ignore_errors=True)
    try:
        said = _unpacked(path, new, progress)
        node = open_node(new, describe=False)
        try:
            if not at_once:
                hold(node)
        finally:
            node.close()
        if dir.exists():
            dir.rmdir()
        new.replace(dir)
    except FileNotFoundError as error:
        raise BackupRefused("没有找到备份文件，请检查路径和 U 盘。") from error
    except (parcel.Damaged, ConfigWrong, keys.KeyUnreadable, sqlite3.Error) as error:
        raise BackupRefused(DAMAGED) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return said


def hold(node: Node) -> None:
    """Stops the node's shared streams until those who have copies of them were heard: for a
    folder that was put back, by `restore` or by hand."""
    journal, own = node.journal, node.journal.code
    until = (clock.now() + HOLD).isoformat(timespec="seconds")
    with journal.writing():
        if node.config.upstream is not None:
            for stream in streams.sent_up(own):
                journal.stop(stream, RESTORED, node.config.upstream.code, until)
        for child in villages.children(journal):
            for stream in streams.sent_down(own, child.code):
                journal.stop(stream, RESTORED, child.code, until)


def let_go(node: Node) -> None:
    """Lets the node write at once, whatever others may hold."""
    for stream, why in node.journal.stopped().items():
        if why == RESTORED:
            node.journal.release_all(stream, RESTORED)


def _copy_database(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(0o600)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        # Not WAL: the copy is one file.
        new.execute("PRAGMA journal_mode=DELETE")


def _manifest(node: Node, blobs: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "code": node.config.code,
        "name": node.config.name,
        "role": node.config.role,
        "made": clock.stamp(),
        "version": version("sanwu-kiosk"),
        "blobs": blobs,
    }


def _unpacked(path: Path, target: Path, progress: Progress) -> Made:
    with parcel.reading(path) as archive:
        said = parcel.read_json(archive, parcel.MANIFEST)
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise BackupRefused("这个文件不是备份，或是更新版本的程序做的。没有恢复任何内容。")
        parts = parcel.verified(
            archive, str(said["parts"]), lambda name: LIMIT, lambda share: progress(share / 2)
        )
        target.mkdir(parents=True, mode=0o700)
        for done, name in enumerate(parts):
            progress(0.5 + done / len(parts) / 2)
            if name not in (SETTINGS, keys.KEY, DATABASE) and not name.startswith("blobs/"):
                continue
            _unpack(archive, name, _place(target, name))
    settings.load(target)
    progress(1)
    return _made(said)


def _place(target: Path, name: str) -> Path:
    if not name.startswith("blobs/"):
        return target / name
    try:
        return Blobs(target / "blobs").path(name.removeprefix("blobs/"))
    except BadBlobName as error:
        raise parcel.Damaged(name) from error


def _unpack(archive: Any, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in parcel.pieces(archive, name, LIMIT):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _made(said: dict[str, Any]) -> Made:
    return Made(
        str(said["code"]),
        str(said["name"]),
        str(said["role"]),
        str(said["made"]),
        int(said["blobs"]),
    )
