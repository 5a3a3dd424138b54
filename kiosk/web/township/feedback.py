"""Feedback of all villages: what waits for an answer and how long, and one with its history."""

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import clock, supervision
from kiosk.feedback import queries
from kiosk.notices import queries as notices
from kiosk.rules.calendar import add_working_days
from kiosk.supervision.commands import OrderRefused
from kiosk.villages import queries as villages
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint, page_number
from kiosk.web.township.village import ORDER_DAYS

PER_PAGE = 40


@blueprint.get("/feedback")
def feedback_list() -> str:
    """What waits (the longest first), or everything (`?show=all`), of one village or of all."""
    journal = current_node().journal
    village = request.args.get("village", "")
    show = "all" if request.args.get("show") == "all" else "open"
    page = page_number()
    if show == "open":
        found = queries.open_for(journal, village) if village else queries.all_open(journal)
        found = found[(page - 1) * PER_PAGE :][: PER_PAGE + 1]
    else:
        offset = (page - 1) * PER_PAGE
        found = (
            queries.of_village(journal, village, PER_PAGE + 1, offset)
            if village
            else queries.every(journal, PER_PAGE + 1, offset)
        )
    return render_template(
        "township/feedback_list.html",
        found=found[:PER_PAGE],
        more=len(found) > PER_PAGE,
        page=page,
        show=show,
        village=village,
        counts=queries.counts(journal, village or None),
        known=villages.known(journal),
    )


@blueprint.route("/feedback/<id>", methods=["GET", "POST"])
def feedback(id: str) -> Page:
    """One feedback; a supervisor may press the village with an order."""
    journal = current_node().journal
    found = queries.feedback(journal, id)
    if found is None:
        abort(404)
    fault = ""
    until = add_working_days(clock.today(), ORDER_DAYS)
    if request.method == "POST":
        try:
            supervision.send_order(
                journal,
                village=found.village,
                about=id,
                text=request.form.get("text", ""),
                until=request.form.get("until", ""),
                actor=g.account.name,
            )
        except OrderRefused as refused:
            fault = str(refused)
        else:
            flash("督办已发出，村里联网后就能看到。", "good")
            return redirect(url_for("township.feedback", id=id))
    page = render_template(
        "township/feedback.html",
        each=found,
        notice=notices.notice(journal, found.notice) if found.notice else None,
        orders=[one for one in supervision.orders(journal, found.village) if one.about == id],
        until=until,
        draft=f"有村民的意见等了 {found.age} 天。请在{until.month}月{until.day}日前答复。",
        typed=request.form,
        fault=fault,
    )
    return (page, 400) if fault else page
