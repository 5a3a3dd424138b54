"""Setting whom to tell, and telling: what is due goes out by every channel that reaches them."""

import re
from datetime import timedelta
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.journal.log import Draft, Journal
from kiosk.messages import news, queries
from kiosk.messages.channels import Channel, NotDelivered
from kiosk.messages.queries import NOTHING
from kiosk.rules import messages as rules
from kiosk.rules.messages import News, Recipient
from kiosk.villages import queries as villages

AGAIN = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
"""How long to wait after the first, second and every further failure."""

_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}")
_PHONE = re.compile(r"\+?\d{5,15}")


class RecipientRefused(ValueError):
    """The recipient cannot be set so; the message says why, in plain Chinese."""


def set_recipient(journal: Journal, recipient: Recipient, *, id: str = "", actor: str) -> str:
    """Adds a recipient, or changes the one of that id; the id. Raises RecipientRefused."""
    name = recipient.name.strip()
    if not name or len(name) > 30:
        raise RecipientRefused("请写收件人的姓名，30 字以内。")
    if not recipient.places:
        raise RecipientRefused("请至少填一种联系方式。")
    if recipient.email and not _EMAIL.fullmatch(recipient.email):
        raise RecipientRefused("邮箱写得不对，应像 name@example.cn。")
    if recipient.phone and not _PHONE.fullmatch(recipient.phone):
        raise RecipientRefused("手机号只写数字。")
    if recipient.level not in range(len(rules.LEVELS)):
        raise RecipientRefused("请选从哪一级开始通知。")
    known = {each.code for each in villages.known(journal)} | {journal.code}
    if recipient.village and recipient.village not in known:
        raise RecipientRefused("没有这个村。")
    id = id or _new_id()
    body: dict[str, Any] = {
        "name": name,
        "village": recipient.village,
        "level": recipient.level,
        "email": recipient.email,
        "phone": recipient.phone,
        "group": recipient.group,
    }
    journal.append("self", "recipient.set", id, body, actor=actor)
    return id


def remove_recipient(journal: Journal, id: str, *, actor: str) -> None:
    """Tells that person nothing any more."""
    if any(each.id == id for each in queries.recipients(journal)):
        journal.append("self", "recipient.removed", id, {}, actor=actor)


def tell(journal: Journal, channels: dict[str, Channel]) -> int:
    """Sends what is due to everybody it is for; how many messages went out.

    A recipient hears of each piece of news once by each channel, and in one message a day unless
    it is urgent. What fails waits and is tried again; nothing is lost by it, and what came in
    between goes with it. Channels that are not set up are left alone.
    """
    people = queries.recipients(journal)
    if not people or not channels or journal.own("self") in journal.stopped():
        # What cannot be recorded as told would be told again and again.
        return 0
    now, today = clock.now(), clock.today()
    if rules.is_quiet(now.astimezone(clock.BEIJING).time()):
        return 0
    every = news.gathered(journal, today)
    told = queries.told(journal)
    waits = {(each.recipient, each.channel): each for each in queries.failures(journal)}
    names = {each.code: each.name for each in villages.known(journal)}
    went = 0
    for listed in people:
        for name, where in listed.recipient.places:
            held = told.get((listed.id, name), NOTHING)
            failed = waits.get((listed.id, name))
            if name not in channels or (failed and failed.again > clock.stamp()):
                continue
            due = rules.due(listed.recipient, every, held.news, held.last, now)
            if not due:
                continue
            try:
                channels[name].send(
                    where, rules.title(due), rules.text(due, names, listed.recipient)
                )
            except NotDelivered as error:
                _failed(journal, listed.id, name, failed.times if failed else 0, str(error))
                continue
            _sent(journal, listed.id, name, due)
            went += 1
    return went


def _sent(journal: Journal, recipient: str, channel: str, due: list[News]) -> None:
    body = {
        "recipient": recipient,
        "channel": channel,
        "news": [each.id for each in due],
        "on": clock.today().isoformat(),
    }
    with journal.writing() as db:
        journal.append_all([Draft("self", "message.sent", _new_id(), body)])
        db.execute(
            "DELETE FROM message_failures WHERE recipient = ? AND channel = ?",
            [recipient, channel],
        )


def _failed(journal: Journal, recipient: str, channel: str, times: int, words: str) -> None:
    again = clock.now() + AGAIN[min(times, len(AGAIN) - 1)]
    with journal.writing() as db:
        db.execute(
            "INSERT OR REPLACE INTO message_failures VALUES (?, ?, ?, ?, ?)",
            [recipient, channel, times + 1, again.isoformat(timespec="seconds"), words],
        )


def _new_id() -> str:
    return str(ULID.from_datetime(clock.now()))
