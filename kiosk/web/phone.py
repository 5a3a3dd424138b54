"""The phone's door, behind every QR code: a notice with its proof, and feedback on it.

Made for WeChat's browser on an old phone and a weak network: one page of HTML and CSS, no script,
under 60 KB. There is no log-in; a sender follows an answer by a link that only the sender has.
Nothing that was typed is lost: a fault, a limit that was reached or a blocked cookie shows the
form again as it was filled in.
"""

import gzip
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import validate_csrf
from limits import RateLimitItem, parse, parse_many
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, feedback
from kiosk.attachments import FileRefused, photos
from kiosk.feedback import queries as asked
from kiosk.feedback.commands import FeedbackRefused
from kiosk.feedback.queries import Feedback
from kiosk.feedback.state import KINDS, OBJECTION
from kiosk.feedback.token import new_token
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.villages import queries as villages
from kiosk.web import current_node, guard

SENT = parse_many("5 per 10 minutes; 30 per day")
"""Feedback taken from one address; a whole village may share one, so it is not less."""

SENT_ABOUT_ONE = parse("60 per hour")
"""Feedback taken about one notice, from anywhere."""

TRIED = parse("40 per 10 minutes")
"""Forms looked at from one address, taken or not: each may carry a photo to decode."""

COMPRESSED_FROM = 1400
PER_HOME = 30

LIMIT_WORDS = {
    600: "您提交得太频繁了，请 10 分钟后再提交。",
    3600: "现在提交的人太多了，请一小时后再提交。",
    86_400: "今天提交的次数已经满了，请明天再提交，或直接打监督电话。",
}
COOKIE_WORDS = (
    "为了安全，请再点一次“提交”。如果一直看到这句话，说明手机不允许网页保存 Cookie，"
    "请换一个浏览器，或直接打监督电话。"
)

blueprint = Blueprint("phone", __name__)


@dataclass(frozen=True)
class Form:
    """A feedback form as it was filled in."""

    kind: str = ""
    text: str = ""
    phone: str = ""
    village: str = ""
    token: str = ""
    fault: str = ""
    photo_lost: bool = False


@blueprint.get("/m/")
def home() -> str:
    """What is new on this node's boards, in one light list."""
    node = current_node()
    code = request.args.get("village") or (None if node.config.is_township else node.config.code)
    shown = villages.village(node.journal, code) if code else None
    return render_template(
        "phone/home.html",
        node=node,
        village=shown,
        notices=notices.newest(node.journal, code, None, PER_HOME),
        names={each.code: each.name for each in villages.known(node.journal)},
    )


@blueprint.get("/n/<id>")
def notice(id: str) -> Response:
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None:
        return _missing(node)
    return _notice_page(node, found, Form(token=new_token()))


@blueprint.post("/n/<id>")
def ask(id: str) -> BaseResponse:
    """Takes feedback about a notice. The token against forgery is checked here, not before, so
    that a form whose cookie is missing is shown again instead of lost."""
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None:
        return _missing(node)
    form = Form(
        kind=request.form.get("kind", ""),
        text=request.form.get("text", ""),
        phone=request.form.get("phone", ""),
        village=request.form.get("village", ""),
        token=request.form.get("token") or new_token(),
        photo_lost=_upload() is not None,
    )
    address = get_remote_address()
    if fault := _limit_words(TRIED, "tried", address, count=True):
        return _notice_page(node, found, replace(form, fault=fault), 429)
    if fault := _forged():
        return _notice_page(node, found, replace(form, fault=fault))
    known = asked.by_token(node.journal, form.token)
    if known is not None:
        return redirect(url_for("phone.follow", token=form.token), 303)
    fault = _limit_words(SENT_ABOUT_ONE, "about", found.id) or next(
        (words for limit in SENT if (words := _limit_words(limit, "sent", address))), ""
    )
    if fault:
        return _notice_page(node, found, replace(form, fault=fault), 429)
    try:
        _, token = feedback.receive(
            node.journal,
            village=_village_of(node, found, form),
            notice=found.id,
            kind=form.kind,
            text=form.text,
            phone=form.phone,
            photo=_photo(node),
            token=form.token,
        )
    except (FeedbackRefused, FileRefused) as refused:
        return _notice_page(node, found, replace(form, fault=str(refused)))
    for limit in SENT:
        guard.limiter.limiter.hit(limit, "sent", address)
    guard.limiter.limiter.hit(SENT_ABOUT_ONE, "about", found.id)
    return redirect(url_for("phone.follow", token=token, sent=1), 303)


