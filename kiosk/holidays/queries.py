"""The holidays that this node was told."""

import json
from typing import Any

from kiosk.journal.log import Journal
from kiosk.rules import codes
from kiosk.rules.calendar import HolidaysMalformed, holidays_from


def told(journal: Journal) -> dict[int, dict[str, Any]]:
    """{days_off, worked, source, at, actor} by year, as `kiosk.rules.calendar.learn` takes them:
    what this node and those above it told, what cannot be read left out."""
    rows = [
        (-len(codes.significant(origin)), seq, year, days, at, actor)
        for stream, seq, year, days, at, actor in journal.db.execute(
            "SELECT stream, seq, year, days, at, actor FROM holidays_told"
        )
        if codes.is_within(journal.code, origin := stream.partition("/")[0])
    ]
    found: dict[int, dict[str, Any]] = {}
    for _, _, year, days, at, actor in sorted(rows):
        said = json.loads(days)
        try:
            holidays_from({year: said})
        except (HolidaysMalformed, TypeError, AttributeError):
            continue
        found[year] = {**said, "at": at, "actor": actor}
    return found
