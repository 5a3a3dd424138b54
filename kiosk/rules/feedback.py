"""Where a feedback stands: a pure function of what happened to it, in whatever order it came in.

    received → accepted → answered → rated (content) → closed
                   ↓          └→ reopened (没解决, to be answered again)
               forwarded (to the township, or another department)
    merged (into another of the same matter), rejected (with a reason), withdrawn (by its sender)

Villagers' questions are answered within ten days (村民委员会组织法第三十条, townships' rules),
counted from the asking, or from the day on which the asker said that it was not solved. What is
handed on gets the days of `forward` once. What is late, or was not solved twice, goes up to the
township, which orders, or takes it over and answers itself.

Village and township write of the same feedback, each by its own clock, and those may be minutes
apart. So every event says in `step` how many were known before it; a rating is thereby later than
the answer that it rates, whatever the clocks say. Clocks, limits and words: `data/feedback.yaml`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources

import yaml

from kiosk.rules import steps
from kiosk.rules.calendar import day_of
from kiosk.rules.steps import in_order

KINDS = ("询问", "建议", "不满意", "表扬")
OBJECTION = "异议"
"""Taken about a notice while its display period runs, to the end of its last day."""

VIA = {
    "phone": "手机扫码",
    "screen": "在触摸屏上",
    "letter": "来信",
    "call": "电话（投诉热线）",
    "visit": "当面来访",
}
"""How it came in; the last three are written down by an officer."""

REJECTED = {
    "spam": "不是意见（广告、乱填、重复提交）",
    "abuse": "辱骂、威胁他人",
    "personal": "内容里有别人的个人信息，已经删除",
    "elsewhere": "不归村里和镇里管，已告知找谁",
}
"""Why a feedback is not dealt with; its sender reads it, and may say that it is not so."""

STATES = {
    "received": "已收到，等受理",
    "accepted": "已受理，正在办",
    "forwarded": "已转出，正在办",
    "answered": "已答复",
    "rated": "已答复，提出人满意",
    "reopened": "提出人说没解决，要再答复",
    "merged": "和同一件事的意见一起办",
    "rejected": "没有受理",
    "closed": "已办结",
    "withdrawn": "提出人已撤回",
}
OPEN = frozenset({"received", "accepted", "forwarded", "reopened"})
"""States in which the village, or the township that took it, owes the next step."""

ENDED = frozenset({"closed", "rejected", "withdrawn"})
"""States after which personal data is kept for `contact` days more."""

EVENTS = frozenset(
    {
        "accepted", "forwarded", "taken", "returned", "escalated", "answered", "rated", "merged",
        "rejected", "reinstated", "closed", "withdrawn",
    }
)  # fmt: skip
ABOVE = frozenset({"taken", "returned", "escalated", "reinstated"})
"""What the township alone may say."""


@dataclass(frozen=True)
class Rules:
    """`data/feedback.yaml`: days by name, limits as (how many, within), and words."""

    days: Mapping[str, int]
    escalate_reopened: int
    limits: Mapping[str, tuple[tuple[int, timedelta], ...]]
    held_most: tuple[int, timedelta]
    attack: tuple[int, timedelta]
    departments: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def answer_within(self) -> timedelta:
        return timedelta(days=self.days["answer"])


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules that come with the program."""
    text = resources.files("kiosk.rules").joinpath("data/feedback.yaml").read_text("utf-8")
    return parse(text)


def parse(text: str) -> Rules:
    """Rules from the text of a file like `data/feedback.yaml`."""
    raw = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def limit(pair: Sequence[int]) -> tuple[int, timedelta]:
        return int(pair[0]), timedelta(minutes=int(pair[1]))

    limits = raw["limits"]
    held_most, attack = limit(limits.pop("held_most")), limit(limits.pop("attack"))
    return Rules(
        days={name: int(count) for name, count in raw["days"].items()},
        escalate_reopened=int(raw["escalate_reopened"]),
        limits={name: tuple(map(limit, pairs)) for name, pairs in limits.items()},
        held_most=held_most,
        attack=attack,
        departments=tuple(raw["departments"]),
        words=tuple(raw["words"]),
    )


# ---- events and what follows from them ----


@dataclass(frozen=True, slots=True)
class Event(steps.Event):
    """One step: `kind` is one of EVENTS; `body` is None once erased."""

    @property
    def question(self) -> str | None:
        """The asker's words that stand beside a public answer; None where it does not say."""
        return (self.body or {}).get("question")

    @property
    def public(self) -> bool:
        """Whether everybody may read it: told by the body and by where it stands."""
        return bool((self.body or {}).get("public")) and self.stream.endswith("/public")


