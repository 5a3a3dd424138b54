"""What an officer sees first: what is late, what is due, who waits for an answer, how sync stands;
and what can be said of a duty without publishing: nothing to report, still right."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk import clock, drafts, screens
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.duties.commands import DutyRefused
from kiosk.duties.queries import DutyRow
from kiosk.feedback import queries as feedback
from kiosk.notices import queries as notices
from kiosk.notices.expiry import running_out
from kiosk.reviews import queries
from kiosk.rules.catalogue import AFFAIRS
from kiosk.rules.timeliness import LATE
from kiosk.web import connection, current_node
from kiosk.web.connection import fork_notice, sync_line, warnings
from kiosk.web.login import Page
from kiosk.web.office import prepared, reviews
from kiosk.web.office.door import blueprint

FIRST_LINES = 8
REASONS = ("本期没有发生这类事项", "本期没有收支", "没有符合条件的对象")


@blueprint.get("/")
def home() -> str:
    node = current_node()
    journal, code = node.journal, node.config.code
    pressing = duties.late_and_due(journal, code, clock.today())
    return render_template(
        "office/home.html",
        late=[row for row in pressing if row.state in LATE],
        due=[row for row in pressing if row.state not in LATE],
        running_out=running_out(journal, code, clock.today()),
        first_lines=FIRST_LINES,
        drafts=[each for each in drafts.drafts(journal) if reviews.open_review(each) is None],
        settled=prepared.settled(node),
        reviewed=queries.unpublished(journal, code),
        obstacle=reviews.obstacle,
        ready=reviews.ready,
        results=notices.awaiting_result(journal, code, clock.today()),
        waiting=feedback.open_for(journal, code),
        recent=notices.every(journal, code, 5),
        sync=sync_line(node),
        warnings=warnings(node),
        fork=fork_notice(node),
        troubled=[each for each in screens.screens(journal) if each.state.trouble],
    )


@blueprint.get("/new")
def new() -> str:
    """Which affair, then which item of it."""
    affairs = request.args.get("affairs", "")
    journal = current_node().journal
    items = [
        item
        for item in duties.catalogue(journal).items_on(clock.today())
        if item.affairs == affairs
    ]
    return render_template(
        "office/new.html", affairs=affairs if affairs in AFFAIRS else "", items=items
    )


@blueprint.route("/none", methods=["GET", "POST"])
def declare_none() -> Page:
    """Nothing to report for a duty (零报告), with a reason."""
    row = _duty(request.values)
    fault = ""
    if request.method == "POST":
        reason = request.form.get("other", "").strip() or request.form.get("reason", "")
        try:
            duty_commands.declare_none(
                current_node().journal,
                g.account.name,
                row.duty.item,
                row.duty.period,
                reason,
                event=row.duty.event,
            )
        except DutyRefused as refused:
            fault = str(refused)
        else:
            flash(f"{row.subject}：已作零报告，乡镇可以看到。", "good")
            return redirect(url_for("office.home"))
    page = render_template("office/none.html", row=row, reasons=REASONS, fault=fault)
    return (page, 400) if fault else page


@blueprint.post("/confirm")
def confirm() -> Response:
    """A standing item's notice is still right."""
    row = _duty(request.form)
    try:
        duty_commands.confirm(current_node().journal, g.account.name, row.duty.item)
    except DutyRefused as refused:
        flash(str(refused), "fault")
    else:
        flash(f"{row.subject}：已确认内容没有变化。", "good")
    return redirect(url_for("office.home"))


@blueprint.post("/mend")
def mend() -> Response:
    """Takes the township's records where they contradict this node's, and appends ours again."""
    connection.mend(current_node())
    return redirect(url_for("office.home"))


def _duty(given: Any) -> DutyRow:
    """The duty that a request names by item, period and event; 404 where it is none."""
    node = current_node()
    wanted = tuple(given.get(name, "") for name in ("item", "period", "event"))
    for row in duties.duties(node.journal, node.config.code, clock.today()):
        if (row.duty.item, row.duty.period, row.duty.event) == wanted:
            return row
    abort(404)
