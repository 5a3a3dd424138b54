"""Feedback on file: one, by its follow-up token, of a notice, and what is still open."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kiosk import clock
from kiosk.feedback import state as states
from kiosk.feedback.state import Event
from kiosk.feedback.token import hash_of
from kiosk.journal.log import Journal


@dataclass(frozen=True)
class Feedback:
    """One feedback with everything that happened to it, in order. `at` is RFC 3339; `notice` and
    `photo` are "" where there is none."""

    id: str
    village: str
    notice: str
    kind: str
    text: str
    phone: str
    photo: str
    via: str
    stream: str
    seq: int
    at: str
    events: tuple[Event, ...]

    @property
    def state(self) -> str:
        return states.state(self.events)

    @property
    def state_words(self) -> str:
        return states.STATES[self.state]

    @property
    def open(self) -> bool:
        """Whether the village owes the next step."""
        return self.state in states.OPEN

    @property
    def answers(self) -> list[Event]:
        """Answers that can still be read, oldest first."""
        return [event for event in self.events if event.kind == "answered" and event.body]

    @property
    def public_answers(self) -> list[Event]:
        return [event for event in self.answers if event.public]

    @property
    def rating(self) -> Event | None:
        """What the asker said last of the answer."""
        found = [event for event in self.events if event.kind == "rated" and event.body]
        return found[-1] if found else None

    @property
    def waiting_since(self) -> str:
        return states.waiting_since(self.at, self.events)

    @property
    def asked_again(self) -> str:
        """When the asker last said that it was not solved and it is open since; "" else."""
        return self.waiting_since if self.open and self.waiting_since != self.at else ""

    @property
    def age(self) -> int:
        """Days for which the village has been waited for, as of today."""
        return states.age_days(self.waiting_since, clock.today())

    @property
    def overdue(self) -> bool:
        """Open for more than the ten days that there are for an answer."""
        return self.open and self.age > states.ANSWER_WITHIN.days

    @property
    def answer_by(self) -> date:
        """The last Beijing date for an answer in time."""
        since = datetime.fromisoformat(self.waiting_since)
        return clock.beijing_date(since) + states.ANSWER_WITHIN


@dataclass(frozen=True)
class Counts:
    """How many there are in all, wait for the village, wait too long, and were answered."""

    total: int
    open: int
    overdue: int
    answered: int


def feedback(journal: Journal, id: str) -> Feedback | None:
    """The feedback of that id, or None."""
    found = _many(journal, "WHERE id = ? ORDER BY at, stream, seq LIMIT 1", [id])
    return found[0] if found else None


def by_token(journal: Journal, token: str) -> Feedback | None:
    """The feedback that its sender follows with this token, or None."""
    found = _many(
        journal, "WHERE token_hash = ? ORDER BY at, stream, seq LIMIT 1", [hash_of(token)]
    )
    return found[0] if found else None


def of_notice(journal: Journal, notice: str) -> list[Feedback]:
    """What was asked about a notice and answered for everybody to read, newest first.

    Whoever shows it masks the asker's words and leaves out the telephone: see `public_text`.
    """
    found = _many(journal, "WHERE notice = ? ORDER BY at DESC, id DESC", [notice])
    return [each for each in found if each.public_answers]


def of_village(journal: Journal, village: str, limit: int = 100, offset: int = 0) -> list[Feedback]:
    """All feedback of a village, newest first."""
    return _many(
        journal,
        "WHERE village = ? ORDER BY at DESC, id DESC LIMIT ? OFFSET ?",
        [village, limit, offset],
    )


def open_for(journal: Journal, village: str) -> list[Feedback]:
    """What the village has still to answer, the longest waiting first."""
    return _waiting(_many(journal, "WHERE village = ?", [village]))


def all_open(journal: Journal) -> list[Feedback]:
    """What any village known here has still to answer, the longest waiting first."""
    return _waiting(_many(journal, "", []))


def every(journal: Journal, limit: int = 100, offset: int = 0) -> list[Feedback]:
    """All feedback of all villages known here, newest first."""
    return _many(journal, "ORDER BY at DESC, id DESC LIMIT ? OFFSET ?", [limit, offset])


def counts(journal: Journal, village: str | None = None) -> Counts:
    """Of one village, or of all known here."""
    found = _many(journal, "WHERE ? IS NULL OR village = ?", [village, village])
    return Counts(
        total=len(found),
        open=sum(each.open for each in found),
        overdue=sum(each.overdue for each in found),
        answered=sum(bool(each.answers) for each in found),
    )


def public_text(feedback: Feedback) -> str:
    """The asker's words as everybody may read them beside the last public answer: personal data
    masked, no telephone; "" where the village left them out."""
    from kiosk.rules import privacy

    answers = feedback.public_answers
    said = answers[-1].question if answers else None
    return privacy.mask(feedback.text) if said is None else said


def has_photo(journal: Journal, sha: str) -> bool:
    """Whether some feedback was sent with this photo."""
    row = journal.db.execute("SELECT 1 FROM feedback WHERE photo = ? LIMIT 1", [sha]).fetchone()
    return row is not None


_COLUMNS = "id, village, notice, kind, text, phone, photo, via, stream, seq, at"


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Feedback]:
    rows = list(journal.db.execute(f"SELECT {_COLUMNS} FROM feedback {rest}", values))
    events = _events(journal, {(row[0], row[1]) for row in rows})
    whole = ([*row, tuple(events.get((row[0], row[1]), ()))] for row in rows)
    return [Feedback(*each) for each in whole]


def _events(journal: Journal, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], list[Event]]:
    rows = journal.db.execute(
        """
        SELECT feedback, village, kind, at, stream, seq, actor, body FROM feedback_events
        WHERE feedback IN (SELECT value FROM json_each(?))
        """,
        [json.dumps(sorted({id for id, _ in wanted}))],
    )
    found: dict[tuple[str, str], list[Event]] = {}
    for id, village, kind, at, stream, seq, actor, body in rows:
        event = Event(kind, at, stream, seq, actor, json.loads(body) if body else None)
        found.setdefault((id, village), []).append(event)
    return {key: states.in_order(events) for key, events in found.items()}


def _waiting(found: Iterable[Feedback]) -> list[Feedback]:
    return sorted(
        (each for each in found if each.open), key=lambda each: (each.waiting_since, each.id)
    )
