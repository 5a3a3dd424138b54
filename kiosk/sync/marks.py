"""Small facts that this machine keeps about its own work: when it was last backed up, how far it
handed something on, how a long round is getting on. No entry tells them."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk import clock
from kiosk.journal.log import Journal

BACKUP = "backup"
PROGRESS = "progress"
STICK = "stick taken"
"""When a file from the other side's stick was taken in."""
STALE = timedelta(minutes=2)
"""Progress that was told longer ago is of a round that was cut off."""


@dataclass(frozen=True)
class Progress:
    """How far a long round is: so many of all `what` (记录 or 附件)."""

    what: str
    done: int
    total: int


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


def progressed(journal: Journal, what: str, done: int, total: int) -> None:
    said = {"what": what, "done": done, "total": total, "at": clock.stamp()}
    put(journal, PROGRESS, json.dumps(said, ensure_ascii=False))


def progress(journal: Journal) -> Progress | None:
    """How far the round that runs now is; None where none runs or it is a short one."""
    try:
        said = json.loads(get(journal, PROGRESS) or "{}")
        if abs(clock.now() - datetime.fromisoformat(said["at"])) < STALE:
            return Progress(str(said["what"]), int(said["done"]), int(said["total"]))
    except (KeyError, ValueError):
        pass
    return None
