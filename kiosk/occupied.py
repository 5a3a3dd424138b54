"""Who serves a data folder: two servers on one folder, or a change of key under a running one,
would sign two histories. Held by the system for the life of the process, so a kill frees it.

Linux and macOS; elsewhere nothing is held and the manual's warning has to do.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderInUse(ValueError):
    """Another process serves the folder; the message says so in plain Chinese."""


@contextmanager
def served(dir: Path) -> Iterator[None]:
    """The folder is this process's own within the block. Raises FolderInUse."""
    if os.name == "nt":
        yield
        return
    import fcntl

    handle = os.open(dir, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderInUse(
                f"{dir} 正被另一个服务使用。请先停止它（例如 systemctl stop kiosk）再试。"
            ) from error
        yield
    finally:
        os.close(handle)
