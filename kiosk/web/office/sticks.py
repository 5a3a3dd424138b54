"""A stick to the township and back, where there is no network."""

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk.sync import client, marks
from kiosk.sync.bundle import BundleRefused
from kiosk.web import current_node, guard, sticks
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint


@blueprint.get("/stick")
def stick() -> str:
    node = current_node()
    return render_template(
        "office/stick.html",
        up=client.upstream(node),
        waiting=sticks.waiting(node),
        exported=marks.get(node.journal, sticks.EXPORTED),
        imported=marks.get(node.journal, sticks.IMPORTED),
    )


@blueprint.post("/stick/export")
def stick_export() -> Page:
    """The file for the township; a POST, because what it holds is not for everybody."""
    node = current_node()
    up = client.upstream(node)
    try:
        return sticks.download(
            node,
            g.account.name,
            "",
            up.name if up else "",
            whole=bool(request.form.get("whole")),
        )
    except BundleRefused as refused:
        flash(str(refused), "fault")
        return redirect(url_for("office.stick"))


@blueprint.post("/stick/import")
def stick_import() -> Response:
    """Takes the township's file in; `sticks.upload` checks the token."""
    node = current_node()
    try:
        done = sticks.upload(node, g.account.name)
    except BundleRefused as refused:
        flash(str(refused), "fault")
    else:
        up = client.upstream(node)
        flash(sticks.taken_words(done, up.name if up else ""), "good")
    return redirect(url_for("office.stick"))


guard.csrf.exempt(stick_import)
