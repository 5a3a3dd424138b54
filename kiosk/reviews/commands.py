"""Asking for a review, signing, sending back, taking back.

The officer asks; each reviewer signs when it is their turn, by an own log-in, by hand on the
officer's device, or on a sheet of paper of which the officer keeps a photo. Who may sign is checked
here by `kiosk.rules.reviews`; that nobody can publish without, in `kiosk.notices.commands`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ulid import ULID

from kiosk import clock, people
from kiosk.journal.log import Journal
from kiosk.notices import commands as notices
from kiosk.reviews import queries
from kiosk.reviews.queries import Review
from kiosk.rules import codes
from kiosk.rules import reviews as rules
from kiosk.rules.catalogue import REVIEWERS, Item
from kiosk.rules.reviews import TOWNSHIP

NAME_LIMIT = 30
COMMENT_LIMIT = 500
FURTHEST = timedelta(days=90)
"""How far ahead a publication can be put."""


class ReviewRefused(ValueError):
    """It cannot be done so; the message says why and what to do, in plain Chinese."""


@dataclass(frozen=True)
class Signed:
    """How somebody signs: `how` "login", "hand" or "paper"; `name` of the person (of a log-in its
    account's); `hand` and `photo` the SHA-256 of a kept picture or ""; `on` the date on paper."""

    how: str = "login"
    name: str = ""
    hand: str = ""
    photo: str = ""
    on: date | None = None


def request(
    journal: Journal,
    *,
    actor: str,
    item: Item,
    title: str,
    content: Mapping[str, Any],
    period: str = "",
    event: str = "",
    attachments: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
    corrects: str = "",
    reason: str = "",
    scheduled_for: datetime | None = None,
    again: str = "",
    result_of: str = "",
    unmasked: str = "",
) -> str:
    """Asks for the review of a notice, or of a correction of the notice `corrects`; its id.

    `scheduled_for` (aware) publishes it then, or once it is complete after that. `unmasked` is why
    personal data in it may be shown. `again` is the review that was sent back, `result_of` the
    notice of whose display period this tells the result. Raises NotPublishable and NotChangeable
    as publishing does, ReviewRefused.
    """
    unmasked = " ".join(unmasked.split())
    said: dict[str, Any] = {
        "title": title,
        "content": content,
        "attachments": attachments,
        "contact": contact,
        "unmasked": bool(unmasked),
    }
    if corrects:
        notice = notices.rewritten(journal, corrects, reason=reason, **said)
    else:
        notice = notices.written(
            journal, item=item, period=period, event=event, result_of=result_of, **said
        )
    at = clock.now()
    chain = rules.chain(item, actor, at)
    id = str(ULID.from_datetime(at))
    body = {
        "notice": notice,
        "item": item.id,
        "corrects": corrects,
        "chain": list(chain.steps),
        "days": chain.days,
        "persons": chain.persons,
        "requested_by": actor,
        "scheduled_for": _moment(scheduled_for),
        "again": again,
        "unmasked": unmasked,
    }
    journal.append("parent", "review.requested", id, body, actor=actor)
    return id


def sign(journal: Journal, id: str, step: str, given: Signed, *, actor: str) -> None:
    """Signs a step of a review. Raises ReviewRefused."""
    with journal.writing():
        found = _found(journal, id)
        name = _name(journal, found, step, given.how, given.name, actor)
        _must_be_turn(found, step, name)
        if given.how == "paper" and not given.photo:
            raise ReviewRefused("请拍一张签字的纸，作为依据。")
        body = {
            "step": step,
            "name": name,
            "account": actor if given.how == "login" else "",
            "how": given.how,
            "hand": {"sha": given.hand} if given.hand else {},
            "photo": given.photo,
            "on": _signed_on(found, given).isoformat(),
        }
        journal.append(_channel(journal, found), "review.signed", id, body, actor=actor)


def send_back(
    journal: Journal, id: str, step: str, comment: str, *, actor: str, name: str = ""
) -> None:
    """Sends a request back with what is off. `name` is who does it, where that is not the account.

    Raises ReviewRefused.
    """
    comment = comment.replace("\r\n", "\n").strip()
    if not comment:
        raise ReviewRefused("请写明哪里不对，经办人才知道怎么改。")
    if len(comment) > COMMENT_LIMIT:
        raise ReviewRefused(f"意见太长（{len(comment)} 字），最多 {COMMENT_LIMIT} 字。")
    with journal.writing():
        found = _found(journal, id)
        how = "hand" if name else "login"
        name = _name(journal, found, step, how, name, actor)
        _must_be_turn(found, step, name)
        body = {
            "step": step,
            "name": name,
            "account": actor if how == "login" else "",
            "comment": comment,
        }
        journal.append(_channel(journal, found), "review.sent_back", id, body, actor=actor)


def withdraw(journal: Journal, id: str, *, actor: str) -> None:
    """Takes a request back; does nothing where it was taken back already. Raises ReviewRefused."""
    with journal.writing():
        found = _own(journal, id)
        if found.used:
            raise ReviewRefused("这份送审已经公开，不能撤回。要改请用“更正”。")
        if found.state != "withdrawn":
            journal.append("parent", "review.withdrawn", id, {}, actor=actor)


def schedule(journal: Journal, id: str, scheduled_for: datetime | None, *, actor: str) -> None:
    """Sets another time of publication (aware), or none: an officer publishes it then.

    Raises ReviewRefused.
    """
    with journal.writing():
        found = _own(journal, id)
        if found.used or found.state in ("withdrawn", "sent_back"):
            raise ReviewRefused(f"这份送审{found.state_words}，不用再定公开时间。")
        body = {"scheduled_for": _moment(scheduled_for)}
        journal.append("parent", "review.scheduled", id, body, actor=actor)


def confirm_unmasked(journal: Journal, id: str, *, actor: str) -> None:
    """A second person agrees that the personal data in it is shown. Raises ReviewRefused."""
    with journal.writing():
        found = _own(journal, id)
        if not found.unmasked or found.confirmed_by:
            return
        if actor == found.actor:
            raise ReviewRefused("要由另一个人用自己的账号确认，经办人不能自己确认。")
        journal.append("parent", "review.confirmed", id, {"name": actor}, actor=actor)


def enrolled(journal: Journal) -> bool:
    """Whether this village is connected to a township that can sign for itself."""
    return any(
        each.code != journal.code and codes.is_within(journal.code, each.code)
        for each in journal.origins()
    )


def _found(journal: Journal, id: str) -> Review:
    own = queries.review(journal, id, journal.code)
    found = own or queries.review(journal, id)
    if found is None:
        raise ReviewRefused("没有找到这份送审，可能内容已经删除。")
    return found


def _own(journal: Journal, id: str) -> Review:
    found = queries.review(journal, id, journal.code)
    if found is None:
        raise ReviewRefused("没有找到这份送审，可能内容已经删除。")
    return found


def _channel(journal: Journal, found: Review) -> str:
    """Where this node writes about the request: the village for its township, the township for
    its village."""
    return "parent" if found.village == journal.code else found.village


def _name(journal: Journal, found: Review, step: str, how: str, given: str, actor: str) -> str:
    """Who signs; refused where this node, this account or this way cannot."""
    if step not in REVIEWERS:
        raise ReviewRefused("没有这一步审核。")
    township = found.village != journal.code
    if township != (step == TOWNSHIP) and not (step == TOWNSHIP and how == "paper"):
        raise ReviewRefused(
            "这一步由村里签，乡镇不能代签。" if township else "这一步由乡镇在自己的平台上签。"
        )
    if step == TOWNSHIP and how == "paper" and enrolled(journal):
        raise ReviewRefused("本村已经接入乡镇，这一步由乡镇在自己的平台上签。")
    if how == "login":
        account = people.account(journal, actor)
        wanted = "supervisor" if step == TOWNSHIP else step
        if account is None or account.role != wanted:
            raise ReviewRefused(f"这个账号不能替{REVIEWERS[step]}签字。")
        return actor
    name = " ".join(given.split())
    if not name:
        raise ReviewRefused(f"请写明{REVIEWERS[step]}签字人的姓名。")
    if len(name) > NAME_LIMIT:
        raise ReviewRefused(f"姓名太长，最多 {NAME_LIMIT} 个字。")
    return name


def _must_be_turn(found: Review, step: str, name: str) -> None:
    if found.used:
        raise ReviewRefused("这份送审已经公开。")
    acts = [it.act for it in found.standing.steps if it.act]
    if found.state == "withdrawn":
        raise ReviewRefused("这份送审已经撤回，不用再审。")
    fault = rules.signing_fault(found.chain, acts, step, name, found.today)
    if fault:
        raise ReviewRefused(fault)


def _signed_on(found: Review, given: Signed) -> date:
    """The date that the signature bears: today, or the one on the paper."""
    if given.how != "paper":
        return found.today
    if given.on is None:
        raise ReviewRefused("请填写纸上签字的日期。")
    if given.on > found.today:
        raise ReviewRefused("签字的日期还没到，请检查。")
    last = found.signatures[-1].on if found.signatures else ""
    if given.on.isoformat() < last:
        raise ReviewRefused(f"签字的日期不能早于前一步（{last}），请检查。")
    return given.on


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    if at > clock.now() + FURTHEST:
        raise ReviewRefused(f"公开时间最多定在 {FURTHEST.days} 天以内。")
    return at.astimezone(clock.now().tzinfo).isoformat(timespec="seconds")
