"""The supervision room: what a township orders its villages to do, and what they say to it."""

from kiosk.supervision.commands import answer_order, close_order, send_order
from kiosk.supervision.projection import ROOM
from kiosk.supervision.queries import Order, open_orders, order, orders

__all__ = [
    "ROOM",
    "Order",
    "answer_order",
    "close_order",
    "open_orders",
    "order",
    "orders",
    "send_order",
]
