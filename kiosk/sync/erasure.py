"""Attachments that no readable entry names any more are removed from this machine.

An erased body takes the names of its attachments with it: what only it named is removed soon after
(`remove_erased`), here and on every node that copies the erasure. What was uploaded and never came
into any entry, or whose entry was erased before it was ever looked at, goes after a day
(`remove_unnamed`). A file that was just put again stays: an entry may be about to name it.
"""

import time
from datetime import timedelta

from kiosk.attachments.blobs import Blobs
from kiosk.journal.log import Journal
from kiosk.sync import references

JUST_PUT = timedelta(minutes=2)
UNNAMED_FOR = timedelta(days=1)


def remove_erased(journal: Journal, blobs: Blobs, just_put: timedelta = JUST_PUT) -> list[str]:
    """Removes what only erased entries named; the SHA-256 of what is gone now."""
    references.note_new(journal)
    removed = []
    for sha in references.erased(journal):
        if references.is_named(journal, sha):
            references.forget_erased(journal, sha)
        elif not blobs.has(sha) or _old(blobs, sha, just_put):
            blobs.remove(sha)
            references.forget_erased(journal, sha)
            removed.append(sha)
    return removed


def remove_unnamed(
    journal: Journal, blobs: Blobs, unnamed_for: timedelta = UNNAMED_FOR
) -> list[str]:
    """Removes what no entry names and was put longer ago; the SHA-256 of what is gone now."""
    references.note_new(journal)
    removed = []
    for sha in list(blobs.all()):
        if not references.is_named(journal, sha) and _old(blobs, sha, unnamed_for):
            blobs.remove(sha)
            removed.append(sha)
    return removed


def _old(blobs: Blobs, sha: str, age: timedelta) -> bool:
    # The file system's own clock: a node's may be shifted.
    return time.time() - blobs.path(sha).stat().st_mtime >= age.total_seconds()
