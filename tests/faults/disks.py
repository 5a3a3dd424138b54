"""Places for a data folder that can be filled up and made read-only, honestly.

With the right to mount, a small tmpfs: it is truly full when it is, and truly read-only when it is
remounted so. Without it a limit on the size of the process's files (RLIMIT_FSIZE) makes its
writes fail, where they are, in the middle of a run; and folders are made read-only by their mode,
which stops everybody but root.
"""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

MEGABYTES = 48
FILLER = "filler"


@cache
def may_mount() -> bool:
    """Whether this process can mount a tmpfs."""
    return os.geteuid() == 0 and _run("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt")


def may_make_read_only() -> bool:
    return may_mount() or os.geteuid() != 0


@contextmanager
def place(folder: Path) -> Iterator[Path]:
    """The folder, on a small disk of its own where that can be."""
    folder.mkdir(parents=True, exist_ok=True)
    if not may_mount():
        yield folder
        return
    assert _run("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        # Lazily: a killed process may still be going.
        assert _run("umount", "-l", str(folder))


def fill(folder: Path, pid: int | None, leave: int) -> None:
    """Leaves so many bytes on the disk, or lets the process's files grow no further."""
    if not may_mount():
        if pid is not None:
            largest = max((f.stat().st_size for f in folder.rglob("*") if f.is_file()), default=0)
            # A pid that has just ended has nothing to limit.
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + leave, -1))
        return
    state = os.statvfs(folder)
    free = max(state.f_bavail * state.f_frsize - leave, 0)
    with contextlib.suppress(OSError), (folder / FILLER).open("wb") as file:
        while free > 0:
            free -= file.write(b"\0" * min(free, 1 << 16))


def free(folder: Path, pid: int | None) -> None:
    """There is room again."""
    if may_mount():
        (folder / FILLER).unlink(missing_ok=True)
    elif pid is not None:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (-1, -1))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in the folder can be written, while no process has it open for writing."""
    if may_mount():
        assert _run("mount", "-o", "remount,ro", str(folder))
        try:
            yield
        finally:
            assert _run("mount", "-o", "remount,rw", str(folder))
        return
    paths = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
