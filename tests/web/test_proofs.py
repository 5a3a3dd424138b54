"""The page that says when a notice was published and whether it was changed."""

from kiosk import create_app
from kiosk.journal.log import Draft
from kiosk.node import Node
from tests.conftest import copied


def published(node: Node, id: str, title: str = "财务收支情况") -> None:
    body = {
        "item": "finance.statement", "affairs": "finance", "title": title,
        "form": "notice", "period": "2026Q3", "event": "", "content": {"text": "x"},
        "attachments": [], "reviews": [], "display_until": "", "contact": "",
    }  # fmt: skip
    node.journal.append_all([Draft("public", "notice.published", id, body, "王会计")])


def test_a_witnessed_notice_can_be_checked(enrolled: Node, township: Node) -> None:
    published(enrolled, "N1")
    copied(enrolled, township)
    page = create_app(township).test_client().get("/n/N1/proof")
    assert page.status_code == 200
    for words in ("有人见证", 'data-id="N1"', 'data-title="财务收支情况"', "proof.js"):
        assert words in page.text


def test_an_erased_or_withdrawn_notice_still_has_its_page(enrolled: Node, township: Node) -> None:
    published(enrolled, "N1")
    seq = enrolled.journal.find("N1")[0].seq
    enrolled.journal.append("public", "notice.withdrawn", "N1", {"reason": "写错了"})
    enrolled.journal.erase("public", seq, actor="测试", reason="含身份证号")
    copied(enrolled, township)
    door = create_app(township).test_client()
    page = door.get("/n/N1/proof")
    assert page.status_code == 200
    assert "写错了" in page.text
    assert door.get("/n/N1.tlog-proof").status_code == 200


def test_a_notice_that_is_not_there_is_said_so(enrolled: Node) -> None:
    assert create_app(enrolled).test_client().get("/n/NONE/proof").status_code == 404
