"""那天的公开栏: the board as it was on a day, for anybody, by light pages without scripts.

    /m/on?day=YYYY-MM-DD[&village=CODE]    what stood on the board that evening
    /m/on/<day>/<id>                       one notice as it was then

What counts as standing there is bounded by the witnesses (`kiosk.notices.past`).
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock
from kiosk.notices import past
from kiosk.notices import queries as notices
from kiosk.notices.queries import AFFAIRS_NAMES, Notice
from kiosk.villages import queries as villages
from kiosk.web import current_node

blueprint = Blueprint("then", __name__)


@blueprint.get("/m/on")
def board() -> BaseResponse:
    """The board on a day; without one, the form that asks for it."""
    node = current_node()
    today = clock.today()
    code = request.args.get("village") or node.config.code
    described = villages.village(node.journal, code)
    if described is None:
        abort(404)
    day = _day(request.args.get("day", ""))
    first = described.began
    fault = ""
    if request.args.get("day") and (day is None or not first <= day <= today):
        fault = f"请选{first.year}年{first.month}月{first.day}日到今天的一天。"
        day = None
    found = past.standing_at(node.journal, code, past.end_of(day)) if day else []
    return _answer(
        "phone/then.html",
        village=described,
        villages=villages.known(node.journal) if node.config.is_township else [],
        day=day,
        first=first,
        today=today,
        fault=fault,
        groups=[
            (affairs, name, [each for each in found if each.affairs == affairs])
            for affairs, name in AFFAIRS_NAMES.items()
        ],
        gone=[each for each in found if each.body is None],
        total=len(found),
        earlier=_near(day, -1, first, today),
        later=_near(day, 1, first, today),
    )


@blueprint.get("/m/on/<day>/<id>")
def notice(day: str, id: str) -> BaseResponse:
    """One notice as it was in the evening of a day; the living one where it was not there yet."""
    node = current_node()
    on = _day(day)
    if on is None or notices.notice(node.journal, id) is None:
        abort(404)
    found = past.notice_at(node.journal, id, past.end_of(on))
    if found is None:
        return redirect(url_for("phone.notice", id=id))
    step = [
        each
        for each in notices.versions(node.journal, found)
        if each.kind != "withdrawn" and each.seq <= found.last_seq
    ][-1]
    return _answer(
        "phone/then_notice.html",
        notice=_without_pictures(found),
        day=on,
        since=past.on_board_since(node.journal, step),
        witnessed=node.journal.witnessed(step.stream, step.seq),
        origin=villages.village(node.journal, found.village),
        today=on,
    )


def _answer(template: str, **context: Any) -> Response:
    response = make_response(render_template(template, node=current_node(), **context))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _without_pictures(found: Notice) -> Notice:
    """Pictures of what was withdrawn since are not served any more; the words are what counts."""
    if found.body is None:
        return found
    return replace(found, body={**found.body, "attachments": []})


def _near(day: date | None, step: int, first: date, last: date) -> date | None:
    found = day + timedelta(days=step) if day else None
    return found if found and first <= found <= last else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
