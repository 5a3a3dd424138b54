"""Where an archive's files are: a folder with sub-folders, or a zip file. Read one at a time."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from kiosk.attachments import FileRefused
from kiosk.attachments.pages import BYTES_LIMIT

FILES_LIMIT = 20_000

_NOT_MEANT = re.compile(
    r"(?:^|/)(?:\.|~\$|__MACOSX(?:/|$)|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)


class Source(Protocol):
    """Files by their path within the archive, with / between folders."""

    def names(self) -> list[str]:
        """Every file that somebody put there on purpose, in order. Raises FileRefused."""

    def read(self, name: str) -> bytes:
        """A file's bytes, one more than the largest that is taken at most. Raises FileRefused."""


class Folder:
    """Everything below a folder; what links lead out of it is not in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        found = sorted(
            name
            for path in self._path.rglob("*")
            if path.is_file() and not path.is_symlink()
            if not _NOT_MEANT.search(name := path.relative_to(self._path).as_posix())
        )
        return _bounded(found)

    def read(self, name: str) -> bytes:
        path = self._path / PurePosixPath(name)
        try:
            if not path.resolve().is_relative_to(self._path.resolve()):
                raise FileRefused(f"“{name}”不在这个文件夹里。")
            with path.open("rb") as file:
                return file.read(BYTES_LIMIT + 1)
        except OSError:
            raise FileRefused(f"“{name}”找不到或读不出来。") from None


class Zip:
    """A zip file; names that a Chinese Windows wrote in GBK are read as such."""

    def __init__(self, file: Path | BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError):
            raise FileRefused("这个压缩包打不开，请重新压缩成 .zip 再上传。") from None
        self._parts = {
            name: part
            for part in self._archive.infolist()
            if not part.is_dir()
            if not _NOT_MEANT.search(name := _name(part))
        }

    def names(self) -> list[str]:
        return _bounded(sorted(self._parts))

    def read(self, name: str) -> bytes:
        part = self._parts.get(name)
        if part is None:
            raise FileRefused(f"“{name}”不在压缩包里。")
        if part.flag_bits & 1:
            raise FileRefused("压缩包加了密码，请去掉密码、重新压缩再上传。")
        try:
            with self._archive.open(part) as file:
                return file.read(BYTES_LIMIT + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
            raise FileRefused(f"“{name}”解不开，压缩包可能没有传完整。") from None

    def close(self) -> None:
        self._archive.close()


def children(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The folders that hold files, each with its files."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(str(PurePosixPath(name).parent), []).append(name)
    yield from sorted(folders.items())


def _bounded(names: list[str]) -> list[str]:
    if len(names) > FILES_LIMIT:
        raise FileRefused(f"文件超过 {FILES_LIMIT:,} 个，请分几批导入。")
    return names


def _name(part: zipfile.ZipInfo) -> str:
    name = part.filename
    if not part.flag_bits & 0x800:  # not marked as UTF-8
        try:
            raw = name.encode("cp437")
            name = raw.decode("utf-8") if _is_utf_8(raw) else raw.decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
    return name.replace("\\", "/").lstrip("/")


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
