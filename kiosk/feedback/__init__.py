"""The feedback room (意见箱): what villagers ask and say, and what is answered."""

from kiosk.feedback.commands import (
    accept,
    answer,
    close,
    forward,
    give_back,
    merge,
    rate,
    receive,
    reinstate,
    reject,
    see_contact,
    take_over,
    withdraw,
)
from kiosk.feedback.keeping import keep
from kiosk.feedback.projection import ROOM
from kiosk.feedback.queries import Feedback, by_pickup, by_token, feedback, statistics
from kiosk.rules.feedback import state

__all__ = [
    "ROOM",
    "Feedback",
    "accept",
    "answer",
    "by_pickup",
    "by_token",
    "close",
    "feedback",
    "forward",
    "give_back",
    "keep",
    "merge",
    "rate",
    "receive",
    "reinstate",
    "reject",
    "see_contact",
    "state",
    "statistics",
    "take_over",
    "withdraw",
]
