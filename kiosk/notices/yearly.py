"""What was posted within some time, for counting: no texts, thousands at once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kiosk.journal.log import Journal
from kiosk.rules.calendar import BEIJING, beijing_date


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice as it is counted. `on` is the Beijing date of its first publication here;
    `historic`: taken over from an older board."""

    id: str
    village: str
    affairs: str
    title: str
    on: date
    state: str
    stream: str
    seq: int
    historic: bool


def posted_between(journal: Journal, first: date, last: date) -> list[Posted]:
    """Notices of all nodes known here that were first published from `first` to `last` (Beijing
    dates, both included), oldest first. What was erased is left out: its affair is unknown."""
    start = datetime.combine(first, datetime.min.time(), BEIJING).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), BEIJING).astimezone(UTC)
    rows = journal.db.execute(
        """
        SELECT id, village, affairs, title, published_at, state, stream, first_seq, rank
        FROM notices WHERE body IS NOT NULL
        AND julianday(published_at) >= julianday(?) AND julianday(published_at) < julianday(?)
        ORDER BY published_at, stream, id
        """,
        [start.isoformat(), end.isoformat()],
    )
    return [
        Posted(
            id,
            village,
            affairs,
            title,
            beijing_date(datetime.fromisoformat(at)),
            state,
            stream,
            seq,
            not rank.startswith("1"),
        )
        for id, village, affairs, title, at, state, stream, seq, rank in rows
    ]
