"""Two nodes in one process, and servers as processes of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk import create_app
from kiosk.node import Node
from kiosk.sync.transport import InProcess
from tests.sync import servers


@pytest.fixture
def wire(enrolled: Node, township: Node) -> InProcess:
    """The enrolled village's way to its township within this process."""
    return InProcess(create_app(township))


@pytest.fixture
def serve() -> Iterator[Callable[[Path], servers.Server]]:
    """Starts servers and waits until they answer; what still runs is ended after the test."""
    started: list[servers.Server] = []

    def start(dir: Path, port: int = 0) -> servers.Server:
        server = servers.start(dir, port)
        started.append(server)
        servers.until_healthy(server)
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.kill()
