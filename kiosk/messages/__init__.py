"""The messages room: who is told outward of what is late or ordered, and that each is told once."""

from kiosk.messages.commands import RecipientRefused, remove_recipient, set_recipient, tell
from kiosk.messages.projection import ROOM
from kiosk.messages.queries import Failure, Listed, failures, recipients

__all__ = [
    "ROOM",
    "Failure",
    "Listed",
    "RecipientRefused",
    "failures",
    "recipients",
    "remove_recipient",
    "set_recipient",
    "tell",
]
