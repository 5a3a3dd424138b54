"""The supervisors' door: who is late with what, what villagers wait for, and what is done about it.

Plain pages and forms; only the overview asks for itself again every half minute. Who did what is
in the journal: every entry carries the account.
"""

from kiosk.web.township import (
    annual,
    catalogue,
    feedback,
    guide,
    inspections,
    notices,
    orders,
    overview,
    printing,
    recipients,
    requests,
    reviews,
    scores,
    screens,
    sticks,
    village,
    villages,
)
from kiosk.web.township.door import blueprint

__all__ = [
    "annual",
    "blueprint",
    "catalogue",
    "feedback",
    "guide",
    "inspections",
    "notices",
    "orders",
    "overview",
    "printing",
    "recipients",
    "requests",
    "reviews",
    "scores",
    "screens",
    "sticks",
    "village",
    "villages",
]
