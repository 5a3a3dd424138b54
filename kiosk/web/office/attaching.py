"""Pictures beside a draft: photos, and the pages of a PDF, each made safe before it is kept."""

from collections.abc import Iterable
from typing import Any

from flask import flash
from werkzeug.datastructures import FileStorage

from kiosk.attachments import FileRefused
from kiosk.attachments.pages import Page
from kiosk.attachments.photos import BYTES_LIMIT, Photo, photo
from kiosk.rules import privacy
from kiosk.web import current_node
from kiosk.web.office.forms import Values

PICTURES_LIMIT = 30
"""How many pictures a notice may have."""


def with_photos(values: Values, files: Iterable[FileStorage]) -> Values:
    """The values with the photos that could be taken; what could not is said."""
    given = [file for file in files if file.filename]
    if not given:
        flash("还没有选照片。请先选照片，再按“上传照片”。", "fault")
    for file in given:
        try:
            made = photo(file.stream.read(BYTES_LIMIT + 1))
        except FileRefused as refused:
            flash(f"{file.filename}：{refused}", "fault")
            continue
        values, taken = _with(values, made, "")
        if not taken:
            flash(f"{_TOO_MANY}，{file.filename} 没有放上。", "fault")
    return values


def with_pages(values: Values, name: str, pages: Iterable[Page]) -> Values:
    """The values with the pages of a document called `name`, each with its number."""
    for page in pages:
        assert page.picture is not None
        title = privacy.mask(f"{name} 第{page.number}页")
        values, taken = _with(values, page.picture, title, page=page.number)
        if not taken:
            flash(f"{_TOO_MANY}，从第{page.number}页起没有放上。", "fault")
            break
    return values


_TOO_MANY = f"一条公开最多放 {PICTURES_LIMIT} 张图片"


def _with(values: Values, made: Photo, name: str, **more: Any) -> tuple[Values, bool]:
    """The values with the picture, once; and whether there was room for it."""
    photos = values["photos"]
    if len(photos) >= PICTURES_LIMIT:
        return values, False
    sha = current_node().blobs.put(made.data)
    if any(each["sha"] == sha for each in photos):
        return values, True
    kept = {
        "sha": sha,
        "name": name,
        "type": made.type,
        "width": made.width,
        "height": made.height,
        **more,
    }
    return {**values, "photos": [*photos, kept]}, True
