"""A machine is gone, with real servers and the commands that its people type."""

import shutil
from collections.abc import Callable
from pathlib import Path

from kiosk import villages
from kiosk.journal import verify
from kiosk.journal.log import Draft, Journal
from kiosk.node import Node
from tests.sync.servers import TOWNSHIP, VILLAGE, Server, until
from tests.sync.test_processes import opened, went_well

SHARED = (
    f"{VILLAGE}/public",
    f"{VILLAGE}/parent",
    f"{TOWNSHIP}/public",
    f"{TOWNSHIP}/{VILLAGE}",
)


def write(node: Node, name: str, *channels: str) -> str:
    """A readable entry with a photo of its own in each channel; the photo."""
    photo = node.blobs.put(name.encode())
    drafts = [
        Draft(each, "test.written", name, {"text": name, "photo": photo}) for each in channels
    ]
    node.journal.append_all(drafts)
    return photo


def same(one: Journal, other: Journal) -> bool:
    return all(one.read(stream) == other.read(stream) for stream in SHARED)


def test_a_township_and_then_its_village_are_lost_and_both_come_back(
    village: Node, township: Node, serve: Callable[..., Server], tmp_path: Path
) -> None:
    dir, above, file = village.config.dir, township.config.dir, tmp_path / "backup.zip"
    code = villages.invite(township.journal, VILLAGE, actor="郑国华")
    photos = [write(township, "镇里的", "public", VILLAGE)]
    village.close()
    township.close()
    server = serve(above)
    went_well("enrol", dir, server.url, code)
    with opened(dir) as node:
        photos.append(write(node, "备份前的", "public", "parent"))
    went_well("sync", dir)
    went_well("backup", above, file)
    with opened(above) as node:
        photos.append(write(node, "备份后镇里的", "public", VILLAGE))
    with opened(dir) as node:
        photos.append(write(node, "备份后的", "public", "parent"))
        seq = node.journal.find("备份前的")[0].seq
        node.journal.erase("public", seq, actor="王秀兰", reason="含身份证号")
    went_well("sync", dir)

    # The township's disk is gone. Its village offers what the backup does not have.
    server.kill()
    shutil.rmtree(above)
    went_well("restore", above, file)
    serve(above, server.port)
    below = serve(dir)
    with opened(dir) as one, opened(above) as other:
        until(lambda: same(one.journal, other.journal) and not other.journal.stopped(), 60)
        until(lambda: all(other.blobs.has(photo) for photo in photos), 60)
        assert other.journal.entry(f"{VILLAGE}/public", seq).erased
        assert list(verify.faults(other.journal)) == []
        held = {stream: other.journal.read(stream) for stream in SHARED}
        old = other.journal.origin(VILLAGE)
        code = villages.invite(other.journal, VILLAGE, actor="郑国华")

    # The village's disk is gone. Its township has everything, and a key for a new one.
    below.kill()
    shutil.rmtree(dir)
    assert "已由 李楼镇 公开证明" in went_well("recover", dir, server.url, code)
    with opened(dir) as one, opened(above) as other:
        assert {stream: one.journal.read(stream)[: len(held[stream])] for stream in SHARED} == held
        assert all(one.blobs.has(photo) for photo in photos)
        (said,) = other.journal.find(VILLAGE, "key.certified")
        new = one.journal.origin(VILLAGE)
        assert said.body is not None and old is not None and new is not None
        assert said.stream == f"{TOWNSHIP}/public"
        assert said.body["old_public_key"] == old.public_key.hex()
        assert said.body["new_public_key"] == new.public_key.hex()
        assert other.journal.origin(VILLAGE) == new
        write(one, "恢复后的", "public", "parent")
    went_well("sync", dir)
    with opened(dir) as one, opened(above) as other:
        assert same(one.journal, other.journal)
        for node in (one, other):
            assert list(verify.faults(node.journal)) == []
