"""Tables out of officers' files: .xlsx, .xls, .csv and the tables of .docx as grids.

The kind of a file is judged by its content, never by its name. A file is refused, in one sentence
that says what to do, when it is encrypted, broken, too large, carries macros or is no table. Sizes
are bounded before any parser sees the file (`archives`).
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kiosk.attachments import FileRefused, archives
from kiosk.attachments.archives import CELLS_LIMIT, ZIP
from kiosk.rules.tables.grid import Cell, Grid, Merge, Value

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

BYTES_LIMIT = 10 * 1024 * 1024
ROWS_LIMIT = 20_000
COLUMNS_LIMIT = 200

OLE = bytes.fromhex("d0cf11e0a1b11ae1")

_TOO_LARGE = (
    f"这个表太大（超过 {ROWS_LIMIT:,} 行或 {COLUMNS_LIMIT} 列），请只保留要公开的部分再上传。"
)
_BROKEN = "这个文件打不开，可能没有保存完整，请在 Excel 或 WPS 里打开它、另存一次再上传。"


def read_grids(data: bytes, filename: str = "") -> list[Grid]:
    """The sheets of a spreadsheet, or the tables of a document, in order; hidden ones marked.

    Numbers come as int or Decimal, never float. Raises FileRefused.
    """
    check_size(data)
    kind = kind_of(data)
    readers = {"xlsx": _xlsx, "xls": _xls, "docx": _docx, "text": _csv}
    if kind not in readers:
        raise FileRefused(
            _REFUSALS.get(kind, "这个文件不是表格，请上传 .xlsx、.xls 或 .csv 文件。")
        )
    grids = [grid for grid in readers[kind](data) if grid.cells]
    if not grids:
        raise FileRefused("这个文件里没有表格内容，请检查是否选错了文件。")
    if any(grid.bottom > ROWS_LIMIT or grid.right > COLUMNS_LIMIT for grid in grids):
        raise FileRefused(_TOO_LARGE)
    return grids


def check_size(data: bytes, most: int = BYTES_LIMIT) -> None:
    """Raises FileRefused for an empty file and for one over `most` bytes."""
    if not data:
        raise FileRefused("这个文件是空的，请检查后重新上传。")
    if len(data) > most:
        raise FileRefused(f"文件超过 {most >> 20} MB，请去掉图片或只保留要公开的部分再上传。")


_REFUSALS = {
    "encrypted": "这个文件加了密码，请在 Excel 里去掉打开密码、另存一次再上传。",
    "macros": "这个文件带有宏，为了安全不能上传，请另存为“Excel 工作簿（.xlsx）”再上传。",
    "doc": "这是旧版 Word 文件（.doc），请在 Word 里另存为 .docx 再上传。",
    "xlsb": "这是二进制的 Excel 文件（.xlsb），请在 Excel 里另存为 .xlsx 再上传。",
    "ofd": "这是 OFD 文件，请上传原来的 Excel 表（.xlsx、.xls 或 .csv）。",
    "ods": "这是 OpenDocument 文件，请另存为 .xlsx 再上传。",
    "html": "这个文件其实是网页，只是改了名字，请在 Excel 里打开它、另存为 .xlsx 再上传。",
    "pdf": "PDF 里的表格读不准，请上传原来的 Excel 文件（.xlsx、.xls 或 .csv）。",
    "image": "图片里的表格读不出来，请上传原来的 Excel 文件（.xlsx、.xls 或 .csv）。",
    "broken": _BROKEN,
}

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def kind_of(data: bytes) -> str:
    """What a file is by its content: xlsx, xls, docx, text, pdf, image, or why it is none of them
    (a key of the refusals, or "unknown").

    Raises FileRefused for an archive that would unpack to too much.
    """
    if data.startswith(ZIP):
        return _kind_of_archive(data)
    if data.startswith(OLE):
        return _kind_of_ole(data)
    if data.startswith(b"%PDF"):
        return "pdf"
    if data.startswith(_PICTURES) or data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        return "image"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in data[:4096]:
        head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        page = head.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta"))
        return "html" if page or b"<html" in head else "text"
    return "text" if _utf_16(data) else "unknown"


def _kind_of_archive(data: bytes) -> str:
    try:
        parts = archives.parts(data)
    except archives.Broken:
        return "broken"
    names = parts.names
    if parts.macros:
        return "macros"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "OFD.xml" in names:
        return "ofd"
    return "ods" if "content.xml" in names and "mimetype" in names else "unknown"


def _kind_of_ole(data: bytes) -> str:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return "encrypted"
    if holds("_VBA_PROJECT"):
        return "macros"
    if holds("Workbook") or holds("Book"):
        return "xls"
    return "doc" if holds("WordDocument") else "unknown"


# ---- .xlsx ----


def _xlsx(data: bytes) -> list[Grid]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:  # openpyxl raises whatever its parts raise on a broken file
        raise FileRefused(_BROKEN) from error
    _refuse_lost_formulas(data)
    return [_worksheet(sheet) for sheet in book.worksheets]


_CELL = re.compile(rb"<c\s((?:[^>]*[^/])?)>(.*?)</c>", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_KEPT = re.compile(rb"<v>[^<]|<is>")


def _refuse_lost_formulas(data: bytes) -> None:
    """A formula that was saved without its result would silently be an empty cell."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            sheet = archive.read(name)
            if b"<f" not in sheet:
                continue
            lost = [
                place[1].decode()
                for cell in _CELL.finditer(sheet)
                if b"<f" in cell[2] and b't="str"' not in cell[1] and not _KEPT.search(cell[2])
                if (place := _REFERENCE.search(cell[1]))
            ]
            if lost:
                where = "、".join(lost[:3]) + (" 等" if len(lost) > 3 else "")
                raise FileRefused(
                    f"这个表里的公式没有保存结果（{where}），请在 Excel 里打开另存一次再上传。"
                )


