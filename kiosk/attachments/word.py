"""The words of a Word document (.docx, ECMA-376): paragraphs and tables in their order.

What a reader of the document sees is read: inserted text of tracked changes, not deleted text;
what stands in content controls and text boxes; numbers that Word puts before a paragraph by itself.
Hidden text, comments, headers and footers, pictures, macros and embedded files are let be.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kiosk.attachments import FileRefused

PARAGRAPHS_LIMIT = 5_000
CELLS_LIMIT = 50_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NUMBERING = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering"
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_WIDE = 200
_TOO_LONG = "这个 Word 文件太长，请只保留要公开的部分再上传。"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: `place` "第2段" counts those outside tables, empty ones too; `level` is 1 to 9
    for a heading, else 0."""

    place: str
    text: str
    level: int = 0


@dataclass(frozen=True)
class Table:
    """A table, "表1": rows of cells, each row equally long; a merged cell's text stands in its
    first place only. `merges` are its merged ranges: top, left, bottom, right, from 1."""

    place: str
    rows: tuple[tuple[str, ...], ...]
    merges: tuple[tuple[int, int, int, int], ...] = ()


def blocks(data: bytes) -> list[Paragraph | Table]:
    """The document's paragraphs and tables in order. The data must have passed `archives.parts`.

    Raises FileRefused.
    """
    import docx

    try:
        opened = docx.Document(io.BytesIO(data))
        return list(_blocks(opened))
    except FileRefused:
        raise
    except Exception as error:  # python-docx raises whatever its parts raise on a broken file
        raise FileRefused(
            "这个 Word 文件打不开，可能没有保存完整，请在 Word 或 WPS 里打开、另存为 .docx 再上传。"
        ) from error


def text_of(element: Any) -> str:
    """The text of an element of a document (paragraph, cell): see above for what counts."""
    return "".join(_pieces(element)).strip("\n")


# ---- private ----


def _blocks(opened: Any) -> Iterator[Paragraph | Table]:
    numbers = _Numbers(opened)
    levels = _heading_levels(opened)
    paragraphs = tables = cells = 0
    for element in _body(opened.element.body):
        if element.tag == _W + "p":
            paragraphs += 1
            if paragraphs > PARAGRAPHS_LIMIT:
                raise FileRefused(_TOO_LONG)
            text = text_of(element)
            # A number before nothing is not shown, though it is counted.
            text = numbers.before(element) + text if text.strip() else ""
            yield Paragraph(f"第{paragraphs}段", text, levels.get(_style(element), 0))
        else:
            tables += 1
            table = _table(element, f"表{tables}")
            cells += sum(map(len, table.rows))
            if cells > CELLS_LIMIT:
                raise FileRefused(_TOO_LONG)
            yield table


