"""What must hold when a round is over: nothing acknowledged lost, nothing doubled, all proven."""

import json
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from flask import Flask
from werkzeug.serving import make_server

from kiosk import clock, create_app
from kiosk.attachments import named
from kiosk.journal import checkpoint as notes
from kiosk.journal import verify
from kiosk.journal.entry import Entry
from kiosk.node import Node, open_node
from kiosk.sync import client, mending
from kiosk.sync.transport import InProcess
from tests.faults.nodes import Ack, Running
from tests.sync import auditor
from tests.sync.auditor import Audit
from tests.sync.servers import TOWNSHIP, VILLAGE

FROM_VILLAGE = (f"{VILLAGE}/public", f"{VILLAGE}/parent")
FROM_TOWNSHIP = (f"{TOWNSHIP}/public", f"{TOWNSHIP}/{VILLAGE}")
ROUNDS_TO_REST = 4
MARK = re.compile(r"mark[0-9a-f]{16}")
MARK_ON_DISK = re.compile(MARK.pattern.encode())


def at_rest(
    village: Running,
    township: Running,
    by_village: list[Ack],
    by_township: list[Ack],
    audit: Audit | None,
    may_lack: frozenset[str] = frozenset(),
) -> None:
    """Both sides hold the same, all that was acknowledged, once, witnessed, and nothing else is
    wrong; what was erased is on neither disk."""
    with opened(village) as one, opened(township) as other:
        app = create_app(other)
        settled(one, InProcess(app))
        assert not one.journal.forks()
        assert not other.journal.forks()
        same(one, other, by_village, by_township, may_lack)
        audited(one, audit)
        audited(other, audit, app)
        gone = erased_marks(one, by_village) | erased_marks(other, by_township)
    for running in (village, township):
        not_on_disk(running, gone)


def mended(
    village: Running,
    township: Running,
    by_village: list[Ack],
    by_township: list[Ack],
    audit: Audit | None,
    may_lack: frozenset[str] = frozenset(),
) -> None:
    """One of the two runs on an old copy. Where that made two histories, both have the evidence
    and people are told, until they do what they are told to do; then both sides hold the same,
    with all of `by_village` and `by_township` in their places and what was written on the old copy
    behind them."""
    with opened(village) as one, opened(township) as other:
        app = create_app(other)
        wire = InProcess(app)
        done = later(one, wire)
        forks_are_told(one, other, done.troubles)
        mend(one, wire)
        mend(other, None)
        settled(one, wire)
        assert not one.journal.forks(resolved=False)
        assert not other.journal.forks(resolved=False)
        same(one, other, by_village, by_township, may_lack)
        audited(one, audit)
        audited(other, audit, app)


def clone_is_mended(
    village: Running, clone: Running, township: Running, audit: Audit | None
) -> None:
    """Of village and clone, each stream has one winner; the other one is told, with evidence, and
    can mend it; then all hold the same."""
    with opened(village) as one, opened(clone) as two, opened(township) as other:
        app = create_app(other)
        wire = InProcess(app)
        for node in (one, two):
            forks_are_told(node, other, later(node, wire).troubles)
        lost = [(node, stream) for node in (one, two) for stream in conflicts(node, other)]
        # What one of them sent first was extended by the other, or excluded by it.
        assert len({stream for _, stream in lost}) == len(lost)
        for node in (one, two):
            mend(node, wire)
        for node in (one, two):
            settled(node, wire)
        settled(one, wire)
        for node in (one, two):
            assert not node.journal.forks(resolved=False)
            same(node, other, [], township.acknowledged())
            audited(node, audit)
        assert not other.journal.forks(resolved=False)
        audited(other, audit, app)


def same(
    one: Node,
    other: Node,
    by_village: list[Ack],
    by_township: list[Ack],
    may_lack: frozenset[str] = frozenset(),
) -> None:
    """Village and township hold the same, witnessed, and all that was acknowledged, with all
    attachments but those of `may_lack`, which were on a lost disk only."""
    for stream in (*FROM_VILLAGE, *FROM_TOWNSHIP):
        assert one.journal.read(stream) == other.journal.read(stream), stream
    for stream in FROM_VILLAGE:
        size = one.journal.size(stream)
        assert one.journal.cosigned_size(stream) == other.journal.cosigned_size(stream) == size
    holds(one, by_village)
    holds(other, by_township)
    holds(one, [ack for ack in by_township if ack["stream"] in FROM_TOWNSHIP])
    holds(other, [ack for ack in by_village if ack["stream"] in FROM_VILLAGE])
    for node in (one, other):
        assert not node.journal.stopped()
        nothing_twice(node)
        sound(node, may_lack)


def conflicts(one: Node, other: Node) -> list[str]:
    """Streams of which the two hold histories that exclude each other."""
    found = []
    for stream in (*FROM_VILLAGE, *FROM_TOWNSHIP):
        ours, theirs = one.journal.read(stream), other.journal.read(stream)
        both = min(len(ours), len(theirs))
        if [each.leaf for each in ours[:both]] != [each.leaf for each in theirs[:both]]:
            found.append(stream)
    return found


def forks_are_told(one: Node, other: Node, troubles: tuple[str, ...]) -> None:
    """Of every conflict both sides have evidence, and people have been told."""
    for stream in conflicts(one, other):
        assert any(stream in words for words in troubles), (stream, troubles)
        evidence_is_kept(one, other, stream)


