"""The demo's screens: a hall in each village that waits to be opened (`/?screen=大厅`), and by one
village's gate a screen that went dark this morning; with two weeks of use behind them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from kiosk import clock, screens
from kiosk.demo.places import Place
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.screens import usage

DARK_FOR = timedelta(minutes=47)
USED_DAYS = 14
HALL: dict[str, Any] = {
    "name": "大厅",
    "place": "村党群服务中心一楼",
    "dim": "20:00",
    "bright": "06:00",
}
GATE: dict[str, Any] = {
    "name": "门口",
    "place": "村党群服务中心大门外",
    "on": "05:30",
    "off": "22:30",
}
PAGES = {
    "home": 9, "finance": 14, "village": 8, "party": 3, "notice": 21, "search": 5, "services": 4,
}  # fmt: skip


def set_up(nodes: Iterable[tuple[Place, Node]], now: datetime) -> None:
    """Screens and their use on each village's node, as they stand at `now`."""
    for n, (place, node) in enumerate(nodes):
        journal = node.journal
        began = max(node.config.began, clock.beijing_date(now) - timedelta(days=USED_DAYS + 1))
        with clock.set_to(_at(began, 9)):
            hall = screens.place(journal, actor=place.clerk, **HALL)
            gate = screens.place(journal, actor=place.clerk, **GATE) if n == 1 else ""
        _used(node, hall, began, now)
        if gate:
            with clock.set_to(now - DARK_FOR):
                screens.heartbeat(
                    journal, gate, {"size": "1920x1080", "page": "/", "touched": 640, "moved": 9}
                )


def _used(node: Node, screen: str, began: date, now: datetime) -> None:
    """Touches and pages of each day since `began`, told to the township on the morning after."""
    journal, day = node.journal, began
    shown = [each.id for each in notices.newest(journal, journal.code, None, 8)]
    while day <= clock.beijing_date(now):
        random = Random(f"{journal.code}{day}")
        share = random.uniform(0.5, 1.5) * (1.6 if day.weekday() >= 5 else 1)
        views = {kind: round(number * share) for kind, number in PAGES.items()}
        counts = {
            "touches": round(sum(views.values()) * 1.7),
            "views": views,
            "notices": {id: random.randint(1, 5) for id in shown},
        }
        with clock.set_to(min(_at(day, 17), now)):
            usage.add(journal, screen, counts)
        day += timedelta(days=1)
        if _at(day, 0, 6) <= now:
            with clock.set_to(_at(day, 0, 6)):
                usage.tell(journal)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.BEIJING)
