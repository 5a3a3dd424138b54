"""When a notice was published and whether it was changed: its proof as a file (C2SP tlog-proof),
and a page on which the phone itself checks it (`static/proof.js`).

The notice's own page stays without script; this one says the same without it, but for the check.
"""

from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, make_response, render_template

from kiosk.journal import proof
from kiosk.journal.entry import Entry
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices
from kiosk.notices.queries import Version
from kiosk.villages import queries as villages
from kiosk.web import current_node
from kiosk.web.streams import FEW_SECONDS, PUBLIC, plain

TOLD_FROM = timedelta(minutes=10)
"""A smaller gap between claim and witness is that of any round of sync."""

blueprint = Blueprint("proofs", __name__)


@blueprint.get("/n/<id>.tlog-proof")
def file(id: str) -> Response:
    """The proof of the notice's newest version; its entry's canonical bytes are the extra data."""
    journal = current_node().journal
    entry = _newest(journal, id)
    note = None if entry is None else journal.covering_note(entry.stream, entry.seq)
    if entry is None or note is None:
        abort(404)
    text = proof.make(journal.node_hash(entry.stream), entry.seq, note, entry.leaf)
    answer = plain(text, FEW_SECONDS)
    answer.headers["Content-Disposition"] = f'attachment; filename="{entry.subject}.tlog-proof"'
    return answer


@blueprint.get("/n/<id>/proof")
def page(id: str) -> Response:
    """Published when, witnessed when, changed how often; and the check."""
    node = current_node()
    journal = node.journal
    found = notices.notice(journal, id)
    if found is None:
        return make_response(render_template("phone/missing.html", node=node, may_come=True), 404)
    entry = _newest(journal, id)
    origin = villages.village(journal, found.village)
    body = {} if entry is None or entry.body is None else entry.body
    html = render_template(
        "phone/proof.html",
        node=node,
        notice=found,
        who=origin.name if origin else found.village,
        versions=notices.versions(journal, found),
        witnessed=lambda version: journal.witnessed(version.stream, version.seq),
        gap=lambda version: _gap(journal, version),
        provable=entry is not None and journal.covering_note(entry.stream, entry.seq) is not None,
        title=body.get("title", ""),
    )
    answer = make_response(html)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _newest(journal: Journal, id: str) -> Entry | None:
    """The entry of the notice's newest version, None where there is none."""
    versions = [
        entry
        for entry in journal.find(id, "notice.")
        if entry.kind in ("notice.published", "notice.corrected")
        and entry.stream.endswith(f"/{PUBLIC}")
    ]
    return versions[-1] if versions else None


def _gap(journal: Journal, version: Version) -> str:
    """How far a version's own time and its first witness are apart, in words; "" where little."""
    seen = journal.witnessed(version.stream, version.seq)
    if seen is None:
        return ""
    seconds = abs(seen - datetime.fromisoformat(version.at)).total_seconds()
    if seconds < TOLD_FROM.total_seconds():
        return ""
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return ""
