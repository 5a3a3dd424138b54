"""Nodes in one line each. Time is given: tests that care set the clock."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from kiosk import villages
from kiosk.config import Upstream, write_upstream
from kiosk.node import Node, make_node, open_node
from tests.sync import servers

TOWNSHIP = "371721105000"
VILLAGE = "371721105201"
BEGAN = date(2026, 1, 1)
CONTACTS = {"supervision_phone": "0530-3350001", "report_phone": "12388"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crash-rounds",
        type=int,
        default=50,
        help="how often the crash test kills a node (1000 for a full run)",
    )
    parser.addoption("--crash-seed", type=int, default=None, help="repeats one crash run")
    parser.addoption(
        "--fault-rounds",
        type=int,
        default=100,
        help="how many fault rounds are run (1000 for a full run)",
    )
    parser.addoption("--fault-seed", type=int, default=None, help="the first round's seed")


@pytest.fixture
def township(tmp_path: Path) -> Iterator[Node]:
    """李楼镇, with nobody enrolled yet."""
    dir = tmp_path / "township"
    make_node(dir, role="township", code=TOWNSHIP, name="李楼镇", began=BEGAN, contacts=CONTACTS)
    node = open_node(dir)
    yield node
    node.close()


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Node]:
    """东湖村, on its own."""
    dir = tmp_path / "village"
    make_node(dir, role="village", code=VILLAGE, name="东湖村", began=BEGAN, contacts=CONTACTS)
    node = open_node(dir)
    yield node
    node.close()


@pytest.fixture
def enrolled(village: Node, township: Node) -> Iterator[Node]:
    """东湖村 enrolled in 李楼镇: its township's address is not reachable, its key is on file."""
    code = villages.invite(township.journal, VILLAGE, actor="测试")
    own = village.journal.origin(VILLAGE)
    theirs = township.journal.origin(TOWNSHIP)
    assert own is not None and theirs is not None
    villages.enrol(
        township.journal,
        code,
        village_code=VILLAGE,
        name="东湖村",
        host=own.host,
        public_key=own.public_key,
    )
    upstream = Upstream(
        "http://127.0.0.1:9", TOWNSHIP, "李楼镇", "", theirs.host, theirs.public_key
    )
    write_upstream(village.config.dir, upstream)
    node = open_node(village.config.dir)
    yield node
    node.close()


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


def copied(source: Node, target: Node, channel: str = "public") -> None:
    """What sync does for one stream: the copy, and where the target is a township, its witness."""
    stream = source.journal.own(channel)
    held = target.journal.size(stream)
    note = source.journal.checkpoint(stream)
    assert note is not None
    size = target.journal.take(stream, source.journal.read(stream, held), note)
    if target.config.is_township:
        witness = target.journal.origin(target.config.code)
        assert witness is not None
        source.journal.add_cosignatures(stream, target.journal.cosign(stream, size), witness)