def _body(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, those within content controls and tracked insertions too."""
    for element in parent:
        if element.tag in (_W + "p", _W + "tbl"):
            yield element
        elif element.tag == _W + "sdt":
            for content in element.iterchildren(_W + "sdtContent"):
                yield from _body(content)
        elif element.tag in (_W + "customXml", _W + "ins", _W + "smartTag"):
            yield from _body(element)


_UNSEEN = frozenset(
    _W + name
    for name in ("del", "moveFrom", "pPr", "instrText", "delText", "rPrChange", "sdtPr", "tblPr")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _UNSEEN:
            continue
        if tag == _W + "t":
            yield child.text or ""
        elif tag == _W + "tab":
            yield "\t"
        elif tag in (_W + "br", _W + "cr"):
            yield "\n"
        elif tag == _W + "noBreakHyphen":
            yield "-"
        elif tag == _W + "r" and _is_hidden(child):
            continue
        elif tag == _W + "p":
            yield "".join(_pieces(child)) + "\n"
        else:
            yield from _pieces(child)


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(_W + "val", "1") not in ("0", "false", "off")


def _style(paragraph: Any) -> str:
    found = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if found is None else str(found.get(_W + "val", ""))


def _heading_levels(opened: Any) -> dict[str, int]:
    """The level of each style that is a heading, by the style's id."""
    found = {}
    for style in opened.styles.element.iterchildren(_W + "style"):
        name = style.find(_W + "name")
        words = "" if name is None else str(name.get(_W + "val", ""))
        if heading := _HEADING.fullmatch(words):
            found[str(style.get(_W + "styleId"))] = int(heading[1])
        elif words.lower() in ("title", "标题"):
            found[str(style.get(_W + "styleId"))] = 1
    return found


def _table(element: Any, place: str) -> Table:
    """The cells by their place in the grid: w:gridSpan widens a cell, w:vMerge continues one."""
    rows: list[list[str]] = []
    merges: list[list[int]] = []
    above: dict[int, list[int]] = {}
    for number, row in enumerate(_within(element, "tr"), 1):
        cells = [""] * _span(row, "trPr", "gridBefore", 0)
        open_here: dict[int, list[int]] = {}
        for cell in _within(row, "tc"):
            wide = _span(cell, "tcPr", "gridSpan", 1)
            column = len(cells) + 1
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merged is not None and merged.get(_W + "val", "continue") == "continue"
            range_ = above.get(column) if goes_on else None
            if range_ is None:
                range_ = [number, column, number, column + wide - 1]
                merges.append(range_)
            range_[2] = number
            if merged is not None:
                open_here[column] = range_
            cells += ["" if goes_on else text_of(cell), *[""] * (wide - 1)]
            if len(cells) > _WIDE:
                raise FileRefused(_TOO_LONG)
        above = open_here
        rows.append(cells)
    wide = max(map(len, rows), default=0)
    if wide * len(rows) > CELLS_LIMIT:
        raise FileRefused(_TOO_LONG)
    return Table(
        place,
        tuple(tuple(row + [""] * (wide - len(row))) for row in rows),
        tuple(
            (top, left, bottom, right)
            for top, left, bottom, right in merges
            if (top, left) != (bottom, right)
        ),
    )


def _span(element: Any, path: str, name: str, missing: int) -> int:
    """How many columns. Raises FileRefused for more than any table has."""
    found = _number(element, path, name, missing)
    if found > _WIDE:
        raise FileRefused(_TOO_LONG)
    return found


def _within(parent: Any, name: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, those within content controls too."""
    for child in parent:
        if child.tag == _W + name:
            yield child
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml"):
            yield from _within(child, name)


def _number(element: Any, path: str, name: str, missing: int) -> int:
    found = element.find("/".join(_W + step for step in (*path.split(), name)))
    text = "" if found is None else str(found.get(_W + "val", ""))
    return int(text) if text.isdecimal() else missing


class _Numbers:
    """The numbers that Word writes before paragraphs of a list (ECMA-376 part 1, 17.9)."""

    def __init__(self, opened: Any) -> None:
        self._levels: dict[tuple[str, int], tuple[int, str, str]] = {}
        self._abstract: dict[str, str] = {}
        self._counted: dict[str, dict[int, int]] = {}
        self._of_style: dict[str, tuple[str, int]] = {}
        part: Any = next(
            (it.target_part for it in opened.part.rels.values() if it.reltype == _NUMBERING), None
        )
        if not hasattr(part, "element"):
            return
        for abstract in part.element.iterchildren(_W + "abstractNum"):
            id = str(abstract.get(_W + "abstractNumId"))
            for level in abstract.iterchildren(_W + "lvl"):
                text = level.find(_W + "lvlText")
                form = level.find(_W + "numFmt")
                self._levels[id, int(level.get(_W + "ilvl", 0))] = (
                    _number(level, "", "start", 1),
                    "decimal" if form is None else str(form.get(_W + "val")),
                    "" if text is None else str(text.get(_W + "val") or ""),
                )
        for number in part.element.iterchildren(_W + "num"):
            target = number.find(_W + "abstractNumId")
            if target is not None:
                self._abstract[str(number.get(_W + "numId"))] = str(target.get(_W + "val"))
        for style in opened.styles.element.iterchildren(_W + "style"):
            if found := _numbered(style):
                self._of_style[str(style.get(_W + "styleId"))] = found

    def before(self, paragraph: Any) -> str:
        """What stands before the paragraph, "" for one without a number; it counts."""
        found = _numbered(paragraph) or self._of_style.get(_style(paragraph))
        if found is None:
            return ""
        abstract = self._abstract.get(found[0], "")
        level = self._levels.get((abstract, found[1]))
        if level is None:
            return ""
        start, form, text = level
        counted = self._counted.setdefault(abstract, {})
        counted[found[1]] = counted.get(found[1], start - 1) + 1
        for deeper in [it for it in counted if it > found[1]]:
            del counted[deeper]
        if form == "bullet":
            return "· "
        if form == "none":
            return ""

        def numbered(match: re.Match[str]) -> str:
            which = int(match[1]) - 1
            first, its_form, _ = self._levels.get((abstract, which), (1, "decimal", ""))
            return in_form(counted.get(which, first), its_form)

        made = re.sub(r"%([1-9])", numbered, text)
        return made if re.search(r"[、．)）:：]$", made) or not made else made + " "


def _numbered(holder: Any) -> tuple[str, int] | None:
    """The list and the level of a paragraph or a style."""
    found = holder.find(f"{_W}pPr/{_W}numPr")
    if found is None:
        return None
    number = found.find(_W + "numId")
    id = "" if number is None else str(number.get(_W + "val"))
    return (id, _number(found, "", "ilvl", 0)) if id not in ("", "0") else None


_CHINESE = "〇一二三四五六七八九"


def in_form(number: int, form: str) -> str:
    """A number in one of Word's forms (ST_NumberFormat); decimal where it is no form of lists."""
    if form.startswith(("chineseCounting", "taiwaneseCounting", "japaneseCounting", "ideograph")):
        if number > 99:
            return "".join(_CHINESE[int(digit)] for digit in str(number))
        tens, ones = divmod(number, 10)
        words = "" if tens == 0 else "十" if tens == 1 else _CHINESE[tens] + "十"
        return words + (_CHINESE[ones] if ones or not tens else "")
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 1 <= number < 40:
        tens, ones = divmod(number, 10)
        units = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
        roman = "x" * tens + units[ones]
        return roman.upper() if form == "upperRoman" else roman
    return str(number)
