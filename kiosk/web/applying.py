"""A request for disclosure (依申请公开) by phone or computer, on the township's node: the form, and
the page by which its applicant follows it. No login; nothing of a refused form is lost.
"""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_limiter.util import get_remote_address
from limits import parse_many
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock
from kiosk.feedback.token import is_token, new_token
from kiosk.reports.annual import organ
from kiosk.requests import commands, queries
from kiosk.requests.commands import RequestRefused
from kiosk.rules import privacy
from kiosk.rules import requests as rules
from kiosk.web import asking, current_node, guard
from kiosk.web.asking import NotNow

SENT = parse_many("5 per hour; 20 per day")
"""Requests taken from one address."""
TOO_MANY = "这里交来的申请太多了，请过一小时再提交，或者寄信、当面交到镇政府。"
PAPERS = ("居民身份证", "统一社会信用代码", "护照", "其他")

blueprint = Blueprint("applying", __name__)


@blueprint.route("/apply", methods=["GET", "POST"])
def form() -> BaseResponse:
    """The form; what it sent is a request that waits to be confirmed (第三十一条第三项)."""
    journal, typed = current_node().journal, request.form
    if request.method == "GET":
        return _form_page(new_token())
    token = typed.get("token", "")
    if not is_token(token):
        token = new_token()
    try:
        asking.check_try()
        if queries.by_token(journal, token) is None:
            _check_sent()
        number = typed.get("number", "").strip()
        if not number:
            raise RequestRefused("请填写证件号码：申请要有身份证明（条例第二十九条）。")
        commands.receive(
            journal,
            applicant=typed.get("applicant", ""),
            name=typed.get("name", ""),
            about=typed.get("about", ""),
            channel="network",
            wanted=typed.get("wanted", ""),
            identity=f"{typed.get('paper', '')} {_masked(number)}，网上填写，未核对",
            phone=typed.get("phone", ""),
            email=typed.get("email", ""),
            address=typed.get("address", ""),
            by="web",
            token=token,
        )
    except NotNow as refused:
        return _form_page(token, str(refused), refused.code)
    except RequestRefused as refused:
        return _form_page(token, str(refused), 400)
    for limit in SENT:
        guard.limiter.limiter.hit(limit, "applied", get_remote_address())
    return redirect(url_for("applying.follow", token=token, sent=1), 303)


@blueprint.get("/r/<token>")
def follow(token: str) -> Response:
    """How the request stands, for whoever has its link."""
    node = current_node()
    found = queries.by_token(node.journal, token)
    html = render_template(
        "phone/applied.html",
        node=node,
        organ=organ(node.config.name),
        found=found,
        address=url_for("applying.follow", token=token, _external=True),
        sent="sent" in request.args,
    )
    response = make_response(html, 404 if found is None else 200)
    return _private(response)


# It checks the token itself, so that a form whose cookie is missing is shown again.
guard.csrf.exempt(form)


def _form_page(token: str, fault: str = "", code: int = 200) -> Response:
    node = current_node()
    html = render_template(
        "phone/apply.html",
        node=node,
        organ=organ(node.config.name),
        applicants=rules.APPLICANTS,
        wanted=commands.WANTED,
        papers=PAPERS,
        token=token,
        typed=request.form,
        today=clock.today(),
        fault=fault,
    )
    return _private(make_response(html, code))


def _check_sent() -> None:
    limiter = guard.limiter
    if not limiter.enabled:
        return
    if not all(limiter.limiter.test(limit, "applied", get_remote_address()) for limit in SENT):
        raise NotNow(TOO_MANY, 429)


def _masked(number: str) -> str:
    """A number that proves who somebody is: of what the rules know as theirs, else its two ends."""
    masked = privacy.mask(number)
    if masked != number or len(number) < 6:
        return masked
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
