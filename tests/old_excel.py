"""A minimal writer of .xls (BIFF8 in an OLE2 file), as no library at hand writes the old format.

After [MS-XLS] and [MS-CFB]: one font, two cell formats (plain, date), one sheet.
"""

import struct
from collections.abc import Mapping, Sequence
from datetime import date

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def workbook(
    cells: Mapping[tuple[int, int], object],
    merges: Sequence[tuple[int, int, int, int]] = (),
    name: str = "Sheet1",
) -> bytes:
    """Cells by (row, column) from 1; merges as (top, left, bottom, right)."""
    return ole({"Workbook": _biff(cells, merges, name)})


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE2 file with the given streams, each padded to full sectors (4,096 bytes at least)."""
    bodies, chains, entries = b"", [], [_entry("Root Entry", 5, END, 0, child=1)]
    for number, (name, data) in enumerate(streams.items(), 1):
        data = data.ljust(4096, b"\0")
        data += b"\0" * (-len(data) % SECTOR)
        start = len(bodies) // SECTOR
        count = len(data) // SECTOR
        chains += [start + at + 1 for at in range(count - 1)] + [END]
        bodies += data
        right = number + 1 if number < len(streams) else FREE
        entries.append(_entry(name, 2, start, len(data), right=right))
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    at = len(bodies) // SECTOR
    table = [*chains, END, FAT] + [FREE] * (128 - len(chains) - 2)
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<IIIIIIIII", 0, 1, at, 0, 4096, END, 0, END, 0)
        + struct.pack("<I", at + 1)
        + struct.pack("<I", FREE) * 108
    )
    return header + bodies + directory + struct.pack("<128I", *table)


def _entry(
    name: str, kind: int, start: int, size: int, child: int = FREE, right: int = FREE
) -> bytes:
    raw = name.encode("utf-16-le")
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw) + 2, kind, 1)
        + struct.pack("<III", FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, width: str = "<H") -> bytes:
    return struct.pack(width, len(text)) + b"\1" + text.encode("utf-16-le")


def _biff(
    cells: Mapping[tuple[int, int], object],
    merges: Sequence[tuple[int, int, int, int]],
    name: str,
) -> bytes:
    font = struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + _text("宋体", "<B")
    head = (
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6))
        + _record(0x0042, struct.pack("<H", 1200))
        + _record(0x0031, font) * 4
        + b"".join(
            _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, form, 0, 0, 0, 0, 0, 0, 0, 0))
            for form in (0, 14)
        )
    )
    ending = _record(0x000A)
    sheet_name = _text(name, "<B")
    at = len(head) + 4 + 6 + len(sheet_name) + len(ending)
    head += _record(0x0085, struct.pack("<IBB", at, 0, 0) + sheet_name) + ending
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))
    for (row, column), value in sorted(cells.items()):
        place = struct.pack("<HH", row - 1, column - 1)
        if isinstance(value, date):
            days = (value - date(1899, 12, 30)).days
            body += _record(0x0203, place + struct.pack("<Hd", 1, days))
        elif isinstance(value, str):
            body += _record(0x0204, place + struct.pack("<H", 0) + _text(value))
        else:
            body += _record(0x0203, place + struct.pack("<Hd", 0, float(value)))
    if merges:
        body += _record(
            0x00E5,
            struct.pack("<H", len(merges))
            + b"".join(
                struct.pack("<HHHH", top - 1, bottom - 1, left - 1, right - 1)
                for top, left, bottom, right in merges
            ),
        )
    return head + body + ending
