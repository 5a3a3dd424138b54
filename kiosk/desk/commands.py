"""Keeping the desk's tables true: only of villages of which something new came in, and of all when
the day turns."""

import logging
import sqlite3
from collections import Counter
from datetime import date

from sqlite_utils import Database

from kiosk.desk import queries
from kiosk.duties import queries as duties
from kiosk.duties.queries import DutyRow
from kiosk.journal.log import Journal
from kiosk.rules import codes
from kiosk.rules.timeliness import LATE
from kiosk.villages import queries as villages

log = logging.getLogger(__name__)

AT_ONCE = 40
"""Villages that a page brings up to date by itself; a job does the others."""

TOGETHER = 50
"""Villages whose duties are asked for at once."""

OF_ALL = ("catalogue.changed", "holidays.told")
"""Kinds that may change what every village owes."""

MONTHS = 400
"""Days for which the trend looks back."""


def refresh(journal: Journal, today: date, most: int | None = None) -> int:
    """Brings the tables up to date, of at most `most` villages; how many are still to be done.

    Doing it again changes nothing. One transaction a village, so that nobody waits to write. On a
    disk that takes nothing the tables stay as they were.
    """
    try:
        return _refresh(journal, today, most)
    except sqlite3.OperationalError as error:
        log.warning("while refreshing the desk: %s", error)
        return queries.stale(journal, today)


def _refresh(journal: Journal, today: date, most: int | None) -> int:
    waiting = _look(journal, today)
    chosen = waiting[:most]
    for start in range(0, len(chosen), TOGETHER):
        some = chosen[start : start + TOGETHER]
        rows = duties.duties_of(journal, some, today)
        for code in some:
            with journal.writing() as db:
                _put(db, code, rows.get(code, []), today)
    return len(waiting) - len(chosen)


def _look(journal: Journal, today: date) -> list[str]:
    """Marks the villages of which something came in, and returns those that are to be done."""
    db = journal.db
    seen = db.execute("SELECT position, cosigned FROM desk_seen").fetchone() or (0, 0)
    position, cosigned = journal.position, journal.cosignature_position()
    if (position, cosigned) != tuple(seen):
        touched = {
            code
            for (stream,) in db.execute(
                """
                SELECT DISTINCT stream FROM entries WHERE position > ?
                UNION SELECT DISTINCT stream FROM cosignatures WHERE id > ?
                """,
                list(seen),
            )
            for code in stream.split("/", 1)
            if len(code) == 12 and code.isdigit()
        }
        said = set(
            db.execute(
                """
                SELECT DISTINCT s.village FROM duty_statements AS s
                JOIN entries AS e ON e.stream = s.stream AND e.seq = s.seq WHERE e.position > ?
                """,
                [seen[0]],
            )
        )
        marks = ", ".join("?" * len(OF_ALL))
        every = db.execute(
            f"SELECT 1 FROM entries WHERE position > ? AND kind IN ({marks}) LIMIT 1",
            [seen[0], *OF_ALL],
        ).fetchone()
        with journal.writing() as writing:
            if every:
                writing.execute("DELETE FROM desk_done")
            for code in sorted(touched | {row[0] for row in said}):
                writing.execute("DELETE FROM desk_done WHERE village = ?", [code])
            writing.execute(
                "INSERT OR REPLACE INTO desk_seen VALUES (1, ?, ?)", [position, cosigned]
            )
    known = [each.code for each in villages.known(journal)]
    if not known and codes.level(journal.code) == "village":
        known = [journal.code]
    done = dict(list(db.execute("SELECT village, day FROM desk_done")))
    return [code for code in known if done.get(code) != today.isoformat()]


def _put(db: Database, code: str, rows: list[DutyRow], today: date) -> None:
    """A village's rows in place of those before, with the sums that they change."""
    pressing = [row for row in rows if row.state == "due" or row.state in LATE]
    held = list(
        db.execute("SELECT item, state, title FROM desk_pressing WHERE village = ?", [code])
    )
    change: Counter[tuple[str, str]] = Counter()
    titles: dict[str, str] = {}
    for item, state, title in held:
        change[item, state] -= 1
        titles[item] = title
    for row in pressing:
        change[row.item.id, row.state] += 1
        titles[row.item.id] = row.item.title
    for (item, state), by in change.items():
        if by:
            db.execute(
                """
                INSERT INTO desk_items VALUES (?, ?, ?, ?)
                ON CONFLICT (item, state) DO UPDATE
                SET count = count + excluded.count, title = excluded.title
                """,
                [item, state, titles[item], by],
            )
    db.execute("DELETE FROM desk_pressing WHERE village = ?", [code])
    db.conn.executemany(
        "INSERT INTO desk_pressing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                code, row.duty.key, row.item.id, row.item.affairs, row.item.title, row.subject,
                row.duty.period, row.state, row.duty.due.isoformat(),
            )
            for row in pressing
        ],
    )  # fmt: skip
    months = Counter(
        (row.duty.due.isoformat()[:7], row.state)
        for row in rows
        if row.state not in ("upcoming", "due") and (today - row.duty.due).days <= MONTHS
    )
    db.execute("DELETE FROM desk_months WHERE village = ?", [code])
    db.conn.executemany(
        "INSERT INTO desk_months VALUES (?, ?, ?, ?)",
        [(code, month, state, count) for (month, state), count in months.items()],
    )
    late = sum(row.state in LATE for row in pressing)
    escalated = sum(row.state == "escalated" for row in pressing)
    db.execute(
        "INSERT OR REPLACE INTO desk_villages VALUES (?, ?, ?, ?)",
        [code, escalated, late, len(pressing) - late],
    )
    db.execute("INSERT OR REPLACE INTO desk_done VALUES (?, ?)", [code, today.isoformat()])
