"""The guide on screen, phone and paper: what can be got done, and whom to turn to.

A village's board shows the village's own guide and its township's; a township's board its own, and
each of its villages' under the village's page. What a phone is given by a QR code (`/s/<id>`,
`/m/guide`) is a page without any script, like all of the phone's.
"""

from collections.abc import Iterable
from typing import TypeVar

from flask import Blueprint, Response, abort, make_response, render_template, request, send_file
from flask.blueprints import BlueprintSetupState

from kiosk import services as guide
from kiosk import villages
from kiosk.attachments.blobs import BadBlobName
from kiosk.node import Node
from kiosk.services import Official, Service
from kiosk.villages import Village
from kiosk.web import current_node, errors, formats, guard, paper, public_address
from kiosk.web.board import PHOTO_TYPES, contacts_of, on_this_board, polled, render

Told = TypeVar("Told", Service, Official)

blueprint = Blueprint("guide", __name__)


@blueprint.record
def _share_with_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["officials_here"] = officials_here


def officials_here() -> list[Official]:
    """Who holds an office where this board hangs: of the village, or of the township."""
    node = current_node()
    return guide.officials(node.journal, [node.config.code])


@blueprint.get("/services")
@blueprint.get("/villages/<code>/services", endpoint="services_of")
@polled
def services(code: str | None = None) -> str:
    node = current_node()
    origins = _origins(node, code)
    return render(
        "board/services.html",
        back=f"/villages/{code}" if code else "/",
        groups=_grouped(node, guide.services(node.journal, origins)),
        own=origins[0],
    )


@blueprint.get("/services/<id>")
@polled
def service(id: str) -> str:
    node = current_node()
    found = guide.service(node.journal, id)
    if found is None:
        abort(404)
    return render(
        "board/service.html",
        back="/services",
        service=found,
        origin=villages.village(node.journal, found.origin),
        address=f"{public_address(node)}/s/{found.id}",
    )


@blueprint.get("/officials")
@blueprint.get("/villages/<code>/officials", endpoint="officials_of")
@polled
def officials(code: str | None = None) -> str:
    node = current_node()
    origins = _origins(node, code)
    return render(
        "board/officials.html",
        back=f"/villages/{code}" if code else "/",
        groups=_grouped(node, guide.officials(node.journal, origins)),
        contacts=contacts_of(villages.village(node.journal, origins[0])),
        address=f"{public_address(node)}/m/guide?village={origins[0]}",
    )


@blueprint.get("/officials/<id>")
@polled
def official(id: str) -> str:
    node = current_node()
    found = guide.official(node.journal, id)
    if found is None:
        abort(404)
    return render(
        "board/official.html",
        back="/officials",
        official=found,
        origin=villages.village(node.journal, found.origin),
        services=[
            each
            for each in guide.services(node.journal, [found.origin])
            if each.person == found.name
        ],
        address=f"{public_address(node)}/m/guide?village={found.origin}#{found.id}",
    )


@blueprint.get("/officials/<id>/photo")
def photo(id: str) -> Response:
    """The photo of somebody who holds an office now; nobody else's is here."""
    node = current_node()
    found = guide.official(node.journal, id)
    try:
        if found is None or not found.photo or not node.blobs.has(found.photo):
            abort(404)
    except BadBlobName:
        abort(404)
    kind = PHOTO_TYPES[1] if node.blobs.get(found.photo)[:2] == b"\x89P" else PHOTO_TYPES[0]
    return send_file(node.blobs.path(found.photo), mimetype=kind, etag=found.photo, max_age=86_400)


@blueprint.get("/m/guide")
def on_phone() -> str:
    """The whole guide of one village (`?village=`) and its township on one light page."""
    node = current_node()
    code = request.args.get("village", "")
    if not code or villages.village(node.journal, code) is None:
        code = node.config.code
    origins = list(dict.fromkeys([code, *on_this_board(node)]))
    return render_template(
        "phone/guide.html",
        node=node,
        village=villages.village(node.journal, code),
        services=_grouped(node, guide.services(node.journal, origins)),
        officials=_grouped(node, guide.officials(node.journal, origins)),
    )


@blueprint.get("/s/<id>")
def service_on_phone(id: str) -> Response:
    """What a service's QR code leads to."""
    node = current_node()
    found = guide.service(node.journal, id)
    if found is None:
        return errors.page(404, "没有这一项", "它可能已经撤下。请看办事指南里现在有什么。")
    html = render_template(
        "phone/service.html",
        node=node,
        service=found,
        origin=villages.village(node.journal, found.origin),
        call=formats.tel,
    )
    return make_response(html)


@blueprint.get("/s/<id>.<any(pdf, html):ending>")
@guard.limiter.limit("30 per minute; 300 per hour")
def service_on_paper(id: str, ending: str) -> Response:
    """A service as one sheet to take home, A4."""
    node = current_node()
    found = guide.service(node.journal, id)
    if found is None:
        return errors.page(404, "没有这一项", "它可能已经撤下。请看办事指南里现在有什么。")
    return paper.answer(sheet(node, found), ending)


def sheet(node: Node, service: Service) -> paper.Print:
    """A service on paper."""
    origin = villages.village(node.journal, service.origin)
    who = origin.name if origin else node.config.name
    what = {
        "service": service,
        "who": who,
        "address": f"{public_address(node)}/s/{service.id}",
    }
    title = f"{service.name}办事指南"
    return paper.Print((("service", what),), "a4", who, title, f"{who}{title}")


def _origins(node: Node, code: str | None) -> list[str]:
    """Whose guide a page shows, the nearest first; 404 for a village that is unknown."""
    if code is None:
        return on_this_board(node)
    if villages.village(node.journal, code) is None:
        abort(404)
    return [code, *on_this_board(node)]


def _grouped(node: Node, given: Iterable[Told]) -> list[tuple[Village | None, list[Told]]]:
    """The services or officials by the node that tells of them, in the order given."""
    found: dict[str, list[Told]] = {}
    for each in given:
        found.setdefault(each.origin, []).append(each)
    return [(villages.village(node.journal, origin), own) for origin, own in found.items()]