@dataclass(frozen=True)
class Standing:
    """How a feedback stands. `owner`: who owes the next step ("village", "township"); `since`: from
    when the days for an answer run (RFC 3339); `answer_by`: the last Beijing date for it;
    `escalated`: since when it is with the township for being late or unsolved, "" where it is not;
    `reopened`: how often it was said not to be solved; `ended`: when it was closed, rejected or
    withdrawn, "" while it is not."""

    state: str
    owner: str
    since: str
    answer_by: date
    escalated: str
    reopened: int
    ended: str


def standing(asked: str, events: Iterable[Event], given: Rules | None = None) -> Standing:
    """How it stands, from when it was asked (RFC 3339) and its events in any order."""
    days = (given or rules()).days
    now, owner, since, escalated, ended = "received", "village", asked, "", ""
    reopened, extended = 0, False
    until = day_of(since) + timedelta(days=days["answer"])
    for event in in_order(events):
        after = _after(now, event)
        if event.kind in ("taken", "returned") and now in OPEN:
            owner = "township" if event.kind == "taken" else "village"
        if after == "forwarded" and event.kind == "forwarded":
            if (event.body or {}).get("to") == "township":
                owner = "township"
            if not extended and day_of(event.at) <= until:
                until, extended = until + timedelta(days=days["forward"]), True
        if event.kind == "escalated" and now in OPEN:
            escalated = escalated or event.at
        if after == "answered" and event.kind == "answered":
            escalated = ""
        if after == "reopened" and now != "reopened":
            since, extended, reopened = event.at, False, reopened + 1
            until = day_of(since) + timedelta(days=days["answer"])
        if after in ENDED and now not in ENDED:
            ended = event.at
        elif after not in ENDED:
            ended = ""
        now = after
    return Standing(now, owner, since, until, escalated, reopened, ended)


def state(events: Iterable[Event]) -> str:
    """One of STATES, from the events in whatever order they came in."""
    now = "received"
    for event in in_order(events):
        now = _after(now, event)
    return now


def waiting_since(asked: str, events: Iterable[Event]) -> str:
    """From when the days for an answer run: the asking, or the last 没解决. RFC 3339."""
    return standing(asked, events).since


def goes_up(found: Standing, today: date, given: Rules | None = None) -> str:
    """Why the township is to be told now: "late", "unsolved", or "" where it is not (any more)."""
    how = given or rules()
    if found.state not in OPEN or found.owner != "village" or found.escalated:
        return ""
    if found.reopened >= how.escalate_reopened and found.state == "reopened":
        return "unsolved"
    if today > found.answer_by + timedelta(days=how.days["escalate"]):
        return "late"
    return ""


def age_days(since: str, today: date) -> int:
    """Whole Beijing days from `since` (RFC 3339) to `today`."""
    return max(0, (today - day_of(since)).days)


def _after(now: str, event: Event) -> str:
    if now == "withdrawn" or event.kind == "withdrawn":
        return "withdrawn"
    if now == "closed":
        return now
    match event.kind:
        case "accepted" if now in ("received", "reopened"):
            return "accepted"
        case "forwarded" if now in OPEN and event.body is not None:
            return "forwarded"
        case "taken" | "returned" if now in OPEN:
            return "accepted"
        case "merged" if now in OPEN and event.body is not None:
            return "merged"
        case "rejected" if now in OPEN:
            return "rejected"
        case "reinstated" if now in ("rejected", "merged"):
            return "received"
        case "answered" if event.body is not None:
            return "answered"
        case "rated" if event.body is not None and now in ("answered", "rated"):
            return "rated" if event.body["satisfied"] else "reopened"
        case "rated" if event.body is not None and now in ("rejected", "merged"):
            return now if event.body["satisfied"] else "reopened"
        case "closed" if now in ("answered", "rated"):
            return "closed"
        case _:
            return now


# ---- words ----


def abusive(text: str, given: Rules | None = None) -> list[str]:
    """The words of the list that the text holds, whatever stands between their glyphs."""
    bare = "".join(filter(str.isalnum, text)).lower()
    return [word for word in (given or rules()).words if word in bare]


def without_abuse(text: str, given: Rules | None = None) -> str:
    """The text with the words of the list starred out."""
    for word in abusive(text, given):
        between = r"[\W_]{0,3}".join(map(re.escape, word))
        text = re.sub(between, "＊" * len(word), text, flags=re.IGNORECASE)
    return text


