"""Kinds and bodies, all on the node's own `self` stream, subject = the account's name:

- `account.added` {name, role, password_hash (argon2id, PHC string)}
- `account.password_changed` {password_hash, first (true where it was reset for its owner)}
- `account.locked` {until (RFC 3339), failures, source}: after repeated failures from one
  address; for the record
- `session.opened` {}: a log-in that succeeded

Failed attempts are counted in a local table: they are this machine's defence, not history.
"""

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("people")
local = Migrations("people-local")


@migrations()
def m001_accounts(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE accounts (
            name TEXT PRIMARY KEY,
            role TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            first_password INTEGER NOT NULL,
            last_login TEXT
        ) WITHOUT ROWID
        """
    )


@local()
def m001_attempts(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE login_attempts (
            name TEXT PRIMARY KEY,
            failures INTEGER NOT NULL,
            locked_until TEXT
        ) WITHOUT ROWID
        """
    )


@local()
def m002_attempts_by_source(db: Database) -> None:
    db.execute("DROP TABLE login_attempts")
    db.execute(
        """
        CREATE TABLE login_attempts (
            name TEXT NOT NULL,
            source TEXT NOT NULL,
            failures INTEGER NOT NULL,
            locked_until TEXT,
            PRIMARY KEY (name, source)
        ) WITHOUT ROWID
        """
    )


def apply(db: Database, entry: Entry) -> None:
    body = entry.body
    if body is None:
        return
    if entry.kind == "account.added":
        db.execute(
            "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, 1, NULL)",
            [entry.subject, body["role"], body["password_hash"]],
        )
    elif entry.kind == "account.password_changed":
        db.execute(
            "UPDATE accounts SET password_hash = ?, first_password = ? WHERE name = ?",
            [body["password_hash"], int(body.get("first", False)), entry.subject],
        )
    elif entry.kind == "session.opened":
        db.execute("UPDATE accounts SET last_login = ? WHERE name = ?", [entry.at, entry.subject])


ROOM = Room(
    name="people",
    kinds=frozenset(
        {"account.added", "account.password_changed", "account.locked", "session.opened"}
    ),
    tables=("accounts",),
    migrations=migrations,
    apply=apply,
    local=local,
)
