"""`kiosk verify` finds what was changed behind the program's back."""

from collections.abc import Iterator

import pytest

from kiosk.attachments.named import faults as blob_faults
from kiosk.attachments.named import named_in
from kiosk.journal.log import Draft
from kiosk.journal.verify import faults
from kiosk.node import Node
from tests.conftest import VILLAGE, copied

PUBLIC = f"{VILLAGE}/public"


@pytest.fixture
def pair(enrolled: Node, township: Node) -> Iterator[tuple[Node, Node]]:
    """A village with a witnessed history of some entries, one of them erased, and its copy."""
    journal = enrolled.journal
    for i in range(5):
        journal.append("public", "test.written", f"s{i}", {"n": i})
    journal.erase("public", 3, actor="测试", reason="含身份证号")
    copied(enrolled, township)
    journal.append_all(Draft("public", "test.written", "x", {"n": i}) for i in range(9))
    copied(enrolled, township)
    journal.append("self", "test.written", "x", {})
    yield enrolled, township


def found(node: Node) -> list[str]:
    return list(faults(node.journal))


def test_nothing_is_wrong_with_what_the_program_wrote(pair: tuple[Node, Node]) -> None:
    assert found(pair[0]) == found(pair[1]) == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE entries SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 2", "#2：树节点"),
        ("UPDATE entries SET body = '{\"n\":7}' WHERE seq = 2", "#2：正文与哈希不符"),
        ("UPDATE entries SET body = NULL, salt = NULL WHERE seq = 2", "#2：正文没有了"),
        ("DELETE FROM entries WHERE seq = 2", "前面缺少记录（应为第 2 条）"),
        ("DELETE FROM entries WHERE seq > 12", "树的节点数不对"),
        ("DELETE FROM tree WHERE level = 1 AND idx = 1", "树节点（1, 1）"),
        ("UPDATE checkpoints SET root = zeroblob(32)", "树根与签名的不符"),
        ("UPDATE checkpoints SET note = replace(note, 'A', 'B')", "签名不对"),
        ("DELETE FROM checkpoints", "没有签名"),
        ("UPDATE cosignatures SET at = at - 1", "见证签名不对"),
        ("UPDATE cosignatures SET size = size - 1", "见证签名不对"),
        ("DELETE FROM entries", "却没有记录"),
        ("UPDATE nodes SET name = 'X'", "表 nodes"),
        ("DELETE FROM nodes", "表 nodes"),
    ],
)
def test_a_change_behind_its_back_is_found(
    pair: tuple[Node, Node], statement: str, says: str
) -> None:
    for node in pair:
        node.journal.db.execute(statement)
        assert any(says in line for line in found(node)), found(node)


def test_an_erased_body_that_is_back_is_found(pair: tuple[Node, Node]) -> None:
    node = pair[1]
    node.journal.db.execute(
        "UPDATE entries SET body = '{}', salt = zeroblob(16) WHERE seq = 3 AND stream = ?",
        [PUBLIC],
    )
    assert any("应已删除的正文还在" in line for line in found(node))


def test_attachments_are_found_where_bodies_name_them() -> None:
    one, two = "ab" * 32, "cd" * 32
    body = {
        "attachments": [{"sha": one, "name": "x"}],
        "content": {"photo": two},
        "token_hash": "ef" * 32,
        "photo": "",
        "sha": None,
    }
    assert named_in(body) == {one, two}
    assert named_in(None) == set()


def test_a_damaged_or_missing_attachment_is_found(village: Node) -> None:
    good, bad = village.blobs.put(b"good"), village.blobs.put(b"bad")
    assert list(blob_faults(village.blobs, [good, bad])) == []
    village.blobs.path(bad).chmod(0o600)
    village.blobs.path(bad).write_bytes(b"BAD")
    lines = list(blob_faults(village.blobs, [good, "ab" * 32]))
    assert len(lines) == 2
    assert bad in lines[0]
    assert "ab" * 32 in lines[1]
