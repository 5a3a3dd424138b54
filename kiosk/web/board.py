"""The touch screen's door: no log-in, nothing can be changed here.

A page and the part of it that a poll swaps are one template (its block `page`). Every answer
carries an ETag made of the journal's version and Beijing's date; the screen polls its own address
every three seconds, and a poll that finds nothing new costs one comparison and answers 304. What
has been rendered once is kept (`kept`).
"""

import secrets
import zlib
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
)
from flask.blueprints import BlueprintSetupState
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, screens
from kiosk.attachments import qr
from kiosk.attachments.blobs import BadBlobName
from kiosk.config import CONTACTS
from kiosk.duties import queries as duties
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import AFFAIRS_NAMES, Notice
from kiosk.rules import accounts
from kiosk.rules.catalogue import REVIEWERS
from kiosk.sync import contacts
from kiosk.villages import queries as villages
from kiosk.web import charts, current_node, identity, kept, public_address, shown, tables

PER_HOME = 3
LATE_ON_HOME = 2
PER_PAGE = 20
PHOTO_TYPES = ("image/jpeg", "image/png")

# A page kept open over an update of the program asks again once the new one runs.
STARTED = secrets.token_hex(4)

blueprint = Blueprint("board", __name__)


@blueprint.record
def _share_with_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(
        charts=charts,
        comparison=accounts.comparison,
        blocks_of=shown.blocks_of,
        gist_of=shown.gist_of,
        course_of=shown.course_of,
        listed=tables.listed,
        fit_of=shown.fit_of,
        table_room=tables.room,
        qr=qr.svg,
        AFFAIRS=AFFAIRS_NAMES,
        REVIEWERS=REVIEWERS,
    )


def polled(view: Callable[..., str]) -> Callable[..., Response]:
    """The view as a polled page: 304 where the reader has this state already."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        tag = tag_of(current_node())
        if request.if_none_match.contains(tag):
            response = Response(status=304)
        else:
            response = make_response(view(*args, **kwargs))
            kept.keep(response, tag)
        response.set_etag(tag)
        # The page and its fragment share an address; a stored one could stand in for the other.
        response.headers["Cache-Control"] = "no-store"
        response.headers[kept.NOW] = clock.stamp()
        return response

    return answer


@blueprint.get("/")
def home() -> BaseResponse:
    """The board's home. `?screen=NAME` once makes this machine's browser one of the screens."""
    name = request.args.get("screen", "").strip()[: screens.NAME_LIMIT]
    if not name:
        return _home()
    if not identity.on_this_machine():
        return redirect("/screen")
    response = redirect("/")
    identity.keep(response, identity.start_here(name))
    return response


@polled
def _home() -> str:
    node = current_node()
    if node.config.is_township:
        return render(
            "board/township.html",
            back=None,
            villages=[_village_card(node, known.code, known.name) for known in _known(node)],
            notices=notices.township_notices(node.journal, node.config.code, PER_HOME),
            contacts=contacts_of(villages.village(node.journal, node.config.code)),
        )
    return _village_home(node, node.config.code, back=None)


@blueprint.get("/villages/<code>")
@polled
def village(code: str) -> str:
    node = current_node()
    if villages.village(node.journal, code) is None:
        abort(404)
    return _village_home(node, code, back="/")


@blueprint.get("/<any(party, village, finance):affairs>", endpoint="own_affairs")
@blueprint.get("/villages/<code>/<any(party, village, finance):affairs>")
@polled
def affairs(affairs: str, code: str | None = None) -> str:
    """One affair of this village or of `code`; on a township's own board, of all villages."""
    node = current_node()
    whose = code or (None if node.config.is_township else node.config.code)
    return _list(
        affairs,
        whose,
        back=f"/villages/{code}" if code else "/",
        late=[] if whose is None else _late(node, whose, affairs),
        village=None if code is None else villages.village(node.journal, code),
        names={known.code: known.name for known in _known(node)} if whose is None else {},
    )


@blueprint.get("/announcements")
@polled
def announcements() -> str:
    """What the township tells all its villages."""
    return _list("township", _township(current_node()), back="/", late=[], village=None, names={})


@blueprint.get("/notices/<id>")
@polled
def notice(id: str) -> str:
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None:
        abort(404)
    return render(
        "board/notice.html",
        back=_list_of(node, found),
        notice=found,
        previous=notices.previous_period(node.journal, found),
        versions=notices.versions(node.journal, found),
        origin=villages.village(node.journal, found.village),
        witnessed=node.journal.witnessed(found.stream, found.first_seq),
        change_witnessed=node.journal.witnessed(found.stream, found.last_seq),
        address=f"{public_address(node)}/n/{found.id}",
    )


@blueprint.get("/blobs/<sha>")
def blob(sha: str) -> Response:
    """An attachment that a standing notice shows; any other is not here."""
    node = current_node()
    type = notices.public_blob(node.journal, sha)
    try:
        if type is None or not node.blobs.has(sha):
            abort(404)
    except BadBlobName:
        abort(404)
    response = send_file(
        node.blobs.path(sha),
        mimetype=type if type in PHOTO_TYPES else "application/octet-stream",
        as_attachment=type not in PHOTO_TYPES,
        download_name=sha[:12],
        etag=sha,
        max_age=31_536_000,
    )
    response.cache_control.immutable = True
    return response


