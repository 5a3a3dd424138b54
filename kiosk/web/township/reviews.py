"""Reviews at the township: what waits for its signature, what waits too long in its villages,
what shows personal data, and what was deleted after it had gone out."""

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk.erasures.queries import erasures
from kiosk.reviews import commands, queries
from kiosk.reviews.commands import ReviewRefused, Signed
from kiosk.reviews.queries import Review
from kiosk.rules.reviews import TOWNSHIP
from kiosk.web import current_node, reviewing
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint, known_village

LIMIT = 50


@blueprint.get("/reviews")
def reviews() -> str:
    journal = current_node().journal
    waiting = queries.waiting(journal)
    ours = [each for each in waiting if each.next and each.next.by == TOWNSHIP]
    return render_template(
        "township/reviews.html",
        ours=ours,
        theirs=[each for each in waiting if each not in ours],
        unmasked=queries.unmasked(journal, limit=LIMIT),
        erasures=erasures(journal, limit=LIMIT),
    )


@blueprint.get("/reviews/<code>/<id>")
def review(code: str, id: str) -> str:
    return _page(_found(code, id))


@blueprint.get("/reviews/<code>/<id>/screen")
def review_screen(code: str, id: str) -> str:
    """The notice as the village's touch screen will show it."""
    return reviewing.screen(_found(code, id), "township.blob")


@blueprint.post("/reviews/<code>/<id>")
def sign_review(code: str, id: str) -> Page:
    """Signs for the township, or sends the notice back with a comment."""
    found = _found(code, id)
    journal, actor = current_node().journal, g.account.name
    try:
        if request.form.get("do") == "back":
            comment = request.form.get("comment", "")
            commands.send_back(journal, id, TOWNSHIP, comment, actor=actor)
            flash("已退回，村里联网后就能看到您的意见。", "good")
        else:
            commands.sign(journal, id, TOWNSHIP, Signed(), actor=actor)
            flash(f"已签字：{found.title}。村里联网后就能公开。", "good")
    except ReviewRefused as refused:
        return _page(found, str(refused)), 400
    return redirect(url_for("township.reviews"))


def _page(found: Review, fault: str = "") -> str:
    return render_template(
        "township/review.html",
        review=found,
        ours=found.next is not None and found.next.by == TOWNSHIP,
        comment=request.form.get("comment", ""),
        fault=fault,
    )


def _found(code: str, id: str) -> Review:
    known_village(code)
    found = queries.review(current_node().journal, id, code)
    if found is None:
        abort(404)
    return found
