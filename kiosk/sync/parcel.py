"""A zip file that can tell whether it is whole: what bundles and backups are made of.

The member `parts` has a line of JSON for each further member, {name, size, sha256}, and whoever
writes the parcel puts the SHA-256 of `parts` into its `manifest`. It is written beside its name
and takes the name when it is complete and on disk.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

MANIFEST, PARTS = "manifest", "parts"
PIECE = 1 << 20
TEXT_LIMIT = 64_000_000

Progress = Callable[[float], None]
"""Told the share done, from 0 to 1."""


class Damaged(ValueError):
    """The file is cut, changed or no parcel."""


class Occupied(ValueError):
    """Something else bears the name already."""


class Parcel:
    """A parcel being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts: list[str] = []

    def add(self, name: str, data: bytes) -> None:
        self._archive.writestr(name, data)
        self._note(name, len(data), hashlib.sha256(data).hexdigest())

    def add_file(self, name: str, path: Path, *, packed: bool = False) -> None:
        """A file, as it is read; photos do not get smaller by packing."""
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with (
            path.open("rb") as source,
            self._archive.open(info, "w", force_zip64=True) as target,
        ):
            while piece := source.read(PIECE):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        self._note(name, size, digest.hexdigest())

    def seal(self, manifest: Callable[[str], str]) -> None:
        """Ends it with `parts` and the manifest, which is told the SHA-256 of `parts`."""
        lines = "".join(self._parts).encode()
        self._archive.writestr(PARTS, lines)
        self._archive.writestr(MANIFEST, manifest(hashlib.sha256(lines).hexdigest()))

    def _note(self, name: str, size: int, sha: str) -> None:
        self._parts.append(json.dumps({"name": name, "size": size, "sha256": sha}) + "\n")


@contextmanager
def writing(path: Path) -> Iterator[Parcel]:
    """A new parcel of that name, in the place of an older one. Readable by its owner alone.

    Raises Occupied where the name is taken by something that is no parcel; OSError.
    """
    if path.exists() and not zipfile.is_zipfile(path):
        raise Occupied(f"{path} 已经存在，而且不是导出的文件，没有覆盖。请换一个文件名。")
    new = path.with_name(path.name + ".part")
    new.unlink(missing_ok=True)
    try:
        handle = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                yield Parcel(archive)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def reading(source: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The parcel of that name, or in that open file. Within the block whatever a damaged file does
    is Damaged.

    Raises FileNotFoundError.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        TypeError,
        NotImplementedError,
        RuntimeError,
        UnicodeDecodeError,
        json.JSONDecodeError,
    ) as error:
        raise Damaged(str(error)) from error


def verified(
    archive: zipfile.ZipFile,
    sha: str,
    limit: Callable[[str], int],
    progress: Progress = lambda share: None,
) -> list[str]:
    """The names of the members listed in `parts`, whose SHA-256 is `sha`, after every one of them
    was read and compared; `limit` gives the most bytes of a member. Raises Damaged."""
    lines = read(archive, PARTS, TEXT_LIMIT)
    if hashlib.sha256(lines).hexdigest() != sha:
        raise Damaged("the list of parts is another one")
    parts = [json.loads(line) for line in lines.splitlines()]
    whole = sum(part["size"] for part in parts) or 1
    found, done = [], 0
    for part in parts:
        name, digest, size = str(part["name"]), hashlib.sha256(), 0
        for piece in pieces(archive, name, limit(name)):
            digest.update(piece)
            size += len(piece)
            progress((done + size) / whole)
        if digest.hexdigest() != part["sha256"] or size != part["size"]:
            raise Damaged(f"{name} is another one")
        found.append(name)
        done += size
    return found


def pieces(archive: zipfile.ZipFile, name: str, limit: int) -> Iterator[bytes]:
    """A member's bytes. Raises Damaged where they are more than `limit`."""
    size = 0
    with archive.open(name) as file:
        while piece := file.read(PIECE):
            size += len(piece)
            if size > limit:
                raise Damaged(f"{name} is too long")
            yield piece


def read(archive: zipfile.ZipFile, name: str, limit: int = TEXT_LIMIT) -> bytes:
    return b"".join(pieces(archive, name, limit))


def read_json(archive: zipfile.ZipFile, name: str, limit: int = TEXT_LIMIT) -> Any:
    return json.loads(read(archive, name, limit))
