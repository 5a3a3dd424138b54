"""Sync by a file: what a round moves over the network, carried on a stick.

A bundle is a zip file that holds

    manifest                    a signed note (C2SP signed-note) by the exporting node, under the
                                key name <host>/<code>. Its text is one line of canonical JSON
                                (RFC 8785): {format: "sanwu-bundle/1", from, to (codes), name
                                (whose it is), to_name (or ""), made (RFC 3339), parts (SHA-256 of
                                the member `parts`, hex), status, sizes {stream: size at the
                                sender}}
    parts                       a line of JSON for each further member: {name, size, sha256}
    streams/<origin>/<channel>/<from, 10 digits>
                                a batch of entries with its checkpoint, as sync sends it (`wire`)
    notes/<origin>/<channel>    a list of cosigned checkpoints, as sync sends it
    held                        a list: attachments of the receiver that the sender has
    blobs/<sha256>              an attachment

It is for one receiver. Everything is read and compared with its hash before anything is taken;
then all entries are taken in one transaction, by the same checks as over the network, or none.
Taking a bundle twice changes nothing, and an interrupted export or import is simply begun again.

A bundle was made some time ago, so what its receiver cosigns says when something was seen and not
when what follows was not there yet (`Journal.cosign`, `bounds`): else a notice written after the
export and before the import would count as written at the import.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kiosk import clock, villages
from kiosk.journal import canonical, regain
from kiosk.journal import checkpoint as notes
from kiosk.journal.entry import BodyMismatch
from kiosk.journal.log import BadEntries, ForkFound, Journal, UnknownOrigin
from kiosk.journal.stops import RESTORED
from kiosk.node import Node
from kiosk.sync import contacts, parcel, references, room, status, streams, wire
from kiosk.sync.client import upstream
from kiosk.sync.parcel import Progress
from kiosk.sync.wire import MessageMalformed

FORMAT = "sanwu-bundle/1"
HELD = "held"

DAMAGED = "这个文件损坏了或没有拷完整，什么都没有收下。请重新导出、再拷一次。"
NO_ROOM = "本机磁盘快满了，或者对方的附件已到限额：其余的照片和附件没有收下，还留在对方那里。"
DISK_FULL = "磁盘写不下了，其余的照片和附件没有收下。请清理后再导入一次。"


class BundleRefused(ValueError):
    """The bundle cannot be made or taken; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Exported:
    """What a bundle holds and for whom it is; `left` attachments did not go in."""

    to: str
    entries: int
    blobs: int
    left: int = 0


@dataclass(frozen=True)
class Imported:
    """What was new in a bundle, and from whom it is; why attachments were left out, in plain
    Chinese, or ""."""

    sender: str
    entries: int
    cosignatures: int
    blobs: int
    left_out: str = ""


def export(
    node: Node,
    path: Path,
    *,
    to: str = "",
    whole: bool = False,
    most: int | None = None,
    progress: Progress = lambda share: None,
) -> Exported:
    """Writes a bundle for the township, or from the township for its village `to`.

    It begins where the receiver is known to be; `whole` leaves nothing out, also not what the
    receiver wrote itself. Attachments of more than `most` bytes are left for another one, the
    newest entries' go first. Raises BundleRefused; OSError where it cannot be written.
    """
    receiver = _receiver(node, to)
    references.note_new(node.journal)
    plan = _Plan(node, receiver, whole)
    blobs = plan.blobs if most is None else _fitting(node, plan.blobs, most)
    count = 0
    try:
        with parcel.writing(path) as made:
            for name, data, entries in plan.messages():
                made.add(name, data)
                count += entries
            for done, sha in enumerate(blobs):
                made.add_file(f"blobs/{sha}", node.blobs.path(sha))
                progress(done / len(blobs))
            made.seal(lambda parts: _manifest(plan, parts))
    except parcel.Occupied as occupied:
        raise BundleRefused(str(occupied)) from occupied
    progress(1)
    return Exported(receiver, count, len(blobs), len(plan.blobs) - len(blobs))


def take_in(
    node: Node, source: Path | IO[bytes], *, progress: Progress = lambda share: None
) -> Imported:
    """Takes what is new in a bundle, all of it or nothing. Raises BundleRefused."""
    with _words(), parcel.reading(source) as archive:
        manifest = _opened(node, archive)
        parts = parcel.verified(
            archive, str(manifest["parts"]), _limit, lambda share: progress(share / 2)
        )
        sender = str(manifest["from"])
        journal = node.journal
        held, signed = _sizes(journal), _signatures(journal)
        try:
            with journal.writing():
                _take_streams(node, archive, parts, manifest)
        except ForkFound as fork:
            journal.note_fork(fork)  # the transaction that found it is undone
            raise
        references.note_new(journal)
        taken, left_out = _take_blobs(
            node, archive, parts, sender, lambda share: progress(0.5 + share / 2)
        )
        if HELD in parts:
            there = _names(_json(archive, HELD))
            references.settle(journal, streams.sent_up(journal.code), there)
    if node.config.is_township:
        contacts.succeeded(journal, sender, {**_status_of(manifest), "carried": manifest["made"]})
    progress(1)
    return Imported(
        sender, _sizes(journal) - held, max(0, _signatures(journal) - signed), taken, left_out
    )


