"""Real servers and the command line: invite, enrol, sync, verify."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.node import Node, open_node
from kiosk.sync import contacts
from tests.sync import servers
from tests.sync.servers import TOWNSHIP, VILLAGE, Server, until

Serve = Callable[[Path], Server]


def kiosk(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*servers.KIOSK, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def went_well(*arguments: object) -> str:
    done = kiosk(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def dirs(village: Node, township: Node) -> tuple[Path, Path]:
    """The folders of a village and a township, both closed."""
    village.close()
    township.close()
    return village.config.dir, township.config.dir


@contextmanager
def opened(dir: Path) -> Iterator[Node]:
    node = open_node(dir)
    yield node
    node.close()


def test_a_village_joins_by_the_command_line_and_syncs_by_itself(
    dirs: tuple[Path, Path], serve: Serve
) -> None:
    village, township = dirs
    above = serve(township)
    code = went_well("invite", township, VILLAGE).strip()
    assert "李楼镇" in went_well("enrol", village, above.url, code)
    assert kiosk("enrol", village, above.url, "AAAA-BBBB-CCCC").returncode == 1
    assert "发出" in went_well("sync", village)
    with opened(village) as node:
        node.journal.append("public", "test.written", "x", {"n": 1})
    below = serve(village)
    with opened(township) as node:
        until(lambda: bool(node.journal.find("x")), 30)
    with opened(village) as node:
        until(lambda: node.journal.cosigned_size(f"{VILLAGE}/public") is not None, 30)
    assert [below.stop(), above.stop()] == [0, 0]
    for dir in dirs:
        assert "无误" in went_well("verify", dir)


def test_sync_says_what_is_wrong_and_goes_on_when_the_township_is_back(
    dirs: tuple[Path, Path], serve: Serve
) -> None:
    village, township = dirs
    above = serve(township)
    code = went_well("invite", township, VILLAGE).strip()
    went_well("enrol", village, above.url, code)
    above.kill()
    with opened(village) as node:
        for n in range(300):
            node.journal.append("parent", "test.written", f"s{n}", {"n": n})
    done = kiosk("sync", village)
    assert done.returncode == 1
    assert "连不上镇里的服务器" in done.stderr
    with opened(village) as node:
        contact = contacts.last_contact(node.journal, TOWNSHIP)
        assert contact is not None
        assert contact.failures == 1
    servers.until_healthy(again := servers.start(township, above.port))
    try:
        went_well("sync", village)
    finally:
        again.kill()
    with opened(village) as one, opened(township) as other:
        assert one.journal.read(f"{VILLAGE}/parent") == other.journal.read(f"{VILLAGE}/parent")
        assert other.journal.size(f"{VILLAGE}/parent") == 300


def test_verify_says_what_is_wrong(dirs: tuple[Path, Path]) -> None:
    village, _ = dirs
    with opened(village) as node:
        node.journal.append("public", "test.written", "x", {"n": 1})
        node.journal.db.execute("UPDATE entries SET subject = 'y' WHERE subject = 'x'")
    done = kiosk("verify", village)
    assert done.returncode == 1
    assert f"{VILLAGE}/public#1" in done.stdout
    assert "处不对" in done.stderr


def test_an_unenrolled_village_is_told_what_to_do(dirs: tuple[Path, Path]) -> None:
    done = kiosk("sync", dirs[0])
    assert done.returncode == 1
    assert "kiosk enrol" in done.stderr
    assert kiosk("invite", dirs[0], VILLAGE).returncode == 1
    assert kiosk("invite", dirs[1], "110101001001").returncode == 1