def _worksheet(sheet: "Worksheet") -> Grid:
    cells = {}
    for row, column in _bounded(sheet._cells):
        found = sheet._cells[row, column]
        value = _value(found.value)
        if value is None:
            continue
        indent = int(found.alignment.indent or 0) if found.has_style else 0
        red = found.has_style and not isinstance(value, str) and _is_red(found.font.color)
        cells[row, column] = Cell(value, indent, red)
    merges = tuple(
        Merge(it.min_row, it.min_col, it.max_row, it.max_col) for it in sheet.merged_cells.ranges
    )
    hidden_columns: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            hidden_columns.update(range(dimension.min or 0, (dimension.max or 0) + 1))
    return Grid(
        name=sheet.title,
        cells=cells,
        merges=merges,
        hidden=sheet.sheet_state != "visible",
        hidden_rows=frozenset(row for row, it in sheet.row_dimensions.items() if it.hidden),
        hidden_columns=frozenset(hidden_columns),
    )


def _bounded(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    listed = list(places)
    if len(listed) > CELLS_LIMIT:
        raise FileRefused(_TOO_LARGE)
    return listed


def _is_red(colour: Any) -> bool:
    rgb = getattr(colour, "rgb", None)
    return isinstance(rgb, str) and rgb[-6:].upper() in ("FF0000", "C00000", "ED1C24")


def _value(value: Any) -> Value | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else Decimal(repr(value))
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str | int | Decimal | date):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)


# ---- .xls ----


def _xls(data: bytes) -> list[Grid]:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise FileRefused(_REFUSALS["encrypted"]) from error
        raise FileRefused(_BROKEN) from error
    except Exception as error:  # a broken file surfaces as any error inside xlrd
        raise FileRefused(_BROKEN) from error
    return [_old_sheet(book, sheet) for sheet in book.sheets()]


