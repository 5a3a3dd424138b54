"""What a village owes and how it stands, the same on the village's node and its township's.

The duties follow from catalogue, date and the board's first day alone and are kept between
questions; `facts` gathers what is known about them.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from weakref import WeakKeyDictionary

from kiosk.duties.facts import NOTHING_KNOWN, Known, gathered, happened_in
from kiosk.journal.log import Journal
from kiosk.rules import catalogue as rules
from kiosk.rules import codes, timeliness
from kiosk.rules import forms as written_forms
from kiosk.rules.calendar import Holidays, beijing_date, default_holidays
from kiosk.rules.catalogue import Catalogue, CatalogueInvalid, Item
from kiosk.rules.forms import FormInvalid, Forms
from kiosk.rules.timeliness import LATE, NOTHING, Duty, Event
from kiosk.villages.queries import village as node_of


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty of a village as it stands `today`.

    `title` is the item's, for an event with what happened. `late_arrival` is set for a notice
    claimed in time and first witnessed after the due date. `days_late` counts to today while
    nothing is published, to `published` once it was late. `declaration` is the id of the village's
    declaration that there was nothing, or of the event that it cancelled (`cancelled`), `reason`
    what that or the township's excuse says.
    """

    village: str
    duty: Duty
    item: Item
    title: str
    state: str
    today: date
    notice_id: str
    published: date | None
    late_arrival: timedelta | None
    days_late: int
    declaration: str
    cancelled: bool
    none_rejected: bool
    reason: str

    @property
    def words(self) -> str:
        """The state in one plain Chinese sentence."""
        if self.cancelled and self.state == "declared_none":
            return f"{self.subject}已取消，不用公开"
        words = timeliness.in_words(self.duty, self.state, self.today, self.title, self.published)
        if not (self.none_rejected and self.state in timeliness.OPEN):
            return words
        return f"{words}（{'取消没有被同意' if self.cancelled else '零报告已被退回'}）"

    @property
    def subject(self) -> str:
        """What is owed: "第三季度财务收支情况"."""
        return timeliness.subject_in_words(self.duty, self.today, self.title)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder as it was written on `on` (Beijing date)."""

    village: str
    duty: str
    state: str
    on: date
    words: str


def catalogue(journal: Journal, village: str | None = None) -> Catalogue:
    """The catalogue for a village (this node by default), with what its county and then its
    township changed. A change that this program cannot read leaves the rules as they were."""
    changed = _changed(_from_above(journal, village, "items", "catalogue_changes"))
    code = village or journal.code
    return changed if codes.level(code) != "village" else _of_village(changed, code)


def forms(journal: Journal, village: str | None = None) -> Forms:
    """The forms for a village (this node by default), by id, with what its county and then its
    township added or changed. A form that this program cannot read is left out."""
    return _with_forms(_from_above(journal, village, "forms", "form_changes"))


def events(journal: Journal, village: str) -> list[Event]:
    """What happened in a village and has a duty of its own, newest first."""
    return sorted(
        happened_in(journal, [village]).get(village, []),
        key=lambda it: (it.on, it.id),
        reverse=True,
    )


def duties(journal: Journal, village: str, today: date) -> list[DutyRow]:
    """All duties of a village known to this node, by due date; none where it is unknown."""
    return list(_rows(journal, [village], today).get(village, ()))


def duties_of(journal: Journal, given: list[str], today: date) -> dict[str, list[DutyRow]]:
    """The same of many villages at once, by code; an unknown one is left out."""
    return _rows(journal, given, today)


def late_and_due(journal: Journal, village: str, today: date) -> list[DutyRow]:
    """What the village must do now: late duties first, those late longest ahead, then due ones."""
    pressing = [row for row in duties(journal, village, today) if _is_pressing(row)]
    return sorted(pressing, key=lambda row: (row.state == "due", row.duty.due, row.duty.key))


def turned(journal: Journal, village: str) -> dict[str, str]:
    """The state of each of the village's duties that this node recorded last, by key."""
    rows = journal.db.execute(
        """
        SELECT duty, state, max(seq) FROM duty_turns
        WHERE stream = ? AND village = ? GROUP BY duty
        """,
        [journal.own("self"), village],
    )
    return {duty: state for duty, state, _ in rows}


