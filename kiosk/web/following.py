"""Following one's own feedback by the link that only the sender has (`/f/<token>`): reading what
became of it, saying whether it is solved, taking it back. (On the screen the same is reached by the
pick-up number, see `taking`.)
"""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kiosk import feedback
from kiosk.feedback import queries
from kiosk.feedback.commands import FeedbackRefused
from kiosk.feedback.queries import Feedback
from kiosk.feedback.token import is_token, pickup_of, shown_pickup
from kiosk.notices import queries as notices
from kiosk.rules import feedback as rules
from kiosk.villages import queries as villages
from kiosk.web import asking, current_node, guard
from kiosk.web.asking import NotNow
from kiosk.web.phone import blueprint, township_name


@blueprint.get("/f/<token>")
def follow(token: str) -> Response:
    return _follow_page(token, queries.by_token(current_node().journal, token))


@blueprint.post("/f/<token>")
def rate(token: str) -> BaseResponse:
    """The asker says whether it is solved, or takes it back."""
    found = queries.by_token(current_node().journal, token)
    fault = ""
    try:
        asking.check_try()
    except NotNow as refused:
        fault = str(refused)
    fault = fault or done(found)
    if found is None or fault:
        return _follow_page(token, found, fault, request.form.get("text", ""))
    return redirect(url_for("phone.follow", token=token), 303)


# Checks the token itself.
guard.csrf.exempt(rate)


def done(found: Feedback | None) -> str:
    """Does what the asker's button says; why not, "" where it was done."""
    if found is None:
        return "没有找到这条意见。"
    journal = current_node().journal
    choice = request.form.get("satisfied")
    try:
        if request.form.get("do") == "withdraw":
            if request.form.get("sure") != "yes":
                return "要撤回，请先勾上“我确定要撤回”。"
            feedback.withdraw(journal, found.id)
            return ""
        if choice not in ("yes", "no"):
            return "请选择“满意”或“没解决”。"
        text = request.form.get("text", "")
        feedback.rate(journal, found.id, satisfied=choice == "yes", text=text)
    except FeedbackRefused as refused:
        return str(refused)
    return ""


def context(found: Feedback | None) -> dict[str, Any]:
    """What `parts/feedback.html` needs to show what became of a feedback."""
    node = current_node()
    main = queries.feedback(node.journal, found.merged_into) if found else None
    return {
        "found": found,
        "about": notices.notice(node.journal, found.notice) if found and found.notice else None,
        "village": villages.village(node.journal, found.village) if found else None,
        "township": township_name(node),
        "seen": queries.seen(node.journal, found) if found else [],
        "main_answers": main.public_answers if main else [],
        "REJECTED": rules.REJECTED,
        "days": rules.rules().days,
    }


def _follow_page(token: str, found: Feedback | None, fault: str = "", text: str = "") -> Response:
    html = render_template(
        "phone/follow.html",
        node=current_node(),
        address=url_for("phone.follow", token=token, _external=True),
        pickup=shown_pickup(pickup_of(token)) if is_token(token) else "",
        sent="sent" in request.args,
        fault=fault,
        text=text,
        **context(found),
    )
    return _private(make_response(html, 404 if found is None else 400 if fault else 200))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
