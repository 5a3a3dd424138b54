"""An officer places a screen and says what it shows; a browser becomes it by a code; it says that
it is there; a notice takes all screens over."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices
from kiosk.rules import screens as rules
from kiosk.rules.screens import HoursMalformed
from kiosk.screens import queries, usage
from kiosk.screens.queries import SLIDES, Screen

MOST_SCREENS = 50
"""Of one board."""

NAME_LIMIT, PLACE_LIMIT = 20, 40
SECONDS = range(8, 61)
"""How long a slide may stand."""

CODE_HOLDS = timedelta(hours=1)
URGENT_AT_MOST = timedelta(days=31)
BEAT_SIZE = re.compile(r"\d{2,5}x\d{2,5}")


class ScreenRefused(ValueError):
    """A screen cannot be set up so; the message says why, in plain Chinese."""


class HeartbeatMalformed(ValueError):
    """Not a screen's heartbeat."""


class UrgencyRefused(ValueError):
    """The notice cannot be made urgent so; the message says why, in plain Chinese."""


# ---- setting up ----


def place(
    journal: Journal,
    *,
    actor: str,
    name: str,
    place: str = "",
    on: str = "",
    off: str = "",
    dim: str = "",
    bright: str = "",
    slides: Iterable[str] = tuple(SLIDES),
    seconds: int = 15,
    screen: str = "",
) -> str:
    """Sets up a screen, or changes the one of the id `screen`; returns its id.

    `on`/`off` are the hours in which it shows anything, `dim`/`bright` those in which it is dark at
    night; both "" for always and never. Raises ScreenRefused.
    """
    name, place = name.strip(), place.strip()
    if not name:
        raise ScreenRefused("请给屏幕起个名字，如“大厅”。")
    if len(name) > NAME_LIMIT or len(place) > PLACE_LIMIT:
        raise ScreenRefused(f"名字最多 {NAME_LIMIT} 个字，位置最多 {PLACE_LIMIT} 个字。")
    others = [each for each in queries.screens(journal) if each.id != screen]
    if any(each.name == name for each in others):
        raise ScreenRefused(f"已经有一块屏幕叫“{name}”了，请换个名字。")
    if len(others) >= MOST_SCREENS:
        raise ScreenRefused(f"最多 {MOST_SCREENS} 块屏幕。不用的请先删除。")
    if seconds not in SECONDS:
        raise ScreenRefused(f"每页停留 {SECONDS.start} 到 {SECONDS.stop - 1} 秒。")
    shown = [each for each in SLIDES if each in set(slides)]
    if not shown:
        raise ScreenRefused("轮播内容至少选一种。")
    try:
        shows, night = rules.hours(on, off), rules.hours(dim, bright)
    except HoursMalformed as malformed:
        raise ScreenRefused(str(malformed)) from malformed
    body = {
        "name": name,
        "place": place,
        "on": shows.start,
        "off": shows.end,
        "dim": night.start,
        "bright": night.end,
        "slides": shown,
        "seconds": seconds,
    }
    known = queries.screen(journal, screen) if screen else None
    if screen and known is None:
        raise ScreenRefused("这块屏幕已经删除了。")
    if known is None or queries.settings(known) != body:
        screen = screen or str(ULID.from_datetime(clock.now()))
        journal.append("self", "screen.placed", screen, body, actor=actor)
    return screen


def remove(journal: Journal, screen: str, *, actor: str) -> None:
    """A screen is no more: its browser is an ordinary one from now on."""
    if queries.screen(journal, screen) is not None:
        journal.append("self", "screen.removed", screen, {}, actor=actor)
    with journal.writing() as db:
        for table in ("screen_beats", "screen_tokens", "screen_codes"):
            db.execute(f"DELETE FROM {table} WHERE screen = ?", [screen])


def code(journal: Journal, screen: str) -> str:
    """A fresh code of six digits by which one browser becomes the screen, within an hour.

    Raises ScreenRefused.
    """
    if queries.screen(journal, screen) is None:
        raise ScreenRefused("这块屏幕已经删除了。")
    fresh = f"{secrets.randbelow(10**6):06d}"
    with journal.writing() as db:
        db.execute("DELETE FROM screen_codes WHERE screen = ?", [screen])
        db.execute(
            "INSERT OR REPLACE INTO screen_codes VALUES (?, ?, ?)",
            [_hash(fresh), screen, _stamp(clock.now() + CODE_HOLDS)],
        )
    return fresh


def start_with(journal: Journal, given: str) -> str:
    """The token of a browser that was given a screen's code. Raises ScreenRefused."""
    with journal.writing() as db:
        row = db.execute(
            "SELECT screen FROM screen_codes WHERE code_hash = ? AND until > ?",
            [_hash("".join(given.split())), clock.stamp()],
        ).fetchone()
        if row is None or queries.screen(journal, row[0]) is None:
            raise ScreenRefused("数字不对，或者已经过了一小时。请在办公页“屏幕”里再要一个。")
        db.execute("DELETE FROM screen_codes WHERE screen = ?", [row[0]])
        return start(journal, row[0])


