from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import clock, duties, notices
from kiosk.journal.log import Journal
from kiosk.notices import NotChangeable, NotPublishable, queries
from kiosk.rules import catalogue
from tests import posting

V, T = "371721105201", "371721105000"
ROOMS = [notices.ROOM, duties.ROOM]
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False}],
    "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
    "closing": 120_00,
    "note": "",
}


def body(**changes):
    return {
        "item": "finance.statement",
        "affairs": "finance",
        "title": "2026年第三季度财务收支情况",
        "form": "finance_statement",
        "period": "2026Q3",
        "event": "",
        "content": STATEMENT,
        "attachments": [],
        "reviews": [],
        "display_until": "",
        "contact": "",
        **changes,
    }


def plain(title, text="", **changes):
    return body(
        item="village.safety", affairs="village", title=title, form="notice", period="",
        content={"text": text}, **changes,
    )  # fmt: skip


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "node.db", V, Ed25519PrivateKey.generate(), rooms=ROOMS)
    yield made
    made.close()


def put(journal, id, kind, entry_body, minute=0):
    with clock.set_to(datetime(2026, 10, 9, 1, minute, tzinfo=UTC)):
        return journal.append("public", f"notice.{kind}", id, entry_body, actor="王会计")


def rebuilt_equals_live(journal):
    live = journal.projector.fingerprints(journal.db)
    journal.rebuild()
    return live == journal.projector.fingerprints(journal.db)


def test_a_published_notice_stands(journal):
    put(journal, "N1", "published", body())
    made = notices.notice(journal, "N1")
    assert (made.state, made.village, made.published_at) == (
        "published", V, "2026-10-09T01:00:00+00:00",
    )  # fmt: skip
    assert made.content == STATEMENT
    assert queries.newest(journal, V, "finance") == [made]
    assert queries.newest(journal, T) == []


def test_a_correction_replaces_and_the_old_version_stays(journal):
    put(journal, "N1", "published", body())
    put(journal, "N1", "corrected", {**body(title="更正后"), "reason": "漏记一笔"}, 5)
    made = notices.notice(journal, "N1")
    assert (made.state, made.title, made.versions) == ("corrected", "更正后", 2)
    first, second = queries.versions(journal, made)
    assert first.body["title"] == "2026年第三季度财务收支情况"
    assert (second.kind, second.reason) == ("corrected", "漏记一笔")


def test_nothing_changes_after_a_withdrawal(journal):
    put(journal, "N1", "published", body())
    put(journal, "N1", "withdrawn", {"reason": "重复"}, 1)
    put(journal, "N1", "corrected", {**body(title="后来"), "reason": "x"}, 2)
    put(journal, "N1", "published", body(title="再来"), 3)
    made = notices.notice(journal, "N1")
    assert (made.state, made.title) == ("withdrawn", "2026年第三季度财务收支情况")
    assert queries.newest(journal, V) == []
    assert [version.kind for version in queries.versions(journal, made)] == [
        "published", "withdrawn",
    ]  # fmt: skip
    assert rebuilt_equals_live(journal)


def test_an_erased_body_is_gone_and_the_place_stays(journal):
    put(journal, "N1", "published", body(attachments=[
        {"sha": "a" * 64, "name": "", "type": "image/png", "width": 1, "height": 1}
    ]))  # fmt: skip
    assert queries.public_blob(journal, "a" * 64) == "image/png"
    journal.erase("public", 0, actor="王会计", reason="身份证号")
    made = notices.notice(journal, "N1")
    assert (made.title, made.body) == ("内容已删除", None)
    assert queries.search(journal, None, "cwsz").total == 0
    assert queries.public_blob(journal, "a" * 64) is None
    assert rebuilt_equals_live(journal)


