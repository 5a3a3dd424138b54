"""Posting, correcting and withdrawing a notice, each checked first.

What may not stand on a public board is stopped here whoever asks for it: what the form requires
and is not there, sums that do not hold, and personal data (`kiosk.rules.forms`,
`kiosk.rules.accounts`, `kiosk.rules.privacy`). A notice belongs to the node that posted it; nobody
else changes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.duties import commands as duties
from kiosk.duties.queries import forms as forms_here
from kiosk.journal.log import Draft, Journal
from kiosk.notices import queries
from kiosk.notices.queries import Notice
from kiosk.notices.shape import is_readable
from kiosk.reviews import queries as reviews_of
from kiosk.reviews.queries import Review
from kiosk.rules import accounts, forms, privacy, timeliness
from kiosk.rules.calendar import Period
from kiosk.rules.catalogue import Item
from kiosk.rules.forms import Form, Forms
from kiosk.rules.tables.periods import other_period

TOWNSHIP = "township"
"""In place of an item: what a township tells all its villages."""

PLAIN = "notice"
"""The form of plain words."""

TITLE_LIMIT = 80
NOT_PERSONAL = ("missing", "sum", "period")
"""Kinds of problems that are not about personal data."""


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


class NotReviewed(ValueError):
    """Somebody who must agree has not; the message says who, in plain Chinese."""


class NotChangeable(ValueError):
    """There is no such notice of this node's own, or it was withdrawn. In plain Chinese."""


def form_of(item: Item | str, known: Forms | None = None) -> str:
    """The id of the form in which an item's notices are written: the one that the catalogue names,
    or plain words where there is no such form. `known` are a village's forms (the program's)."""
    known = forms.load() if known is None else known
    return item.form if isinstance(item, Item) and item.form in known else PLAIN


def problems(
    title: str,
    form: str | Form,
    content: Mapping[str, Any],
    *,
    item: str = "",
    period: str = "",
    attachments: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
    previous: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, Any]] | None = None,
) -> list[Problem]:
    """What keeps a notice from being posted, none where nothing does.

    `form` is one of the program's by its id, or a Form; `item` the catalogue item's id, `period`
    the id of the notice's period ("": it has none, or nobody asks). `previous`
    is the content of the same item's notice for the period before, `history` those of the year's
    earlier periods (None: not all are there). An opening balance that is not the last closing may
    stand where the note says why.
    """
    known = forms.load().get(form) if isinstance(form, str) else form
    found = []
    if not title.strip():
        found.append(Problem("标题", "请写标题。", "missing"))
    elif len(title) > TITLE_LIMIT:
        found.append(Problem("标题", f"标题太长，最多 {TITLE_LIMIT} 个字。", "missing"))
    if known is not None:
        found += _gaps(known, content, item)
        found += _sums(known, content, previous, history)
    if period:
        found += _of_another_period(title, known, content, Period.parse(period))
    found += [
        _personal(it.place, it.kind, it.shown_as, it.path)
        for it in privacy.find_in_content(content, known or form)
    ]
    found += _personal_in("标题", title)
    for attachment in attachments:
        found += _personal_in("照片说明", str(attachment["name"]))
    found += _personal_in("联系方式", contact, privacy.PUBLIC_CONTACT)
    return found


def warnings(
    form: Form,
    content: Mapping[str, Any],
    *,
    previous: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, Any]] | None = None,
) -> list[Problem]:
    """What should be looked at once more and keeps nobody from posting, as a rent not yet paid."""
    return [
        Problem(it.place, it.message, "warn", it.path)
        for it in forms.mismatches(form, content, previous, history)
        if it.warn
    ]


def year_so_far(
    journal: Journal, item: str, period: str, form: Form
) -> list[Mapping[str, Any]] | None:
    """The contents of the item's notices for the year's earlier periods, None where one of them is
    missing. Only looked for where the form adds up the year."""
    if not forms.needs_history(form):
        return None
    found = queries.year_before(journal, journal.code, item, period, form.id)
    return None if found is None else [it.content for it in found if it.content is not None]


