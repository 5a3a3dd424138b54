"""A fork of this node's own streams, mended: the witnessed history stands, ours follows it.

The witnessed history is the one that the node above holds. A township without a county has no
witness of its own streams; its villages' copies take that place, which they show by themselves
when they find that the two exclude each other (`branches`). See `journal.regain` for what happens
to the entries that only this node has.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.config import Upstream
from kiosk.journal import regain
from kiosk.journal.checkpoint import NoteMalformed, SignatureWrong
from kiosk.journal.entry import BodyMismatch, Entry
from kiosk.journal.log import BadEntries, Journal
from kiosk.journal.regain import Replayed
from kiosk.journal.stops import FORKED
from kiosk.node import Node
from kiosk.sync import branches, client, comparing, exchange, references, rounds
from kiosk.sync.calls import AnsweredNo, Calls
from kiosk.sync.rounds import Round
from kiosk.sync.transport import Http, Transport, Unreachable
from kiosk.sync.wire import MessageMalformed


class MendRefused(ValueError):
    """The fork cannot be mended now; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Mended:
    """A stream that was mended, and what that did."""

    stream: str
    done: Replayed


def forked(journal: Journal) -> list[str]:
    """Own streams that are forked and stopped."""
    return sorted(stream for stream, why in journal.stopped().items() if why == FORKED)


def mend(node: Node, transport: Transport | None = None) -> list[Mended]:
    """Mends every forked own stream, and syncs. Raises MendRefused; what was mended stays so."""
    streams = forked(node.journal)
    if not streams:
        raise MendRefused("本机的记录没有分叉，不用恢复。")
    up = client.upstream(node)
    if up is None:
        return [_mended(node, stream, _from_branch) for stream in streams]
    try:
        if transport is not None:
            found = _with(node, up, transport, streams)
        else:
            with Http(up.url) as http:
                found = _with(node, up, http, streams)
    except (Unreachable, AnsweredNo) as error:
        raise MendRefused(f"没有恢复：{error}") from error
    except MessageMalformed as error:
        raise MendRefused("没有恢复：上级服务器的回答看不懂，两边的程序版本可能不同。") from error
    client.round(node, transport)
    return found


Source = Callable[[Node, str], tuple[int, list[Entry], str] | None]
"""The witnessed history of a stream: where it differs from ours, its entries from there on, and
the checkpoint over it; None where there is none."""


def _with(node: Node, up: Upstream, transport: Transport, streams: list[str]) -> list[Mended]:
    calls = Calls(node.config.code, node.key, transport)
    this = Round(node, up, calls)
    this.heads = rounds.heads(calls.post("/heads", {"sizes": {}}))

    def above(node: Node, stream: str) -> tuple[int, list[Entry], str] | None:
        if stream not in this.heads:
            return None  # one that it does not read
        common = comparing.common_size(calls, node.journal, stream)
        entries, note = exchange.download(this, stream, common)
        if note is not None:
            return common, entries, note
        # Nothing there excludes ours any more: the node above lost what did.
        size = node.journal.size(stream)
        ours = node.journal.checkpoint(stream, size)
        return None if ours is None else (size, [], ours)

    def anywhere(node: Node, stream: str) -> tuple[int, list[Entry], str] | None:
        return _from_branch(node, stream) or above(node, stream)

    return [_mended(node, stream, anywhere) for stream in streams]


def _mended(node: Node, stream: str, source: Source) -> Mended:
    journal = node.journal
    try:
        found = source(node, stream)
        if found is None:
            raise MendRefused(f"{stream}：还没有拿到对方留存的记录。请等对方下一次联网，再按一次。")
        common, entries, note = found
        with journal.writing():
            done = regain.replay(journal, stream, common, entries, note)
            references.forget(journal, stream, common)
            branches.drop(journal, stream)
    except (BadEntries, BodyMismatch, NoteMalformed, SignatureWrong) as error:
        raise MendRefused(f"{stream}：对方留存的记录核对不上，没有恢复。请联系上级。") from error
    return Mended(stream, done)


def _from_branch(node: Node, stream: str) -> tuple[int, list[Entry], str] | None:
    found = branches.find(node.journal, stream)
    if found is None or found.note is None:
        return None
    return found.start, found.entries, found.note
