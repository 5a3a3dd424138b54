"""The discipline office's door on a township's node (纪检): its key, and sealed reports.

Only accounts with the role `discipline` come in; supervisors do not, and these accounts see nothing
else. Reading needs the key's passphrase: what it opens is held in this process's memory for a
quarter of an hour without use, for that session alone, and never written. Every opening of a report
is an entry with the account's name before a word of it is shown.
"""

import base64
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_limiter import RateLimitExceeded
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, sealed
from kiosk.attachments.blobs import BadBlobName, BlobMissing
from kiosk.sealed import box as boxes
from kiosk.sealed.box import PassphraseWrong
from kiosk.sealed.commands import PASSPHRASE_AT_LEAST, Keyring, SealedRefused
from kiosk.sealed.queries import Report
from kiosk.villages import queries as villages
from kiosk.web import current_node, guard
from kiosk.web.login import Page, login_view, logout_view, password_view

TITLE = "纪检举报信箱"
ROLES = ("discipline",)
UNLOCKED_FOR = timedelta(minutes=15)
TRIES = "8 per 10 minutes"
PICTURE_TYPES = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png"}

blueprint = Blueprint("discipline", __name__, url_prefix="/discipline")


@dataclass
class _Open:
    """A keyring in use: whose, and since when it was last used."""

    name: str
    ring: Keyring
    used: datetime


_open: dict[str, _Open] = {}
_guard = threading.Lock()


@blueprint.before_request
def discipline_only() -> BaseResponse | None:
    if current_node().config.role != "township":
        abort(404)
    if request.endpoint == "discipline.login":
        return None
    return guard.require(ROLES, "discipline.login")


@blueprint.after_request
def not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.context_processor
def on_every_page() -> dict[str, Any]:
    node = current_node()
    if "account" not in g:
        return {"node": node}
    names = {each.code: each.name for each in villages.known(node.journal)}
    return {"node": node, "names": names, "unlocked": _ring() is not None}


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Page:
    return login_view(ROLES, "discipline.home", title=TITLE)


@blueprint.post("/logout")
def logout() -> BaseResponse:
    _lock()
    return logout_view("discipline.login")


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> Page:
    return password_view("discipline.home", title=TITLE)


@blueprint.get("/")
def home() -> str:
    journal = current_node().journal
    threads: dict[str, list[Report]] = {}
    for each in sealed.reports(journal):
        threads.setdefault(each.mailbox, []).append(each)
    return render_template(
        "discipline/home.html",
        threads=list(threads.values()),
        keys=sealed.keys(journal, journal.code),
        mark=boxes.shown_fingerprint,
    )


@blueprint.route("/unlock", methods=["GET", "POST"])
def unlock() -> Page:
    """Opens the key by its passphrase, for this session and a quarter of an hour."""
    fault = ""
    if request.method == "POST":
        try:
            with guard.limiter.limit(TRIES):
                ring = sealed.unlock(current_node().journal, request.form.get("passphrase", ""))
        except RateLimitExceeded:
            fault = "试的次数太多了，请过 10 分钟再试。"
        except PassphraseWrong:
            fault = "口令不对。请看看大小写和空格；忘了，请开备用信封。"
        else:
            _unlock(ring)
            return redirect(guard.next_page(url_for("discipline.home")))
    page = render_template("discipline/unlock.html", fault=fault)
    return (page, 400) if fault else page


@blueprint.post("/lock")
def lock() -> BaseResponse:
    _lock()
    flash("已锁上。", "good")
    return redirect(url_for("discipline.home"))


