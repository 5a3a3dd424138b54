"""Rooms that take many entries at once make the same tables as from each by itself."""

import hashlib
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from kiosk.journal import canonical
from kiosk.journal.entry import Entry
from kiosk.journal.projection import Projector
from kiosk.node import ROOMS
from tests.conftest import TOWNSHIP, VILLAGE

TAKES_MANY = tuple(room for room in ROOMS if room.apply_all is not None)
KINDS = sorted({kind for room in TAKES_MANY for kind in room.kinds})
NOTICES = [kind for kind in KINDS if kind.startswith("notice.")]
STREAMS = [f"{VILLAGE}/public", "371721105202/public", f"{TOWNSHIP}/public", f"{VILLAGE}/self"]


def body(number: int) -> dict[str, Any]:
    """One that every kind can read."""
    photo = {"sha": f"{number % 5:064x}", "name": "", "type": "image/webp", "width": 1, "height": 1}
    return {
        "item": "village.seals",
        "affairs": "village",
        "title": f"关于第{number}次通知",
        "form": "notice",
        "period": "2026Q1",
        "event": "",
        "content": {"text": f"内容 {number}"},
        "attachments": [photo] * (number % 3 == 0),
        "reviews": [],
        "display_until": "",
        "contact": "",
        "reason": "更正",
        "on": "2026-03-02",
        "village": VILLAGE,
        "duty": "village.seals/2026Q1",
        "to": "overdue",
        "state": "overdue",
        "words": "请公开",
        "items": [{"id": "village.seals"}],
        "forms": [{"id": "seals"}],
        **({"result_of": "A"} if number % 4 == 0 else {}),
        **({"historic": {"published_on": "2019", "source": ""}} if number % 7 == 0 else {}),
    }


@st.composite
def journals(draw: st.DrawFn) -> list[Entry]:
    """Entries of several streams, each stream's in its order."""
    entries: list[Entry] = []
    sizes = dict.fromkeys(STREAMS, 0)
    kinds = st.sampled_from(NOTICES) | st.sampled_from(KINDS)
    written = st.tuples(st.sampled_from(STREAMS), kinds, st.sampled_from("ABC"))
    for number, (stream, kind, subject) in enumerate(draw(st.lists(written, max_size=25))):
        said = draw(st.sampled_from([body(number), body(number), {"item": number}, None]))
        text = None if said is None else canonical.dumps(said).decode()
        entries.append(
            Entry(
                stream,
                sizes[stream],
                kind,
                subject,
                "2026-03-02T01:00:00Z",
                "王秀兰",
                said,
                None if said is None else b"0" * 16,
                hashlib.sha256(b"").digest(),
                draw(st.sampled_from([text, None])),
            )
        )
        sizes[stream] += 1
    return entries


def tables(portions: list[list[Entry]]) -> dict[str, str]:
    projector = Projector(TAKES_MANY)
    db = Database(memory=True)
    projector.prepare(db)
    for portion in portions:
        projector.apply(db, portion)
    return projector.fingerprints(db)


@settings(max_examples=60, deadline=None)
@given(journals(), st.sets(st.integers(1, 24)))
def test_any_portions_give_the_same_tables(entries: list[Entry], cuts: set[int]) -> None:
    one_by_one = tables([[entry] for entry in entries])
    ends = [0, *sorted(cuts), len(entries)]
    portions = [entries[a:b] for a, b in pairwise(ends)]
    assert tables(portions) == one_by_one
    assert tables([entries]) == one_by_one
    # What is applied again changes nothing, and streams may come in any order.
    assert tables([entries, entries]) == one_by_one
    assert tables([sorted(entries, key=lambda entry: entry.stream)]) == one_by_one
