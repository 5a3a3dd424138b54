"""What there is to tell: gathered from duties, orders and feedback, each once, with how far up it
has gone."""

from collections.abc import Iterator
from datetime import date, timedelta

from kiosk import supervision
from kiosk.duties import queries as duties
from kiosk.feedback import queries as feedback
from kiosk.journal.log import Journal
from kiosk.rules.calendar import day_of
from kiosk.rules.messages import News
from kiosk.villages import queries as villages

LEVEL = {"due": 0, "overdue": 1, "stale": 1, "escalated": 2}
"""How far up a duty goes by its state."""

WITHIN = timedelta(days=14)
"""What is older was told, or nobody was there to be told."""


def gathered(journal: Journal, today: date) -> list[News]:
    """Everything of the last days that somebody might have to hear of, oldest first. A village
    tells of itself, a township of all its villages."""
    known = [each.code for each in villages.known(journal)] or [journal.code]
    since = today - WITHIN
    found = [*_of_duties(journal, known), *_of_orders(journal), *_of_feedback(journal, known)]
    return sorted(each for each in found if each.on >= since)


def _of_duties(journal: Journal, known: list[str]) -> Iterator[News]:
    for each in duties.reminders(journal, None, 5000):
        if each.village in known and each.state in LEVEL:
            id = f"duty/{each.village}/{each.duty}/{each.state}/{each.on}"
            yield News(each.on, id, each.village, LEVEL[each.state], False, f"{each.words}。")


def _of_orders(journal: Journal) -> Iterator[News]:
    for order in supervision.orders(journal):
        sent = f"镇里发来督办：{order.text[:60]}"
        yield News(day_of(order.at), f"order/{order.id}/sent", order.village, 0, True, sent)
        for event in order.events:
            words = {
                "sent_back": f"督办被退回：{event.text[:60]}",
                "escalated": f"督办超期没有答复，报{(event.body or {}).get('to', '上级')}："
                f"{order.text[:40]}",
            }.get(event.kind)
            if words:
                level = 0 if event.kind == "sent_back" else min(2, 1 + _before(order, event))
                id = f"order/{order.id}/{event.kind}/{event.stream}/{event.seq}"
                yield News(day_of(event.at), id, order.village, level, True, words)


def _before(order: supervision.Order, event: object) -> int:
    """How often the order had gone up before that."""
    ups = [each for each in order.events if each.kind == "escalated"]
    return ups.index(event) if event in ups else 0


def _of_feedback(journal: Journal, known: list[str]) -> Iterator[News]:
    for each in feedback.all_open(journal):
        if each.village not in known:
            continue
        yield News(
            day_of(each.at), f"feedback/{each.id}/received", each.village, 0, False,
            f"收到一条{each.kind}，请在{each.answer_by.month}月{each.answer_by.day}日前答复。",
        )  # fmt: skip
        if each.escalated:
            yield News(
                day_of(each.escalated), f"feedback/{each.id}/escalated", each.village, 1, False,
                "有一条群众意见超期没有答复，已报镇里。",
            )  # fmt: skip
