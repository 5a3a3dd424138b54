"""Sync by a stick, for people without a command line: a file to download, and one to upload.

Both desks offer it. The file is a bundle (`kiosk.sync.bundle`), with all its checks: for one
receiver, taken whole or not at all. Each use is on record on the node's own `self` stream:

- `bundle.exported`, subject = the receiver's code: {to, entries, blobs, left}
- `bundle.imported`, subject = the sender's code: {from, entries, cosignatures, blobs}
"""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Response, current_app, request

from kiosk import clock
from kiosk.node import Node
from kiosk.sync import bundle, marks, references, status, streams
from kiosk.sync.bundle import BundleRefused
from kiosk.web import guard

UPLOAD_LIMIT = 1_000_000_000
"""Bytes of a file that is taken; the server itself takes no request longer than 1 GiB."""

ATTACHMENTS = 900_000_000
"""Bytes of attachments in a file that is made, so that the other side takes it."""

KEPT_SECONDS = 3600
SUFFIX = ".sanwu"
EXPORTED, IMPORTED = "stick made", marks.STICK


@dataclass(frozen=True)
class Waiting:
    """What a node has for the one above it: entries, attachments and their bytes, and whether all
    of it fits into one file."""

    entries: int
    blobs: int
    bytes: int

    @property
    def fits(self) -> bool:
        return self.bytes <= ATTACHMENTS


def waiting(node: Node) -> Waiting:
    references.note_new(node.journal)
    found = references.unsettled(node.journal, streams.sent_up(node.config.code))
    here = [node.blobs.path(sha) for sha in found if node.blobs.has(sha)]
    return Waiting(status.waiting(node), len(here), sum(path.stat().st_size for path in here))


def download(node: Node, actor: str, to: str, name: str, *, whole: bool = False) -> Response:
    """The bundle for `to` as a file that the browser saves. Raises BundleRefused."""
    folder = Path(node.config.dir) / "sticks"
    folder.mkdir(mode=0o700, exist_ok=True)
    _sweep(folder)
    path = folder / f"{secrets.token_hex(8)}{SUFFIX}"
    try:
        done = bundle.export(node, path, to=to, whole=whole, most=ATTACHMENTS)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise BundleRefused("文件没有做成，多半是本机磁盘满了。请清理后再试。") from error
    body = {"to": done.to, "entries": done.entries, "blobs": done.blobs, "left": done.left}
    node.journal.append("self", "bundle.exported", done.to, body, actor=actor)
    marks.put(node.journal, EXPORTED, clock.stamp())
    stamp = clock.now().astimezone(clock.BEIJING).strftime("%Y%m%d-%H%M")
    file_name = f"{node.config.name}给{name}-{stamp}{SUFFIX}"
    answer = Response(_read_once(path), mimetype="application/octet-stream")
    answer.content_length = path.stat().st_size
    names = {"filename": f"{node.config.code}{SUFFIX}", "filename*": f"UTF-8''{quote(file_name)}"}
    answer.headers.set("Content-Disposition", "attachment", **names)
    return answer


def upload(node: Node, actor: str) -> bundle.Imported:
    """Takes the request's file in, after its token was checked: the view is exempt from the check
    that would read a long file before anybody asks who sent it. Raises BundleRefused."""
    request.max_content_length = UPLOAD_LIMIT
    if current_app.config["WTF_CSRF_ENABLED"]:
        guard.csrf.protect()
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BundleRefused("还没有选文件。请插好 U 盘，选里面以 .sanwu 结尾的文件。")
    done = bundle.take_in(node, file.stream)
    body = {
        "from": done.sender,
        "entries": done.entries,
        "cosignatures": done.cosignatures,
        "blobs": done.blobs,
    }
    node.journal.append("self", "bundle.imported", done.sender, body, actor=actor)
    marks.put(node.journal, IMPORTED, clock.stamp())
    return done


def taken_words(done: bundle.Imported, name: str) -> str:
    """What came of an import, for the person who did it."""
    if not (done.entries or done.cosignatures or done.blobs or done.left_out):
        return f"这个文件里{name}的内容以前都收过了，没有新的。"
    witnessed = f"、{done.cosignatures} 个见证" if done.cosignatures else ""
    return f"已收下{name}的 {done.entries} 条记录、{done.blobs} 个附件{witnessed}。{done.left_out}"


def _read_once(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 16):
                yield piece
    finally:
        path.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Removes what downloads that were cut off left behind."""
    for left in folder.glob(f"*{SUFFIX}*"):
        # The file system's own clock: a node's may be shifted.
        if time.time() - left.stat().st_mtime > KEPT_SECONDS:
            left.unlink(missing_ok=True)