@blueprint.route("/key", methods=["GET", "POST"])
def key() -> Page:
    """Makes the office's key, or a new one in the place of the one in use."""
    journal = current_node().journal
    fault = ""
    if request.method == "POST":
        phrase = request.form.get("passphrase", "")
        try:
            if phrase != request.form.get("again", ""):
                raise SealedRefused("两次输入的口令不一样，请重新输入。")
            name = f"{current_node().config.name}纪检"
            made = sealed.make_key(journal, phrase, name=name, actor=g.account.name)
        except SealedRefused as refused:
            fault = str(refused)
        else:
            flash(f"新钥匙已启用，指纹 {boxes.shown_fingerprint(made)}。", "good")
            return redirect(url_for("discipline.key"))
    page = render_template(
        "discipline/key.html",
        keys=sealed.keys(journal, journal.code),
        mark=boxes.shown_fingerprint,
        fault=fault,
        at_least=PASSPHRASE_AT_LEAST,
    )
    return (page, 400) if fault else page


@blueprint.get("/log")
def log() -> str:
    """Who opened and answered what, and when."""
    return render_template("discipline/log.html", lines=sealed.log(current_node().journal))


@blueprint.route("/reports/<id>", methods=["GET", "POST"])
def report(id: str) -> Page:
    """One sender's reports. Opening is pressed, not linked to: each is on record."""
    node = current_node()
    found = sealed.report(node.journal, id)
    if found is None:
        abort(404)
    ring, fault, words = _ring(), "", ""
    do = request.form.get("do", "")
    if request.method == "POST":
        try:
            if do == "close":
                sealed.close(node.journal, id, actor=g.account.name)
            elif do == "answer":
                if ring is None:
                    return _to_unlock(id)
                sealed.answer(node.journal, id, request.form.get("text", ""), actor=g.account.name)
                flash("回复已封好寄出，只有拿着回执码的人能看。", "good")
            elif ring is None:
                return _to_unlock(id)
            else:
                words = sealed.open_report(node.journal, id, ring, actor=g.account.name)
        except SealedRefused as refused:
            fault = str(refused)
        else:
            if do in ("close", "answer"):
                return redirect(url_for("discipline.report", id=id))
    found = sealed.report(node.journal, id)
    assert found is not None
    page = render_template(
        "discipline/report.html",
        report=found,
        others=[
            each for each in sealed.queries.of_mailbox(node.journal, found.mailbox) if each.id != id
        ],
        words=words,
        picture=_picture(found, ring) if words and ring else "",
        said=[
            (event.at, event.actor, sealed.own_copy(event.body, ring) if ring else "")
            for event in found.events
            if event.kind == "answered"
        ],
        fault=fault,
        text=request.form.get("text", "") if fault else "",
    )
    return (page, 400) if fault else page


def _picture(found: Report, ring: Keyring) -> str:
    """The report's picture as a data URI; "" where it has none, or it did not arrive yet."""
    if not found.picture:
        return ""
    try:
        data = sealed.open_picture(found, current_node().blobs.get(found.picture), ring)
    except (BlobMissing, BadBlobName, SealedRefused):
        return ""
    kind = PICTURE_TYPES.get(data[:2])
    return f"data:{kind};base64,{base64.b64encode(data).decode()}" if kind else ""


def _to_unlock(id: str) -> BaseResponse:
    flash("请先用口令开锁。", "warn")
    return redirect(url_for("discipline.unlock", next=url_for("discipline.report", id=id)))


def _ring() -> Keyring | None:
    """The keys that this session opened, while they are in use."""
    with _guard:
        held = _open.get(session.get("unlocked", ""))
        if held is None or held.name != g.account.name:
            return None
        if clock.now() - held.used > UNLOCKED_FOR:
            _open.pop(session["unlocked"])
            return None
        held.used = clock.now()
        return held.ring


def _unlock(ring: Keyring) -> None:
    token = secrets.token_urlsafe(16)
    with _guard:
        for old in [it for it, held in _open.items() if clock.now() - held.used > UNLOCKED_FOR]:
            _open.pop(old)
        _open[token] = _Open(g.account.name, ring, clock.now())
    session["unlocked"] = token


def _lock() -> None:
    with _guard:
        _open.pop(session.pop("unlocked", ""), None)
