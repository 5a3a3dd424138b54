"""Inspections on file, with what was drawn, recorded and found."""

import json
from dataclasses import dataclass
from typing import Any

from kiosk.journal.log import Journal
from kiosk.rules import inspections as rules


@dataclass(frozen=True)
class Record:
    """What an inspector found in a village. `on` is a Beijing date; answers and lines as in the
    room's head."""

    id: str
    village: str
    typed: str
    stream: str
    seq: int
    at: str
    actor: str
    body: dict[str, Any]

    @property
    def on(self) -> str:
        return str(self.body["on"])

    @property
    def title(self) -> str:
        return str(self.body.get("title", ""))

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [each for each in self.body["answers"] if isinstance(each, dict)]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [each for each in self.body["lines"] if isinstance(each, dict)]

    @property
    def findings(self) -> list["Finding"]:
        """What was answered with no."""
        questions = {each.id: each for each in rules.checklist()}
        found = []
        for each in self.answers:
            question = questions.get(str(each.get("id")))
            if question is not None and each.get("answer") == rules.NO:
                note = str(each.get("note", ""))
                words = f"不符合“{question.title}”"
                found.append(Finding(question.id, words, note, question.counts))
        for each in self.lines:
            if each.get("answer") == rules.NO:
                key = f"{each.get('notice')}/{each.get('line')}"
                words = f"《{each.get('title', '')}》{each.get('words', '')}与凭证不符"
                found.append(Finding(key, words, str(each.get("note", "")), "spot_check"))
        return found


@dataclass(frozen=True)
class Finding:
    """Something that was not as it should be: `counts` is the rule of assessment."""

    key: str
    title: str
    note: str
    counts: str

    @property
    def words(self) -> str:
        return f"{self.title}：{self.note}" if self.note else self.title


@dataclass(frozen=True)
class Inspection:
    """One inspection: `announced`, `made` (the draw) and `opened` are bodies, None where there is
    none; `secret` is the township's own until it is drawn."""

    id: str
    at: str
    actor: str
    announced: dict[str, Any] | None
    made: dict[str, Any] | None
    opened: dict[str, Any] | None
    secret: str
    records: tuple[Record, ...]

    @property
    def title(self) -> str:
        return str((self.announced or self.opened or {}).get("title", ""))

    @property
    def random(self) -> bool:
        return self.announced is not None

    @property
    def waits_for_draw(self) -> bool:
        return self.random and self.made is None

    @property
    def villages(self) -> list[str]:
        """Codes of the villages to be inspected; none before the draw."""
        chosen = self.made if self.random else self.opened
        return [str(code) for code in (chosen or {}).get("villages", ())]

    @property
    def items(self) -> list[str]:
        chosen = self.made if self.random else self.opened
        return [str(id) for id in (chosen or {}).get("items", ())]

    @property
    def seed(self) -> str:
        """What decides which lines of a notice are looked at."""
        return str((self.made or {}).get("secret", "")) or self.id

    @property
    def faults(self) -> list[str]:
        """What is wrong with its draw."""
        if self.announced is None or self.made is None:
            return []
        return rules.faults(self.announced, self.made)

    def record(self, village: str) -> Record | None:
        """The newest record of a village."""
        found = [each for each in self.records if each.village == village]
        return found[-1] if found else None

    @property
    def done(self) -> bool:
        return bool(self.villages) and all(self.record(code) for code in self.villages)


def inspection(journal: Journal, id: str) -> Inspection | None:
    return next(iter(_many(journal, id)), None)


def inspections(journal: Journal) -> list[Inspection]:
    """All that this node knows of, newest first."""
    return _many(journal, None)


def records(journal: Journal, village: str | None = None) -> list[Record]:
    """Records of a village or of all, oldest first; one that was sent twice once."""
    rows = journal.db.execute(
        """
        SELECT id, village, typed, stream, seq, at, actor, body FROM inspection_records AS r
        WHERE (? IS NULL OR village = ?) AND NOT EXISTS (
            SELECT 1 FROM inspection_records AS s WHERE s.stream = r.stream
            AND s.id = r.id AND s.typed = r.typed AND s.typed != '' AND s.seq < r.seq
        ) ORDER BY at, stream, seq
        """,
        [village, village],
    )
    whole = ([*row[:-1], json.loads(row[-1])] for row in rows)
    return [Record(*each) for each in whole]


def has_photo(journal: Journal, sha: str) -> bool:
    """Whether some record has this photo."""
    row = journal.db.execute(
        "SELECT 1 FROM inspection_records WHERE instr(body, ?) LIMIT 1", [sha]
    ).fetchone()
    return row is not None


def _many(journal: Journal, id: str | None) -> list[Inspection]:
    told: dict[str, dict[str, tuple[str, str, dict[str, Any]]]] = {}
    for subject, kind, at, actor, body in journal.db.execute(
        """
        SELECT id, kind, at, actor, body FROM inspections
        WHERE ? IS NULL OR id = ? ORDER BY at DESC, stream DESC, seq DESC
        """,
        [id, id],
    ):
        # The first of a kind holds: rows come newest first, so an earlier one replaces a later.
        told.setdefault(subject, {})[kind] = (at, actor, json.loads(body))
    taken: dict[str, list[Record]] = {}
    for each in records(journal):
        taken.setdefault(each.id, []).append(each)
    found = []
    for subject, kinds in told.items():
        first = kinds.get("announced") or kinds.get("opened")
        if first is None:
            continue
        bodies = {kind: body for kind, (_, _, body) in kinds.items()}
        found.append(
            Inspection(
                subject,
                first[0],
                first[1],
                bodies.get("announced"),
                bodies.get("drawn"),
                bodies.get("opened"),
                str(bodies.get("sealed", {}).get("secret", "")),
                tuple(taken.get(subject, ())),
            )
        )
    return sorted(found, key=lambda each: (each.at, each.id), reverse=True)
