from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk import clock, erasures, notices, reviews
from kiosk.attachments import named
from kiosk.erasures import commands, queries
from kiosk.erasures.commands import ErasureRefused
from kiosk.journal.verify import faults
from kiosk.reviews import commands as review_commands
from kiosk.reviews.commands import Signed
from kiosk.rules import catalogue
from kiosk.sync import erasure as clearing
from kiosk.sync import references
from tests.conftest import VILLAGE, copied

ITEM = catalogue.load().items["village.safety"]
NOW = datetime(2026, 10, 9, 1, tzinfo=UTC)
SOON, LATER = timedelta(0), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _time():
    with clock.set_to(NOW):
        yield


def attachment(node, data):
    return {"sha": node.blobs.put(data), "name": "", "type": "image/png", "width": 1, "height": 1}


def posted(node, text="内容", photos=(), **changes):
    """A notice signed by the village head on paper, with the photo of the sheet."""
    id = review_commands.request(
        node.journal, actor="王会计", item=ITEM, title="安全检查", content={"text": text},
        period="2026Q3", attachments=[attachment(node, data) for data in photos], **changes,
    )  # fmt: skip
    sheet = node.blobs.put(b"sheet" + text.encode())
    given = Signed("paper", "孙某", photo=sheet, on=date(2026, 10, 9))
    review_commands.sign(node.journal, id, "village_head", given, actor="王会计")
    return notices.publish_reviewed(node.journal, id, actor="王会计", item=ITEM)


def erased(node, notice, whole=True):
    id = commands.request(node.journal, notice, whole=whole, reason="含有身份证号", actor="王会计")
    commands.confirm(node.journal, id, actor="赵某")
    return id


def clear(node, just_put=SOON):
    return clearing.remove_erased(node.journal, node.blobs, just_put)


def bodies(node):
    return str([entry.body for entry in node.journal.all_entries()])


def test_a_second_person_must_agree(village):
    notice = posted(village, "张三的事")
    id = commands.request(village.journal, notice, whole=True, reason="写了姓名", actor="王会计")
    again = commands.request(village.journal, notice, whole=True, reason="x", actor="王会计")
    assert again == id and len(erasures.open_erasures(village.journal, VILLAGE)) == 1
    with pytest.raises(ErasureRefused, match="另一个人"):
        commands.confirm(village.journal, id, actor="王会计")
    assert notices.notice(village.journal, notice).body is not None
    commands.confirm(village.journal, id, actor="赵某")
    found = notices.notice(village.journal, notice)
    assert found.body is None and commands.reason_of(village.journal, found) == "写了姓名"
    done = erasures.erasure(village.journal, id, VILLAGE)
    assert (done.state, done.actor, done.ended_by) == ("confirmed", "王会计", "赵某")
    assert done.title == "安全生产、防火防汛（2026年10月9日公开）"
    with pytest.raises(ErasureRefused, match="已删除"):
        commands.confirm(village.journal, id, actor="赵某")
    with pytest.raises(ErasureRefused, match="没有可以删除"):
        commands.request(village.journal, notice, whole=True, reason="x", actor="王会计")


def test_nothing_of_it_is_left_on_the_node_and_it_still_verifies(village):
    notice = posted(village, "张三的事", [b"one"])
    other = posted(village, "别的", [b"two"])
    references.note_new(village.journal)
    erased(village, notice)
    assert "张三的事" not in bodies(village)
    assert not notices.queries.search(village.journal, None, "张三").total
    removed = clear(village)
    assert len(removed) == 2  # the photo and the signed sheet
    assert list(faults(village.journal)) == []
    needed = {sha for entry in village.journal.all_entries() for sha in named.named_in(entry.body)}
    assert list(named.faults(village.blobs, sorted(needed))) == []
    assert notices.notice(village.journal, other).attachments[0]["sha"] in needed
    assert clear(village) == []


def test_only_what_stood_before_the_correction_can_be_deleted(village):
    notice = posted(village, "张三的事")
    with pytest.raises(ErasureRefused, match="没有更正前"):
        commands.request(village.journal, notice, whole=False, reason="x", actor="王会计")
    posted(village, "某人的事", corrects=notice, reason="遮盖姓名")
    erased(village, notice, whole=False)
    found = notices.notice(village.journal, notice)
    assert found.content == {"text": "某人的事"}
    assert commands.reason_of(village.journal, found) == ""
    assert [each.body is None for each in notices.queries.versions(village.journal, found)] == [
        True, False,
    ]  # fmt: skip
    assert "张三的事" not in bodies(village)
    [kept] = reviews.queries.about(village.journal, VILLAGE, notice)
    assert kept.corrects == notice


def test_a_township_deletes_with_its_next_copy(enrolled, township):
    notice = posted(enrolled, "张三的事", [b"one"])
    for channel in ("public", "parent"):
        copied(enrolled, township, channel)
    photo = notices.notice(township.journal, notice).attachments[0]["sha"]
    township.blobs.put(b"one")
    references.note_new(township.journal)
    erased(enrolled, notice)
    for channel in ("public", "parent"):
        copied(enrolled, township, channel)
    assert "张三的事" not in bodies(township)
    assert notices.notice(township.journal, notice).body is None
    assert photo in clear(township) and not township.blobs.has(photo)
    assert list(faults(township.journal)) == []
    [seen] = queries.erasures(township.journal)
    assert (seen.village, seen.reason, seen.ended_by) == (VILLAGE, "含有身份证号", "赵某")


def test_what_another_entry_names_stays(village):
    notice = posted(village, "一", [b"same"])
    posted(village, "二", [b"same"])
    references.note_new(village.journal)
    erased(village, notice)
    clear(village)
    assert village.blobs.get(attachment(village, b"same")["sha"]) == b"same"


def test_what_was_just_put_again_is_let_be(village):
    notice = posted(village, "一", [b"same"])
    references.note_new(village.journal)
    erased(village, notice)
    again = attachment(village, b"same")["sha"]
    assert clear(village, LATER) == []
    assert village.blobs.has(again)
    assert again in clear(village)


def test_what_never_came_into_an_entry_goes_after_a_day(village):
    sha = village.blobs.put(b"left over")
    kept = notices.notice(village.journal, posted(village, "一", [b"kept"])).attachments[0]["sha"]
    assert clearing.remove_unnamed(village.journal, village.blobs) == []
    assert clearing.remove_unnamed(village.journal, village.blobs, SOON) == [sha]
    assert village.blobs.has(kept)


@pytest.mark.parametrize(
    ("reason", "says"), [("", "为什么"), ("字" * 201, "太长"), ("张三 13812345678", "个人信息")]
)
def test_the_reason_is_one_that_everybody_may_read(village, reason, says):
    notice = posted(village)
    with pytest.raises(ErasureRefused, match=says):
        commands.request(village.journal, notice, whole=True, reason=reason, actor="王会计")


def test_a_declined_erasure_leaves_everything(village):
    notice = posted(village)
    id = commands.request(village.journal, notice, whole=True, reason="误点", actor="王会计")
    commands.decline(village.journal, id, actor="王会计")
    assert notices.notice(village.journal, notice).body is not None
    assert erasures.open_erasures(village.journal, VILLAGE) == []
    live = village.journal.projector.fingerprints(village.journal.db)
    village.journal.rebuild()
    assert live == village.journal.projector.fingerprints(village.journal.db)
