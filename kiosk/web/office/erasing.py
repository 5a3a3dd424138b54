"""Deleting what had already gone out: an officer asks with a reason, another account confirms."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk.erasures import commands, queries
from kiosk.erasures.commands import ErasureRefused
from kiosk.notices import queries as notices
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint

LIMIT = 50


@blueprint.context_processor
def erasures_on_every_page() -> dict[str, Any]:
    if "account" not in g:
        return {}
    node = current_node()
    return {"open_erasures": queries.open_erasures(node.journal, node.config.code)}


@blueprint.route("/notices/<id>/erase", methods=["GET", "POST"])
def erase(id: str) -> Page:
    """Asks that a notice's content be deleted everywhere."""
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None or found.stream != node.journal.own("public"):
        abort(404)
    fault = ""
    if request.method == "POST":
        try:
            commands.request(
                node.journal,
                id,
                whole=request.form.get("what") != "before",
                reason=request.form.get("reason", ""),
                actor=g.account.name,
            )
        except ErasureRefused as refused:
            fault = str(refused)
        else:
            flash("已提出删除，请另一个人登录自己的账号确认。", "good")
            return redirect(url_for("office.erasures"))
    page = render_template(
        "office/erase.html", notice=found, reason=request.form.get("reason", ""), fault=fault
    )
    return (page, 400) if fault else page


@blueprint.get("/erasures")
def erasures() -> str:
    """What waits for a second person, and what was deleted."""
    node = current_node()
    return render_template(
        "office/erasures.html",
        erasures=queries.erasures(node.journal, node.config.code, LIMIT),
    )


@blueprint.post("/erasures/<id>")
def end_erasure(id: str) -> Page:
    """A second person agrees, or somebody lets it be."""
    journal, actor = current_node().journal, g.account.name
    try:
        if request.form.get("do") == "confirm":
            commands.confirm(journal, id, actor=actor)
            flash("已删除。联网后镇里的也会删除。", "good")
        else:
            commands.decline(journal, id, actor=actor)
            flash("没有删除，内容还在。", "good")
    except ErasureRefused as refused:
        flash(str(refused), "fault")
    return redirect(url_for("office.erasures"))