def test_an_erased_first_version_leaves_its_correction_standing(journal):
    put(journal, "N1", "published", body())
    put(journal, "N1", "corrected", {**body(title="更正后"), "reason": "含身份证号"}, 5)
    journal.erase("public", 0, actor="王会计", reason="身份证号")
    assert notices.notice(journal, "N1").title == "更正后"
    assert rebuilt_equals_live(journal)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"title": "只有题目"},
        body(content={"text": 3}),
        body(content=None),
        body(affairs="other"),
        body(period="2026Q9"),
        body(display_until="soon"),
        body(attachments=[{"sha": "x"}]),
        body(form="person_list", content={"columns": [], "rows": [["多一格"]], "total": None}),
    ],
)
def test_a_body_of_another_shape_is_not_shown(journal, broken):
    put(journal, "N1", "published", broken)
    assert notices.notice(journal, "N1").body is None
    assert queries.newest(journal, V) == []


def test_nothing_is_posted_outside_the_public_stream(journal):
    journal.append("parent", "notice.published", "N1", body())
    assert notices.notice(journal, "N1") is None


@pytest.mark.parametrize("q", ["财务收支", "cwsz", "CWSZ", "caiwu", "2026 收支", "租金", "dsjd"])
def test_search_finds_text_pinyin_and_initials(journal, q):
    put(journal, "N1", "published", body())
    put(journal, "N2", "published", plain("汛期值班安排", "二十四小时"), 1)
    found = queries.search(journal, [V, T], q)
    assert [hit.id for hit in found.notices] == ["N1"]


def test_search_says_nothing_for_nothing(journal):
    put(journal, "N1", "published", body())
    assert queries.search(journal, None, "  ").total == 0
    assert queries.search(journal, None, "没有的").total == 0
    assert queries.search(journal, None, "%").total == 0
    assert queries.search(journal, [T], "财务").total == 0


def test_titles_come_before_texts(journal):
    put(journal, "N1", "published", plain("防汛值班"))
    put(journal, "N2", "published", plain("环境整治", "也说到防汛"), 9)
    found = queries.search(journal, None, "防汛")
    assert [hit.id for hit in found.notices] == ["N1", "N2"]


@pytest.mark.parametrize("q", ["低保", "DB", "dibao", "低保名单", "吃低保", "dbh"])
def test_an_item_is_found_by_what_villagers_call_it(journal, q):
    listed = body(
        item="village.minimum_living", affairs="village", title="2026年第三季度保障对象",
        form="notice", content={"text": "12 户"},
    )  # fmt: skip
    put(journal, "N1", "published", listed)
    put(journal, "N2", "published", plain("村民代表会议", "说到低保名单和吃低保"), 9)
    items = catalogue.load().items.values()
    found = queries.search(journal, None, q, items=items)
    assert found.notices[0].id == "N1"


def test_the_period_before_is_of_the_same_item_and_village(journal):
    put(journal, "N0", "published", body(period="2026Q1"))
    put(journal, "N1", "published", body(period="2026Q2"))
    put(journal, "NX", "published", body(period="2026Q2", item="finance.special"), 1)
    put(journal, "N2", "published", body(), 2)
    assert queries.previous_period(journal, notices.notice(journal, "N2")).id == "N1"
    assert queries.previous_period(journal, notices.notice(journal, "N0")) is None
    put(journal, "N3", "published", plain("没有期间"), 3)
    assert queries.previous_period(journal, notices.notice(journal, "N3")) is None


def test_what_is_in_its_display_period_is_shown_first(journal):
    put(journal, "OLD", "published", plain("公示中", display_until="2026-10-20"))
    put(journal, "NEW", "published", plain("新的"), 9)
    today = date(2026, 10, 20)
    assert [n.id for n in queries.current(journal, [V], today)] == ["OLD", "NEW"]
    assert [n.id for n in queries.current(journal, [V], date(2026, 10, 21))] == ["NEW", "OLD"]