def reminders(journal: Journal, village: str | None = None, limit: int = 50) -> list[Reminder]:
    """The reminders that this node wrote, newest first, about one village or all."""
    rows = journal.db.execute(
        """
        SELECT village, duty, state, written, words FROM reminders
        WHERE stream = :stream AND (:village IS NULL OR village = :village)
        ORDER BY seq DESC LIMIT :limit
        """,
        {"stream": journal.own("self"), "village": village, "limit": limit},
    )
    return [
        Reminder(v, duty, state, date.fromisoformat(on), words)
        for v, duty, state, on, words in rows
    ]


def sources(journal: Journal, village: str, duty: Duty) -> list[tuple[str, int]]:
    """(stream, seq) of every entry that a duty's state follows from: what opened it, the notices
    that ever claimed to fulfil it, and what was said about it."""
    rows = journal.db.execute(
        """
        SELECT stream, seq, at FROM duty_notices
        WHERE stream = :public AND notice IN (
            SELECT notice FROM duty_notices
            WHERE stream = :public AND item = :item AND period = :period AND event = :event
        )
        UNION SELECT stream, seq, at FROM duty_statements
        WHERE village = :village AND item = :item AND period = :period AND event = :event
        UNION SELECT e.stream, e.seq, coalesce(j.at, '') FROM duty_events AS e
        JOIN entries AS j ON j.stream = e.stream AND j.seq = e.seq
        WHERE e.stream = :public AND e.event = :event AND :event != ''
        ORDER BY at, stream, seq
        """,
        {
            "public": f"{village}/public",
            "village": village,
            "item": duty.item,
            "period": duty.period,
            "event": duty.event,
        },
    )
    return [(stream, seq) for stream, seq, _ in rows]


@dataclass(frozen=True, slots=True)
class _Ground:
    """Whatever a village's rows depend on: while it is equal, so are they."""

    today: date
    catalogue: Catalogue
    entries: int
    witnessed: tuple[int, int]
    said: tuple[int, int, str]
    holidays: Holidays


_held: WeakKeyDictionary[Journal, dict[str, tuple[_Ground, list[DutyRow]]]] = WeakKeyDictionary()
"""Each village's rows with what they were derived from: of a township's many villages only those
of which something new is known are looked at again."""


def _rows(journal: Journal, given: list[str], today: date) -> dict[str, list[DutyRow]]:
    known = {code: node for code in given if (node := node_of(journal, code))}
    grounds = _grounds(journal, known, today)
    held = _held.setdefault(journal, {})
    rows = {
        code: kept[1] for code in known if (kept := held.get(code)) and kept[0] == grounds[code]
    }
    anew = [code for code in known if code not in rows]
    happened = happened_in(journal, anew)
    facts = gathered(journal, anew)
    for code in anew:
        own = {event.id: event for event in happened.get(code, ())}
        rules_here = grounds[code].catalogue
        owed = _duties(
            rules_here, known[code].began, today, tuple(own.values()), default_holidays()
        )
        found = facts[code]
        rows[code] = [
            _row(code, duty, found.get(duty.key), own.get(duty.event), today) for duty in owed
        ]
        if not journal.db.conn.in_transaction:
            held[code] = (grounds[code], rows[code])
    return rows


