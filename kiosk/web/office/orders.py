"""Orders (督办) of the township: what it wants done, and the village's answer."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import supervision
from kiosk.supervision.commands import OrderRefused
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint


@blueprint.context_processor
def orders_on_every_page() -> dict[str, Any]:
    if "account" not in g:
        return {}
    node = current_node()
    found = supervision.open_orders(node.journal, node.config.code)
    return {
        "open_orders": found,
        "orders_to_answer": [each for each in found if each.state == "sent"],
    }


@blueprint.get("/orders")
def orders() -> str:
    node = current_node()
    return render_template(
        "office/orders.html",
        orders=supervision.orders(node.journal, node.config.code)[:100],
        typed={},
        fault="",
    )


@blueprint.post("/orders/<id>")
def answer_order(id: str) -> Page:
    node = current_node()
    found = supervision.order(node.journal, id)
    if found is None or found.village != node.config.code:
        abort(404)
    text = request.form.get("text", "")
    try:
        supervision.answer_order(node.journal, id, text, actor=g.account.name)
    except OrderRefused as refused:
        page = render_template(
            "office/orders.html",
            orders=supervision.orders(node.journal, node.config.code)[:100],
            typed={id: text},
            fault=str(refused),
        )
        return page, 400
    flash("已回复镇里。", "good")
    return redirect(url_for("office.orders"))
