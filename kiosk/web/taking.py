"""Taking part on the screen: a smile or a frown, a question with one tap, handwriting, a voice.

No log-in. What changes something carries a token against forgery; how often is bounded by
`feedback.intake` (by screen) and, for smiles, by visit and by the hour. Handwriting and voice are
attachments of the feedback, which only the village and its township read. Nothing is lost: what is
refused is shown again as it was filled in.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import generate_csrf
from limits import parse_many
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, feedback, opinions
from kiosk.attachments import FileRefused, photos, sounds
from kiosk.feedback import intake
from kiosk.feedback import queries as asked
from kiosk.feedback.commands import FeedbackRefused
from kiosk.feedback.token import new_token, pickup_of, pickup_typed, shown_pickup
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.rules import questions
from kiosk.rules.feedback import KINDS, OBJECTION
from kiosk.rules.questions import Question
from kiosk.villages import queries as villages
from kiosk.web import current_node, following, guard, identity, public_address
from kiosk.web.board import render

WAYS = ("tap", "hand", "voice")
MOST_LINES = 40
FELT_AGAIN = timedelta(minutes=5)
"""After so long somebody else may stand at the screen."""

FELT = parse_many("20 per 5 minutes; 100 per hour")
"""Smiles and frowns taken from one address."""

LOOKED_UP = "12 per minute; 60 per hour"
LATER = "现在提意见的人太多了，请过一会儿再发；急事请打值班电话。"
PNG_START = "data:image/png;base64,"

blueprint = Blueprint("taking", __name__)


@dataclass(frozen=True)
class Form:
    """A form as it was filled in; `line` is the line of the notice that it is about."""

    way: str
    kind: str
    line: str
    phone: str
    village: str
    token: str
    fault: str = ""


@blueprint.record
def _share_with_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(said_of=said_of, public_text=asked.public_text)


def said_of(notice: Notice) -> dict[str, Any]:
    """What a notice's page says of taking part: opinions, and what was asked and answered."""
    journal = current_node().journal
    return {
        "opinions": opinions.of_notice(journal, notice.id),
        "answered": asked.of_notice(journal, notice.id),
        "displayed": notice.displayed(clock.today()),
    }


