"""The drafts room: what an officer has begun to write and not published yet."""

from kiosk.drafts.projection import ROOM
from kiosk.drafts.queries import Draft, draft, drafts

__all__ = ["ROOM", "Draft", "draft", "drafts"]
