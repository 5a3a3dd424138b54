"""Faults of every kind, in rounds, lose nothing, double nothing and alter nothing.

`--fault-rounds 1000` for a full run. Each round has a seed of its own, printed where it fails:
`--fault-rounds 1 --fault-seed SEED` repeats its decisions (not the scheduler's).
"""

import logging
import multiprocessing
import random
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kiosk import create_app, villages
from kiosk.node import make_node, open_node
from kiosk.sync import client, enrolment
from kiosk.sync.transport import InProcess
from tests.faults import checks, nodes, rounds, writing
from tests.sync import auditor
from tests.sync.auditor import Audit
from tests.sync.servers import TOWNSHIP, VILLAGE

HISTORY = 280
"""Entries of each public stream at the start: more than one tile."""

ROUNDS_AN_ITEM = 5


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The rounds in small items, so that several workers share them."""
    count = metafunc.config.getoption("--fault-rounds")
    if "numbers" in metafunc.fixturenames:
        starts = range(0, count, ROUNDS_AN_ITEM)
        items = [range(start, min(start + ROUNDS_AN_ITEM, count)) for start in starts]
        metafunc.parametrize("numbers", items, ids=[str(item.start) for item in items])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two folders that every round begins with."""
    folder = tmp_path_factory.mktemp("faults")
    for role, code in (("village", VILLAGE), ("township", TOWNSHIP)):
        make_node(folder / role, role=role, code=code, name=role, began=date(2026, 1, 1))
    village, township = open_node(folder / "village"), open_node(folder / "township")
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
    return folder


@pytest.fixture(scope="module")
def audit(template: Path) -> Audit | None:
    """The auditor, which accepts what every round begins with."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    if not auditor.SOURCE.exists():
        return None
    audit = auditor.built(template)
    for role in ("village", "township"):
        node = open_node(template / role)
        checks.audited(node, audit)
        node.close()
    return audit


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_no_fault_loses_doubles_or_alters_anything(
    template: Path,
    audit: Audit | None,
    numbers: range,
    fault_seed: int,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(nodes.PRELOADED)
    happened: Counter[str] = Counter()
    for number in numbers:
        folder = tmp_path / f"round {number}"
        folder.mkdir()
        try:
            happened.update(rounds.run(template, folder, fault_seed + number, audit))
        except BaseException:
            print(f"round {number + 1} failed. To repeat it:")
            print(f"  --fault-rounds 1 --fault-seed {fault_seed + number}")
            raise
        shutil.rmtree(folder)
    record_property("fault seed", fault_seed)
    record_property("fault rounds", len(numbers))
    record_property("faults", dict(happened))
