"""What one round with the node above works with, and what came of it."""

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from kiosk.config import Upstream
from kiosk.node import Node
from kiosk.sync import marks
from kiosk.sync.calls import Calls
from kiosk.sync.wire import MessageMalformed


@dataclass(frozen=True)
class Outcome:
    """What a round did: entries and attachments moved each way, own entries that were fetched
    back, the township's clock minus ours, and `troubles` in plain Chinese, empty when all went
    well. `wait`: how long the other side asked to be left alone. `more`: attachments are left
    that the next round sends."""

    pushed: int = 0
    pulled: int = 0
    fetched_back: int = 0
    given_back: int = 0
    blobs_sent: int = 0
    blobs_got: int = 0
    offset: timedelta | None = None
    wait: timedelta | None = None
    more: bool = False
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    """What the node above holds of a stream: its size, the checkpoint over that, and how many
    cosignatures by the name of their witness."""

    size: int
    note: str | None
    signatures: dict[str, int]


@dataclass
class Round:
    """A round that runs. `relayed` are the streams of other nodes that go up unchanged."""

    node: Node
    up: Upstream
    calls: Calls
    relayed: list[str] = field(default_factory=list)
    done: Outcome = field(default_factory=Outcome)
    heads: dict[str, Head] = field(default_factory=dict)
    told: float = 0.0

    def add(self, **more: int) -> None:
        self.done = replace(
            self.done, **{name: getattr(self.done, name) + count for name, count in more.items()}
        )

    def trouble(self, words: str, wait: timedelta | None = None) -> None:
        if words not in self.done.troubles:
            self.done = replace(self.done, troubles=(*self.done.troubles, words))
        if wait is not None:
            self.done = replace(self.done, wait=max(wait, self.done.wait or wait))

    def leave_the_rest(self) -> None:
        self.done = replace(self.done, more=True)

    def progress(self, what: str, done: int, total: int) -> None:
        """Lets people see how far a long round is; at most once a second."""
        if total > 1 and time.monotonic() - self.told >= 1:
            self.told = time.monotonic()
            marks.progressed(self.node.journal, what, done, total)

    def head(self, stream: str) -> Head:
        """Raises MessageMalformed where the node above said nothing of the stream."""
        try:
            return self.heads[stream]
        except KeyError:
            raise MessageMalformed(f"no head of {stream}") from None


def heads(said: Any) -> dict[str, Head]:
    """The heads of an answer. Raises MessageMalformed."""
    if not isinstance(said, dict):
        raise MessageMalformed("no heads")
    return {str(stream): _head(stream, head) for stream, head in said.items()}


def _head(stream: str, said: Any) -> Head:
    try:
        size, note = said["size"], said["note"]
        signatures = {str(name): int(n) for name, n in said.get("signatures", {}).items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MessageMalformed(f"no head of {stream}") from error
    if not isinstance(size, int) or size < 0 or not (note is None or isinstance(note, str)):
        raise MessageMalformed(f"no head of {stream}")
    if bool(size) != (note is not None):
        raise MessageMalformed(f"no head of {stream}")
    return Head(size, note, signatures)
