"""Inspections (检查): draws announced and made, villages chosen, the checklist on a phone, what was
found, and the order that follows from it."""

from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, url_for

from kiosk import clock, inspections, supervision
from kiosk.attachments import FileRefused
from kiosk.duties import queries as duties
from kiosk.inspections import Inspection, InspectionRefused
from kiosk.rules import inspections as rules
from kiosk.rules.calendar import add_working_days
from kiosk.supervision.commands import OrderRefused
from kiosk.web import current_node, paper, uploads
from kiosk.web.login import Page
from kiosk.web.paper import Print
from kiosk.web.township.door import blueprint, known_village
from kiosk.web.township.orders import ORDER_DAYS

PHOTOS_LIMIT = 4
"""Photos to one answer."""


@blueprint.get("/inspections")
def inspection_list() -> str:
    journal = current_node().journal
    return render_template(
        "township/inspections.html",
        inspections=inspections.inspections(journal),
        items=duties.catalogue(journal).items.values(),
        typed={},
        fault="",
    )


@blueprint.post("/inspections")
def new_inspection() -> Page:
    """Announces a draw, or opens an inspection of chosen villages."""
    journal, typed = current_node().journal, request.form
    try:
        if typed.get("do") == "announce":
            id = inspections.announce(
                journal,
                typed.get("title", ""),
                _number(typed.get("take_villages", "")),
                _number(typed.get("take_items", "")),
                actor=g.account.name,
            )
        else:
            id = inspections.choose(
                journal,
                typed.get("title", ""),
                typed.getlist("village"),
                typed.getlist("item"),
                actor=g.account.name,
            )
    except InspectionRefused as refused:
        page = render_template(
            "township/inspections.html",
            inspections=inspections.inspections(journal),
            items=duties.catalogue(journal).items.values(),
            typed=typed,
            fault=str(refused),
        )
        return page, 400
    return redirect(url_for("township.inspection", id=id))


@blueprint.get("/inspections/<id>")
def inspection(id: str) -> str:
    """One inspection: its draw, its villages, what was found and ordered."""
    found = _found(id)
    catalogue = duties.catalogue(current_node().journal)
    return render_template(
        "township/inspection.html",
        found=found,
        items=[catalogue.items[each] for each in found.items if each in catalogue.items],
        orders=supervision.about(current_node().journal, id),
        until=add_working_days(clock.today(), ORDER_DAYS),
        questions={each.id: each for each in rules.checklist()},
        answers=rules.ANSWERS,
    )


@blueprint.post("/inspections/<id>/draw")
def draw_inspection(id: str) -> Page:
    try:
        inspections.draw(current_node().journal, _found(id).id, actor=g.account.name)
    except InspectionRefused as refused:
        flash(str(refused), "fault")
    return redirect(url_for("township.inspection", id=id))


@blueprint.post("/inspections/<id>/<code>/order")
def order_findings(id: str, code: str) -> Page:
    """Sends what was found in a village as an order."""
    known_village(code)
    try:
        order = inspections.order_findings(
            current_node().journal,
            _found(id).id,
            code,
            request.form.get("until", ""),
            public=request.form.get("public") == "yes",
            actor=g.account.name,
        )
    except (InspectionRefused, OrderRefused) as refused:
        flash(str(refused), "fault")
        return redirect(url_for("township.inspection", id=id))
    flash("督办已发出，村里联网后就能看到。", "good")
    return redirect(url_for("township.order", id=order))


@blueprint.route("/inspections/<id>/<code>", methods=["GET", "POST"])
def inspect(id: str, code: str) -> Page:
    """The checklist for one village, made for a phone. What is typed is kept in the phone until
    it was sent; sent twice it is recorded once."""
    found, known = _found(id), known_village(code)
    if known.code not in found.villages:
        abort(404)
    journal, fault = current_node().journal, ""
    lines = inspections.lines_to_check(journal, found, code)
    if request.method == "POST":
        try:
            inspections.record(
                journal,
                id,
                code,
                on=request.form.get("on", ""),
                inspectors=request.form.get("inspectors", ""),
                answers=_answers(),
                lines=_line_answers(lines),
                said=request.form.get("said", ""),
                typed=request.form.get("typed", ""),
                actor=g.account.name,
            )
        except (InspectionRefused, FileRefused) as refused:
            fault = str(refused)
        else:
            flash("检查记录已保存，村里联网后就能看到。", "good")
            return redirect(url_for("township.inspection", id=id) + f"#village-{code}")
    page = render_template(
        "township/inspect.html",
        found=found,
        village=known,
        lines=lines,
        questions=rules.checklist(),
        answers=rules.ANSWERS,
        typed=request.form,
        fault=fault,
        photos_limit=PHOTOS_LIMIT,
    )
    return (page, 400) if fault else page


@blueprint.get("/inspections/<id>.<any(pdf, html):ending>")
def inspection_paper(id: str, ending: str) -> Response:
    """The report of an inspection."""
    found = _found(id)
    journal = current_node().journal
    catalogue = duties.catalogue(journal)
    what = {
        "found": found,
        "items": [catalogue.items[each] for each in found.items if each in catalogue.items],
        "names": {code: known_village(code).name for code in found.villages},
        "questions": {each.id: each for each in rules.checklist()},
        "answers": rules.ANSWERS,
        "orders": supervision.about(journal, id),
    }
    who = current_node().config.name
    title = f"{found.title}检查报告"
    return paper.answer(Print((("inspection", what),), "a4", who, title, f"{who}{title}"), ending)


def _answers() -> list[dict[str, Any]]:
    """What was answered to the checklist; an unanswered question is left out."""
    return [
        {
            "id": each.id,
            "answer": answer,
            "note": request.form.get(f"note-{each.id}", ""),
            "photos": uploads.photos(f"photos-{each.id}", PHOTOS_LIMIT),
        }
        for each in rules.checklist()
        if (answer := request.form.get(f"answer-{each.id}", ""))
    ]


def _line_answers(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "answer": answer,
            "note": request.form.get(f"note-line-{n}", ""),
            "photos": uploads.photos(f"photos-line-{n}", PHOTOS_LIMIT),
        }
        for n, each in enumerate(lines)
        if (answer := request.form.get(f"answer-line-{n}", ""))
    ]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _found(id: str) -> Inspection:
    found = inspections.inspection(current_node().journal, id)
    if found is None:
        abort(404)
    return found
