"""What a township answers its villages, and a county its townships, under `/sync/v1/`.

Bodies are JSON but for attachments; V is the sender, T this node. See docs/protocol.md.

    POST enrol {code, village, name, host, public_key}, signed with that key
                                        {code, name, host, public_url, public_key}
    POST recover {code, public_key}, signed with that key
                                        {village {code, name, began, contacts, public_url, host},
                                        code, name, host, public_url, public_key, old_keys
                                        [{public_key, limits}]}
    POST rotate {public_key, proof}     {}; see `rotation`
    POST heads {sizes}                  {stream: {size, note, signatures}} of all that concern the
                                        sender; `sizes` is what the sender has of each
    POST streams/<stream>               takes a batch; {size, note}, cosigned unless there is more
    GET  streams/<stream>?from=N        a batch
    POST roots/<stream> {sizes}         {roots}: tree roots in hex, null beyond what is held
    GET  notes/<stream>?after=M         {notes, mark, more}: cosigned checkpoints
    POST notes/<stream> {notes}         {}
    POST blobs/offer {shas}             {held, wanted, begun}: of those that entries here name;
                                        others are to be offered again when their entries are here;
                                        `begun` is how many bytes of one have come already
    PUT  blobs/<sha>?from=N&of=TOTAL    a piece of an attachment that an entry names; {size}
    GET  blobs/<sha>?from=N             an attachment's bytes from there on
    POST status {...}                   {wants}: attachments that are missing here

A stream is written by its origin and copied by the other side, so batches normally go one way. The
other way they give back what a node lost of its own stream, and are checked the same way.

A refusal is {error: words for people} with 400 (malformed), 401 (signature; `"clock": true` where
the clocks are apart, `"retired": true` where the key was replaced), 403, 404, 409 (a fork, with
the note `held` here; or a piece out of place, with the `offset` that is right), 413, 422 (entries
that do not fit), 429 (busy) or 507 (no room), the last two with Retry-After. Every answer has a
Date of this node's clock. Everything may be sent again.

A cosignature also says that what follows was not there yet (`Journal.not_before`), so a stream is
witnessed only at the size that its origin says is all: never before a village that comes back from
days offline has sent what it wrote meanwhile, else all of that would count as late. What another
node relays is cosigned without that second meaning.
"""

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from kiosk import clock, villages
from kiosk.attachments.blobs import BadBlobName, BlobMismatch
from kiosk.journal import checkpoint as notes
from kiosk.journal import regain
from kiosk.journal.entry import BodyMismatch
from kiosk.journal.log import BadEntries, ForkFound, Journal, StreamStopped, UnknownOrigin
from kiosk.journal.stops import RESTORED
from kiosk.node import Node
from kiosk.rules import codes
from kiosk.sync import (
    branches,
    chunks,
    contacts,
    references,
    room,
    rotation,
    signing,
    streams,
    wire,
)
from kiosk.sync import status as statuses
from kiosk.villages.commands import InvitationRefused
from kiosk.web import current_node
from kiosk.web.guard import limiter

RECOSIGN_SECONDS = 3600
"""How old a cosignature may be before an unchanged stream is witnessed again."""

NOTES_A_REQUEST = 200
SIZES_A_REQUEST = 256
ATTACHMENTS_AT_ONCE = 4
"""Requests with attachments that are served at a time, so that pages are served beside them."""

BUSY_SECONDS = 5
NO_ROOM_SECONDS = 3600

NOT_JOINED = "签名不对，或这台机器还没有加入。"
RETIRED = (
    "这台机器的密钥已经停用：本单位已在另一台机器上恢复，或者换过密钥。"
    "请不要再用这台机器发布，有疑问请联系上级。"
)
REVOKED = "这台机器的密钥已被上级停用，请联系上级，用恢复码重新办理。"

log = logging.getLogger(__name__)
blueprint = Blueprint("sync", __name__, url_prefix="/sync/v1")
_attachments = threading.BoundedSemaphore(ATTACHMENTS_AT_ONCE)


class Refused(Exception):
    """Answers `status` with {error, ...more}; `wait` seconds before it may be asked again."""

    def __init__(self, status: int, error: str, *, wait: int = 0, **more: Any) -> None:
        super().__init__(error)
        self.status, self.wait, self.more = status, wait, more


@blueprint.errorhandler(Refused)
def _refused(refusal: Refused) -> tuple[Response, int]:
    answer = jsonify(error=str(refusal), **refusal.more)
    if refusal.wait:
        answer.headers["Retry-After"] = str(refusal.wait)
    return answer, refusal.status


