"""How a touch screen fares, from what it last reported: the one rule for village and township.

A screen reports every half minute what it does. From these facts, its hours and one frozen now
follows its state, in this order of precedence:

    waiting     set up at the desk, never yet started
    off         outside its hours: nothing is expected of it
    dark        no word for three minutes within its hours, or its page is not to be seen
    stuck       it reports, but gets no answers, shows an old program, or nothing on it moves
    wrong_time  its clock differs by more than two minutes
    good
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kiosk.rules.calendar import BEIJING

DARK_AFTER = timedelta(minutes=3)
UNANSWERED_AFTER = timedelta(minutes=5)
UNMOVED_AFTER = timedelta(minutes=10)
OLD_AFTER = timedelta(minutes=10)
WRONG_TIME = timedelta(minutes=2)

STATES = {
    "waiting": "还没有打开过",
    "off": "按时关屏",
    "dark": "黑屏或没有动静",
    "stuck": "画面停住不动",
    "wrong_time": "时间不对",
    "good": "正常",
}
TROUBLES = ("dark", "stuck", "wrong_time")
"""States that somebody has to see to."""


class HoursMalformed(ValueError):
    """Not hours; the message says in plain Chinese what is wrong."""


@dataclass(frozen=True)
class Hours:
    """From one time of day to another in Beijing, "HH:MM", over midnight where the second is the
    earlier; both "" or equal: always."""

    start: str = ""
    end: str = ""

    @property
    def always(self) -> bool:
        return self.start == self.end

    def hold(self, now: datetime) -> bool:
        """Whether the moment is within."""
        if self.always:
            return True
        at = now.astimezone(BEIJING).strftime("%H:%M")
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def began(self, now: datetime) -> datetime | None:
        """When the running stretch of a moment within began; None where it has no beginning."""
        if self.always:
            return None
        local = now.astimezone(BEIJING)
        hour, minute = map(int, self.start.split(":"))
        today = datetime.combine(local.date(), time(hour, minute), BEIJING)
        return today if today <= local else today - timedelta(days=1)


def hours(start: str, end: str) -> Hours:
    """Hours as somebody typed them. Raises HoursMalformed."""
    texts = []
    for given in (start.strip(), end.strip()):
        if given:
            try:
                given = time.fromisoformat(given.replace("：", ":").zfill(5)).strftime("%H:%M")
            except ValueError:
                raise HoursMalformed(f"“{given}”不是时间，请写成 06:30 这样。") from None
        texts.append(given)
    if bool(texts[0]) != bool(texts[1]):
        raise HoursMalformed("开始和结束时间要么都填，要么都不填。")
    return Hours(*texts)


@dataclass(frozen=True)
class Facts:
    """What a node knows of a screen. Moments are aware; None: never, or not so.

    `seen`: its last report; `answered`: when its page last got an answer; `moved`: when what it
    shows last changed or was touched; `hidden_since`, `old_since`, `wrong_since`: since when it
    reports a page that cannot be seen, an older program, another time of day.
    """

    placed: datetime
    hours: Hours
    seen: datetime | None = None
    answered: datetime | None = None
    moved: datetime | None = None
    hidden_since: datetime | None = None
    old_since: datetime | None = None
    wrong_since: datetime | None = None


@dataclass(frozen=True)
class State:
    """`kind` as in STATES, and since when."""

    kind: str
    since: datetime

    @property
    def words(self) -> str:
        return STATES[self.kind]

    @property
    def trouble(self) -> bool:
        return self.kind in TROUBLES


def state(facts: Facts, now: datetime) -> State:
    """How the screen fares at the moment `now`."""
    if facts.seen is None:
        return State("waiting", facts.placed)
    if not facts.hours.hold(now):
        return State("off", facts.seen)
    # Nobody could report before the day began; it then has the same three minutes to wake up.
    opened = facts.hours.began(now) or facts.seen
    awaited = max(facts.seen, opened)
    if now - awaited > DARK_AFTER:
        return State("dark", awaited)
    for kind, since, after in (
        ("dark", facts.hidden_since, DARK_AFTER),
        ("stuck", facts.answered, UNANSWERED_AFTER),
        ("stuck", facts.moved, UNMOVED_AFTER),
        ("stuck", facts.old_since, OLD_AFTER),
    ):
        if since is not None and now - since > after:
            return State(kind, since)
    if facts.wrong_since is not None:
        return State("wrong_time", facts.wrong_since)
    return State("good", facts.seen)
