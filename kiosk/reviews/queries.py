"""Reviews on file: one, those that wait for somebody, those that may be published."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import reviews as rules
from kiosk.rules.calendar import beijing_date
from kiosk.rules.catalogue import REVIEWERS
from kiosk.rules.reviews import OPEN, SENT_BACK, SIGNED, WITHDRAWN, Act, Chain, Standing, Step

STATES = {
    "waiting": "等待审核",
    "stale": "审核超时",
    "sent_back": "已退回",
    "withdrawn": "已撤回",
    "complete": "审核完成",
    "used": "已公开",
}


@dataclass(frozen=True)
class Signature:
    """One signature: `by` the step, `on` the Beijing date it bears, `how` "login", "hand" (on the
    officer's device; `hand` is its picture's SHA-256, "" where the name was typed) or "paper"
    (`photo` is the signed sheet's); `at` when it was written here, by the account `actor`."""

    by: str
    name: str
    on: str
    how: str
    hand: str
    photo: str
    at: str
    actor: str


@dataclass(frozen=True)
class Review:
    """A request to review a notice, and how it stands `today` (Beijing).

    `notice` is the body that would be published; `corrects` the notice it corrects or ""; `used`
    the notice that it became, or "". `scheduled_for` is when it is to be published, None where an
    officer says so. `unmasked` is why personal data is shown, or ""; `confirmed_by` the second
    person who agreed, or "". Times are RFC 3339.
    """

    id: str
    village: str
    stream: str
    seq: int
    at: str
    actor: str
    item: str
    requested_by: str
    corrects: str
    again: str
    unmasked: str
    notice: dict[str, Any]
    chain: Chain
    today: date
    standing: Standing
    signatures: tuple[Signature, ...]
    comment: str
    confirmed_by: str
    used: str
    scheduled_for: datetime | None

    @property
    def state(self) -> str:
        """One of STATES."""
        return "used" if self.used else self.standing.state

    @property
    def state_words(self) -> str:
        return STATES[self.state]

    @property
    def title(self) -> str:
        return str(self.notice.get("title", ""))

    @property
    def next(self) -> Step | None:
        """The step whose turn it is; None where no signature is waited for."""
        return None if self.used else self.standing.next

    @property
    def waits_for(self) -> str:
        """Whose signature is waited for, in words; "" where nobody's."""
        return REVIEWERS[self.next.by] if self.next else ""

    @property
    def since(self) -> datetime:
        """Since when it waits for the one whose turn it is."""
        signed = [step.act.at for step in self.standing.steps if step.act]
        return signed[-1] if signed else self.chain.asked

    @property
    def days_waiting(self) -> int:
        """Days since then."""
        return max(0, (self.today - beijing_date(self.since)).days)

    @property
    def stale(self) -> bool:
        return self.state == "stale"

    @property
    def days_late(self) -> int:
        due = self.next.due if self.next else None
        return max(0, (self.today - due).days) if due else 0

    @property
    def to_confirm(self) -> bool:
        """Whether a second person must still agree that personal data is shown."""
        return bool(self.unmasked) and not self.confirmed_by

    @property
    def publishable(self) -> bool:
        """Whether everybody signed, and nothing else is missing."""
        return self.state == "complete" and not self.to_confirm

    @property
    def reviews(self) -> list[dict[str, str]]:
        """Who signed, as a notice's body says it: [{by, name, on}]."""
        return [{"by": it.by, "name": it.name, "on": it.on} for it in self.signatures]


def review(journal: Journal, id: str, village: str | None = None) -> Review | None:
    """The review of that id (of this village, or the first to use the id), or None."""
    found = _many(
        journal,
        "WHERE id = ? AND (? IS NULL OR village = ?) ORDER BY at, stream LIMIT 1",
        [id, village, village],
    )
    return found[0] if found else None


def unpublished(journal: Journal, village: str | None = None) -> list[Review]:
    """Requests of a village (or of all) that were neither published nor withdrawn, nor followed by
    another request after they were sent back; oldest first."""
    found = _many(
        journal,
        """
        WHERE (? IS NULL OR village = ?) AND NOT EXISTS (
            SELECT 1 FROM review_acts AS a WHERE a.review = r.id AND a.village = r.village
            AND a.kind IN ('used', 'withdrawn')
        ) ORDER BY at, id
        """,
        [village, village],
    )
    again = {each.again for each in found}
    return [each for each in found if not (each.state == "sent_back" and each.id in again)]


def waiting(journal: Journal, village: str | None = None) -> list[Review]:
    """Requests that wait for a signature, the one that waits longest first."""
    found = [each for each in unpublished(journal, village) if each.state in OPEN]
    return sorted(found, key=lambda each: (each.since, each.id))


def waiting_for(journal: Journal, role: str, village: str | None = None) -> list[Review]:
    """Requests that wait for that reviewer, the one that waits longest first."""
    return [each for each in waiting(journal, village) if each.next and each.next.by == role]


def stale(journal: Journal, village: str | None = None) -> list[Review]:
    """Requests whose reviewer is past the deadline, the one that waits longest first."""
    return [each for each in waiting(journal, village) if each.stale]


def due_for_publication(journal: Journal, village: str, now: datetime) -> list[Review]:
    """Complete requests whose time of publication has come."""
    return [
        each
        for each in unpublished(journal, village)
        if each.publishable and each.scheduled_for is not None and each.scheduled_for <= now
    ]


def of_village(journal: Journal, village: str, limit: int = 50) -> list[Review]:
    """A village's requests, the newest first."""
    return _many(journal, "WHERE village = ? ORDER BY at DESC, id DESC LIMIT ?", [village, limit])


def about(journal: Journal, village: str, notice: str) -> list[Review]:
    """A village's requests that became that notice or a correction of it, or ask for one, oldest
    first."""
    return _many(
        journal,
        """
        WHERE village = ? AND (corrects = ? OR EXISTS (
            SELECT 1 FROM review_acts AS a WHERE a.review = r.id AND a.village = r.village
            AND a.kind = 'used' AND json_extract(a.body, '$.notice') = ?
        )) ORDER BY at, id
        """,
        [village, notice, notice],
    )


def unmasked(journal: Journal, village: str | None = None, limit: int = 50) -> list[Review]:
    """Requests to show personal data, the newest first."""
    found = _many(
        journal,
        """
        WHERE (? IS NULL OR village = ?) AND json_extract(body, '$.unmasked') != ''
        ORDER BY at DESC, id DESC LIMIT ?
        """,
        [village, village, limit],
    )
    return found


def last_reviewer(journal: Journal, village: str, step: str) -> str:
    """Who signed that step of the village last, or ""."""
    row = journal.db.execute(
        """
        SELECT json_extract(body, '$.name') FROM review_acts
        WHERE village = ? AND kind = 'signed' AND json_extract(body, '$.step') = ?
        ORDER BY at DESC, seq DESC LIMIT 1
        """,
        [village, step],
    ).fetchone()
    return "" if row is None else str(row[0])


def has_blob(journal: Journal, sha: str) -> bool:
    """Whether a request or a signature names that picture."""
    row = journal.db.execute("SELECT 1 FROM review_blobs WHERE sha = ? LIMIT 1", [sha]).fetchone()
    return row is not None


def _many(journal: Journal, rest: str, values: list[Any]) -> list[Review]:
    rows = list(
        journal.db.execute(
            f"SELECT id, village, stream, seq, at, actor, body FROM reviews AS r {rest}", values
        )
    )
    acts: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in journal.db.execute(
        """
        SELECT review, village, stream, seq, kind, at, actor, body FROM review_acts
        WHERE review IN (SELECT value FROM json_each(?)) ORDER BY at, stream, seq
        """,
        [json.dumps([row[0] for row in rows])],
    ):
        acts.setdefault((row[0], row[1]), []).append(tuple(row[2:]))
    today = clock.today()
    return [_review(row, acts.get((row[0], row[1]), []), today) for row in rows]


def _review(row: Any, acts: list[tuple[Any, ...]], today: date) -> Review:
    id, village, stream, seq, at, actor, text = row
    body = json.loads(text)
    chain = Chain(
        tuple(body["chain"]),
        body["days"],
        body["persons"],
        body["requested_by"],
        datetime.fromisoformat(at),
    )
    told = [(*act[:5], json.loads(act[5])) for act in acts]
    standing = rules.standing(chain, _acts(told), today)
    scheduled = body["scheduled_for"]
    confirmed = used = ""
    for _, _, kind, _, by, said in told:
        if kind == "scheduled":
            scheduled = said["scheduled_for"]
        elif kind == "confirmed" and by != actor:
            confirmed = confirmed or said["name"]
        elif kind == "used":
            used = used or said["notice"]
    return Review(
        id=id,
        village=village,
        stream=stream,
        seq=seq,
        at=at,
        actor=actor,
        item=body["item"],
        requested_by=body["requested_by"],
        corrects=body["corrects"],
        again=body["again"],
        unmasked=body["unmasked"],
        notice=body["notice"],
        chain=chain,
        today=today,
        standing=standing,
        signatures=tuple(_signatures(told, standing)),
        comment=_comment(told, standing),
        confirmed_by=confirmed,
        used=used,
        scheduled_for=datetime.fromisoformat(scheduled) if scheduled else None,
    )


def _acts(told: Iterable[tuple[Any, ...]]) -> list[Act]:
    return [
        Act(
            kind,
            said.get("step", ""),
            said.get("name", ""),
            datetime.fromisoformat(at),
            stream,
            seq,
        )
        for stream, seq, kind, at, _, said in told
        if kind in (SIGNED, SENT_BACK, WITHDRAWN)
    ]


def _signatures(told: list[tuple[Any, ...]], standing: Standing) -> Iterable[Signature]:
    """The acts that made the steps signed, in the chain's order."""
    by_place = {(stream, seq): (at, by, said) for stream, seq, _, at, by, said in told}
    for step in standing.steps:
        if step.state == SIGNED and step.act is not None:
            at, actor, said = by_place[step.act.stream, step.act.seq]
            yield Signature(
                by=step.by,
                name=said["name"],
                on=said["on"],
                how=said["how"],
                hand=str(said["hand"].get("sha", "")),
                photo=said["photo"],
                at=at,
                actor=actor,
            )


def _comment(told: list[tuple[Any, ...]], standing: Standing) -> str:
    """What was said when it was sent back, or ""."""
    for step in standing.steps:
        if step.state == SENT_BACK and step.act is not None:
            place = (step.act.stream, step.act.seq)
            return next(str(said["comment"]) for s, n, _, _, _, said in told if (s, n) == place)
    return ""
