"""Rooms that take many entries at once make the same tables as from each by itself."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.journal import projection
from kiosk.journal.log import Draft
from kiosk.node import make_node, open_node
from tests.conftest import BEGAN, VILLAGE

SUBJECTS = st.sampled_from(["A", "B", "C"])
KINDS = st.sampled_from(
    [
        "notice.published",
        "notice.published",
        "notice.corrected",
        "notice.withdrawn",
        "duty.declared_none",
        "duty.opened",
        "catalogue.changed",
    ]
)
CHANNELS = st.sampled_from(["public", "public", "public", "parent", "self"])


def body(kind: str, subject: str, number: int, readable: bool) -> dict[str, object]:
    if not readable:
        return {"item": number}
    return {
        "item": "village.seals",
        "affairs": "village",
        "title": f"通知 {number}",
        "form": "notice",
        "period": "2026Q1",
        "event": "",
        "content": {"text": "内容"},
        "attachments": [
            {"sha": f"{number:064x}", "name": "", "type": "image/webp", "width": 1, "height": 1}
        ],
        "reviews": [],
        "display_until": "",
        "contact": "",
        "reason": "更正",
        "on": "2026-03-02",
        "items": [{"id": "village.seals"}],
        **({"result_of": "A"} if number % 3 == 0 else {}),
    }


entries = st.lists(st.tuples(CHANNELS, KINDS, SUBJECTS, st.booleans()), min_size=1, max_size=25)


@settings(max_examples=25, deadline=None)
@given(entries, st.integers(0, 24))
def test_any_portions_give_the_same_tables(
    written: list[tuple[str, str, str, bool]], erased: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        dir = Path(folder, "node")
        make_node(dir, role="village", code=VILLAGE, name="东湖村", began=BEGAN)
        journal = open_node(dir).journal
        journal.append_all(
            Draft(channel, kind, subject, body(kind, subject, number, readable))
            for number, (channel, kind, subject, readable) in enumerate(written)
        )
        if 1 <= erased < journal.size(journal.own("public")):
            journal.erase("public", erased, actor="测试", reason="测试")
        live = journal.projector.fingerprints(journal.db)
        for portion in (1, 3, 1000):
            patch.setattr(projection, "BATCH", portion)
            journal.rebuild()
            assert journal.projector.fingerprints(journal.db) == live
        journal.close()
