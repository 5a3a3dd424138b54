"""The notices room: what is posted on the board, corrected and withdrawn."""

from kiosk.notices.projection import ROOM
from kiosk.notices.queries import Notice, Version, notice

__all__ = ["ROOM", "Notice", "Version", "notice"]
