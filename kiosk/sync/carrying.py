"""The attachments of one round, the newest notices' first, in pieces that a cut does not undo.

They may take hours on a bad line, and entries must not wait for them: after BUDGET a round ends
and the next one goes on where it stopped. Where the other side has no room or is busy, they wait
as long as it says, and entries go on.
"""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk import clock
from kiosk.attachments.blobs import BlobMismatch
from kiosk.journal.log import Journal
from kiosk.sync import chunks, marks, references, streams
from kiosk.sync.calls import AnsweredNo
from kiosk.sync.rounds import Round
from kiosk.sync.wire import MessageMalformed

BLOBS_A_REQUEST = 500
BUDGET = 60.0
"""Seconds of a round for attachments."""

NO_ROOM, BUSY = 507, 429
WAIT = "attachments wait"


def send(this: Round) -> None:
    """Sends what entries of this node name and the other side lacks."""
    journal, blobs = this.node.journal, this.node.blobs
    references.note_new(journal)
    own = [*streams.sent_up(journal.code), *this.relayed]
    waiting = [sha for sha in references.unsettled(journal, own) if blobs.has(sha)]
    if not waiting or _must_wait(this):
        return
    _offer(this, waiting, own)


def give(this: Round, wanted: list[str]) -> None:
    """Sends what the other side said it lost, of any stream, as far as it is here."""
    known = [sha for sha in wanted if references.is_named(this.node.journal, sha)]
    found = [sha for sha in known if this.node.blobs.has(sha)]
    if found and not _must_wait(this):
        _offer(this, found, streams.sent_up(this.node.config.code))


def _offer(this: Round, waiting: list[str], own: list[str]) -> None:
    """Offers attachments and sends those that are wanted, in the order given."""
    journal, blobs = this.node.journal, this.node.blobs
    until = time.monotonic() + BUDGET
    sent = 0
    for asked in _parts(waiting):
        answer = this.calls.post("/blobs/offer", {"shas": asked})
        try:
            held, wanted = set(answer["held"]), set(answer["wanted"])
            begun = {str(sha): int(n) for sha, n in answer.get("begun", {}).items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MessageMalformed("no answer to an offer of attachments") from error
        # An entry written since the push is not there yet: its attachments wait for the next round.
        references.settle(journal, own, [sha for sha in asked if sha in held])
        for sha in (sha for sha in asked if sha in wanted):
            this.progress("附件", sent, len(waiting))
            try:
                done = _upload(this, sha, blobs.path(sha), begun.get(sha, 0), until)
            except AnsweredNo as refusal:
                if refusal.status not in (NO_ROOM, BUSY):
                    raise
                _wait(this, refusal)
                return
            if not done:
                this.leave_the_rest()
                return
            sent += 1
            this.add(blobs_sent=1)
            references.settle(journal, own, [sha])


def fetch(this: Round) -> None:
    """Fetches what entries name and is not here: of the other node's streams, and of own ones
    where they were lost."""
    journal, blobs = this.node.journal, this.node.blobs
    references.note_new(journal)
    own = streams.sent_up(journal.code)
    theirs = streams.sent_down(this.up.code, journal.code)
    until = time.monotonic() + BUDGET
    missing = [sha for sha in references.unsettled(journal, [*theirs, *own]) if not blobs.has(sha)]
    for done, sha in enumerate(missing):
        this.progress("附件", done, len(missing))
        if time.monotonic() > until:
            this.leave_the_rest()
            return
        try:
            _download(this, sha)
        except AnsweredNo as refusal:
            if refusal.status == BUSY:
                this.leave_the_rest()
                return
            if refusal.status in (403, 404):
                continue
            raise
        this.add(blobs_got=1)
        references.settle(journal, [*theirs, *own], [sha])
    for sha in references.unsettled(journal, theirs):
        if blobs.has(sha):
            references.settle(journal, theirs, [sha])


def waits(journal: Journal) -> str:
    """Why attachments are not sent for now, in plain Chinese; "" where they are."""
    try:
        said = json.loads(marks.get(journal, WAIT) or "{}")
        if clock.now() < datetime.fromisoformat(said["until"]):
            return str(said["words"])
    except (KeyError, ValueError):
        pass
    return ""


def _must_wait(this: Round) -> bool:
    return bool(waits(this.node.journal))


def _wait(this: Round, refusal: AnsweredNo) -> None:
    until = clock.now() + (refusal.retry_after or timedelta(minutes=1))
    said = {"until": until.isoformat(timespec="seconds"), "words": str(refusal)}
    marks.put(this.node.journal, WAIT, json.dumps(said, ensure_ascii=False))


def _upload(this: Round, sha: str, path: Path, start: int, until: float) -> bool:
    """Sends an attachment from `start` on; whether all of it went before `until`."""
    total = path.stat().st_size
    tries = 0
    with path.open("rb") as file:
        while True:
            file.seek(start)
            piece = file.read(chunks.CHUNK)
            try:
                answer = this.calls.put(f"/blobs/{sha}?from={start}&of={total}", piece)
                start += len(piece)
            except AnsweredNo as refusal:
                there = refusal.more.get("offset")
                if refusal.status != 409 or not isinstance(there, int) or tries:
                    raise
                start, tries = min(there, total), tries + 1
                continue
            if isinstance(answer, dict) and answer.get("size") == total:
                return True
            if start >= total:
                raise MessageMalformed("the attachment was not taken")
            if time.monotonic() > until:
                return False


def _download(this: Round, sha: str) -> None:
    blobs, peer = this.node.blobs, this.up.code
    start = chunks.offset(blobs, peer, sha)
    try:
        chunks.append(blobs, peer, sha, this.calls.download(f"/blobs/{sha}?from={start}"))
        chunks.finish(blobs, peer, sha)
    except BlobMismatch:
        if not start:
            raise
        # What was left of an earlier try may have been damaged: once from the beginning.
        chunks.append(blobs, peer, sha, this.calls.download(f"/blobs/{sha}?from=0"))
        chunks.finish(blobs, peer, sha)


def _parts(found: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(found), BLOBS_A_REQUEST):
        yield found[start : start + BLOBS_A_REQUEST]
