"""Orders (督办): what was sent, what came of it, accepting, sending back and taking back."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import clock, supervision
from kiosk.duties import queries as duties
from kiosk.feedback import queries as feedback
from kiosk.notices import queries as notices
from kiosk.rules.calendar import add_working_days
from kiosk.supervision.commands import OrderRefused
from kiosk.supervision.queries import Order
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint, known_village, page_number

PER_PAGE = 50
ORDER_DAYS = 3
"""Working days that an order gives unless the supervisor says otherwise."""

SHOWN = {
    "open": "办理中",
    "overdue": "超期",
    "answered": "等我看",
    "all": "全部",
}


@blueprint.get("/orders")
def orders() -> str:
    """`?show=` open (the default), overdue, answered or all; `?village=` of one."""
    journal = current_node().journal
    village = request.args.get("village", "")
    show = request.args.get("show", "open")
    known = supervision.orders(journal, village or None)
    opened = supervision.open_orders(journal, village or None)
    lists = {
        "open": opened,
        "overdue": [each for each in opened if each.overdue],
        "answered": [each for each in opened if each.state == "answered"],
        "all": known,
    }
    found = lists.get(show, opened)
    page = page_number()
    today = clock.today()
    this_year = [each for each in known if each.at[:4] == str(today.year)]
    return render_template(
        "township/orders.html",
        orders=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        sizes={key: len(each) for key, each in lists.items()},
        show=show if show in lists else "open",
        kinds=SHOWN,
        village=village,
        page=page,
        more=len(found) > page * PER_PAGE,
        counts=supervision.counts(this_year),
        year=today.year,
        about=about,
    )


@blueprint.route("/orders/<id>", methods=["GET", "POST"])
def order(id: str) -> Page:
    """One order with everything that happened to it, and what can be done about it."""
    found = _order(id)
    typed, fault = request.form, ""
    if request.method == "POST":
        try:
            flash(_done(found, typed), "good")
        except OrderRefused as refused:
            fault = str(refused)
        else:
            return redirect(url_for("township.order", id=id))
    page = render_template(
        "township/order.html",
        order=found,
        proofs=_proofs(found),
        about=about(found),
        until=add_working_days(clock.today(), ORDER_DAYS),
        typed=typed,
        fault=fault,
    )
    return (page, 400) if fault else page


@blueprint.route("/villages/<code>/order", methods=["GET", "POST"])
def new_order(code: str) -> Page:
    """An order about anything, or about what `?about=` names."""
    known = known_village(code)
    typed, fault = request.values, ""
    if request.method == "POST":
        try:
            id = send_typed(code, typed.get("about", ""), typed)
        except OrderRefused as refused:
            fault = str(refused)
        else:
            flash("督办已发出，村里联网后就能看到。", "good")
            return redirect(url_for("township.order", id=id))
    page = render_template(
        "township/new_order.html",
        village=known,
        until=add_working_days(clock.today(), ORDER_DAYS),
        typed=typed,
        fault=fault,
    )
    return (page, 400) if fault else page


@blueprint.post("/orders/<id>/close")
def close_order(id: str) -> Page:
    """Accepts the answer from a list of orders."""
    try:
        supervision.close_order(current_node().journal, _order(id).id, actor=g.account.name)
    except OrderRefused as refused:
        flash(str(refused), "fault")
    else:
        flash("督办已办结。", "good")
    return redirect(url_for("township.orders"))


def send_typed(village: str, about: str, typed: Any) -> str:
    """Sends the order that was typed into `order_form`; its id. Raises OrderRefused."""
    return supervision.send_order(
        current_node().journal,
        village=village,
        about=about,
        text=typed.get("text", ""),
        until=typed.get("until", ""),
        public=typed.get("public") == "yes",
        actor=g.account.name,
    )


def about(order: Order) -> tuple[str, str]:
    """What an order is about, in words, and where to see it; ("", "") where it names nothing."""
    journal, key = current_node().journal, order.about
    if not key:
        return "", ""
    if "/" in key:
        for row in duties.duties(journal, order.village, clock.today()):
            if row.duty.key == key:
                return row.subject, url_for("township.duty", code=order.village, key=key)
        return "", ""
    if (said := feedback.feedback(journal, key)) is not None:
        return f"群众意见：{said.text[:24]}", url_for("township.feedback", id=key)
    if (notice := notices.notice(journal, key)) is not None:
        return notice.title, url_for("phone.notice", id=key)
    return "", ""


def _done(found: Order, typed: Any) -> str:
    journal, actor = current_node().journal, g.account.name
    text = typed.get("text", "")
    match typed.get("do"):
        case "close":
            supervision.close_order(journal, found.id, text, actor=actor)
            return "督办已办结。"
        case "send_back":
            until = typed.get("until", "")
            supervision.send_back(journal, found.id, text, until, actor=actor)
            return "已退回村里，期限重新计算。"
        case "withdraw":
            supervision.withdraw_order(journal, found.id, text, actor=actor)
            return "督办已撤销，村里会看到原因。"
    abort(400)


def _proofs(found: Order) -> dict[str, Any]:
    """The notices that answers name as their proof, by id."""
    journal = current_node().journal
    named = {str((event.body or {}).get("notice", "")) for event in found.events}
    known = {id: notices.notice(journal, id) for id in named if id}
    return {id: notice for id, notice in known.items() if notice is not None}


def _order(id: str) -> Order:
    found = supervision.order(current_node().journal, id)
    if found is None:
        abort(404)
    return found
