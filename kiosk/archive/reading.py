"""The files of a candidate, each by its reader, as the content and the pictures of a notice.

A table that is one of the forms is its content; words of documents and of other tables are text.
Personal data in words and tables are masked, as on every import. A page or a picture cannot be
masked: a page that names personal data keeps the whole from being taken, and what cannot be read
is told, so that somebody looks at it first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from kiosk.attachments import FileRefused, documents, grids, pages
from kiosk.attachments.documents import Document
from kiosk.attachments.photos import Photo, photo
from kiosk.attachments.word import Table
from kiosk.rules import privacy, tables
from kiosk.rules.tables import Reading
from kiosk.rules.tables.grid import written

PICTURES_LIMIT = 30


@dataclass
class Read:
    """What was found: a table as `form`, `content` and `period`, else `lines` of text; pictures
    with their captions; `unread` names files whose words nobody can check; `masked` counts what
    was masked."""

    form: str = "notice"
    content: dict[str, Any] | None = None
    period: str = ""
    lines: list[str] = field(default_factory=list)
    pictures: list[tuple[str, Photo, int]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    masked: int = 0

    def attachments(self) -> list[dict[str, Any]]:
        """As they stand in a notice's body; a page of a document has its number."""
        found: dict[str, dict[str, Any]] = {}
        for name, made, page in self.pictures:
            sha = hashlib.sha256(made.data).hexdigest()
            found[sha] = {
                "sha": sha,
                "name": name,
                "type": made.type,
                "width": made.width,
                "height": made.height,
            } | ({"page": page} if page else {})
        return list(found.values())


def read(files: Sequence[tuple[str, bytes]], form: str) -> Read:
    """What files hold, given by name and bytes; `form` is the item's. Raises FileRefused."""
    made = Read()
    for name, data in files:
        try:
            _add(made, PurePosixPath(name), data, form)
        except FileRefused as refused:
            raise FileRefused(f"{PurePosixPath(name).name}：{refused}") from None
    if len(made.pictures) > PICTURES_LIMIT:
        raise FileRefused(f"图片超过 {PICTURES_LIMIT} 张，请分成几条导入。")
    return made


def _add(made: Read, path: PurePosixPath, data: bytes, form: str) -> None:
    grids.check_size(data, pages.BYTES_LIMIT)
    kind = grids.kind_of(data)
    if kind == "image":
        made.pictures.append(("", photo(data), 0))
        made.unread.append(path.name)
    elif kind in ("xlsx", "xls") or (kind == "text" and path.suffix.lower() == ".csv"):
        _add_table(made, path, data, form)
    else:
        found = documents.read(data)
        if found.kind == "pdf":
            _add_pages(made, path, found)
        elif found.tables and form in tables.FORMS and made.content is None:
            _add_table(made, path, data, form)
        else:
            _add_words(made, found)


def _add_table(made: Read, path: PurePosixPath, data: bytes, form: str) -> None:
    found = grids.read_grids(data, path.name)
    reading = tables.read(found, form if form in tables.FORMS else None, filename=path.name)
    if reading.content is None or made.content is not None or _is_empty(reading):
        sheets = tuple(
            Table(
                f"表{n}",
                tuple(
                    tuple(written(grid.value(row, column)) for column in range(1, grid.right + 1))
                    for row in range(1, grid.bottom + 1)
                ),
            )
            for n, grid in enumerate(found, 1)
            if not grid.hidden
        )
        _add_words(made, Document("xlsx", sheets))
        return
    if reading.faults:
        raise FileRefused("；".join(fault.message for fault in reading.faults[:3]))
    assert reading.form is not None
    made.form, made.period = reading.form, reading.period or ""
    made.content = privacy.masked(reading.content, reading.form)
    made.masked += len(reading.personal)


def _is_empty(reading: Reading) -> bool:
    lines = reading.lines
    return not (sum(lines.values()) if isinstance(lines, dict) else lines)


def _add_pages(made: Read, path: PurePosixPath, found: Document) -> None:
    if found.personal:
        named = "、".join(
            dict.fromkeys(f"{it.cell}有{privacy.KINDS[it.kind]}" for it in found.personal)
        )
        raise FileRefused(f"{named}，PDF 里没法遮盖。请去掉那一页，或在原文件里涂黑后重新导出。")
    for page in found.pages:
        assert page.picture is not None
        made.pictures.append((f"第{page.number}页", page.picture, page.number))
        if page.unread:
            made.unread.append(f"{path.name} 第{page.number}页")


def _add_words(made: Read, found: Document) -> None:
    made.lines += documents.masked(found).text.splitlines()
    made.masked += len(found.personal)
