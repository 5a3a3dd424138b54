"""Accounts on file."""

from dataclasses import dataclass

from kiosk.journal.log import Journal


@dataclass(frozen=True)
class Account:
    """A login. `first_password`: still the one that was printed when it was added."""

    name: str
    role: str
    password_hash: str
    first_password: bool
    last_login: str | None


def account(journal: Journal, name: str) -> Account | None:
    row = journal.db.execute(
        """
        SELECT name, role, password_hash, first_password, last_login FROM accounts WHERE name = ?
        """,
        [name],
    ).fetchone()
    return None if row is None else Account(row[0], row[1], row[2], bool(row[3]), row[4])


def accounts(journal: Journal) -> list[Account]:
    rows = journal.db.execute(
        """
        SELECT name, role, password_hash, first_password, last_login FROM accounts ORDER BY name
        """
    )
    return [Account(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows]