def _grounds(journal: Journal, known: Iterable[str], today: date) -> dict[str, _Ground]:
    witnessed = journal.cosignature_marks()
    said = {
        village: (count, places, newest)
        for village, count, places, newest in journal.db.execute(
            "SELECT village, count(*), sum(seq), max(at) FROM duty_statements GROUP BY village"
        )
    }
    catalogues: dict[str, Catalogue] = {}
    found = {}
    for code in known:
        above = codes.parent(code) or code
        if above not in catalogues:
            catalogues[above] = catalogue(journal, above)
        stream = f"{code}/public"
        found[code] = _Ground(
            today=today,
            catalogue=_of_village(catalogues[above], code),
            entries=journal.size(stream),
            witnessed=witnessed.get(stream, (0, 0)),
            said=said.get(code, (0, 0, "")),
            holidays=default_holidays(),
        )
    return found


def _row(
    village: str, duty: Duty, known: Known | None, event: Event | None, today: date
) -> DutyRow:
    known = known or NOTHING_KNOWN
    facts = known.facts
    state = timeliness.state(duty, facts, today)
    if facts is not NOTHING:
        duty = timeliness.renewed(duty, facts)
    moment = timeliness.published_at(facts)
    published = None if moment is None else beijing_date(moment)
    late = 0
    if state == "met_late" and published is not None:
        late = timeliness.days_late(duty, published)
    elif state in LATE:
        late = timeliness.days_late(duty, today)
    return DutyRow(
        village=village,
        duty=duty,
        item=duty.rules,
        title=f"{duty.rules.title}“{event.title}”" if event else duty.rules.title,
        state=state,
        today=today,
        notice_id=known.notice_id,
        published=published,
        late_arrival=timeliness.late_arrival(duty, facts) if state == "met" else None,
        days_late=late,
        declaration=known.declaration,
        cancelled=known.cancelled,
        none_rejected=facts.none_rejected,
        reason=known.reason,
    )


def _from_above(journal: Journal, village: str | None, column: str, table: str) -> tuple[str, ...]:
    """What those above a village changed, the highest first, each as JSON."""
    code = village or journal.code
    changes = [
        (len(codes.significant(origin)), stream, seq, said)
        for stream, seq, said in journal.db.execute(f"SELECT stream, seq, {column} FROM {table}")
        if _is_within(code, origin := stream.partition("/")[0])
    ]
    return tuple(said for *_, said in sorted(changes))


@lru_cache(maxsize=32)
def _with_forms(changes: tuple[str, ...]) -> Forms:
    found = written_forms.load()
    for given in changes:
        for form in json.loads(given):
            with suppress(FormInvalid):
                found = written_forms.with_changes(found, [form])
    return found


@lru_cache(maxsize=32)
def _changed(changes: tuple[str, ...]) -> Catalogue:
    found = rules.load()
    for items in changes:
        for change in json.loads(items):
            try:
                found = found.with_changes([change])
            except CatalogueInvalid:
                # A newer program above may know fields that this one does not: refusing the
                # whole catalogue for it would leave the village without duties.
                continue
    return found


@lru_cache(maxsize=512)
def _of_village(catalogue: Catalogue, code: str) -> Catalogue:
    return catalogue.of_village(code)


@lru_cache(maxsize=64)
def _periodic(
    catalogue: Catalogue, began: date, today: date, holidays: Holidays
) -> tuple[Duty, ...]:
    return tuple(timeliness.duties(catalogue, began, today, holidays=holidays))


def _duties(
    catalogue: Catalogue,
    began: date,
    today: date,
    happened: tuple[Event, ...],
    holidays: Holidays,
) -> list[Duty]:
    owed = list(_periodic(catalogue, began, today, holidays))
    for event in happened:
        item = catalogue.rules_at(event.item, event.on)
        if item is not None and item.cadence == "event":
            owed.append(timeliness.event_duty(item, event, holidays))
    owed.sort(key=lambda duty: (duty.due, duty.key))
    return owed


def _is_within(code: str, origin: str) -> bool:
    try:
        return codes.is_within(code, origin) and codes.level(origin) != "village"
    except codes.CodeMalformed:
        return False


def _is_pressing(row: DutyRow) -> bool:
    return row.state == "due" or row.state in LATE
