"""Tables that people open in a spreadsheet: what is text stays text.

A cell that begins with =, +, -, @, a tab or a line break may be run as a formula; a leading
apostrophe makes it text (OWASP, CSV Injection).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | float | date | datetime | None
"""A moment is one without a zone, as a spreadsheet has it: Beijing's."""


def guarded(text: str) -> str:
    """The text such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with the byte order mark without which Excel shows Chinese as garbage."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(guarded(cell) for cell in row)
    return out.getvalue().encode("utf-8-sig")


Sheet = tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[Cell]]]
"""A sheet's title, its headings with their widths in characters, its rows."""


def xlsx(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet: headings with their widths in characters, then the rows."""
    return workbook([(title, columns, rows)])


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of several sheets."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    book = Workbook(write_only=True)
    for title, columns, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for index, (_, width) in enumerate(columns):
            sheet.column_dimensions[chr(ord("A") + index)].width = width
        headings = []
        for name, _ in columns:
            cell = WriteOnlyCell(sheet, value=name)
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="EAF0F7")
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            headings.append(cell)
        sheet.append(headings)
        for row in rows:
            made = []
            for value in row:
                shown: Any = guarded(value) if isinstance(value, str) else value
                cell = WriteOnlyCell(sheet, value=shown)
                if isinstance(value, datetime):
                    cell.number_format = "yyyy-mm-dd hh:mm"
                elif isinstance(value, date):
                    cell.number_format = "yyyy-mm-dd"
                made.append(cell)
            sheet.append(made)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
