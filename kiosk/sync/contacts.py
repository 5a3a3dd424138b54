"""When this node last heard of another one, and how that went.

A township keeps one contact a village, a village one for its township. Times are aware, in UTC.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import codes

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=10)

LOST_AFTER = timedelta(days=1)
"""A village not heard of for longer than this is marked: what is known of it is old."""


@dataclass(frozen=True)
class Contact:
    """`status` is what the peer last said of itself (or, for a township, what was learnt of it);
    `last_error` is in plain Chinese and empty after a success, `failures` counts since then."""

    peer: str
    last_attempt: datetime | None
    last_success: datetime | None
    next_attempt: datetime | None
    failures: int
    last_error: str
    status: dict[str, Any]


def last_contact(journal: Journal, code: str) -> Contact | None:
    """The contact with the node of that code; None where there never was one. A county hears of
    a village through the village's township, and only when it was last heard of there."""
    if codes.level(journal.code) == "county" and codes.level(code) == "village":
        return _told_of(_held(journal, codes.parent(code) or code), code)
    return _held(journal, code)


def contacts(journal: Journal) -> list[Contact]:
    """Every contact, by code."""
    return [
        _contact(row)
        for row in journal.db.execute(f"SELECT {_COLUMNS} FROM contacts ORDER BY peer")
    ]


def heard(journal: Journal) -> dict[str, str]:
    """When each node was last heard of (RFC 3339), by code; those that never were are left out."""
    rows = journal.db.execute(
        "SELECT peer, last_success FROM contacts WHERE last_success IS NOT NULL ORDER BY peer"
    )
    return dict(list(rows))


def is_lost(contact: Contact | None) -> bool:
    """Whether a node was not heard of for more than a day, or never."""
    heard = contact.last_success if contact else None
    return heard is None or clock.now() - heard > LOST_AFTER


def lost_words(contact: Contact | None) -> str:
    """Since when a node that is lost was not heard of; "" where it is not."""
    if not is_lost(contact):
        return ""
    if contact is None or contact.last_success is None:
        return "还没有联系上"
    days = (clock.today() - clock.beijing_date(contact.last_success)).days
    return f"{days} 天没有联系，只知道以前的情况"


def succeeded(journal: Journal, peer: str, status: dict[str, Any]) -> None:
    """A whole round went well."""
    now = clock.stamp()
    journal.db.execute(
        """
        INSERT INTO contacts (peer, last_attempt, last_success, status)
        VALUES (:peer, :now, :now, :status)
        ON CONFLICT (peer) DO UPDATE SET last_attempt = :now, last_success = :now,
            next_attempt = NULL, failures = 0, last_error = '', status = :status
        """,
        {"peer": peer, "now": now, "status": json.dumps(status, ensure_ascii=False)},
    )


def failed(
    journal: Journal,
    peer: str,
    error: str,
    random: Callable[[], float],
    wait: timedelta | None = None,
) -> None:
    """A round failed with `error`, in words for people; the next one is put off, at least for
    `wait` where the other side asked for that."""
    with journal.writing() as db:
        before = last_contact(journal, peer)
        failures = (before.failures if before else 0) + 1
        now = clock.now()
        db.execute(
            """
            INSERT INTO contacts (peer, last_attempt, next_attempt, failures, last_error)
            VALUES (:peer, :now, :next, :failures, :error)
            ON CONFLICT (peer) DO UPDATE SET last_attempt = :now, next_attempt = :next,
                failures = :failures, last_error = :error
            """,
            {
                "peer": peer,
                "now": now.isoformat(timespec="seconds"),
                "next": (now + max(delay(failures, random), wait or delay(1, random))).isoformat(
                    timespec="seconds"
                ),
                "failures": failures,
                "error": error,
            },
        )


def delay(failures: int, random: Callable[[], float]) -> timedelta:
    """How long to wait after so many failures in a row: doubling, at most ten minutes, and
    between half and all of that, as `random` (0 to 1) says, so that villages whose township
    comes back do not all call in the same second."""
    doubled = min(FIRST_DELAY * (1 << min(failures - 1, 16)), LONGEST_DELAY)
    return doubled * (0.5 + 0.5 * random())


_COLUMNS = "peer, last_attempt, last_success, next_attempt, failures, last_error, status"


def _held(journal: Journal, peer: str) -> Contact | None:
    row = journal.db.execute(f"SELECT {_COLUMNS} FROM contacts WHERE peer = ?", [peer]).fetchone()
    return None if row is None else _contact(row)


def _told_of(above: Contact | None, code: str) -> Contact | None:
    """What the node between said of one below it. It may have said anything."""
    said = above.status.get("heard") if above else None
    try:
        last = datetime.fromisoformat(said[code])  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None
    if last.tzinfo is None:
        return None
    return Contact(code, last, last, None, 0, "", {})


def _contact(row: tuple[Any, ...]) -> Contact:
    peer, attempt, success, following, failures, error, status = row
    return Contact(
        peer,
        _moment(attempt),
        _moment(success),
        _moment(following),
        failures,
        error,
        json.loads(status),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
