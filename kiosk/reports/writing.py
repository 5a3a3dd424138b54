"""The report as a file: .docx for the seal and the printer, .html for the website with what is
behind each number, .xlsx for whoever adds reports up, .json for `kiosk report check`.
"""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kiosk.reports.annual import Report
from kiosk.reports.drafting import shown
from kiosk.reports.layout import Cell, Grid, grids
from kiosk.rules import annual

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FORMULA_STARTS = ("=", "+", "-", "@")


class EndingUnknown(ValueError):
    """No file of that ending can be written; the message says which can."""


def written(report: Report, ending: str) -> bytes:
    """The report as a file of that ending (".docx"...). Raises EndingUnknown."""
    try:
        return WRITERS[ending.lower()](report)
    except KeyError:
        known = "、".join(WRITERS)
        raise EndingUnknown(f"不能写成 {ending or '没有后缀的文件'}，可以写成：{known}。") from None


def as_html(report: Report) -> bytes:
    """One page that needs nothing else: every number leads to the entries behind it."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("kiosk.reports", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("annual.html").render(
        report=report,
        grids=grids(report),
        anchors={id: f"f{n}" for n, id in enumerate(_told(report), 1)},
        wrong={place for fault in report.faults for place in (fault.cell, *fault.cells)},
        shown=shown,
    )
    return page.encode()


def as_json(report: Report) -> bytes:
    """The tables alone, in the shape that `annual_faults.read` takes."""
    text = json.dumps(annual.as_json(report.tables), ensure_ascii=False, indent=1)
    return (text + "\n").encode()


def as_docx(report: Report) -> bytes:
    """A document in the type of official papers (GB/T 9704: 小标宋, 黑体, 仿宋)."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = docx.Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin, page.bottom_margin = Cm(2.6), Cm(2.4)
    _font(document.styles["Normal"], "仿宋", 14)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, report.title, "方正小标宋简体", 20)
    if (report.until.month, report.until.day) != (12, 31):
        _text(document, f"（统计截至 {report.until.isoformat()}）", indent=False)
    for part in report.parts.values():
        heading = document.add_paragraph()
        heading.paragraph_format.space_before = Pt(10)
        _run(heading, part.title, "黑体", 15)
        for n, paragraph in enumerate(part.paragraphs):
            words = paragraph.text
            if paragraph.heading:
                words = f"（{'一二三四五'[n]}）{paragraph.heading}。{words}"
            _text(document, words)
        for grid in grids(report):
            if grid.part == part.id:
                _docx_grid(document, grid)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_xlsx(report: Report) -> bytes:
    """A sheet for each part that has tables, one for the words, one for what is behind numbers."""
    from openpyxl import Workbook

    book = Workbook()
    words: Worksheet = book.active  # type: ignore[assignment]
    words.title = "正文"
    words.column_dimensions["A"].width = 110
    _lines(words, [report.title, *_words(report)])
    by_part: dict[str, list[Grid]] = {}
    for grid in grids(report):
        by_part.setdefault(grid.part, []).append(grid)
    names = {"2": "二、主动公开", "3": "三、申请情况", "4": "四、复议诉讼"}
    for part, of in by_part.items():
        sheet = book.create_sheet(names[part])
        _lines(sheet, [annual.PARTS[part]])
        row = 3
        for grid in of:
            _xlsx_grid(sheet, grid, row)
            row += len(grid.rows) + 1
    sources = book.create_sheet("数字的出处")
    for letter, width in zip("ABCDE", (34, 8, 8, 70, 46), strict=True):
        sources.column_dimensions[letter].width = width
    sources.append(["数字", "数", "单位", "依据", "记录的位置"])
    for figure in report.figures.values():
        behind = [(each.words, each.where) for each in figure.sources] or [
            ("、".join(report.figures[id].words for id in figure.parts if id in report.figures), "")
        ]
        for source, where in behind:
            value = shown(figure) if figure.id == "information_fee" else figure.value
            sources.append([figure.words, value, figure.unit, _safe(source), where])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRITERS: Mapping[str, Callable[[Report], bytes]] = {
    ".docx": as_docx,
    ".html": as_html,
    ".xlsx": as_xlsx,
    ".json": as_json,
}