@blueprint.errorhandler(sqlite3.OperationalError)
@blueprint.errorhandler(OSError)
def _not_stored(error: Exception) -> tuple[Response, int]:
    log.warning("while answering %s %s: %s", request.method, request.path, error)
    busy = "locked" in str(error) or "busy" in str(error)
    if busy:
        return _refused(Refused(429, "上级的服务器正忙，稍后自动再传。", wait=BUSY_SECONDS))
    return _refused(Refused(507, "上级的服务器存不下了，稍后自动再传。", wait=10 * 60))


@blueprint.after_request
def _dated(response: Response) -> Response:
    response.headers["Date"] = format_datetime(clock.now().replace(microsecond=0), usegmt=True)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.before_request
def _only_signed() -> None:
    node = current_node()
    if not node.config.is_township:
        raise Refused(404, "这台机器不接收村里的记录（不是乡镇或县里的服务器）。请核对地址。")
    blob = request.endpoint == "sync.put_blob"
    request.max_content_length = chunks.CHUNK_LIMIT if blob else wire.MESSAGE_LIMIT
    joining = request.endpoint in ("sync.enrol", "sync.recover")
    query = request.query_string.decode("ascii", "replace")
    path = request.path + (f"?{query}" if query else "")
    message = signing.Message(request.method, path, dict(request.headers))
    try:
        g.peer, digest = signing.verify(
            message, _enrolling_key if joining else _enrolled_key, node.journal
        )
    except signing.ClockApart as error:
        raise Refused(401, "两边的时钟相差太大。", clock=True) from error
    except signing.SignatureRefused as error:
        raise _why_unknown(message, str(error)) from error
    if digest != signing.digest(hashlib.sha256(request.get_data()).digest()):
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
    return jsonify(_myself(node))


@blueprint.post("/recover")
@limiter.limit("300 per minute")
def recover() -> Response:
    node = current_node()
    journal = node.journal
    asked = _json()
    new = bytes.fromhex(_text(asked, "public_key"))
    try:
        code = villages.certify_recovery(journal, _text(asked, "code"), new)
    except InvitationRefused as error:
        raise Refused(403, str(error)) from error
    except StreamStopped as error:
        raise Refused(503, str(error)) from error
    (joined,) = [each for each in villages.children(journal) if each.code == code]
    said = villages.village(journal, code)
    return jsonify(
        **_myself(node),
        village={
            "code": code,
            "name": said.name if said else joined.name,
            "began": (said.began.isoformat() if said else joined.at[:10]),
            "contacts": said.contacts if said else {},
            "public_url": said.public_url if said else "",
            "host": joined.host,
        },
        old_keys=[
            {"public_key": key.hex(), "limits": limits}
            for key, limits in journal.retired_keys(code).items()
        ],
    )


@blueprint.post("/rotate")
def rotate() -> Response:
    journal = current_node().journal
    asked = _json()
    try:
        new = bytes.fromhex(_text(asked, "public_key"))
    except ValueError as error:
        raise Refused(400, "内容看不懂。") from error
    origin = journal.origin(g.peer)
    assert origin is not None
    if origin.public_key == new:
        return jsonify({})
    if not rotation.holds(g.peer, origin.public_key, new, _text(asked, "proof")):
        raise Refused(403, "新密钥的证明不对。")
    if not rotation.announced(journal, g.peer, new):
        raise Refused(422, "公开记录里还没有换密钥的说明，请先同步。")
    try:
        villages.certify(journal, g.peer, new, why="rotated")
    except StreamStopped as error:
        raise Refused(503, str(error)) from error
    return jsonify({})


@blueprint.post("/heads")
def heads() -> Response:
    journal = current_node().journal
    sizes = statuses.sizes(_json(), "sizes")
    _learn()
    found = {}
    for stream in _pushed():
        whole = sizes.get(stream) == journal.size(stream) and bool(sizes.get(stream))
        found[stream] = _head(journal, stream, cosigned(journal, stream) if whole else None)
    for stream in _pulled():
        found[stream] = _head(journal, stream, None)
        if sizes.get(stream, -1) in range(journal.size(stream) + 1):
            journal.release(stream, RESTORED, g.peer)
    return jsonify(found)


