"""Which streams travel between a node and the one above it, and in which direction.

A township hands its villages' public streams on to its county. What a village tells its township
alone stays there: who reads a stream was decided when it was written.
"""

from kiosk import villages
from kiosk.config import Config
from kiosk.journal.log import Journal
from kiosk.rules import codes


def sent_up(child: str) -> list[str]:
    """What a node writes for the one above it."""
    return [f"{child}/public", f"{child}/parent"]


def sent_down(parent: str, child: str) -> list[str]:
    """What the node above writes for one of those below."""
    return [f"{parent}/public", f"{parent}/{child}"]


def hands_on(code: str) -> bool:
    """Whether a node of that code hands the streams of others on."""
    return codes.level(code) != "village"


def relayed(journal: Journal, by: str) -> list[str]:
    """The streams of others that the node `by` hands on, as far as it is known here."""
    if not hands_on(by):
        return []
    return [f"{each.code}/public" for each in villages.children(journal, by)]


def shared(config: Config, journal: Journal) -> list[str]:
    """Every own stream that another node copies, by name."""
    known = [stream for stream in journal.streams() if stream.startswith(f"{config.code}/")]
    return [stream for stream in known if not stream.endswith("/self")]
