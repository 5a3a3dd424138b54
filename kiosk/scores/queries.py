"""Scores: of a village over a span, of all villages, what was published, objected and answered.

Both the village and its township compute a village's score from what they hold, by the same rules;
only signs that compare villages are the township's alone.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.journal.log import Journal
from kiosk.rules import codes, scoring
from kiosk.rules.calendar import Period, PeriodMalformed
from kiosk.rules.scoring import Cause, Scheme, SchemeInvalid, Score
from kiosk.scores import collecting


@dataclass(frozen=True)
class Scored:
    """A village's score over a span as it is known on a day. `waived` are causes that count no
    more since the township accepted an objection to them; `scheme` the rules by which it counts."""

    village: str
    span: Period
    today: date
    score: Score
    waived: tuple[Cause, ...]
    scheme: Scheme

    @property
    def points(self) -> int:
        """In hundredths of a point."""
        return self.score.points

    @property
    def known(self) -> bool:
        """Whether the village owed anything that is known here: one that was never heard of has
        no score, not a full one."""
        return any(each.base for each in self.score.parts if each.part.base == "owed")


@dataclass(frozen=True)
class Published:
    """Scores as they were published: `scores` is [{village, name, points, parts}]."""

    stream: str
    seq: int
    span: str
    until: str
    board: bool
    scores: list[dict[str, Any]]
    at: str
    actor: str


@dataclass(frozen=True)
class Objection:
    """A village's objection to a cause; `accepted` is None until the township answered."""

    id: str
    village: str
    span: str
    rule: str
    about: str
    key: str
    text: str
    at: str
    actor: str
    accepted: bool | None
    answer: str

    def meets(self, cause: Cause) -> bool:
        return (self.rule, self.about, self.key) == (cause.rule, cause.about, cause.key)


def scheme(journal: Journal, village: str, span: Period) -> Scheme:
    """The rules of assessment in force for a village on the first day of the span: the default with
    what those above it changed. A change that this program cannot read leaves the rules as they
    were."""
    found = scoring.default_scheme()
    for change in changes(journal, village):
        if change["from"] <= span.start.isoformat():
            try:
                found = scoring.with_changes(found, change["changes"])
            except SchemeInvalid:
                continue
    return found


def changes(journal: Journal, village: str) -> list[dict[str, Any]]:
    """{from, changes, at, actor} of each change for a village, the highest node's first, each
    node's in order."""
    rows = journal.db.execute(
        "SELECT stream, seq, since, changes, at, actor FROM score_schemes ORDER BY stream, seq"
    )
    found = [
        (len(codes.significant(origin)), seq, since, said, at, actor)
        for stream, seq, since, said, at, actor in rows
        if codes.is_within(village, origin := stream.partition("/")[0])
    ]
    return [
        {"from": since, "changes": json.loads(said), "at": at, "actor": actor}
        for _, _, since, said, at, actor in sorted(found, key=lambda it: (it[0], it[2], it[1]))
    ]


def score(journal: Journal, village: str, span: Period, today: date) -> Scored:
    """A village's score over the span by what this node knows today."""
    causes, bases = collecting.collected(journal, village, span, today)
    return _scored(journal, village, span, today, causes, bases)


def scores(journal: Journal, given: Iterable[str], span: Period, today: date) -> dict[str, Scored]:
    """The scores of all given villages, with the signs that compare them."""
    known = list(given)
    rows = {code: collecting.owed(journal, code, span, today) for code in known}
    none = {code: (len(each), collecting.declared(each)) for code, each in rows.items()}
    until = min(today, span.end)
    found = {}
    for code in known:
        causes, bases = collecting.collected(journal, code, span, today)
        others = [each for other, each in none.items() if other != code]
        causes += scoring.none_often(*none[code], others, until)
        found[code] = _scored(journal, code, span, today, causes, bases)
    return found


def published(journal: Journal, township: str, span: str = "") -> list[Published]:
    """What a township published, the newest first; of one span, the one that holds first."""
    rows = journal.db.execute(
        """
        SELECT stream, seq, span, until, board, scores, at, actor FROM scores_published
        WHERE stream = ? AND (? = '' OR span = ?) ORDER BY seq DESC
        """,
        [f"{township}/public", span, span],
    )
    whole = ([*row[:4], bool(row[4]), json.loads(row[5]), *row[6:]] for row in rows)
    return [Published(*each) for each in whole]


def objections(journal: Journal, village: str | None = None) -> list[Objection]:
    """Objections of a village or of all, newest first."""
    rows = journal.db.execute(
        """
        SELECT o.id, o.village, o.span, o.rule, o.about, o.key, o.text, o.at, o.actor,
            a.accepted, coalesce(a.text, '')
        FROM score_objections AS o LEFT JOIN score_objection_answers AS a
            ON a.id = o.id AND a.village = o.village AND NOT EXISTS (
                SELECT 1 FROM score_objection_answers AS b
                WHERE b.id = a.id AND b.village = a.village
                AND (b.stream, b.seq) < (a.stream, a.seq)
            )
        WHERE ? IS NULL OR o.village = ? ORDER BY o.at DESC, o.id DESC
        """,
        [village, village],
    )
    whole = ([*row[:9], None if row[9] is None else bool(row[9]), row[10]] for row in rows)
    return [Objection(*each) for each in whole]


def span(text: str, today: date) -> Period:
    """The span of an id, or the running quarter where it is none."""
    try:
        return Period.parse(text)
    except PeriodMalformed:
        return Period.containing("quarterly", today)


def _scored(
    journal: Journal,
    village: str,
    span: Period,
    today: date,
    causes: Iterable[Cause],
    bases: dict[str, int],
) -> Scored:
    accepted = [each for each in objections(journal, village) if each.accepted]
    counted: list[Cause] = []
    waived: list[Cause] = []
    for cause in causes:
        (waived if any(each.meets(cause) for each in accepted) else counted).append(cause)
    rules = scheme(journal, village, span)
    return Scored(
        village, span, today, scoring.score(rules, counted, bases), tuple(sorted(waived)), rules
    )
