"""Deleting what had already gone out: one person asks, another confirms, and it is gone.

Every body in which the content stood is erased in its stream: the notice's versions, and what was
sent to review for it with the photos of signed sheets. The places in the streams stay proven, and
other nodes erase with their next copy; attachments that nothing names any more follow
(`kiosk.sync.erasure`).
"""

from datetime import datetime

from ulid import ULID

from kiosk import clock
from kiosk.duties import queries as duties
from kiosk.erasures import queries
from kiosk.erasures.queries import Erasure
from kiosk.journal.entry import Entry
from kiosk.journal.log import ERASED, Draft, Journal
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.reviews import queries as reviews
from kiosk.rules import privacy
from kiosk.rules.calendar import beijing_date

REASON_LIMIT = 200


class ErasureRefused(ValueError):
    """It cannot be done so; the message says why, in plain Chinese."""


def request(journal: Journal, notice: str, *, whole: bool, reason: str, actor: str) -> str:
    """Asks that an own notice's content be deleted, all of it or (not `whole`) what stood before
    its corrections; the erasure's id. Asked again while it waits, it is the same one.

    `reason` is seen by everybody. Raises ErasureRefused.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ErasureRefused("请写明为什么删除，例如“含有身份证号”。")
    if len(reason) > REASON_LIMIT:
        raise ErasureRefused(f"原因太长，最多 {REASON_LIMIT} 个字。")
    if privacy.find(reason):
        raise ErasureRefused("原因里有个人信息，大家都能看到，请改一下。")
    found = notices.notice(journal, notice)
    if found is None or found.stream != journal.own("public"):
        raise ErasureRefused("这里没有这条公开，或者它不是本单位发布的。")
    if not _versions(journal, found, whole):
        raise ErasureRefused("没有可以删除的内容：已经删除过了，或者没有更正前的版本。")
    with journal.writing():
        for each in queries.open_erasures(journal, journal.code):
            if (each.notice, each.whole) == (notice, whole):
                return each.id
        id = str(ULID.from_datetime(clock.now()))
        body = {
            "notice": notice,
            "title": _called(journal, found),
            "whole": whole,
            "reason": reason,
        }
        journal.append("parent", "erasure.requested", id, body, actor=actor)
        return id


def confirm(journal: Journal, id: str, *, actor: str) -> None:
    """A second person agrees: the content is erased at once. Raises ErasureRefused."""
    with journal.writing():
        found = _open(journal, id)
        if found.actor == actor:
            raise ErasureRefused("要由另一个人用自己的账号确认，提出人不能自己确认。")
        notice = notices.notice(journal, found.notice)
        if notice is None:
            raise ErasureRefused("这里没有这条公开。")
        gone = [*_versions(journal, notice, found.whole), *_of_reviews(journal, found)]
        # All in one go, so that the tables that were made of them are made anew once.
        journal.append_all(
            [
                *(
                    Draft(
                        entry.stream.split("/", 1)[1],
                        ERASED,
                        entry.subject,
                        {"seq": entry.seq, "reason": found.reason},
                        actor,
                    )
                    for entry in gone
                ),
                Draft("parent", "erasure.confirmed", id, {}, actor),
            ]
        )


def decline(journal: Journal, id: str, *, actor: str) -> None:
    """The content stays. Raises ErasureRefused."""
    with journal.writing():
        _open(journal, id)
        journal.append("parent", "erasure.declined", id, {}, actor=actor)


def reason_of(journal: Journal, notice: Notice) -> str:
    """Why the standing content of a notice was deleted, as the origin says it; "" where it was
    not, or does not say so."""
    if notice.body is not None:
        return ""
    for entry in reversed(journal.find(notice.id, "entry.erased")):
        if entry.stream == notice.stream and entry.body is not None:
            return str(entry.body.get("reason", ""))
    return ""


def _open(journal: Journal, id: str) -> Erasure:
    found = queries.erasure(journal, id, journal.code)
    if found is None:
        raise ErasureRefused("没有找到这项删除。")
    if found.state != "requested":
        raise ErasureRefused(f"这项删除{found.state_words}。")
    return found


def _called(journal: Journal, notice: Notice) -> str:
    """What the notice is called where its own title is to go too: its item and its day."""
    item = duties.catalogue(journal).items.get(notice.item)
    day = beijing_date(datetime.fromisoformat(notice.published_at))
    return f"{item.title if item else '公开内容'}（{day.year}年{day.month}月{day.day}日公开）"


def _versions(journal: Journal, notice: Notice, whole: bool) -> list[Entry]:
    """The entries whose bodies are to go: the notice's full texts, oldest first."""
    found = [
        each
        for each in journal.find(notice.id, "notice.")
        if each.stream == notice.stream and each.kind in ("notice.published", "notice.corrected")
    ]
    return [each for each in (found if whole else found[:-1]) if each.body is not None]


def _of_reviews(journal: Journal, found: Erasure) -> list[Entry]:
    """What was sent to review for the notice, and the sheets that were signed for it.

    Where only what stood before is deleted, the review of the last version stays.
    """
    own = journal.own("parent")
    about = reviews.about(journal, journal.code, found.notice)
    used = [each for each in about if each.used]
    entries = []
    for review in about:
        if not found.whole and used and review.id == used[-1].id:
            continue
        for entry in journal.find(review.id, "review."):
            if entry.stream != own or entry.body is None:
                continue
            sheet = entry.kind == "review.signed" and entry.body.get("photo")
            if entry.kind == "review.requested" or sheet:
                entries.append(entry)
    return entries
