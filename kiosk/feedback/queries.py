"""Feedback on file: one, by its follow-up token or pick-up number, of a notice, what is still open,
and what counts of it (`facts`, for statistics and the score)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from kiosk import clock
from kiosk.feedback.token import hash_of, pickup_hash
from kiosk.journal.log import Journal
from kiosk.rules import feedback as rules
from kiosk.rules.calendar import day_of
from kiosk.rules.feedback import Event, Fact, Standing, Statistics
from kiosk.rules.steps import in_order


@dataclass(frozen=True)
class Feedback:
    """One feedback with everything that happened to it, in order. `at` is RFC 3339; `notice` and
    `photo` are "" where there is none. `phone`, `name` and `voice` (a SHA-256) are "" where they
    were not given, or are deleted already. `remains`: its words are deleted, this is what is left.
    """

    id: str
    village: str
    notice: str
    kind: str
    text: str
    phone: str
    photo: str
    via: str
    screen: str
    asked_on: str
    held_for: str
    token_hash: str
    pickup_hash: str
    stream: str
    seq: int
    at: str
    remains: bool
    name: str
    voice: str
    events: tuple[Event, ...]

    @property
    def asked(self) -> str:
        """From when it counts (RFC 3339): a letter from the day on which it came."""
        return f"{self.asked_on}T00:00:00+08:00" if self.asked_on else self.at

    @cached_property
    def standing(self) -> Standing:
        return rules.standing(self.asked, self.events)

    @property
    def state(self) -> str:
        return self.standing.state

    @property
    def state_words(self) -> str:
        if self.held:
            return "已收到，先核一下再受理"
        if self.state == "forwarded" and self.owner == "township":
            return "已转到镇里，正在办"
        return rules.STATES[self.state]

    @property
    def owner(self) -> str:
        """Who owes the next step: "village" or "township"."""
        return self.standing.owner

    @property
    def open(self) -> bool:
        """Whether somebody owes the next step."""
        return self.state in rules.OPEN

    @property
    def held(self) -> bool:
        """Whether it waits for a look before it counts as one more voice."""
        return bool(self.held_for) and not self.events

    @property
    def escalated(self) -> str:
        """Since when (RFC 3339) it is with the township for being late or unsolved; "" else."""
        return self.standing.escalated if self.open else ""

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

    def last(self, kind: str) -> Event | None:
        """The last event of that kind."""
        found = [event for event in self.events if event.kind == kind]
        return found[-1] if found else None

    @property
    def merged_into(self) -> str:
        """The id of the feedback that it is dealt with together with, "" where it is not."""
        into = self.last("merged")
        return str(into.body["into"]) if self.state == "merged" and into and into.body else ""

    @property
    def waiting_since(self) -> str:
        return self.standing.since

    @property
    def asked_again(self) -> str:
        """When the asker last said that it was not solved and it is open since; "" else."""
        return self.waiting_since if self.open and self.waiting_since != self.asked else ""

    @property
    def age(self) -> int:
        """Days for which the next step has been waited for, as of today."""
        return rules.age_days(self.waiting_since, clock.today())

    @property
    def overdue(self) -> bool:
        """Open past the last day for an answer."""
        return self.open and clock.today() > self.answer_by

    @property
    def answer_by(self) -> date:
        """The last Beijing date for an answer in time."""
        return self.standing.answer_by

    @property
    def has_contact(self) -> bool:
        return bool(self.phone or self.name)

    @property
    def fact(self) -> Fact:
        """What counts of it, without anything personal."""
        first = next((event for event in self.events if event.kind == "answered"), None)
        answered = day_of(first.at) if first else None
        before = [event for event in self.events if first and event.step < first.step]
        return Fact(
            kind=self.kind,
            village=self.village,
            via=self.via,
            asked=day_of(self.asked),
            answered=answered,
            state=self.state,
            late=answered is not None and answered > rules.standing(self.asked, before).answer_by,
            overdue=self.overdue,
            satisfied=bool(self.rating.body["satisfied"])
            if self.rating and self.rating.body
            else None,
            reopened=self.standing.reopened,
            escalated=any(event.kind == "escalated" for event in self.events),
        )


@dataclass(frozen=True)
class Counts:
    """How many there are in all, wait for an answer, wait too long, and were answered."""

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
    return _by(journal, "token_hash", hash_of(token))


def by_pickup(journal: Journal, number: str) -> Feedback | None:
    """The feedback with that pick-up number (eight digits), or None."""
    return _by(journal, "pickup_hash", pickup_hash(number))


def of_notice(journal: Journal, notice: str) -> list[Feedback]:
    """What was asked about a notice and answered for everybody to read, newest first.

    Whoever shows it masks the asker's words and leaves out the telephone: see `public_text`.
    """
    found = _many(journal, "WHERE notice = ? ORDER BY at DESC, id DESC", [notice])
    return [each for each in found if each.public_answers]


def answered_publicly(
    journal: Journal, village: str | None = None, limit: int = 50, offset: int = 0
) -> list[Feedback]:
    """What was answered for everybody to read, of a village or of all, the newest answer first."""
    rows = journal.db.execute(
        """
        SELECT feedback, max(at) AS newest FROM feedback_events
        WHERE kind = 'answered' AND body IS NOT NULL AND stream LIKE '%/public'
          AND (? IS NULL OR village = ?)
        GROUP BY feedback, village ORDER BY newest DESC, feedback DESC LIMIT ? OFFSET ?
        """,
        [village, village, limit, offset],
    )
    ids = [row[0] for row in rows]
    found = {each.id: each for each in _many(journal, _AMONG, [json.dumps(ids)])}
    return [found[id] for id in ids if id in found and found[id].public_answers]


def of_village(journal: Journal, village: str, limit: int = 100, offset: int = 0) -> list[Feedback]:
    """All feedback of a village, newest first."""
    return _many(
        journal,
        "WHERE village = ? ORDER BY at DESC, id DESC LIMIT ? OFFSET ?",
        [village, limit, offset],
    )


def open_for(journal: Journal, village: str) -> list[Feedback]:
    """What waits for an answer to the village's people and is not with the township, the longest
    waiting first."""
    return [
        each
        for each in longest_first(_many(journal, "WHERE village = ?", [village]))
        if each.owner == "village"
    ]


def with_township(journal: Journal, village: str | None = None) -> list[Feedback]:
    """What the township itself has to answer: handed on to it, or taken over by it."""
    found = _many(journal, "WHERE ? IS NULL OR village = ?", [village, village])
    return [each for each in longest_first(found) if each.owner == "township"]


def all_open(journal: Journal) -> list[Feedback]:
    """What waits for an answer in any village known here, the longest waiting first."""
    return longest_first(_many(journal, "", []))


def every(journal: Journal, limit: int = 100, offset: int = 0) -> list[Feedback]:
    """All feedback of all villages known here, newest first."""
    return _many(journal, "ORDER BY at DESC, id DESC LIMIT ? OFFSET ?", [limit, offset])


def merged_into(journal: Journal, id: str) -> list[Feedback]:
    """What is dealt with together with that feedback."""
    rows = journal.db.execute(
        """
        SELECT feedback FROM feedback_events
        WHERE kind = 'merged' AND json_extract(body, '$.into') = ?
        """,
        [id],
    )
    found = _many(journal, _AMONG, [json.dumps([row[0] for row in rows])])
    return [each for each in found if each.merged_into == id]


def alike(
    journal: Journal, village: str, text: str, notice: str = "", n: int = 3
) -> list[Feedback]:
    """Questions like this one that were answered for everybody, those about the notice first."""
    scored = []
    for each in answered_publicly(journal, village, 400):
        near = rules.likeness(text, public_text(each))
        if near >= rules.ALIKE:
            scored.append((each.notice == notice != "", near, each))
    scored.sort(key=lambda it: it[:2], reverse=True)
    return [each for _, _, each in scored[:n]]


def alike_open(journal: Journal, one: Feedback, n: int = 5) -> list[Feedback]:
    """Others of the village that may be about the same matter, for an officer who merges."""
    scored = []
    for each in of_village(journal, one.village, 400):
        ended = each.state in ("withdrawn", "rejected", "merged")
        if each.id == one.id or ended or each.remains:
            continue
        near = rules.likeness(one.text, each.text)
        if near >= rules.ALIKE or (each.notice == one.notice != "" and each.open):
            scored.append((near, each))
    scored.sort(key=lambda it: it[0], reverse=True)
    return [each for _, each in scored[:n]]


def longest_first(found: Iterable[Feedback]) -> list[Feedback]:
    """Those that are open, the longest waiting first."""
    return sorted(
        (each for each in found if each.open), key=lambda each: (each.waiting_since, each.id)
    )


def counts(journal: Journal, village: str | None = None) -> Counts:
    """Of one village, or of all known here."""
    return counted(_many(journal, "WHERE ? IS NULL OR village = ?", [village, village]))


def counted(found: list[Feedback]) -> Counts:
    return Counts(
        total=len(found),
        open=sum(each.open for each in found),
        overdue=sum(each.overdue for each in found),
        answered=sum(bool(each.answers) for each in found),
    )


def facts(
    journal: Journal,
    village: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Fact]:
    """What counts of the feedback asked from `since` to `until` (Beijing dates, both included), of
    a village or of all known here."""
    found = _many(journal, "WHERE ? IS NULL OR village = ?", [village, village])
    known = [each.fact for each in found]
    return [
        each
        for each in known
        if (since is None or each.asked >= since) and (until is None or each.asked <= until)
    ]


def statistics(
    journal: Journal,
    village: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Statistics:
    """The same, counted."""
    return rules.statistics(facts(journal, village, since, until))


def public_text(feedback: Feedback) -> str:
    """The asker's words as everybody may read them beside the last public answer: personal data
    masked, no telephone, no abuse; "" where the village left them out."""
    from kiosk.rules import privacy

    answers = feedback.public_answers
    said = answers[-1].question if answers else None
    if said is None:
        return "" if feedback.remains else rules.without_abuse(privacy.mask(feedback.text))
    return said


def seen(journal: Journal, feedback: Feedback) -> list[tuple[str, str]]:
    """(when, who): each time that somebody had its telephone shown."""
    rows = journal.db.execute(
        "SELECT at, actor FROM feedback_seen WHERE feedback = ? AND village = ? ORDER BY at, seq",
        [feedback.id, feedback.village],
    )
    return [(row[0], row[1]) for row in rows]


def contact_places(journal: Journal, feedback: Feedback) -> list[tuple[str, int]]:
    """(stream, seq): where its contact data stands."""
    rows = journal.db.execute(
        "SELECT stream, seq FROM feedback_contacts WHERE feedback = ? AND village = ?",
        [feedback.id, feedback.village],
    )
    return [(row[0], row[1]) for row in rows]


def has_photo(journal: Journal, sha: str) -> bool:
    """Whether some feedback was sent with this photo or voice memo."""
    row = journal.db.execute(
        """
        SELECT 1 FROM feedback WHERE photo = ?
        UNION ALL SELECT 1 FROM feedback_contacts WHERE voice = ? LIMIT 1
        """,
        [sha, sha],
    ).fetchone()
    return row is not None


_COLUMNS = """
    id, village, notice, kind, text, phone, photo, via, screen, asked_on, held, token_hash,
    pickup_hash, stream, seq, at, remains
