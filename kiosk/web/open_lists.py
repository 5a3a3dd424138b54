"""Open data beside the notices: what each village owes its board and how it stands, the guide, and
the description of all of it (OpenAPI 3.1, `openapi.yaml`).
"""

from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import Any

import yaml
from flask import Blueprint, Response, abort, jsonify, request, url_for

from kiosk import clock
from kiosk import services as guide
from kiosk.duties import queries as duties
from kiosk.duties.queries import DutyRow
from kiosk.node import Node
from kiosk.rules.timeliness import STATES
from kiosk.services import Official, Service
from kiosk.villages import queries as villages
from kiosk.web import current_node, public_address
from kiosk.web.api import version
from kiosk.web.opened import names, opened, page_asked, village_asked

blueprint = Blueprint("open_lists", __name__)


@blueprint.get("/api/v1/duties.json")
def duties_json() -> Response:
    """What villages owe their boards, the last due first, of one village or of all here; in one
    state (`?state=`) or in any."""
    node = current_node()
    wanted = village_asked(node)
    state = request.args.get("state", "")
    if state and state not in STATES:
        abort(404)
    known = names(node)
    codes = [wanted] if wanted else [each.code for each in villages.known(node.journal)]
    found = duties.duties_of(node.journal, codes or [node.config.code], clock.today())
    rows = sorted(
        (row for each in found.values() for row in each if state in ("", row.state)),
        key=lambda row: (row.duty.due, row.village, row.duty.key),
        reverse=True,
    )
    page = page_asked(len(rows))
    shown = rows[page.start : page.start + page.per_page]
    return opened(jsonify(**page.as_json(), duties=[_duty(node, row, known) for row in shown]))


@blueprint.get("/api/v1/services.json")
def services_json() -> Response:
    node = current_node()
    found = guide.services(node.journal, origins(node, village_asked(node)))
    return opened(jsonify(services=[_service(node, each) for each in found]))


@blueprint.get("/api/v1/officials.json")
def officials_json() -> Response:
    node = current_node()
    found = guide.officials(node.journal, origins(node, village_asked(node)))
    return opened(jsonify(officials=[_official(each) for each in found]))


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    described = _described()
    info = {**described["info"], "version": version()}
    servers = [{"url": public_address(current_node())}]
    return opened(jsonify({**described, "info": info, "servers": servers}))


def origins(node: Node, wanted: str | None) -> list[str]:
    """Whose guide is asked for: one node's, or that of all whose boards stand here."""
    return [wanted] if wanted else [node.config.code, *sorted(names(node))]


def _duty(node: Node, row: DutyRow, known: dict[str, str]) -> dict[str, Any]:
    posted = f"{public_address(node)}/n/{row.notice_id}" if row.notice_id else None
    return {
        "village": {"code": row.village, "name": known.get(row.village, "")},
        "item": row.duty.item,
        "affairs": row.item.affairs,
        "title": row.title,
        "period": row.duty.period,
        "event": row.duty.event,
        "due": row.duty.due.isoformat(),
        "state": row.state,
        "published": row.published.isoformat() if row.published else None,
        "days_late": row.days_late,
        "notice": posted,
    }


def _service(node: Node, each: Service) -> dict[str, Any]:
    return {"url": f"{public_address(node)}/s/{each.id}", **asdict(each)}


def _official(each: Official) -> dict[str, Any]:
    photo = url_for("guide.photo", id=each.id, _external=True) if each.photo else None
    return {**asdict(each), "photo": photo}


@cache
def _described() -> dict[str, Any]:
    text = resources.files("kiosk.web").joinpath("openapi.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
