"""The streams of one round: what is new goes up, what is addressed to this node comes down.

Each side may have lost something, so every stream goes both ways: a node that holds less of its
own stream than the other side fetches its own entries back, and gives the other side's back to it.
Two histories that exclude each other are a fork: both sides see the other's signed head and keep
it. Cosignatures follow wherever one side counts more of a witness than the other.
"""

from typing import Any

from kiosk.journal import checkpoint as notes
from kiosk.journal import regain
from kiosk.journal.entry import Entry
from kiosk.journal.log import BadEntries, ForkFound, Origin
from kiosk.journal.stops import RESTORED
from kiosk.sync import comparing, marks, references, wire
from kiosk.sync.calls import AnsweredNo
from kiosk.sync.rounds import Head, Round
from kiosk.sync.wire import MessageMalformed

NOTES_A_REQUEST = 200


def send_up(this: Round, stream: str) -> None:
    """One of this node's own streams, or one that it relays. Raises ForkFound and whatever
    taking entries raises."""
    journal = this.node.journal
    head, held = this.head(stream), journal.size(stream)
    if head.note is not None and head.size > held:
        _must_extend_ours(this, stream, held, head.note)
        _fetch_back(this, stream, head.size)
    elif head.note is not None:
        if not _is_own(this, stream):
            _must_agree(this, stream, head.note)
        _keep_cosignature(this, stream, head.size, head.note)
    _push(this, stream, head.size)
    _exchange_notes(this, stream, head)
    journal.release(stream, RESTORED, this.up.code)


def bring_down(this: Round, stream: str) -> None:
    """One of the other node's streams. A copy follows an origin that gave up what is held here and
    says so. Raises ForkFound and whatever taking entries raises."""
    try:
        _bring_down(this, stream)
    except ForkFound:
        if not _followed(this, stream):
            _show_fork(this, stream)
            raise


def _bring_down(this: Round, stream: str) -> None:
    journal = this.node.journal
    head, held = this.head(stream), journal.size(stream)
    if head.note is not None and head.size <= held and head.note != journal.checkpoint(stream):
        journal.take(stream, [], head.note)
    if head.size < held:
        _give_back(this, stream, head.size)
    while held < head.size:
        got = wire.parse_batch(this.calls.get(f"/streams/{stream}?from={held}"))
        size = wire.take(journal, stream, got)
        if size <= held:
            raise MessageMalformed("the batch brought nothing")
        regain.note_resolved(journal, stream, got.entries)
        this.add(pulled=size - held)
        held = size


def _push(this: Round, stream: str, there: int) -> None:
    journal = this.node.journal
    begun, own = there, journal.size(stream)
    while there < own:
        this.progress("记录", there - begun, own - begun)
        batch = wire.batch(journal, stream, there)
        answer = this.calls.post(f"/streams/{stream}", batch)
        size = answer.get("size") if isinstance(answer, dict) else None
        if not isinstance(size, int) or size <= there:
            raise MessageMalformed("the push was not taken")
        this.add(pushed=size - there)
        _keep_cosignature(this, stream, size, answer.get("note"))
        there = size


def _fetch_back(this: Round, stream: str, there: int) -> None:
    """This node lost entries: the database is an old copy."""
    journal = this.node.journal
    held = journal.size(stream)
    while held < there:
        got = wire.parse_batch(this.calls.get(f"/streams/{stream}?from={held}"))
        size = wire.take(journal, stream, got)
        if size <= held:
            raise MessageMalformed("the batch brought nothing")
        this.add(fetched_back=size - held)
        held = size


def _give_back(this: Round, stream: str, there: int) -> None:
    """The node above lost entries of its own that are still here."""
    journal = this.node.journal
    while there < journal.size(stream):
        batch = wire.batch(journal, stream, there)
        if not batch["entries"]:
            raise MessageMalformed("nothing to give back")
        answer = this.calls.post(f"/streams/{stream}", batch)
        size = answer.get("size") if isinstance(answer, dict) else None
        if not isinstance(size, int) or size <= there:
            raise MessageMalformed("what was given back was not taken")
        this.add(given_back=size - there)
        there = size


def _keep_cosignature(this: Round, stream: str, size: int, note: Any) -> None:
    if not isinstance(note, str):
        raise MessageMalformed("no cosigned checkpoint")
    witness = Origin(this.up.code, this.up.host, this.up.public_key)
    try:
        carried = () if _is_own(this, stream) else _carried(note, witness)
        this.node.journal.add_cosignatures(stream, note, witness, carried=carried)
    except BadEntries:
        # Signed by the origin's key, and not of the history held here.
        _must_extend_ours(this, stream, size, note)
        raise


