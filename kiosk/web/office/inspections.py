"""What the township's inspections found in the village, and the draws that it announced."""

from flask import render_template

from kiosk import inspections
from kiosk.rules import inspections as rules
from kiosk.web import current_node
from kiosk.web.office.door import blueprint


@blueprint.get("/inspections")
def inspection_list() -> str:
    node = current_node()
    return render_template(
        "office/inspections.html",
        records=inspections.records(node.journal, node.config.code)[::-1],
        draws=[each for each in inspections.inspections(node.journal) if each.random][:12],
        questions={each.id: each for each in rules.checklist()},
        answers=rules.ANSWERS,
        code=node.config.code,
    )
