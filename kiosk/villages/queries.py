"""Who is known here: nodes by what they say of themselves, and a township's villages."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.journal.log import Journal
from kiosk.rules import codes


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


@dataclass(frozen=True)
class Certification:
    """A change of a village's key as its township certified it; keys in hex. `limits`: the sizes
    up to which the old key stays good; `why`: "recovered" or "rotated"."""

    village: str
    old_public_key: str
    new_public_key: str
    limits: dict[str, int]
    why: str
    code_hash: str
    at: str


@dataclass(frozen=True)
class Revocation:
    """A key that a township does not answer any more; in hex."""

    village: str
    public_key: str
    reason: str
    at: str


def village(journal: Journal, code: str) -> Village | None:
    """What the node of that code says of itself; None where it has not been heard of."""
    row = journal.db.execute(
        "SELECT code, name, role, began, contacts, public_url FROM nodes WHERE code = ?", [code]
    ).fetchone()
    return None if row is None else _village(row)


def known(journal: Journal) -> list[Enrolment]:
    """The villages that joined this township, or one of this county's townships, by code."""
    if codes.level(journal.code) != "county":
        return children(journal)
    rows = journal.db.execute(
        """
        SELECT code, name, township, host, public_key, at FROM enrolments
        WHERE township IN (SELECT code FROM enrolments WHERE township = ?) ORDER BY code
        """,
        [journal.code],
    )
    return [Enrolment(*row) for row in rows]


def children(journal: Journal, of: str | None = None) -> list[Enrolment]:
    """The nodes that joined this one, or the node `of`, directly, by code."""
    rows = journal.db.execute(
        """
        SELECT code, name, township, host, public_key, at FROM enrolments
        WHERE township = ? ORDER BY code
        """,
        [of or journal.code],
    )
    return [Enrolment(*row) for row in rows]


def is_child(journal: Journal, code: str) -> bool:
    """Whether the node of that code joined this one and its key was not revoked."""
    row = journal.db.execute(
        "SELECT 1 FROM enrolments WHERE township = ? AND code = ?", [journal.code, code]
    ).fetchone()
    return row is not None and revoked(journal, code) is None


def certifications(journal: Journal, township: str, village: str = "") -> list[Certification]:
    """The changes of keys that a township certified, oldest first; of one village or of all."""
    rows = journal.db.execute(
        """
        SELECT village, old_public_key, new_public_key, limits, why, code_hash, at
        FROM certifications WHERE township = ? AND ? IN ('', village) ORDER BY seq
        """,
        [township, village],
    )
    return [
        Certification(village, old, new, json.loads(limits), why, code_hash, at)
        for village, old, new, limits, why, code_hash, at in rows
    ]


def revoked(journal: Journal, code: str) -> Revocation | None:
    """The revocation of the key that a node has now, by this township; None where there is none."""
    origin = journal.origin(code)
    if origin is None:
        return None
    row = journal.db.execute(
        """
        SELECT village, public_key, reason, at FROM revocations
        WHERE township = ? AND village = ? AND public_key = ? ORDER BY seq LIMIT 1
        """,
        [journal.code, code, origin.public_key.hex()],
    ).fetchone()
    return None if row is None else Revocation(*row)


def recovers(journal: Journal, code_hash: str) -> bool:
    """Whether a one-time code was given to a village that had joined before."""
    row = journal.db.execute("SELECT 1 FROM recovering WHERE code_hash = ?", [code_hash]).fetchone()
    return row is not None


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
