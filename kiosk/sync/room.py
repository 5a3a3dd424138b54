"""Is there room for another attachment? A full disk would stop the township for everybody.

Two limits: what stays free on the disk, and how much the attachments of one village may take
(`[limits]` in node.toml).
"""

import shutil

from kiosk.journal.log import Journal
from kiosk.node import Node

MEGABYTE = 1_000_000


def lacking(node: Node, peer: str, size: int) -> str:
    """Why `size` bytes more of that node cannot be kept, in plain Chinese; "" where they can."""
    limits = node.config.limits
    if shutil.disk_usage(node.config.dir).free - size < limits.reserve_mb * MEGABYTE:
        return "上级服务器的磁盘快满了，照片和附件先留在本机，腾出空间后自动再传。"
    if limits.attachments_mb and used(node.journal, peer) + size > limits.attachments_mb * MEGABYTE:
        return "本单位的照片和附件在上级已经存满限额，先留在本机。请联系上级放宽。"
    return ""


def used(journal: Journal, peer: str) -> int:
    """Bytes of the attachments that this node keeps for that one."""
    row = journal.db.execute(
        """
        SELECT coalesce(sum(bytes), 0) FROM sync_blob_sizes WHERE sha IN
            (SELECT sha FROM sync_blobs WHERE substr(stream, 1, 13) = ? || '/')
        """,
        [peer],
    ).fetchone()
    return int(row[0])


def note(journal: Journal, sha: str, size: int) -> None:
    """An attachment of that size has come."""
    journal.db.execute("INSERT OR REPLACE INTO sync_blob_sizes VALUES (?, ?)", [sha, size])
