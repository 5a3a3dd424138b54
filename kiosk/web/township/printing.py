"""On paper for a village of the township: its board's month and its 明白纸."""

from flask import Response, render_template

from kiosk.web import current_node, paper
from kiosk.web.township.door import blueprint, known_village


@blueprint.get("/villages/<code>/print")
def prints(code: str) -> str:
    """What to print: a month's notices to choose from, and the size."""
    known = known_village(code)
    choice = paper.choice(current_node(), code)
    return render_template("township/print.html", village=known, **choice, where={"code": code})


@blueprint.get("/villages/<code>/print/board.<any(pdf, html):ending>")
def print_board(code: str, ending: str) -> Response:
    """The village's notices of the month, or those chosen (`id`), each on its own page."""
    known_village(code)
    return paper.answer(paper.board_asked(current_node(), code), ending)


@blueprint.get("/villages/<code>/print/brochure.<any(pdf, html):ending>")
def print_brochure(code: str, ending: str) -> Response:
    """The village's month in plain words."""
    known_village(code)
    return paper.answer(paper.brochure(current_node(), code, paper.month_asked()), ending)
