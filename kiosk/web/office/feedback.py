"""Villagers' feedback: what waits, taking it up, answering for everybody or for the asker alone,
handing it on; letters, calls and visits; and the figures."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kiosk import villages
from kiosk.feedback import queries
from kiosk.web import answering, current_node, figures
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint

PER_PAGE = 30


@blueprint.get("/feedback")
def feedback_list() -> str:
    node = current_node()
    page = max(request.args.get("page", 1, type=int), 1)
    found = queries.of_village(node.journal, node.config.code, PER_PAGE + 1, (page - 1) * PER_PAGE)
    waiting = queries.open_for(node.journal, node.config.code)
    return render_template(
        "office/feedback_list.html",
        waiting=[each for each in waiting if not each.held],
        held=[each for each in waiting if each.held],
        above=queries.with_township(node.journal, node.config.code),
        done=[each for each in found[:PER_PAGE] if not each.open],
        page=page,
        more=len(found) > PER_PAGE,
    )


@blueprint.route("/feedback/<id>", methods=["GET", "POST"])
def feedback(id: str) -> Page:
    return answering.page(id, "office/feedback.html", _here, up=current_node().config.upstream)


@blueprint.get("/feedback/<id>/recording")
def feedback_recording(id: str) -> BaseResponse:
    return answering.recording(id)


@blueprint.route("/feedback/new", methods=["GET", "POST"])
def feedback_new() -> Page:
    """A letter, a call or a visit, written down by the officer."""
    return answering.written_down("office/feedback_new.html", _here, current_node().config.code)


@blueprint.get("/feedback/figures")
def feedback_figures() -> str:
    node = current_node()
    own = villages.village(node.journal, node.config.code)
    return render_template(
        "office/feedback_figures.html",
        **figures.figures(node.journal, {node.config.code: own.name if own else "本村"}),
    )


def _here(id: str) -> str:
    return url_for("office.feedback", id=id)
