"""The erasures room: what had already gone out and is deleted everywhere, by two persons."""

from kiosk.erasures.projection import ROOM
from kiosk.erasures.queries import Erasure, erasure, open_erasures

__all__ = ["ROOM", "Erasure", "erasure", "open_erasures"]
