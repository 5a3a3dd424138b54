"""Public streams as transparency logs (C2SP tlog-tiles).

Only the channel `public` is served, of every origin held here. Where a witness has signed for a
stream, its newest cosigned checkpoint is served, so that an auditor who asks for the witness's
signature can check everything he sees; bodies are served of newer entries, too. `vkeys` lists the
keys whose signatures are on that checkpoint, the origin's first.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, jsonify

from kiosk.journal import checkpoint as notes
from kiosk.journal import tiles
from kiosk.journal.log import Journal
from kiosk.web import current_node

FOREVER = "public, max-age=31536000, immutable"
MOMENT = "public, max-age=60"
FEW_SECONDS = "public, max-age=3"

PUBLIC = "public"

blueprint = Blueprint("streams", __name__)


@dataclass(frozen=True)
class Served:
    """The tree head that is served of a stream."""

    stream: str
    size: int
    note: str


@blueprint.get("/streams/<origin>/public/checkpoint")
def checkpoint(origin: str) -> Response:
    return plain(_served(origin).note, FEW_SECONDS)


@blueprint.get("/streams/<origin>/public/vkeys")
def vkeys(origin: str) -> Response:
    lines = verifier_keys(current_node().journal, _served(origin))
    return plain("".join(f"{line}\n" for line in lines), FEW_SECONDS)


@blueprint.get("/streams/<origin>/public/tile/<path:path>")
def tile(origin: str, path: str) -> Response:
    served = _served(origin)
    try:
        wanted = tiles.parse_path(f"tile/{path}")
    except tiles.TileMalformed:
        abort(404)
    if not wanted.within(served.size):
        abort(404)
    journal = current_node().journal
    if wanted.level is None:
        entries = journal.read(served.stream, wanted.start, wanted.width)
        data = tiles.bundle(entry.leaf for entry in entries)
    else:
        data = tiles.hashes(journal.node_hash(served.stream), wanted)
    full = wanted.width == tiles.WIDTH
    return _answer(data, "application/octet-stream", FOREVER if full else MOMENT)


@blueprint.get("/streams/<origin>/public/bodies/<int:seq>")
def body(origin: str, seq: int) -> Response:
    try:
        entry = current_node().journal.entry(f"{origin}/{PUBLIC}", seq)
    except (IndexError, OverflowError):
        abort(404)
    if entry.body is None or entry.salt is None:
        abort(410)
    answer = jsonify(body=entry.body, salt=entry.salt.hex())
    # An erasure must reach readers soon, so no body is cached for long.
    return _open(answer, MOMENT)


def verifier_keys(journal: Journal, served: Served) -> list[str]:
    """The vkeys that verify the served checkpoint: the origin's, then its witnesses'."""
    origin = journal.signed_by(served.stream, served.note)
    found = [notes.vkey(origin.name(served.stream), origin.public_key)]
    names = journal.witnesses(served.stream, served.size)
    found += [
        notes.vkey(each.witness_name, each.public_key, notes.COSIGNATURE)
        for each in journal.origins()
        if each.witness_name in names
    ]
    return found


def _served(origin: str) -> Served:
    stream = f"{origin}/{PUBLIC}"
    journal = current_node().journal
    note = journal.checkpoint(stream, journal.cosigned_size(stream))
    if note is None:
        abort(404)
    return Served(stream, notes.parse_text(notes.split_note(note)[0]).size, note)


def plain(text: str, caching: str) -> Response:
    return _answer(text.encode(), "text/plain; charset=utf-8", caching)


def _answer(data: bytes, type: str, caching: str) -> Response:
    return _open(Response(data, content_type=type), caching)


def _open(answer: Response, caching: str) -> Response:
    answer.headers["Cache-Control"] = caching
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