def start(journal: Journal, screen: str) -> str:
    """Makes a browser the screen and returns the token that it keeps; the one before ends."""
    token = secrets.token_urlsafe(24)
    with journal.writing() as db:
        db.execute("DELETE FROM screen_tokens WHERE screen = ?", [screen])
        db.execute(
            "INSERT INTO screen_tokens VALUES (?, ?, ?)", [_hash(token), screen, clock.stamp()]
        )
    return token


def started(journal: Journal, token: str) -> Screen | None:
    """The screen of a browser that kept this token; None where it is none, or none any more."""
    row = journal.db.execute(
        "SELECT screen FROM screen_tokens WHERE token_hash = ?", [_hash(token)]
    ).fetchone()
    return queries.screen(journal, row[0]) if row else None


# ---- being there ----


def heartbeat(journal: Journal, screen: str, beat: object, *, program: str = "") -> None:
    """Notes what a screen reports of itself.

    `beat` is {size ("1080x1920"), visible, page (path), version (of the program that made the
    page), clock (RFC 3339, its own), answered, moved, touched (seconds ago), errors (number),
    error (text), counts {touches, views {kind: n}, notices {id: n}}}; all may be left out.
    `program` is what runs here now: a page of another one is old. Raises HeartbeatMalformed.
    """
    if not isinstance(beat, Mapping):
        raise HeartbeatMalformed("not an object")
    now = clock.now()
    ahead = _ahead(beat.get("clock"), now)
    version = _short(beat.get("version"))
    size = _short(beat.get("size"))
    with journal.writing() as db:
        row = db.execute(
            "SELECT hidden_since, old_since, wrong_since, touched FROM screen_beats"
            " WHERE screen = ?",
            [screen],
        ).fetchone() or ("", "", "", "")

        def since(before: str, so: bool) -> str:
            return (before or _stamp(now)) if so else ""

        touched = _before(now, beat.get("touched"))
        db.execute(
            "INSERT OR REPLACE INTO screen_beats VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                screen,
                _stamp(now),
                size if BEAT_SIZE.fullmatch(size) else "",
                version,
                _short(beat.get("page")),
                touched or row[3],
                _before(now, beat.get("answered")) or _stamp(now),
                _before(now, beat.get("moved")) or _stamp(now),
                since(row[0], beat.get("visible") is False),
                since(row[1], bool(program and version and version != program)),
                since(row[2], abs(ahead) > rules.WRONG_TIME),
                int(ahead.total_seconds()),
                _number(beat.get("errors")),
                _short(beat.get("error"), 200),
            ],
        )
        usage.add(journal, screen, beat.get("counts"))


def hide(journal: Journal, village: str, screen: str) -> None:
    """Leaves out what a village tells of a screen, until it tells that it reported again."""
    with journal.writing() as db:
        db.execute(
            "INSERT OR REPLACE INTO screens_hidden VALUES (?, ?, ?)",
            [village, screen, clock.stamp()],
        )


# ---- what cannot wait ----


def declare_urgent(journal: Journal, notice: str, until: datetime, *, actor: str) -> None:
    """An own notice takes over every screen that shows it, until the moment `until`.

    Raises UrgencyRefused.
    """
    check_urgent(until)
    _own_notice(journal, notice)
    journal.append("public", "urgency.declared", notice, {"until": _stamp(until)}, actor=actor)


def check_urgent(until: datetime) -> None:
    """Raises UrgencyRefused where nothing can be urgent until then."""
    if until <= clock.now():
        raise UrgencyRefused("结束时间已经过了，请改晚一些。")
    if until > clock.now() + URGENT_AT_MOST:
        raise UrgencyRefused(f"紧急通知最多占屏 {URGENT_AT_MOST.days} 天。")


def end_urgent(journal: Journal, notice: str, *, actor: str) -> None:
    """The notice stands as any other from now on. Raises UrgencyRefused."""
    _own_notice(journal, notice)
    if any(each.notice.id == notice for each in queries.urgent(journal, [journal.code])):
        journal.append("public", "urgency.ended", notice, {}, actor=actor)


def urgent_until(text: str) -> datetime:
    """A moment from what a form's field for date and time gives, in Beijing.

    Raises UrgencyRefused.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UrgencyRefused("请填写紧急通知到什么时候结束。") from None
    return found.replace(tzinfo=clock.BEIJING)


def _own_notice(journal: Journal, id: str) -> None:
    found = notices.notice(journal, id)
    if found is None or found.village != journal.code or found.state == "withdrawn":
        raise UrgencyRefused("没有找到这条公开，或者已经撤回。")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(clock.now().tzinfo).isoformat(timespec="seconds")


def _short(value: Any, limit: int = 100) -> str:
    return value[:limit] if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return min(max(value, 0), 10**6) if isinstance(value, int) else 0


def _before(now: datetime, seconds: Any) -> str:
    """So many seconds before now; "" where nothing of the kind was said."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        return ""
    return _stamp(now - timedelta(seconds=min(float(seconds), 30 * 86_400.0)))


def _ahead(said: Any, now: datetime) -> timedelta:
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else now
        return moment - now if moment.tzinfo else timedelta()
    except (ValueError, OverflowError):
        return timedelta()
