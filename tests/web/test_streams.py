"""Public streams as anyone reads them."""

import base64
import json

import pytest
from flask.testing import FlaskClient

from kiosk import create_app
from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle, proof, tiles
from kiosk.journal.entry import hash_of_body
from kiosk.journal.log import Draft
from kiosk.node import Node
from tests.conftest import VILLAGE, copied

PREFIX = f"/streams/{VILLAGE}/public"
STREAM = f"{VILLAGE}/public"


def write(node: Node, count: int, channel: str = "public") -> None:
    node.journal.append_all(Draft(channel, "test.written", f"s{i}", {"n": i}) for i in range(count))


@pytest.fixture
def readers(enrolled: Node, township: Node) -> list[FlaskClient]:
    """Readers at the village and at the township, of a stream of 600 entries, all witnessed."""
    write(enrolled, 600 - enrolled.journal.size(STREAM))
    copied(enrolled, township)
    return [create_app(node).test_client() for node in (enrolled, township)]


def served(reader: FlaskClient) -> tuple[notes.Checkpoint, list[str]]:
    keys = reader.get(f"{PREFIX}/vkeys").text.splitlines()
    return notes.open_note(reader.get(f"{PREFIX}/checkpoint").text, keys), keys


def test_the_newest_cosigned_checkpoint_is_served_with_its_keys(
    readers: list[FlaskClient], enrolled: Node
) -> None:
    write(enrolled, 5)
    for reader in readers:
        signed, keys = served(reader)
        assert signed.size == 600
        assert len(signed.cosignatures) == 1
        assert [notes.parse_vkey(key).type for key in keys] == [1, 4]
        assert notes.parse_vkey(keys[0]).name == signed.origin


def test_without_a_witness_the_newest_checkpoint_is_served(village: Node) -> None:
    write(village, 5)
    signed, keys = served(create_app(village).test_client())
    assert signed.size == village.journal.size(STREAM)
    assert len(keys) == 1


def test_tiles_and_bundles_give_the_signed_root(readers: list[FlaskClient]) -> None:
    for reader in readers:
        signed, _ = served(reader)
        leaves: list[bytes] = []
        hashes: dict[tuple[int, int], bytes] = {}
        for tile in tiles.tiles_of(signed.size):
            answer = reader.get(f"/streams/{VILLAGE}/public/{tile.path}")
            assert answer.status_code == 200
            assert answer.content_type == "application/octet-stream"
            if tile.level is None:
                leaves += tiles.leaves_of(answer.data)
            else:
                for i in range(tile.width):
                    hashes[8 * tile.level, tile.start + i] = answer.data[32 * i : 32 * i + 32]
        assert len(leaves) == signed.size

        def node(level: int, index: int, hashes: dict[tuple[int, int], bytes] = hashes) -> bytes:
            if (level, index) in hashes:
                return hashes[level, index]
            return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

        assert merkle.root(node, signed.size) == signed.root
        for seq, leaf in enumerate(leaves):
            assert hashes[0, seq] == merkle.leaf_hash(leaf)
            assert json.loads(leaf)["seq"] == seq


def test_what_never_changes_may_be_kept(readers: list[FlaskClient]) -> None:
    reader = readers[0]
    full = reader.get(f"{PREFIX}/tile/0/000")
    partial = reader.get(f"{PREFIX}/tile/0/002.p/88")
    assert "immutable" in full.headers["Cache-Control"]
    assert "immutable" not in partial.headers["Cache-Control"]
    newest = reader.get(f"{PREFIX}/checkpoint")
    assert newest.headers["Cache-Control"] == "public, max-age=3"
    assert newest.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/0/003.p/1",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/entries/003.p/1",
        "tile/data/000",
        "bodies/600",
        "bodies/-1",
        "bodies/99999999999999999999",
        "nothing",
    ],
)
def test_what_is_not_there_is_not_found(readers: list[FlaskClient], path: str) -> None:
    assert readers[0].get(f"{PREFIX}/{path}").status_code == 404


def test_narrower_tiles_are_served_too(readers: list[FlaskClient]) -> None:
    data = readers[1].get(f"{PREFIX}/tile/0/002.p/88").data
    assert readers[1].get(f"{PREFIX}/tile/0/002.p/7").data == data[: 7 * 32]
    whole = readers[1].get(f"{PREFIX}/tile/entries/000").data
    assert whole.startswith(readers[1].get(f"{PREFIX}/tile/entries/000.p/9").data)


def test_bodies_are_served_by_position_until_erased(
    readers: list[FlaskClient], enrolled: Node
) -> None:
    write(enrolled, 1)
    for seq in (7, 600):
        answer = readers[0].get(f"{PREFIX}/bodies/{seq}").get_json()
        salt = bytes.fromhex(answer["salt"])
        assert hash_of_body(salt, answer["body"]) == enrolled.journal.entry(STREAM, seq).body_hash
    enrolled.journal.erase("public", 7, actor="测试", reason="含身份证号")
    assert readers[0].get(f"{PREFIX}/bodies/7").status_code == 410


def test_only_public_streams_are_served(readers: list[FlaskClient], enrolled: Node) -> None:
    write(enrolled, 3, "self")
    write(enrolled, 3, "parent")
    for channel in ("self", "parent"):
        for path in ("checkpoint", "vkeys", "tile/entries/000.p/1", "bodies/0"):
            where = f"/streams/{VILLAGE}/{channel}/{path}"
            assert readers[0].get(where).status_code == 404
    assert readers[0].get("/streams/371721105999/public/checkpoint").status_code == 404
    assert readers[0].get("/streams/371721105999/public/vkeys").status_code == 404


def test_what_is_no_notice_has_no_proof(readers: list[FlaskClient]) -> None:
    for reader in readers:
        assert reader.get("/n/s1.tlog-proof").status_code == 404
        assert reader.get("/n/unknown.tlog-proof").status_code == 404


def test_a_notices_proof_is_of_its_newest_version_and_checks_offline(
    enrolled: Node, township: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The notices room is not what is tested here: the entry alone, unprojected, has a proof.
    monkeypatch.setattr(enrolled.journal.projector, "apply", lambda db, entry: None)
    monkeypatch.setattr(township.journal.projector, "apply", lambda db, entry: None)
    reader = create_app(enrolled).test_client()
    entry = enrolled.journal.append("public", "notice.published", "01NOTICE", {"title": "一"})
    keys = reader.get(f"{PREFIX}/vkeys").text.splitlines()
    text = reader.get("/n/01NOTICE.tlog-proof").text
    assert proof.verify(text, entry.leaf, keys).cosignatures == ()

    copied(enrolled, township)
    entry = enrolled.journal.append("public", "notice.corrected", "01NOTICE", {"title": "二"})
    enrolled.journal.append("public", "notice.withdrawn", "01NOTICE", {"reason": "三"})
    copied(enrolled, township)
    for node in (enrolled, township):
        reader = create_app(node).test_client()
        keys = reader.get(f"{PREFIX}/vkeys").text.splitlines()
        answer = reader.get("/n/01NOTICE.tlog-proof")
        assert answer.content_type == "text/plain; charset=utf-8"
        signed = proof.verify(answer.text, entry.leaf, keys)
        assert len(signed.cosignatures) == 1
        assert proof.parse(answer.text).extra == entry.leaf
        assert base64.b64encode(entry.leaf).decode() in answer.text
