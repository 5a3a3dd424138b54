"""Which of the board's screens a browser is: by a token that it keeps in a cookie.

A browser becomes a screen by a code from the officer's desk, or on the node's own machine by
opening `/?screen=NAME`: whoever sits there could read the database as well. Chromium keeps a cookie
for 400 days at most, so it is given anew with the slides.
"""

from datetime import timedelta

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from kiosk import screens
from kiosk.screens import Screen
from kiosk.web import current_node

KEPT = timedelta(days=400)
OWN_ADDRESSES = ("127.0.0.1", "::1")
OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def this_screen() -> Screen | None:
    """The screen that the browser of this request is; None for everybody else."""
    token = request.cookies.get(_cookie(), "")
    return screens.started(current_node().journal, token) if token else None


def on_this_machine() -> bool:
    """Whether the request comes from a page of this very machine, straight and not by a link that
    another site gave."""
    host = request.host.rpartition(":")[0] or request.host
    return (
        request.remote_addr in OWN_ADDRESSES
        and host in OWN_HOSTS
        and request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
    )


def keep(response: BaseResponse, token: str) -> None:
    """Gives the browser the token of its screen."""
    response.set_cookie(
        _cookie(), token, max_age=KEPT, httponly=True, samesite="Lax", secure=request.is_secure
    )


def keep_on(response: Response) -> None:
    """Gives a screen its token anew, so that it never runs out while the screen is used."""
    if this_screen() is not None:
        keep(response, request.cookies[_cookie()])


def start_here(name: str) -> str:
    """The token of the screen of that name on this machine, which is set up where there is none.

    Raises ScreenRefused.
    """
    journal = current_node().journal
    held = this_screen()
    if held is not None and held.name == name:
        return request.cookies[_cookie()]
    known = {each.name: each.id for each in screens.screens(journal)}
    return screens.start(
        journal, known.get(name) or screens.place(journal, actor="system", name=name)
    )


def _cookie() -> str:
    return f"kiosk-screen-{current_node().config.code}"
