"""Who may come in: sessions of officers and supervisors, and the headers on every answer.

A session ends after two hours without use, after twelve hours at the latest, and at once when the
account's password changes. State-changing requests carry a CSRF token (flask-wtf).
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from flask import Response, g, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, people
from kiosk.people import Account
from kiosk.web import current_node

IDLE = timedelta(hours=2)
WHOLE = timedelta(hours=12)

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; media-src 'self' blob:; frame-src 'self'; "
        "form-action 'self'; frame-ancestors 'self'; base-uri 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), payment=(), usb=()",
}


IN_FRAMES = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *"
"""The policy of a page that any site may frame: nothing but text and links."""


def for_any_frame(response: Response) -> Response:
    """The answer, for frames on any site. Only for pages without a form, script or session."""
    response.headers["Content-Security-Policy"] = IN_FRAMES
    return response


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        if name == "X-Frame-Options" and _framed_anywhere(response):
            continue  # it knows no "anywhere"
        response.headers.setdefault(name, value)
    return response


def _framed_anywhere(response: Response) -> bool:
    return response.headers.get("Content-Security-Policy") == IN_FRAMES


def sign_in(account: Account) -> None:
    """Starts a session for an account whose password was just checked."""
    session.clear()
    session.update(name=account.name, seal=_seal(account), since=clock.stamp(), used=clock.stamp())


def sign_out() -> None:
    session.clear()


def signed_in() -> Account | None:
    """The account of this request's session, or None where there is none or it has ended."""
    name = session.get("name")
    if name is None:
        return None
    now = clock.now()
    fresh = (
        now - datetime.fromisoformat(session["used"]) < IDLE
        and now - datetime.fromisoformat(session["since"]) < WHOLE
    )
    account = people.account(current_node().journal, name)
    if not fresh or account is None or session["seal"] != _seal(account):
        session.clear()
        return None
    if now - datetime.fromisoformat(session["used"]) > timedelta(minutes=1):
        session["used"] = clock.stamp()
    return account


def require(roles: Collection[str], login_endpoint: str) -> BaseResponse | None:
    """A door's guard, for its `before_request`: None where the signed-in account has one of the
    roles (it is then in `g.account`), else the way to the log-in page."""
    account = signed_in()
    if account is None or account.role not in roles:
        wanted = request.full_path if request.method == "GET" else None
        return redirect(url_for(login_endpoint, next=wanted))
    g.account = account
    return None


def from_this_node() -> bool:
    """Whether the request comes from a page of this server: browsers say so, and pages cannot lie
    about it. `Sec-Fetch-Site` is not sent over plain http beyond localhost; `Origin` always is."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin", "").split("://")[-1] == request.host


def next_page(fallback: str) -> str:
    """Where a log-in leads: the page asked for, if it is one of this server's own."""
    wanted = request.args.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else fallback


def _seal(account: Account) -> str:
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]
