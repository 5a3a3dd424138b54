"""The village's own assessment (考核): every deduction with its cause, and objecting to one."""

from flask import flash, g, redirect, render_template, request, url_for

from kiosk import clock, scores
from kiosk.rules import scoring
from kiosk.rules.scoring import Cause
from kiosk.scores import ScoreRefused
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint
from kiosk.web.township.scores import spans


@blueprint.route("/score", methods=["GET", "POST"])
def score() -> Page:
    node, today = current_node(), clock.today()
    span = scores.span(request.values.get("span", ""), today)
    typed, fault = request.form, ""
    if request.method == "POST":
        try:
            scores.object_to(
                node.journal,
                span.id,
                typed.get("rule", ""),
                typed.get("about", ""),
                typed.get("key", ""),
                typed.get("text", ""),
                actor=g.account.name,
            )
        except ScoreRefused as refused:
            fault = str(refused)
        else:
            flash("申诉已发给镇里，答复会显示在这里。", "good")
            return redirect(url_for("office.score", span=span.id))
    said = scores.objections(node.journal, node.config.code)
    up = node.config.upstream
    page = render_template(
        "office/score.html",
        span=span,
        spans=spans(today),
        found=scores.score(node.journal, node.config.code, span, today),
        published=scores.published(node.journal, up.code, span.id)[:1] if up else [],
        objections=said,
        objected=lambda cause: next((each for each in said if each.meets(cause)), None),
        link=_link,
        points=scoring.points_in_words,
        typed=typed,
        fault=fault,
    )
    return (page, 400) if fault else page


def _link(cause: Cause) -> str:
    """Where an officer sees what a cause is about."""
    match cause.about:
        case "notice":
            return url_for("office.notice", id=cause.key)
        case "feedback":
            return url_for("office.feedback", id=cause.key)
        case "order":
            return url_for("office.orders") + f"#order-{cause.key}"
        case "review":
            return url_for("office.reviews")
        case _:
            return url_for("office.home")
