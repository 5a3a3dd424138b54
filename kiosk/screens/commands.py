"""A screen says that it is there and what it shows; people say that one is no more."""

import re
from collections.abc import Mapping
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal

MOST_SCREENS = 50
"""Of one board. The least recently seen beyond it are forgotten, so that nothing can flood us."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class HeartbeatMalformed(ValueError):
    """Not a screen's heartbeat."""


def heartbeat(journal: Journal, beat: Mapping[str, Any]) -> None:
    """Notes a heartbeat {screen, name, size ("1080x1920"), version, visible, page}.

    All but `screen` may be left out. Raises HeartbeatMalformed.
    """
    screen = beat.get("screen")
    if not isinstance(screen, str) or not _ID.fullmatch(screen):
        raise HeartbeatMalformed("screen: 1 to 64 letters, digits, - or _")
    texts = {name: str(beat.get(name) or "")[:100] for name in ("name", "size", "version", "page")}
    with journal.writing() as db:
        db.execute(
            """
            INSERT OR REPLACE INTO screens (screen, name, last_seen, size, version, visible, page)
            VALUES (:screen, :name, :now, :size, :version, :visible, :page)
            """,
            {
                "screen": screen,
                "now": clock.stamp(),
                "visible": bool(beat.get("visible", True)),
                **texts,
            },
        )
        db.execute(
            """
            DELETE FROM screens WHERE screen NOT IN
                (SELECT screen FROM screens ORDER BY last_seen DESC, screen LIMIT ?)
            """,
            [MOST_SCREENS],
        )


def forget(journal: Journal, screen: str) -> None:
    """Drops a screen of this board, until it reports again."""
    with journal.writing() as db:
        db.execute("DELETE FROM screens WHERE screen = ?", [screen])


def hide(journal: Journal, village: str, screen: str) -> None:
    """Leaves out what a village tells of a screen, until it tells that it reported again."""
    with journal.writing() as db:
        db.execute(
            "INSERT OR REPLACE INTO screens_hidden VALUES (?, ?, ?)",
            [village, screen, clock.stamp()],
        )
