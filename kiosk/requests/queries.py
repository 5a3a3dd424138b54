"""Requests on file: one with its course and clock, the register, what the annual report counts."""

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from kiosk import clock
from kiosk.feedback.token import hash_of
from kiosk.journal.log import Journal
from kiosk.rules import annual
from kiosk.rules import requests as rules
from kiosk.rules.annual import Contest, Counted
from kiosk.rules.requests import Course, Opinion, Outcome


@dataclass(frozen=True)
class Event:
    """One step: `kind` as in the journal, without "request."; `body` is {} once erased."""

    kind: str
    at: str
    actor: str
    stream: str
    seq: int
    body: dict[str, Any]

    @property
    def on(self) -> date:
        """The Beijing date that the step says of itself."""
        return date.fromisoformat(self.body["on"])


@dataclass(frozen=True)
class Applicant:
    """Who asks. Whoever is shown it goes on record: `commands.look_at`."""

    name: str
    identity: str
    phone: str
    email: str
    address: str


@dataclass(frozen=True)
class Asked:
    """An opinion that was asked for: of whom, about what, and the answer where it came."""

    id: str
    whom: str
    what: str
    on: date
    limit: date
    given: Event | None


@dataclass(frozen=True)
class Case:
    """A reconsideration or lawsuit about a request, with its result where there is one."""

    id: str
    kind: str
    body: str
    on: date
    decided: Event | None

    @property
    def kind_words(self) -> str:
        return annual.CONTESTS.get(self.kind, self.kind)

    @property
    def result_words(self) -> str:
        result = self.decided.body["result"] if self.decided else ""
        return annual.RESULTS.get(result, "尚未审结")


@dataclass(frozen=True)
class Request:
    """A request with everything that happened to it, in order. `about` is what is asked for as it
    was first written; `arrived` a Beijing date; `kept`: whether who asks is still on file."""

    id: str
    number: str
    applicant: str
    channel: str
    arrived: date
    about: str
    wanted: str
    by: str
    stream: str
    seq: int
    at: str
    actor: str
    events: tuple[Event, ...]
    kept: bool

    @cached_property
    def course(self) -> Course:
        """Its dates, as the rules of the clock read them."""
        found = Course(self.channel, self.arrived)
        opinions: dict[str, Opinion] = {}
        for event in self.events:
            match event.kind if event.body else "":
                case "confirmed":
                    found = replace(found, confirmed=found.confirmed or event.on)
                case "correction_demanded":
                    until = date.fromisoformat(event.body["until"])
                    found = replace(found, demanded=event.on, correct_by=until)
                case "corrected":
                    found = replace(found, corrected=event.on)
                case "extended":
                    found = replace(found, extended=event.body["days"])
                case "opinion_asked":
                    opinions[event.body["opinion"]] = Opinion(event.on)
                case "opinion_given" if event.body["opinion"] in opinions:
                    id = event.body["opinion"]
                    opinions[id] = replace(opinions[id], given=event.on)
                case "decided":
                    outcome = rules.outcomes().get(event.body["outcome"])
                    ended = outcome is not None and outcome.ends
                    found = replace(found, decided=event.on, ended=ended)
                case "delivered":
                    found = replace(found, delivered=event.on)
        return replace(found, opinions=tuple(opinions.values()))

    @property
    def state(self) -> str:
        return rules.state(self.course, clock.today())

    @property
    def state_words(self) -> str:
        return rules.STATES[self.state]

    @property
    def open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def received(self) -> date | None:
        return rules.received_on(self.course)

    @property
    def answer_by(self) -> date | None:
        return rules.answer_by(self.course)

    @property
    def demand_by(self) -> date | None:
        return rules.demand_by(self.course)

    @property
    def days_left(self) -> int | None:
        return rules.days_left(self.course, clock.today())

    @property
    def warnings(self) -> list[str]:
        return rules.warnings(self.course, clock.today())

    @property
    def in_time(self) -> bool | None:
        return rules.in_time(self.course)

    @property
    def channel_words(self) -> str:
        return rules.CHANNELS.get(self.channel, self.channel)

    @property
    def asked_for(self) -> str:
        """What is asked for, as it was corrected last."""
        said = [event.body["about"] for event in self.of("corrected") if event.body["about"]]
        return str(said[-1]) if said else self.about

    @property
    def decision(self) -> Event | None:
        found = self.of("decided")
        return found[-1] if found else None

    @property
    def outcome(self) -> Outcome | None:
        decision = self.decision
        return None if decision is None else rules.outcomes().get(decision.body["outcome"])

    @property
    def opinions(self) -> list[Asked]:
        given = {event.body["opinion"]: event for event in self.of("opinion_given")}
        return [
            Asked(
                event.body["opinion"],
                event.body["whom"],
                event.body["what"],
                event.on,
                rules.pauses(Course("in_person", event.on, opinions=(Opinion(event.on),)))[0][1],
                given.get(event.body["opinion"]),
            )
            for event in self.of("opinion_asked")
        ]

    @property
    def cases(self) -> list[Case]:
        decided = {event.body["contest"]: event for event in self.of("contest_decided")}
        return [
            Case(
                event.body["contest"],
                event.body["kind"],
                event.body["body"],
                event.on,
                decided.get(event.body["contest"]),
            )
            for event in self.of("contested")
        ]

    @property
    def last_on(self) -> date:
        """The latest date that any of its steps says of itself."""
        return max([self.arrived, *(event.on for event in self.events if "on" in event.body)])

    def of(self, kind: str) -> list[Event]:
        """Its steps of one kind that can still be read, in order."""
        return [event for event in self.events if event.kind == kind and event.body]


