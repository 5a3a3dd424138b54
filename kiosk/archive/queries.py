"""What was taken over from an older board."""

from kiosk.journal.log import Journal


def notice_of(journal: Journal, sha: str) -> str | None:
    """The id of the historic notice that a file went into, None where it was not taken."""
    row = journal.db.execute(
        "SELECT notice FROM archive_files WHERE sha = ? AND stream = ? ORDER BY seq LIMIT 1",
        [sha, journal.own("self")],
    ).fetchone()
    return None if row is None else str(row[0])


def count(journal: Journal) -> int:
    """How many notices were taken over."""
    row = journal.db.execute(
        "SELECT count(DISTINCT notice) FROM archive_files WHERE stream = ?", [journal.own("self")]
    ).fetchone()
    return int(row[0])
