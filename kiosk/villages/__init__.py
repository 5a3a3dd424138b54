"""The villages room: who is who. What each node says of itself, who was invited and who joined."""

from kiosk.villages.commands import describe, enrol, invite
from kiosk.villages.projection import ROOM
from kiosk.villages.queries import Village, invited, known, village

__all__ = ["ROOM", "Village", "describe", "enrol", "invite", "invited", "known", "village"]
