"""The opinions room: smile or frown at a notice, counted for everybody to see."""

from kiosk.opinions.commands import give
from kiosk.opinions.projection import ROOM
from kiosk.opinions.queries import Opinions, of_notice

__all__ = ["ROOM", "Opinions", "give", "of_notice"]