class _Plan:
    """What goes into a bundle."""

    def __init__(self, node: Node, receiver: str, whole: bool) -> None:
        self.node, self.receiver, self.whole = node, receiver, whole
        own = node.journal.code
        if node.config.is_township:
            self.ours = streams.sent_down(own, receiver)
            self.theirs = streams.sent_up(receiver)
        else:
            self.ours = streams.sent_up(own)
            self.theirs = streams.sent_down(receiver, own)
        self.starts = self._starts()
        self.blobs = [sha for sha in self._blobs() if node.blobs.has(sha)]

    def messages(self) -> Iterator[tuple[str, bytes, int]]:
        """Members with their names and how many entries are in them."""
        journal = self.node.journal
        for stream, start in self.starts.items():
            for message in _batches(journal, stream, start):
                name = f"streams/{stream}/{message['from']:010d}"
                yield name, _dumped(message), len(message["entries"])
        for stream in self.theirs if not self.whole else [*self.theirs, *self.ours]:
            records = wire.note_records(journal.notes(stream))
            if records:
                yield f"notes/{stream}", _dumped(records), 0
        if self.node.config.is_township:
            named = references.named(journal, self.theirs)
            yield HELD, _dumped([sha for sha in named if self.node.blobs.has(sha)]), 0

    def _starts(self) -> dict[str, int]:
        """Where each stream begins: at what the receiver is known to hold."""
        journal = self.node.journal
        if self.whole:
            return {s: 0 for s in (*self.ours, *self.theirs) if journal.size(s)}
        if not self.node.config.is_township:
            return {s: journal.cosigned_size(s) or 0 for s in self.ours}
        contact = contacts.last_contact(journal, self.receiver)
        held = status.sizes(contact.status if contact else {}, "holds")
        return {s: min(held.get(s, 0), journal.size(s)) for s in self.ours}

    def _blobs(self) -> list[str]:
        journal = self.node.journal
        if self.whole:
            return references.named(journal, [*self.ours, *self.theirs])
        if not self.node.config.is_township:
            return references.unsettled(journal, self.ours)
        return [
            sha
            for stream in self.ours
            for sha in references.named(journal, [stream], self.starts[stream])
        ]


def _fitting(node: Node, found: list[str], most: int) -> list[str]:
    """The first of the attachments that together have at most so many bytes."""
    fitting, size = [], 0
    for sha in found:
        size += node.blobs.path(sha).stat().st_size
        if size > most:
            break
        fitting.append(sha)
    return fitting


def _sizes(journal: Journal) -> int:
    return sum(journal.size(stream) for stream in journal.streams())


def _signatures(journal: Journal) -> int:
    return sum(len(journal.cosignature_times(stream)) for stream in journal.streams())


def _receiver(node: Node, to: str) -> str:
    if not node.config.is_township:
        up = upstream(node)
        if up is None:
            raise BundleRefused(
                "还没有加入乡镇，不知道导出给谁。请管理员先办理加入（kiosk enrol）。"
            )
        if to not in ("", up.code):
            raise BundleRefused(f"本村的上级是 {up.name}（{up.code}），不能导出给 {to}。")
        return up.code
    known = [each.code for each in villages.children(node.journal)]
    if not to and len(known) == 1:
        return known[0]
    if to not in known:
        which = f"{to} 没有加入本镇。" if to else ""
        raise BundleRefused(f"{which}请用 --to 写明导出给哪个村（12 位区划代码）。")
    return to


def _batches(journal: Journal, stream: str, start: int) -> Iterator[dict[str, Any]]:
    while True:
        message = wire.batch(journal, stream, start)
        if not message["entries"]:
            if message["old"] is not None:
                yield message
            return
        yield message
        start += len(message["entries"])
        if not message["more"]:
            return


def _manifest(plan: _Plan, parts: str) -> str:
    node, receiver, journal = plan.node, plan.receiver, plan.node.journal
    own = journal.origin(journal.code)
    assert own is not None
    said: dict[str, Any] = {
        "format": FORMAT,
        "from": journal.code,
        "to": receiver,
        "name": node.config.name,
        "to_name": _name(node, receiver),
        "made": clock.stamp(),
        "parts": parts,
        "status": {} if node.config.is_township else status.of(node, receiver),
        "sizes": {stream: journal.size(stream) for stream in (*plan.ours, *plan.theirs)},
    }
    return notes.sign(canonical.dumps(said).decode() + "\n", own.witness_name, node.key)


def _name(node: Node, code: str) -> str:
    known = villages.village(node.journal, code)
    return known.name if known else ""


