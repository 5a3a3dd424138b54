"""The village officers' door: what is late and due, posting, correcting, answering.

Everything works with plain pages and forms; `office.js` adds sums while typing, rows without a
reload and saving by itself. Who did what is in the journal: every entry carries the account.
"""

from kiosk.web.office import (
    archive,
    erasing,
    feedback,
    home,
    importing,
    orders,
    posted,
    posting,
    printing,
    results,
    reviews,
    sending,
    sticks,
)
from kiosk.web.office.door import blueprint

__all__ = [
    "archive",
    "blueprint",
    "erasing",
    "feedback",
    "home",
    "importing",
    "orders",
    "posted",
    "posting",
    "printing",
    "results",
    "reviews",
    "sending",
    "sticks",
]
