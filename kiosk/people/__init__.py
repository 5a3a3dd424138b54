"""The people room: accounts, log-in and lock-out."""

from kiosk.people.commands import add_account, change_password, log_in, reset_password
from kiosk.people.projection import ROOM
from kiosk.people.queries import Account, account, accounts

__all__ = [
    "ROOM",
    "Account",
    "account",
    "accounts",
    "add_account",
    "change_password",
    "log_in",
    "reset_password",
]
