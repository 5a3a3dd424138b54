"""Which attachments the streams held here name, and which of them both sides have.

Read off the entries once, in the order in which they came in, and kept in local tables, so that
a round costs what is new and not what is there.
"""

from kiosk.attachments.blobs import Blobs
from kiosk.attachments.named import may_name, named_in
from kiosk.journal.log import ERASED, Journal

BATCH = 500


def note_new(journal: Journal) -> None:
    """Reads the entries that came in since the last call."""
    while True:
        position = journal.db.execute("SELECT position FROM sync_scan").fetchone()[0]
        changes = journal.changes(position, BATCH)
        if not changes:
            return
        with journal.writing() as db:
            for _, entry in changes:
                if entry.kind == ERASED and entry.body is not None:
                    db.execute(
                        """
                        INSERT OR IGNORE INTO sync_erased
                        SELECT DISTINCT sha FROM sync_blobs WHERE stream = ? AND seq = ?
                        """,
                        [entry.stream, entry.body["seq"]],
                    )
                    db.execute(
                        "DELETE FROM sync_blobs WHERE stream = ? AND seq = ?",
                        [entry.stream, entry.body["seq"]],
                    )
                if entry.text is None or not may_name(entry.text):
                    continue
                for sha in sorted(named_in(entry.body)):
                    db.execute(
                        "INSERT OR IGNORE INTO sync_blobs (stream, seq, sha) VALUES (?, ?, ?)",
                        [entry.stream, entry.seq, sha],
                    )
            db.execute("UPDATE sync_scan SET position = max(position, ?)", [changes[-1][0]])


def unsettled(journal: Journal, streams: list[str]) -> list[str]:
    """Attachments that entries of the streams name and that are not known to be on both sides,
    those of the newest entries first: it is they that people look at."""
    return _open(journal, streams, "settled")


def lacking(journal: Journal, blobs: Blobs, streams: list[str], limit: int = 500) -> list[str]:
    """Attachments that entries of the streams name and that are not kept here, the newest first.

    What is found to be kept is not looked for again.
    """
    here: list[str] = []
    found: list[str] = []
    for sha in _open(journal, streams, "here"):
        if blobs.has(sha):
            here.append(sha)
        elif len(found) < limit:
            found.append(sha)
    if here:
        with journal.writing() as db:
            for sha in here:
                db.execute("UPDATE sync_blobs SET here = 1 WHERE sha = ?", [sha])
    return found


def forget(journal: Journal, stream: str, start: int) -> None:
    """Forgets what entries from `start` on named: others stand there now, which `note_new` reads.

    What only the old ones named is removed like what was erased.
    """
    with journal.writing() as db:
        db.execute(
            """
            INSERT OR IGNORE INTO sync_erased
            SELECT DISTINCT sha FROM sync_blobs WHERE stream = ? AND seq >= ?
            """,
            [stream, start],
        )
        db.execute("DELETE FROM sync_blobs WHERE stream = ? AND seq >= ?", [stream, start])


def settle(journal: Journal, streams: list[str], shas: list[str]) -> None:
    """Notes that both sides have the attachments."""
    with journal.writing() as db:
        for stream in streams:
            for sha in shas:
                db.execute(
                    "UPDATE sync_blobs SET settled = 1 WHERE stream = ? AND sha = ?",
                    [stream, sha],
                )


def names(journal: Journal, streams: list[str], sha: str) -> bool:
    """Whether an entry of one of the streams names the attachment."""
    marks = ", ".join("?" * len(streams))
    row = journal.db.execute(
        f"SELECT 1 FROM sync_blobs WHERE sha = ? AND stream IN ({marks}) LIMIT 1",
        [sha, *streams],
    ).fetchone()
    return row is not None


def named(journal: Journal, streams: list[str], start: int = 0) -> list[str]:
    """Every attachment that entries of the streams from `start` on name."""
    marks = ", ".join("?" * len(streams))
    rows = journal.db.execute(
        f"""
        SELECT DISTINCT sha FROM sync_blobs WHERE seq >= ? AND stream IN ({marks}) ORDER BY sha
        """,
        [start, *streams],
    )
    return [row[0] for row in rows]


def is_named(journal: Journal, sha: str) -> bool:
    """Whether a readable entry of any stream held here names the attachment."""
    row = journal.db.execute("SELECT 1 FROM sync_blobs WHERE sha = ? LIMIT 1", [sha]).fetchone()
    return row is not None


def erased(journal: Journal) -> list[str]:
    """Attachments that an entry named whose body was erased since."""
    return [row[0] for row in journal.db.execute("SELECT sha FROM sync_erased ORDER BY sha")]


def forget_erased(journal: Journal, sha: str) -> None:
    journal.db.execute("DELETE FROM sync_erased WHERE sha = ?", [sha])


def _open(journal: Journal, streams: list[str], flag: str) -> list[str]:
    marks = ", ".join("?" * len(streams))
    rows = journal.db.execute(
        f"""
        SELECT b.sha FROM sync_blobs AS b JOIN entries AS e ON e.stream = b.stream AND e.seq = b.seq
        WHERE b.{flag} = 0 AND b.stream IN ({marks})
        GROUP BY b.sha ORDER BY max(e.position) DESC, b.sha
        """,
        streams,
    )
    return [row[0] for row in rows]
