"""The screens of this board and how they fare, what takes them over, and those of which villages
tell."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.rules import screens as rules
from kiosk.rules.screens import Facts, Hours, State

SLIDES = {
    "display": "正在公示的",
    "new": "新公开的",
    "township": "镇里通知",
    "overview": "三务公开情况",
    "today": "今天：农历、节气、值班",
}
"""What a screen may show when nobody is there, in this order."""

TOLD_WRONG_TIME = int(rules.WRONG_TIME.total_seconds())


@dataclass(frozen=True)
class Screen:
    """A screen as set up at the desk, and what it last reported; moments None, texts "" where it
    never did. `size` is "1080x1920", `page` the path it showed, `ahead` seconds by which its clock
    is ahead, `errors` of its page since it was opened."""

    id: str
    name: str
    place: str
    on: Hours
    night: Hours
    slides: tuple[str, ...]
    seconds: int
    state: State
    last_seen: datetime | None = None
    touched: datetime | None = None
    size: str = ""
    version: str = ""
    page: str = ""
    ahead: int = 0
    errors: int = 0
    error: str = ""

    @property
    def alive(self) -> bool:
        return self.state.kind in ("good", "off", "wrong_time")

    @property
    def slides_words(self) -> str:
        return "、".join(SLIDES[each] for each in self.slides)


@dataclass(frozen=True)
class Urgent:
    """A notice that takes the screens over, until the moment `until`."""

    notice: Notice
    until: datetime


def screens(journal: Journal) -> list[Screen]:
    """Every screen of this board, in the order in which they were set up."""
    now = clock.now()
    rows = journal.db.execute(
        f"SELECT {_COLUMNS} FROM screens_placed AS p LEFT JOIN screen_beats AS b"
        " ON b.screen = p.screen WHERE p.body IS NOT NULL ORDER BY p.screen"
    )
    return [_screen(row, now) for row in rows]


def screen(journal: Journal, id: str) -> Screen | None:
    """The screen of that id, None where there is none or it was removed."""
    row = journal.db.execute(
        f"SELECT {_COLUMNS} FROM screens_placed AS p LEFT JOIN screen_beats AS b"
        " ON b.screen = p.screen WHERE p.body IS NOT NULL AND p.screen = ?",
        [id],
    ).fetchone()
    return _screen(row, clock.now()) if row else None


def settings(screen: Screen) -> dict[str, Any]:
    """What was set up, as the body of its entry."""
    return {
        "name": screen.name,
        "place": screen.place,
        "on": screen.on.start,
        "off": screen.on.end,
        "dim": screen.night.start,
        "bright": screen.night.end,
        "slides": list(screen.slides),
        "seconds": screen.seconds,
    }


def urgent(journal: Journal, origins: Iterable[str]) -> list[Urgent]:
    """What takes the screens over now, of the given nodes, the newest first."""
    codes = list(origins)
    rows = journal.db.execute(
        f"""
        SELECT stream, notice, until FROM urgencies
        WHERE until > ? AND stream IN ({", ".join("?" * len(codes))}) ORDER BY at DESC, notice
        """,
        [clock.stamp(), *(f"{code}/public" for code in codes)],
    )
    found = []
    for stream, id, until in rows:
        notice = notices.notice(journal, id)
        moment = _moment(until)
        if notice is None or moment is None or moment <= clock.now():
            continue
        # Nobody makes another node's notice urgent, and what was withdrawn is gone at once.
        if notice.stream == stream and notice.state != "withdrawn" and notice.body is not None:
            found.append(Urgent(notice, moment))
    return found


@dataclass(frozen=True)
class Told:
    """A screen as its village tells of it; texts are "" where it does not say. `since` is RFC 3339,
    `state` a kind of `rules.screens.STATES`."""

    id: str
    name: str
    place: str
    size: str
    last_seen: str
    touched: str
    state: str
    since: str
    errors: int

    @property
    def trouble(self) -> bool:
        return self.state in rules.TROUBLES

    @property
    def words(self) -> str:
        return rules.STATES[self.state]


def told(journal: Journal, village: str, said: Any) -> list[Told]:
    """The screens of a village's status, which may be anything, without those hidden here.

    Where the village's own clock is wrong, so is that of its screens, and it cannot know.
    """
    said = said if isinstance(said, dict) else {}
    hidden = dict(
        list(
            journal.db.execute("SELECT screen, at FROM screens_hidden WHERE village = ?", [village])
        )
    )
    offset = said.get("offset")
    wrong = isinstance(offset, int) and abs(offset) > TOLD_WRONG_TIME
    found = []
    listed = said.get("screens")
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict):
            continue
        texts = {
            key: str(each.get(key) or "")[:100]
            for key in ("screen", "name", "place", "size", "last_seen", "touched", "since")
        }
        state = each.get("state")
        if not isinstance(state, str) or state not in rules.STATES:
            state = "good" if each.get("alive") else "dark"
        if wrong and state == "good":
            state = "wrong_time"
        errors = each.get("errors")
        screen = Told(
            id=texts.pop("screen"),
            state=state,
            errors=errors if isinstance(errors, int) else 0,
            **{**texts, "since": _readable(texts["since"]) or _readable(texts["last_seen"])},
        )
        if screen.id not in hidden or screen.last_seen > hidden[screen.id]:
            found.append(screen)
    return found


def status(journal: Journal) -> list[dict[str, Any]]:
    """The screens as a village tells its township of them: {screen, name, place, state, since,
    last_seen, touched, size, version, errors, alive}."""
    return [
        {
            "screen": each.id,
            "name": each.name,
            "place": each.place,
            "state": each.state.kind,
            "since": _stamp(each.state.since),
            "last_seen": _stamp(each.last_seen),
            "touched": _stamp(each.touched),
            "size": each.size,
            "version": each.version,
            "errors": each.errors,
            "alive": each.alive,
        }
        for each in screens(journal)
    ]


_COLUMNS = (
    "p.screen, p.at, p.body, b.seen, b.touched, b.answered, b.moved, b.hidden_since, b.old_since,"
    " b.wrong_since, b.size, b.version, b.page, b.ahead, b.errors, b.error"
)


def _screen(row: Any, now: datetime) -> Screen:
    id, at, text, *beat = row
    body = json.loads(text)
    seen, touched, answered, moved, hidden, old, wrong = (_moment(each) for each in beat[:7])
    size, version, page, ahead, errors, error = beat[7:]
    on = Hours(str(body.get("on") or ""), str(body.get("off") or ""))
    facts = Facts(
        placed=datetime.fromisoformat(at),
        hours=on,
        seen=seen,
        answered=answered,
        moved=moved,
        hidden_since=hidden,
        old_since=old,
        wrong_since=wrong,
    )
    return Screen(
        id=id,
        name=str(body.get("name") or ""),
        place=str(body.get("place") or ""),
        on=on,
        night=Hours(str(body.get("dim") or ""), str(body.get("bright") or "")),
        slides=tuple(each for each in SLIDES if each in body.get("slides", ())),
        seconds=int(body.get("seconds") or 15),
        state=rules.state(facts, now),
        last_seen=seen,
        touched=touched,
        size=size or "",
        version=version or "",
        page=page or "",
        ahead=ahead or 0,
        errors=errors or 0,
        error=error or "",
    )


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else None


def _readable(text: str) -> str:
    """The moment that another machine told, "" where it is none that can be shown."""
    found = _moment(text)
    try:
        return text if found and found.astimezone(clock.BEIJING) else ""
    except (OverflowError, ValueError):
        return ""


def _stamp(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
