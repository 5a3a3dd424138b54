"""Who is known here: nodes by what they say of themselves, and a township's villages."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.journal.log import Journal


@dataclass(frozen=True)
class Village:
    """A node as it describes itself. `began` is the first day for which it owes anything."""

    code: str
    name: str
    role: str
    began: date
    contacts: dict[str, str]
    public_url: str


@dataclass(frozen=True)
class Enrolment:
    """A village that joined a township; `public_key` in hex, `at` RFC 3339."""

    code: str
    name: str
    township: str
    host: str
    public_key: str
    at: str


def village(journal: Journal, code: str) -> Village | None:
    """What the node of that code says of itself; None where it has not been heard of."""
    row = journal.db.execute(
        "SELECT code, name, role, began, contacts, public_url FROM nodes WHERE code = ?", [code]
    ).fetchone()
    return None if row is None else _village(row)


def known(journal: Journal) -> list[Enrolment]:
    """The villages that joined this township, by code."""
    rows = journal.db.execute(
        """
        SELECT code, name, township, host, public_key, at FROM enrolments
        WHERE township = ? ORDER BY code
        """,
        [journal.code],
    )
    return [Enrolment(*row) for row in rows]


def invited(journal: Journal, code_hash: str) -> tuple[str, str] | None:
    """(village's code, when it expires) of an invitation, or None."""
    row = journal.db.execute(
        "SELECT village, expires FROM invitations WHERE code_hash = ?", [code_hash]
    ).fetchone()
    return None if row is None else (row[0], row[1])


def enrolment_by_invitation(journal: Journal, code_hash: str) -> Enrolment | None:
    row = journal.db.execute(
        """
        SELECT code, name, township, host, public_key, at FROM enrolments WHERE code_hash = ?
        """,
        [code_hash],
    ).fetchone()
    return None if row is None else Enrolment(*row)


def _village(row: Any) -> Village:
    code, name, role, began, contacts, public_url = row
    return Village(code, name, role, date.fromisoformat(began), json.loads(contacts), public_url)
