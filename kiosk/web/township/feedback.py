"""Feedback of all villages: what waits and how long, what came up to the township, one with its
history; taking over and answering; letters and calls to the township; and the figures."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, supervision
from kiosk.feedback import queries
from kiosk.feedback.queries import Feedback
from kiosk.rules.calendar import add_working_days
from kiosk.supervision.commands import OrderRefused
from kiosk.villages import queries as villages
from kiosk.web import answering, current_node, figures
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint, page_number
from kiosk.web.township.orders import ORDER_DAYS, send_typed

PER_PAGE = 40
SHOWS = ("open", "above", "unsolved", "rejected", "all")


@blueprint.get("/feedback")
def feedback_list() -> str:
    """`?show=`: what waits (the longest first), what the township has to see to, what was not
    solved, what villages rejected, or everything; of one village (`?village=`) or of all."""
    journal = current_node().journal
    village = request.args.get("village", "")
    show = request.args.get("show", "open")
    show = show if show in SHOWS else "open"
    page = page_number()
    every = queries.of_village(journal, village, -1) if village else queries.every(journal, -1)
    lists = _lists(every)
    found = (every if show == "all" else lists[show])[(page - 1) * PER_PAGE :][: PER_PAGE + 1]
    return render_template(
        "township/feedback_list.html",
        found=found[:PER_PAGE],
        more=len(found) > PER_PAGE,
        page=page,
        show=show,
        sizes={name: len(each) for name, each in lists.items()},
        village=village,
        counts=queries.counted(every),
        known=villages.known(journal),
    )


def _lists(every: list[Feedback]) -> dict[str, list[Feedback]]:
    waiting = queries.longest_first(every)
    return {
        "open": waiting,
        "above": [each for each in waiting if each.owner == "township" or each.escalated],
        "unsolved": [each for each in waiting if each.state == "reopened"],
        "rejected": [each for each in every if each.state == "rejected"],
    }


@blueprint.route("/feedback/<id>", methods=["GET", "POST"])
def feedback(id: str) -> Page:
    """One feedback: pressing the village with an order, taking it over, answering what came up."""
    node = current_node()
    journal = node.journal
    found = queries.feedback(journal, id)
    order_fault = ""
    until = add_working_days(clock.today(), ORDER_DAYS)
    if found is not None and request.form.get("do") == "order":
        try:
            send_typed(found.village, id, request.form)
        except OrderRefused as refused:
            order_fault = str(refused)
        else:
            flash("督办已发出，村里联网后就能看到。", "good")
            return redirect(_here(id))
    age = found.age if found else 0
    return answering.page(
        id,
        "township/feedback.html",
        _here,
        order_fault=order_fault,
        orders=supervision.about(journal, id),
        until=until,
        draft=f"有村民的意见等了 {age} 天。请在{until.month}月{until.day}日前答复。",
        up=node.config.name,
    )


@blueprint.get("/feedback/<id>/recording")
def feedback_recording(id: str) -> BaseResponse:
    return answering.recording(id)


@blueprint.route("/feedback/new", methods=["GET", "POST"])
def feedback_new() -> Page:
    """A letter, a call or a visit to the township, for the village that it is about."""
    known = villages.known(current_node().journal)
    return answering.written_down("township/feedback_new.html", _here, "", known=known)


@blueprint.get("/feedback/figures")
def feedback_figures() -> str:
    journal = current_node().journal
    names = {each.code: each.name for each in villages.known(journal)}
    return render_template("township/feedback_figures.html", **figures.figures(journal, names))


def _here(id: str) -> str:
    return url_for("township.feedback", id=id)
