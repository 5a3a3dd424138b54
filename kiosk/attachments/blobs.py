"""Attachments by their SHA-256, in a folder beside the database.

A blob's name is the hash of its bytes, so a blob is never changed, putting it twice is putting it
once, and a copy from another node proves itself. Layout: `blobs/ab/cdef…` (the first two hex
digits, then the other 62). A blob that was put is on disk for good when `put` returns: written to
a temporary file, fsynced, renamed, and the folder fsynced.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_SHA = re.compile(r"[0-9a-f]{64}")


class BadBlobName(ValueError):
    """Not 64 lower-case hex digits."""


class BlobMismatch(ValueError):
    """The bytes do not have the SHA-256 that they were announced with."""


class BlobMissing(KeyError):
    """No blob of that name is kept here."""


class Blobs:
    """The blobs of one node. Safe for many threads and processes: files only ever appear whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def put(self, data: bytes) -> str:
        """Keeps the bytes; returns their SHA-256 in hex."""
        return self.put_stream([data])

    def put_stream(self, chunks: Iterable[bytes], expected: str | None = None) -> str:
        """Keeps bytes that arrive in chunks; returns their SHA-256 in hex.

        Raises BlobMismatch, keeping nothing, where `expected` is given and is not their hash.
        """
        if expected is not None:
            self.path(expected)
        self._make(self.folder)
        digest = hashlib.sha256()
        handle, name = tempfile.mkstemp(prefix=".new-", dir=self.folder)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                sha = digest.hexdigest()
                if expected is not None and sha != expected:
                    raise BlobMismatch(f"expected {expected}, got {sha}")
                path = self.path(sha)
                if path.exists():
                    # It counts as put now: whoever clears away what is unused lets it be.
                    os.utime(path)
                    return sha
                os.fsync(file.fileno())
            self._make(path.parent)
            temporary.replace(path)
            _sync_folder(path.parent)
            return sha
        finally:
            temporary.unlink(missing_ok=True)

    def get(self, sha: str) -> bytes:
        """The blob's bytes. Raises BlobMissing, BadBlobName."""
        try:
            return self.path(sha).read_bytes()
        except FileNotFoundError:
            raise BlobMissing(sha) from None

    def has(self, sha: str) -> bool:
        """Whether the blob is kept here. Raises BadBlobName."""
        return self.path(sha).is_file()

    def remove(self, sha: str) -> None:
        """Removes the blob, for good; nothing where there is none. Raises BadBlobName."""
        path = self.path(sha)
        try:
            path.unlink()
        except FileNotFoundError:
            return
        _sync_folder(path.parent)

    def path(self, sha: str) -> Path:
        """Where the blob is or would be. Raises BadBlobName, so no name leads out of the folder."""
        if not _SHA.fullmatch(sha):
            raise BadBlobName(sha)
        return self.folder / sha[:2] / sha[2:]

    def all(self) -> Iterator[str]:
        """The SHA-256 of every blob kept here, in order."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            sha = path.parent.name + path.name
            if _SHA.fullmatch(sha):
                yield sha

    def intact(self, sha: str) -> bool:
        """Whether the blob's bytes on disk still have its name as their hash."""
        digest = hashlib.sha256()
        try:
            with self.path(sha).open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        except FileNotFoundError:
            return False
        return digest.hexdigest() == sha

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the rename is as durable as the system makes it.
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
