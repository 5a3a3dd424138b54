"""What a township answers its villages, under `/sync/v1/`. Bodies are JSON but for attachments.

    POST enrol {code, village, name, host, public_key}, signed with that key
                                        {code, name, host, public_url, public_key}
    POST heads {sizes}                  {stream: {size, note}}, the four that concern the sender;
                                        `sizes` is what the sender has of its own by stream
    POST streams/<V>/<public|parent>    takes a batch; {size, note}, cosigned unless there is more
    GET  streams/<T>/<public|V>?from=N  a batch
    POST blobs/offer {shas}             {held, wanted}: of those that entries here name; others
                                        are to be offered again when their entries are here
    GET, PUT blobs/<sha>                an attachment that an entry of the sender's streams names
    POST status {...}                   {}

A refusal is {error: words for people} with 400 (malformed), 401 (signature; `"clock": true` where
the clocks are apart), 403, 404, 409 (a fork, with the note `held` here), 413 or 422 (entries that
do not fit). Every answer has a Date of this node's clock. Everything may be sent again.

A cosignature also says that what follows was not there yet (`Journal.not_before`), so a stream is
witnessed only at the size that its origin says is all: never before a village that comes back from
days offline has sent what it wrote meanwhile, else all of that would count as late.
"""

import hashlib
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, send_file

from kiosk import clock, villages
from kiosk.attachments.blobs import BlobMismatch
from kiosk.journal import checkpoint as notes
from kiosk.journal.entry import BodyMismatch
from kiosk.journal.log import BadEntries, ForkFound, Journal, UnknownOrigin
from kiosk.rules import codes
from kiosk.sync import contacts, references, signing, wire
from kiosk.villages.commands import InvitationRefused
from kiosk.web import current_node
from kiosk.web.guard import limiter

RECOSIGN_SECONDS = 3600
"""How old a cosignature may be before an unchanged stream is witnessed again."""

blueprint = Blueprint("sync", __name__, url_prefix="/sync/v1")


class Refused(Exception):
    """Answers `status` with {error, ...more}."""

    def __init__(self, status: int, error: str, **more: Any) -> None:
        super().__init__(error)
        self.status, self.more = status, more


@blueprint.errorhandler(Refused)
def _refused(refusal: Refused) -> tuple[Response, int]:
    return jsonify(error=str(refusal), **refusal.more), refusal.status


@blueprint.after_request
def _dated(response: Response) -> Response:
    response.headers["Date"] = format_datetime(clock.now().replace(microsecond=0), usegmt=True)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.before_request
def _only_signed() -> None:
    node = current_node()
    if not node.config.is_township:
        raise Refused(404, "这台机器不是乡镇节点。请核对地址。")
    blob = request.endpoint == "sync.put_blob"
    request.max_content_length = wire.BLOB_LIMIT if blob else wire.MESSAGE_LIMIT
    key_of = _enrolling_key if request.endpoint == "sync.enrol" else _enrolled_key
    query = request.query_string.decode("ascii", "replace")
    path = request.path + (f"?{query}" if query else "")
    message = signing.Message(request.method, path, dict(request.headers))
    try:
        g.peer, signed_digest = signing.verify(message, key_of, node.journal)
    except signing.ClockApart as error:
        raise Refused(401, "两边的时钟相差太大。", clock=True) from error
    except signing.SignatureRefused as error:
        raise Refused(401, "签名不对，或这个村还没有加入。", reason=str(error)) from error
    if blob:
        g.digest = signed_digest
    elif signed_digest != signing.digest(hashlib.sha256(request.get_data()).digest()):
        raise Refused(401, "签名不对：内容被改动。")


@blueprint.post("/enrol")
@limiter.limit("300 per minute")
def enrol() -> Response:
    node = current_node()
    asked = _json()
    try:
        village = codes.normalised(_text(asked, "village"))
        if village != g.peer:
            raise Refused(400, "签名的村与申请的村不同。")
        villages.enrol(
            node.journal,
            _text(asked, "code"),
            village_code=village,
            name=_text(asked, "name"),
            host=_text(asked, "host"),
            public_key=bytes.fromhex(_text(asked, "public_key")),
        )
    except codes.CodeMalformed as error:
        raise Refused(400, str(error)) from error
    except InvitationRefused as error:
        raise Refused(403, str(error)) from error
    own = node.config
    return jsonify(
        code=own.code,
        name=own.name,
        host=own.host,
        public_url=own.public_url,
        public_key=node.key.public_key().public_bytes_raw().hex(),
    )


@blueprint.post("/heads")
def heads() -> Response:
    journal = current_node().journal
    sizes = _json().get("sizes")
    found = {}
    for stream in [*_pushed(), *_pulled()]:
        size = journal.size(stream)
        note = None
        if size:
            whole = isinstance(sizes, dict) and sizes.get(stream) == size and stream in _pushed()
            note = cosigned(journal, stream) if whole else journal.checkpoint(stream)
        found[stream] = {"size": size, "note": note}
    return jsonify(found)


