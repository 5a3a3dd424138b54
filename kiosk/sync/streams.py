"""Which streams travel between a node and the one above it, and in which direction."""

from kiosk.config import Config
from kiosk.journal.log import Journal


def sent_up(child: str) -> list[str]:
    """What a node writes for the one above it."""
    return [f"{child}/public", f"{child}/parent"]


def sent_down(parent: str, child: str) -> list[str]:
    """What the node above writes for one of those below."""
    return [f"{parent}/public", f"{parent}/{child}"]


def shared(config: Config, journal: Journal) -> list[str]:
    """Every own stream that another node copies, by name."""
    known = [stream for stream in journal.streams() if stream.startswith(f"{config.code}/")]
    return [stream for stream in known if not stream.endswith("/self")]
