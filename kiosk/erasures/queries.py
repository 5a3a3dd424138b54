"""Erasures on file."""

from dataclasses import dataclass
from typing import Any

from kiosk.journal.log import Journal

STATES = {"requested": "等第二人确认", "confirmed": "已删除", "declined": "没有删除"}


@dataclass(frozen=True)
class Erasure:
    """A request to delete a notice's content; `whole` or only what stood before corrections.
    `state` of STATES; `ended_by` the second person and `ended_at` (RFC 3339), or ""."""

    id: str
    village: str
    notice: str
    title: str
    whole: bool
    reason: str
    at: str
    actor: str
    state: str
    ended_by: str
    ended_at: str

    @property
    def state_words(self) -> str:
        return STATES[self.state]


def erasure(journal: Journal, id: str, village: str) -> Erasure | None:
    found = _many(journal, "WHERE e.id = ? AND e.village = ?", [id, village])
    return found[0] if found else None


def open_erasures(journal: Journal, village: str) -> list[Erasure]:
    """Requests of a village that wait for a second person, the oldest first."""
    found = _many(journal, "WHERE e.village = ? ORDER BY e.at, e.id", [village])
    return [each for each in found if each.state == "requested"]


def erasures(journal: Journal, village: str | None = None, limit: int = 50) -> list[Erasure]:
    """Requests of a village or of all, the newest first."""
    return _many(
        journal,
        "WHERE ? IS NULL OR e.village = ? ORDER BY e.at DESC, e.id DESC LIMIT ?",
        [village, village, limit],
    )


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Erasure]:
    rows = journal.db.execute(
        f"""
        SELECT e.id, e.village, e.notice, e.title, e.whole, e.reason, e.at, e.actor,
            coalesce(f.kind, 'requested'), coalesce(f.actor, ''), coalesce(f.at, '')
        FROM erasures AS e LEFT JOIN erasure_ends AS f
            ON f.erasure = e.id AND f.village = e.village AND f.seq = (
                SELECT min(seq) FROM erasure_ends WHERE erasure = e.id AND village = e.village
            )
        {rest}
        """,
        values,
    )
    whole = ([*row[:4], bool(row[4]), *row[5:]] for row in rows)
    return [Erasure(*each) for each in whole]
