"""What is new, for readers of news: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org), the same
entries in both. Ids are tag URIs (RFC 4151) and stay when an address changes.
"""

import json
import re
from dataclasses import dataclass
from xml.etree import ElementTree as xml

from flask import Blueprint, Response, request

from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.projection import texts
from kiosk.notices.queries import Notice
from kiosk.villages import queries as villages
from kiosk.web import current_node, public_address
from kiosk.web.opened import affairs_asked, names, opened, village_asked

IN_FEED = 50
SUMMARY_LIMIT = 500
ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

blueprint = Blueprint("feeds", __name__)


@dataclass(frozen=True)
class Entry:
    """A notice as feeds tell it; `author` the name of the node that posted it."""

    id: str
    url: str
    author: str
    summary: str
    notice: Notice


@blueprint.get("/feed.atom")
def atom() -> Response:
    node = current_node()
    entries = _entries(node)
    root = xml.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    _add(root, "id", _tag(node, request.full_path.rstrip("?")))
    _add(root, "title", _title(node))
    described = villages.village(node.journal, node.config.code)
    began = f"{described.began if described else node.config.began}T00:00:00+08:00"
    _add(root, "updated", max((each.notice.changed_at for each in entries), default=began))
    xml.SubElement(root, "link", rel="self", type="application/atom+xml", href=request.url)
    xml.SubElement(root, "link", rel="alternate", href=f"{public_address(node)}/")
    for each in entries:
        entry = xml.SubElement(root, "entry")
        _add(entry, "id", each.id)
        _add(entry, "title", each.notice.title)
        _add(entry, "updated", each.notice.changed_at)
        _add(entry, "published", each.notice.published_at)
        xml.SubElement(entry, "link", rel="alternate", href=each.url)
        _add(xml.SubElement(entry, "author"), "name", each.author)
        xml.SubElement(entry, "category", term=each.notice.affairs, label=each.notice.affairs_name)
        _add(entry, "summary", each.summary)
    body = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return opened(Response(body, content_type="application/atom+xml; charset=utf-8"))


@blueprint.get("/feed.json")
def json_feed() -> Response:
    node = current_node()
    feed = {
        "version": JSON_FEED,
        "title": _title(node),
        "home_page_url": f"{public_address(node)}/",
        "feed_url": request.url,
        "language": "zh-CN",
        "items": [
            {
                "id": each.id,
                "url": each.url,
                "title": each.notice.title,
                "content_text": each.summary,
                "date_published": each.notice.published_at,
                "date_modified": each.notice.changed_at,
                "authors": [{"name": each.author}],
                "tags": [each.notice.affairs_name],
            }
            for each in _entries(node)
        ],
    }
    body = json.dumps(feed, ensure_ascii=False)
    return opened(Response(body, content_type="application/feed+json; charset=utf-8"))


def _entries(node: Node) -> list[Entry]:
    known = names(node)
    return [
        Entry(
            _tag(node, f"/n/{each.id}"),
            f"{public_address(node)}/n/{each.id}",
            known.get(each.village, each.village),
            _summary(each),
            each,
        )
        for each in notices.newest(node.journal, village_asked(node), affairs_asked(), IN_FEED)
    ]


def _title(node: Node) -> str:
    return f"{node.config.name}三务公开"


def _tag(node: Node, path: str) -> str:
    return f"tag:{node.config.host.split(':')[0]},{node.config.began.year}:{node.config.code}{path}"


def _summary(each: Notice) -> str:
    content = each.content or {}
    words = content["text"] if "text" in content else "；".join(texts(content))
    return words if len(words) <= SUMMARY_LIMIT else words[:SUMMARY_LIMIT] + "…"


def _add(parent: xml.Element, name: str, text: str) -> None:
    xml.SubElement(parent, name).text = _NOT_XML.sub("", text)
