"""The notices room: what is posted on the board, corrected and withdrawn."""

from kiosk.notices.commands import (
    NotChangeable,
    NotPublishable,
    Problem,
    correct,
    form_of,
    problems,
    publish,
    withdraw,
)
from kiosk.notices.projection import ROOM
from kiosk.notices.queries import Notice, Version, notice

__all__ = [
    "ROOM",
    "NotChangeable",
    "NotPublishable",
    "Notice",
    "Problem",
    "Version",
    "correct",
    "form_of",
    "notice",
    "problems",
    "publish",
    "withdraw",
]
