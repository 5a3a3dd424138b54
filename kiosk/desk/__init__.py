"""The desk room: what every village owes, kept ready so that a page of many villages is at hand."""

from kiosk.desk.commands import AT_ONCE, refresh
from kiosk.desk.projection import ROOM
from kiosk.desk.queries import by_item, pressing, stale, trend, with_item, worst

__all__ = [
    "AT_ONCE",
    "ROOM",
    "by_item",
    "pressing",
    "refresh",
    "stale",
    "trend",
    "with_item",
    "worst",
]
