"""The board as it was: which notices stood at a moment, and what they said.

What counts is when an entry was on the board as far as its witnesses allow (`timeliness.bounded`):
not before the last cosignature that does not cover it, not later than the first that does. So
nobody changes by a wrong clock what stood there on a day. What was erased since is gone from the
past as well.
"""

from datetime import date, datetime, time, timedelta

from kiosk.journal.log import Journal
from kiosk.notices import queries
from kiosk.notices.projection import ERASED_TITLE
from kiosk.notices.queries import Notice, Version
from kiosk.rules.calendar import BEIJING
from kiosk.rules.timeliness import bounded


def end_of(day: date) -> datetime:
    """The last moment of a Beijing day, for what stood on the board in the evening."""
    return datetime.combine(day + timedelta(days=1), time(), BEIJING) - timedelta(seconds=1)


def standing_at(journal: Journal, village: str, moment: datetime) -> list[Notice]:
    """The notices of a node that stood on the board at an aware moment, as they were then, the
    newest first. Withdrawn ones are left out."""
    rows = journal.db.execute(
        "SELECT id FROM notices WHERE village = ? ORDER BY published_at DESC, id DESC", [village]
    )
    found = (notice_at(journal, row[0], moment) for row in rows)
    return [each for each in found if each is not None and each.state != "withdrawn"]


def notice_at(journal: Journal, id: str, moment: datetime) -> Notice | None:
    """A notice as it was at an aware moment, None where it was not there yet."""
    now = queries.notice(journal, id)
    if now is None:
        return None
    steps = [
        step for step in queries.versions(journal, now) if on_board_since(journal, step) <= moment
    ]
    if not steps or steps[0].kind != "published":
        return None
    shown = [step for step in steps if step.kind != "withdrawn"][-1]
    body = shown.body
    last = steps[-1]
    return Notice(
        id=id,
        stream=now.stream,
        village=now.village,
        item=body["item"] if body else "",
        affairs=body["affairs"] if body else "",
        title=body["title"] if body else ERASED_TITLE,
        form=body["form"] if body else "",
        period=body["period"] if body else "",
        event=body["event"] if body else "",
        state="published" if len(steps) == 1 else last.kind,
        published_at=steps[0].at,
        changed_at=last.at,
        display_until=body["display_until"] if body else "",
        versions=len(steps),
        first_seq=steps[0].seq,
        last_seq=last.seq,
        body=body,
    )


def on_board_since(journal: Journal, step: Version) -> datetime:
    """From when on a version counts as on the board."""
    return bounded(
        datetime.fromisoformat(step.at),
        journal.not_before(step.stream, step.seq),
        journal.witnessed(step.stream, step.seq),
    )
