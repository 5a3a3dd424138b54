"""Orders (督办) of the township: what it wants done, and the village's answer with its proof."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import inspections, supervision
from kiosk.attachments import FileRefused
from kiosk.notices import queries as notices
from kiosk.supervision.commands import PHOTOS_LIMIT, OrderRefused
from kiosk.supervision.queries import Order
from kiosk.web import current_node, uploads
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
        "has_inspections": bool(inspections.records(node.journal, node.config.code)),
        "orders_to_answer": [each for each in found if each.owed],
    }


@blueprint.get("/orders")
def orders() -> str:
    return _page({}, "")


@blueprint.post("/orders/<id>/acknowledge")
def acknowledge_order(id: str) -> Page:
    """The officer has read it, and it will be done."""
    supervision.acknowledge(current_node().journal, _order(id).id, actor=g.account.name)
    flash("已签收。办好以后请在这里回复镇里。", "good")
    return redirect(url_for("office.orders"))


@blueprint.post("/orders/<id>")
def answer_order(id: str) -> Page:
    journal = current_node().journal
    text = request.form.get("text", "")
    try:
        supervision.answer_order(
            journal,
            _order(id).id,
            text,
            notice=request.form.get("notice", ""),
            photos=uploads.photos("photos", PHOTOS_LIMIT),
            actor=g.account.name,
        )
    except (OrderRefused, FileRefused) as refused:
        return _page({id: text}, str(refused)), 400
    flash("已回复镇里。", "good")
    return redirect(url_for("office.orders"))


def _page(typed: dict[str, str], fault: str) -> str:
    node = current_node()
    newest = notices.newest(node.journal, node.config.code, None, 12)
    found = supervision.orders(node.journal, node.config.code)[:100]
    return render_template(
        "office/orders.html",
        orders=sorted(found, key=lambda each: not each.open),
        notices=newest,
        titles=_titles(found),
        typed=typed,
        fault=fault,
        photos_limit=PHOTOS_LIMIT,
    )


def _titles(found: list[Order]) -> dict[str, str]:
    """The titles of the notices that answers name as their proof."""
    journal = current_node().journal
    named = {(event.body or {}).get("notice", "") for each in found for event in each.events}
    known = {id: notices.notice(journal, id) for id in named if id}
    return {id: notice.title for id, notice in known.items() if notice is not None}


def _order(id: str) -> Order:
    found = supervision.order(current_node().journal, id)
    if found is None or found.village != current_node().config.code:
        abort(404)
    return found
