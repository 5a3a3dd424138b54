"""One round of a village with its township: push, pull, attachments, status.

Every step starts from what the other side holds, so a round that was cut off anywhere is simply
followed by another one. What fails is put into words for people and kept with the contact.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from kiosk import clock
from kiosk import config as settings
from kiosk.attachments.blobs import BlobMismatch
from kiosk.config import Upstream
from kiosk.journal.checkpoint import NoteMalformed, SignatureWrong
from kiosk.journal.entry import BodyMismatch
from kiosk.journal.log import BadEntries, ForkFound, Origin, UnknownOrigin
from kiosk.node import Node
from kiosk.sync import contacts, references, status, streams, wire
from kiosk.sync.calls import AnsweredNo, Calls
from kiosk.sync.transport import Http, Transport, Unreachable
from kiosk.sync.wire import MessageMalformed

BLOBS_A_REQUEST = 500

log = logging.getLogger(__name__)

# Rounds of one folder follow each other: two at a time would only do the same work twice.
_running: dict[Path, threading.Lock] = {}
_guard = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """What a round did: entries and attachments moved each way, the township's clock minus ours,
    and `troubles` in plain Chinese, empty when all went well."""

    pushed: int = 0
    pulled: int = 0
    blobs_sent: int = 0
    blobs_got: int = 0
    offset: timedelta | None = None
    troubles: tuple[str, ...] = ()


class _Behind(Exception):
    """The township holds more of this node's stream than the node does: the database is old."""


@dataclass
class _Round:
    node: Node
    up: Upstream
    calls: Calls
    done: Outcome = field(default_factory=Outcome)

    def add(self, **more: int) -> None:
        self.done = replace(
            self.done, **{name: getattr(self.done, name) + count for name, count in more.items()}
        )

    def trouble(self, words: str) -> None:
        if words not in self.done.troubles:
            self.done = replace(self.done, troubles=(*self.done.troubles, words))


def upstream(node: Node) -> Upstream | None:
    """The township of this node, also where it was joined after the node was opened."""
    return node.config.upstream or settings.load(node.config.dir).upstream


def scheduled_round(node: Node) -> Outcome | None:
    """A round, unless the last ones failed and it is too early for another; None then.

    What was written while it ran follows in a second one, so that nothing waits for the clock.
    """
    up = upstream(node)
    if up is None:
        return None
    contact = contacts.last_contact(node.journal, up.code)
    if contact and contact.next_attempt and clock.now() < contact.next_attempt:
        return None
    done = round(node)
    if not done.troubles and status.waiting(node):
        done = round(node)
    return done


def round(
    node: Node,
    transport: Transport | None = None,
    *,
    random: Callable[[], float] = random.random,
) -> Outcome:
    """One round now. What goes wrong with the network or the other side is in `troubles` and on
    file with the contact, never raised."""
    up = upstream(node)
    if up is None:
        return Outcome(troubles=("还没有加入乡镇。请先向乡镇要加入码，再运行 kiosk enrol。",))
    with _one_at_a_time(node):
        if transport is not None:
            done = _whole(_Round(node, up, Calls(node.config.code, node.key, transport)))
        else:
            with Http(up.url) as http:
                done = _whole(_Round(node, up, Calls(node.config.code, node.key, http)))
        if done.troubles:
            log.warning("sync with %s: %s", up.code, " ".join(done.troubles))
            contacts.failed(node.journal, up.code, " ".join(done.troubles), random)
        else:
            contacts.succeeded(
                node.journal,
                up.code,
                {"offset": int(done.offset.total_seconds()) if done.offset else 0},
            )
    return done


def _whole(this: _Round) -> Outcome:
    try:
        journal = this.node.journal
        own = streams.sent_up(journal.code)
        heads = this.calls.post("/heads", {"sizes": {each: journal.size(each) for each in own}})
        if not isinstance(heads, dict):
            raise MessageMalformed("no heads")
        for stream in own:
            with _stream_trouble(this):
                _push(this, stream, heads)
        for stream in _pulled(this):
            with _stream_trouble(this):
                _pull(this, stream, heads)
        with _stream_trouble(this):
            _send_blobs(this)
        with _stream_trouble(this):
            _get_blobs(this)
        this.calls.post("/status", _status(this))
    except (Unreachable, AnsweredNo) as error:
        this.trouble(str(error))
    except MessageMalformed:
        this.trouble("镇里服务器的回答看不懂，两边的程序版本可能不同。")
    return replace(this.done, offset=this.calls.offset)


@contextmanager
def _stream_trouble(this: _Round) -> Iterator[None]:
    """Trouble with one stream does not keep the others from going on."""
    try:
        yield
    except ForkFound as fork:
        this.trouble(f"{fork.stream}：两边的记录互相矛盾，已留存双方签名作为证据，请联系乡镇。")
    except _Behind:
        this.trouble(
            "本机的记录比镇里留存的少（可能用旧备份恢复过）。请先联系乡镇恢复，再发布新内容。"
        )
    except AnsweredNo as error:
        this.trouble(str(error))
    except (
        BadEntries,
        BodyMismatch,
        BlobMismatch,
        NoteMalformed,
        SignatureWrong,
        UnknownOrigin,
        MessageMalformed,
    ) as error:
        log.warning("while syncing with %s: %s", this.up.code, error)
        this.trouble("镇里发来的内容核对不上，没有收下。")


