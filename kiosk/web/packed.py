"""The program's own scripts and styles, compressed: an old phone's line is what a page waits for.

Only files of `static/` are: they bear no secret beside anybody's words, which compression could
give away. Each is compressed once and kept.
"""

import gzip
import threading
from collections.abc import Callable

from flask import Flask, Response, request

KINDS = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")
LEAST = 1000
"""Bytes from which it pays."""


def install(app: Flask) -> None:
    kept: dict[tuple[str, str], bytes] = {}
    guard = threading.Lock()

    @app.after_request
    def pack(response: Response) -> Response:
        if request.endpoint != "static" or response.mimetype not in KINDS:
            return response
        response.vary.add("Accept-Encoding")
        tag, _ = response.get_etag()
        if response.status_code != 200 or tag is None or not _wanted(response):
            return response
        response.direct_passthrough = False
        with guard:
            found = kept.get((request.path, tag))
        if found is None:
            found = gzip.compress(response.get_data(), 9, mtime=0)
            with guard:
                kept[request.path, tag] = found
        file = response.response
        response.set_data(found)
        close: Callable[[], None] | None = getattr(file, "close", None)
        if close is not None:
            close()
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(tag, weak=True)  # other bytes than the plain file's
        return response


def _wanted(response: Response) -> bool:
    return (
        request.method == "GET"
        and request.accept_encodings.quality("gzip") > 0
        and (response.content_length or 0) >= LEAST
    )
