"""Posting, correcting and withdrawing a notice, each checked first.

What may not stand on a public board is stopped here whoever asks for it: sums that do not hold and
personal data (`kiosk.rules.accounts`, `kiosk.rules.privacy`). A notice belongs to the node that
posted it; nobody else changes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.notices import queries
from kiosk.notices.projection import is_readable
from kiosk.notices.queries import Notice
from kiosk.rules import accounts, privacy, timeliness
from kiosk.rules.catalogue import Item

TOWNSHIP = "township"
"""In place of an item: what a township tells all its villages."""

BUILT_FORMS = ("finance_statement", "ledger", "person_list", "decision")
TITLE_LIMIT = 80


@dataclass(frozen=True)
class Problem:
    """Why a notice cannot be posted as it is.

    `place` says where in words, `path` the same as keys and indexes into the content (() for the
    title and what stands outside it); `mask` is what may stand there instead, for one tap.
    """

    place: str
    message: str
    kind: str
    path: tuple[str | int, ...] = ()
    mask: str = ""


class NotPublishable(ValueError):
    """The notice has `problems`; nothing was posted."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(f"{it.place}：{it.message}" for it in problems))
        self.problems = problems


class NotChangeable(ValueError):
    """There is no such notice of this node's own, or it was withdrawn. In plain Chinese."""


def form_of(item: Item | str) -> str:
    """The form in which an item's notices are written: its own where that is built, else text."""
    return item.form if isinstance(item, Item) and item.form in BUILT_FORMS else "notice"


def problems(
    title: str,
    form: str,
    content: Mapping[str, Any],
    *,
    attachments: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
    previous: Mapping[str, Any] | None = None,
) -> list[Problem]:
    """What keeps a notice from being posted, none where nothing does.

    `previous` is the content of the same item's notice for the period before. An opening balance
    that is not its closing balance may stand where the note says why.
    """
    found = []
    if not title.strip():
        found.append(Problem("标题", "请写标题。", "missing"))
    elif len(title) > TITLE_LIMIT:
        found.append(Problem("标题", f"标题太长，最多 {TITLE_LIMIT} 个字。", "missing"))
    if form not in accounts.SUMMED_FORMS and not str(content["text"]).strip():
        found.append(Problem("正文", "请写公开的内容。", "missing", ("text",)))
    for fault in accounts.faults(content, form, previous):
        if fault.cell == "期初余额" and str(content.get("note", "")).strip():
            continue
        advice = "如果确有原因，请在“说明”里写明。" if fault.cell == "期初余额" else ""
        found.append(Problem(fault.cell, fault.message + advice, "sum"))
    found += [
        _personal(it.place, it.kind, it.shown_as, it.path)
        for it in privacy.find_in_content(content, form)
    ]
    found += _personal_in("标题", title)
    for attachment in attachments:
        found += _personal_in("照片说明", str(attachment["name"]))
    found += _personal_in("联系方式", contact, privacy.PUBLIC_CONTACT)
    return found


def publish(
    journal: Journal,
    *,
    actor: str,
    item: Item | str,
    title: str,
    content: Mapping[str, Any],
    period: str = "",
    event: str = "",
    attachments: Iterable[Mapping[str, Any]] = (),
    reviews: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
    today: date | None = None,
) -> str:
    """Posts a notice on this node's public stream; returns its id.

    `item` is the catalogue's, or "township" for a township's notice to its villages. The display
    period counts from `today` (Beijing). Raises NotPublishable; ValueError where the content does
    not have the shape of the item's form.
    """
    form = form_of(item)
    until = (
        timeliness.display_until(item, today or clock.today()) if isinstance(item, Item) else None
    )
    body: dict[str, Any] = {
        "item": item.id if isinstance(item, Item) else TOWNSHIP,
        "affairs": item.affairs if isinstance(item, Item) else TOWNSHIP,
        "title": title.strip(),
        "form": form,
        "period": period,
        "event": event,
        "content": dict(content),
        "attachments": [dict(attachment) for attachment in attachments],
        "reviews": [dict(review) for review in reviews],
        "display_until": until.isoformat() if until else "",
        "contact": contact.strip(),
    }
    before = queries.before(journal, journal.code, body["item"], period, form)
    _check(body, before)
    id = str(ULID.from_datetime(clock.now()))
    journal.append("public", "notice.published", id, body, actor=actor)
    return id


def correct(
    journal: Journal,
    id: str,
    *,
    actor: str,
    reason: str,
    title: str,
    content: Mapping[str, Any],
    attachments: Iterable[Mapping[str, Any]] = (),
    reviews: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
) -> None:
    """Replaces what an own notice says; the version before stays visible as corrected.

    Item, form, period and display period stay as they were. Raises NotChangeable, NotPublishable.
    """
    standing = _own(journal, id)
    if standing.body is None:
        raise NotChangeable("这条公开的内容已经删除，不能更正。请重新公开一条。")
    body = {
        **standing.body,
        "title": title.strip(),
        "content": dict(content),
        "attachments": [dict(attachment) for attachment in attachments],
        "reviews": [dict(review) for review in reviews],
        "contact": contact.strip(),
        "reason": reason.strip(),
    }
    _check(body, queries.previous_period(journal, standing), "更正原因", reason)
    journal.append("public", "notice.corrected", id, body, actor=actor)


def withdraw(journal: Journal, id: str, *, actor: str, reason: str) -> None:
    """Takes an own notice off the board for good, with the reason in its place.

    Raises NotChangeable, NotPublishable where the reason is missing or names personal data.
    """
    _own(journal, id)
    found = _problems_of_reason("撤回原因", reason)
    if found:
        raise NotPublishable(found)
    journal.append("public", "notice.withdrawn", id, {"reason": reason.strip()}, actor=actor)


def _own(journal: Journal, id: str) -> Notice:
    found = queries.notice(journal, id)
    if found is None or found.stream != journal.own("public"):
        raise NotChangeable("这里没有这条公开，或者它不是本单位发布的。")
    if found.state == "withdrawn":
        raise NotChangeable("这条公开已经撤回，不能再改。请重新公开一条。")
    return found


def _check(
    body: dict[str, Any], before: Notice | None, why: str = "", reason: str | None = None
) -> None:
    if not is_readable(body):
        raise ValueError(f"the content does not fit the form {body['form']}")
    found = problems(
        body["title"],
        body["form"],
        body["content"],
        attachments=body["attachments"],
        contact=body["contact"],
        previous=None if before is None else before.content,
    )
    if reason is not None:
        found += _problems_of_reason(why, reason)
    if found:
        raise NotPublishable(found)


def _problems_of_reason(place: str, reason: str) -> list[Problem]:
    if not reason.strip():
        return [Problem(place, "请写明原因，村民会看到。", "missing")]
    return _personal_in(place, reason)


def _personal_in(place: str, text: str, allow: frozenset[str] = frozenset()) -> list[Problem]:
    return [_personal(place, it.kind, it.shown_as, ()) for it in privacy.find(text, allow)]


def _personal(place: str, kind: str, shown_as: str, path: tuple[str | int, ...]) -> Problem:
    advice = f"可以改成 {shown_as}。" if shown_as else "请删去。"
    return Problem(place, f"这里有{privacy.KINDS[kind]}，不能公开。{advice}", kind, path, shown_as)
