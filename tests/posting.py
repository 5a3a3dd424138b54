"""Notices on a node in one call, as they stand once they were reviewed; reviews have tests of their
own (`tests/unit/test_reviews.py`)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.duties import commands as duties
from kiosk.journal.log import Draft, Journal
from kiosk.notices import commands
from kiosk.rules import timeliness
from kiosk.rules.catalogue import Item


def publish(
    journal: Journal,
    *,
    actor: str,
    item: Item | str,
    reviews: Iterable[Mapping[str, Any]] = (),
    today: date | None = None,
    **given: Any,
) -> str:
    """What `notices.written` takes, posted with these reviews; the notice's id."""
    body = commands.written(journal, item=item, **given)
    body["reviews"] = [dict(review) for review in reviews]
    if isinstance(item, Item):
        until = timeliness.display_until(item, today or clock.today())
        body["display_until"] = until.isoformat() if until else ""
    id = str(ULID.from_datetime(clock.now()))
    posted = Draft("public", "notice.published", id, body, actor)
    journal.append_all([posted, *duties.follow_up(journal, actor, body)])
    return id


def correct(
    journal: Journal,
    id: str,
    *,
    actor: str,
    reviews: Iterable[Mapping[str, Any]] = (),
    **given: Any,
) -> None:
    """What `notices.rewritten` takes, posted as a correction with these reviews."""
    body = commands.rewritten(journal, id, **given)
    body["reviews"] = [dict(review) for review in reviews]
    journal.append("public", "notice.corrected", id, body, actor=actor)