def written(
    journal: Journal,
    *,
    item: Item | str,
    title: str,
    content: Mapping[str, Any],
    period: str = "",
    event: str = "",
    attachments: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
    result_of: str = "",
    unmasked: bool = False,
) -> dict[str, Any]:
    """The body of a notice that may be posted, without reviews and display period.

    `result_of` is the id of an own notice whose display period is over and of which this one tells
    the result, in plain words. `unmasked` lets personal data pass: somebody answers for it
    (`kiosk.reviews`). Raises NotPublishable, NotChangeable where that notice is gone; ValueError
    where the content does not have the shape of the form.
    """
    if result_of:
        _own(journal, result_of)
    form = PLAIN if result_of else form_of(item, forms_here(journal))
    body: dict[str, Any] = {
        "item": item.id if isinstance(item, Item) else TOWNSHIP,
        "affairs": item.affairs if isinstance(item, Item) else TOWNSHIP,
        "title": title.strip(),
        "form": form,
        "period": period,
        "event": event,
        "content": dict(content),
        "attachments": [dict(attachment) for attachment in attachments],
        "reviews": [],
        "display_until": "",
        "contact": contact.strip(),
    }
    if result_of:
        body["result_of"] = result_of
    before = queries.before(journal, journal.code, body["item"], period, form)
    _check(journal, body, before, unmasked)
    return body


