"""Nodes as processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOWNSHIP = "371721105000"
VILLAGE = "371721105201"

KIOSK = (sys.executable, "-m", "kiosk")

START_SECONDS = 30


@dataclass
class Server:
    """`kiosk serve` of a data folder."""

    dir: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def start(dir: Path, port: int = 0) -> Server:
    """`kiosk serve` of the folder; see `until_healthy`."""
    port = port or free_port()
    with (dir / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [*KIOSK, "serve", str(dir), "--port", str(port)],
            stdout=log,
            stderr=log,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
        )
    return Server(dir, port, process)


def until_healthy(server: Server) -> None:
    def healthy() -> bool:
        if server.process.poll() is not None:
            raise AssertionError(f"serve ended: {(server.dir / 'serve.log').read_text()[-2000:]}")
        return answers(server.port)

    until(healthy, START_SECONDS)


def answers(port: int) -> bool:
    """Whether a healthy node answers on the port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Waits for a condition, at most so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
