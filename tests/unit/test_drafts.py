from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import clock, drafts
from kiosk.drafts import commands, queries
from kiosk.journal.log import Journal

V = "371721105201"


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "node.db", V, Ed25519PrivateKey.generate(), rooms=[drafts.ROOM])
    yield made
    made.close()


def at(minute):
    return clock.set_to(datetime(2026, 10, 9, 1, minute, tzinfo=UTC))


def test_a_draft_keeps_what_was_typed_after_the_last_saving(journal):
    with at(0):
        id = commands.begin(journal, {"title": "甲"}, actor="王会计")
    with at(1):
        commands.keep_typed(journal, id, {"title": "甲乙"})
    found = drafts.draft(journal, id)
    assert (found.values, found.at[14:16], found.actor) == ({"title": "甲乙"}, "01", "王会计")
    with at(2):
        commands.save(journal, id, {"title": "甲乙丙"}, actor="王会计")
    assert drafts.draft(journal, id).values == {"title": "甲乙丙"}


def test_a_late_message_does_not_undo_a_saving(journal):
    id = commands.begin(journal, {"title": "甲"}, actor="王会计")
    shown = drafts.draft(journal, id).seq
    commands.save(journal, id, {"title": "乙"}, actor="王会计")
    with pytest.raises(commands.Overtaken):
        commands.keep_typed(journal, id, {"title": "甲甲"}, shown)
    assert drafts.draft(journal, id).values == {"title": "乙"}


def test_saving_the_same_again_writes_nothing(journal):
    id = commands.begin(journal, {"title": "甲"}, actor="王会计")
    commands.save(journal, id, {"title": "甲"}, actor="王会计")
    assert journal.size(journal.own("self")) == 1


def test_a_closed_draft_leaves_no_trace_of_its_content(journal):
    id = commands.begin(journal, {"title": "371721196503152219"}, actor="王会计")
    commands.keep_table(journal, id, "低保.xlsx", b"PK371721196503152219")
    assert queries.table(journal, id) == ("低保.xlsx", b"PK371721196503152219")
    commands.discard(journal, id, actor="王会计")
    commands.discard(journal, id, actor="王会计")
    assert drafts.draft(journal, id) is None and drafts.drafts(journal) == []
    assert queries.table(journal, id) is None
    assert [entry.kind for entry in journal.find(id)] == [
        "draft.saved", "draft.discarded", "entry.erased",
    ]  # fmt: skip
    assert journal.find(id)[0].body is None
    with pytest.raises(commands.NoSuchDraft):
        commands.save(journal, id, {"title": "乙"}, actor="王会计")


def test_drafts_stand_in_the_order_of_their_last_change(journal):
    with at(0):
        first = commands.begin(journal, {"title": "甲"}, actor="王会计")
    with at(1):
        second = commands.begin(journal, {"title": "乙"}, actor="王会计")
    with at(2):
        commands.keep_typed(journal, first, {"title": "甲"})
    assert [each.id for each in drafts.drafts(journal)] == [first, second]


def test_rebuilt_tables_equal_the_live_ones(journal):
    kept = commands.begin(journal, {"title": "甲"}, actor="王会计")
    commands.save(journal, kept, {"title": "乙"}, actor="王会计")
    gone = commands.begin(journal, {"title": "丙"}, actor="王会计")
    commands.discard(journal, gone, actor="王会计")
    journal.erase("self", journal.find(kept)[-1].seq, actor="王会计", reason="误存")
    live = journal.projector.fingerprints(journal.db)
    assert drafts.draft(journal, kept).values == {"title": "甲"}
    journal.rebuild()
    assert journal.projector.fingerprints(journal.db) == live
