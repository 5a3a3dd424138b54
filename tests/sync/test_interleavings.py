"""Whatever is lost on the way, and whoever writes when: nothing is lost and nothing is doubled."""

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk import create_app, villages
from kiosk.journal.log import Draft
from kiosk.journal.verify import faults
from kiosk.node import Node, make_node, open_node
from kiosk.sync import client, enrolment
from kiosk.sync.transport import Answer, InProcess, Unreachable
from tests.conftest import BEGAN
from tests.sync.servers import TOWNSHIP, VILLAGE

WRITES = (
    ("village", "public"),
    ("village", "parent"),
    ("village", "self"),
    ("township", "public"),
    ("township", VILLAGE),
)
SHARED = [
    f"{VILLAGE}/public",
    f"{VILLAGE}/parent",
    f"{TOWNSHIP}/public",
    f"{TOWNSHIP}/{VILLAGE}",
]

write = st.tuples(st.sampled_from(WRITES), st.integers(1, 5), st.booleans())
fates = st.lists(st.sampled_from(["", "", "", "request", "answer"]), max_size=12)
steps = st.lists(st.one_of(write, fates), min_size=1, max_size=12)


class Lossy:
    """Loses the request or its answer as `fates` says; then all goes well."""

    def __init__(self, inner: InProcess, fates: Iterable[str]) -> None:
        self._inner = inner
        self._fates = itertools.chain(fates, itertools.repeat(""))

    def request(
        self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
    ) -> Answer:
        fate = next(self._fates)
        if fate == "request":
            raise Unreachable("断网")
        answer = self._inner.request(method, path, headers, data)
        if fate == "answer":
            raise Unreachable("断网")
        return answer


@contextmanager
def pair() -> Iterator[tuple[Node, Node, InProcess]]:
    with tempfile.TemporaryDirectory() as folder:
        dirs = Path(folder, "village"), Path(folder, "township")
        make_node(dirs[0], role="village", code=VILLAGE, name="东湖村", began=BEGAN)
        make_node(dirs[1], role="township", code=TOWNSHIP, name="李楼镇", began=BEGAN)
        village, township = map(open_node, dirs)
        wire = InProcess(create_app(township))
        code = villages.invite(township.journal, VILLAGE, actor="测试")
        enrolment.enrol(village, "http://in.process", code, wire)
        yield village, township, wire
        village.close()
        township.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_nothing_is_lost_and_nothing_doubled(steps: list[object]) -> None:
    with pair() as (village, township, wire):
        nodes = {"village": village, "township": township}
        acknowledged: dict[str, list[int]] = {stream: [] for stream in SHARED}
        numbers = itertools.count()
        blobs: set[str] = set()
        for step in steps:
            if isinstance(step, list):
                client.round(village, Lossy(wire, step))
                continue
            (who, channel), count, with_blob = step  # type: ignore[misc]
            node = nodes[who]
            drafts = []
            for _ in range(count):
                n = next(numbers)
                body: dict[str, object] = {"n": n}
                if with_blob:
                    body["photo"] = node.blobs.put(f"photo {n}".encode())
                drafts.append(Draft(channel, "test.written", f"s{n}", body))
            for entry in node.journal.append_all(drafts):
                if entry.stream in acknowledged and entry.body:
                    acknowledged[entry.stream].append(entry.body["n"])
                    if with_blob:
                        blobs.add(entry.body["photo"])
        done = client.round(village, wire)
        assert done.troubles == ()
        for stream in SHARED:
            here, there = (node.journal.read(stream) for node in (village, township))
            assert here == there
            numbered = [e.body["n"] for e in here if e.body and e.kind == "test.written"]
            assert numbered == acknowledged[stream]
        assert all(node.blobs.has(sha) for sha in blobs for node in nodes.values())
        for stream in SHARED[:2]:
            assert village.journal.cosigned_size(stream) in (village.journal.size(stream), None)
        for node in nodes.values():
            assert list(faults(node.journal)) == []
