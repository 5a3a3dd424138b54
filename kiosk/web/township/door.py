"""The door itself: its blueprint, who may come in, and what every page shows."""

from typing import Any

from flask import Blueprint, Response, abort, g, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, inspections, supervision
from kiosk.attachments.blobs import BadBlobName, BlobMissing
from kiosk.feedback import queries as feedback
from kiosk.reviews import queries as reviews
from kiosk.rules.catalogue import AFFAIRS, REVIEWERS
from kiosk.villages import queries as villages
from kiosk.villages.queries import Enrolment
from kiosk.web import current_node, guard
from kiosk.web.login import Page, login_view, logout_view, password_view

TITLE = "三务公开监督"
ROLES = ("supervisor",)
PHOTO_TYPES = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png"}

COUNTY_DOES = frozenset(f"township.{name}" for name in ("logout", "password", "villages", "mend"))

blueprint = Blueprint("township", __name__, url_prefix="/township")


@blueprint.before_request
def supervisors_only() -> BaseResponse | None:
    if request.endpoint == "township.login":
        return None
    away = guard.require(ROLES, "township.login")
    watches = current_node().config.role == "county" and request.method == "POST"
    if away is None and watches and request.endpoint not in COUNTY_DOES:
        # A county sees everything; to a village it speaks through the village's township.
        abort(403)
    return away


@blueprint.after_request
def not_kept(response: Response) -> Response:
    """Villagers' telephones do not stay in a shared computer's cache."""
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.context_processor
def on_every_page() -> dict[str, Any]:
    node = current_node()
    if "account" not in g:
        return {"node": node}
    return {
        "node": node,
        "today": clock.today(),
        "AFFAIRS": AFFAIRS,
        "REVIEWERS": REVIEWERS,
        "names": {each.code: each.name for each in villages.known(node.journal)},
    }


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Page:
    return login_view(ROLES, "township.home", title=TITLE)


@blueprint.post("/logout")
def logout() -> BaseResponse:
    return logout_view("township.login")


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> Page:
    return password_view("township.home", title=TITLE)


@blueprint.get("/blobs/<sha>")
def blob(sha: str) -> Response:
    """The photo of a villager's feedback, or a picture of a review."""
    node = current_node()
    try:
        if not (
            feedback.has_photo(node.journal, sha)
            or reviews.has_blob(node.journal, sha)
            or supervision.has_photo(node.journal, sha)
            or inspections.has_photo(node.journal, sha)
        ):
            abort(404)
        kind = PHOTO_TYPES.get(node.blobs.get(sha)[:2])
    except (BlobMissing, BadBlobName):
        abort(404)
    if kind is None:
        abort(404)
    return send_file(node.blobs.path(sha), mimetype=kind, etag=sha, max_age=3600)


def known_village(code: str) -> Enrolment:
    """A village of this township; 404 where it never joined."""
    for each in villages.known(current_node().journal):
        if each.code == code:
            return each
    abort(404)


def page_number() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), 100_000)
