"""Faults of every kind, in rounds, lose nothing, double nothing and alter nothing.

`--fault-rounds 1000` for a full run. Each round has a seed of its own, printed where it fails:
`--fault-rounds 1 --fault-seed SEED` repeats its decisions (not the scheduler's).
"""

import logging
import multiprocessing
import random
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from kiosk import create_app, villages
from kiosk.node import Node, open_node
from kiosk.sync import client, enrolment
from kiosk.sync.transport import InProcess
from tests.faults import checks, nodes, rounds, writing
from tests.sync import auditor
from tests.sync.servers import VILLAGE

HISTORY = 280
"""Entries of each public stream at the start: more than one tile."""


@pytest.fixture
def template(village: Node, township: Node, tmp_path: Path) -> Path:
    """The two folders that every round begins with."""
    code = villages.invite(township.journal, VILLAGE, actor="测试")
    wire = InProcess(create_app(township))
    enrolment.enrol(village, "http://127.0.0.1:9", code, wire)
    chance = random.Random(1)
    for node in (village, township):
        with node.journal.writing():
            while node.journal.size(node.journal.own("public")) < HISTORY:
                writing.write_one(node, chance)
    for _ in range(2):
        assert client.round(village, wire).troubles == ()
    for node in (village, township):
        node.close()
    with (township.config.dir / "node.toml").open("a") as settings:
        settings.write("\n[limits]\nreserve_mb = 1\n")
    return tmp_path


@pytest.mark.faults
@pytest.mark.timeout(36_000)
def test_no_fault_loses_doubles_or_alters_anything(
    template: Path, request: pytest.FixtureRequest
) -> None:
    count = request.config.getoption("--fault-rounds")
    seed = request.config.getoption("--fault-seed")
    if seed is None:
        seed = random.SystemRandom().randrange(1 << 32)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    multiprocessing.get_context("forkserver").set_forkserver_preload(nodes.PRELOADED)
    audit = auditor.built(template) if auditor.SOURCE.exists() else None
    for role in ("village", "township"):
        node = open_node(template / role)
        checks.audited(node, audit)
        node.close()
    happened: Counter[str] = Counter()
    began = time.monotonic()
    for number in range(count):
        folder = template / f"round {number}"
        folder.mkdir()
        try:
            happened.update(rounds.run(template, folder, seed + number, audit))
        except BaseException:
            print(f"round {number + 1} of {count} failed. To repeat it:")
            print(f"  --fault-rounds 1 --fault-seed {seed + number}")
            raise
        shutil.rmtree(folder)
    took = time.monotonic() - began
    print(f"fault seed {seed}: {count} rounds clean in {took:.0f} s")
    for what, times in sorted(happened.items()):
        print(f"  {times:6} {what}")