@blueprint.get("/taking/token")
def token() -> Response:
    """The token against forgery for a page that is kept for all and has none of its own."""
    response = Response(generate_csrf(), mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/ask", methods=["GET", "POST"])
def ask() -> BaseResponse:
    """A question about no notice in particular."""
    return _answered(None)


@blueprint.route("/notices/<id>/ask", methods=["GET", "POST"])
def ask_about(id: str) -> BaseResponse:
    """A question, an objection, praise: about one notice, or one line of it (`?line=`)."""
    return _answered(_notice(id))


@blueprint.post("/notices/<id>/felt")
def felt(id: str) -> BaseResponse:
    """A smile or a frown, counted once a visit; then the way to say more."""
    node = current_node()
    found = _notice(id)
    good = request.form.get("good") == "1"
    said = "谢谢，您的满意记下了。" if good else "记下了。哪里不满意？可以点一句，村里要答复。"
    if not _may_feel(found.id):
        said = "您刚才已经点过了，谢谢。"
    elif not _count_felt():
        said = "现在点的人太多了，请过一会儿再点。"
    else:
        opinions.give(node.journal, found, good=good)
        session["felt"] = {**_felt_lately(), found.id: clock.stamp()}
    flash(said, "good")
    return redirect(url_for("taking.ask_about", id=found.id), 303)


@blueprint.route("/pickup", methods=["GET", "POST"])
@guard.limiter.limit(LOOKED_UP, methods=["POST"])
def pickup() -> BaseResponse:
    """What became of a feedback, by the number that its sender was given at the screen."""
    typed = request.form.get("number", "")
    found, fault = None, ""
    if request.method == "POST":
        number = pickup_typed(typed)
        found = asked.by_pickup(current_node().journal, number) if number else None
        if found is None:
            fault = "没有这个取件号。请核对 8 个数字，再输一遍。"
        elif "satisfied" in request.form:
            fault = following.done(found)
            found = asked.feedback(current_node().journal, found.id)
    shown = following.context(found)
    # The phone's page of the notice is no page of the screen.
    shown["of_notice"] = shown.pop("about")
    page = render("board/pickup.html", back="/questions", fault=fault, typed=typed, **shown)
    return _private(page, 400 if fault else 200)


def _answered(about: Notice | None) -> BaseResponse:
    """The form, or what became of it."""
    node = current_node()
    form = _typed()
    if request.method == "GET":
        return _private(_form_page(node, about, form))
    try:
        return _private(_sent_page(node, about, *_taken(node, about, form)))
    except (FeedbackRefused, FileRefused) as refused:
        fault = str(refused)
    form = Form(form.way, form.kind, form.line, form.phone, form.village, form.token, fault)
    return _private(_form_page(node, about, form), 400)


def _typed() -> Form:
    given = request.values
    way = given.get("way", "")
    return Form(
        way=way if way in WAYS else WAYS[0],
        kind=given.get("kind", ""),
        line=" ".join(given.get("line", "").split())[: questions.LINE_LIMIT],
        phone=given.get("phone", "").strip(),
        village=given.get("village", ""),
        token=given.get("token") or new_token(),
    )


def _taken(node: Node, about: Notice | None, form: Form) -> tuple[str, str]:
    """Takes what the form says; (id, token). Raises FeedbackRefused, FileRefused."""
    known = asked.by_token(node.journal, form.token)
    if known is not None:
        return known.id, form.token
    text, kind = _words(about, form)
    photo = voice = ""
    if form.way == "hand":
        photo = node.blobs.put(photos.photo(_drawn()).data)
    elif form.way == "voice":
        voice = node.blobs.put(sounds.sound(_recorded()).data)
    screen = identity.this_screen()
    counted = {
        "network": "" if screen else get_remote_address(),
        "screen": screen.id if screen else "",
        "notice": about.id if about else "",
    }
    verdict = intake.verdict(node.journal, **counted)
    if verdict == "later":
        raise FeedbackRefused(LATER)
    taken = feedback.receive(
        node.journal,
        village=_village(node, about, form),
        notice=about.id if about else "",
        kind=kind,
        text=text,
        phone=form.phone,
        photo=photo,
        voice=voice,
        via="screen",
        screen=screen.name if screen else "",
        held=("often",) if verdict == "hold" else (),
        token=form.token,
    )
    intake.note(node.journal, **counted, held=verdict == "hold")
    return taken


def _words(about: Notice | None, form: Form) -> tuple[str, str]:
    """(text, kind) of what is sent. A tapped question must be one that is offered: nobody puts
    other words into the screen's mouth."""
    if form.way != "tap":
        return questions.about(form.line, "（见手写）" if form.way == "hand" else "（请听录音）"), (
            form.kind or KINDS[0]
        )
    said = request.form.get("question", "")
    for each in _questions(about, form):
        if each.text == said:
            return questions.about(form.line, each.text), each.kind
    raise FeedbackRefused("请点一个问题。")


def _questions(about: Notice | None, form: Form) -> list[Question]:
    if about is None:
        return questions.ready(questions.OF_VILLAGE)
    if form.kind == OBJECTION:
        return questions.ready(questions.OBJECTION)
    if form.line:
        return questions.ready(questions.LINE)
    return questions.ready(about.item, about.form, about.affairs, questions.ANY)


def _village(node: Node, about: Notice | None, form: Form) -> str:
    """Whose matter it is: the village that posted the notice, or the one whose screen this is; on
    a township's screen the one that was chosen. Raises FeedbackRefused."""
    if about is not None and about.affairs != "township":
        return about.village
    if not node.config.is_township:
        return node.config.code
    if not form.village:
        raise FeedbackRefused("请先点您是哪个村的。")
    return form.village


def _drawn() -> bytes:
    """The picture of a canvas. Raises FeedbackRefused where nothing was written on it."""
    given = request.form.get("drawn", "")
    try:
        if not given.startswith(PNG_START):
            raise ValueError
        return base64.b64decode(given.removeprefix(PNG_START), validate=True)
    except (ValueError, binascii.Error):
        raise FeedbackRefused("还没有写字。请用手指在方框里写。") from None


def _recorded() -> bytes:
    """The voice memo that came with the form. Raises FeedbackRefused where there is none."""
    upload = request.files.get("voice")
    if upload is None:
        raise FeedbackRefused("还没有录音。请先点“开始说”。")
    return bytes(upload.read(sounds.BYTES_LIMIT + 1))


def _form_page(node: Node, about: Notice | None, form: Form) -> str:
    displayed = about is not None and about.displayed(clock.today())
    return render(
        "board/ask.html",
        back=f"/notices/{about.id}" if about else "/questions",
        about=about,
        form=form,
        questions=_questions(about, form),
        lines=_lines(about) if about and not form.line else [],
        displayed=displayed,
        objection=OBJECTION,
        kinds=(OBJECTION, *KINDS) if displayed else KINDS,
        choices=_to_choose(node, about, form),
        address=f"{public_address(node)}/n/{about.id}" if about else "",
    )


def _sent_page(node: Node, about: Notice | None, id: str, token: str) -> str:
    found = asked.feedback(node.journal, id)
    return render(
        "board/sent.html",
        back=f"/notices/{about.id}" if about else "/questions",
        about=about,
        found=found,
        number=shown_pickup(pickup_of(token)),
        address=f"{public_address(node)}{url_for('phone.follow', token=token)}",
    )


def _lines(about: Notice) -> list[str]:
    """The lines of an account or a list that somebody may ask about, as they are called there."""
    content = about.content or {}
    if about.form == "finance_statement":
        given = [*content.get("expense", ()), *content.get("income", ())]
        names = [each.get("name") for each in given if isinstance(each, dict)]
    elif about.form == "ledger":
        names = [each.get("summary") for each in content.get("lines", ()) if isinstance(each, dict)]
    else:
        names = []
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))[:MOST_LINES]


def _to_choose(node: Node, about: Notice | None, form: Form) -> list[villages.Enrolment]:
    needed = node.config.is_township and (about is None or about.affairs == "township")
    return villages.known(node.journal) if needed and not form.village else []


def _notice(id: str) -> Notice:
    """A standing notice; 404 for others."""
    found = notices.notice(current_node().journal, id)
    if found is None or found.body is None or found.state == "withdrawn":
        abort(404)
    return found


def _felt_lately() -> dict[str, str]:
    given = session.get("felt", {})
    return {
        id: at for id, at in given.items() if clock.now() - datetime.fromisoformat(at) < FELT_AGAIN
    }


def _may_feel(notice: str) -> bool:
    return notice not in _felt_lately()


def _count_felt() -> bool:
    limiter: Any = guard.limiter
    if not limiter.enabled:
        return True
    address = get_remote_address()
    if not all(limiter.limiter.test(limit, "felt", address) for limit in FELT):
        return False
    return all(limiter.limiter.hit(limit, "felt", address) for limit in FELT)


def _private(page: str, code: int = 200) -> Response:
    """A page for whoever stands there now: not kept, and swapped in by the screen's script."""
    response = make_response(page, code)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Kiosk-Now"] = clock.stamp()
    return response
