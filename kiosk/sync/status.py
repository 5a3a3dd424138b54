"""What a node tells the one above it of itself at every contact, as plain JSON.

    {version, disk_free (bytes), queue (own entries not yet witnessed), attachments (own ones not
     yet known to be there), clock (RFC 3339), offset (seconds by which the other clock is ahead),
     behind (seconds by which the clock is behind the newest own entry), backup (when last, or ""),
     holds {stream: size} (of the other node's streams), witnessed {stream: size}, stopped
     {stream: why}, screens [...], troubles [words, ...], heard {code: RFC 3339} (when those below
     this node were last heard of)}

All of it is a claim: whoever shows it shows it as such and takes any type for any field.
"""

import shutil
from collections.abc import Iterable
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from kiosk import clock, screens
from kiosk.node import Node
from kiosk.sync import clocks, contacts, marks, references, streams


def of(
    node: Node,
    parent: str,
    *,
    offset: timedelta | None = None,
    troubles: Iterable[str] = (),
) -> dict[str, Any]:
    """The status of the node for its `parent`."""
    journal = node.journal
    references.note_new(journal)
    own, theirs = streams.sent_up(journal.code), streams.sent_down(parent, journal.code)
    return {
        "version": version("sanwu-kiosk"),
        "disk_free": shutil.disk_usage(node.config.dir).free,
        "queue": waiting(node),
        "attachments": len(references.unsettled(journal, own)),
        "clock": clock.stamp(),
        "offset": int(offset.total_seconds()) if offset else 0,
        "behind": int(clocks.behind_journal(journal).total_seconds()),
        "backup": marks.get(journal, marks.BACKUP),
        "holds": {stream: journal.size(stream) for stream in theirs},
        "witnessed": {stream: journal.cosigned_size(stream) or 0 for stream in own},
        "stopped": {s: why for s, why in journal.stopped().items() if not s.endswith("/self")},
        "troubles": list(troubles),
        "screens": screens.status(journal),
        "heard": {code: at for code, at in contacts.heard(journal).items() if code != parent},
    }


def waiting(node: Node) -> int:
    """Own entries for the node above that it has not cosigned yet."""
    journal = node.journal
    return sum(
        journal.size(each) - (journal.cosigned_size(each) or 0)
        for each in streams.sent_up(journal.code)
    )


def sizes(said: Any, key: str) -> dict[str, int]:
    """A {stream: size} of a status, as far as it is one."""
    found = said.get(key) if isinstance(said, dict) else None
    if not isinstance(found, dict):
        return {}
    return {str(s): n for s, n in found.items() if isinstance(n, int) and n >= 0}
