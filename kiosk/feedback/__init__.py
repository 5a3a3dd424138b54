"""The feedback room: what villagers ask and say, and what the village answers."""

from kiosk.feedback.commands import accept, answer, close, rate, receive
from kiosk.feedback.projection import ROOM
from kiosk.feedback.queries import Feedback, by_token, feedback
from kiosk.feedback.state import state

__all__ = [
    "ROOM",
    "Feedback",
    "accept",
    "answer",
    "by_token",
    "close",
    "feedback",
    "rate",
    "receive",
    "state",
]
