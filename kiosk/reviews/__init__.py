"""The reviews room: who must sign a notice before it is published, and who has.

What asks and signs is in `kiosk.reviews.commands`.
"""

from kiosk.reviews.projection import ROOM
from kiosk.reviews.queries import Review, review

__all__ = ["ROOM", "Review", "review"]
