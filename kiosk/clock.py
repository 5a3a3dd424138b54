"""The only place that reads the clock.

Moments are aware datetimes in UTC; dates of duties are Beijing dates. Tests and the demo set the
clock; a whole process can be shifted with the environment variable `KIOSK_CLOCK_OFFSET` (seconds).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

from kiosk.rules.calendar import BEIJING, beijing_date

__all__ = ["BEIJING", "beijing_date", "now", "set_to", "stamp", "today"]

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)
_offset = timedelta(seconds=float(os.environ.get("KIOSK_CLOCK_OFFSET", "0")))


def now() -> datetime:
    """This moment in UTC, aware."""
    fixed = _set_to.get()
    return fixed if fixed is not None else datetime.now(UTC) + _offset


def stamp() -> str:
    """This moment as RFC 3339 in UTC, to the second."""
    return now().isoformat(timespec="seconds")


def today() -> date:
    """Today's date in Beijing."""
    return beijing_date(now())


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """The clock stands at `moment` (aware) within the block, in this thread or task."""
    token = _set_to.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)
