"""The door itself: its blueprint, who may come in, and what every page shows."""

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, drafts, inspections, screens, supervision
from kiosk.attachments.blobs import BadBlobName, BlobMissing
from kiosk.drafts import Draft
from kiosk.duties import queries as duties
from kiosk.feedback import queries as feedback
from kiosk.notices import queries as notices
from kiosk.reviews import queries as reviews
from kiosk.rules.catalogue import AFFAIRS, CADENCES, REVIEWERS, Item
from kiosk.web import current_node, guard
from kiosk.web.login import Page, login_view, logout_view, password_view

TITLE = "村务公开办公室"
OFFICER = "officer"
REVIEWERS_PAGES = frozenset(
    f"office.{name}"
    for name in (
        "reviews", "review", "review_screen", "sign", "confirm_unmasked", "blob", "password",
        "logout", "erasures", "end_erasure",
    )
)  # fmt: skip
"""What an account that only reviews may open; everything else leads to what waits for it."""

PHOTO_TYPES = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png"}

blueprint = Blueprint("office", __name__, url_prefix="/office")


@blueprint.before_request
def officers_and_reviewers() -> BaseResponse | None:
    if request.endpoint == "office.login":
        return None
    away = guard.require((OFFICER, *REVIEWERS), "office.login")
    if away is None and not is_officer() and request.endpoint not in REVIEWERS_PAGES:
        return redirect(url_for("office.reviews"))
    return away


@blueprint.after_request
def not_kept(response: Response) -> Response:
    """Drafts and feedback of villagers do not stay in a shared computer's cache."""
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
        "screens_in_trouble": sum(each.state.trouble for each in screens.screens(node.journal)),
        "waiting_count": len(feedback.open_for(node.journal, node.config.code)),
        "AFFAIRS": AFFAIRS,
        "CADENCES": CADENCES,
        "REVIEWERS": REVIEWERS,
    }


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Page:
    return login_view((OFFICER, *REVIEWERS), "office.home", title=TITLE)


@blueprint.post("/logout")
def logout() -> BaseResponse:
    return logout_view("office.login")


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> Page:
    return password_view("office.home", title=TITLE)


@blueprint.get("/blobs/<sha>")
def blob(sha: str) -> Response:
    """A photo of a draft, a notice, a review or a villager's feedback."""
    node = current_node()
    if not is_officer() and not reviews.has_blob(node.journal, sha):
        abort(404)
    in_drafts = any(
        photo["sha"] == sha
        for draft in drafts.drafts(node.journal)
        for photo in draft.values["photos"]
    )
    if not (
        in_drafts
        or feedback.has_photo(node.journal, sha)
        or notices.public_blob(node.journal, sha) is not None
        or reviews.has_blob(node.journal, sha)
        or supervision.has_photo(node.journal, sha)
        or inspections.has_photo(node.journal, sha)
    ):
        abort(404)
    try:
        head = node.blobs.get(sha)[:2]
    except (BlobMissing, BadBlobName):
        abort(404)
    kind = PHOTO_TYPES.get(head)
    if kind is None:
        abort(404)
    return send_file(node.blobs.path(sha), mimetype=kind, etag=sha, max_age=3600)


def is_officer() -> bool:
    """Whether the signed-in account writes notices, and not only reviews them."""
    return bool(g.account.role == OFFICER)


def open_draft(id: str) -> Draft:
    """The open draft; where it was published or thrown away, home with a word about it."""
    found = drafts.draft(current_node().journal, id)
    if found is None:
        flash("这份草稿已经发布或删除。发布了的请看“已发布”。", "warn")
        abort(redirect(url_for("office.home")))
    return found


def item_of(id: str) -> Item:
    """The catalogue's item by its newest rules; 404 where there never was one."""
    found = duties.catalogue(current_node().journal).items.get(id)
    if found is None:
        abort(404)
    return found
