"""Published vectors: c2sp.org/tlog-tiles and golang.org/x/mod/sumdb/tlog (tlog_test.go)."""

import struct
from collections import Counter
from functools import cache

import pytest

from kiosk.journal import merkle
from kiosk.journal.tiles import (
    Tile,
    TileMalformed,
    bundle,
    hashes,
    leaves_of,
    parse_path,
    tiles_of,
)


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/x001/x234/067", Tile(0, 1234067)),
        ("tile/0/000", Tile(0, 0)),
        ("tile/0/999", Tile(0, 999)),
        ("tile/0/x001/000", Tile(0, 1000)),
        ("tile/0/001.p/5", Tile(0, 1, 5)),
        ("tile/5/x123/x456/078", Tile(5, 123456078)),
        ("tile/5/x123/x456/078.p/2", Tile(5, 123456078, 2)),
        ("tile/63/000.p/255", Tile(63, 0, 255)),
        ("tile/entries/x003/x057/500", Tile(None, 3057500)),
        ("tile/entries/000.p/1", Tile(None, 0, 1)),
    ],
)
def test_paths_are_read_and_written(path: str, tile: Tile) -> None:
    assert parse_path(path) == tile
    assert tile.path == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/5/123/456/078",
        "tile/-1/123/456/078",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/data/000",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/0/000\n",
        "",
    ],
)
def test_no_other_spelling_of_a_path_is_read(path: str) -> None:
    with pytest.raises(TileMalformed):
        parse_path(path)


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    tiles = [tile for tile in tiles_of(70_000) if tile.level is not None]
    assert Counter((tile.level, tile.width) for tile in tiles) == {
        (0, 256): 273,
        (0, 112): 1,
        (1, 256): 1,
        (1, 17): 1,
        (2, 1): 1,
    }
    assert all(tile.within(70_000) for tile in tiles)
    assert sum(tile.width for tile in tiles_of(70_000) if tile.level is None) == 70_000


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(None, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


def test_a_tile_beyond_the_tree_is_not_within_it() -> None:
    assert Tile(0, 0, 7).within(7)
    assert not Tile(0, 0, 8).within(7)
    assert Tile(None, 1, 1).within(257)
    assert not Tile(1, 0, 1).within(255)
    assert not Tile(63, 0, 1).within(1 << 62)


def test_the_hashes_above_are_those_of_the_full_tiles_below() -> None:
    leaves = [merkle.leaf_hash(str(i).encode()) for i in range(600)]

    @cache
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    assert hashes(node, Tile(0, 2, 88)) == b"".join(leaves[512:])
    above = hashes(node, Tile(1, 0, 2))
    for index in range(2):
        below = hashes(node, Tile(0, index))
        assert len(below) == 8192

        def of_tile(level: int, i: int, below: bytes = below) -> bytes:
            if level == 0:
                return below[32 * i : 32 * i + 32]
            return merkle.node_hash(of_tile(level - 1, 2 * i), of_tile(level - 1, 2 * i + 1))

        assert above[32 * index : 32 * index + 32] == of_tile(8, 0)


def test_a_bundle_gives_its_leaves_back() -> None:
    leaves = [b"", b"a", b"b" * 65_535]
    data = bundle(leaves)
    assert data[:5] == b"\x00\x00\x00\x01a"
    assert list(leaves_of(data)) == leaves
    with pytest.raises(ValueError, match="does not fit"):
        bundle([b"b" * 65_536])


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", struct.pack(">H", 1)])
def test_a_bundle_that_ends_inside_an_entry_is_refused(data: bytes) -> None:
    with pytest.raises(TileMalformed):
        list(leaves_of(data))
