"""For search engines: what may be read here (`/robots.txt`, RFC 9309), and where every notice and
service stands (`/sitemap.xml`, sitemaps.org 0.9).

Nothing is kept out of sight by this; what is not for everybody has its own guard.
"""

from xml.etree import ElementTree as xml

from flask import Blueprint, Response

from kiosk import services as guide
from kiosk.notices import queries as notices
from kiosk.web import current_node, public_address
from kiosk.web.open_lists import origins
from kiosk.web.opened import opened

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST = 50_000
"""Addresses in one sitemap, by its protocol."""

KEPT_OUT = (
    "/office", "/township", "/discipline", "/sync", "/apply", "/ask", "/f/", "/r/", "/say",
    "/report", "/pickup", "/printed", "/screen", "/screens", "/attract", "/speech", "/taking",
    "/search", "/m/on",
)  # fmt: skip
"""Desks, forms, senders' own pages, and what only a screen needs."""

blueprint = Blueprint("crawlers", __name__)


@blueprint.get("/robots.txt")
def robots() -> Response:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in KEPT_OUT)]
    lines += ["Allow: /", "", f"Sitemap: {public_address(current_node())}/sitemap.xml", ""]
    return opened(Response("\n".join(lines), content_type="text/plain; charset=utf-8"))


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    node = current_node()
    base = public_address(node)
    found = [
        (f"/s/{each.id}", each.at) for each in guide.services(node.journal, origins(node, None))
    ][:MOST]
    found += [
        (f"/n/{id}", at) for id, at in notices.changed(node.journal, max(MOST - len(found), 0))
    ]
    root = xml.Element("urlset", {"xmlns": SITEMAP})
    for path, at in found:
        entry = xml.SubElement(root, "url")
        xml.SubElement(entry, "loc").text = f"{base}{path}"
        xml.SubElement(entry, "lastmod").text = at
    body = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return opened(Response(body, content_type="application/xml; charset=utf-8"))
