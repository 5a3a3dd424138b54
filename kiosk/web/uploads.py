"""Photos sent along with a form: made safe, stored, and named as an entry's body names them."""

from typing import Any

from flask import request

from kiosk.attachments import FileRefused
from kiosk.attachments.photos import BYTES_LIMIT, photo
from kiosk.web import current_node


def photos(field: str, most: int) -> list[dict[str, Any]]:
    """The photos of a form's field: [{sha, name, type, width, height}], none of them stored where
    one cannot be taken. Raises FileRefused, also for more than `most`."""
    given = [file for file in request.files.getlist(field) if file.filename]
    if len(given) > most:
        raise FileRefused(f"照片最多 {most} 张，请少选几张。")
    made = [photo(file.stream.read(BYTES_LIMIT + 1)) for file in given]
    return [
        {
            "sha": current_node().blobs.put(each.data),
            "name": "",
            "type": each.type,
            "width": each.width,
            "height": each.height,
        }
        for each in made
    ]