def _told(report: Report) -> list[str]:
    """The figures of which something is to be told: all but those that nobody counted anything for
    and no sentence speaks of."""
    spoken = {
        piece.figure
        for part in report.parts.values()
        for paragraph in part.paragraphs
        for piece in paragraph.pieces
    }
    return [id for id, each in report.figures.items() if each.value or each.sources or id in spoken]


def _words(report: Report) -> Iterable[str]:
    for part in report.parts.values():
        yield part.title
        yield from part.text.split("\n") if part.text else ()


# ---- Word ----


def _font(style: Any, name: str, size: int) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name = name
    style.font.size = Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _run(paragraph: Any, text: str, name: str, size: float) -> None:
    _font(paragraph.add_run(text), name, size)  # type: ignore[arg-type]


def _text(document: Any, words: str, *, indent: bool = True) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph(words)
    paragraph.paragraph_format.line_spacing = Pt(26)
    paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(28)


def _docx_grid(document: Any, grid: Grid) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    table = document.add_table(rows=len(grid.rows), cols=grid.width)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = _widths(grid)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    cells = [list(row.cells) for row in table.rows]
    for y, x, cell in grid.placed():
        place = cells[y][x]
        if cell.rows > 1 or cell.cols > 1:
            place = place.merge(cells[y + cell.rows - 1][x + cell.cols - 1])
        place.width = Cm(sum(widths[x : x + cell.cols]))
        paragraph = place.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if not _is_label(grid, x, cell):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, cell.text, "宋体", 9)
    document.add_paragraph()


def _widths(grid: Grid) -> list[float]:
    """Centimetres of the columns; the page has 16.6."""
    if grid.part == "3":
        return [1.5, 1.7, 4.3, *[1.3] * 7]
    return [16.6 / grid.width] * grid.width


def _is_label(grid: Grid, x: int, cell: Cell) -> bool:
    """Whether a cell names a row of the large table: set to the left, as its words are long."""
    return grid.part == "3" and cell.head and x in (0, 1, 2) and cell.rows == 1


# ---- Excel ----


def _lines(sheet: "Worksheet", lines: Iterable[str]) -> None:
    from openpyxl.styles import Alignment, Font

    for n, line in enumerate(lines, 1):
        cell = sheet.cell(n, 1, _safe(line))
        cell.alignment = Alignment(wrap_text=sheet.title == "正文", vertical="top")
        cell.font = Font(bold=n == 1 or line in annual.PARTS.values(), size=14 if n == 1 else 11)


def _xlsx_grid(sheet: "Worksheet", grid: Grid, top: int) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side
    from openpyxl.utils import get_column_letter

    thin = Side(style="thin", color="808080")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    widths = [16, 16, 46, *[11] * 7] if grid.part == "3" else [26] + [16] * (grid.width - 1)
    if grid.part == "4":
        widths = [10] * grid.width
    for n, width in enumerate(widths, 1):
        letter = get_column_letter(n)
        sheet.column_dimensions[letter].width = max(width, sheet.column_dimensions[letter].width)
    for y in range(len(grid.rows)):
        for x in range(grid.width):
            sheet.cell(top + y, x + 1).border = border
    for y, x, cell in grid.placed():
        place = sheet.cell(top + y, x + 1, cell.text if cell.head else _number(cell.text))
        left = _is_label(grid, x, cell)
        place.alignment = Alignment(
            wrap_text=True, vertical="center", horizontal="left" if left else "center"
        )
        if cell.head:
            place.fill = PatternFill("solid", fgColor="EAF0F7")
        if cell.rows > 1 or cell.cols > 1:
            sheet.merge_cells(
                start_row=top + y,
                start_column=x + 1,
                end_row=top + y + cell.rows - 1,
                end_column=x + cell.cols,
            )


def _number(text: str) -> int | float | str:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _safe(text: str) -> str:
    """What is text stays text in a spreadsheet (OWASP, CSV Injection)."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
