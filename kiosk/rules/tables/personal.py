"""Personal data in a file's sheets, each with its cell."""

from collections.abc import Sequence

from kiosk.rules import privacy
from kiosk.rules.tables.grid import Grid, written
from kiosk.rules.tables.reading import Draft, Personal


def personal_of(grids: Sequence[Grid], chosen: Grid, draft: Draft) -> list[Personal]:
    """Personal data of every sheet: of a list by its headings, of other cells by their text."""
    found: dict[tuple[int, int, str], Personal] = {}
    if draft.rows:
        names = [str(column["name"]) for column in draft.content["columns"]]
        top = sorted(chosen.rows)[:3]
        title = " ".join(written(chosen.value(row, it)) for row in top for it in chosen.rows[row])
        for it in privacy.find_in_table(names, draft.content["rows"], title):
            place = draft.rows[it.row], draft.columns[it.row][it.column]
            found[*place, it.kind] = Personal(chosen.address(*place), it.kind, it.shown_as)
    listed = {
        (row, column)
        for row, columns in zip(draft.rows, draft.columns, strict=True)
        for column in columns
    }
    for (row, column), cell in chosen.cells.items():
        if (row, column) not in listed:
            for hit in privacy.find(written(cell.value)):
                found[row, column, hit.kind] = Personal(
                    chosen.address(row, column), hit.kind, hit.shown_as
                )
    ordered = [found[key] for key in sorted(found)]
    others = [it for it in grids if it is not chosen]
    return [
        *ordered,
        *of_captions(chosen),
        *(hit for it in others for hit in of_grid(it)),
    ]


def of_grid(grid: Grid) -> list[Personal]:
    """Personal data in the cells of any sheet, and by what its headings say."""
    prefix = f"{grid.name}!" if grid.name else ""
    found: dict[tuple[int, int, str], Personal] = {}
    for (row, column), kind, shown in _by_headings(grid):
        found[row, column, kind] = Personal(prefix + grid.address(row, column), kind, shown)
    for (row, column), cell in grid.cells.items():
        for hit in privacy.find(written(cell.value)):
            if not any(key[:2] == (row, column) for key in found):
                place = prefix + grid.address(row, column)
                found[row, column, hit.kind] = Personal(place, hit.kind, hit.shown_as)
    return [found[key] for key in sorted(found)]


def of_captions(grid: Grid) -> list[Personal]:
    return [
        Personal(place, hit.kind, hit.shown_as)
        for place, text in grid.captions
        for hit in privacy.find(text)
    ]


_Place = tuple[int, int]


def _by_headings(grid: Grid) -> list[tuple[_Place, str, str]]:
    """What stands below headings such as 身份证号, in a table of whatever form."""
    found = []
    for top in grid.rows:
        headings = {
            column: text
            for column, text in grid.label_cells(top)
            if len(text) <= 12 and privacy.heading_kind(text) not in (None, "name", "public")
        }
        if len(grid.rows[top]) < 2 or not headings:
            continue
        columns = list(headings)
        rows = [row for row in grid.rows if row > top]
        table = [[grid.value(row, column) for column in columns] for row in rows]
        for it in privacy.find_in_table([headings[column] for column in columns], table):
            found.append(((rows[it.row], columns[it.column]), it.kind, it.shown_as))
        break
    return found
