"""Open data: what stands on the boards known here, as JSON and CSV; and `/healthz`.

Nothing in it is not also on the screen. Lists page (`?page=`, `?per_page=` up to 100), newest
first, and may be narrowed by `?village=` and `?affairs=`. Money is integer fen, times are RFC 3339
in UTC. `openapi.yaml` describes these routes and all others of open data.
"""

from functools import cache
from importlib import metadata
from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.web import current_node, public_address, sheets
from kiosk.web.opened import (
    Page,
    affairs_asked,
    csv_answer,
    names,
    opened,
    page_asked,
    village_asked,
)

COLUMNS = (
    "编号", "村代码", "村", "类别", "事项", "标题", "期间", "状态", "公开时间", "见证时间", "网址",
)  # fmt: skip

blueprint = Blueprint("api", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    node = current_node()
    return jsonify(
        status="ok",
        role=node.config.role,
        code=node.config.code,
        name=node.config.name,
        version=version(),
        position=node.journal.position,
    )


@blueprint.get("/api/v1/notices.json")
def notices_json() -> Response:
    node = current_node()
    page, found = _found(node)
    known = names(node)
    listed = [_as_json(node, each, known) for each in found]
    return opened(jsonify(**page.as_json(), notices=listed))


@blueprint.get("/api/v1/notices.csv")
def notices_csv() -> Response:
    node = current_node()
    page, found = _found(node)
    known = names(node)
    rows = [
        (
            each.id,
            each.village,
            known.get(each.village, ""),
            each.affairs_name,
            each.item,
            each.title,
            each.period,
            each.state,
            each.published_at,
            _witnessed(node, each) or "",
            _address(node, each),
        )
        for each in found
    ]
    answer = csv_answer(sheets.csv_file(COLUMNS, rows), "notices.csv")
    near = (("next", page.next), ("prev", page.previous))
    if links := [f'<{url}>; rel="{rel}"' for rel, url in near if url]:
        answer.headers["Link"] = ", ".join(links)
    return answer


def _found(node: Node) -> tuple[Page, list[Notice]]:
    village, affairs = village_asked(node), affairs_asked()
    page = page_asked(notices.count(node.journal, village, affairs))
    return page, notices.newest(node.journal, village, affairs, page.per_page, page.start)


def _as_json(node: Node, each: Notice, known: dict[str, str]) -> dict[str, Any]:
    return {
        "id": each.id,
        "url": _address(node, each),
        "village": {"code": each.village, "name": known.get(each.village, "")},
        "affairs": each.affairs,
        "item": each.item,
        "title": each.title,
        "form": each.form,
        "period": each.period,
        "state": each.state,
        "versions": each.versions,
        "published_at": each.published_at,
        "changed_at": each.changed_at,
        "witnessed_at": _witnessed(node, each),
        "display_until": each.display_until,
        "historic": each.historic,
        "content": each.content,
        "attachments": [
            {**attachment, "url": url_for("board.blob", sha=attachment["sha"], _external=True)}
            for attachment in each.attachments
        ],
        "reviews": each.reviews,
        "contact": each.contact,
    }


def _witnessed(node: Node, each: Notice) -> str | None:
    moment = node.journal.witnessed(each.stream, each.first_seq)
    return None if moment is None else moment.isoformat(timespec="seconds")


def _address(node: Node, each: Notice) -> str:
    return f"{public_address(node)}/n/{each.id}"


@cache
def version() -> str:
    return metadata.version("sanwu-kiosk")