def test_lists_page_and_count(journal):
    for minute in range(5):
        put(journal, f"N{minute}", "published", plain(f"第{minute}条"), minute)
    put(journal, "F", "published", body(), 6)
    assert [n.id for n in queries.newest(journal, V, "village", 2, 2)] == ["N2", "N1"]
    assert queries.counts(journal, V) == {"party": 0, "village": 5, "finance": 1, "township": 0}
    assert queries.count(journal, None, "village") == 5
    assert [n.id for n in queries.every(journal, V, limit=1)] == ["F"]


ITEMS = catalogue.load().items
OCTOBER = datetime(2026, 10, 9, 1, tzinfo=UTC)


def publish(journal, item="finance.statement", content=STATEMENT, period="2026Q3", **changes):
    given = {"title": "第三季度财务收支情况", "actor": "王会计", **changes}
    with clock.set_to(OCTOBER):
        return posting.publish(
            journal, item=ITEMS.get(item, item), period=period, content=content, **given
        )


def stopped(journal, **given):
    with pytest.raises(NotPublishable) as caught:
        publish(journal, **given)
    assert queries.every(journal, V) == []
    return caught.value.problems


def test_publishing_gives_the_notice_its_item_and_display_period(journal):
    id = publish(
        journal, "village.minimum_living_notice", period="", title="低保公示",
        content={"columns": [{"name": "姓名", "amount": False}], "rows": [["张*"]],
                 "total": None, "note": ""},
    )  # fmt: skip
    made = notices.notice(journal, id)
    assert (made.affairs, made.form, made.display_until) == (
        "village", "person_list", "2026-10-16",
    )  # fmt: skip
    assert len(id) == 26


def test_an_item_without_a_form_of_its_own_is_written_as_text(journal):
    id = publish(journal, "village.safety", {"text": "检查三处"}, "", title="安全检查")
    assert notices.notice(journal, id).form == "notice"


def test_an_item_whose_form_is_not_known_is_written_as_text():
    item = replace(ITEMS["village.project"], form="from_another_program")
    assert notices.form_of(item) == "notice"
    assert notices.form_of(ITEMS["village.project"]) == "project"


def test_a_township_notice_belongs_to_no_item(journal):
    id = publish(journal, "township", {"text": "防汛"}, "", title="防汛通知")
    made = notices.notice(journal, id)
    assert (made.item, made.affairs, made.affairs_name) == ("township", "township", "镇里通知")


def test_a_table_that_does_not_balance_is_stopped_at_its_place(journal):
    [problem] = stopped(journal, content={**STATEMENT, "closing": 210_00})
    assert (problem.place, problem.kind) == ("期末余额", "sum")
    assert "多了 90.00 元" in problem.message


def test_an_opening_balance_that_is_not_the_last_closing_needs_a_reason(journal):
    old = {"period": "2026Q2", "title": "2026年第二季度财务收支情况"}
    publish(journal, content={**STATEMENT, "opening": 0, "closing": 20_00}, **old)
    with pytest.raises(NotPublishable) as caught:
        publish(journal)
    assert caught.value.problems[0].place == "期初余额"
    publish(journal, content={**STATEMENT, "note": "上年结转并入"})


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("2026年第二季度财务收支情况", "2026年第二季度"),
        ("2025年第三季度财务收支情况", "2025年第三季度"),
        ("二季度财务收支", "2026年第二季度"),
        ("2026年上半年财务收支", "2026年上半年"),
        ("2026年第三季度财务收支情况", None),
        ("7至9月财务收支", None),
        ("2026年9月财务收支", None),
        ("2026年财务收支情况", None),
        ("财务收支情况（2026年10月8日公开）", None),
    ],
)
def test_a_title_does_not_name_another_period(journal, title, named):
    if named is None:
        publish(journal, title=title)
    else:
        [problem] = stopped(journal, title=title)
        assert (problem.place, problem.kind) == ("标题", "period")
        assert named in problem.message and "2026年第三季度" in problem.message