def mend(node: Node, wire: InProcess | None) -> None:
    """What people are told to do when their own stream is forked. Nothing readable that they had
    written is lost by it, nor doubled."""
    forked = mending.forked(node.journal)
    if not forked:
        return
    before = [entry for stream in forked for entry in node.journal.read(stream)]
    mending.mend(node, wire)
    assert not mending.forked(node.journal)
    after = [entry for stream in forked for entry in node.journal.read(stream)]
    # The witnessed history may have erased what both had.
    erased = {entry.body_hash for entry in after if entry.body is None}
    kept = [entry for entry in before if entry.body_hash not in erased]
    assert set(marks_in(kept)) - set(marks_in(after)) == set()
    nothing_twice(node)


def audited(node: Node, audit: Audit | None, app: Flask | None = None) -> None:
    """The auditor accepts every public stream that the node serves."""
    if audit is None:
        return
    with served(app or create_app(node)) as url:
        for stream in node.journal.streams():
            origin, _, channel = stream.partition("/")
            if channel == "public":
                prefix = f"{url}/streams/{origin}/public"
                done = audit(prefix, *auditor.keys(prefix))
                assert done.returncode == 0, f"{stream}: {done.stdout}{done.stderr}"


def settled(one: Node, wire: InProcess) -> None:
    for _ in range(ROUNDS_TO_REST):
        done = later(one, wire)
        if done == client.Outcome(offset=done.offset):
            break
    assert done.troubles == ()


def later(node: Node, wire: InProcess) -> client.Outcome:
    """A round an hour later: what waits for room or for its turn does not wait any more."""
    with clock.set_to(clock.now() + timedelta(hours=1)):
        return client.round(node, wire)


def holds(node: Node, acks: list[Ack]) -> None:
    """Every acknowledged entry stands where it was acknowledged."""
    streams = read(node, acks)
    for ack in acks:
        entries = streams[ack["stream"]]
        assert ack["seq"] < len(entries), f"lost: {ack}"
        entry = entries[ack["seq"]]
        assert entry.body_hash.hex() == ack["hash"], f"another in its place: {ack} {entry}"
        if ack["erases"] is not None:
            assert entries[ack["erases"]].body is None, f"not erased: {ack}"


def nothing_twice(node: Node) -> None:
    for stream in node.journal.streams():
        found = Counter(marks_in(node.journal.read(stream)))
        assert [mark for mark, count in found.items() if count > 1] == [], stream


def marks_in(entries: Iterable[Entry]) -> list[str]:
    """The marks of what is written in entries, once for each that has it. An erasure's own mark
    does not count: what it erased may be left behind, and it then, too."""
    return [
        mark
        for entry in entries
        if entry.body is not None and entry.kind not in ("entry.erased", "fork.resolved")
        for mark in set(MARK.findall(json.dumps(entry.body)))
    ]


def sound(node: Node, may_lack: frozenset[str]) -> None:
    """Streams, signatures and tables verify; the attachments that shared streams name are there;
    the database file is whole."""
    assert list(verify.faults(node.journal)) == []
    assert list(named.faults(node.blobs, sorted(attachments(node) - may_lack))) == []
    with closing(sqlite3.connect(node.config.dir / "node.db")) as db:
        found = [words for (words,) in db.execute("PRAGMA integrity_check")]
    # SQLite 3.40 says so, wrongly, of every table WITHOUT ROWID whose key is not its first columns.
    assert [words for words in found if not words.startswith("NULL value in ")] in ([], ["ok"])


def attachments(node: Node) -> frozenset[str]:
    """What the entries of shared streams name."""
    return frozenset(
        sha
        for stream in (*FROM_VILLAGE, *FROM_TOWNSHIP)
        for entry in node.journal.read(stream)
        for sha in named.named_in(entry.body)
    )


def evidence_is_kept(one: Node, other: Node, stream: str) -> None:
    """Both have two notes on file that the stream's origin signed and that exclude each other."""
    origin = other.journal.origin(stream.split("/", 1)[0])
    assert origin is not None
    key = notes.vkey(origin.name(stream), origin.public_key)
    for node in (one, other):
        forks = [fork for fork in node.journal.forks() if fork["stream"] == stream]
        assert forks, f"no evidence for {stream} in {node.config.dir.name}"
        for fork in forks:
            held, seen = (notes.open_note(fork[side], [key]) for side in ("held", "seen"))
            assert held.text != seen.text


def erased_marks(node: Node, acks: list[Ack]) -> set[str]:
    """Texts that stood in bodies which are erased by now."""
    streams = read(node, acks)
    return {ack["mark"] for ack in acks if streams[ack["stream"]][ack["seq"]].erased}


def read(node: Node, acks: list[Ack]) -> dict[str, list[Entry]]:
    """The streams that the acknowledgements are about."""
    return {stream: node.journal.read(stream) for stream in {ack["stream"] for ack in acks}}


def not_on_disk(running: Running, marks: set[str]) -> None:
    for path in running.dir.glob("node.db*"):
        found = {mark.decode() for mark in MARK_ON_DISK.findall(path.read_bytes())}
        assert found & marks == set(), path


@contextmanager
def opened(running: Running) -> Iterator[Node]:
    node = open_node(running.dir)
    try:
        yield node
    finally:
        node.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
