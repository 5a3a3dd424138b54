"""Open data: what stands on the boards known here, as JSON, CSV and Atom; and `/healthz`.

Nothing in it is not also on the screen. Lists page (`?page=`, `?per_page=` up to 100), newest
first, and may be narrowed by `?village=` and `?affairs=`. Money is integer fen, times are RFC 3339
in UTC. Atom is RFC 4287; ids are tag URIs (RFC 4151) and stay when an address changes.
"""

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from math import ceil
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as xml

from flask import Blueprint, Response, abort, jsonify, request, url_for

from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.projection import texts
from kiosk.notices.queries import AFFAIRS_NAMES, Notice
from kiosk.villages import queries as villages
from kiosk.web import current_node, public_address
from kiosk.web.sheets import guarded

PER_PAGE = 50
MOST_PER_PAGE = 100
IN_FEED = 50
SUMMARY_LIMIT = 500
ATOM = "http://www.w3.org/2005/Atom"
COLUMNS = (
    "编号", "村代码", "村", "类别", "事项", "标题", "期间", "状态", "公开时间", "见证时间", "网址",
)  # fmt: skip

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

blueprint = Blueprint("api", __name__)


@dataclass(frozen=True)
class Page:
    """One page of notices; `number` counts from 1."""

    number: int
    per_page: int
    total: int
    notices: list[Notice]

    @property
    def pages(self) -> int:
        return max(ceil(self.total / self.per_page), 1)

    def url(self, number: int) -> str | None:
        """The address of another page of the same list, None where there is no such page."""
        if not 1 <= number <= self.pages:
            return None
        args = {**request.args.to_dict(), "page": number, "per_page": self.per_page}
        return f"{request.base_url}?{urlencode(args)}"


@blueprint.get("/healthz")
def health() -> Response:
    node = current_node()
    return jsonify(
        status="ok",
        role=node.config.role,
        code=node.config.code,
        name=node.config.name,
        version=_version(),
        position=node.journal.position,
    )


@blueprint.get("/api/v1/notices.json")
def notices_json() -> Response:
    node = current_node()
    page = _page(node)
    names = _names(node)
    answer = jsonify(
        page=page.number,
        per_page=page.per_page,
        pages=page.pages,
        total=page.total,
        next=page.url(page.number + 1),
        previous=page.url(page.number - 1),
        notices=[_as_json(node, each, names) for each in page.notices],
    )
    return _open(answer)


@blueprint.get("/api/v1/notices.csv")
def notices_csv() -> Response:
    node = current_node()
    page = _page(node)
    names = _names(node)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for each in page.notices:
        writer.writerow(
            guarded(text)
            for text in (
                each.id,
                each.village,
                names.get(each.village, ""),
                each.affairs_name,
                each.item,
                each.title,
                each.period,
                each.state,
                each.published_at,
                _witnessed(node, each) or "",
                _address(node, each),
            )
        )
    # With a byte order mark, without which Excel shows Chinese as garbage.
    answer = Response(file.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="notices.csv"'
    links = [
        f'<{url}>; rel="{rel}"'
        for rel, url in (
            ("next", page.url(page.number + 1)),
            ("prev", page.url(page.number - 1)),
        )
        if url
    ]
    if links:
        answer.headers["Link"] = ", ".join(links)
    return _open(answer)


@blueprint.get("/feed.atom")
def feed() -> Response:
    node = current_node()
    shown = notices.newest(node.journal, _village(node), _affairs(), IN_FEED)
    names = _names(node)
    root = xml.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    _add(root, "id", _tag(node, request.full_path.rstrip("?")))
    _add(root, "title", f"{node.config.name}三务公开")
    described = villages.village(node.journal, node.config.code)
    began = f"{described.began if described else node.config.began}T00:00:00+08:00"
    _add(root, "updated", max((each.changed_at for each in shown), default=began))
    xml.SubElement(root, "link", rel="self", type="application/atom+xml", href=request.url)
    xml.SubElement(root, "link", rel="alternate", href=f"{public_address(node)}/")
    for each in shown:
        entry = xml.SubElement(root, "entry")
        _add(entry, "id", _tag(node, f"/n/{each.id}"))
        _add(entry, "title", each.title)
        _add(entry, "updated", each.changed_at)
        _add(entry, "published", each.published_at)
        xml.SubElement(entry, "link", rel="alternate", href=_address(node, each))
        _add(xml.SubElement(entry, "author"), "name", names.get(each.village, each.village))
        xml.SubElement(entry, "category", term=each.affairs, label=each.affairs_name)
        _add(entry, "summary", _summary(each))
    body = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return _open(Response(body, content_type="application/atom+xml; charset=utf-8"))


def _page(node: Node) -> Page:
    per_page = min(max(request.args.get("per_page", PER_PAGE, type=int), 1), MOST_PER_PAGE)
    number = min(max(request.args.get("page", 1, type=int), 1), 1_000_000)
    village, affairs = _village(node), _affairs()
    return Page(
        number,
        per_page,
        notices.count(node.journal, village, affairs),
        notices.newest(node.journal, village, affairs, per_page, (number - 1) * per_page),
    )


def _village(node: Node) -> str | None:
    """The code asked for, None for all that stands here. Unknown ones answer 404."""
    code = request.args.get("village", "")
    if code and villages.village(node.journal, code) is None:
        abort(404)
    return code or None


def _affairs() -> str | None:
    wanted = request.args.get("affairs", "")
    if wanted and wanted not in AFFAIRS_NAMES:
        abort(404)
    return wanted or None


def _names(node: Node) -> dict[str, str]:
    found = {each.code: each.name for each in villages.known(node.journal)}
    for code in {stream.split("/", 1)[0] for stream in node.journal.streams()}:
        if (described := villages.village(node.journal, code)) is not None:
            found[code] = described.name
    return found


def _as_json(node: Node, each: Notice, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": each.id,
        "url": _address(node, each),
        "village": {"code": each.village, "name": names.get(each.village, "")},
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


def _tag(node: Node, path: str) -> str:
    return f"tag:{node.config.host.split(':')[0]},{node.config.began.year}:{node.config.code}{path}"


def _summary(each: Notice) -> str:
    content = each.content or {}
    words = content["text"] if "text" in content else "；".join(texts(content))
    return words if len(words) <= SUMMARY_LIMIT else words[:SUMMARY_LIMIT] + "…"


def _add(parent: xml.Element, name: str, text: str) -> None:
    xml.SubElement(parent, name).text = _NOT_XML.sub("", text)


@cache
def _version() -> str:
    return metadata.version("sanwu-kiosk")


def _open(answer: Response) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