def tag_of(node: Node) -> str:
    """What a page shows depends on. Contacts are no entries, so who is lost is part of it."""
    tag = f"{STARTED}.{node.journal.version()}.{clock.today()}"
    if not node.config.is_township:
        return tag
    lost = [each.peer for each in contacts.contacts(node.journal) if contacts.is_lost(each)]
    return f"{tag}.{zlib.crc32(' '.join(lost).encode()):x}"


def render(template: str, *, back: str | None, **context: Any) -> str:
    """The page, or its block `page` where the screen's script asks for that alone."""
    node = current_node()
    today = clock.today()
    context.update(
        back=back,
        node=node,
        today=today,
        now=clock.now(),
        here=request.full_path.rstrip("?"),
        started=STARTED,
        tag=f'"{tag_of(node)}"',
        newest=[each.id for each in notices.current(node.journal, on_this_board(node), today)[:1]],
        urgent=screens.urgent(node.journal, on_this_board(node)),
    )
    if request.headers.get("HX-Request") == "true":
        return render_block(template, "page", **context)
    return render_template(template, **context)


def _list(affairs: str, whose: str | None, **context: Any) -> str:
    node = current_node()
    total = notices.count(node.journal, whose, affairs)
    page, pages = _paged(total)
    return render(
        "board/affairs.html",
        affairs=affairs,
        notices=notices.newest(node.journal, whose, affairs, PER_PAGE, (page - 1) * PER_PAGE),
        total=total,
        page=page,
        pages=pages,
        **context,
    )


def _village_home(node: Node, code: str, back: str | None) -> str:
    described = villages.village(node.journal, code)
    counts = notices.counts(node.journal, code)
    township = _township(node)
    return render(
        "board/home.html",
        back=back,
        village=described,
        own=back is None,
        columns=[
            _column(
                node, code, affairs, counts[affairs], "" if back is None else f"/villages/{code}"
            )
            for affairs in ("party", "village", "finance")
        ],
        lost="" if back is None else _lost(node, code),
        township=notices.township_notices(node.journal, township, 2) if township else [],
        contacts=contacts_of(described),
    )


def _column(node: Node, code: str, affairs: str, total: int, under: str) -> dict[str, Any]:
    """One affair on the home page: what is late first, then the newest, three lines in all."""
    late = _late(node, code, affairs)
    shown = late if len(late) <= LATE_ON_HOME else late[: LATE_ON_HOME - 1]
    lines = len(shown) + (len(shown) < len(late))
    return {
        "affairs": affairs,
        "total": total,
        "late": shown,
        "more_late": len(late) - len(shown),
        "notices": notices.newest(node.journal, code, affairs, PER_HOME - lines),
        "url": f"{under}/{affairs}",
    }


def contacts_of(described: villages.Village | None) -> list[tuple[str, str]]:
    """(what it is, number or words) of what a node says how to reach it."""
    given = {} if described is None else described.contacts
    return [(label, given[key]) for key, label in CONTACTS.items() if given.get(key)]


def _village_card(node: Node, code: str, name: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "newest": notices.newest(node.journal, code, None, 1),
        "late": _late(node, code),
        "lost": _lost(node, code),
        "total": notices.count(node.journal, code),
    }


def _late(node: Node, village: str, affairs: str | None = None) -> list[Any]:
    """Duties of a village that are past their day, as `duties.late_and_due` rows."""
    return [
        row
        for row in duties.late_and_due(node.journal, village, clock.today())
        if row.state in ("overdue", "escalated") and affairs in (None, row.item.affairs)
    ]


def _lost(node: Node, village: str) -> str:
    """Since when the township has not heard of its village; "" where it has, or is it itself."""
    if village == node.config.code:
        return ""
    return contacts.lost_words(contacts.last_contact(node.journal, village))


def _list_of(node: Node, found: Notice) -> str:
    """The list in which a notice stands: where 返回 leads when the screen does not know better."""
    if found.affairs not in AFFAIRS_NAMES:
        return "/"
    if found.affairs == "township":
        return "/announcements"
    under = f"/villages/{found.village}" if node.config.is_township else ""
    return f"{under}/{found.affairs}"


def _known(node: Node) -> list[villages.Enrolment]:
    return villages.known(node.journal)


def _township(node: Node) -> str:
    """The township's code: this node's own, its upstream's, or "" where it stands alone."""
    if node.config.is_township:
        return node.config.code
    return node.config.upstream.code if node.config.upstream else ""


def on_this_board(node: Node) -> list[str]:
    """The origins whose notices this screen shows on its own."""
    return [code for code in (node.config.code, _township(node)) if code]


def _paged(total: int) -> tuple[int, int]:
    """The page asked for, within those there are, and how many there are."""
    pages = max(ceil(total / PER_PAGE), 1)
    return min(max(request.args.get("page", 1, type=int), 1), pages), pages
