"""The report's tables as grids of cells with spans, as the forms print them: the one layout that
page, .docx, .html and .xlsx share.

A grid's rows hold only cells that begin in them, as in HTML. A cell's `figure` is the id of what it
counts, `place` its name in `rules.annual_faults`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.reports.annual import Report, shown
from kiosk.rules import annual
from kiosk.rules.annual import Row, Table20

RULE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


@dataclass(frozen=True)
class Cell:
    text: str
    rows: int = 1
    cols: int = 1
    head: bool = False
    figure: str = ""
    place: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of a part; `width` is how many columns it has."""

    part: str
    title: str
    rows: tuple[tuple[Cell, ...], ...]
    width: int

    def placed(self) -> Iterator[tuple[int, int, Cell]]:
        """Every cell with its row and column, from 0."""
        taken: set[tuple[int, int]] = set()
        for y, row in enumerate(self.rows):
            x = 0
            for cell in row:
                while (y, x) in taken:
                    x += 1
                yield y, x, cell
                taken |= {(y + dy, x + dx) for dy in range(cell.rows) for dx in range(cell.cols)}
                x += cell.cols


def grids(report: Report) -> list[Grid]:
    """All tables of a report in their order."""
    return [
        *(_article_20(report, table) for table in report.form.article_20),
        _requests(report),
        _contests(report),
    ]


def _article_20(report: Report, table: Table20) -> Grid:
    width = len(table.columns) + 1
    rows = [
        (Cell(table.title, cols=width, head=True),),
        tuple(Cell(words, head=True) for words in ("信息内容", *table.columns)),
    ]
    for row in table.rows:
        cells = report.tables.article_20[table.item][row]
        numbers = (
            Cell(
                shown(table, n, cell),
                figure=f"article_20/{table.item}/{row}/{column}",
                place=f"article_20.{table.item}.{row}.{column}",
            )
            for n, (column, cell) in enumerate(zip(table.columns, cells, strict=True))
        )
        rows.append((Cell(row, head=True), *numbers))
    return Grid("2", table.title, tuple(rows), width)


def _requests(report: Report) -> Grid:
    person, *bodies, total = annual.columns()
    rows: list[tuple[Cell, ...]] = [
        (Cell(RULE, rows=3, cols=3, head=True), Cell("申请人情况", cols=7, head=True)),
        (
            Cell(person, rows=2, head=True),
            Cell("法人或其他组织", cols=len(bodies), head=True),
            Cell(total, rows=2, head=True),
        ),
        tuple(Cell(words, head=True) for words in bodies),
    ]
    within = [row for row in report.form.rows if row.role in ("result", "sum")]
    for row in report.form.rows:
        rows.append((*_labels(row, within), *_numbers(report, row)))
    return Grid("3", annual.PARTS["3"], tuple(rows), 10)


def _labels(row: Row, within: list[Row]) -> Iterator[Cell]:
    """A row's labels: 一, 二 and 四 over three columns, the rest under 三 and their group."""
    if row not in within:
        yield Cell(row.label, cols=3, head=True)
        return
    if row is within[0]:
        yield Cell("三、本年度办理结果", rows=len(within), head=True)
    if not row.group:
        yield Cell(row.label, cols=2, head=True)
        return
    group = [each for each in within if each.group == row.group]
    if row is group[0]:
        yield Cell(row.group, rows=len(group), head=True)
    yield Cell(row.label, head=True)


def _numbers(report: Report, row: Row) -> Iterator[Cell]:
    cells = report.tables.requests[row.id]
    for column, cell in zip(annual.columns(), cells, strict=True):
        total = column == annual.columns()[-1]
        figure = _known(report, f"requests/{row.id}" + ("" if total else f"/{column}"))
        yield Cell(
            "" if cell is None else str(cell),
            figure=figure,
            place=f"requests.{row.id}.{column}",
        )


def _known(report: Report, figure: str) -> str:
    return figure if figure in report.figures else ""


def _contests(report: Report) -> Grid:
    results = annual.contest_columns()
    n = len(results)
    heads = [Cell(words, rows=2, head=True) for words in results]
    rows: list[tuple[Cell, ...]] = [
        (Cell("行政复议", cols=n, head=True), Cell("行政诉讼", cols=2 * n, head=True)),
        (
            *heads,
            Cell("未经复议直接起诉", cols=n, head=True),
            Cell("复议后起诉", cols=n, head=True),
        ),
        tuple(Cell(words, head=True) for words in results * 2),
        tuple(
            Cell(
                "" if cell is None else str(cell),
                figure=_known(report, kind if column == results[-1] else f"{kind}/{column}"),
                place=f"{kind}.{column}",
            )
            for kind, cells in report.tables.contests.items()
            for column, cell in zip(results, cells, strict=True)
        ),
    ]
    return Grid("4", annual.PARTS["4"], tuple(rows), 3 * n)
