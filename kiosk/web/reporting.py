"""Handing in a sealed report, and coming back for its answer: on a phone (`/m/report`) and at the
screen (`/report`).

The page's script seals in the browser, so that this server only ever gets ciphertext; the receipt
code is made there too. Where there is no script the page says plainly that the words go through
this machine; it then seals them in memory and keeps nothing: no session, no draft, no log line, and
a field so small that it is never written to a file on the way in. Addresses of senders are counted
in memory alone.
"""

import base64
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import validate_csrf

from kiosk import sealed
from kiosk.node import Node
from kiosk.sealed import box as boxes
from kiosk.sealed.box import BoxUnreadable
from kiosk.sealed.commands import TEXT_LIMIT, SealedRefused
from kiosk.web import board, current_node, guard, public_address
from kiosk.web.phone import township_name

HANDED_IN = "6 per 10 minutes; 40 per day"
LOOKED_UP = "30 per 10 minutes"
TOO_MANY = "这里刚才交得太多了，请过 10 分钟再交。写的内容都还在。"
LOOKED_TOO_MUCH = "查得太频繁了，请过 10 分钟再查。"
NOTHING = "没有查到。请看看回执码有没有抄错；在哪里交的，就在哪里查。"
FORGERY = "为了安全，请再点一次。写的内容都还在。"

blueprint = Blueprint("reporting", __name__)


@blueprint.get("/m/report")
def phone() -> Response:
    return _page("phone/report.html")


@blueprint.get("/report")
def screen() -> Response:
    return _page("board/report.html")


@blueprint.post("/m/report", endpoint="phone_in")
@blueprint.post("/report", endpoint="screen_in")
def hand_in() -> Response:
    """Takes a box that a browser sealed ({key, box, mailbox, picture}: answers JSON), or seals the
    words of a page without script itself (answers the page with the receipt code)."""
    node = current_node()
    by_script = "box" in request.form
    code, fault, status = "", "", 200
    try:
        validate_csrf(request.form.get("csrf_token"))
        with guard.limiter.limit(HANDED_IN):
            if by_script:
                _taken(node)
            else:
                code = boxes.code_typed(request.form.get("code", "")) or boxes.new_code()
                said = request.form.get("text", "")
                key, box, mailbox = sealed.sealed_here(node.journal, _township(node), said, code)
                sealed.receive(
                    node.journal, township=_township(node), key=key, box=box, mailbox=mailbox
                )
    except RateLimitExceeded:
        fault, status = TOO_MANY, 429
    except (SealedRefused, BoxUnreadable) as refused:
        fault, status = str(refused), 400
    except ValueError:
        fault, status = FORGERY, 400
    if by_script:
        return _private(make_response(jsonify(fault=fault), status))
    done = {"code": boxes.shown_code(code)} if not fault else {}
    return _page(
        _template("report"), status, fault=fault, text=request.form.get("text", ""), **done
    )


@blueprint.get("/m/report/back", endpoint="phone_back")
@blueprint.get("/report/back", endpoint="screen_back")
def back() -> Response:
    return _page(_template("report_back"))


@blueprint.post("/m/report/back", endpoint="phone_answers")
@blueprint.post("/report/back", endpoint="screen_answers")
def answers() -> Response:
    """The answers to a mailbox as boxes (JSON, for the script), or to a code that was typed on a
    page without script, opened here in memory."""
    node = current_node()
    mailbox = request.form.get("mailbox", "")
    by_script = "mailbox" in request.form
    code = None if by_script else boxes.code_typed(request.form.get("code", ""))
    found: list[dict[str, str]] = []
    fault, status = "", 200
    try:
        validate_csrf(request.form.get("csrf_token"))
        with guard.limiter.limit(LOOKED_UP):
            mailbox = mailbox or (boxes.mailbox(code) if code else "")
            sent = sealed.queries.of_mailbox(node.journal, mailbox) if mailbox else []
            if not sent:
                fault, status = NOTHING, 404
    except RateLimitExceeded:
        fault, status = LOOKED_TOO_MUCH, 429
    except ValueError:
        fault, status = FORGERY, 400
    if not fault:
        found = [{"at": each.at, "sent": "yes"} for each in sent]
        found += [{"at": at, "box": box} for at, box in sealed.answers(node.journal, mailbox)]
        found.sort(key=lambda each: each["at"])
    if by_script:
        return _private(make_response(jsonify(fault=fault, found=found), status))
    for each in found:
        if "box" in each and code:
            each["text"] = boxes.opened_by_code(base64.b64decode(each["box"]), code)
    shown = boxes.shown_code(code) if code else ""
    return _page(_template("report_back"), status, fault=fault, found=found, code=shown)


# They check the token themselves, so that nothing that was written is lost with a cookie.
guard.csrf.exempt(hand_in)
guard.csrf.exempt(answers)


def _taken(node: Node) -> None:
    """Keeps what a browser sealed. Raises SealedRefused, BoxUnreadable."""
    given = request.form
    picture = ""
    if given.get("picture"):
        steps = boxes.PICTURE_STEP, boxes.MOST_PICTURE_STEPS
        picture = node.blobs.put(boxes.from_text(given["picture"], *steps))
    sealed.receive(
        node.journal,
        township=_township(node),
        key=given.get("key", ""),
        box=boxes.from_text(given["box"]),
        mailbox=given.get("mailbox", ""),
        picture=picture,
    )


def _page(template: str, status: int = 200, **said: Any) -> Response:
    node = current_node()
    keys = sealed.keys(node.journal, _township(node))
    context = {
        "key": keys[0] if keys else None,
        "mark": boxes.shown_fingerprint(keys[0].fingerprint) if keys else "",
        "township": township_name(node),
        "on_village": not node.config.is_township,
        "limit": TEXT_LIMIT,
        "fault": "",
        "text": "",
        "code": "",
        "found": [],
        "by_screen": template.startswith("board/"),
        "phone_address": f"{public_address(node)}/m/report",
        **said,
    }
    if template.startswith("board/"):
        html = board.render(template, back="/", **context)
    else:
        html = render_template(template, node=node, **context)
    return _private(make_response(html, status))


def _template(name: str) -> str:
    on_phone = request.path.startswith("/m/")
    return f"{'phone' if on_phone else 'board'}/{name}.html"


def _township(node: Node) -> str:
    """The code of the township to whose office reports go; "" where there is none."""
    if node.config.role == "township":
        return node.config.code
    up = node.config.upstream
    return up.code if up is not None and node.config.role == "village" else ""


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
