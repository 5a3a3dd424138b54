"""Attachments that arrive in pieces: what came of one is kept until all of it is there.

A partial attachment is a file `.part-<peer>-<sha256>` beside the attachments. It takes its place
when its last byte arrived and its bytes have the hash that is its name; else it is thrown away.
"""

import os
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from kiosk.attachments.blobs import BlobMismatch, Blobs

CHUNK = 512 * 1024
"""Bytes of a piece that is sent: little is lost where a bad line cuts it."""

CHUNK_LIMIT = 4 * 1024 * 1024
"""Bytes of a piece that is taken."""

STALE = timedelta(days=14)


class OutOfPlace(ValueError):
    """The piece does not follow what is there; `offset` bytes are."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset} bytes are there")
        self.offset = offset


def offset(blobs: Blobs, peer: str, sha: str) -> int:
    """How many bytes of an attachment have come from that node."""
    try:
        return _path(blobs, peer, sha).stat().st_size
    except FileNotFoundError:
        return 0


def add(blobs: Blobs, peer: str, sha: str, start: int, data: bytes, total: int) -> int:
    """Keeps a piece of an attachment of `total` bytes; how many bytes are there now.

    A piece that came before changes nothing. Raises OutOfPlace; BlobMismatch, keeping nothing of
    it, where the whole does not have its hash.
    """
    there = offset(blobs, peer, sha)
    if start > there or start + len(data) > total:
        raise OutOfPlace(there)
    path = _path(blobs, peer, sha)
    path.parent.mkdir(parents=True, exist_ok=True)
    if start + len(data) > there or not there:
        with path.open("r+b" if there else "wb") as file:
            file.seek(start)
            file.write(data)
    if offset(blobs, peer, sha) < total:
        return offset(blobs, peer, sha)
    finish(blobs, peer, sha)
    return total


def append(blobs: Blobs, peer: str, sha: str, pieces: Iterable[bytes]) -> None:
    """Adds bytes to what is there as they arrive, so that a cut loses only what was on its way."""
    path = _path(blobs, peer, sha)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        for piece in pieces:
            file.write(piece)
            file.flush()


def finish(blobs: Blobs, peer: str, sha: str) -> None:
    """Puts the whole attachment in its place. Raises BlobMismatch, keeping nothing of it."""
    path = _path(blobs, peer, sha)
    try:
        with path.open("rb") as file:
            blobs.put_stream(iter(lambda: file.read(1 << 20), b""), expected=sha)
    except FileNotFoundError as error:
        if not blobs.has(sha):  # else another request put it just now
            raise BlobMismatch(sha) from error
    except BlobMismatch:
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


def clear_stale(blobs: Blobs, age: timedelta = STALE) -> int:
    """Removes pieces that nobody added to for a long time, and what killed processes left; how
    many files."""
    count = 0
    for path in [*blobs.folder.glob(".part-*"), *blobs.folder.glob(".new-*")]:
        # The file system's own clock: a node's may be shifted.
        if time.time() - path.stat().st_mtime >= age.total_seconds():
            path.unlink(missing_ok=True)
            count += 1
    return count


def _path(blobs: Blobs, peer: str, sha: str) -> Path:
    blobs.path(sha)  # raises BadBlobName
    assert os.sep not in peer
    return blobs.folder / f".part-{peer}-{sha}"
