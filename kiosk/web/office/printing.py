"""On paper: what the village's paper board needs this month, and the monthly 明白纸."""

from flask import Response, render_template

from kiosk.web import current_node, paper
from kiosk.web.office.door import blueprint


@blueprint.get("/print")
def prints() -> str:
    """What to print: a month's notices to choose from, and the size."""
    node = current_node()
    return render_template("office/print.html", **paper.choice(node, node.config.code), where={})


@blueprint.get("/print/board.<any(pdf, html):ending>")
def print_board(ending: str) -> Response:
    """The month's notices, or those chosen (`id`), each on its own page."""
    node = current_node()
    return paper.answer(paper.board_asked(node, node.config.code), ending)


@blueprint.get("/print/brochure.<any(pdf, html):ending>")
def print_brochure(ending: str) -> Response:
    """The month in plain words, to hand out."""
    node = current_node()
    return paper.answer(paper.brochure(node, node.config.code, paper.month_asked()), ending)