def likeness(one: str, other: str) -> float:
    """How alike two questions are, from 0 to 1: the pairs of glyphs that they share (Dice)."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


ALIKE = 0.34
"""Likeness from which an answered question is offered before another is sent."""

_IDLE = str.maketrans("", "", "的了吗呢吧啊是在有我你他咱们这那什么怎么请问能不")


def _pairs(text: str) -> set[str]:
    bare = "".join(filter(str.isalnum, text.translate(_IDLE)))
    return {bare[at : at + 2] for at in range(len(bare) - 1)} or ({bare} if bare else set())


# ---- how much is taken ----


@dataclass(frozen=True)
class Taken:
    """A feedback that was taken: when, from where (any of them "" where unknown), held or not."""

    at: datetime
    network: str
    screen: str
    notice: str
    held: bool


def verdict(
    taken: Iterable[Taken],
    now: datetime,
    *,
    network: str = "",
    screen: str = "",
    notice: str = "",
    given: Rules | None = None,
) -> str:
    """What is done with one more: "take" it, "hold" it for a look, or "later" (ask to come back).

    A screen has limits of its own: everybody who stands before it shares its network.
    """
    how = given or rules()
    known = list(taken)
    where = {"screen": screen, "notice": notice} if screen else {"network": network}
    where.setdefault("notice", notice)
    for name, value in where.items():
        for most, within in how.limits[name] if value else ():
            if sum(getattr(it, name) == value and now - it.at < within for it in known) >= most:
                held, span = how.held_most
                same = (
                    it.held and it.network == network and it.screen == screen for it in known
                    if now - it.at < span
                )  # fmt: skip
                return "later" if sum(same) >= held else "hold"
    return "take"


def under_attack(taken: Iterable[Taken], now: datetime, given: Rules | None = None) -> bool:
    """Whether so much is held just now that phones are asked for a little work."""
    most, within = (given or rules()).attack
    return sum(it.held and now - it.at < within for it in taken) >= most


# ---- statistics ----


@dataclass(frozen=True)
class Fact:
    """What counts of one feedback, free of personal data. Dates are Beijing dates; `answered`: of
    the first answer; `late`: answered after its last day, or open past it; `satisfied`: the last
    rating, None where there is none."""

    kind: str
    village: str
    via: str
    asked: date
    answered: date | None
    state: str
    late: bool
    overdue: bool
    satisfied: bool | None
    reopened: int
    escalated: bool


@dataclass(frozen=True)
class Statistics:
    """Counts of a set of feedback. `days`: from asking to first answer, each of those answered."""

    total: int
    open: int
    overdue: int
    answered: int
    in_time: int
    unanswered_overdue: int
    days: tuple[int, ...]
    satisfied: int
    unsatisfied: int
    reopened: int
    escalated: int
    ended: int
    left_out: int

    @property
    def mean_days(self) -> float | None:
        return sum(self.days) / len(self.days) if self.days else None

    @property
    def rate_in_time(self) -> float | None:
        """Of what was answered or should have been, the share in time, 0 to 1; None where there is
        none: what is still within its days counts neither way."""
        due = self.answered + self.unanswered_overdue
        return self.in_time / due if due else None

    @property
    def rate_satisfied(self) -> float | None:
        """Of what was rated, the share whose last rating is content, 0 to 1."""
        rated = self.satisfied + self.unsatisfied
        return self.satisfied / rated if rated else None


def statistics(facts: Iterable[Fact]) -> Statistics:
    """Counts; what was withdrawn, merged or rejected counts in the total alone (`left_out`)."""
    all_ = list(facts)
    known = [it for it in all_ if it.state not in ("withdrawn", "merged", "rejected")]
    answered = [it for it in known if it.answered is not None]
    return Statistics(
        total=len(all_),
        open=sum(it.state in OPEN for it in known),
        overdue=sum(it.overdue for it in known),
        answered=len(answered),
        in_time=sum(not it.late for it in answered),
        unanswered_overdue=sum(it.overdue and it.answered is None for it in known),
        days=tuple(sorted(max(0, (it.answered - it.asked).days) for it in answered if it.answered)),
        satisfied=sum(it.satisfied is True for it in known),
        unsatisfied=sum(it.satisfied is False for it in known),
        reopened=sum(it.reopened > 0 for it in known),
        escalated=sum(it.escalated for it in known),
        ended=sum(it.state == "closed" for it in known),
        left_out=len(all_) - len(known),
    )
