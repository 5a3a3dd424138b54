"""The phone's door, behind every QR code: a notice with its proof, and feedback on it.

Made for WeChat's browser on an old phone and a weak network: one page of HTML and CSS, no script,
under 60 KB. There is no log-in; a sender follows an answer by a link that only the sender has.
Nothing that was typed is lost: a fault, a limit that was reached or a blocked cookie shows the
form again as it was filled in.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, feedback
from kiosk.attachments import FileRefused
from kiosk.duties import queries as duties
from kiosk.feedback import queries as asked
from kiosk.feedback.commands import FeedbackRefused
from kiosk.feedback.token import new_token
from kiosk.feedback.work import BITS
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.rules import feedback as rules
from kiosk.rules.feedback import KINDS, OBJECTION
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
    return _taken(node, found, lambda form, code: _notice_page(node, found, form, code))


@blueprint.get("/say")
def say() -> Response:
    """The feedback box itself: what is about no notice."""
    form = Form(token=new_token(), village=request.args.get("village", ""))
    return _say_page(current_node(), form)


@blueprint.post("/say")
def say_it() -> BaseResponse:
    node = current_node()
    return _taken(node, None, lambda form, code: _say_page(node, form, code))


# Both check the token themselves.
guard.csrf.exempt(ask)
guard.csrf.exempt(say_it)


@blueprint.get("/m/answers")
def answers() -> str:
    """What villagers asked and everybody may read, of one village (`?village=`) or of all."""
    node = current_node()
    known = villages.known(node.journal) if node.config.is_township else []
    code = request.args.get("village", "") or (None if known else node.config.code)
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    found = asked.answered_publicly(node.journal, code, PER_HOME + 1, (page - 1) * PER_HOME)
    return render_template(
        "phone/answers.html",
        node=node,
        found=found[:PER_HOME],
        more=len(found) > PER_HOME,
        page=page,
        code=code,
        names={each.code: each.name for each in known},
        public_text=asked.public_text,
        township=township_name(node),
    )


@blueprint.get("/m/kept")
def kept() -> str:
    """In plain words: what is kept of a person, who sees it, and when it is deleted."""
    node = current_node()
    return render_template(
        "phone/kept.html", node=node, township=township_name(node), days=rules.rules().days
    )


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
        township=township_name(node),
        of_township=found.affairs == "township",
        choices=_villages_to_choose(node, found),
        answered=asked.of_notice(journal, found.id),
        public_text=asked.public_text,
        today=clock.today(),
        kinds=(OBJECTION, *KINDS) if found.displayed(clock.today()) else KINDS,
        form=form,
        work=asking.work_wanted(node),
        bits=BITS,
    )
    response = make_response(html, code)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _taken(
    node: Node, found: Notice | None, shown: Callable[[Form, int], Response]
) -> BaseResponse:
    """Takes what was sent, or shows the form again by `shown`."""
    first = form = asking.typed()
    about = found.id if found else ""
    try:
        asking.check_try()
        token = form.token if asked.by_token(node.journal, form.token) else None
        if token := token or asking.sent_before(form, about):
            return redirect(url_for("phone.follow", token=token), 303)
        held = asking.check_limits(form, about)
        form = asking.with_photo(node, form)
        village = _village_of(node, found, form)
        form = asking.warned(node, form, village)
        if form.masked:
            return shown(form, 200)
        form = asking.offered(node, form, village, about)
        if form.alike:
            return shown(form, 200)
        _, token = feedback.receive(
            node.journal,
            village=village,
            notice=about,
            kind=form.kind,
            text=form.text,
            phone=form.phone,
            photo=asking.photo_of(form),
            voice=asking.voice_of(form),
            held=held,
            token=form.token,
        )
    except NotNow as refused:
        return shown(replace(form, fault=str(refused)), refused.code)
    except (FeedbackRefused, FileRefused) as refused:
        return shown(replace(form, fault=str(refused)), 400)
    asking.count(first, about, token, held)
    return redirect(url_for("phone.follow", token=token, sent=1), 303)


def _say_page(node: Node, form: Form, code: int = 200) -> Response:
    html = render_template(
        "phone/say.html",
        node=node,
        township=township_name(node),
        choices=_villages_to_choose(node, None),
        kinds=KINDS,
        form=form,
        public_text=asked.public_text,
        work=asking.work_wanted(node),
        bits=BITS,
    )
    response = make_response(html, code)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _missing(node: Node, id: str) -> Response:
    """Whether the notice may still come is known only of an id that a notice could have."""
    html = render_template("phone/missing.html", node=node, may_come=_ID.fullmatch(id) is not None)
    return make_response(html, 404)


def _village_of(node: Node, found: Notice | None, form: Form) -> str:
    """Whom the feedback is for: the village that posted the notice; of the township's notices, or
    of none, the village whose node this is, or that the sender chose."""
    if found is not None and found.affairs != "township":
        return found.village
    return form.village if node.config.is_township else node.config.code


def _villages_to_choose(node: Node, found: Notice | None) -> list[villages.Enrolment]:
    ask_whose = node.config.is_township and (found is None or found.affairs == "township")
    return villages.known(node.journal) if ask_whose else []


def township_name(node: Node) -> str:
    """What the node above is called on the phone's pages."""
    if node.config.is_township:
        return node.config.name
    return node.config.upstream.name if node.config.upstream else "乡镇"