@blueprint.post("/streams/<origin>/<channel>")
def push(origin: str, channel: str) -> Response:
    journal = current_node().journal
    stream = _allowed(f"{origin}/{channel}")
    if stream in _relayed():
        _learn()
    try:
        got = wire.parse_batch(_json())
        size = wire.take(journal, stream, got)
    except ForkFound as fork:
        branches.keep(journal, stream, got)
        regain.note_shown_late(journal, stream)
        raise Refused(
            409, "上级留存的记录与本机的不一致（可能用旧备份恢复过）。", held=fork.held
        ) from fork
    except (BadEntries, BodyMismatch, UnknownOrigin, notes.SignatureWrong) as error:
        raise Refused(422, f"记录核对不上，没有收下：{error}") from error
    except ValueError as error:
        raise Refused(400, f"内容看不懂：{error}") from error
    regain.note_resolved(journal, stream, got.entries)
    if stream in _pulled():
        if stream.endswith("/public"):
            villages.learn_keys(journal, journal.code)
        if not got.more:
            journal.release(stream, RESTORED, g.peer)
        return jsonify(size=size, note=journal.checkpoint(stream))
    if not size or got.more:
        return jsonify(size=size, note=journal.checkpoint(stream))
    return jsonify(size=size, note=cosigned(journal, stream))


@blueprint.get("/streams/<origin>/<channel>")
def pull(origin: str, channel: str) -> Response:
    stream = _allowed(f"{origin}/{channel}")
    return jsonify(wire.batch(current_node().journal, stream, _number("from")))


@blueprint.post("/roots/<origin>/<channel>")
def roots(origin: str, channel: str) -> Response:
    journal = current_node().journal
    stream = _allowed(f"{origin}/{channel}")
    sizes = _json().get("sizes")
    if not isinstance(sizes, list) or len(sizes) > SIZES_A_REQUEST:
        raise Refused(400, "内容看不懂。")
    held = journal.size(stream)
    return jsonify(
        roots=[
            journal.root(stream, size).hex()
            if isinstance(size, int) and 0 <= size <= held
            else None
            for size in sizes
        ]
    )


@blueprint.get("/notes/<origin>/<channel>")
def get_notes(origin: str, channel: str) -> Response:
    stream = _allowed(f"{origin}/{channel}")
    after = _number("after")
    found = current_node().journal.notes(stream, after, NOTES_A_REQUEST)
    return jsonify(
        notes=wire.note_records(found),
        mark=found[-1].mark if found else after,
        more=len(found) == NOTES_A_REQUEST,
    )


@blueprint.post("/notes/<origin>/<channel>")
def post_notes(origin: str, channel: str) -> Response:
    stream = _allowed(f"{origin}/{channel}")
    trusted = not stream.startswith(f"{g.peer}/")
    try:
        wire.take_notes(current_node().journal, stream, _json().get("notes"), trusted=trusted)
    except (BadEntries, UnknownOrigin, notes.SignatureWrong) as error:
        raise Refused(422, f"签名核对不上，没有收下：{error}") from error
    except ValueError as error:
        raise Refused(400, f"内容看不懂：{error}") from error
    return jsonify({})


@blueprint.post("/blobs/offer")
def offer_blobs() -> Response:
    node = current_node()
    asked = _json().get("shas")
    if not isinstance(asked, list) or not all(isinstance(sha, str) for sha in asked):
        raise Refused(400, "内容看不懂。")
    references.note_new(node.journal)
    may_send = [*_pushed(), *_pulled()]
    known = [sha for sha in asked if references.names(node.journal, may_send, sha)]
    held = {sha for sha in known if node.blobs.has(sha)}
    wanted = [sha for sha in known if sha not in held]
    begun = {sha: chunks.offset(node.blobs, g.peer, sha) for sha in wanted}
    return jsonify(
        held=sorted(held), wanted=wanted, begun={sha: n for sha, n in begun.items() if n}
    )


@blueprint.put("/blobs/<sha>")
def put_blob(sha: str) -> Response:
    node = current_node()
    _named(sha)
    data = request.get_data()
    start, total = _number("from"), request.args.get("of", len(data), type=int)
    if not 0 <= total <= wire.BLOB_LIMIT:
        raise Refused(413, "附件太大。")
    if node.blobs.has(sha):
        return jsonify(size=total)
    if full := room.lacking(node, g.peer, total - start):
        raise Refused(507, full, wait=NO_ROOM_SECONDS)
    with _one_of_few():
        try:
            size = chunks.add(node.blobs, g.peer, sha, start, data, total)
        except chunks.OutOfPlace as error:
            raise Refused(409, "这一段接不上。", offset=error.offset) from error
        except BlobMismatch as error:
            raise Refused(422, "附件内容与名称不符。") from error
    if size == total:
        room.note(node.journal, sha, total)
    return jsonify(size=size)


