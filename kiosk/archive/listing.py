"""What an archive holds, as candidates for notices: from its folders, or from a list in Excel.

In folders every file is a candidate, named by its file; pictures of one name and running numbers
are one candidate, and pictures with names of a camera are one for their folder. A list has a row
for each: 标题 (title), 日期 (day it was posted), 栏目 (column of the older board), 期间 (the period
that it is about), 文件 (names of files, separated by ；), and perhaps 正文 (text).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from kiosk.archive.days import day_in, span_in, without_day
from kiosk.archive.sources import Source, children
from kiosk.attachments import FileRefused, grids
from kiosk.rules.calendar import Period, PeriodMalformed
from kiosk.rules.tables.grid import Grid, written
from kiosk.rules.tables.periods import period_id, period_said

PICTURES = frozenset((".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp", ".gif", ".bmp", ".avif"))
TITLE_LIMIT = 80


@dataclass(frozen=True)
class Candidate:
    """What may become a historic notice.

    `place` says where it is (第3行, or its path); `on` when it was posted as exactly as is known
    (`kiosk.notices.projection`); `column` the older board's, or the folders, with / between;
    `period` an id or ""; `refused` why it can be none, in Chinese, or "".
    """

    place: str
    title: str
    on: str
    column: str
    period: str
    files: tuple[str, ...]
    text: str = ""
    refused: str = ""


def from_folders(source: Source) -> list[Candidate]:
    """A candidate for each file or group of pictures. Raises FileRefused."""
    found = []
    for folder, names in children(source.names()):
        for title, files in _groups(names):
            found.append(_from_files(folder, title, files))
    return found


def from_list(data: bytes, filename: str, source: Source) -> list[Candidate]:
    """A candidate for each row of a list; the files are looked for in `source`.

    Raises FileRefused where the list is none.
    """
    grid, row, columns = _headed(grids.read_grids(data, filename))
    names = _Names(source.names())
    return [
        candidate
        for each in sorted(grid.rows)
        if each > row
        if (candidate := _from_row(grid, each, columns, names)) is not None
    ]


# ---- folders ----

_RUNNING = re.compile(r"[\s_\-（(]*\d{1,3}[）)]?$")
_OF_A_CAMERA = re.compile(
    r"(?:img|dsc[nf]?|pxl|mmexport|wx_camera|微信图片|微信截图|screenshot|截图|照片|图片|image|photo|scan|扫描件?"
    r"|p|win)?[\d_\-\s（）()]*",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^\s*\d{1,3}\s*[、.．_\-）)]\s*(?!\d)")


def _groups(names: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Files that belong together, with the words they are named by ("" for a camera's)."""
    pictures: dict[str, list[str]] = {}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.lower() not in PICTURES:
            yield path.stem, (name,)
            continue
        stem = path.stem
        if _OF_A_CAMERA.fullmatch(stem) and not day_in(stem):
            stem = ""
        elif not day_in(stem[-12:]):
            stem = _RUNNING.sub("", stem)
        pictures.setdefault(stem, []).append(name)
    for stem, group in sorted(pictures.items()):
        yield stem, tuple(sorted(group, key=_natural))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts 2 before 10."""
    return [
        (int(part), "") if part.isdecimal() else (0, part)
        for part in re.findall(r"\d{1,9}|\D+", name)
    ]


def _from_files(folder: str, stem: str, files: tuple[str, ...]) -> Candidate:
    parents = [part for part in folder.split("/") if part not in ("", ".")]
    title = _title(stem)
    named = [stem, *reversed(parents)]
    if not title and parents:
        title = _title(parents[-1])
        parents = parents[:-1]
    on = day_in(stem) or next((day for it in reversed(named[1:]) if (day := day_in(it))), "")
    on = on or next((span for it in named[1:] if (span := span_in(it))), "")
    refused = "" if title else "看不出标题，请把文件名改成公开的标题。"
    column = "/".join(part for part in parents if not span_in(part))
    period = _period(" ".join([title]), next((it for it in map(span_in, named[1:]) if it), ""))
    place = files[0] + (f" 等 {len(files)} 张" if len(files) > 1 else "")
    return Candidate(place, title, on, column, period, files, refused=refused)


def _title(name: str) -> str:
    return without_day(_NUMBERING.sub("", name))[:TITLE_LIMIT]


# ---- a list ----

_HEADINGS = {
    "title": ("标题", "题目", "名称", "公开标题", "事项名称"),
    "on": ("日期", "公开日期", "发布日期", "时间", "公开时间", "发布时间"),
    "column": ("栏目", "类别", "分类", "所属栏目", "公开栏目", "事项"),
    "period": ("期间", "期次", "所属期", "所属期间"),
    "files": ("文件", "文件名", "附件", "图片", "照片"),
    "text": ("正文", "内容", "公开内容"),
}


def _headed(found: list[Grid]) -> tuple[Grid, int, dict[str, int]]:
    for grid in found:
        for row in sorted(grid.rows)[:10]:
            columns = {
                key: column
                for key, names in _HEADINGS.items()
                for column, text in grid.label_cells(row)
                if text in names
            }
            if "title" in columns and {"files", "text"} & set(columns):
                return grid, row, columns
    raise FileRefused("这张表不像清单：第一行要有“标题”和“文件”两列，最好还有“日期”“栏目”“期间”。")


def _from_row(grid: Grid, row: int, columns: dict[str, int], names: "_Names") -> Candidate | None:
    values = {key: written(grid.value(row, column)).strip() for key, column in columns.items()}
    if not any(values.values()):
        return None
    made = Candidate(
        place=f"第{row}行",
        title=values["title"][:TITLE_LIMIT],
        on="",
        column=values.get("column", ""),
        period=_period(values.get("period", "") or values["title"], ""),
        files=(),
        text=values.get("text", ""),
    )
    if not made.title:
        return replace(made, refused="没有标题，请在“标题”一列写上。")
    day = grid.value(row, columns["on"]) if "on" in columns else None
    on = day.isoformat() if isinstance(day, date) else _on(values.get("on", ""))
    if on is None:
        return replace(made, refused=f"日期“{values['on']}”看不懂，请写成 2019-05-10 的样子。")
    files = []
    for wanted in names.split(values.get("files", "")):
        name = names.find(wanted)
        if name is None:
            return replace(made, on=on, refused=f"文件“{wanted}”找不到，请检查文件名。")
        files.append(name)
    if not files and not made.text:
        return replace(made, on=on, refused="既没有文件，也没有正文，没有可以公开的内容。")
    return replace(made, on=on, files=tuple(files))


def _on(text: str) -> str | None:
    """The day, month or year that was written; None where it cannot be read."""
    if not text:
        return ""
    return span_in(text) or None


class _Names:
    """Files by what people write for them: with or without folders and endings."""

    def __init__(self, names: list[str]) -> None:
        self._by: dict[str, set[str]] = {}
        for name in names:
            path = PurePosixPath(name)
            for said in (name, path.name, path.stem, str(path.with_suffix(""))):
                self._by.setdefault(said.lower(), set()).add(name)

    def find(self, said: str) -> str | None:
        """The file, None where there is none or more than one."""
        found = self._by.get(said.strip().replace("\\", "/").lstrip("./").lower(), set())
        return next(iter(found)) if len(found) == 1 else None

    def split(self, said: str) -> list[str]:
        """The names in a cell: a name may itself hold a comma."""
        if not said or self.find(said) is not None:
            return [said] if said else []
        parts = [part.strip() for part in re.split(r"[;；\n|]+", said) if part.strip()]
        if len(parts) == 1 and self.find(parts[0]) is None:
            parts = [part.strip() for part in re.split(r"[、,，]+", said) if part.strip()]
        return parts


# ---- both ----


def _period(text: str, when: str) -> str:
    """The id of the period that a text names; a year that it lacks may stand in `when`."""
    try:
        return Period.parse(text).id
    except PeriodMalformed:
        said = period_said(text)
    year = said.year or (int(when[:4]) if when else None)
    if year is None or said.part is None or said.dated is not None:
        return ""
    return period_id(year, said.part)
