"""The screens in front of this machine, and those of which villages tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal

QUIET_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Screen:
    """A screen as it last reported. `size` is "1080x1920", `page` the path it showed."""

    id: str
    name: str
    last_seen: datetime
    size: str
    version: str
    visible: bool
    page: str

    @property
    def alive(self) -> bool:
        return clock.now() - self.last_seen < QUIET_AFTER


def screens(journal: Journal) -> list[Screen]:
    """Every screen that ever reported, the one seen last first."""
    rows = journal.db.execute(
        """
        SELECT screen, name, last_seen, size, version, visible, page FROM screens
        ORDER BY last_seen DESC, screen
        """
    )
    return [
        Screen(id, name, datetime.fromisoformat(seen), size, version, bool(visible), page)
        for id, name, seen, size, version, visible, page in rows
    ]


@dataclass(frozen=True)
class Told:
    """A screen as its village tells of it; texts are "" where it does not say."""

    id: str
    name: str
    size: str
    last_seen: str
    alive: bool


def told(journal: Journal, village: str, said: Any) -> list[Told]:
    """The screens of a village's `status`, which may be anything, without those hidden here."""
    hidden = dict(
        list(
            journal.db.execute("SELECT screen, at FROM screens_hidden WHERE village = ?", [village])
        )
    )
    found = []
    for each in said if isinstance(said, list) else ():
        if not isinstance(each, dict):
            continue
        texts = (str(each.get(key) or "")[:100] for key in ("screen", "name", "size", "last_seen"))
        id, name, size, last_seen = texts
        screen = Told(id, name, size, last_seen, bool(each.get("alive")))
        if screen.id not in hidden or screen.last_seen > hidden[screen.id]:
            found.append(screen)
    return found


def status(journal: Journal) -> list[dict[str, Any]]:
    """The screens as a village tells its township of them: {screen, name, last_seen, size, page,
    alive}, those seen within a week."""
    week_ago = clock.now() - timedelta(days=7)
    return [
        {
            "screen": each.id,
            "name": each.name,
            "last_seen": each.last_seen.isoformat(timespec="seconds"),
            "size": each.size,
            "page": each.page,
            "alive": each.alive,
        }
        for each in screens(journal)
        if each.last_seen > week_ago
    ]
