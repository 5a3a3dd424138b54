"""What is told outward, to whom and when: digests instead of storms, quiet hours, once each.

A piece of news has an id, so that nobody is told twice, and a *level*: how far up it has gone.
Level 0 is for who does the work (the village's officers), 1 for who answers for them (the branch
secretary), 2 for the township's leader. A recipient hears of what has reached the own level or
gone beyond, of one village or of all. Urgent news goes out at once outside quiet hours; all other
waits for the day's digest.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime, time

from kiosk.rules.calendar import BEIJING, beijing_date

LEVELS = ("经办人", "村党组织书记", "镇分管领导")
DIGEST_AT = time(8, 30)
"""Beijing time from which the day's digest goes out."""

QUIET = (time(21, 0), time(7, 0))
"""Beijing times between which nothing goes out."""

MOST = 20
"""Lines of one message; of the rest the number is told."""


@dataclass(frozen=True, slots=True, order=True)
class News:
    """Something that somebody should hear of: `on` a Beijing date, `words` one Chinese sentence."""

    on: date
    id: str
    village: str
    level: int
    urgent: bool
    words: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told: of one `village`, or of all ("") ; from `level` on; where (`email`, `phone`,
    `group`: the name of a group chat's webhook), each "" where not wanted."""

    name: str
    village: str
    level: int
    email: str = ""
    phone: str = ""
    group: str = ""

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """(channel, where) of each way to reach the person."""
        given = (("email", self.email), ("sms", self.phone), ("group", self.group))
        return tuple((channel, where) for channel, where in given if where)


def concerns(news: News, recipient: Recipient) -> bool:
    """Whether the recipient is told of it at all."""
    return recipient.village in ("", news.village) and news.level >= recipient.level


def due(
    recipient: Recipient,
    news: Iterable[News],
    told: Set[str],
    digest_on: date | None,
    now: datetime,
) -> list[News]:
    """What to tell a recipient now, oldest first; nothing where nothing is due.

    `told` are ids that were told already, `digest_on` the Beijing date of the last message.
    """
    local = now.astimezone(BEIJING)
    if is_quiet(local.time()):
        return []
    waiting = sorted(each for each in news if concerns(each, recipient) and each.id not in told)
    digest = local.time() >= DIGEST_AT and digest_on != beijing_date(now)
    if digest or any(each.urgent for each in waiting):
        return waiting
    return []


def is_quiet(at: time) -> bool:
    """Whether nothing goes out at that Beijing time."""
    begins, ends = QUIET
    return at >= begins or at < ends


def text(news: list[News], names: dict[str, str], recipient: Recipient) -> str:
    """The message: a line for each piece of news, with its village where the recipient has many."""
    lines = []
    for each in news[:MOST]:
        where = "" if recipient.village else f"{names.get(each.village, '')}："
        lines.append(f"· {where}{each.words}")
    if len(news) > MOST:
        lines.append(f"另有 {len(news) - MOST} 项，请登录查看。")
    return "\n".join(lines)


def title(news: list[News]) -> str:
    """The message's heading."""
    urgent = any(each.urgent for each in news)
    return f"三务公开{'急办' if urgent else '提醒'}：{len(news)} 项"
