"""The supervision room: what a township orders its villages to do, and what came of it."""

from kiosk.supervision.commands import (
    acknowledge,
    answer_order,
    close_order,
    escalate,
    send_back,
    send_order,
    withdraw_order,
)
from kiosk.supervision.projection import ROOM
from kiosk.supervision.queries import (
    Counts,
    Order,
    Shown,
    about,
    counts,
    has_photo,
    open_orders,
    order,
    orders,
    shown,
)

__all__ = [
    "ROOM",
    "Counts",
    "Order",
    "Shown",
    "about",
    "acknowledge",
    "answer_order",
    "close_order",
    "counts",
    "escalate",
    "has_photo",
    "open_orders",
    "order",
    "orders",
    "send_back",
    "send_order",
    "shown",
    "withdraw_order",
]
