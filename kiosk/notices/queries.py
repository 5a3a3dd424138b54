"""What is posted: one notice, its versions, the newest, those of an item, and the search."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import spoken
from kiosk.rules.calendar import Period, PeriodMalformed, add_months, beijing_date
from kiosk.rules.catalogue import Item

AFFAIRS_NAMES = {"party": "党务", "village": "村务", "finance": "财务", "township": "镇里通知"}
CURRENT_LIMIT = 12
RESULT_WITHIN = timedelta(days=60)
"""For how long after its display period a notice is on the list of those without a result."""

_COLUMNS = """
    id, stream, village, item, affairs, title, form, period, event, state, published_at,
    changed_at, display_until, versions, first_seq, last_seq, body
"""
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Notice:
    """A notice as it stands. Times are RFC 3339, `display_until` a Beijing date or "".

    `village` is the code of the node that posted it. `body` is None once its current version is
    erased. `versions` counts publication, corrections and withdrawal.
    """

    id: str
    stream: str
    village: str
    item: str
    affairs: str
    title: str
    form: str
    period: str
    event: str
    state: str
    published_at: str
    changed_at: str
    display_until: str
    versions: int
    first_seq: int
    last_seq: int
    body: dict[str, Any] | None

    @property
    def content(self) -> dict[str, Any] | None:
        return None if self.body is None else self.body["content"]

    @property
    def attachments(self) -> list[dict[str, Any]]:
        return [] if self.body is None else self.body["attachments"]

    @property
    def reviews(self) -> list[dict[str, Any]]:
        return [] if self.body is None else self.body["reviews"]

    @property
    def contact(self) -> str:
        return "" if self.body is None else self.body["contact"]

    @property
    def result_of(self) -> str:
        """The id of the notice of whose display period this tells the result, or ""."""
        return "" if self.body is None else str(self.body.get("result_of", ""))

    @property
    def archived(self) -> bool:
        """Whether it is history: of a period or an event, and on the board for a year. What always
        holds, and what is still displayed, is not."""
        day = beijing_date(datetime.fromisoformat(self.published_at))
        today = clock.today()
        about = self.period or self.event or self.result_of
        return bool(about) and add_months(day, 12) <= today and not self.displayed(today)

    def displayed(self, today: date) -> bool:
        """Whether its display period runs, so that objections are taken."""
        return self.state != "withdrawn" and self.display_until >= today.isoformat()

    def days_left(self, today: date) -> int:
        """Days of the display period left after today; 0 on its last and after it."""
        if not self.display_until:
            return 0
        return max(0, (date.fromisoformat(self.display_until) - today).days)

    @property
    def historic(self) -> dict[str, Any] | None:
        """{published_on, source} of one that was taken over from an older board, else None."""
        return None if self.body is None else self.body.get("historic")

    @property
    def affairs_name(self) -> str:
        return AFFAIRS_NAMES.get(self.affairs, "")


@dataclass(frozen=True)
class Version:
    """One step of a notice: `kind` "published", "corrected" or "withdrawn", its full body (None
    when erased; {reason} for a withdrawal), and the reason given for a change."""

    notice: str
    stream: str
    seq: int
    kind: str
    at: str
    actor: str
    body: dict[str, Any] | None
    reason: str


@dataclass(frozen=True)
class Found:
    """One page of search results and how many there are in all."""

    notices: list[Notice]
    total: int


def notice(journal: Journal, id: str) -> Notice | None:
    """The notice of that id, or None. Two origins that used one id: the earlier one."""
    return _one(journal, "WHERE id = ? ORDER BY published_at, stream", [id])


def versions(journal: Journal, notice: Notice) -> list[Version]:
    """The notice's steps, oldest first."""
    rows = journal.db.execute(
        """
        SELECT notice, stream, seq, kind, at, actor, body, reason FROM notice_versions
        WHERE notice = ? AND stream = ? AND seq >= ? AND seq <= ? ORDER BY seq
        """,
        [notice.id, notice.stream, notice.first_seq, notice.last_seq],
    )
    return [_version(row) for row in rows]


