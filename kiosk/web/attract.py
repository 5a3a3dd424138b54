"""What the board shows when nobody is there: slides, made here, turned by the screen alone.

Which slides there are follows from the screen's playlist; a browser that is no screen shows all.
What is urgent stands alone until its end. The screen fetches all slides at once and keeps them, so
that it goes on turning while the server is away.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from kiosk import clock, screens
from kiosk.duties import queries as duties
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import AFFAIRS_NAMES, Notice
from kiosk.rules import accounts, lunar, roster
from kiosk.rules.timeliness import LATE
from kiosk.screens import Screen
from kiosk.villages import queries as villages

MOST_NEW, MOST_DISPLAYED, MOST_TOLD = 5, 6, 3
NEW_FOR = timedelta(days=45)
LEAST_NEW = 2
"""So many of the newest are shown however old they are."""

TEXT_LIMIT = 110
ALERT_FACTS = (("when", "时间"), ("where", "地点"), ("who", "影响"))
SUMMED = ("finance_statement", "ledger")
DIRECTORY = "village.organisation"


@dataclass(frozen=True)
class Slide:
    """One page of the rotation. `kind` is one of screens.SLIDES or "urgent"; `notice` is what a
    touch opens, `facts` are (label, words) in large type, `until` the end of what is urgent."""

    kind: str
    notice: Notice | None = None
    origin: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None


@dataclass(frozen=True)
class Today:
    """The day as villagers ask for it; `hours` and `telephones` as the node's contacts say."""

    day: date
    lunar: lunar.Lunar | None
    on_duty: list[roster.OnDuty]
    hours: str
    telephones: list[tuple[str, str]]


@dataclass(frozen=True)
class Affair:
    """One affair in the overview: how many notices, when the newest came, how many are late."""

    key: str
    name: str
    total: int
    newest: str
    late: int


@dataclass(frozen=True)
class Show:
    """All slides in their order, and what they share."""

    slides: list[Slide]
    today: Today
    affairs: list[Affair] = field(default_factory=list)

    @property
    def urgent(self) -> bool:
        return any(slide.kind == "urgent" for slide in self.slides)


def show(node: Node, origins: list[str], screen: Screen | None) -> Show:
    """What a screen shows now; `origins` are the nodes whose notices it shows, its own ahead."""
    today = clock.today()
    names = _names(node)
    pressing = screens.urgent(node.journal, origins)
    wanted = screen.slides if screen else tuple(screens.SLIDES)
    if pressing:
        slides = [
            Slide("urgent", each.notice, names.get(each.notice.village, ""), until=each.until,
                  text=_text(each.notice), facts=_facts(each.notice))
            for each in pressing
        ]  # fmt: skip
    else:
        slides = list(_slides(node, origins, wanted, names, today))
    return Show(slides, _today(node, today), _affairs(node, today) if not pressing else [])


def _slides(
    node: Node, origins: list[str], wanted: Iterable[str], names: dict[str, str], today: date
) -> Iterable[Slide]:
    own, above = origins[:1], origins[1:]
    current = [each for each in notices.current(node.journal, own, today) if each.body is not None]
    shown = [each for each in current if each.displayed(today)][:MOST_DISPLAYED]
    fresh = [
        each
        for n, each in enumerate(it for it in current if it not in shown)
        if n < LEAST_NEW or datetime.fromisoformat(each.published_at) > clock.now() - NEW_FOR
    ][:MOST_NEW]
    told = notices.newest(node.journal, (above or own)[0], "township", MOST_TOLD)
    of_notices = {"display": shown, "new": fresh if above or not node.config.is_township else []}
    if node.config.is_township:
        of_notices["township"] = told
    elif above:
        of_notices["township"] = [it for it in told if it.body is not None]
    for kind in wanted:
        for each in of_notices.get(kind, ()):
            yield Slide(kind, each, names.get(each.village, ""), _text(each), _facts(each))
        if kind == "today" or (kind == "overview" and not node.config.is_township):
            yield Slide(kind)


def _text(notice: Notice) -> str:
    """The beginning of a notice in words, where it has some."""
    content = notice.content or {}
    if notice.form == "alert":
        return str(content.get("what") or "")
    for key in ("plain", "text", "matter", "about", "result", "note"):
        value = content.get(key)
        if isinstance(value, str) and value.strip():
            words = " ".join(value.split())
            return words if len(words) <= TEXT_LIMIT else words[:TEXT_LIMIT].rstrip("，、；") + "……"
    return ""


def _facts(notice: Notice) -> tuple[tuple[str, str], ...]:
    content = notice.content or {}
    if notice.form == "alert":
        return tuple((label, str(content[key])) for key, label in ALERT_FACTS if content.get(key))
    if notice.form not in SUMMED:
        return ()
    try:
        sums = accounts.totals(content, notice.form)
    except (KeyError, TypeError, ValueError):
        return ()
    named = (("收入", sums.income), ("支出", sums.expense), ("结余", sums.closing))
    return tuple((label, accounts.wan(fen)) for label, fen in named if fen is not None)


def _today(node: Node, today: date) -> Today:
    described = villages.village(node.journal, node.config.code)
    contacts = described.contacts if described else {}
    named = (("office_phone", "值班电话"), ("supervision_phone", "监督电话"))
    directory = notices.of_item(node.journal, node.config.code, DIRECTORY)[:1]
    people: list[Any] = [
        row
        for each in directory
        for row in (each.content or {}).get("people", [])
        if isinstance(row, dict)
    ]
    return Today(
        day=today,
        lunar=lunar.of(today),
        on_duty=roster.on_duty(people, today),
        hours=contacts.get("office_hours", ""),
        telephones=[(label, contacts[key]) for key, label in named if contacts.get(key)],
    )


def _affairs(node: Node, today: date) -> list[Affair]:
    code = node.config.code
    if node.config.is_township:
        return []
    counts = notices.counts(node.journal, code)
    late = [row for row in duties.late_and_due(node.journal, code, today) if row.state in LATE]
    found = []
    for key in ("party", "village", "finance"):
        newest = notices.newest(node.journal, code, key, 1)
        found.append(
            Affair(
                key,
                AFFAIRS_NAMES[key],
                counts[key],
                newest[0].published_at if newest and not newest[0].historic else "",
                sum(row.item.affairs == key for row in late),
            )
        )
    return found


def _names(node: Node) -> dict[str, str]:
    found = {node.config.code: node.config.name}
    if node.config.upstream is not None:
        found[node.config.upstream.code] = node.config.upstream.name
    return found