"""
_ALL = """(
    SELECT id, village, notice, kind, text, phone, photo, via, screen, asked_on, held, token_hash,
        pickup_hash, stream, seq, at, 0 AS remains
    FROM feedback
    UNION ALL
    SELECT id, village, notice, kind, '', '', '', via, '', '', '', token_hash, pickup_hash, stream,
        seq, at, 1
    FROM feedback_remains AS r
    WHERE NOT EXISTS (SELECT 1 FROM feedback AS f WHERE f.id = r.id AND f.village = r.village)
      AND NOT EXISTS (
        SELECT 1 FROM feedback_remains AS o
        WHERE o.id = r.id AND o.village = r.village AND (o.stream, o.seq) < (r.stream, r.seq)
    )
)"""
_AMONG = "WHERE id IN (SELECT value FROM json_each(?))"


def _by(journal: Journal, column: str, value: str) -> Feedback | None:
    found = _many(journal, f"WHERE {column} = ? ORDER BY at, stream, seq LIMIT 1", [value])
    return found[0] if found else None


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Feedback]:
    rows = list(journal.db.execute(f"SELECT {_COLUMNS} FROM {_ALL} {rest}", values))
    wanted = {(row[0], row[1]) for row in rows}
    events, contacts = _events(journal, wanted), _contacts(journal, wanted)
    found = []
    for row in rows:
        phone, name, voice = contacts.get((row[0], row[1]), ("", "", ""))
        happened = tuple(events.get((row[0], row[1]), ()))
        whole = [*row[:5], row[5] or phone, *row[6:-1], bool(row[-1]), name, voice, happened]
        found.append(Feedback(*whole))
    return found


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
    return {key: in_order(events) for key, events in found.items()}


def _contacts(
    journal: Journal, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str, str]]:
    rows = journal.db.execute(
        """
        SELECT feedback, village, phone, name, voice FROM feedback_contacts
        WHERE feedback IN (SELECT value FROM json_each(?)) ORDER BY stream, seq
        """,
        [json.dumps(sorted({id for id, _ in wanted}))],
    )
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}
