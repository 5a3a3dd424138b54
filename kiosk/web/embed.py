"""A village's newest notices for a frame on another site (`/embed`), say the district's.

The one page that other sites may frame: it has no form, no script and no cookie, so there is
nothing to be tricked into.
"""

from flask import Blueprint, Response, abort, make_response, render_template, request

from kiosk.notices import queries as notices
from kiosk.villages import queries as villages
from kiosk.web import current_node, guard, public_address
from kiosk.web.opened import affairs_asked, names, opened, village_asked

SHOWN = 5
MOST = 20

blueprint = Blueprint("embed", __name__)


@blueprint.get("/embed")
def newest() -> Response:
    """`?village=`, `?affairs=`, and `?n=`: how many, 1 to 20."""
    node = current_node()
    wanted = village_asked(node)
    affairs = affairs_asked()
    code = wanted or node.config.code
    described = villages.village(node.journal, code)
    if described is None:
        abort(404)
    n = min(max(request.args.get("n", SHOWN, type=int), 1), MOST)
    whose = wanted or (None if node.config.is_township else code)
    answer = make_response(
        render_template(
            "phone/embed.html",
            name=described.name,
            notices=notices.newest(node.journal, whose, affairs, n),
            names={} if wanted else names(node),
            address=public_address(node),
            more=f"/m/?village={wanted}" if wanted else "/m/",
        )
    )
    return opened(guard.for_any_frame(answer))
