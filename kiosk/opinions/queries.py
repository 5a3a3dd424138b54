"""How many smiled and how many frowned at a notice."""

from dataclasses import dataclass

from kiosk.journal.log import Journal


@dataclass(frozen=True)
class Opinions:
    good: int
    bad: int


def of_notice(journal: Journal, notice: str) -> Opinions:
    """All opinions of a notice known here, of village's and township's screens together."""
    row = journal.db.execute(
        "SELECT coalesce(sum(good), 0), count(*) FROM opinions WHERE notice = ?", [notice]
    ).fetchone()
    return Opinions(int(row[0]), int(row[1]) - int(row[0]))
