"""An auditor that nobody here wrote accepts every public stream of every node.

`../shared/checks/tlog/audit.go` is built on golang.org/x/mod/sumdb alone; published vectors of
the same formats are tested in `tests/unit` whether it is there or not.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk import create_app
from kiosk.journal.log import Draft
from kiosk.node import Node
from kiosk.sync import client
from kiosk.sync.transport import InProcess
from tests.sync import auditor
from tests.sync.auditor import Audit, keys
from tests.sync.servers import TOWNSHIP, VILLAGE, Server


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """The auditor, built once."""
    if not auditor.SOURCE.exists():
        pytest.skip(f"no auditor beside this repository ({auditor.SOURCE})")
    return auditor.built(tmp_path_factory.mktemp("audit"))


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
def test_the_auditor_accepts_every_public_stream_of_both_nodes(
    enrolled: Node,
    township: Node,
    serve: Callable[[Path], Server],
    audit: Audit,
    count: int,
) -> None:
    wire = InProcess(create_app(township))
    for node in (enrolled, township):
        missing = count - node.journal.size(node.journal.own("public"))
        node.journal.append_all(
            Draft("public", "test.written", f"s{n}", {"n": n, "text": "三务公开"})
            for n in range(missing)
        )
    if count > 1:
        enrolled.journal.erase("public", 1, actor="测试", reason="含身份证号")
    assert client.round(enrolled, wire).troubles == ()
    enrolled.journal.append("public", "test.written", "newer", {"n": 0})
    for node in (enrolled, township):
        node.close()
        url = serve(node.config.dir).url
        for origin, witnesses in ((VILLAGE, 1), (TOWNSHIP, 0)):
            prefix = f"{url}/streams/{origin}/public"
            verifiers = keys(prefix)
            assert len(verifiers) == 1 + witnesses
            done = audit(prefix, *verifiers)
            assert done.returncode == 0, done.stdout + done.stderr
            assert done.stdout.startswith("ok ")


def test_the_auditor_refuses_a_stream_that_was_changed(
    village: Node, serve: Callable[[Path], Server], audit: Audit
) -> None:
    journal = village.journal
    for n in range(5):
        journal.append("public", "test.written", f"s{n}", {"n": n})
    journal.db.execute("UPDATE entries SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 2")
    village.close()
    prefix = f"{serve(village.config.dir).url}/streams/{VILLAGE}/public"
    done = audit(prefix, *keys(prefix))
    assert done.returncode == 1
    assert "entry 2" in done.stdout