@blueprint.get("/f/<token>")
def follow(token: str) -> Response:
    found = asked.by_token(current_node().journal, token)
    return _follow_page(token, found)


@blueprint.post("/f/<token>")
def rate(token: str) -> BaseResponse:
    """The asker says whether it is solved."""
    node = current_node()
    found = asked.by_token(node.journal, token)
    text = request.form.get("text", "")
    choice = request.form.get("satisfied")
    fault = _limit_words(TRIED, "tried", get_remote_address(), count=True) or _forged()
    if not fault and choice not in ("yes", "no"):
        fault = "请选择“满意”或“没解决”。"
    if found is None or fault:
        return _follow_page(token, found, fault, text)
    try:
        feedback.rate(node.journal, found.id, satisfied=choice == "yes", text=text)
    except FeedbackRefused as refused:
        return _follow_page(token, found, str(refused), text)
    return redirect(url_for("phone.follow", token=token), 303)


# Both check the token themselves.
guard.csrf.exempt(ask)
guard.csrf.exempt(rate)


@blueprint.after_request
def compress(response: Response) -> Response:
    """Long lists shrink to a tenth; only answers to GET, which repeat nothing that was sent."""
    if (
        request.method == "GET"
        and response.status_code == 200
        and response.mimetype == "text/html"
        and request.accept_encodings["gzip"] > 0
        and (response.content_length or 0) > COMPRESSED_FROM
    ):
        response.set_data(gzip.compress(response.get_data(), 6))
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _notice_page(node: Node, found: Notice, form: Form, code: int = 0) -> Response:
    journal = node.journal
    # Photos are megabytes: they are offered behind a tap, so the content is shown without them.
    plain = found if found.body is None else replace(found, body={**found.body, "attachments": []})
    html = render_template(
        "phone/notice.html",
        node=node,
        notice=plain,
        photos=found.attachments,
        previous=notices.previous_period(journal, found),
        versions=notices.versions(journal, found),
        witnessed=lambda version: journal.witnessed(version.stream, version.seq),
        origin=villages.village(journal, found.village),
        township=_township_name(node),
        of_township=found.affairs == "township",
        choices=_villages_to_choose(node, found),
        answered=asked.of_notice(journal, found.id),
        public_text=asked.public_text,
        today=clock.today(),
        kinds=(OBJECTION, *KINDS) if found.displayed(clock.today()) else KINDS,
        form=form,
    )
    response = make_response(html, code or (400 if form.fault else 200))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _follow_page(token: str, found: Feedback | None, fault: str = "", text: str = "") -> Response:
    node = current_node()
    about = notices.notice(node.journal, found.notice) if found and found.notice else None
    html = render_template(
        "phone/follow.html",
        node=node,
        found=found,
        about=about,
        village=villages.village(node.journal, found.village) if found else None,
        township=_township_name(node),
        address=url_for("phone.follow", token=token, _external=True),
        sent="sent" in request.args,
        fault=fault,
        text=text,
    )
    response = make_response(html, 404 if found is None else 400 if fault else 200)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _missing(node: Node) -> Response:
    return make_response(render_template("phone/missing.html", node=node), 404)


def _forged() -> str:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValueError:
        return COOKIE_WORDS
    return ""


def _limit_words(limit: RateLimitItem, *key: str, count: bool = False) -> str:
    """When to try again, where the limit is reached; "" where it is not."""
    limiter: Any = guard.limiter
    if not limiter.enabled:
        return ""
    free = limiter.limiter.hit(limit, *key) if count else limiter.limiter.test(limit, *key)
    return "" if free else LIMIT_WORDS[limit.get_expiry()]


def _photo(node: Node) -> str:
    """The SHA-256 of the photo that came with the form, made safe and kept; "" without one.

    Raises FileRefused.
    """
    upload = _upload()
    return "" if upload is None else node.blobs.put(photos.photo(upload.read()).data)


def _upload() -> FileStorage | None:
    upload = request.files.get("photo")
    return upload if upload is not None and upload.filename else None


def _village_of(node: Node, found: Notice, form: Form) -> str:
    """Whom the feedback is for: the village that posted the notice; of the township's notices the
    village whose screen this is, or that the sender chose."""
    if found.affairs != "township":
        return found.village
    return form.village if node.config.is_township else node.config.code


def _villages_to_choose(node: Node, found: Notice) -> list[villages.Enrolment]:
    ask_whose = node.config.is_township and found.affairs == "township"
    return villages.known(node.journal) if ask_whose else []


def _township_name(node: Node) -> str:
    if node.config.is_township:
        return node.config.name
    return node.config.upstream.name if node.config.upstream else "乡镇"