def request(journal: Journal, id: str) -> Request | None:
    """The request of that id, or None."""
    found = _many(journal, "WHERE id = ? ORDER BY stream, seq LIMIT 1", [id])
    return found[0] if found else None


def by_token(journal: Journal, token: str) -> Request | None:
    """The request that its applicant follows with this token, or None."""
    found = _many(journal, "WHERE token_hash = ? ORDER BY stream, seq LIMIT 1", [hash_of(token)])
    return found[0] if found else None


def requests(journal: Journal, year: int | None = None) -> list[Request]:
    """The register, newest first: all, or those that arrived in a year."""
    begins = "" if year is None else f"{year:04}-"
    return _many(
        journal,
        "WHERE substr(arrived, 1, ?) = ? ORDER BY arrived DESC, number DESC, id DESC",
        [len(begins), begins],
    )


def open_requests(journal: Journal) -> list[Request]:
    """What is not answered or not delivered yet, what presses most ahead."""
    found = _many(
        journal,
        """
        WHERE NOT EXISTS (
            SELECT 1 FROM request_events AS e
            WHERE e.request = id AND e.kind = 'delivered' AND e.body IS NOT NULL
        )
        """,
        [],
    )
    waiting = [each for each in found if each.open or each.state == "decided"]
    return sorted(waiting, key=_pressure)


def years(journal: Journal) -> list[int]:
    """The years in which requests arrived, newest first."""
    rows = journal.db.execute("SELECT DISTINCT substr(arrived, 1, 4) FROM requests ORDER BY 1 DESC")
    return [int(row[0]) for row in rows]


def count_in(journal: Journal, year: int) -> int:
    """How many requests have a number of that year."""
    row = journal.db.execute(
        "SELECT count(*) FROM requests WHERE substr(number, 1, 5) = ?", [f"{year:04}-"]
    ).fetchone()
    return int(row[0])


def applicant(journal: Journal, id: str) -> Applicant | None:
    """Who asks, as noted last; None once erased."""
    for body in _noted(journal, id):
        if body is not None:
            held = json.loads(body)
            return Applicant(
                held["name"], held["identity"], held["phone"], held["email"], held["address"]
            )
    return None


def looks(journal: Journal, id: str) -> list[Event]:
    """Who was shown the applicant's data, newest first."""
    found = request(journal, id)
    return list(reversed(found.of("looked_at"))) if found else []


def counted(journal: Journal) -> list[Counted]:
    """Every received request as the annual report counts it."""
    return [
        Counted(
            each.id,
            each.applicant,
            each.received,
            each.course.decided,
            each.outcome.id if each.outcome else "other",
        )
        for each in requests(journal)
        if each.received is not None
    ]


def contests(journal: Journal) -> list[Contest]:
    """Every reconsideration and lawsuit as the annual report counts it."""
    return [
        Contest(
            each.id,
            case.kind,
            case.on,
            case.decided.on if case.decided else None,
            case.decided.body["result"] if case.decided else "",
        )
        for each in requests(journal)
        for case in each.cases
        if case.kind in annual.CONTESTS
    ]


_COLUMNS = "id, number, applicant, channel, arrived, about, wanted, by, stream, seq, at, actor"


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Request]:
    rows = list(journal.db.execute(f"SELECT {_COLUMNS} FROM requests {rest}", values))
    ids = json.dumps(sorted({row[0] for row in rows}))
    events: dict[str, list[Event]] = {}
    for id, kind, at, actor, stream, seq, body in journal.db.execute(
        """
        SELECT request, kind, at, actor, stream, seq, body FROM request_events
        WHERE request IN (SELECT value FROM json_each(?)) ORDER BY stream, seq
        """,
        [ids],
    ):
        event = Event(kind, at, actor, stream, seq, json.loads(body) if body else {})
        events.setdefault(id, []).append(event)
    kept = {
        row[0]
        for row in journal.db.execute(
            """
            SELECT request FROM request_applicants
            WHERE body IS NOT NULL AND request IN (SELECT value FROM json_each(?))
            """,
            [ids],
        )
    }
    found = []
    for row in rows:
        given: list[Any] = [*row[:4], date.fromisoformat(row[4]), *row[5:]]
        given += [tuple(events.get(row[0], ())), row[0] in kept]
        found.append(Request(*given))
    return found


def _noted(journal: Journal, id: str) -> list[str | None]:
    rows = journal.db.execute(
        "SELECT body FROM request_applicants WHERE request = ? ORDER BY stream, seq DESC", [id]
    )
    return [row[0] for row in rows]


def _pressure(each: Request) -> tuple[int, int, str]:
    """Sorts what is to be done first ahead: what runs by its days left, then what waits."""
    left = each.days_left if each.open else None
    return (0, left, each.number) if left is not None else (1, 0, each.number)