def _old_sheet(book: Any, sheet: Any) -> Grid:
    import xlrd

    if sheet.nrows > ROWS_LIMIT or sheet.ncols > COLUMNS_LIMIT:
        raise FileRefused(_TOO_LARGE)
    cells = {}
    for row in range(sheet.nrows):
        for column in range(sheet.ncols):
            found = sheet.cell(row, column)
            value: Any = found.value
            if found.ctype == xlrd.XL_CELL_DATE:
                value = xlrd.xldate_as_datetime(value, book.datemode) if value >= 1 else None
            elif found.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif found.ctype not in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER):
                value = None
            if (kept := _value(value)) is not None:
                cells[row + 1, column + 1] = Cell(kept)
    return Grid(
        name=sheet.name,
        cells=cells,
        merges=tuple(
            Merge(top + 1, left + 1, bottom, right)
            for top, bottom, left, right in sheet.merged_cells
        ),
        hidden=sheet.visibility != 0,
        hidden_rows=frozenset(row + 1 for row, it in sheet.rowinfo_map.items() if it.hidden),
        hidden_columns=frozenset(
            column + 1 for column, it in sheet.colinfo_map.items() if it.hidden
        ),
    )


# ---- .csv ----


def text_of(data: bytes) -> str:
    """The text of a file of unknown encoding: UTF-8, GB18030 or UTF-16. Raises FileRefused."""
    for bom, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(bom):
            return _decoded(data, encoding) or _refuse_text()
    if wide := _utf_16(data):
        return _decoded(data, wide) or _refuse_text()
    for encoding in ("utf-8", "gb18030"):
        if (text := _decoded(data, encoding)) is not None:
            return text
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return str(best) if best is not None else _refuse_text()


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _refuse_text() -> str:
    raise FileRefused("这个文件的文字编码认不出来，请在 Excel 里打开它、另存为 .xlsx 再上传。")


def _utf_16(data: bytes) -> str | None:
    """UTF-16 without a mark shows by the zero bytes of its commas and line ends."""
    head = data[:4096]
    for encoding, zero in (("utf-16-le", 1), ("utf-16-be", 0)):
        ends = [head[at : at + 2] for at in range(0, len(head) - 1, 2)]
        if sum(it[zero] == 0 and it[1 - zero] in b",\t\r\n0123456789" for it in ends) > 2:
            return encoding
    return None


def _csv(data: bytes) -> list[Grid]:
    text = text_of(data)
    if "\0" in text:
        raise FileRefused(_BROKEN)
    lines = [line for line in text.splitlines() if line.strip()]
    separator = max(",\t;，|", key=lambda it: sum(line.count(it) for line in lines[:200]))
    cells = {}
    try:
        for row, fields in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
            if row > ROWS_LIMIT or len(fields) > COLUMNS_LIMIT:
                raise FileRefused(_TOO_LARGE)
            for column, written in enumerate(fields, 1):
                if written.strip():
                    cells[row, column] = Cell(_unquoted(written))
    except csv.Error as error:
        raise FileRefused(_BROKEN) from error
    if len({row for row, column in cells if column > 1}) < 2:
        raise FileRefused("这个文件里没有分列的表格，请上传 .xlsx、.xls 或 .csv 表格。")
    return [Grid("", cells)]


def _unquoted(written: str) -> str:
    """Exports write ="123" or 123 with a tab to keep long numbers from being rounded."""
    found = re.fullmatch(r'="(.*)"', written.strip())
    return found[1] if found else written.strip("\t")


# ---- .docx ----


def _docx(data: bytes) -> list[Grid]:
    from kiosk.attachments import word

    blocks = word.blocks(data)
    captions = tuple(
        (block.place, block.text)
        for block in blocks
        if isinstance(block, word.Paragraph) and block.text
    )
    found = [block for block in blocks if isinstance(block, word.Table)]
    if not found:
        raise FileRefused("这个 Word 文件里没有表格，请上传带表格的文件，或直接把文字贴到公示里。")
    return [
        Grid(
            table.place,
            {
                (row, column): Cell(text)
                for row, cells in enumerate(table.rows, 1)
                for column, text in enumerate(cells, 1)
                if text.strip()
            },
            tuple(Merge(*merge) for merge in table.merges),
            captions=captions,
        )
        for table in found
    ]
