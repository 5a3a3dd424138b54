"""A stick from a village without a network, and one back to it."""

from dataclasses import replace

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk.sync.bundle import BundleRefused
from kiosk.villages import queries as villages
from kiosk.web import current_node, guard, sticks
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint


@blueprint.get("/stick")
def stick() -> str:
    """Of one village (`?village=`), or of any."""
    known = villages.children(current_node().journal)
    return render_template(
        "township/stick.html", known=known, chosen=request.args.get("village", "")
    )


@blueprint.post("/stick/export")
def stick_export() -> Page:
    """The file for a village; a POST, because what it holds is not for everybody."""
    node = current_node()
    code = request.form.get("village", "")
    name = _name(code)
    if not name:
        abort(404)
    try:
        return sticks.download(
            node, g.account.name, code, name, whole=bool(request.form.get("whole"))
        )
    except BundleRefused as refused:
        flash(str(refused), "fault")
        return redirect(url_for("township.stick", village=code))


@blueprint.post("/stick/import")
def stick_import() -> Response:
    """Takes a village's file in; `sticks.upload` checks the token."""
    try:
        done = sticks.upload(current_node(), g.account.name)
    except BundleRefused as refused:
        flash(str(refused), "fault")
        return redirect(url_for("township.stick"))
    name = _name(done.sender)
    taken = sticks.taken_words(replace(done, cosignatures=0), name)
    flash(
        f"{taken}请在下面再做一份带给{name}的文件，村里导入以后，才有镇里的见证和督办。",
        "good",
    )
    return redirect(url_for("township.stick", village=done.sender))


guard.csrf.exempt(stick_import)


def _name(code: str) -> str:
    known = villages.children(current_node().journal)
    return next((each.name for each in known if each.code == code), "")
