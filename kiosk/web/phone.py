"""The phone's door, behind every QR code: a notice with its proof, and feedback on it.

Made for WeChat's browser on an old phone and a weak network: one page of HTML and CSS, no script,
under 60 KB. There is no log-in; a sender follows an answer by a link that only the sender has.
Nothing that was typed is lost: a fault, a limit that was reached or a blocked cookie shows the
form again as it was filled in.
"""

import gzip
import re
from dataclasses import replace

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, feedback
from kiosk.attachments import FileRefused
from kiosk.duties import queries as duties
from kiosk.feedback import queries as asked
from kiosk.feedback.commands import FeedbackRefused
from kiosk.feedback.queries import Feedback
from kiosk.feedback.state import KINDS, OBJECTION
from kiosk.feedback.token import new_token
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.villages import queries as villages
from kiosk.web import asking, current_node, guard
from kiosk.web.asking import Form, NotNow

COMPRESSED_FROM = 1400
PER_HOME = 30
_ID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
"""A ULID, as notices have."""

blueprint = Blueprint("phone", __name__)


@blueprint.get("/m/")
def home() -> str:
    """What is new on this node's boards in one light list, or what a search finds (`?q=`); of one
    village (`?village=`) or of all."""
    node = current_node()
    known = villages.known(node.journal) if node.config.is_township else []
    code = request.args.get("village", "") or (None if known else node.config.code)
    q = " ".join(request.args.get("q", "").split())[:40]
    if q:
        whose = [code] if code else None
        items = duties.catalogue(node.journal).items.values()
        listed = notices.search(node.journal, whose, q, PER_HOME, items=items).notices
    else:
        listed = notices.newest(node.journal, code, None, PER_HOME)
    return render_template(
        "phone/home.html",
        node=node,
        village=villages.village(node.journal, code) if code else None,
        notices=listed,
        known=known,
        names={each.code: each.name for each in known},
        code=code,
        q=q,
    )


@blueprint.get("/n/<id>")
def notice(id: str) -> Response:
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None:
        return _missing(node, id)
    return _notice_page(node, found, Form(token=new_token()))


@blueprint.post("/n/<id>")
def ask(id: str) -> BaseResponse:
    """Takes feedback about a notice. The token against forgery is checked here, not before, so
    that a form whose cookie is missing is shown again instead of lost."""
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None:
        return _missing(node, id)
    first = form = asking.typed()
    try:
        asking.check_try()
        token = form.token if asked.by_token(node.journal, form.token) else None
        if token := token or asking.sent_before(form, found.id):
            return redirect(url_for("phone.follow", token=token), 303)
        asking.check_limits(form, found.id)
        form = asking.with_photo(node, form)
        village = _village_of(node, found, form)
        form = asking.warned(node, form, village)
        if form.masked:
            return _notice_page(node, found, form)
        _, token = feedback.receive(
            node.journal,
            village=village,
            notice=found.id,
            kind=form.kind,
            text=form.text,
            phone=form.phone,
            photo=asking.photo_of(form),
            token=form.token,
        )
    except NotNow as refused:
        return _notice_page(node, found, replace(form, fault=str(refused)), refused.code)
    except (FeedbackRefused, FileRefused) as refused:
        return _notice_page(node, found, replace(form, fault=str(refused)), 400)
    asking.count(first, found.id, token)
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
    fault = ""
    try:
        asking.check_try()
    except NotNow as refused:
        fault = str(refused)
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


def _notice_page(node: Node, found: Notice, form: Form, code: int = 200) -> Response:
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
    response = make_response(html, code)
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


def _missing(node: Node, id: str) -> Response:
    """Whether the notice may still come is known only of an id that a notice could have."""
    html = render_template("phone/missing.html", node=node, may_come=_ID.fullmatch(id) is not None)
    return make_response(html, 404)


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
