"""A served node as a process: it answers, and ends cleanly when told to."""

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests


def a_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def kiosk(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = kiosk(
        "init", tmp_path / "v", "--role", "village", "--code", "371721105201", "--name", "东湖村"
    )
    assert made.returncode == 0, made.stderr
    return tmp_path / "v"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_told_to_stop_and_exits_clean(folder: Path, sent: signal.Signals) -> None:
    port = a_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "serve", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                answer = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                break
            except requests.ConnectionError:
                assert server.poll() is None and time.monotonic() < until
                time.sleep(0.1)
        assert answer.json()["code"] == "371721105201"
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=20).status_code == 200
        server.send_signal(sent)
        output, _ = server.communicate(timeout=30)
        assert server.returncode == 0, output
        assert "Traceback" not in output
    finally:
        server.kill()
    assert not (folder / "node.db-wal").exists()


def test_a_taken_port_is_one_clear_line(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = kiosk("serve", folder, "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "端口" in result.stderr and "Traceback" not in result.stderr


def test_no_data_folder_is_one_clear_line(tmp_path: Path) -> None:
    result = kiosk("serve", tmp_path)
    assert result.returncode == 1
    assert "kiosk init" in result.stderr and "Traceback" not in result.stderr


def test_an_account_gets_a_first_password_once(folder: Path) -> None:
    result = kiosk("account", "add", folder, "王秀兰", "--role", "officer")
    assert result.returncode == 0
    assert re.search(r"初始密码：\w{4}-\w{4}-\w{4}", result.stdout)
    again = kiosk("account", "add", folder, "王秀兰", "--role", "officer")
    assert again.returncode == 1 and "已经有了" in again.stderr


def test_wrong_usage_is_exit_code_two(folder: Path) -> None:
    assert kiosk("init", folder).returncode == 2
    assert kiosk("serve", folder / "none").returncode == 2
    assert kiosk("account", "add", folder, "王").returncode == 2


def test_a_rebuild_says_how_many_entries_it_read(folder: Path) -> None:
    result = kiosk("rebuild", folder)
    assert result.returncode == 0 and "1 条记录" in result.stdout
