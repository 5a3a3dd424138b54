"""systemd hears that the service is ready, lives and stops; and nothing where nobody asked."""

import os
import socket
import threading
import time

import pytest
import waitress

from kiosk import create_app, notify


@pytest.fixture(params=["path", "abstract"])
def heard(request, tmp_path, monkeypatch):
    """What systemd heard so far, oldest first, once there are so many messages."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@kiosk-test-{os.getpid()}"
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind("\0" + name[1:] if name[0] == "@" else name)
    receiver.settimeout(10)
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    yield lambda count: [receiver.recv(4096).decode() for _ in range(count)]
    receiver.close()


def test_it_is_heard(heard):
    assert notify.notify("READY=1")
    assert heard(1) == ["READY=1"]


def test_where_nobody_listens_nothing_happens(monkeypatch, tmp_path):
    for value in ("", "relative", str(tmp_path / "nobody")):
        monkeypatch.setenv("NOTIFY_SOCKET", value)
        assert notify.notify("READY=1") is False


def test_the_watchdog_hears_only_of_a_server_that_answers(heard, monkeypatch, village):
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    server = waitress.create_server(create_app(village), host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with notify.watched(server.effective_port):
        assert heard(2) == ["WATCHDOG=1", "WATCHDOG=1"]
    ends = time.monotonic() + 10
    while "STOPPING=1" not in heard(1):
        assert time.monotonic() < ends
    server.close()
    thread.join(10)
    assert not notify.answers(server.effective_port)


def test_another_process_s_watchdog_is_not_ours(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert notify.watchdog_seconds() == 0
