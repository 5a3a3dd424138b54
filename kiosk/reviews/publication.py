"""Publishing what was reviewed: when an officer says so, or by itself at the time that was set.

A request that is complete and due is published once, also when the node was off at its time: then
when it runs again. Its draft, which may hold what was masked since, is closed and erased.
"""

import logging
from datetime import datetime

from kiosk import drafts
from kiosk.drafts import commands as draft_commands
from kiosk.duties import queries as duties
from kiosk.journal.log import Journal
from kiosk.notices import commands as notices
from kiosk.notices.commands import NotChangeable, NotPublishable, NotReviewed
from kiosk.reviews import queries
from kiosk.reviews.queries import Review

SYSTEM = "system"

log = logging.getLogger(__name__)


def publish(journal: Journal, id: str, *, actor: str) -> str:
    """Publishes a completed review and closes its draft; the notice's id.

    Raises NotReviewed, NotChangeable, NotPublishable.
    """
    found = queries.review(journal, id, journal.code)
    item = None if found is None else duties.catalogue(journal).items.get(found.item)
    if item is None:
        raise NotReviewed("没有找到这份送审。")
    with journal.writing():
        notice = notices.publish_reviewed(journal, id, actor=actor, item=item)
        close_drafts(journal, id, actor=actor, reason="published")
    return notice


def publish_due(journal: Journal, now: datetime) -> list[str]:
    """Publishes every complete request of this node whose time has come; the notices' ids. What
    cannot be published stays, and its officer sees why (`obstacle`)."""
    published = []
    for found in queries.due_for_publication(journal, journal.code, now):
        try:
            published.append(publish(journal, found.id, actor=SYSTEM))
        except (NotReviewed, NotChangeable, NotPublishable) as error:
            log.warning("a scheduled notice was not published: %s", error)
    return published


def obstacle(journal: Journal, found: Review, now: datetime) -> str:
    """Why a request was not published at its time, in Chinese; "" where it still may be."""
    if found.scheduled_for is None or found.scheduled_for > now or found.used:
        return ""
    if not found.publishable:
        return "到了公开时间，审核还没有完成，完成后自动公开。"
    item = duties.catalogue(journal).items.get(found.item)
    if item is None:
        return "这个事项已经不在公开目录里。"
    try:
        notices.reviewed(journal, found, item)
    except (NotReviewed, NotChangeable, NotPublishable) as error:
        return f"到了公开时间，但不能公开：{error}"
    return ""


def close_drafts(journal: Journal, id: str, *, actor: str, reason: str) -> None:
    """Closes the draft from which a request was made."""
    for draft in drafts.drafts(journal):
        if draft.values.get("review") == id:
            draft_commands.discard(journal, draft.id, actor=actor, reason=reason)