def test_a_ledgers_lines_lie_in_its_period(journal):
    def line(on):
        return {"on": on, "summary": "水", "income": 0, "expense": 1_00, "handler": ""}

    lines = [line(on) for on in ("2026-05-08", "2026-10-01", "2026-10-31", "2026-11-01")]
    content = {"opening": None, "closing": None, "lines": lines, "note": ""}
    told = {"item": "finance.ledger", "period": "2026-10", "title": "收支逐笔明细"}
    found = stopped(journal, content=content, **told)
    assert [it.path for it in found] == [("lines", 0, "on"), ("lines", 3, "on")]
    assert found[0].message.startswith("2026-05-08 不在2026年10月里")
    publish(journal, content={**content, "lines": lines[1:3]}, **told)


@pytest.mark.parametrize(
    ("changes", "place", "mask"),
    [
        ({"content": {"text": "电话 13812345678"}}, "正文", "138****5678"),
        ({"title": "张三 11010519491231002X"}, "标题", "1101************2X"),
        (
            {"attachments": [
                {"sha": "a" * 64, "name": "13812345678", "type": "image/png",
                 "width": 1, "height": 1}
            ]},
            "照片说明",
            "138****5678",
        ),
    ],
)  # fmt: skip
def test_personal_data_is_stopped_with_the_mask_to_tap(journal, changes, place, mask):
    given = {"item": "village.safety", "content": {"text": "检查"}, "period": "", **changes}
    [problem] = stopped(journal, **given)
    assert problem.place == place or place in problem.place
    assert problem.mask == mask


def test_a_contact_of_office_may_stand_in_its_field(journal):
    assert publish(journal, contact="监委会 0530-5551234")


def test_what_is_empty_is_stopped(journal):
    found = stopped(journal, item="village.safety", content={"text": " "}, title=" ")
    assert [problem.place for problem in found] == ["标题", "正文"]


def test_a_content_of_another_form_is_refused(journal):
    with pytest.raises(ValueError, match="does not fit"):
        publish(journal, content={"text": "不是表"})


def test_a_correction_keeps_what_the_notice_is_about(journal):
    id = publish(journal)
    new = {**STATEMENT, "income": [], "closing": 70_00}
    posting.correct(journal, id, actor="王会计", reason="误记租金", title="更正", content=new)
    made = notices.notice(journal, id)
    assert (made.item, made.period, made.state) == ("finance.statement", "2026Q3", "corrected")
    assert made.body["reason"] == "误记租金"


def test_a_change_needs_a_reason_that_can_be_shown(journal):
    id = publish(journal)
    for reason in ("", "张三 13812345678 反映"):
        with pytest.raises(NotPublishable):
            notices.withdraw(journal, id, actor="王会计", reason=reason)
        with pytest.raises(NotPublishable):
            posting.correct(
                journal, id, actor="王会计", reason=reason, title="更正", content=STATEMENT
            )
    assert notices.notice(journal, id).state == "published"


def test_a_withdrawn_notice_cannot_be_changed(journal):
    id = publish(journal)
    notices.withdraw(journal, id, actor="王会计", reason="重复公开")
    with pytest.raises(NotChangeable, match="已经撤回"):
        posting.correct(journal, id, actor="a", reason="x", title="x", content=STATEMENT)
    with pytest.raises(NotChangeable):
        notices.withdraw(journal, id, actor="a", reason="x")


def test_only_the_own_notices_can_be_changed(journal, tmp_path):
    key = Ed25519PrivateKey.generate()
    other = Journal(tmp_path / "t.db", T, key, rooms=ROOMS)
    id = publish(other, "township", {"text": "防汛"}, "", title="防汛通知")
    stream = other.own("public")
    journal.trust(T, "sanwu.invalid", key.public_key().public_bytes_raw())
    journal.take(stream, other.read(stream), other.checkpoint(stream))
    other.close()
    assert notices.notice(journal, id).village == T
    assert [n.id for n in queries.township_notices(journal, T)] == [id]
    with pytest.raises(NotChangeable, match="不是本单位"):
        notices.withdraw(journal, id, actor="王会计", reason="x")
