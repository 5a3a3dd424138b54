"""Villagers' feedback: what waits, taking it up, answering for everybody or for the asker alone."""

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk.feedback import commands, queries
from kiosk.feedback.commands import AnswerPersonal, FeedbackRefused
from kiosk.notices import queries as notices
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint

PER_PAGE = 30


@blueprint.get("/feedback")
def feedback_list() -> str:
    node = current_node()
    page = max(request.args.get("page", 1, type=int), 1)
    found = queries.of_village(node.journal, node.config.code, PER_PAGE + 1, (page - 1) * PER_PAGE)
    return render_template(
        "office/feedback_list.html",
        waiting=queries.open_for(node.journal, node.config.code),
        done=[each for each in found[:PER_PAGE] if not each.open],
        page=page,
        more=len(found) > PER_PAGE,
    )


@blueprint.route("/feedback/<id>", methods=["GET", "POST"])
def feedback(id: str) -> Page:
    node = current_node()
    found = queries.feedback(node.journal, id)
    if found is None or found.village != node.config.code:
        abort(404)
    text, masked, fault = "", "", ""
    shown = commands.without_personal(node.journal, found.village, found.text)
    question = request.form.get("question", shown)
    if request.method == "POST":
        text = request.form.get("text", "")
        if request.form.get("do") == "mask":
            text = request.form.get("masked", text)
        try:
            said = _done(id, text, question)
        except AnswerPersonal as personal:
            fault, masked = str(personal), personal.masked
        except FeedbackRefused as refused:
            fault = str(refused)
        else:
            flash(said, "good")
            return redirect(url_for("office.feedback", id=id))
    page = render_template(
        "office/feedback.html",
        feedback=found,
        notice=notices.notice(node.journal, found.notice) if found.notice else None,
        text=text,
        masked=masked,
        fault=fault,
        public=request.form.get("public", "yes") == "yes",
        question=question,
    )
    return (page, 400) if fault else page


def _done(id: str, text: str, question: str) -> str:
    """Does what the button said; what to tell the officer. Raises FeedbackRefused."""
    journal, actor = current_node().journal, g.account.name
    match request.form.get("do"):
        case "accept":
            commands.accept(journal, id, actor=actor)
            return "已受理，提出人可以看到。"
        case "close":
            commands.close(journal, id, actor=actor)
            return "已办结。"
        case "answer" | "mask":
            public = request.form.get("public") == "yes"
            commands.answer(journal, id, text, public=public, actor=actor, question=question)
            return "答复已公开。" if public else "答复已发给提出人。"
    abort(400)
