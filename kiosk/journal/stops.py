"""Evidence of forks, and own streams that must not grow for now.

A stream is stopped with a reason: it forked, or its folder was restored and others may hold more
of it. Nothing is appended until it is released.
"""

import base64
from collections.abc import Set
from typing import Any, ClassVar

from kiosk import clock
from kiosk.journal import checkpoint as notes
from kiosk.journal.origins import Origins

FORKED = "fork"
RESTORED = "restored"


class StreamStopped(ValueError):
    """Nothing may be appended to the stream for now; the message says why, in plain Chinese."""

    WORDS: ClassVar = {
        FORKED: "本机的记录与留存的记录不一致，暂时不能发布。请先按提示恢复记录。",
        RESTORED: (
            "本机刚从备份恢复，要先联网和对方核对一次记录，才能发布（最多等 24 小时）。"
            "请检查网络，稍后再试。"
        ),
    }

    def __init__(self, stream: str, why: str) -> None:
        super().__init__(self.WORDS[why])
        self.stream, self.why = stream, why


class ForkFound(ValueError):
    """Two signed histories of one stream that exclude each other (RFC 9162: inconsistent)."""

    def __init__(self, stream: str, held: str, seen: str) -> None:
        super().__init__(f"{stream}: two signed histories exclude each other")
        self.stream, self.held, self.seen = stream, held, seen


class Stops(Origins):
    """Forks on file, and what is stopped."""

    def note_fork(self, fork: ForkFound) -> None:
        """Keeps both signed notes as evidence, once. A forked stream of our own is stopped."""
        with self._store.writing() as db:
            added = db.execute(
                "INSERT OR IGNORE INTO forks (stream, held, seen, noted_at) VALUES (?, ?, ?, ?)",
                [fork.stream, fork.held, fork.seen, clock.stamp()],
            )
            if added.rowcount and fork.stream.startswith(f"{self.code}/"):
                self.stop(fork.stream, FORKED)

    def forks(self, *, resolved: bool | None = None) -> list[dict[str, Any]]:
        """Evidence of forks: stream, held and seen notes, noted_at, resolved_at; newest first.
        All of them, or only those that were resolved here, or not."""
        return list(
            self.db.query(
                """
                SELECT * FROM forks
                WHERE :resolved IS NULL OR (resolved_at IS NOT NULL) = :resolved ORDER BY id DESC
                """,
                {"resolved": resolved},
            )
        )

    def resolve_forks(self, stream: str, given_up: Set[tuple[int, str]] | None = None) -> None:
        """Marks the forks of a stream as mended: all, or those whose refused head is one of
        `given_up`, (size, root in base64)."""
        for fork in self.forks(resolved=False):
            if fork["stream"] == stream and (given_up is None or _head(fork["seen"]) in given_up):
                self.db.execute(
                    "UPDATE forks SET resolved_at = ? WHERE id = ?", [clock.stamp(), fork["id"]]
                )

    def stop(self, stream: str, why: str, peer: str = "", until: str | None = None) -> None:
        """Lets nothing be appended to an own stream, until `release`d for that reason and peer or
        until that moment (RFC 3339)."""
        self.db.execute(
            "INSERT OR REPLACE INTO stopped (stream, why, peer, until) VALUES (?, ?, ?, ?)",
            [stream, why, peer, until],
        )

    def release(self, stream: str, why: str, peer: str = "") -> None:
        self.db.execute(
            "DELETE FROM stopped WHERE stream = ? AND why = ? AND peer = ?", [stream, why, peer]
        )

    def release_all(self, stream: str, why: str) -> None:
        self.db.execute("DELETE FROM stopped WHERE stream = ? AND why = ?", [stream, why])

    def stopped(self, stream: str | None = None) -> dict[str, str]:
        """Own streams to which nothing can be appended now, each with the reason."""
        rows = self.db.execute(
            """
            SELECT stream, min(why) FROM stopped
            WHERE (until IS NULL OR until > ?) AND stream = coalesce(?, stream) GROUP BY stream
            """,
            [clock.stamp(), stream],
        )
        return dict(list(rows))


def _head(note: str) -> tuple[int, str]:
    signed = notes.parse_text(notes.split_note(note)[0])
    return signed.size, base64.b64encode(signed.root).decode()
