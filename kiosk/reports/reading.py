"""A report's tables out of a file: .json in the shape of `annual_faults.read`, or the tables of a
.docx or .xlsx, told by the words of their rows as the forms print them, whatever stands around.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kiosk.rules import annual
from kiosk.rules.annual import CONTESTS
from kiosk.rules.annual_faults import ReportUnreadable
from kiosk.rules.tables.grid import Grid

_TITLE = re.compile(
    r"(?P<who>[一-龥]{2,30}?)\s*(?P<year>20\d\d)\s*年(?:度)?政府信息公开(?:工作)?年度报告"
)
_YEAR = re.compile(r"(20\d\d)\s*年")


def data_of(content: bytes, name: str) -> Any:
    """Plain values for `annual_faults.read` from a file's content, by its name's ending.

    Raises ReportUnreadable.
    """
    ending = name.rsplit(".", 1)[-1].lower()
    if ending == "json":
        try:
            return json.loads(content)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise ReportUnreadable(f"{name} 不是正确的 JSON：{error}") from None
    if ending in ("docx", "xlsx"):
        return from_tables(*_blocks(content, ending))
    raise ReportUnreadable(f"{name}：只能核对 .json、.docx、.xlsx 文件。")


def from_tables(rows: Sequence[Sequence[str]], paragraphs: Sequence[str]) -> dict[str, Any]:
    """Plain values from the rows of all tables and the paragraphs around them.

    Raises ReportUnreadable where they are no report's.
    """
    year, who = _year(paragraphs, rows)
    text = "".join("".join(row) for row in rows)
    is_new = "逾期不补正" in text or "制发件数" in text
    is_old = "新制作数量" in text or "上一年项目数量" in text
    name = "2021" if is_new else "2019" if is_old else _form_of(year)
    form = annual.form(name)
    requests: dict[str, Any] = {}
    article_20: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for label, numbers in _numbered(rows):
        if len(numbers) == 15 and not label:
            for n, kind in enumerate(CONTESTS):
                found[kind] = numbers[n * 5 : n * 5 + 5]
            continue
        row = annual.row_named(form, label)
        if row is not None and len(numbers) == 7:
            requests.setdefault(row, numbers)
            continue
        for table in form.article_20:
            for words in table.rows:
                alike = annual.plain_label(label) == annual.plain_label(words)
                if alike and len(numbers) == len(table.columns):
                    article_20.setdefault(table.item, {})[words] = numbers
    if not requests and not article_20:
        raise ReportUnreadable("文件里没有找到年度报告的表。")
    return {
        "township": who,
        "year": year,
        "form": name,
        "text": list(paragraphs),
        "article_20": article_20,
        "requests": requests,
        **found,
    }


def _blocks(content: bytes, ending: str) -> tuple[list[list[str]], list[str]]:
    """The rows of all tables, and the paragraphs."""
    from kiosk.attachments import FileRefused, archives, grids, word

    try:
        archives.parts(content)
        if ending == "xlsx":
            rows = [
                row
                for grid in grids.read_grids(content, "report.xlsx")
                if grid.name != "数字的出处"
                for row in _rows(grid)
            ]
            return rows, [cells[0] for row in rows if len(cells := [c for c in row if c]) == 1]
        blocks = word.blocks(content)
    except FileRefused as refused:
        raise ReportUnreadable(str(refused)) from None
    rows = [list(row) for block in blocks if isinstance(block, word.Table) for row in block.rows]
    return rows, [block.text for block in blocks if isinstance(block, word.Paragraph)]


def _rows(grid: Grid) -> Iterator[list[str]]:
    for y, columns in grid.rows.items():
        row = [""] * columns[-1]
        for x in columns:
            row[x - 1] = str(grid.cells[y, x].value)
        yield row


def _numbered(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    """Each row that ends in numbers: the words just before them, and the numbers."""
    for row in rows:
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        numbers: list[str] = []
        while cells and _is_number(cells[-1]):
            numbers.insert(0, cells.pop())
        labels = [cell for cell in cells if cell]
        if numbers:
            yield (labels[-1] if labels else ""), numbers


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _year(words: Iterable[str], rows: Iterable[Sequence[str]]) -> tuple[int, str]:
    told = [*words, *("".join(row) for row in rows)]
    for line in told:
        if match := _TITLE.search(line):
            return int(match["year"]), re.sub("人民政府$", "", match["who"])
    for line in told:
        if match := _YEAR.search(line):
            return int(match[1]), ""
    raise ReportUnreadable("文件里没有写明是哪一年的报告。")


def _form_of(year: int) -> str:
    try:
        return annual.form_of(year)
    except annual.YearUnknown as error:
        raise ReportUnreadable(str(error)) from None