def _push(this: _Round, stream: str, heads: dict[str, Any]) -> None:
    journal = this.node.journal
    there, note = _head(heads, stream)
    own = journal.size(stream)
    if note is not None:
        if there > own:
            _show_ours(this, stream, own, note)
            raise _Behind
        _keep_cosignature(this, stream, there, note)
    while there < own:
        batch = wire.batch(journal, stream, there)
        answer = this.calls.post(f"/streams/{stream}", batch)
        size = answer.get("size") if isinstance(answer, dict) else None
        if not isinstance(size, int) or size <= there:
            raise MessageMalformed("the push was not taken")
        this.add(pushed=size - there)
        _keep_cosignature(this, stream, size, answer.get("note"))
        there = size


def _keep_cosignature(this: _Round, stream: str, size: int, note: Any) -> None:
    if not isinstance(note, str):
        raise MessageMalformed("no cosigned checkpoint")
    witness = Origin(this.up.code, this.up.host, this.up.public_key)
    try:
        this.node.journal.add_cosignatures(stream, note, witness)
    except BadEntries:
        # Signed by this node's key, and not of the history held here.
        _show_ours(this, stream, size, note)
        raise


def _show_ours(this: _Round, stream: str, size: int, theirs: str) -> None:
    """Shows the township our history over `size` entries, where it holds `theirs`.

    Raises ForkFound where they exclude each other; both sides then have the proof on file.
    """
    ours = this.node.journal.checkpoint(stream, size) if size else None
    if ours is None:
        return
    try:
        this.calls.post(
            f"/streams/{stream}", {"from": size, "old": ours, "entries": [], "note": None}
        )
    except AnsweredNo as refusal:
        if refusal.status != 409:
            raise
        fork = ForkFound(stream, ours, theirs)
        this.node.journal.note_fork(fork)
        raise fork from refusal


def _pulled(this: _Round) -> list[str]:
    return streams.sent_down(this.up.code, this.node.config.code)


def _pull(this: _Round, stream: str, heads: dict[str, Any]) -> None:
    journal = this.node.journal
    there, note = _head(heads, stream)
    held = journal.size(stream)
    if there <= held:
        if note is not None and note != journal.checkpoint(stream):
            journal.take(stream, [], note)
        return
    while held < there:
        got = wire.parse_batch(this.calls.get(f"/streams/{stream}?from={held}"))
        size = wire.take(journal, stream, got)
        if size <= held:
            raise MessageMalformed("the batch brought nothing")
        this.add(pulled=size - held)
        held = size


def _send_blobs(this: _Round) -> None:
    journal, blobs = this.node.journal, this.node.blobs
    references.note_new(journal)
    own = streams.sent_up(journal.code)
    waiting = [sha for sha in references.unsettled(journal, own) if blobs.has(sha)]
    for start in range(0, len(waiting), BLOBS_A_REQUEST):
        asked = waiting[start : start + BLOBS_A_REQUEST]
        answer = this.calls.post("/blobs/offer", {"shas": asked})
        try:
            held, wanted = set(answer["held"]), set(answer["wanted"])
        except (KeyError, TypeError) as error:
            raise MessageMalformed("no answer to an offer of attachments") from error
        # An entry written since the push is not there yet: its attachments wait for the next round.
        references.settle(journal, own, [sha for sha in asked if sha in held])
        for sha in asked:
            if sha in wanted:
                with blobs.path(sha).open("rb") as file:
                    this.calls.upload(f"/blobs/{sha}", sha, file)
                this.add(blobs_sent=1)
                references.settle(journal, own, [sha])


def _get_blobs(this: _Round) -> None:
    journal, blobs = this.node.journal, this.node.blobs
    theirs = _pulled(this)
    for sha in references.unsettled(journal, theirs):
        if not blobs.has(sha):
            try:
                blobs.put_stream(this.calls.download(f"/blobs/{sha}"), expected=sha)
            except AnsweredNo as refusal:
                if refusal.status == 404:
                    continue
                raise
            this.add(blobs_got=1)
        references.settle(journal, theirs, [sha])


def _status(this: _Round) -> dict[str, Any]:
    return status.of(this.node, this.up.code, offset=this.calls.offset, troubles=this.done.troubles)


def _head(heads: dict[str, Any], stream: str) -> tuple[int, str | None]:
    try:
        size, note = heads[stream]["size"], heads[stream]["note"]
    except (KeyError, TypeError) as error:
        raise MessageMalformed(f"no head of {stream}") from error
    if not isinstance(size, int) or size < 0 or not (note is None or isinstance(note, str)):
        raise MessageMalformed(f"no head of {stream}")
    return size, note


@contextmanager
def _one_at_a_time(node: Node) -> Iterator[None]:
    with _guard:
        lock = _running.setdefault(Path(node.config.dir).resolve(), threading.Lock())
    with lock:
        yield