@blueprint.post("/streams/<origin>/<channel>")
def push(origin: str, channel: str) -> Response:
    journal = current_node().journal
    stream = f"{origin}/{channel}"
    if stream not in _pushed():
        raise Refused(403, "只能上传本村自己的记录。")
    try:
        got = wire.parse_batch(_json())
        size = wire.take(journal, stream, got)
    except ForkFound as fork:
        raise Refused(
            409, "镇里留存的记录与本村的不一致（可能用旧备份恢复过）。", held=fork.held
        ) from fork
    except (BadEntries, BodyMismatch, UnknownOrigin, notes.SignatureWrong) as error:
        raise Refused(422, f"记录核对不上，没有收下：{error}") from error
    except ValueError as error:
        raise Refused(400, f"内容看不懂：{error}") from error
    if not size or got.more:
        return jsonify(size=size, note=journal.checkpoint(stream))
    return jsonify(size=size, note=cosigned(journal, stream))


@blueprint.get("/streams/<origin>/<channel>")
def pull(origin: str, channel: str) -> Response:
    stream = f"{origin}/{channel}"
    if stream not in _pulled():
        raise Refused(403, "只能下载发给本村的记录。")
    start = request.args.get("from", 0, type=int)
    if start < 0:
        raise Refused(400, "起点不对。")
    return jsonify(wire.batch(current_node().journal, stream, start))


@blueprint.post("/blobs/offer")
def offer_blobs() -> Response:
    node = current_node()
    asked = _json().get("shas")
    if not isinstance(asked, list) or not all(isinstance(sha, str) for sha in asked):
        raise Refused(400, "内容看不懂。")
    references.note_new(node.journal)
    known = [sha for sha in asked if references.names(node.journal, _pushed(), sha)]
    held = {sha for sha in known if node.blobs.has(sha)}
    return jsonify(held=sorted(held), wanted=[sha for sha in known if sha not in held])


@blueprint.put("/blobs/<sha>")
def put_blob(sha: str) -> Response:
    node = current_node()
    references.note_new(node.journal)
    if not references.names(node.journal, _pushed(), sha):
        raise Refused(403, "没有记录提到这个附件。")
    if g.digest != signing.digest(bytes.fromhex(sha)):
        raise Refused(401, "签名不对：内容被改动。")
    try:
        node.blobs.put_stream(_chunks(), expected=sha)
    except BlobMismatch as error:
        raise Refused(422, "附件内容与名称不符。") from error
    return jsonify({})


@blueprint.get("/blobs/<sha>")
def get_blob(sha: str) -> Response:
    node = current_node()
    references.note_new(node.journal)
    if not references.names(node.journal, [*_pulled(), *_pushed()], sha):
        raise Refused(403, "没有记录提到这个附件。")
    if not node.blobs.has(sha):
        raise Refused(404, "附件不在这里。")
    return send_file(node.blobs.path(sha), mimetype="application/octet-stream", etag=False)


@blueprint.post("/status")
def status() -> Response:
    contacts.succeeded(current_node().journal, g.peer, _json())
    return jsonify({})


def cosigned(journal: Journal, stream: str) -> str:
    """The newest checkpoint held of a stream, witnessed by this node within the last hour."""
    size = journal.size(stream)
    times = [at for held, at in journal.cosignature_times(stream) if held == size]
    if not times or (clock.now() - max(times)).total_seconds() >= RECOSIGN_SECONDS:
        return journal.cosign(stream, size)
    note = journal.checkpoint(stream, size)
    assert note is not None
    return note


def _pushed() -> list[str]:
    return [f"{g.peer}/public", f"{g.peer}/parent"]


def _pulled() -> list[str]:
    own = current_node().config.code
    return [f"{own}/public", f"{own}/{g.peer}"]


def _enrolled_key(code: str) -> bytes | None:
    node = current_node()
    origin = node.journal.origin(code)
    return None if origin is None or code == node.config.code else origin.public_key


def _enrolling_key(_code: str) -> bytes | None:
    try:
        public = bytes.fromhex(_text(_json(), "public_key"))
    except ValueError:
        return None
    return public if len(public) == 32 else None


def _json() -> dict[str, Any]:
    asked = request.get_json(force=True, silent=True)
    if not isinstance(asked, dict):
        raise Refused(400, "内容看不懂。")
    return asked


def _text(asked: dict[str, Any], key: str) -> str:
    value = asked.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise Refused(400, f"缺少 {key}。")
    return value


def _chunks() -> Iterator[bytes]:
    while chunk := request.stream.read(1 << 16):
        yield chunk
