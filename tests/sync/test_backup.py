"""Backups: consistent, whole or refused, and restored without writing another history."""

import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk import backup, clock, create_app, occupied
from kiosk.backup import BackupRefused
from kiosk.journal import verify
from kiosk.journal.log import Draft, StreamStopped
from kiosk.node import Node, open_node
from kiosk.sync import client, marks
from kiosk.sync.transport import InProcess
from tests.sync import servers
from tests.sync.servers import TOWNSHIP, VILLAGE, Server

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
PUBLIC = f"{VILLAGE}/public"


def write(node: Node, channel: str, count: int = 1, **body: object) -> None:
    node.journal.append_all(
        Draft(channel, "test.written", f"s{i}", {"n": i, **body}) for i in range(count)
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


def restored(file: Path, name: str = "restored", **options: bool) -> Node:
    backup.restore(file.parent / name, file, **options)
    return open_node(file.parent / name)


def test_a_backup_is_everything_and_for_its_owner_alone(enrolled: Node, file: Path) -> None:
    photo = enrolled.blobs.put(b"photo")
    write(enrolled, "public", 3, photo=photo)
    write(enrolled, "self", 2)
    made = backup.make(enrolled, file)
    assert (made.code, made.name, made.blobs) == (VILLAGE, "东湖村", 1)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.glob("backup*")) == ["backup.zip"]
    assert marks.get(enrolled.journal, marks.BACKUP)
    again = restored(file)
    for stream in enrolled.journal.streams():
        assert again.journal.read(stream) == enrolled.journal.read(stream)
    assert again.blobs.get(photo) == b"photo"
    assert again.key.private_bytes_raw() == enrolled.key.private_bytes_raw()
    assert stat.S_IMODE((again.config.dir / "node.key").stat().st_mode) == 0o600
    assert list(verify.faults(again.journal)) == []
    again.close()


def test_a_backup_of_a_serving_node_is_consistent(
    village: Node, serve: Callable[[Path], Server], file: Path
) -> None:
    write(village, "public", 300)
    village.close()
    server = serve(village.config.dir)
    done = servers_kiosk("backup", village.config.dir, file)
    assert "东湖村" in done
    with pytest.raises(occupied.FolderInUse), occupied.served(village.config.dir):
        pass
    assert server.stop() == 0
    servers_kiosk("restore", file.parent / "again", file)
    assert "无误" in servers_kiosk("verify", file.parent / "again")


def test_a_restored_village_waits_for_its_township_and_gets_everything_back(
    enrolled: Node, township: Node, file: Path
) -> None:
    wire = InProcess(create_app(township))
    write(enrolled, "public", 3)
    client.round(enrolled, wire)
    backup.make(enrolled, file)
    with clock.set_to(NOW):
        write(enrolled, "public", 5, photo=enrolled.blobs.put(b"photo"))
        enrolled.journal.erase("public", 2, actor="测试", reason="含身份证号")
        client.round(enrolled, wire)
    again = restored(file)
    with pytest.raises(StreamStopped, match="核对"):
        write(again, "public")
    write(again, "self")
    assert again.journal.entry(PUBLIC, 2).body is not None
    assert client.round(again, wire).troubles == ()
    write(again, "public")
    assert client.round(again, wire).troubles == ()
    assert again.journal.read(PUBLIC) == township.journal.read(PUBLIC)
    assert again.journal.entry(PUBLIC, 2).erased
    assert len(list(again.blobs.all())) == 1
    assert again.journal.forks() == township.journal.forks() == []
    assert list(verify.faults(again.journal)) == []
    again.close()


def test_a_restored_township_waits_for_its_villages_and_gets_everything_back(
    enrolled: Node, township: Node, file: Path
) -> None:
    backup.make(township, file)
    wire = InProcess(create_app(township))
    with clock.set_to(NOW):
        write(enrolled, "public", 3)
        write(township, "public", 2)
        write(township, VILLAGE, 4, photo=township.blobs.put(b"order"))
        client.round(enrolled, wire)
    again = restored(file)
    for channel in ("public", VILLAGE):
        with pytest.raises(StreamStopped, match="核对"):
            write(again, channel)
    with clock.set_to(NOW + timedelta(days=1)):
        assert client.round(enrolled, InProcess(create_app(again))).troubles == ()
    for stream in (PUBLIC, f"{TOWNSHIP}/public", f"{TOWNSHIP}/{VILLAGE}"):
        assert again.journal.read(stream) == township.journal.read(stream)
    assert again.journal.witnessed(PUBLIC, 0) == NOW
    assert len(list(again.blobs.all())) == 1
    write(again, "public")
    assert client.round(enrolled, InProcess(create_app(again))).troubles == ()
    again.close()


def test_nobody_waits_for_ever(enrolled: Node, township: Node, file: Path) -> None:
    with clock.set_to(NOW):
        backup.make(township, file)
        again = restored(file)
        with pytest.raises(StreamStopped):
            write(again, "public")
    with clock.set_to(NOW + backup.HOLD):
        write(again, "public")
    again.close()


def test_a_restored_node_writes_at_once_where_told_to(
    enrolled: Node, township: Node, file: Path
) -> None:
    backup.make(township, file)
    again = restored(file, at_once=True)
    write(again, "public")
    backup.hold(again)
    with pytest.raises(StreamStopped):
        write(again, "public")
    backup.let_go(again)
    write(again, "public")
    again.close()


def test_a_village_without_a_township_waits_for_nobody(village: Node, file: Path) -> None:
    backup.make(village, file)
    again = restored(file)
    write(again, "public")
    again.close()


def test_a_cut_or_changed_backup_is_refused_and_leaves_nothing(village: Node, file: Path) -> None:
    village.blobs.put(bytes(range(256)) * 50)
    write(village, "public", 30)
    backup.make(village, file)
    data = file.read_bytes()
    target = file.parent / "target"
    for broken in (b"", data[: len(data) // 2], data[:-10], b"hello"):
        file.write_bytes(broken)
        with pytest.raises(BackupRefused, match="备份"):
            backup.restore(target, file)
        assert not target.exists()
        assert list(file.parent.glob("target*")) == []
    changed = data.replace(bytes(range(256)) * 2, bytes(256) * 2, 1)
    assert changed != data
    file.write_bytes(changed)
    with pytest.raises(BackupRefused, match="损坏"):
        backup.restore(target, file)
    assert list(file.parent.glob("target*")) == []


def test_nothing_is_overwritten(village: Node, file: Path) -> None:
    backup.make(village, file)
    with pytest.raises(BackupRefused, match="不是空文件夹"):
        backup.restore(village.config.dir, file)
    with pytest.raises(BackupRefused, match="数据文件夹里面"):
        backup.make(village, village.config.dir / "backup.zip")
    other = file.parent / "letter.txt"
    other.write_text("hello")
    with pytest.raises(BackupRefused, match="没有覆盖"):
        backup.make(village, other)
    with pytest.raises(BackupRefused, match="没有找到"):
        backup.restore(file.parent / "new", file.parent / "missing.zip")


def servers_kiosk(*arguments: object) -> str:
    done = subprocess.run(
        [*servers.KIOSK, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
