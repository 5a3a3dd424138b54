"""The screens room: which touch screens show this board, and whether they still do."""

from kiosk.screens.commands import forget, heartbeat, hide
from kiosk.screens.projection import ROOM
from kiosk.screens.queries import Screen, Told, screens, status, told

__all__ = [
    "ROOM",
    "Screen",
    "Told",
    "forget",
    "heartbeat",
    "hide",
    "screens",
    "status",
    "told",
]
