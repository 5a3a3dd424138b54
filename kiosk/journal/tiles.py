"""Tiles: a stream's Merkle tree and entries cut into files that anyone may cache (C2SP tlog-tiles).

A tile at level L holds 256 consecutive hashes (fewer in a *partial* one) at height 8 x L of the
tree: hash i of tile N is that of the leaves [(N x 256 + i) x 256^L, (N x 256 + i + 1) x 256^L). An
entry bundle holds the leaves that one level 0 tile covers, each after its length as a big-endian
uint16. Paths below a log's prefix:

    tile/<L>/<N>[.p/<W>]           hashes, 32 bytes each
    tile/entries/<N>[.p/<W>]       entries

L is 0 to 63 and W, the width of a partial tile, 1 to 255, in decimal without leading zeroes. N is
in groups of three digits, all but the last after an `x`: 1234067 is `x001/x234/067`.

Source: c2sp.org/tlog-tiles.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kiosk.journal.merkle import NodeHash

WIDTH = 256
HEIGHT = 8

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/"
    r"(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


class TileMalformed(ValueError):
    """The path or the bytes are no tile's."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile, or with `level` None one entry bundle. `width` is 1 to 256."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_path(self.index)}{partial}"

    @property
    def start(self) -> int:
        """Position, at the tile's level, of its first hash; of a bundle, its first entry."""
        return self.index * WIDTH

    def within(self, size: int) -> bool:
        """Whether a tree of `size` leaves has all that the tile holds."""
        height = HEIGHT * (self.level or 0)
        return (self.start + self.width) << height <= size


def parse_path(path: str) -> Tile:
    """The tile named by a path from `tile/` on. Raises TileMalformed."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise TileMalformed("not a tile's path")
    groups = found["index"].replace("x", "").split("/")
    index = int("".join(groups))
    if len(groups) > 1 and groups[0] == "000":
        raise TileMalformed("the tile's index has needless groups")
    level = None if found["level"] == "entries" else int(found["level"])
    width = int(found["width"] or WIDTH)
    if level is not None and level > 63:
        raise TileMalformed("the tile's level is over 63")
    if found["width"] is not None and width >= WIDTH:
        raise TileMalformed("a partial tile is at most 255 wide")
    return Tile(level, index, width)


def hashes(node: NodeHash, tile: Tile) -> bytes:
    """The tile's bytes, from the complete subtrees of the tree; the caller checked `within`."""
    if tile.level is None:
        raise ValueError("an entry bundle has no hashes")
    height = HEIGHT * tile.level
    return b"".join(node(height, tile.start + i) for i in range(tile.width))


def bundle(leaves: Iterable[bytes]) -> bytes:
    """An entry bundle. Raises ValueError for a leaf over 65,535 bytes."""
    parts = []
    for leaf in leaves:
        if len(leaf) > 0xFFFF:
            raise ValueError("the leaf does not fit into an entry bundle")
        parts.append(struct.pack(">H", len(leaf)) + leaf)
    return b"".join(parts)


def leaves_of(data: bytes) -> Iterator[bytes]:
    """The leaves of an entry bundle in order. Raises TileMalformed where it ends too early."""
    at = 0
    while at < len(data):
        end = at + 2
        if end <= len(data):
            end += struct.unpack(">H", data[at:end])[0]
        if end > len(data):
            raise TileMalformed("the entry bundle ends inside an entry")
        yield data[at + 2 : end]
        at = end


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile and entry bundle of a tree of `size` leaves, full and partial, none empty."""
    level, count = 0, size
    while count:
        for index in range(-(-count // WIDTH)):
            width = min(WIDTH, count - index * WIDTH)
            yield Tile(level, index, width)
            if level == 0:
                yield Tile(None, index, width)
        level, count = level + 1, count // WIDTH


def _index_path(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))
