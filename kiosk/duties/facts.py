"""From entries to facts: what is known about each duty, gathered for many villages at once.

The room's tables are read once and each stream's witness times once, never once a duty.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from kiosk.journal.log import Journal
from kiosk.rules import timeliness
from kiosk.rules.timeliness import NOTHING, Event, Facts


@dataclass(slots=True)
class Known:
    """What was gathered about one duty."""

    facts: Facts = NOTHING
    notice_id: str = ""
    declaration: str = ""
    cancelled: bool = False
    reason: str = ""


NOTHING_KNOWN = Known()


@dataclass(slots=True)
class _Posted:
    """A notice as its entries say, up to the one being read."""

    key: str | None
    seq: int
    at: datetime
    touched: list[tuple[int, datetime]] = field(default_factory=list)
    withdrawn: bool = False


class _Witness:
    """The witness times of one stream, to be asked for many places. `bounding` are those that
    also say what was not there yet."""

    def __init__(
        self, times: list[tuple[int, datetime]], bounding: list[tuple[int, datetime]]
    ) -> None:
        self._sizes = [size for size, _ in times]
        self._earliest = list(accumulate(reversed([at for _, at in times]), min))[::-1]
        self._bounding = [size for size, _ in bounding]
        self._latest = list(accumulate([at for _, at in bounding], max))

    def bounds(self, seq: int) -> tuple[datetime | None, datetime | None]:
        """(last time at which the entry was not there, first at which it was)."""
        before, after = bisect_right(self._bounding, seq), bisect_right(self._sizes, seq)
        return (
            self._latest[before - 1] if before else None,
            self._earliest[after] if after < len(self._sizes) else None,
        )


def happened_in(journal: Journal, given: list[str]) -> dict[str, list[Event]]:
    """The events that the villages opened, by village."""
    found: dict[str, list[Event]] = {}
    for stream, event, item, title, on in _of_streams(
        journal, "event, item, title, happened", "duty_events", given
    ):
        village = stream.partition("/")[0]
        found.setdefault(village, []).append(Event(event, item, title, date.fromisoformat(on)))
    return found


def gathered(journal: Journal, given: list[str]) -> dict[str, dict[str, Known]]:
    """What the entries say about each duty, by village and key."""
    witnesses = {
        code: _Witness(
            journal.cosignature_times(f"{code}/public"),
            journal.cosignature_times(f"{code}/public", bounding=True),
        )
        for code in given
    }
    found: dict[str, dict[str, Known]] = {code: {} for code in given}
    for (village, notice), posted in _posted(journal, given).items():
        if posted.key is not None and not posted.withdrawn:
            known = found[village].setdefault(posted.key, Known())
            _add_notice(known, notice, posted, witnesses[village])
    rejected: set[tuple[str, str]] = set()
    statements = _statements(journal, given)
    for row in statements:
        if row["kind"] == "duty.none_rejected":
            rejected.add((row["village"], row["subject"]))
    for row in statements:
        village = row["village"]
        key = timeliness.duty_key(row["item"], row["period"], row["event"])
        known = found[village].setdefault(key, Known())
        match row["kind"]:
            case "duty.excused":
                known.facts = replace(known.facts, excused=True)
                known.reason = row["reason"]
            case "duty.declared_none" | "duty.event_cancelled":
                turned_down = (village, row["subject"]) in rejected
                known.facts = replace(known.facts, declared_none=True, none_rejected=turned_down)
                known.declaration = row["subject"]
                known.cancelled = row["kind"] == "duty.event_cancelled"
                known.reason = row["reason"]
            case "duty.confirmed" if known.facts.confirmed is not None:
                moment = timeliness.bounded(
                    datetime.fromisoformat(row["at"]), *witnesses[village].bounds(row["seq"])
                )
                confirmed = max(known.facts.confirmed, moment)
                known.facts = replace(known.facts, confirmed=confirmed)
    return found


def _add_notice(known: Known, notice: str, posted: _Posted, witness: _Witness) -> None:
    """The earliest standing notice counts; the last touch of any confirms."""
    not_before, witnessed = witness.bounds(posted.seq)
    facts = Facts(claimed=posted.at, not_before=not_before, witnessed=witnessed)
    touched = max(timeliness.bounded(at, *witness.bounds(seq)) for seq, at in posted.touched)
    held = known.facts
    confirmed = touched if held.confirmed is None else max(held.confirmed, touched)
    before, now = timeliness.published_at(held), timeliness.published_at(facts)
    if before is None or (now is not None and now < before):
        known.notice_id = notice
        held = facts
    known.facts = replace(held, confirmed=confirmed)


def _posted(journal: Journal, given: list[str]) -> dict[tuple[str, str], _Posted]:
    """Each notice of the villages, by village and id, as its entries leave it.

    The claim to a duty dates from the entry since which the notice has been about that duty
    throughout: who corrects a notice into another period has published it then. Of an erased
    entry nobody can say what it was about; it is taken to be what follows.
    """
    found: dict[tuple[str, str], _Posted] = {}
    for stream, seq, kind, notice, at, item, period, event in _of_streams(
        journal, "seq, kind, notice, at, item, period, event", "duty_notices", given
    ):
        place = (stream.partition("/")[0], notice)
        held = found.get(place)
        moment = datetime.fromisoformat(at)
        key = None if item is None else timeliness.duty_key(item, period, event)
        if held is None:
            if kind == "notice.published":
                found[place] = _Posted(key, seq, moment, [(seq, moment)])
        elif held.withdrawn or kind == "notice.published":
            continue
        elif kind == "notice.withdrawn":
            held.withdrawn = True
        elif held.key in (None, key) or key is None:
            held.key = held.key if key is None else key
            held.touched.append((seq, moment))
        else:
            held.key, held.seq, held.at = key, seq, moment
            held.touched = [(seq, moment)]
    return found


def _statements(journal: Journal, given: list[str]) -> list[dict[str, Any]]:
    marks = ", ".join("?" * len(given))
    return list(
        journal.db.query(
            f"""
            SELECT seq, kind, subject, at, village, item, period, event, reason
            FROM duty_statements WHERE village IN ({marks}) ORDER BY kind, at, stream, seq
            """,
            given,
        )
    )


def _of_streams(journal: Journal, columns: str, table: str, given: list[str]) -> Iterable[Any]:
    marks = ", ".join("?" * len(given))
    return journal.db.execute(
        f"SELECT stream, {columns} FROM {table} WHERE stream IN ({marks}) ORDER BY stream, seq",
        [f"{code}/public" for code in given],
    )