def rewritten(
    journal: Journal,
    id: str,
    *,
    reason: str,
    title: str,
    content: Mapping[str, Any],
    attachments: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
    unmasked: bool = False,
) -> dict[str, Any]:
    """The body of a correction of an own notice that may be posted, without its reviews.

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
        "reviews": [],
        "contact": contact.strip(),
        "reason": reason.strip(),
    }
    _check(journal, body, queries.previous_period(journal, standing), unmasked)
    return body


def publish(
    journal: Journal,
    *,
    actor: str,
    title: str,
    content: Mapping[str, Any],
    attachments: Iterable[Mapping[str, Any]] = (),
    contact: str = "",
) -> str:
    """Posts what a township tells all its villages, in plain words; returns its id.

    Every other notice is reviewed first (`publish_reviewed`). Raises NotPublishable; ValueError
    where the content does not have the shape of plain words.
    """
    body = written(
        journal,
        item=TOWNSHIP,
        title=title,
        content=content,
        attachments=attachments,
        contact=contact,
    )
    id = str(ULID.from_datetime(clock.now()))
    journal.append("public", "notice.published", id, body, actor=actor)
    return id


def publish_reviewed(journal: Journal, review: str, *, actor: str, item: Item) -> str:
    """Posts what a completed review was about, with the names and days of its signatures; the
    notice's id. `item` is the catalogue's of today, from which the display period follows.

    Asked twice, it is posted once. Raises as `reviewed` does.
    """
    with journal.writing():
        found = reviews_of.review(journal, review, journal.code)
        if found is None:
            raise NotReviewed("没有找到这份送审。")
        if found.used:
            return found.used
        body = reviewed(journal, found, item)
        if found.corrects:
            id, kind, opens = found.corrects, "notice.corrected", []
        else:
            id, kind = str(ULID.from_datetime(clock.now())), "notice.published"
            opens = [] if "result_of" in body else duties.follow_up(journal, actor, body)
        journal.append_all(
            [
                Draft("public", kind, id, body, actor),
                *opens,
                Draft("parent", "review.used", review, {"notice": id}, actor),
            ]
        )
        return id


def reviewed(journal: Journal, review: Review, item: Item) -> dict[str, Any]:
    """The body that a completed review publishes today.

    Raises NotReviewed where a signature or a confirmation is missing, NotChangeable where the
    notice to be corrected is gone, NotPublishable where what is on the board by now contradicts it.
    """
    if not review.publishable:
        raise NotReviewed(_why_not(review))
    body = {**review.notice, "reviews": review.reviews}
    if review.corrects:
        before = queries.previous_period(journal, _own(journal, review.corrects))
    else:
        if "result_of" not in body:
            body["display_until"] = _display_until(item, clock.today())
        before = queries.before(journal, journal.code, item.id, body["period"], body["form"])
    _check(journal, body, before, bool(review.unmasked))
    return body


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


def _display_until(item: Item, on: date) -> str:
    until = timeliness.display_until(item, on)
    return until.isoformat() if until else ""


def _why_not(review: Review) -> str:
    if review.next is not None:
        return f"还缺{review.waits_for}的签字，签完才能公开。"
    if review.state == "complete":
        return "里面有没有遮盖的个人信息，要第二个人确认后才能公开。"
    return f"这份送审{review.state_words}，不能公开。"


def _check(
    journal: Journal, body: dict[str, Any], before: Notice | None, unmasked: bool = False
) -> None:
    form = forms_here(journal).get(body["form"])
    content = body["content"]
    if not is_readable(body) or (form is not None and forms.leftovers(form, content)):
        raise ValueError(f"the content does not fit the form {body['form']}")
    found = problems(
        body["title"],
        form or body["form"],
        content,
        item=body["item"],
        period=body["period"],
        attachments=body["attachments"],
        contact=body["contact"],
        previous=None if before is None else before.content,
        history=year_so_far(journal, body["item"], body["period"], form) if form else None,
    )
    if "reason" in body:
        found += _problems_of_reason("更正原因", body["reason"])
    if unmasked:
        found = [it for it in found if it.kind in NOT_PERSONAL]
    if found:
        raise NotPublishable(found)


def _gaps(form: Form, content: Mapping[str, Any], item: str) -> list[Problem]:
    if form.id in accounts.SUMMED_FORMS:
        # Of these a village may publish what it has: a ledger of some costs has no balances.
        return []
    return [
        Problem(it.place, it.message, "missing", it.path)
        for it in forms.missing(form, content, item)
    ]


def _sums(
    form: Form,
    content: Mapping[str, Any],
    previous: Mapping[str, Any] | None,
    history: Sequence[Mapping[str, Any]] | None,
) -> list[Problem]:
    found = []
    for fault in accounts.faults(content, form.id, previous):
        if fault.cell == "期初余额" and str(content.get("note", "")).strip():
            continue
        advice = "如果确有原因，请在“说明”里写明。" if fault.cell == "期初余额" else ""
        found.append(Problem(fault.cell, fault.message + advice, "sum"))
    return found + [
        Problem(it.place, it.message, "sum", it.path)
        for it in forms.mismatches(form, content, previous, history)
        if not it.warn
    ]


def _of_another_period(
    title: str, form: Form | None, content: Mapping[str, Any], period: Period
) -> list[Problem]:
    """A title that names another period than the notice's, and a ledger's lines outside of it."""
    found = []
    if named := other_period(title, period.id):
        said = f"标题写的是{Period.parse(named).title}，要公开的是{period.title}，请改成一样。"
        found.append(Problem("标题", said, "period"))
    if form is None or form.id != "ledger":
        return found
    for n, on in accounts.days_outside(content, period.start, period.end):
        said = f"{on} 不在{period.title}里，请改日期，或把这一笔放到它那一期去。"
        found.append(Problem(f"明细第 {n + 1} 行“日期”", said, "period", ("lines", n, "on")))
    return found


def _problems_of_reason(place: str, reason: str) -> list[Problem]:
    if not reason.strip():
        return [Problem(place, "请写明原因，村民会看到。", "missing")]
    return _personal_in(place, reason)


def _personal_in(place: str, text: str, allow: frozenset[str] = frozenset()) -> list[Problem]:
    return [_personal(place, it.kind, it.shown_as, ()) for it in privacy.find(text, allow)]


def _personal(place: str, kind: str, shown_as: str, path: tuple[str | int, ...]) -> Problem:
    advice = f"可以改成 {shown_as}。" if shown_as else "请删去。"
    return Problem(place, f"这里有{privacy.KINDS[kind]}，不能公开。{advice}", kind, path, shown_as)