@blueprint.get("/blobs/<sha>")
def get_blob(sha: str) -> Response:
    node = current_node()
    _named(sha)
    if not node.blobs.has(sha):
        raise Refused(404, "附件不在这里。")
    path, start = node.blobs.path(sha), _number("from")
    length = path.stat().st_size - start
    if length < 0:
        raise Refused(409, "这一段接不上。", offset=0)

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(start)
            while piece := file.read(1 << 16):
                yield piece

    answer = Response(pieces(), mimetype="application/octet-stream")
    answer.content_length = length
    return answer


@blueprint.post("/status")
def status() -> Response:
    node = current_node()
    contacts.succeeded(node.journal, g.peer, _json())
    references.note_new(node.journal)
    wants = references.lacking(node.journal, node.blobs, [*_pushed(), *_pulled()])
    return jsonify(wants=wants)


def cosigned(journal: Journal, stream: str) -> str:
    """The newest checkpoint held of a stream, witnessed by this node within the last hour."""
    size = journal.size(stream)
    bounds = stream.startswith(f"{g.peer}/")
    own = journal.origin(journal.code)
    assert own is not None
    times = journal.cosignature_times(stream, bounding=bounds, witness=own.witness_name)
    newest = max((at for held, at in times if held == size), default=None)
    if newest is None or (clock.now() - newest).total_seconds() >= RECOSIGN_SECONDS:
        return journal.cosign(stream, size, bounds=bounds)
    note = journal.checkpoint(stream, size)
    assert note is not None
    return note


def _myself(node: Node) -> dict[str, str]:
    own = node.config
    return {
        "code": own.code,
        "name": own.name,
        "host": own.host,
        "public_url": own.public_url,
        "public_key": node.key.public_key().public_bytes_raw().hex(),
    }


def _head(journal: Journal, stream: str, note: str | None) -> dict[str, Any]:
    size = journal.size(stream)
    if note is None and size:
        note = journal.checkpoint(stream)
    return {"size": size, "note": note, "signatures": journal.signature_counts(stream)}


def _pushed() -> list[str]:
    return [*streams.sent_up(g.peer), *_relayed()]


def _relayed() -> list[str]:
    """Streams of others that the peer hands on."""
    return streams.relayed(current_node().journal, g.peer)


def _pulled() -> list[str]:
    return streams.sent_down(current_node().config.code, g.peer)


def _learn() -> None:
    """The keys of those whose streams the peer hands on."""
    if streams.hands_on(g.peer):
        villages.learn_keys(current_node().journal, g.peer)


def _allowed(stream: str) -> str:
    if stream not in _pushed() and stream not in _pulled():
        raise Refused(403, "这不是本机可以交换的记录。")
    return stream


def _named(sha: str) -> None:
    node = current_node()
    references.note_new(node.journal)
    try:
        if references.names(node.journal, [*_pulled(), *_pushed()], sha):
            node.blobs.path(sha)
            return
    except BadBlobName as error:
        raise Refused(400, "内容看不懂。") from error
    raise Refused(403, "没有记录提到这个附件。")


def _number(name: str) -> int:
    found = request.args.get(name, 0, type=int)
    if not 0 <= found < 1 << 62:
        raise Refused(400, "起点不对。")
    return found


@contextmanager
def _one_of_few() -> Iterator[None]:
    """Attachments do not take every thread of the server."""
    if not _attachments.acquire(blocking=False):
        raise Refused(429, "上级的服务器正忙，附件稍后自动再传。", wait=BUSY_SECONDS)
    try:
        yield
    finally:
        _attachments.release()


def _enrolled_key(code: str) -> bytes | None:
    journal = current_node().journal
    origin = journal.origin(code)
    return origin.public_key if origin is not None and villages.is_child(journal, code) else None


def _why_unknown(message: signing.Message, reason: str) -> Refused:
    """What to answer to a signature that is not by a key in use: of a machine that was replaced
    the people in front of it must hear why."""
    journal = current_node().journal
    for code in [each.code for each in villages.children(journal)]:
        if f'"{code}"' not in message.headers.get("Signature-Input", ""):
            continue
        origin = journal.origin(code)
        old = [*journal.retired_keys(code)]
        if villages.revoked(journal, code) is not None and origin is not None:
            old.append(origin.public_key)
        for key in old:
            try:
                signing.verify(message, {code: key}.get, journal)
            except signing.SignatureRefused:
                continue
            words = REVOKED if origin is not None and key == origin.public_key else RETIRED
            return Refused(401, words, retired=True)
    return Refused(401, NOT_JOINED, reason=reason)


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
