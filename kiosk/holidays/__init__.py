"""The holidays room: the days off of years that the program did not know when it was made."""

from kiosk.holidays.commands import know, tell
from kiosk.holidays.projection import ROOM
from kiosk.holidays.queries import told

__all__ = ["ROOM", "know", "tell", "told"]
