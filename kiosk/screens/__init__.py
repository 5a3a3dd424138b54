"""The screens room: which touch screens show this board, and whether they still do."""

from kiosk.screens.commands import heartbeat
from kiosk.screens.projection import ROOM
from kiosk.screens.queries import Screen, screens, status

__all__ = ["ROOM", "Screen", "heartbeat", "screens", "status"]