def _opened(node: Node, archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, signed by a node that may send us something, and made for us."""
    note = parcel.read(archive, parcel.MANIFEST, notes.NOTE_LIMIT).decode()
    text, _ = notes.split_note(note)
    said = json.loads(text)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BundleRefused("这个文件的格式不认识，可能是更新版本的程序导出的。请先升级程序。")
    sender, receiver = str(said["from"]), str(said["to"])
    name = str(said["name"])
    if receiver != node.config.code:
        whose = str(said.get("to_name") or _name(node, receiver))
        whom = f"{whose}（{receiver}）" if whose else receiver
        raise BundleRefused(f"这个文件是 {name} 导出给 {whom} 的，不是给本机的，没有收下。")
    if node.config.is_township:
        if sender not in {each.code for each in villages.children(node.journal)}:
            raise BundleRefused(f"这个文件来自 {name}（{sender}），它没有加入本镇，没有收下。")
    else:
        up = upstream(node)
        if up is None or up.code != sender:
            raise BundleRefused(f"这个文件来自 {name}（{sender}），不是本村的乡镇，没有收下。")
    origin = node.journal.origin(sender)
    assert origin is not None
    try:
        notes.verify_note(note, [notes.vkey(origin.witness_name, origin.public_key)])
    except notes.SignatureWrong as error:
        raise BundleRefused(
            f"文件上 {name} 的签名不对：被改动过，或者它的密钥换过。没有收下。"
        ) from error
    return said


def _take_streams(
    node: Node, archive: zipfile.ZipFile, parts: list[str], manifest: dict[str, Any]
) -> None:
    journal, sender = node.journal, str(manifest["from"])
    above = not node.config.is_township
    if above:
        allowed = [*streams.sent_up(journal.code), *streams.sent_down(sender, journal.code)]
    else:
        allowed = [*streams.sent_up(sender), *streams.sent_down(journal.code, sender)]
    for name in sorted(part for part in parts if part.startswith("streams/")):
        stream = "/".join(name.split("/")[1:3])
        if stream not in allowed:
            raise BundleRefused(f"文件里有不该给本机的记录（{stream}），没有收下。")
        got = wire.parse_batch(_json(archive, name))
        if got.start > journal.size(stream):
            raise BundleRefused(
                "中间缺少一段记录，没有收下。"
                "请在对方那里重新导出一次“全部记录”（命令行用 --whole）。"
            )
        wire.take(journal, stream, got)
        regain.note_resolved(journal, stream, got.entries)
    for name in sorted(part for part in parts if part.startswith("notes/")):
        stream = name.removeprefix("notes/")
        if stream not in allowed:
            raise BundleRefused(f"文件里有不该给本机的签名（{stream}），没有收下。")
        wire.take_notes(journal, stream, _json(archive, name), trusted=above)
    sizes = status.sizes(manifest, "sizes")
    for stream in allowed:
        size = sizes.get(stream, 0)
        if stream.startswith(f"{journal.code}/"):
            if size <= journal.size(stream):
                journal.release(stream, RESTORED, sender)
        elif not above and size and size == journal.size(stream):
            own = journal.origin(journal.code)
            assert own is not None
            if own.witness_name not in journal.witnesses(stream, size):
                journal.cosign(stream, size, bounds=False)


def _take_blobs(
    node: Node, archive: zipfile.ZipFile, parts: list[str], sender: str, progress: Progress
) -> tuple[int, str]:
    """How many attachments were taken, and why no more were."""
    names = [part for part in parts if part.startswith("blobs/")]
    count = 0
    for done, name in enumerate(names):
        sha = name.removeprefix("blobs/")
        # Only what entries taken here name: a bundle cannot fill the disk with anything else.
        if references.is_named(node.journal, sha) and not node.blobs.has(sha):
            size = archive.getinfo(name).file_size
            if node.config.is_township and room.lacking(node, sender, size):
                return count, NO_ROOM
            try:
                node.blobs.put_stream(parcel.pieces(archive, name, wire.BLOB_LIMIT), expected=sha)
            except OSError:
                return count, DISK_FULL
            room.note(node.journal, sha, size)
            count += 1
        progress(done / len(names))
    return count, ""


@contextmanager
def _words() -> Iterator[None]:
    """Every way in which a file can be wrong, in words for people."""
    try:
        yield
    except FileNotFoundError as error:
        raise BundleRefused("没有找到这个文件，请检查路径和 U 盘。") from error
    except ForkFound as fork:
        raise BundleRefused(
            f"{fork.stream}：文件里的记录与本机留存的互相矛盾，没有收下，双方签名已留作证据。"
        ) from fork
    except (BadEntries, BodyMismatch, UnknownOrigin, notes.SignatureWrong) as error:
        raise BundleRefused("文件里的记录核对不上，什么都没有收下。") from error
    except BundleRefused:
        raise
    except (parcel.Damaged, ValueError) as error:
        raise BundleRefused(DAMAGED) from error


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    return parcel.read_json(archive, name, _limit(name))


def _limit(name: str) -> int:
    return wire.BLOB_LIMIT if name.startswith("blobs/") else wire.MESSAGE_LIMIT


def _dumped(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def _names(found: Any) -> list[str]:
    if not isinstance(found, list):
        raise MessageMalformed("no list of attachments")
    return [str(sha) for sha in found]


def _status_of(manifest: dict[str, Any]) -> dict[str, Any]:
    said = manifest.get("status")
    return said if isinstance(said, dict) else {}
