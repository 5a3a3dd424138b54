"""The notices room: what is posted on the board, corrected and withdrawn."""

from kiosk.notices.commands import (
    NotChangeable,
    NotPublishable,
    NotReviewed,
    Problem,
    form_of,
    problems,
    publish,
    publish_reviewed,
    withdraw,
)
from kiosk.notices.projection import ROOM
from kiosk.notices.queries import Notice, Version, notice

__all__ = [
    "ROOM",
    "NotChangeable",
    "NotPublishable",
    "NotReviewed",
    "Notice",
    "Problem",
    "Version",
    "form_of",
    "notice",
    "problems",
    "publish",
    "publish_reviewed",
    "withdraw",
]
