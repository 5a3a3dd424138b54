"""What a browser needs to be a screen: the slides for when nobody is there, the page where it is
given its code, its reports, and the worker that keeps the board on it while the server is away.
"""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)

from kiosk import clock, screens
from kiosk.screens import HeartbeatMalformed, ScreenRefused
from kiosk.web import attract as slides
from kiosk.web import board, current_node, guard, identity, public_address
from kiosk.web.login import Page

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "清空", "0", "删除")

blueprint = Blueprint("screens", __name__)


@blueprint.get("/attract")
def attract() -> Response:
    """All slides of this browser's screen, as a fragment; 304 where nothing of them changed."""
    node = current_node()
    screen = identity.this_screen()
    origins = board.on_this_board(node)
    # The end of what is urgent is no entry.
    pressing = len(screens.urgent(node.journal, origins))
    tag = f"{board.tag_of(node)}.{screen.id if screen else 0}.{pressing}"
    if request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        shown = slides.show(node, origins, screen)
        html = render_template(
            "board/attract.html",
            show=shown,
            screen=screen,
            node=node,
            today=clock.today(),
            address=public_address(node),
        )
        response = make_response(html)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Kiosk-Now"] = clock.stamp()
    identity.keep_on(response)
    return response


@blueprint.route("/screen", methods=["GET", "POST"])
@guard.limiter.limit("10 per minute; 40 per hour", methods=["POST"])
def start() -> Page:
    """Asks for the six digits from the desk; with the right ones this browser is that screen."""
    fault, known = "", identity.this_screen()
    if request.method == "POST":
        try:
            token = screens.start_with(current_node().journal, request.form.get("code", ""))
        except ScreenRefused as refused:
            fault = str(refused)
        else:
            response = redirect("/")
            identity.keep(response, token)
            return response
    page = render_template(
        "board/start.html",
        node=current_node(),
        known=known,
        keys=KEYS,
        fault=fault,
        started=board.STARTED,
    )
    return (page, 400) if fault else page


@blueprint.post("/screens/heartbeat")
@guard.limiter.limit("120 per minute")
def heartbeat() -> Response:
    """Takes what a screen reports of itself (`screens.heartbeat`); answers 204.

    Only a browser that was made a screen can say it, and it changes nothing but what this node
    knows of that screen.
    """
    if not guard.from_this_node():
        abort(403)
    screen = identity.this_screen()
    if screen is None:
        abort(404)
    try:
        screens.heartbeat(
            current_node().journal,
            screen.id,
            request.get_json(silent=True),
            program=board.STARTED,
        )
    except HeartbeatMalformed:
        abort(400)
    return Response(status=204)


guard.csrf.exempt(heartbeat)


@blueprint.get("/screens/now")
def now() -> Response:
    """For the machine that drives a screen: whether one of this node's screens is within its hours,
    and which of them report nothing or stand still. Answered to this machine alone."""
    if not identity.on_this_machine():
        abort(404)
    found = screens.screens(current_node().journal)
    moment = clock.now()
    return jsonify(
        on=not found or any(each.on.hold(moment) for each in found),
        screens=[
            {"name": each.name, "state": each.state.kind, "on": each.on.hold(moment)}
            for each in found
        ],
    )


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker; from the root, so that it serves every page of the board."""
    response = current_app.send_static_file("worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response