def _carried(note: str, witness: Origin) -> list[str]:
    """The witness's signatures: of a relayed stream nobody told it that this is all."""
    key = notes.VerifierKey(witness.witness_name, notes.COSIGNATURE, witness.public_key)
    return [
        f"{signature.name} {int(notes.cosigned_at(signature).timestamp())}"
        for signature in notes.split_note(note)[1]
        if (signature.name, signature.key_id) == (key.name, key.id)
    ]


def _must_extend_ours(this: Round, stream: str, size: int, theirs: str) -> None:
    """Shows the node above our history over `size` entries, where it holds `theirs`.

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
        # A line that lies in its status codes has no part of what a refused fork is answered with.
        if refusal.status != 409 or "held" not in refusal.more:
            raise
        this.node.journal.signed_by(stream, theirs)
        fork = ForkFound(stream, ours, theirs)
        this.node.journal.note_fork(fork)
        raise fork from refusal


def _must_agree(this: Round, stream: str, theirs: str) -> None:
    """Compares a checkpoint that the other node holds with what is held here. Where they exclude
    each other, the other side is shown, too. Raises ForkFound."""
    try:
        this.node.journal.take(stream, [], theirs)
    except ForkFound:
        _show_fork(this, stream)
        raise


def _followed(this: Round, stream: str) -> bool:
    """Whether the origin says that it gave up what differs here; its history is then held."""
    journal = this.node.journal
    common = comparing.common_size(this.calls, journal, stream)
    entries, note = download(this, stream, common)
    if note is None:
        return False
    try:
        with journal.writing():
            regain.follow(journal, stream, common, entries, note)
            references.forget(journal, stream, common)
    except BadEntries:
        return False
    this.add(pulled=len(entries))
    return True


def download(this: Round, stream: str, start: int) -> tuple[list[Entry], str | None]:
    """All that the other node holds of a stream from `start` on, with the checkpoint over it;
    None where there is nothing. Nothing is taken yet."""
    found: list[Entry] = []
    note = None
    while True:
        got = wire.parse_batch(this.calls.get(f"/streams/{stream}?from={start + len(found)}"))
        if not got.entries:
            return found, note
        found += got.entries
        note = got.note
        if not got.more:
            return found, note


def _show_fork(this: Round, stream: str) -> None:
    """Shows the origin of a stream the history that is held here and that it has not any more."""
    journal = this.node.journal
    common = comparing.common_size(this.calls, journal, stream)
    offered = wire.whole_from(journal, stream, common)
    if offered is not None:
        try:
            this.calls.post(f"/streams/{stream}", offered)
        except AnsweredNo as refusal:
            if refusal.status not in (409, 422):
                raise


def _exchange_notes(this: Round, stream: str, head: Head) -> None:
    """Evens out the cosignatures of witnesses known here; what did not help is not tried again
    before something changed."""
    journal = this.node.journal
    known = {each.witness_name for each in journal.origins()}
    here = {name: n for name, n in journal.signature_counts(stream).items() if name in known}
    there = {name: n for name, n in head.signatures.items() if name in known}
    tried, state = f"notes {this.up.code} {stream}", f"{sorted(here.items())} {head.signatures}"
    newest = journal.checkpoint(stream)
    old = (
        head.note is not None
        and newest is not None
        and _is_by_an_old_key(this, stream, head.note)
        and (_is_own(this, stream) or not _is_by_an_old_key(this, stream, newest))
    )
    if not old and (here == there or marks.get(journal, tried) == state):
        return
    if any(n > here.get(name, 0) for name, n in there.items()):
        _fetch_notes(this, stream)
    if old and _is_own(this, stream):
        regain.sign_again(journal)
    if old or any(n > there.get(name, 0) for name, n in here.items()):
        _give_notes(this, stream)
    marks.put(journal, tried, state)


def _is_by_an_old_key(this: Round, stream: str, note: str) -> bool:
    journal = this.node.journal
    return journal.signed_by(stream, note) != journal.origin(stream.split("/", 1)[0])


def _is_own(this: Round, stream: str) -> bool:
    return stream.startswith(f"{this.node.config.code}/")


def _fetch_notes(this: Round, stream: str) -> None:
    mark = 0
    while True:
        answer = this.calls.get(f"/notes/{stream}?after={mark}")
        try:
            following, more = int(answer["mark"]), bool(answer["more"])
            wire.take_notes(this.node.journal, stream, answer["notes"])
        except (KeyError, TypeError, ValueError) as error:
            raise MessageMalformed("no notes") from error
        if not more or following <= mark:
            return
        mark = following


def _give_notes(this: Round, stream: str) -> None:
    mark = 0
    while found := this.node.journal.notes(stream, mark, NOTES_A_REQUEST):
        this.calls.post(f"/notes/{stream}", {"notes": wire.note_records(found)})
        mark = found[-1].mark
