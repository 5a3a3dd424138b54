"""Orders from the township to a village."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, supervision
from kiosk.supervision.commands import OrderRefused
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def send(township, **changes):
    given = {
        "village": VILLAGE, "about": "finance.statement/2026Q3",
        "text": "第三季度财务请三天内公开。", "until": "2026-11-27", "actor": "李监督", **changes,
    }  # fmt: skip
    with clock.set_to(NOW):
        return supervision.send_order(township.journal, **given)


def test_an_order_reaches_the_village_and_its_answer_the_township(enrolled, township):
    id = send(township)
    copied(township, enrolled, VILLAGE)
    [order] = supervision.open_orders(enrolled.journal, VILLAGE)
    assert (order.id, order.until, order.state) == (id, "2026-11-27", "sent")
    supervision.answer_order(enrolled.journal, id, "已公开。", actor="王会计")
    copied(enrolled, township, "parent")
    assert supervision.order(township.journal, id).state == "answered"
    supervision.close_order(township.journal, id, actor="李监督")
    copied(township, enrolled, VILLAGE)
    assert supervision.open_orders(enrolled.journal, VILLAGE) == []
    for node in (enrolled, township):
        live = node.journal.projector.fingerprints(node.journal.db)
        node.journal.rebuild()
        assert node.journal.projector.fingerprints(node.journal.db) == live


def test_an_order_is_overdue_after_its_day(enrolled, township):
    id = send(township)
    with clock.set_to(NOW + timedelta(days=3)):
        assert not supervision.order(township.journal, id).overdue
    with clock.set_to(NOW + timedelta(days=4)):
        assert supervision.order(township.journal, id).overdue


def test_what_nobody_answers_goes_up_step_by_step_once_each(enrolled, township):
    id = send(township)
    for day, went, to in (
        (6, 0, ""),
        (7, 1, "村党组织书记"),
        (8, 0, "村党组织书记"),
        (15, 1, "镇分管领导"),
    ):
        with clock.set_to(NOW + timedelta(days=day)):
            assert supervision.escalate(township.journal) == went
            assert supervision.order(township.journal, id).gone_to == to


def test_what_the_public_reads_of_an_order_names_nobody(enrolled, township):
    with pytest.raises(OrderRefused, match="手机号"):
        send(township, text="请张三（13805301234）把账补上。", public=True)
    id = send(township, public=True)
    with clock.set_to(NOW):
        supervision.withdraw_order(township.journal, id, "发错了。", actor="李监督")
        [shown] = supervision.shown(township.journal, VILLAGE)
    assert (shown.id, shown.state) == (id, "withdrawn")
    with clock.set_to(NOW + timedelta(days=40)):
        assert supervision.shown(township.journal, VILLAGE) == []


@pytest.mark.parametrize(
    "changes",
    [{"text": " "}, {"until": "2026-11-23"}, {"until": "明"}, {"village": "371721105999"}],
)
def test_an_order_that_cannot_be_is_refused(enrolled, township, changes):
    with pytest.raises(OrderRefused):
        send(township, **changes)


def test_only_the_ordered_village_answers_and_only_the_township_closes(enrolled, township):
    id = send(township)
    with pytest.raises(OrderRefused):
        supervision.answer_order(township.journal, id, "答", actor="李监督")
    copied(township, enrolled, VILLAGE)
    with pytest.raises(OrderRefused):
        supervision.close_order(enrolled.journal, id, actor="王会计")
    township.journal.append("371721105202", "order.answered", id, {"text": "冒充"})
    assert supervision.order(township.journal, id).state == "sent"
