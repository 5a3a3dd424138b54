"""Office files are zip archives of XML: what may be unpacked, told before any parser sees it.

An archive of a few kilobytes can unpack to gigabytes, and a short XML text can define itself into
gigabytes (entities). Both are refused by reading the archive once as a stream: its directory, the
size of every part, the cells of its sheets, and marks of a document type definition, which no
Office program writes. Every part is read to its checksum, so a damaged file is known here too.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.attachments import FileRefused

ZIP = b"PK\x03\x04"
UNPACKED_LIMIT = 200 * 1024 * 1024
RATIO_LIMIT = 200
"""Unpacked to packed size, for what unpacks to more than RATIO_FROM bytes."""
RATIO_FROM = 20 * 1024 * 1024
PARTS_LIMIT = 5_000
XML_LIMIT = 80 * 1024 * 1024
"""All XML of one file together."""
PART_LIMIT = 24 * 1024 * 1024
"""One XML part that is parsed as a whole: the text of a document, the styles of a workbook."""
CELLS_LIMIT = 600_000

_CHUNK = 1 << 20
_SHEET = re.compile(r"xl/(?:worksheets/.+|sharedStrings)\.xml", re.IGNORECASE)
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_DEFINITION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")

_BOMB = "这个文件解压后太大，不像正常的文件，请只保留要公开的部分、另存一次再上传。"
_LOCKED = "这个文件加了密码，请去掉打开密码、另存一次再上传。"
_DEFINES = (
    "这个文件里有不该有的内容（XML 定义），可能被人动过手脚，不能上传。请在 Office 里重新做一份。"
)


class Broken(FileRefused):
    """The archive is damaged or was not saved completely."""


@dataclass(frozen=True)
class Parts:
    """What an archive holds: the names of its parts, and whether they include macros."""

    names: frozenset[str]
    macros: bool


def parts(data: bytes) -> Parts:
    """The parts of an Office file whose every bound holds. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _checked(archive, len(data))
    except FileRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise Broken(
            "这个文件打不开，可能没有保存完整，请在 Excel、Word 或 WPS 里打开它、另存一次再上传。"
        ) from None


def _checked(archive: zipfile.ZipFile, packed: int) -> Parts:
    listed = archive.infolist()
    unpacked = sum(part.file_size for part in listed)
    if (
        len(listed) > PARTS_LIMIT
        or unpacked > UNPACKED_LIMIT
        or (unpacked > RATIO_FROM and unpacked > RATIO_LIMIT * packed)
    ):
        raise FileRefused(_BOMB)
    if any(part.flag_bits & 1 for part in listed):
        raise FileRefused(_LOCKED)
    xml = cells = 0
    macros = False
    for part in listed:
        name = part.filename
        is_sheet = _SHEET.fullmatch(name) is not None
        is_xml = False
        for number, window in enumerate(_windows(archive, part)):
            if number == 0:
                if window.startswith((b"\xff\xfe", b"\xfe\xff")) and name.endswith(".xml"):
                    raise Broken("这个文件的内部编码不对，请在 Office 里打开它、另存一次再上传。")
                is_xml = _is_xml(window) and not name.endswith(_FOREIGN)
                xml += part.file_size if is_xml else 0
                if xml > XML_LIMIT or (is_xml and not is_sheet and part.file_size > PART_LIMIT):
                    raise FileRefused(_BOMB)
            if is_xml and _DEFINITION.search(window):
                raise FileRefused(_DEFINES)
            if is_sheet:
                cells += len(_CELL.findall(window))
            macros |= name == "[Content_Types].xml" and b"macroEnabled" in window
        macros |= name.endswith("vbaProject.bin")
        if cells > CELLS_LIMIT:
            raise FileRefused("这个表太大，请只保留要公开的部分再上传。")
    return Parts(frozenset(part.filename for part in listed), macros)


_FOREIGN = (".svg", ".htm", ".html")
"""Pictures and pages that a document may carry along; nothing here parses them."""


def _is_xml(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


_OVERLAP = 24


def _windows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in chunks, each but the first preceded by the end of the one before."""
    before = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield before + chunk
            before = chunk[-_OVERLAP:]
