"""What happens in the demo: acts, each at a moment on a node, to be played in order.

An act that later ones speak of has a `ref`, a name within the plan; playing it gives the id that
stands for the ref from then on.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from kiosk.clock import BEIJING
from kiosk.demo.writing import Writing


@dataclass(frozen=True)
class Post:
    """A notice. `event` is the ref of the event that it publishes, or ""; `result_of` that of the
    notice of whose display period it tells the result, or ""."""

    ref: str
    item: str
    writing: Writing
    period: str = ""
    event: str = ""
    result_of: str = ""


@dataclass(frozen=True)
class Correct:
    ref: str
    reason: str
    writing: Writing


@dataclass(frozen=True)
class Submit:
    """A notice, or the correction of the one with that ref, is sent to review before it is posted,
    and the first `signed` of its chain sign at once, or all those of the village. It is posted by
    itself at `scheduled_for`; where it is `kept`, its draft stays with the officer."""

    ref: str
    item: str
    writing: Writing
    period: str = ""
    event: str = ""
    reason: str = ""
    result_of: str = ""
    signed: int | None = None
    scheduled_for: datetime | None = None
    kept: bool = False


@dataclass(frozen=True)
class SendBack:
    """Whose step it is sends what was sent to review back, with what is off."""

    ref: str
    step: str
    comment: str


@dataclass(frozen=True)
class TakeOver:
    """What an older board had is taken over as a historic notice: its day there as exactly as is
    known ("2019-05-10", "2019-05", "2019"), and where it was found."""

    item: str
    writing: Writing
    on: str
    source: str


@dataclass(frozen=True)
class SignOff:
    """The township signs what a village sent to review: a notice's ref, or a correction of it."""

    village: str
    ref: str
    correction: bool = False


@dataclass(frozen=True)
class Withdraw:
    ref: str
    reason: str


@dataclass(frozen=True)
class Open:
    """Something happened that must be published."""

    ref: str
    item: str
    title: str
    on: date


@dataclass(frozen=True)
class Confirm:
    item: str


@dataclass(frozen=True)
class DeclareNone:
    item: str
    period: str
    reason: str


@dataclass(frozen=True)
class Excuse:
    village: str
    item: str
    period: str
    reason: str


@dataclass(frozen=True)
class Ask:
    """A villager's feedback; `notice` is a ref or "", `scene` a photo to be drawn or ""; `name` of
    whoever came, called or wrote (`via`)."""

    ref: str
    village: str
    kind: str
    text: str
    notice: str = ""
    phone: str = ""
    scene: str = ""
    via: str = "phone"
    name: str = ""


@dataclass(frozen=True)
class Accept:
    ref: str


@dataclass(frozen=True)
class Answer:
    ref: str
    text: str
    public: bool = True


@dataclass(frozen=True)
class Rate:
    ref: str
    satisfied: bool
    text: str = ""


@dataclass(frozen=True)
class Close:
    ref: str


@dataclass(frozen=True)
class Forward:
    """`to` "township" or "department", whose `name` it then has."""

    ref: str
    to: str
    reason: str
    name: str = ""


@dataclass(frozen=True)
class Merge:
    ref: str
    into: str


@dataclass(frozen=True)
class Reject:
    ref: str
    why: str
    text: str = ""


@dataclass(frozen=True)
class TakeBack:
    """The asker withdraws it."""

    ref: str


@dataclass(frozen=True)
class SealKey:
    """The discipline office makes its key."""


@dataclass(frozen=True)
class Report:
    """A sealed report with a receipt `code`."""

    ref: str
    text: str
    code: str


@dataclass(frozen=True)
class Investigate:
    """The discipline office opens a report, and answers it where there is a `text`."""

    ref: str
    text: str = ""


@dataclass(frozen=True)
class Order:
    """A supervision order of the township; `about` is the key of a duty."""

    village: str
    about: str
    text: str
    until: date


@dataclass(frozen=True)
class Tell:
    """The guide: a `noun` ("service" or "official") as in `kiosk.services`. With a `portrait` the
    official is shown on a photo, drawn from that name."""

    noun: str
    given: dict[str, Any]
    portrait: str = ""


@dataclass(frozen=True)
class Feel:
    """Smiles and frowns at the notice with that ref."""

    notice: str
    good: int
    bad: int


@dataclass(frozen=True)
class Disclose:
    """A step of a request for disclosure, or of the annual report: `kind` is the command's name,
    `given` what it takes (see `demo.disclosure`)."""

    kind: str
    ref: str
    given: dict[str, Any]


Act = (
    Post | Correct | Submit | SendBack | SignOff | TakeOver | Withdraw | Open | Confirm
    | DeclareNone | Excuse | Ask | Accept | Answer | Rate | Close | Forward | Merge | Reject
    | TakeBack | SealKey | Report | Investigate | Order
    | Tell | Feel | Disclose
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """An act on the node with that code, at an aware moment."""

    at: datetime
    node: str
    act: Act


def moment(on: date, hour: int, minute: int = 0) -> datetime:
    """A moment by the clock in Beijing."""
    return datetime.combine(on, time(hour, minute), BEIJING)


def follow_up(decision: str) -> str:
    """The ref of the event that publishing a decision opens: its result waits to be published."""
    return f"result/{decision}"


def spread(steps: list[Step]) -> list[Step]:
    """The steps by time, those of one node at least two minutes apart and in the order given."""
    ordered = sorted(steps, key=lambda step: step.at)
    last: dict[str, datetime] = {}
    found = []
    for step in ordered:
        at = step.at
        if step.node in last:
            at = max(at, last[step.node] + timedelta(minutes=2))
        last[step.node] = at
        found.append(replace(step, at=at))
    return sorted(found, key=lambda step: step.at)


def office_hour(key: str, on: date) -> datetime:
    """When an office gets to its paperwork on that day: some time from 8:30 to 11 or from 14:40."""
    r = Random(f"{key}/{on}")
    if r.random() < 0.6:
        return moment(on, 8, 30) + timedelta(minutes=r.randint(0, 140))
    return moment(on, 14, 40) + timedelta(minutes=r.randint(0, 60))
