"""The words and rules of `kiosk.rules.feedback`, by the names under which this room's readers know
them."""

from kiosk.rules.feedback import (
    KINDS,
    OBJECTION,
    OPEN,
    STATES,
    Event,
    age_days,
    in_order,
    next_step,
    rules,
    state,
    waiting_since,
)

__all__ = [
    "ANSWER_WITHIN",
    "KINDS",
    "OBJECTION",
    "OPEN",
    "STATES",
    "Event",
    "age_days",
    "in_order",
    "next_step",
    "state",
    "waiting_since",
]

ANSWER_WITHIN = rules().answer_within