def newest(
    journal: Journal,
    village: str | None,
    affairs: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[Notice]:
    """What stands on the board, newest first; of all villages where `village` is None. What was
    taken over from an older board comes last, by the date that it had there.

    What was withdrawn is left out; what was erased belongs to no affair and is left out too.
    """
    return _many(
        journal,
        f"WHERE {_STANDING} AND {_WITHIN} ORDER BY rank DESC, id DESC LIMIT :limit OFFSET :offset",
        {"village": village, "affairs": affairs, "limit": limit, "offset": offset},
    )


def count(journal: Journal, village: str | None, affairs: str | None = None) -> int:
    """How many notices `newest` would list without a limit."""
    row = journal.db.execute(
        f"SELECT count(*) FROM notices WHERE {_STANDING} AND {_WITHIN}",
        {"village": village, "affairs": affairs},
    ).fetchone()
    return int(row[0])


def changed(journal: Journal, limit: int) -> list[tuple[str, str]]:
    """The ids of the standing notices with when each changed last (RFC 3339), that first."""
    rows = journal.db.execute(
        f"SELECT id, changed_at FROM notices WHERE {_STANDING}"
        " ORDER BY changed_at DESC, id DESC LIMIT ?",
        [limit],
    )
    return [(str(id), str(at)) for id, at in rows]


def counts(journal: Journal, village: str | None) -> dict[str, int]:
    """Standing notices by affair; an affair without any has 0."""
    rows = journal.db.execute(
        f"SELECT affairs, count(*) FROM notices WHERE {_STANDING} AND {_WITHIN} GROUP BY affairs",
        {"village": village, "affairs": None},
    )
    return {**dict.fromkeys(AFFAIRS_NAMES, 0), **dict(list(rows))}


def every(journal: Journal, village: str, limit: int = 20, offset: int = 0) -> list[Notice]:
    """All notices of a node, withdrawn and erased ones too, the last changed first."""
    return _many(
        journal,
        "WHERE village = :village ORDER BY changed_at DESC, id DESC LIMIT :limit OFFSET :offset",
        {"village": village, "limit": limit, "offset": offset},
    )


def of_item(journal: Journal, village: str, item: str) -> list[Notice]:
    """The standing notices of one catalogue item, newest first."""
    return _many(
        journal,
        f"WHERE {_STANDING} AND village = :village AND item = :item ORDER BY rank DESC, id DESC",
        {"village": village, "item": item},
    )


def newest_of_items(journal: Journal, village: str) -> dict[str, tuple[str, datetime]]:
    """Of each catalogue item of which a node's own board shows anything: the newest notice's id and
    when it was published. What was taken over from an older board does not count."""
    rows = journal.db.execute(
        f"""
        SELECT item, id, published_at FROM notices
        WHERE {_STANDING} AND village = :village AND rank >= '1' ORDER BY rank, id
        """,
        {"village": village},
    )
    return {item: (id, datetime.fromisoformat(at)) for item, id, at in rows}


def previous_period(journal: Journal, notice: Notice) -> Notice | None:
    """The same item's notice of the same node for the period just before, or None."""
    return before(journal, notice.village, notice.item, notice.period, notice.form)


def before(journal: Journal, village: str, item: str, period: str, form: str) -> Notice | None:
    """A node's notice of that item and form for the period just before `period`, or None."""
    try:
        earlier = Period.parse(period).previous.id
    except PeriodMalformed:
        return None
    return _one(
        journal,
        f"WHERE {_STANDING} AND village = :village AND item = :item AND period = :period"
        " AND form = :form ORDER BY rank DESC, id DESC",
        {"village": village, "item": item, "period": earlier, "form": form},
    )


def course(journal: Journal, notice: Notice, most: int) -> list[tuple[str, Notice | None]]:
    """The last `most` periods up to the notice's own with what stands for each, oldest first; None
    for a period without. It begins with a period that has one."""
    try:
        period = Period.parse(notice.period)
    except PeriodMalformed:
        return []
    found: list[tuple[str, Notice | None]] = [(period.id, notice)]
    while len(found) < most:
        earlier = before(journal, notice.village, notice.item, period.id, notice.form)
        period = period.previous
        found.append((period.id, earlier))
    while found[-1][1] is None:
        found.pop()
    return found[::-1]


def year_before(
    journal: Journal, village: str, item: str, period: str, form: str
) -> list[Notice] | None:
    """A node's notices of that item and form for the periods of the same year before `period`,
    oldest first; None where one of them is missing."""
    try:
        now = Period.parse(period)
    except PeriodMalformed:
        return None
    found: list[Notice] = []
    while now.previous.start.year == Period.parse(period).start.year:
        notice = before(journal, village, item, now.id, form)
        if notice is None:
            return None
        found.insert(0, notice)
        now = now.previous
    return found


def result(journal: Journal, notice: Notice) -> Notice | None:
    """The standing notice that tells the result of this one's display period, or None."""
    return _one(
        journal,
        f"WHERE {_STANDING} AND stream = :stream AND id IN (SELECT notice FROM notice_results"
        " WHERE result_of = :id AND stream = :stream) ORDER BY published_at, id",
        {"id": notice.id, "stream": notice.stream},
    )


def awaiting_result(journal: Journal, village: str, today: date) -> list[Notice]:
    """Standing notices of a node whose display period ended within the last sixty days and of
    which no result was published, the one that ended first ahead."""
    return _many(
        journal,
        f"""
        WHERE {_STANDING} AND village = :village AND display_until != ''
        AND display_until < :today AND display_until >= :since AND NOT EXISTS (
            SELECT 1 FROM notice_results AS r
            WHERE r.result_of = notices.id AND r.stream = notices.stream
        ) ORDER BY display_until, id
        """,
        {
            "village": village,
            "today": today.isoformat(),
            "since": (today - RESULT_WITHIN).isoformat(),
        },
    )


def township_notices(journal: Journal, township: str, limit: int = 5) -> list[Notice]:
    """What the township tells all its villages, newest first."""
    return newest(journal, township, "township", limit)


def current(journal: Journal, villages: Iterable[str], today: date) -> list[Notice]:
    """What a screen shows when nobody is there: first what is in its display period, then the
    newest of the rest, at most twelve, of the given nodes (a village and its township). Nothing
    that an older board had."""
    codes = list(villages)
    marks = ", ".join("?" * len(codes))
    return _many(
        journal,
        f"WHERE {_STANDING} AND village IN ({marks}) AND rank >= '1'"
        " ORDER BY display_until >= ? DESC, published_at DESC, id DESC LIMIT ?",
        [*codes, today.isoformat(), CURRENT_LIMIT],
    )


def search(
    journal: Journal,
    villages: Iterable[str] | None,
    q: str,
    limit: int = 20,
    offset: int = 0,
    *,
    items: Collection[Item] = (),
    first: Sequence[str] = (),
) -> Found:
    """Standing notices that hold every word of `q`, of the given nodes or of all.

    A word of Chinese is looked for in title and text, one of Latin letters as full pinyin or as
    pinyin initials of the title too: "cwsz" finds 财务收支. With the catalogue's `items`, a word by
    which villagers call an item finds its notices, whatever these say. Hits in title and item come
    before hits in the text, among them those of the items `first` (ids in that order), then the
    newest.
    """
    words = q.lower().split()
    if not words:
        return Found([], 0)
    clauses, places = [_STANDING], []
    values: dict[str, Any] = {"first": json.dumps(list(first))}
    codes = None if villages is None else list(villages)
    if codes is not None:
        clauses.append(f"village IN ({', '.join(f':v{n}' for n in range(len(codes)))})")
        values.update({f"v{n}": code for n, code in enumerate(codes)})
    for n, word in enumerate(words):
        said = spoken.meant(items, word)
        values |= {
            f"w{n}": word,
            f"e{n}": json.dumps(sorted(said.exactly)),
            f"p{n}": json.dumps(sorted(said.perhaps)),
        }
        named = f"(instr(lower(title), :w{n}) OR item IN (SELECT value FROM json_each(:e{n})))"
        near = f"item IN (SELECT value FROM json_each(:p{n}))"
        if _LATIN.fullmatch(word):
            near = f"(instr(pinyin, :w{n}) OR instr(initials, :w{n}) OR {near})"
        clauses.append(f"({named} OR {near} OR instr(words, :w{n}))")
        places.append(f"CASE WHEN {named} THEN 0 WHEN {near} THEN 1 ELSE 2 END")
    where = "WHERE " + " AND ".join(clauses)
    total = journal.db.execute(f"SELECT count(*) FROM notices {where}", values).fetchone()[0]
    asked = "coalesce((SELECT min(key) FROM json_each(:first) WHERE value = item), 1000)"
    order = f"{' + '.join(places)}, {asked}, rank DESC, id DESC"
    found = _many(
        journal,
        f"{where} ORDER BY {order} LIMIT :limit OFFSET :offset",
        {**values, "limit": limit, "offset": offset},
    )
    return Found(found, total)


def public_blob(journal: Journal, sha: str) -> str | None:
    """The media type of an attachment that a standing notice shows in any version still on view;
    None where no notice does."""
    row = journal.db.execute(
        """
        SELECT b.type FROM notice_blobs AS b
        JOIN notices AS n ON n.id = b.notice AND n.stream = b.stream
        WHERE b.sha = ? AND n.state != 'withdrawn' AND b.seq BETWEEN n.first_seq AND n.last_seq
        ORDER BY b.type LIMIT 1
        """,
        [sha],
    ).fetchone()
    return None if row is None else str(row[0])


_STANDING = "state != 'withdrawn' AND body IS NOT NULL"
_WITHIN = "(:village IS NULL OR village = :village) AND (:affairs IS NULL OR affairs = :affairs)"


def _many(journal: Journal, rest: str, values: Any) -> list[Notice]:
    rows = journal.db.execute(f"SELECT {_COLUMNS} FROM notices {rest}", values)
    return [_notice(row) for row in rows]


def _one(journal: Journal, rest: str, values: Any) -> Notice | None:
    found = _many(journal, f"{rest} LIMIT 1", values)
    return found[0] if found else None


def _notice(row: Any) -> Notice:
    values = [*row[:16], _parsed(row[16])]
    return Notice(*values)


def _version(row: Any) -> Version:
    notice, stream, seq, kind, at, actor, body, reason = row
    return Version(notice, stream, seq, kind, at, actor, _parsed(body), reason)


def _parsed(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
