"""The reports room: the annual report of government disclosure, from what the journal holds."""

from kiosk.reports.projection import ROOM

__all__ = ["ROOM"]
