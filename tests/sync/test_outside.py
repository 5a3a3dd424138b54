"""Anyone can check a village from outside: its stream by address, a notice by its proof file."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kiosk import create_app
from kiosk.cli import main
from kiosk.journal import checkpoint as notes
from kiosk.journal.log import Draft
from kiosk.node import Node
from kiosk.sync import client, outside
from kiosk.sync.outside import NotProven
from kiosk.sync.transport import InProcess
from tests.sync.servers import VILLAGE

HOST = "http://board.example"
PREFIX = f"{HOST}/streams/{VILLAGE}/public"


class Served:
    """Fetches from a node's pages in this process; `spoil` changes what one address answers."""

    def __init__(self, node: Node) -> None:
        self.door: FlaskClient = create_app(node).test_client()
        self.spoiled: dict[str, bytes | None] = {}

    def __call__(self, url: str) -> bytes | None:
        path = url.removeprefix(HOST)
        for ending, data in self.spoiled.items():
            if path.endswith(ending):
                return data
        answer = self.door.get(path)
        return answer.data if answer.status_code == 200 else None


@pytest.fixture
def served(enrolled: Node, township: Node) -> Served:
    """The township's copy of a village's stream over more than one tile, one body erased."""
    enrolled.journal.append_all(
        Draft("public", "test.written", f"s{n}", {"n": n}) for n in range(298)
    )
    enrolled.journal.append("public", "notice.published", "N1", {"title": "x"})
    enrolled.journal.erase("public", 7, actor="测试", reason="含身份证号")
    assert client.round(enrolled, InProcess(create_app(township))).troubles == ()
    return Served(township)


def test_a_whole_stream_verifies(served: Served, enrolled: Node) -> None:
    found = outside.check_stream(PREFIX, get=served)
    assert found.size == enrolled.journal.size(f"{VILLAGE}/public")
    assert (found.erased, len(found.witnessed), found.given) == (1, 1, False)
    keys = (served(f"{PREFIX}/vkeys") or b"").decode().split()
    assert outside.check_stream(f"{PREFIX}/", keys, get=served).given


@pytest.mark.parametrize(
    ("ending", "change", "says"),
    [
        ("tile/entries/000", lambda data: data.replace(b"test.written", b"test.changed"), "不符"),
        ("tile/entries/000", lambda data: data[:-1], "不完整"),
        ("tile/0/000", lambda data: data[:-32] + bytes(32), "不符"),
        ("/bodies/9", lambda data: b'{"body": {"n": 1}, "salt": "00"}', "改动"),
        ("/bodies/9", lambda data: b"[]", "看不懂"),
        ("/checkpoint", lambda data: data.replace(b"\n30", b"\n29", 1), "签名不对"),
        ("/checkpoint", lambda data: None, "没有内容"),
        ("/vkeys", lambda data: b"x+y+z", "签名不对"),
    ],
)
def test_whatever_was_changed_is_found(
    served: Served, ending: str, change: object, says: str
) -> None:
    place = f"{PREFIX}{ending if ending.startswith('/') else '/' + ending}"
    assert callable(change)
    served.spoiled[ending] = change(served(place))
    with pytest.raises(NotProven, match=says):
        outside.check_stream(PREFIX, get=served)


def test_leaves_and_tiles_changed_together_do_not_give_the_signed_root(served: Served) -> None:
    from kiosk.journal import merkle, tiles

    bundle = (served(f"{PREFIX}/tile/entries/000") or b"").replace(b"s9", b"s8")
    served.spoiled["tile/entries/000"] = bundle
    served.spoiled["tile/0/000"] = b"".join(map(merkle.leaf_hash, tiles.leaves_of(bundle)))
    with pytest.raises(NotProven, match="树根"):
        outside.check_stream(PREFIX, get=served)


def test_another_key_than_the_one_given_is_refused(served: Served, township: Node) -> None:
    origin = township.journal.origin(VILLAGE)
    assert origin is not None
    other = notes.vkey(origin.name(f"{VILLAGE}/public"), bytes([9]) * 32)
    with pytest.raises(NotProven, match="签名不对"):
        outside.check_stream(PREFIX, [other], get=served)


def test_a_proof_file_verifies(served: Served) -> None:
    text = (served(f"{HOST}/n/N1.tlog-proof") or b"").decode()
    found, entry = outside.check_proof(text, source=HOST, get=served)
    assert (entry["subject"], entry["kind"]) == ("N1", "notice.published")
    assert len(found.witnessed) == 1
    keys = (served(f"{PREFIX}/vkeys") or b"").decode().split()
    assert outside.check_proof(text, keys)[0].given


def test_a_proof_that_was_changed_does_not_verify(served: Served) -> None:
    text = (served(f"{HOST}/n/N1.tlog-proof") or b"").decode()
    index = next(line for line in text.splitlines() if line.startswith("index "))
    for changed in (
        text.replace(index, "index 3"),
        text.replace("c2sp.org/tlog-proof@v1", "x"),
        text.replace("extra ", "extra AAAA"),
        "",
    ):
        with pytest.raises(NotProven):
            outside.check_proof(changed, source=HOST, get=served)
    with pytest.raises(NotProven, match="--vkey"):
        outside.check_proof(text, get=served)


def test_the_command_checks_a_proof_file(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "N1.tlog-proof"
    file.write_bytes(served(f"{HOST}/n/N1.tlog-proof") or b"")
    keys = (served(f"{PREFIX}/vkeys") or b"").decode().split()
    options = [part for key in keys for part in ("--vkey", key)]
    done = CliRunner().invoke(main, ["verify", str(file), *options])
    assert done.exit_code == 0, done.output
    assert "没有被改动" in done.output
    assert "见证：" in done.output
    file.write_text(file.read_text().replace("index ", "index 1"))
    done = CliRunner().invoke(main, ["verify", str(file), *options])
    assert done.exit_code == 1
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "missing")]).exit_code == 2
