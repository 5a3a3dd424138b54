"""SIGKILL at random moments of publishing and syncing loses nothing and doubles nothing.

A village and a township, both serving, syncing and publishing, are killed and started again, over
and over. Then both are let come to rest, and `kiosk verify` and every acknowledged entry are
checked on both sides. `--crash-rounds 1000` for a full run, `--crash-seed` to repeat the moments.
"""

import multiprocessing
import random
import subprocess
import time
from collections import Counter
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from kiosk import create_app, villages
from kiosk.attachments.named import named_in
from kiosk.node import Node, open_node
from kiosk.sync import client, enrolment
from kiosk.sync.transport import InProcess
from tests.sync import publishing, servers
from tests.sync.servers import TOWNSHIP, VILLAGE, until

SHARED = (
    f"{VILLAGE}/public",
    f"{VILLAGE}/parent",
    f"{TOWNSHIP}/public",
    f"{TOWNSHIP}/{VILLAGE}",
)


class Victim:
    """A publishing node, started, killed and started again."""

    def __init__(self, dir: Path, port: int) -> None:
        self.dir, self.port = dir, port
        self.acks = dir / "acks"
        self.acks.touch()
        self._process: ForkServerProcess | None = None
        self._before = 0

    def start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        self._before = self.acks.stat().st_size
        self._process = context.Process(
            target=publishing.run,
            args=(str(self.dir), self.port, str(self.acks)),
            daemon=True,
        )
        self._process.start()

    def publishes(self) -> bool:
        assert self._process is not None
        assert self._process.is_alive(), (self.dir / "serve.log").read_text()[-3000:]
        return self.acks.stat().st_size > self._before

    def answers(self) -> bool:
        return servers.answers(self.port)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(10)

    def stop(self) -> int | None:
        assert self._process is not None
        self._process.terminate()
        self._process.join(30)
        return self._process.exitcode

    def acknowledged(self) -> list[tuple[str, int, str]]:
        lines = self.acks.read_text().splitlines()
        return [(s, int(seq), subject) for s, seq, subject in (line.split() for line in lines)]


@pytest.mark.crash
@pytest.mark.timeout(3600)
def test_killing_either_side_at_any_moment_loses_and_doubles_nothing(
    village: Node, township: Node, request: pytest.FixtureRequest
) -> None:
    rounds = request.config.getoption("--crash-rounds")
    seed = request.config.getoption("--crash-seed")
    if seed is None:
        seed = random.SystemRandom().randrange(1 << 32)
    print(f"crash seed {seed}")
    chance = random.Random(seed)
    multiprocessing.get_context("forkserver").set_forkserver_preload(
        ["pytest", "kiosk.node", "kiosk.web.streams", "tests.sync.publishing"]
    )
    ports = {TOWNSHIP: servers.free_port(), VILLAGE: servers.free_port()}
    code = villages.invite(township.journal, VILLAGE, actor="crash test")
    enrolment.enrol(
        village, f"http://127.0.0.1:{ports[TOWNSHIP]}", code, InProcess(create_app(township))
    )
    victims = [Victim(node.config.dir, ports[node.config.code]) for node in (village, township)]
    for node in (village, township):
        node.close()
    try:
        for victim in victims:
            victim.start()
        for _ in range(rounds):
            victim = chance.choice(victims)
            if chance.random() < 0.9:
                until(victim.publishes, servers.START_SECONDS)
            time.sleep(chance.random() * 0.3)
            victim.kill()
            victim.start()
        for victim in victims:
            until(victim.publishes, servers.START_SECONDS)
            until(victim.answers, servers.START_SECONDS)
        assert [victim.stop() for victim in victims] == [0, 0]
    finally:
        for victim in victims:
            victim.kill()
    settle_and_check(*victims)


def settle_and_check(village: Victim, township: Victim) -> None:
    one, other = open_node(village.dir), open_node(township.dir)
    wire = InProcess(create_app(other))
    assert client.round(one, wire).troubles == ()
    assert client.round(one, wire).troubles == ()
    acknowledged = village.acknowledged() + township.acknowledged()
    assert len(acknowledged) > 20
    for stream in SHARED:
        entries = one.journal.read(stream)
        assert entries == other.journal.read(stream)
        placed = {(entry.seq, entry.subject) for entry in entries}
        counts = Counter(e.subject for e in entries if e.kind == "test.written")
        for where, seq, subject in acknowledged:
            if where == stream:
                assert (seq, subject) in placed
                assert counts[subject] == 1
        for sha in {sha for entry in entries for sha in named_in(entry.body)}:
            assert one.blobs.has(sha)
            assert other.blobs.has(sha)
    one.close()
    other.close()
    for victim in (village, township):
        checked = subprocess.run(
            [*servers.KIOSK, "verify", str(victim.dir)], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr
