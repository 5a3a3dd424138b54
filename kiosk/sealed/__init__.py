"""The room of sealed reports (举报): what a village's machine carries and cannot read."""

from kiosk.sealed.commands import (
    Keyring,
    SealedRefused,
    answer,
    answers,
    close,
    make_key,
    open_picture,
    open_report,
    own_copy,
    receive,
    sealed_here,
    unlock,
)
from kiosk.sealed.projection import ROOM
from kiosk.sealed.queries import Key, Report, keys, log, report, reports

__all__ = [
    "ROOM",
    "Key",
    "Keyring",
    "Report",
    "SealedRefused",
    "answer",
    "answers",
    "close",
    "keys",
    "log",
    "make_key",
    "open_picture",
    "open_report",
    "own_copy",
    "receive",
    "report",
    "reports",
    "sealed_here",
    "unlock",
]
