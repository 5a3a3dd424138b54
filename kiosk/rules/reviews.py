"""Reviews: who must sign a notice before it is published, in which order, by when.

The catalogue names an item's chain (经办人 → 民主理财小组或村务监督委员会 → 书记或主任 → 乡镇).
The finance group reviews accounts before they are published (农村集体经济组织财务公开规定), the
supervisory committee supervises disclosure (村民委员会组织法第三十二条); order and deadlines are
set by townships, so they are data.

- **Order**: a step can be signed once every step before it is. Acts of one stream stand in its
  order; acts of two streams (the township's and the village's) have no common clock, and who
  signs has seen what came before, so between streams only the chain's order counts.
- **Persons**: by the item's `review_persons` nobody signs two steps and who wrote the notice signs
  none ("distinct"), or one person may hold several offices ("offices"), or all is allowed
  ("anyone"). A signature against this rule counts for nothing.
- **Deadline**: each step has `days` working days, counted from the day of the signature before it,
  the first from the day of the request. Past it the review is stale: it waits for the same person,
  and one says so.
- **Sent back**: by whoever's turn it is, and that ends the review. What is asked for again,
  changed, is another review, which needs every signature anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.rules.calendar import Holidays, add_working_days, beijing_date
from kiosk.rules.catalogue import Item

TOWNSHIP = "township"
STATES = ("waiting", "stale", "sent_back", "withdrawn", "complete")
OPEN = ("waiting", "stale")
SIGNED, SENT_BACK, WITHDRAWN = "signed", "sent_back", "withdrawn"


@dataclass(frozen=True, slots=True)
class Chain:
    """What must happen to one request: its `steps` in order (keys of `catalogue.REVIEWERS`), the
    working `days` each of them has, who may sign (`persons`), who wrote it, when it was asked."""

    steps: tuple[str, ...]
    days: int
    persons: str
    drafter: str
    asked: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """Something done about a request: `kind` "signed", "sent_back" or "withdrawn" (then without a
    step). `stream` and `seq` say where it is written, `at` when."""

    kind: str
    step: str
    name: str
    at: datetime
    stream: str
    seq: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `state` "signed", "sent_back", "waiting" (it is their turn) or "later"; the act
    that made it so; and by when, for a step that waits."""

    by: str
    state: str
    act: Act | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a review stands on a day: `state` of STATES, its steps, and the one whose turn it is."""

    state: str
    steps: tuple[Step, ...]

    @property
    def next(self) -> Step | None:
        """The step that must be signed now; None where nobody's signature is waited for."""
        if self.state not in OPEN:
            return None
        return next(step for step in self.steps if step.state == "waiting")

    @property
    def complete(self) -> bool:
        return self.state == "complete"


def chain(item: Item, drafter: str, asked: datetime) -> Chain:
    """What the catalogue's rules ask of a notice of the item that `drafter` wrote."""
    return Chain(item.review, item.review_days, item.review_persons, drafter, asked)


def standing(
    chain: Chain, acts: Iterable[Act], today: date, holidays: Holidays | None = None
) -> Standing:
    """How a request stands on that Beijing day by what was done about it, in whatever order the
    acts are given."""
    known = sorted(acts, key=lambda act: (act.at, act.stream, act.seq))
    steps: list[Step] = []
    signed: list[Act] = []
    ended = ""
    since = chain.asked
    for by in chain.steps:
        if ended:
            steps.append(Step(by, "later", None, None))
            continue
        act = next((it for it in known if it.step == by and _counts(it, chain, signed)), None)
        if act is None:
            due = add_working_days(beijing_date(since), chain.days, holidays)
            steps.append(Step(by, "waiting", None, due))
            ended = "stale" if today > due else "waiting"
        elif act.kind == SENT_BACK:
            steps.append(Step(by, "sent_back", act, None))
            ended = "sent_back"
        else:
            steps.append(Step(by, "signed", act, None))
            signed.append(act)
            since = act.at
    if any(act.kind == WITHDRAWN for act in known):
        steps = [Step(it.by, "later", None, None) if it.state == "waiting" else it for it in steps]
        ended = "withdrawn"
    return Standing(ended or "complete", tuple(steps))


def late_steps(
    chain: Chain, found: Standing, today: date, holidays: Holidays | None = None
) -> list[tuple[str, date]]:
    """The steps that were done after their last day, or are past it today, each with that day."""
    late: list[tuple[str, date]] = []
    since = chain.asked
    for step in found.steps:
        if step.act is None and step.state != "waiting":
            break
        due = add_working_days(beijing_date(since), chain.days, holidays)
        done = beijing_date(step.act.at) if step.act else today
        if done > due:
            late.append((step.by, due))
        if step.act is None:
            break
        since = step.act.at
    return late


def signing_fault(chain: Chain, acts: Iterable[Act], step: str, name: str, today: date) -> str:
    """Why `name` may not sign or send back `step` now, in Chinese; "" where it may be done."""
    found = standing(chain, acts, today)
    turn = found.next
    if found.state == "withdrawn":
        return "这份送审已经撤回，不用再审。"
    if found.state == "sent_back":
        return "这份送审已经退回，请等经办人改好后再送来。"
    if turn is None:
        return "这份送审已经全部签完。"
    if turn.by != step:
        return "还没有轮到这一步，或者这一步已经签过了。"
    return person_fault(chain, [it.act for it in found.steps if it.act], name)


def person_fault(chain: Chain, signed: Iterable[Act], name: str) -> str:
    """Why this person may not sign after those who `signed`, in Chinese; "" where one may."""
    if not same_name(name, name):
        return "请写明签字人的姓名。"
    if chain.persons == "anyone":
        return ""
    if same_name(name, chain.drafter):
        return f"{name}是这份公开的经办人，不能审自己写的内容。"
    if chain.persons == "distinct" and any(same_name(name, it.name) for it in signed):
        return f"{name}已经签过前面一步，同一个人不能签两步。"
    return ""


def same_name(one: str, other: str) -> bool:
    """Whether two spellings name one person, blanks aside; an empty name is nobody's."""
    return "".join(one.split()) == "".join(other.split()) != ""


def _counts(act: Act, chain: Chain, signed: list[Act]) -> bool:
    """Whether an act about the step after those `signed` is one that could be done."""
    if any(act.stream == it.stream and act.seq < it.seq for it in signed):
        return False
    if act.kind == SENT_BACK:
        return True
    return act.kind == SIGNED and not person_fault(chain, signed, act.name)
