"""What a printed page says: one notice with all that a reader at the paper board must know, a
village's month, and what is still owed. Reads the rooms that own it; writes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from kiosk import clock
from kiosk.duties import queries as duties
from kiosk.duties.queries import DutyRow
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.printing.plain import plain_words
from kiosk.rules.calendar import Period, add_months
from kiosk.rules.catalogue import REVIEWERS
from kiosk.villages import queries as villages
from kiosk.villages.queries import Village

MOST = 200
"""Notices in one print."""

ORDER = ("finance", "village", "party", "township")
"""Of affairs on paper: what people ask first comes first."""

WIDE_FROM = 7
"""Columns from which a table lies across the page."""

SHORT_ROWS = 24
"""Rows up to which a table is printed whole in the brochure."""

SHORT_TEXT = 260
"""Characters up to which a text without a table is set large, to be read from afar."""

PHOTOS = 8
"""Photos on a notice's sheets; the rest (a long ledger's vouchers) are left to the phone."""

_READ_AT_ONCE = 100


@dataclass(frozen=True)
class Signer:
    """Who looks a notice over: `name` and `on` where that was recorded, else to sign by hand."""

    body: str
    name: str
    on: str


@dataclass(frozen=True)
class Sheet:
    """A notice as it goes on paper.

    `who` posted it, `witnessed` is when the township saw this version, `corrected` why it was
    changed ("" where it was not), `address` what the QR code says, `words` its figures in plain
    words, `more_photos` how many are left out.
    """

    notice: Notice
    who: str
    origin: Village | None
    township: str
    previous: Notice | None
    witnessed: datetime | None
    corrected: str
    signers: tuple[Signer, ...]
    address: str
    words: tuple[str, ...]
    more_photos: int


def sheet(
    journal: Journal, notice: Notice, *, township: str, address: str, photos: int = PHOTOS
) -> Sheet:
    """The page of a notice whose content is still there. `address` is where phones find this
    node's pages, `township` the name of who witnesses, `photos` how many of it to show."""
    assert notice.body is not None and notice.content is not None
    origin = villages.village(journal, notice.village)
    previous = notices.previous_period(journal, notice)
    before = previous.content if previous else None
    steps = notices.versions(journal, notice)
    shown = {**notice.body, "attachments": notice.attachments[:photos]}
    return Sheet(
        notice=replace(notice, body=shown),
        who=origin.name if origin else notice.village,
        origin=origin,
        township=township,
        previous=previous,
        witnessed=journal.witnessed(notice.stream, notice.last_seq),
        corrected=steps[-1].reason if steps and notice.state == "corrected" else "",
        signers=tuple(_signers(journal, notice)),
        address=f"{address}/n/{notice.id}",
        words=tuple(plain_words(notice.form, notice.content, before)),
        more_photos=max(len(notice.attachments) - photos, 0),
    )


def is_printable(notice: Notice) -> bool:
    """Whether it stands on the board with its content."""
    return notice.state != "withdrawn" and notice.content is not None


def of_month(journal: Journal, village: str, month: date) -> list[Notice]:
    """What a village published or corrected in the month of that day and still stands, finance
    first, each affair by time: what its paper board needs. A notice corrected again in a later
    month belongs to that one. What was taken over from an older board is no news of the month."""
    start, end = month_of(month), add_months(month_of(month), 1)
    found = [
        notice
        for notice in _changed_since(journal, village, start)
        if is_printable(notice)
        and notice.historic is None
        and any(start <= _day(at) < end for at in (notice.published_at, notice.changed_at))
    ]
    return sorted(found, key=lambda it: (_rank(it), it.published_at, it.id))


def overdue(journal: Journal, village: str, today: date) -> list[DutyRow]:
    """What the village should have published by now and has not, the longest late first."""
    rows = duties.late_and_due(journal, village, today)
    return [row for row in rows if row.state in ("overdue", "escalated")]


def months(began: date, today: date, most: int = 36) -> list[date]:
    """First days of the months in which a board could have published, newest first."""
    found = [month_of(today)]
    while len(found) < most and found[-1] > month_of(began):
        found.append(add_months(found[-1], -1))
    return found


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_title(month: date) -> str:
    """2026年11月"""
    return Period.containing("monthly", month).title


def columns(html: str) -> int:
    """The most columns that a table in it has."""
    heads = re.findall(r"<thead>(.*?)</thead>", html, re.DOTALL)
    return max((len(re.findall(r"<th\b", head)) for head in heads), default=0)


def rows(html: str) -> int:
    """How many rows its tables have."""
    return html.count("<tr")


def is_short(html: str) -> bool:
    """Whether it is a few lines of text and nothing else."""
    is_text = not re.search(r"<(?:table|svg|img|ol|dl)\b", html)
    return is_text and len(re.sub(r"<[^>]*>|\s", "", html)) <= SHORT_TEXT


def _changed_since(journal: Journal, village: str, start: date) -> Iterator[Notice]:
    offset = 0
    while True:
        read = notices.every(journal, village, _READ_AT_ONCE, offset)
        for notice in read:
            if _day(notice.changed_at) < start:
                return
            yield notice
        if len(read) < _READ_AT_ONCE:
            return
        offset += _READ_AT_ONCE


def _signers(journal: Journal, notice: Notice) -> Iterator[Signer]:
    """Who reviewed it, then who must by the catalogue and is not recorded as having."""
    signed = [Signer(_body(it["by"]), it["name"], it["on"]) for it in notice.reviews]
    yield from signed
    catalogue = duties.catalogue(journal, notice.village)
    item = catalogue.rules_at(notice.item, _day(notice.published_at))
    for by in item.review if item else ():
        if _body(by) not in {signer.body for signer in signed}:
            yield Signer(_body(by), "", "")


def _body(by: str) -> str:
    return REVIEWERS.get(by, by)


def _day(at: str) -> date:
    return clock.beijing_date(datetime.fromisoformat(at))


def _rank(notice: Notice) -> int:
    return ORDER.index(notice.affairs) if notice.affairs in ORDER else len(ORDER)
