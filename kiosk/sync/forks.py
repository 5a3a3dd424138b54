"""Forks on file, for people: which stream, since when, how far each history went, mended or not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kiosk.journal import checkpoint as notes
from kiosk.journal.log import Journal


@dataclass(frozen=True)
class Fork:
    """Two signed histories of one stream; `held` and `seen` are the sizes of the two signed heads
    that are kept as evidence, 0 where one is not there."""

    stream: str
    noted: datetime
    mended: datetime | None
    held: int
    seen: int

    @property
    def origin(self) -> str:
        return self.stream.split("/", 1)[0]


def forks(journal: Journal, origin: str = "") -> list[Fork]:
    """Every fork on file, of one origin or of all, newest first."""
    found = [_fork(row) for row in journal.forks()]
    return [each for each in found if origin in ("", each.origin)]


def forked(journal: Journal) -> set[str]:
    """The origins of forks that were not mended yet."""
    return {each.origin for each in forks(journal) if each.mended is None}


def _fork(row: dict[str, Any]) -> Fork:
    mended = row["resolved_at"]
    return Fork(
        row["stream"],
        datetime.fromisoformat(row["noted_at"]),
        None if mended is None else datetime.fromisoformat(mended),
        _size(row["held"]),
        _size(row["seen"]),
    )


def _size(note: str) -> int:
    return notes.parse_text(notes.split_note(note)[0]).size if note else 0
