"""Small facts that this machine keeps about its own work: when it was last backed up, how far it
handed something on, how a long round is getting on. No entry tells them."""

from kiosk import clock
from kiosk.journal.log import Journal

BACKUP = "backup"


def get(journal: Journal, name: str) -> str:
    """The fact of that name, "" where there is none."""
    row = journal.db.execute("SELECT value FROM sync_marks WHERE name = ?", [name]).fetchone()
    return "" if row is None else str(row[0])


def put(journal: Journal, name: str, value: str) -> None:
    journal.db.execute("INSERT OR REPLACE INTO sync_marks VALUES (?, ?)", [name, value])


def drop(journal: Journal, name: str) -> None:
    journal.db.execute("DELETE FROM sync_marks WHERE name = ?", [name])


def backed_up(journal: Journal) -> None:
    put(journal, BACKUP, clock.stamp())
