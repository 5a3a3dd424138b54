"""One round of a node with the one above it: streams both ways, attachments, status.

Every step starts from what the other side holds, so a round that was cut off anywhere is simply
followed by another one. What fails is put into words for people and kept with the contact.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiosk import clock, villages
from kiosk import config as settings
from kiosk.attachments.blobs import BlobMismatch
from kiosk.config import Upstream
from kiosk.journal.checkpoint import NoteMalformed, SignatureWrong
from kiosk.journal.entry import BodyMismatch
from kiosk.journal.log import BadEntries, ForkFound, UnknownOrigin
from kiosk.node import Node
from kiosk.sync import calls as requests
from kiosk.sync import carrying, contacts, exchange, marks, rounds, status, streams
from kiosk.sync.calls import AnsweredNo, Calls
from kiosk.sync.rounds import Outcome, Round
from kiosk.sync.transport import Http, Transport, Unreachable
from kiosk.sync.wire import MessageMalformed

__all__ = ["Outcome", "round", "scheduled_round", "upstream"]

MANY = 500
"""From so many waiting entries on the other side is told first what is coming, and once more
when they are there."""

ROUNDS_IN_A_ROW = 200

log = logging.getLogger(__name__)

# Rounds of one folder follow each other: two at a time would only do the same work twice.
_running: dict[Path, threading.Lock] = {}
_guard = threading.Lock()


def upstream(node: Node) -> Upstream | None:
    """The node above this one, also where it was joined after this one was opened."""
    return node.config.upstream or settings.load(node.config.dir).upstream


def scheduled_round(node: Node) -> Outcome | None:
    """A round, unless the last ones failed and it is too early for another; None then.

    What was written while it ran, and attachments for which its time was too short, follow in
    further ones, so that nothing waits for the clock.
    """
    up = upstream(node)
    if up is None:
        return None
    contact = contacts.last_contact(node.journal, up.code)
    if contact and contact.next_attempt:
        wait = (contact.next_attempt - clock.now()).total_seconds()
        # Longer than that nobody waits: the clock was turned back meanwhile.
        if 0 < wait <= requests.LONGEST_WAIT:
            return None
    done = round(node)
    for _ in range(ROUNDS_IN_A_ROW):
        if done.troubles or not (done.more or status.waiting(node)):
            break
        more, before = done.more, status.waiting(node)
        done = round(node)
        if not more and status.waiting(node) >= before:
            break
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
        try:
            if transport is not None:
                done = _whole(_begun(node, up, transport))
            else:
                with Http(up.url) as http:
                    done = _whole(_begun(node, up, http))
        finally:
            marks.drop(node.journal, marks.PROGRESS)
        if done.troubles:
            log.warning("sync with %s: %s", up.code, " ".join(done.troubles))
            contacts.failed(node.journal, up.code, " ".join(done.troubles), random, done.wait)
        else:
            contacts.succeeded(
                node.journal,
                up.code,
                {"offset": int(done.offset.total_seconds()) if done.offset else 0},
            )
    return done


def _begun(node: Node, up: Upstream, transport: Transport) -> Round:
    return Round(
        node,
        up,
        Calls(node.config.code, node.key, transport),
        relayed=streams.relayed(node.journal, node.config.code),
    )


def _whole(this: Round) -> Outcome:
    try:
        _exchange(this)
    except (Unreachable, AnsweredNo) as error:
        this.trouble(str(error), getattr(error, "retry_after", None))
    except MessageMalformed:
        this.trouble("上级服务器的回答看不懂，两边的程序版本可能不同。")
    return replace(this.done, offset=this.calls.offset)


def _exchange(this: Round) -> None:
    journal = this.node.journal
    up = [*streams.sent_up(journal.code), *this.relayed]
    down = streams.sent_down(this.up.code, journal.code)
    sizes = {each: journal.size(each) for each in [*up, *down]}
    this.heads = rounds.heads(this.calls.post("/heads", {"sizes": sizes}))
    much = status.waiting(this.node) >= MANY
    if much:
        this.calls.post("/status", _status(this))
    for stream in streams.sent_up(journal.code):
        with _stream_trouble(this):
            exchange.send_up(this, stream)
    if any(stream not in this.heads for stream in this.relayed):
        # The node above has only now learnt from our own stream who they are.
        this.heads |= rounds.heads(this.calls.post("/heads", {"sizes": sizes}))
    for stream in this.relayed:
        if stream in this.heads:
            with _stream_trouble(this):
                exchange.send_up(this, stream)
    for stream in down:
        with _stream_trouble(this):
            exchange.bring_down(this, stream)
    villages.learn_keys(journal, this.up.code)
    if much:
        this.calls.post("/status", _status(this))  # the entries are there, attachments take longer
    with _stream_trouble(this):
        carrying.send(this)
    with _stream_trouble(this):
        carrying.fetch(this)
    answer = this.calls.post("/status", _status(this))
    wants = answer.get("wants") if isinstance(answer, dict) else None
    if isinstance(wants, list) and not this.done.more:
        with _stream_trouble(this):
            carrying.give(this, [str(sha) for sha in wants])


@contextmanager
def _stream_trouble(this: Round) -> Iterator[None]:
    """Trouble with one stream does not keep the others from going on."""
    try:
        yield
    except ForkFound as fork:
        this.trouble(_fork_words(this, fork.stream))
    except AnsweredNo as error:
        if error.status == 401:
            raise
        this.trouble(str(error), error.retry_after)
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
        this.trouble("上级发来的内容核对不上，没有收下。")


def _fork_words(this: Round, stream: str) -> str:
    if stream.startswith(f"{this.node.config.code}/"):
        return (
            f"{stream}：本机的记录与{this.up.name}留存的互相矛盾（可能用旧备份恢复过，"
            "或复制过硬盘），已暂停发布，双方签名已留作证据。请按提示恢复记录。"
        )
    return f"{stream}：两边的记录互相矛盾，已留存双方签名作为证据，请联系{this.up.name}。"


def _status(this: Round) -> dict[str, Any]:
    return status.of(this.node, this.up.code, offset=this.calls.offset, troubles=this.done.troubles)


@contextmanager
def _one_at_a_time(node: Node) -> Iterator[None]:
    with _guard:
        lock = _running.setdefault(Path(node.config.dir).resolve(), threading.Lock())
    with lock:
        yield
