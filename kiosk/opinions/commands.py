"""Giving an opinion of a notice, without a name."""

from kiosk.journal.log import Journal
from kiosk.notices.queries import Notice

GIVER = "villager"


def give(journal: Journal, notice: Notice, *, good: bool, via: str = "screen") -> None:
    """A smile (`good`) or a frown at a standing notice. The door sees to it that nobody gives many:
    one each visit."""
    journal.append("public", "opinion.given", notice.id, {"good": good, "via": via}, actor=GIVER)
