"""A township sends an order and closes it; the village answers."""

from datetime import date

from ulid import ULID

from kiosk import clock, villages
from kiosk.journal.log import Journal
from kiosk.supervision import queries
from kiosk.supervision.queries import Order

TEXT_LIMIT = 1000


class OrderRefused(ValueError):
    """The order cannot be given or answered so; the message says why, in plain Chinese."""


def send_order(
    journal: Journal, *, village: str, about: str = "", text: str, until: str = "", actor: str
) -> str:
    """Sends a village an order and returns its id. `until` is a Beijing date or "".

    Raises OrderRefused.
    """
    text = _checked(text, "请写明要村里做什么。")
    if until:
        try:
            day = date.fromisoformat(until)
        except ValueError:
            raise OrderRefused("期限应为日期，如 2026-12-01。") from None
        if day < clock.today():
            raise OrderRefused("期限不能早于今天。")
    if all(each.code != village for each in villages.children(journal)):
        raise OrderRefused("这个村还没有接入本乡镇。")
    id = str(ULID.from_datetime(clock.now()))
    body = {"village": village, "about": about, "text": text, "until": until}
    journal.append(village, "order.sent", id, body, actor=actor)
    return id


def answer_order(journal: Journal, id: str, text: str, *, actor: str) -> None:
    """The village says what it did. Raises OrderRefused."""
    text = _checked(text, "请写明办理情况。")
    found = _found(journal, id)
    if found.village != journal.code:
        raise OrderRefused("这条督办是给别的村的。")
    if found.state == "closed":
        raise OrderRefused("这条督办已经办结。")
    journal.append("parent", "order.answered", id, {"text": text}, actor=actor)


def close_order(journal: Journal, id: str, *, actor: str) -> None:
    """The township is content, or takes the order back. Raises OrderRefused."""
    found = _found(journal, id)
    if found.stream != journal.own(found.village):
        raise OrderRefused("只有发出督办的乡镇可以办结。")
    if found.state != "closed":
        journal.append(found.village, "order.closed", id, {}, actor=actor)


def _found(journal: Journal, id: str) -> Order:
    found = queries.order(journal, id)
    if found is None:
        raise OrderRefused("没有找到这条督办。")
    return found


def _checked(text: str, missing: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise OrderRefused(missing)
    if len(text) > TEXT_LIMIT:
        raise OrderRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    return text
