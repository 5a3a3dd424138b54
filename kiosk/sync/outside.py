"""Checks from outside: a stream fetched from a public address, or a downloaded proof.

Nothing here reads a data folder. A stream is fetched over the tlog-tiles routes and built again
entry by entry: every leaf against the tiles, the tiles against the signed root, every readable
body against the hash in its leaf. A proof file needs the verifier keys, given or fetched from
beside the stream that it names.

Keys that come from the same server as the stream prove that the server is consistent, not that it
is the right one: `given` tells the two apart.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle, proof, tiles
from kiosk.journal.entry import hash_of_body
from kiosk.journal.tiles import TileMalformed

SECONDS = 30
ANSWER_LIMIT = 20_000_000

Get = Callable[[str], bytes | None]
"""What is at an address; None where it is gone (404, 410). Raises NotProven."""


class NotProven(ValueError):
    """Something does not verify or cannot be fetched; the message says what, in plain Chinese."""


@dataclass(frozen=True)
class Checked:
    """What verified. `witnessed`: names of the witnesses with the time of their signature; `erased`
    counts bodies that are gone; `given`: the keys did not come from the same server."""

    origin: str
    size: int
    erased: int
    witnessed: tuple[tuple[str, datetime], ...]
    given: bool


def check_stream(
    prefix: str,
    vkeys: Iterable[str] = (),
    *,
    get: Get | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Checked:
    """Checks the whole stream at an address, `https://.../streams/<origin>/public`.

    `vkeys` are the origin's key first, then those of witnesses; without any they are fetched.
    Raises NotProven.
    """
    fetch = get or over_http
    prefix = prefix.rstrip("/")
    keys = list(vkeys)
    given = bool(keys)
    if not keys:
        keys = _needed(fetch, f"{prefix}/vkeys").decode().split()
    head = _head(_needed(fetch, f"{prefix}/checkpoint").decode(), keys)
    spine: list[bytes] = []
    erased = 0
    for index in range(-(-head.size // tiles.WIDTH)):
        width = min(tiles.WIDTH, head.size - index * tiles.WIDTH)
        leaves = _bundle(fetch, prefix, index, width)
        hashes = b"".join(map(merkle.leaf_hash, leaves))
        tile = tiles.Tile(0, index, width)
        if _needed(fetch, f"{prefix}/{tile.path}") != hashes:
            raise NotProven(f"{head.origin}：{tile.path} 与记录不符")
        for at, leaf in enumerate(leaves):
            erased += _check_entry(fetch, prefix, index * tiles.WIDTH + at, leaf)
            _grow(spine, index * tiles.WIDTH + at, merkle.leaf_hash(leaf))
        progress((index * tiles.WIDTH + width) / head.size)
    if _root(spine) != head.root:
        raise NotProven(f"{head.origin}：记录算出来的树根与签名的不符，有记录被改动过")
    return Checked(head.origin, head.size, erased, head.cosignatures, given)


def check_proof(
    text: str, vkeys: Iterable[str] = (), *, source: str = "", get: Get | None = None
) -> tuple[Checked, dict[str, Any]]:
    """Checks a tlog-proof file; what verified, and the entry that it proves (without its body).

    Without `vkeys` they are fetched from `source` (a node's address), or from the host that the
    checkpoint names. Raises NotProven.
    """
    keys = list(vkeys)
    given = bool(keys)
    try:
        parsed = proof.parse(text)
        origin = notes.parse_text(notes.split_note(parsed.checkpoint)[0]).origin
        if not keys:
            keys = _needed(get or over_http, f"{_prefix(origin, source)}/vkeys").decode().split()
        head = proof.verify(text, parsed.extra, keys)
        entry = json.loads(parsed.extra)
    except (proof.ProofMalformed, proof.ProofWrong) as error:
        raise NotProven(f"这个证明不成立：{error}") from error
    except (notes.NoteMalformed, notes.SignatureWrong) as error:
        raise NotProven(f"证明里的签名不对，或者密钥不是这个来源的：{error}") from error
    except ValueError as error:
        raise NotProven(f"证明里没有带上记录本身：{error}") from error
    if not isinstance(entry, dict) or entry.get("seq") != parsed.index:
        raise NotProven("证明里的记录和它的位置不符")
    return Checked(head.origin, head.size, 0, head.cosignatures, given), entry


def over_http(url: str) -> bytes | None:
    """What is at an address itself; a redirect is not followed. Raises NotProven."""
    import requests

    try:
        with requests.get(url, timeout=SECONDS, stream=True, allow_redirects=False) as answer:
            if answer.status_code in (404, 410):
                return None
            if answer.status_code != 200:
                raise NotProven(f"{url} 回答 {answer.status_code}，没有取到")
            data = b""
            for piece in answer.iter_content(1 << 16):
                data += piece
                if len(data) > ANSWER_LIMIT:
                    raise NotProven(f"{url} 的内容太长")
            return data
    except requests.exceptions.RequestException as error:
        raise NotProven(f"连不上 {url}，请检查地址和网络") from error


def _head(note: str, keys: list[str]) -> notes.Checkpoint:
    try:
        return notes.open_note(note, keys)
    except (notes.NoteMalformed, notes.SignatureWrong) as error:
        raise NotProven(f"检查点的签名不对：{error}") from error


def _bundle(fetch: Get, prefix: str, index: int, width: int) -> list[bytes]:
    path = tiles.Tile(None, index, width).path
    try:
        leaves = list(tiles.leaves_of(_needed(fetch, f"{prefix}/{path}")))
    except TileMalformed as error:
        raise NotProven(f"{path} 不完整") from error
    if len(leaves) != width:
        raise NotProven(f"{path} 有 {len(leaves)} 条，应有 {width} 条")
    return leaves


def _check_entry(fetch: Get, prefix: str, seq: int, leaf: bytes) -> int:
    """1 where the body is erased, else 0. Raises NotProven."""
    try:
        entry = json.loads(leaf)
        wanted = entry["body_hash"]
        place = (entry["seq"], urlsplit(prefix).path.endswith(f"/streams/{entry['stream']}"))
    except (KeyError, TypeError, ValueError) as error:
        raise NotProven(f"第 {seq} 条看不懂") from error
    if place != (seq, True):
        raise NotProven(f"第 {seq} 条不属于这里")
    data = fetch(f"{prefix}/bodies/{seq}")
    if data is None:
        return 1
    try:
        said = json.loads(data)
        found = hash_of_body(bytes.fromhex(said["salt"]), said["body"]).hex()
    except (KeyError, TypeError, ValueError) as error:
        raise NotProven(f"第 {seq} 条的正文看不懂") from error
    if found != wanted:
        raise NotProven(f"第 {seq} 条的正文被改动过")
    return 0


def _needed(fetch: Get, url: str) -> bytes:
    data = fetch(url)
    if data is None:
        raise NotProven(f"{url} 没有内容，请核对地址")
    return data


def _prefix(origin: str, source: str) -> str:
    """Where the stream of a checkpoint's origin line, `<host>/<code>/public`, is served."""
    host, _, stream = origin.partition("/")
    if source:
        return f"{source.rstrip('/')}/streams/{stream}"
    if host.endswith(".invalid"):
        raise NotProven("证明没有写公开地址，请用 --vkey 给出密钥，或用 --source 给出网址")
    return f"https://{host}/streams/{stream}"


def _grow(spine: list[bytes], index: int, leaf: bytes) -> None:
    """Adds a leaf to the roots of the complete subtrees at the tree's right edge."""
    found = leaf
    while index & 1:
        found = merkle.node_hash(spine.pop(), found)
        index >>= 1
    spine.append(found)


def _root(spine: list[bytes]) -> bytes:
    if not spine:
        return merkle.EMPTY_ROOT
    found = spine[-1]
    for left in reversed(spine[:-1]):
        found = merkle.node_hash(left, found)
    return found
