"""The village officers' door: what is late and due, posting, correcting, answering.

Everything works with plain pages and forms; `office.js` adds sums while typing, rows without a
reload and saving by itself. Who did what is in the journal: every entry carries the account.
"""

from kiosk.web.office import (
    archive,
    erasing,
    feedback,
    guide,
    home,
    importing,
    inspections,
    orders,
    posted,
    posting,
    printing,
    results,
    reviews,
    score,
    screens,
    sending,
    sticks,
)
from kiosk.web.office.door import blueprint

__all__ = [
    "archive",
    "blueprint",
    "erasing",
    "feedback",
    "guide",
    "home",
    "importing",
    "inspections",
    "orders",
    "posted",
    "posting",
    "printing",
    "results",
    "reviews",
    "score",
    "screens",
    "sending",
    "sticks",
]
