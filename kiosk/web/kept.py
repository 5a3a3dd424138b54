"""Rendered pages, kept in memory as long as what they show stays the same.

A page of the board follows from the node's state, which its tag tells, from the address under which
it was asked for, from whether the screen's script asked for the part that it swaps, and from the
minute that stands on it. Text size and contrast are the browser's own business (`aids.js`). A page
that looked at the session (for a token against forged requests, or for what somebody did before)
is that person's own and never kept. Of one address only the newest page is kept; beyond `ROOM`
those that were asked for longest ago go first.

`Front` stands before the application and answers with what is kept; most of what an answer costs is
finding out who asks and what for, and here that does not matter.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, request

from kiosk import clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOM = 8 * 1024 * 1024
"""Bytes of pages."""

NOW = "X-Kiosk-Now"
"""The header that tells the node's clock; the one that is new each time."""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole answer with status 200, rendered in `minute` of the state that `tag` tells."""

    tag: str
    minute: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Pages:
    """Pages by what was asked for. Safe to use from several threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._taken = room, 0
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable) -> Page | None:
        with self._guard:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, page: Page) -> None:
        with self._guard:
            old = self._pages.pop(key, None)
            self._taken += len(page.body) - (len(old.body) if old else 0)
            self._pages[key] = page
            while self._taken > self._room:
                self._taken -= len(self._pages.popitem(last=False)[1].body)


class Front:
    """The application with what is kept before it; `tag` tells the node's state."""

    def __init__(self, application: "WSGIApplication", tag: Callable[[], str]) -> None:
        self._application, self._tag = application, tag
        self.pages = Pages()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        page = self.pages.get(_key(environ)) if environ["REQUEST_METHOD"] == "GET" else None
        if page is None or page.tag != self._state():
            return self._application(environ, start_response)
        now = (NOW, clock.stamp())
        if environ.get("HTTP_IF_NONE_MATCH") == f'"{page.tag}"':
            bare = [(name, value) for name, value in page.headers if name not in _OF_A_BODY]
            start_response("304 NOT MODIFIED", [*bare, now])
            return []
        if page.minute != _minute():
            return self._application(environ, start_response)
        start_response("200 OK", [*page.headers, now])
        return [page.body]

    def _state(self) -> str:
        try:
            return self._tag()
        except sqlite3.Error:
            return ""  # the application has words for it


def install(app: Flask, tag: Callable[[], str]) -> None:
    front = Front(app.wsgi_app, tag)
    app.extensions["kept pages"] = front.pages
    app.wsgi_app = front  # type: ignore[method-assign]


def keep(response: Response, tag: str) -> None:
    """Keeps this request's answer, which shows the state that `tag` tells, once it went out."""
    pages: Pages = current_app.extensions["kept pages"]
    key, minute, body = _key(request.environ), _minute(), response.get_data()

    def went_out() -> None:
        # Only then do its headers tell whether the session was looked at.
        if response.status_code == 200 and "Cookie" not in response.vary:
            headers = tuple((name, value) for name, value in response.headers if name != NOW)
            pages.put(key, Page(tag, minute, headers, body))

    if request.method == "GET":
        response.call_on_close(went_out)


_OF_A_BODY = ("Content-Type", "Content-Length")


def _minute() -> str:
    return clock.stamp()[:16]


def _key(environ: "WSGIEnvironment") -> Hashable:
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST"),
        environ.get("SCRIPT_NAME"),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING"),
        environ.get("HTTP_HX_REQUEST"),
    )
