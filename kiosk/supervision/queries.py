"""Orders on file."""

import json
from dataclasses import dataclass
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal

STATES = {"sent": "待村里答复", "answered": "村里已答复", "closed": "已办结"}


@dataclass(frozen=True)
class Reply:
    """What was said or done about an order: `kind` "answered" or "closed"."""

    kind: str
    at: str
    actor: str
    text: str


@dataclass(frozen=True)
class Order:
    """An order to a village. `about` is a duty's key, a notice's or feedback's id, or "";
    `until` a Beijing date or ""; `at` RFC 3339; `replies` in order."""

    id: str
    village: str
    about: str
    text: str
    until: str
    stream: str
    at: str
    actor: str
    replies: tuple[Reply, ...]

    @property
    def state(self) -> str:
        """ "sent", "answered" or "closed"."""
        kinds = {reply.kind for reply in self.replies}
        return "closed" if "closed" in kinds else "answered" if kinds else "sent"

    @property
    def state_words(self) -> str:
        return STATES[self.state]

    @property
    def overdue(self) -> bool:
        """Not answered although its day has passed."""
        return self.state == "sent" and bool(self.until) and self.until < clock.today().isoformat()


def order(journal: Journal, id: str) -> Order | None:
    found = _many(journal, "WHERE id = ? ORDER BY at, stream, seq LIMIT 1", [id])
    return found[0] if found else None


def orders(journal: Journal, village: str | None = None) -> list[Order]:
    """Every order to a village, or to all, newest first."""
    return _many(
        journal, "WHERE ? IS NULL OR village = ? ORDER BY at DESC, id DESC", [village, village]
    )


def open_orders(journal: Journal, village: str | None = None) -> list[Order]:
    """Orders that the township has not closed, to a village or to all, newest first."""
    return [each for each in orders(journal, village) if each.state != "closed"]


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Order]:
    rows = list(
        journal.db.execute(
            f"SELECT id, village, about, text, until, stream, at, actor FROM orders {rest}", values
        )
    )
    replies: dict[tuple[str, str], list[Reply]] = {}
    events = journal.db.execute(
        """
        SELECT order_id, village, kind, at, actor, body FROM order_events
        WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY at, stream, seq
        """,
        [json.dumps([row[0] for row in rows])],
    )
    for id, village, kind, at, actor, body in events:
        reply = Reply(kind, at, actor, str(json.loads(body).get("text", "")))
        replies.setdefault((id, village), []).append(reply)
    whole = ([*row, tuple(replies.get((row[0], row[1]), ()))] for row in rows)
    return [Order(*each) for each in whole]
