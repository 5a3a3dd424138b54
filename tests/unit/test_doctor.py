"""What a node lacks, in plain words."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk import backup, clock, doctor, people, screens
from kiosk.cli import main
from kiosk.journal.log import ForkFound
from kiosk.node import Node
from kiosk.rules.calendar import default_holidays
from kiosk.sync import contacts
from tests.conftest import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def then() -> Iterator[None]:
    """The nodes are made at that time too: entries from later would mean a clock set back."""
    with clock.set_to(NOW):
        yield


def serving(code: str) -> Callable[[str], dict[str, object] | None]:
    return lambda url: {"code": code, "name": "某村"}


def nobody(url: str) -> None:
    return None


def missing(node: Node, probe: doctor.Probe) -> dict[str, str]:
    with clock.set_to(NOW):
        findings = doctor.examine(node, 8000, probe)
    return {finding.check: finding.message for finding in findings if not finding.ok}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with everything on it."""
    bin = tmp_path / "bin"
    bin.mkdir()
    for name, says in (("fc-list", "Noto Sans CJK SC"), ("chromium", ""), ("espeak-ng", "")):
        script = bin / name
        script.write_text(f"#!/bin/sh\necho '{says}'\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(bin))


def test_a_new_village_lacks_contacts_an_account_and_its_township(
    village: Node, machine: None
) -> None:
    found = missing(village, nobody)
    assert set(found) == {"contacts", "accounts", "joined", "served", "backup"}
    assert "值班电话、办公地点、办公时间没有填写" in found["contacts"]
    assert f"kiosk account add {village.config.dir}" in found["accounts"]
    assert "kiosk enrol" in found["joined"]
    assert "8000 端口上没有服务" in found["served"]


def test_a_first_password_is_to_be_changed(village: Node, machine: None) -> None:
    first = people.add_account(
        village.journal, "孙丽华", "officer", node_role="village", actor="测试"
    )
    assert "孙丽华还在用初始密码" in missing(village, nobody)["passwords"]
    people.change_password(village.journal, "孙丽华", first, "another-one")
    assert "passwords" not in missing(village, nobody)


def test_a_township_needs_a_public_address_and_villages(township: Node) -> None:
    found = missing(township, serving(TOWNSHIP))
    assert "没有公开地址" in found["public"]
    assert "kiosk invite" in found["joined"]
    assert "served" not in found


def test_another_nodes_server_is_not_taken_for_this_one(village: Node, machine: None) -> None:
    assert "别的节点（某村）" in missing(village, serving("371721105299"))["served"]


def test_a_silent_village_is_named(township: Node, enrolled: Node) -> None:
    found = missing(township, serving(TOWNSHIP))
    assert "东湖村（从来）" in found["synced"]
    with clock.set_to(NOW - timedelta(days=6, hours=2)):
        contacts.succeeded(township.journal, VILLAGE, {})
    assert "东湖村（已经 6 天）" in missing(township, serving(TOWNSHIP))["synced"]
    with clock.set_to(NOW - timedelta(minutes=2)):
        contacts.succeeded(township.journal, VILLAGE, {})
    assert "synced" not in missing(township, serving(TOWNSHIP))


def test_a_village_says_why_it_did_not_sync(enrolled: Node, machine: None) -> None:
    with clock.set_to(NOW - timedelta(days=2)):
        contacts.failed(enrolled.journal, TOWNSHIP, "连不上镇里的服务器。", lambda: 0.5)
    found = missing(enrolled, nobody)
    assert "原因：连不上镇里的服务器。" in found["synced"]
    assert "连不上乡镇" in found["upstream"]


def test_a_clock_apart_from_the_townships_is_told(enrolled: Node, machine: None) -> None:
    with clock.set_to(NOW):
        contacts.succeeded(enrolled.journal, TOWNSHIP, {"offset": -600})
    assert "比镇里快了约 10 分钟" in missing(enrolled, nobody)["clock"]


def test_a_backup_is_asked_for_until_there_is_a_fresh_one(
    village: Node, machine: None, tmp_path: Path
) -> None:
    assert "kiosk backup" in missing(village, nobody)["backup"]
    with clock.set_to(NOW - timedelta(days=8)):
        backup.make(village, tmp_path / "backup.zip")
    assert "已经 8 天没有备份" in missing(village, nobody)["backup"]
    with clock.set_to(NOW):
        backup.make(village, tmp_path / "backup.zip")
    assert "backup" not in missing(village, nobody)


def test_a_fork_is_told_with_what_to_do(village: Node, machine: None) -> None:
    journal = village.journal
    ours, theirs = (f"{VILLAGE}/public", f"{TOWNSHIP}/public")
    note = journal.checkpoint(ours) or ""
    journal.note_fork(ForkFound(theirs, note, note))
    assert "在对方的机器上恢复" in missing(village, nobody)["forks"]
    journal.note_fork(ForkFound(ours, note, note))
    assert f"kiosk recover {village.config.dir} --fork" in missing(village, nobody)["forks"]


def test_a_clock_before_the_newest_entry_is_told(village: Node, machine: None) -> None:
    with clock.set_to(NOW + timedelta(days=3)):
        village.journal.append("self", "test.written", "s", {})
    assert "比最新的记录还早" in missing(village, nobody)["clock"]


def test_a_year_without_holidays_is_told(village: Node, machine: None) -> None:
    later = datetime(max(default_holidays().known_years) + 1, 3, 1, tzinfo=UTC)
    with clock.set_to(later):
        findings = doctor.examine(village, 8000, nobody)
    assert any(it.check == "holidays" and not it.ok for it in findings)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no mode of a file")
def test_a_key_that_others_can_read_is_told(village: Node, machine: None) -> None:
    (village.config.dir / "node.key").chmod(0o644)
    assert "chmod 600" in missing(village, nobody)["key"]


def test_a_machine_without_fonts_and_browser_is_told(
    village: Node, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    found = missing(village, nobody)
    assert "中文字体" in found["fonts"] and "Chromium" in found["screen"]
    assert "espeak-ng" in found["voice"]
    with clock.set_to(NOW):
        screens.heartbeat(
            village.journal, screens.place(village.journal, actor="王会计", name="大厅"), {}
        )
        assert "screen" not in missing(village, nobody)


def test_a_full_disk_is_told(village: Node, machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(village.config.dir)._replace(free=200 << 20)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    assert "磁盘只剩 0.2 GB" in missing(village, nobody)["disk"]


def test_the_command_exits_1_while_something_is_missing(village: Node) -> None:
    dir = str(village.config.dir)
    done = CliRunner().invoke(main, ["doctor", dir, "--port", "1"])
    assert done.exit_code == 1
    assert "缺少  " in done.output and "正常  " in done.output
    done = CliRunner().invoke(main, ["doctor", dir, "--port", "1", "--json"])
    said = json.loads(done.output)
    assert said["missing"] == sum(not it["ok"] for it in said["findings"]) > 0


def test_the_command_exits_0_when_nothing_is(
    village: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = [doctor.Finding("key", True, "密钥文件只有本用户能读。")]
    monkeypatch.setattr(doctor, "examine", lambda node, port: well)
    done = CliRunner().invoke(main, ["doctor", str(village.config.dir)])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "一切就绪。")
