"""Orders (督办): what was sent, what villages answered, and closing them."""

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import supervision
from kiosk.supervision.commands import OrderRefused
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint


@blueprint.get("/orders")
def orders() -> str:
    """The open ones, late ones first; all with `?show=all`."""
    journal = current_node().journal
    show = "all" if request.args.get("show") == "all" else "open"
    found = supervision.orders(journal) if show == "all" else supervision.open_orders(journal)
    return render_template(
        "township/orders.html",
        orders=sorted(found, key=lambda each: not each.overdue)[:200],
        show=show,
    )


@blueprint.post("/orders/<id>/close")
def close_order(id: str) -> Page:
    journal = current_node().journal
    if supervision.order(journal, id) is None:
        abort(404)
    try:
        supervision.close_order(journal, id, actor=g.account.name)
    except OrderRefused as refused:
        flash(str(refused), "fault")
    else:
        flash("督办已办结。", "good")
    return redirect(url_for("township.orders"))
