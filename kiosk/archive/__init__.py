"""The archive room: what an older board had, taken over as historic notices."""

from kiosk.archive.projection import ROOM

__all__ = ["ROOM"]
