"""A township sends an order, sends an answer back, closes or withdraws; the village acknowledges
and answers with a proof; what nobody answers goes up."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock, villages
from kiosk.journal.log import Draft, Journal
from kiosk.rules import orders as rules
from kiosk.rules import privacy
from kiosk.rules.steps import next_step
from kiosk.supervision import queries
from kiosk.supervision.queries import Order

TEXT_LIMIT = 1000
PHOTOS_LIMIT = 6


class OrderRefused(ValueError):
    """The order cannot be given or answered so; the message says why, in plain Chinese."""


def send_order(
    journal: Journal,
    *,
    village: str,
    about: str = "",
    text: str,
    until: str = "",
    public: bool = False,
    actor: str,
) -> str:
    """Sends a village an order and returns its id. `until` is a Beijing date or "". A `public` one
    stands on the village's board until some time after its end.

    Raises OrderRefused, also for personal data in a public one.
    """
    text = _checked(text, "请写明要村里做什么。")
    _day(until)
    if all(each.code != village for each in villages.children(journal)):
        raise OrderRefused("这个村还没有接入本乡镇。")
    if public and (found := privacy.find(text)):
        raise OrderRefused(
            f"要在屏幕上公布的督办里写了{privacy.KINDS[found[0].kind]}，请改成不点明个人的说法。"
        )
    id = str(ULID.from_datetime(clock.now()))
    body = {"village": village, "about": about, "text": text, "until": until, "public": public}
    drafts = [Draft(village, "order.sent", id, body, actor)]
    if public:
        drafts.append(_told(id, village, text, until, "open", actor))
    journal.append_all(drafts)
    return id


def acknowledge(journal: Journal, id: str, *, actor: str) -> None:
    """The village has read it and says that it will be done. Raises OrderRefused."""
    found = _ours(journal, id)
    if found.state == "sent":
        _append(journal, "parent", "acknowledged", found, {}, actor)


def answer_order(
    journal: Journal,
    id: str,
    text: str,
    *,
    notice: str = "",
    photos: Sequence[dict[str, Any]] = (),
    actor: str,
) -> None:
    """The village says what it did, with a notice's id or photos as proof ({sha, name, type, width,
    height}, stored already). Raises OrderRefused."""
    text = _checked(text, "请写明办理情况。")
    if len(photos) > PHOTOS_LIMIT:
        raise OrderRefused(f"照片最多 {PHOTOS_LIMIT} 张。")
    found = _ours(journal, id)
    if not found.open:
        raise OrderRefused(f"这条督办{found.state_words}，不用再回复。")
    body = {"text": text, "notice": notice, "photos": [dict(each) for each in photos]}
    _append(journal, "parent", "answered", found, body, actor)


def send_back(journal: Journal, id: str, text: str, until: str, *, actor: str) -> None:
    """The township is not content: says why, and by when anew. Raises OrderRefused."""
    text = _checked(text, "请写明为什么退回、还要做什么。")
    _day(until)
    found = _sent_by_us(journal, id)
    if found.state != "answered":
        raise OrderRefused("村里还没有新的答复，不能退回。")
    _append(journal, found.village, "sent_back", found, {"text": text, "until": until}, actor)
    if found.public:
        told = _told(id, found.village, found.text, until, "open", actor)
        journal.append_all([told])


def close_order(journal: Journal, id: str, text: str = "", *, actor: str) -> None:
    """The township accepts the answer, or ends what needs none. Raises OrderRefused."""
    _end(journal, id, "closed", text, actor)


def withdraw_order(journal: Journal, id: str, text: str, *, actor: str) -> None:
    """The township takes an order back, and says why. Raises OrderRefused."""
    _end(journal, id, "withdrawn", _checked(text, "请写明为什么撤销。"), actor)


def escalate(journal: Journal, *, actor: str = "system") -> int:
    """Lets every own order that nobody answers go up to the next person, once a step; how many
    did. Called daily."""
    today = clock.today()
    went = 0
    for found in queries.open_orders(journal):
        if found.stream != journal.own(found.village):
            continue
        if to := rules.goes_up(found.standing, today):
            _append(journal, found.village, "escalated", found, {"to": to}, actor)
            went += 1
    return went


def _end(journal: Journal, id: str, how: str, text: str, actor: str) -> None:
    found = _sent_by_us(journal, id)
    if not found.open:
        return
    drafts = [_draft(found.village, how, found, {"text": text.strip()[:TEXT_LIMIT]}, actor)]
    if found.public:
        until = found.answer_by.isoformat() if found.answer_by else ""
        drafts.append(_told(id, found.village, found.text, until, how, actor))
    journal.append_all(drafts)


def _told(id: str, village: str, text: str, until: str, state: str, actor: str) -> Draft:
    on = clock.today().isoformat()
    body = {"village": village, "text": text, "until": until, "state": state, "on": on}
    return Draft("public", "order.shown", id, body, actor)


def _draft(channel: str, kind: str, found: Order, body: dict[str, Any], actor: str) -> Draft:
    stepped = {**body, "step": next_step(found.events)}
    return Draft(channel, f"order.{kind}", found.id, stepped, actor)


def _append(
    journal: Journal, channel: str, kind: str, found: Order, body: dict[str, Any], actor: str
) -> None:
    journal.append_all([_draft(channel, kind, found, body, actor)])


def _ours(journal: Journal, id: str) -> Order:
    found = _found(journal, id)
    if found.village != journal.code:
        raise OrderRefused("这条督办是给别的村的。")
    return found


def _sent_by_us(journal: Journal, id: str) -> Order:
    found = _found(journal, id)
    if found.stream != journal.own(found.village):
        raise OrderRefused("只有发出督办的乡镇可以办结。")
    return found


def _found(journal: Journal, id: str) -> Order:
    found = queries.order(journal, id)
    if found is None:
        raise OrderRefused("没有找到这条督办。")
    return found


def _day(until: str) -> None:
    if not until:
        return
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise OrderRefused("期限应为日期，如 2026-12-01。") from None
    if day < clock.today():
        raise OrderRefused("期限不能早于今天。")


def _checked(text: str, missing: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise OrderRefused(missing)
    if len(text) > TEXT_LIMIT:
        raise OrderRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    return text
