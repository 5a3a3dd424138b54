"""Rendered pages, kept in memory as long as what they show stays the same.

A page of the board follows from the node's state, which its tag tells, from the address under which
it was asked for, from whether the screen's script asked for the part that it swaps, and from the
minute that stands on it. Text size and contrast are the browser's own business (`aids.js`). A page
that looked at the session (for a token against forged requests, or for what somebody did before)
is that person's own and never kept. Beyond `ROOM` the pages that were used longest ago go first.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import cast

from flask import Response, current_app, make_response, request

from kiosk import clock

ROOM = 8 * 1024 * 1024
"""Bytes of pages."""


class Pages:
    """Pages by key. Safe to use from several threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._taken = room, 0
        self._pages: OrderedDict[Hashable, bytes] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._guard:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, page: bytes) -> None:
        with self._guard:
            self._taken += len(page) - len(self._pages.pop(key, b""))
            self._pages[key] = page
            while self._taken > self._room:
                self._taken -= len(self._pages.popitem(last=False)[1])


def page(tag: str, view: Callable[[], str]) -> Response:
    """What `view` renders for this request of the state that `tag` tells, or rendered before."""
    pages = cast(Pages, current_app.extensions.setdefault("kept pages", Pages()))
    minute = clock.stamp()[:16]
    part = request.headers.get("HX-Request") == "true"
    key = (tag, minute, request.host_url, request.full_path, part)
    found = pages.get(key)
    if found is not None:
        return make_response(found)
    response = make_response(view())

    def keep() -> None:
        # Only an answer that went out tells by its headers whether the session was looked at.
        if response.status_code == 200 and "Cookie" not in response.vary:
            pages.put(key, body)

    body = response.get_data()
    response.call_on_close(keep)
    return response
