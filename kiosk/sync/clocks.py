"""Is this machine's clock right? Told by the township's clock and by the node's own journal.

A wrong clock changes what is claimed, never what is witnessed: `rules.timeliness.bounded` moves
every claim into what the witnesses leave open. It is shown all the same, because a claim that is
wrong by an hour is worth nothing where the witness comes late.
"""

from datetime import datetime, timedelta

from kiosk import clock
from kiosk.config import Upstream
from kiosk.journal.log import Journal
from kiosk.sync import contacts

APART = timedelta(minutes=2)
"""What is less is no fault: a cheap machine drifts by seconds a day."""

FRESH = timedelta(days=1)


def behind_journal(journal: Journal) -> timedelta:
    """How far the clock is behind the newest own entry; zero where it is not."""
    row = journal.db.execute(
        """
        SELECT at FROM entries WHERE substr(stream, 1, 13) = ? || '/'
        ORDER BY position DESC LIMIT 1
        """,
        [journal.code],
    ).fetchone()
    if row is None:
        return timedelta(0)
    return max(datetime.fromisoformat(row[0]) - clock.now(), timedelta(0))


def offset(journal: Journal, up: Upstream | None) -> timedelta:
    """How far the township's clock was ahead at the last contact; zero where nothing is known."""
    contact = None if up is None else contacts.last_contact(journal, up.code)
    seconds = contact.status.get("offset", 0) if contact else 0
    return timedelta(seconds=seconds if isinstance(seconds, int) else 0)


def trouble(journal: Journal, up: Upstream | None) -> str:
    """What is wrong with the clock and what to do, in plain Chinese; "" where nothing is."""
    apart = offset(journal, up)
    contact = None if up is None else contacts.last_contact(journal, up.code)
    heard = contact.last_success if contact and not contact.failures else None
    if abs(apart) > APART:
        way = "慢" if apart > timedelta(0) else "快"
        return (
            f"本机的时钟比镇里{way}了约{_words(apart)}。请在系统设置里校准时间，最好打开自动对时。"
            "时间不准时，公开的早晚以镇里的见证为准。"
        )
    if heard is not None and abs(clock.now() - heard) < FRESH:
        return ""  # the township's clock agrees: the entry's time was wrong, not the clock
    behind = behind_journal(journal)
    if behind > APART:
        return (
            f"本机的时钟比最新的记录还早了约{_words(behind)}，多半被调过或主板电池没电了。"
            "请在系统设置里校准时间，最好打开自动对时。"
        )
    return ""


def _words(span: timedelta) -> str:
    seconds = abs(span).total_seconds()
    if seconds >= 2 * 86_400:
        return f" {seconds / 86_400:.0f} 天"
    if seconds >= 2 * 3600:
        return f" {seconds / 3600:.0f} 小时"
    return f" {max(1, round(seconds / 60))} 分钟"
