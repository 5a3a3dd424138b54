"""How much the screens are used, by day: touches and pages opened by hand, never by whom.

What is counted goes from the screens' reports into a local table; once a day is over it becomes one
entry for the township (`usage.counted`). A screen can report any number, so each is bounded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from kiosk import clock
from kiosk.journal.log import Draft, Journal

PAGES = {
    "home": "首页",
    "party": "党务",
    "village": "村务",
    "finance": "财务",
    "township": "镇里通知",
    "notice": "公开内容",
    "search": "查找",
    "services": "办事指南",
    "other": "其他",
}
MOST_AT_ONCE = 600
"""Touches or views in one report of a screen: nobody has so many fingers."""

MOST_NOTICES = 50
"""Of a day, those opened most, that the township is told."""

KEPT = timedelta(days=60)


@dataclass(frozen=True)
class Usage:
    """One day of a village's screens: touches in all and of each screen, pages opened by kind (see
    PAGES), notices opened by id."""

    day: date
    touches: int = 0
    views: dict[str, int] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    screens: dict[str, int] = field(default_factory=dict)


def add(journal: Journal, screen: str, counts: Any) -> None:
    """Adds what a screen reports since its last report; anything else is nothing."""
    if not isinstance(counts, Mapping):
        return
    day = clock.today().isoformat()
    found = [("touches", screen, _bounded(counts.get("touches")))]
    views, notices = counts.get("views"), counts.get("notices")
    if isinstance(views, Mapping):
        found += [("views", kind, _bounded(views.get(kind))) for kind in PAGES]
    if isinstance(notices, Mapping):
        known = [id for id in list(notices)[:MOST_NOTICES] if _is_notice(journal, id)]
        found += [("notices", id, _bounded(notices[id])) for id in known]
    with journal.writing() as db:
        for what, which, number in found:
            if number:
                db.execute(
                    """
                    INSERT INTO screen_counts VALUES (?, ?, ?, ?)
                    ON CONFLICT (day, what, which) DO UPDATE SET number = number + excluded.number
                    """,
                    [day, what, which, number],
                )


def running(journal: Journal) -> Usage:
    """Today's counts so far, on this machine."""
    return _counted(journal, clock.today())


def days(journal: Journal, village: str, limit: int = 30) -> list[Usage]:
    """A village's days that are over, newest first; a day without a touch stands with zeros."""
    rows = journal.db.execute(
        "SELECT day, body FROM screen_usage WHERE village = ? ORDER BY day DESC LIMIT ?",
        [village, limit],
    )
    return [found for day, body in rows if (found := _parsed(day, body)) is not None]


def tell(journal: Journal) -> int:
    """Writes an entry for each day that is over and was not told yet; how many."""
    today = clock.today()
    with journal.writing() as db:
        open_days = [
            date.fromisoformat(day)
            for (day,) in db.execute(
                "SELECT DISTINCT day FROM screen_counts WHERE day < ? ORDER BY day",
                [today.isoformat()],
            )
        ]
        told = {each.day for each in days(journal, journal.code, 400)}
        drafts = [
            Draft(
                "parent", "usage.counted", day.isoformat(), _body(_counted(journal, day)), "system"
            )
            for day in open_days
            if day not in told
        ]
        if drafts:
            journal.append_all(drafts)
        db.execute("DELETE FROM screen_counts WHERE day < ?", [(today - KEPT).isoformat()])
    return len(drafts)


def _counted(journal: Journal, day: date) -> Usage:
    found: dict[str, dict[str, int]] = {"touches": {}, "views": {}, "notices": {}}
    for what, which, number in journal.db.execute(
        "SELECT what, which, number FROM screen_counts WHERE day = ? ORDER BY number DESC, which",
        [day.isoformat()],
    ):
        found[what][which] = number
    most = dict(list(found["notices"].items())[:MOST_NOTICES])
    touches = found["touches"]
    return Usage(day, sum(touches.values()), found["views"], most, touches)


def _body(usage: Usage) -> dict[str, Any]:
    return {
        "day": usage.day.isoformat(),
        "touches": usage.touches,
        "views": usage.views,
        "notices": usage.notices,
        "screens": usage.screens,
    }


def _parsed(day: str, text: str) -> Usage | None:
    """A told day, as far as it is one: it comes from another machine."""
    try:
        body, on = json.loads(text), date.fromisoformat(day)
    except ValueError:
        return None
    touches = body.get("touches")
    views, seen, each = (_numbers(body.get(name)) for name in ("views", "notices", "screens"))
    return Usage(on, touches if _is_count(touches) else 0, views, seen, each)


def _numbers(said: Any) -> dict[str, int]:
    if not isinstance(said, dict):
        return {}
    return {str(key)[:64]: n for key, n in said.items() if _is_count(n)}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _bounded(value: Any) -> int:
    return min(value, MOST_AT_ONCE) if _is_count(value) else 0


def _is_notice(journal: Journal, id: Any) -> bool:
    row = journal.db.execute(
        "SELECT 1 FROM notices WHERE id = ? LIMIT 1", [str(id)[:64]]
    ).fetchone()
    return row is not None
