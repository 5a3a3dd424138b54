"""Documents out of officers' files: Word (.docx), PDF and plain text, in the order of their words.

The kind of a file is judged by its content, never by its name. A file is refused, in one sentence
that says what to do, when it is encrypted, broken, too large, carries macros or is no document.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kiosk.attachments import FileRefused, grids, pages, word
from kiosk.attachments.pages import Page
from kiosk.attachments.word import Paragraph, Table
from kiosk.rules import privacy
from kiosk.rules.tables import Personal
from kiosk.rules.tables.grid import letters

LINES_LIMIT = 5_000

BETWEEN_CELLS = " | "


@dataclass(frozen=True)
class Document:
    """What a document holds: `kind` "docx", "pdf" or "text"; `blocks` its paragraphs and tables in
    order (none of a PDF); `pages` the pages of a PDF."""

    kind: str
    blocks: tuple[Paragraph | Table, ...] = ()
    pages: tuple[Page, ...] = ()

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Paragraph))

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def text(self) -> str:
        """All words as lines: paragraphs without the empty ones, a table's rows with marks between
        their cells, a PDF's pages."""
        return "\n".join(line for block in self.blocks for line in lines_of(block)) or "\n".join(
            line.strip() for page in self.pages for line in page.text.splitlines() if line.strip()
        )

    @property
    def personal(self) -> tuple[Personal, ...]:
        """The personal data in it, each with its place: 第2段, 表1!B3, 第1页."""
        return tuple(_personal(self))


def read(data: bytes, *, pictures: bool = True) -> Document:
    """What stands in a file; the pages of a PDF also as pictures, unless they are not wanted.

    Raises FileRefused.
    """
    grids.check_size(data, pages.BYTES_LIMIT)
    kind = grids.kind_of(data)
    if kind == "pdf":
        return Document("pdf", pages=tuple(pages.pages(data, pictures=pictures)))
    grids.check_size(data)
    if kind == "docx":
        return Document("docx", tuple(word.blocks(data)))
    if kind == "text" and not data.startswith(b"{\\rtf"):
        return Document("text", _lines(grids.text_of(data)))
    raise FileRefused(_REFUSALS.get("rtf" if kind == "text" else kind, _REFUSALS["unknown"]))


def lines_of(block: Paragraph | Table) -> list[str]:
    """A paragraph's lines, or a table's rows as lines; nothing of what is empty."""
    if isinstance(block, Paragraph):
        return [line.strip() for line in block.text.splitlines() if line.strip()]
    lines = (
        BETWEEN_CELLS.join(" ".join(cell.split()) for cell in row).strip(" |") for row in block.rows
    )
    return [line for line in lines if line]


def masked(document: Document) -> Document:
    """The document with the personal data in its words and tables as they may be shown; the pages
    of a PDF stay as they are."""
    made: list[Paragraph | Table] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            made.append(replace(block, text=privacy.mask(block.text)))
            continue
        rows = [[privacy.mask(cell) for cell in row] for row in block.rows]
        if rows:
            for it in privacy.find_in_table(block.rows[0], block.rows[1:]):
                rows[it.row + 1][it.column] = it.text
        made.append(replace(block, rows=tuple(map(tuple, rows))))
    return replace(document, blocks=tuple(made))


_REFUSALS = {
    "encrypted": "这个文件加了密码，请在 Word 里去掉打开密码、另存一次再上传。",
    "macros": "这个文件带有宏，为了安全不能上传，请在 Word 里另存为“Word 文档（.docx）”再上传。",
    "doc": "这是旧版 Word 文件（.doc），请在 Word 或 WPS 里打开它，另存为 .docx 再上传。",
    "rtf": "这是 RTF 文件，请在 Word 或 WPS 里打开它，另存为 .docx 再上传。",
    "ods": "这是 OpenDocument 文件，请另存为 .docx 再上传。",
    "ofd": "这是 OFD 文件，请在阅读器里打开它，另存或打印为 PDF 再上传。",
    "html": "这个文件其实是网页，只是改了名字，请在 Word 里打开它、另存为 .docx 再上传。",
    "xlsx": "这是 Excel 表，请从“导入表格”上传，或在 Excel 里选中复制、粘贴到表单里。",
    "xls": "这是 Excel 表，请从“导入表格”上传，或在 Excel 里选中复制、粘贴到表单里。",
    "xlsb": "这是二进制的 Excel 文件（.xlsb），请在 Excel 里另存为 .xlsx 再上传。",
    "image": "这是一张图片，请从“上传照片”上传。",
    "broken": "这个文件打不开，可能没有保存完整，请在 Word 或 WPS 里打开它、另存一次再上传。",
    "unknown": "这个文件认不出来，请上传 Word（.docx）、PDF 或照片。",
}


def _lines(text: str) -> tuple[Paragraph, ...]:
    if "\0" in text:
        raise FileRefused(_REFUSALS["unknown"])
    lines = text.splitlines()
    if len(lines) > LINES_LIMIT:
        raise FileRefused(f"这个文件超过 {LINES_LIMIT:,} 行，请只保留要公开的部分再上传。")
    return tuple(Paragraph(f"第{number}段", line) for number, line in enumerate(lines, 1))


def _personal(document: Document) -> Iterator[Personal]:
    for paragraph in document.paragraphs:
        for hit in privacy.find(paragraph.text):
            yield Personal(paragraph.place, hit.kind, hit.shown_as)
    for table in document.tables:
        yield from _personal_in(table)
    for page in document.pages:
        for hit in privacy.find(page.text):
            yield Personal(f"第{page.number}页", hit.kind, hit.shown_as)


def _personal_in(table: Table) -> Iterator[Personal]:
    """By what stands in the cells, and by what the first row says of its columns."""
    if not table.rows:
        return
    head, *rows = table.rows
    for column, cell in enumerate(head, 1):
        for hit in privacy.find(cell):
            yield Personal(f"{table.place}!{letters(column)}1", hit.kind, hit.shown_as)
    for found in privacy.find_in_table(head, rows):
        cell = f"{table.place}!{letters(found.column + 1)}{found.row + 2}"
        yield Personal(cell, found.kind, found.shown_as)
