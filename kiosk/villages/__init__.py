"""The villages room: who is who. What each node says of itself, who was invited and who joined."""

from kiosk.villages.commands import (
    certify,
    certify_recovery,
    describe,
    enrol,
    invite,
    learn_keys,
    revoke,
)
from kiosk.villages.projection import ROOM
from kiosk.villages.queries import (
    Village,
    certifications,
    children,
    invited,
    is_child,
    known,
    revoked,
    village,
)

__all__ = [
    "ROOM",
    "Village",
    "certifications",
    "certify",
    "certify_recovery",
    "children",
    "describe",
    "enrol",
    "invite",
    "invited",
    "is_child",
    "known",
    "learn_keys",
    "revoke",
    "revoked",
    "village",
]
