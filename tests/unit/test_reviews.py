from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk import clock, drafts, notices, people, reviews
from kiosk.attachments import named
from kiosk.drafts import commands as draft_commands
from kiosk.notices import NotPublishable, NotReviewed
from kiosk.notices import queries as notice_queries
from kiosk.reviews import commands, publication, queries
from kiosk.reviews.commands import ReviewRefused, Signed
from kiosk.rules import catalogue
from tests.conftest import TOWNSHIP, VILLAGE, copied

ITEMS = catalogue.load().items
CLERK = "王会计"
START = datetime(2026, 10, 8, 1, tzinfo=UTC)  # a Thursday
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False}],
    "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
    "closing": 120_00,
    "note": "",
}
NAMES = {"finance_group": "李某", "committee": "赵某", "village_head": "孙某"}
PHOTO, HAND = "a" * 64, "b" * 64


@pytest.fixture(autouse=True)
def _time():
    with clock.set_to(START):
        yield


def request(node, item="finance.statement", **changes):
    given = {
        "title": "第三季度财务收支情况",
        "content": STATEMENT,
        "period": "2026Q3",
        "actor": CLERK,
        **changes,
    }
    return commands.request(node.journal, item=ITEMS[item], **given)


def plain(node, item="party.integrity", **changes):
    return request(node, item, title="廉政情况", content={"text": "无"}, period="2026H1", **changes)


def on_paper(node, id, step, name="", day=date(2026, 10, 8)):
    given = Signed("paper", name or NAMES[step], photo=PHOTO, on=day)
    commands.sign(node.journal, id, step, given, actor=CLERK)


def all_signed(node, id):
    for step in NAMES:
        on_paper(node, id, step)
    return id


def all_signed_by(node, item, **changes):
    """A request of an item that the committee and the village head sign."""
    given = {"title": "补贴公示", "period": "", **changes}
    id = request(node, item, **given)
    on_paper(node, id, "committee")
    on_paper(node, id, "village_head")
    return id


def publish(node, id, item="finance.statement"):
    return notices.publish_reviewed(node.journal, id, actor=CLERK, item=ITEMS[item])


def account(node, name, role):
    people.add_account(
        node.journal,
        name,
        role,
        node_role=node.config.role,
        actor="测试",
        password="dong-hu-2026",
    )


def rebuilt_equals_live(node):
    live = node.journal.projector.fingerprints(node.journal.db)
    node.journal.rebuild()
    return live == node.journal.projector.fingerprints(node.journal.db)


def test_a_request_waits_for_the_first_of_its_chain(village):
    found = reviews.review(village.journal, request(village))
    assert (found.state, found.next.by, found.waits_for) == (
        "waiting", "finance_group", "民主理财小组",
    )  # fmt: skip
    assert found.notice["content"] == STATEMENT
    assert queries.waiting_for(village.journal, "finance_group") == [found]
    assert queries.waiting_for(village.journal, "committee") == []


def test_what_could_not_be_published_is_not_sent_to_review(village):
    with pytest.raises(NotPublishable):
        request(village, content={**STATEMENT, "closing": 1})
    assert queries.of_village(village.journal, VILLAGE) == []


def test_nothing_is_published_before_everybody_signed(village):
    id = request(village)
    for step in NAMES:
        with pytest.raises(NotReviewed, match="还缺"):
            publish(village, id)
        on_paper(village, id, step)
    made = notices.notice(village.journal, publish(village, id))
    assert made.reviews == [
        {"by": "finance_group", "name": "李某", "on": "2026-10-08"},
        {"by": "committee", "name": "赵某", "on": "2026-10-08"},
        {"by": "village_head", "name": "孙某", "on": "2026-10-08"},
    ]
    assert made.state == "published"


def test_what_was_reviewed_is_published_once(village):
    id = all_signed(village, request(village))
    assert publish(village, id) == publish(village, id)
    assert len(notices.queries.every(village.journal, VILLAGE)) == 1
    assert reviews.review(village.journal, id).state == "used"
    assert queries.unpublished(village.journal) == []
    assert rebuilt_equals_live(village)


def test_the_public_notice_shows_no_handwriting_and_no_photo(village):
    id = request(village)
    commands.sign(
        village.journal, id, "finance_group", Signed("hand", "李某", hand=HAND), actor=CLERK
    )
    on_paper(village, id, "committee")
    on_paper(village, id, "village_head")
    publish(village, id)
    public = str(village.journal.read(village.journal.own("public"))[-1].body)
    assert HAND not in public and PHOTO not in public
    [first, *_] = reviews.review(village.journal, id).signatures
    assert (first.how, first.hand, first.actor) == ("hand", HAND, CLERK)
    entries = village.journal.read(village.journal.own("parent"))
    # Sync carries what a body names by these keys (`kiosk.attachments.named`).
    assert {HAND, PHOTO} == set().union(*(named.named_in(entry.body) for entry in entries))
    assert queries.has_blob(village.journal, HAND) and queries.has_blob(village.journal, PHOTO)


def test_the_display_period_counts_from_the_day_of_publication(village):
    id = request(
        village, "village.subsidy", title="补贴", period="",
        content={"columns": [{"name": "姓名", "amount": False}], "rows": [["张*"]],
                 "total": None, "note": ""},
    )  # fmt: skip
    on_paper(village, id, "committee")
    on_paper(village, id, "village_head")
    with clock.set_to(START + timedelta(days=5)):
        made = notices.notice(village.journal, publish(village, id, "village.subsidy"))
    assert made.display_until == "2026-10-20"


def test_a_correction_is_reviewed_as_well(village):
    notice = publish(village, all_signed(village, request(village)))
    right = {**STATEMENT, "income": [], "closing": 70_00}
    id = request(village, content=right, corrects=notice, reason="误记租金")
    with pytest.raises(NotReviewed):
        publish(village, id)
    assert publish(village, all_signed(village, id)) == notice
    made = notices.notice(village.journal, notice)
    assert (made.state, made.content["closing"], made.body["reason"]) == (
        "corrected", 70_00, "误记租金",
    )  # fmt: skip
    assert [it.used for it in queries.about(village.journal, VILLAGE, notice)] == [notice] * 2


def test_a_reviewer_signs_by_an_own_log_in_and_for_the_own_step_alone(village):
    account(village, "李某", "finance_group")
    account(village, "赵某", "committee")
    id = request(village)
    with pytest.raises(ReviewRefused, match="这个账号不能替民主理财小组签字"):
        commands.sign(village.journal, id, "finance_group", Signed(), actor="赵某")
    with pytest.raises(ReviewRefused, match="还没有轮到"):
        commands.sign(village.journal, id, "committee", Signed(), actor="赵某")
    commands.sign(village.journal, id, "finance_group", Signed(), actor="李某")
    [signature] = reviews.review(village.journal, id).signatures
    assert (signature.name, signature.how, signature.on) == ("李某", "login", "2026-10-08")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Signed("paper", "李某", on=date(2026, 10, 8)), "拍一张"),
        (Signed("paper", "李某", photo=PHOTO), "日期"),
        (Signed("paper", "李某", photo=PHOTO, on=date(2026, 10, 9)), "还没到"),
        (Signed("paper", "", photo=PHOTO, on=date(2026, 10, 8)), "姓名"),
        (Signed("paper", CLERK, photo=PHOTO, on=date(2026, 10, 8)), "经办人"),
        (Signed("hand", "王 会计", hand=HAND), "经办人"),
        (Signed("hand", "李" * 31, hand=HAND), "太长"),
    ],
)
def test_a_signature_that_says_too_little_or_is_ones_own_is_refused(village, given, says):
    id = request(village)
    with pytest.raises(ReviewRefused, match=says):
        commands.sign(village.journal, id, "finance_group", given, actor=CLERK)
    assert reviews.review(village.journal, id).signatures == ()


def test_one_person_does_not_sign_two_steps(village):
    id = request(village)
    on_paper(village, id, "finance_group", "李某")
    with pytest.raises(ReviewRefused, match="同一个人"):
        on_paper(village, id, "committee", "李某")


def test_a_sheet_is_not_signed_in_the_wrong_order(village):
    id = request(village)
    on_paper(village, id, "finance_group", day=date(2026, 10, 7))
    with pytest.raises(ReviewRefused, match="不能早于前一步"):
        on_paper(village, id, "committee", day=date(2026, 10, 6))


def test_sent_back_it_starts_again_with_every_signature_anew(village):
    account(village, "赵某", "committee")
    first = request(village)
    on_paper(village, first, "finance_group")
    with pytest.raises(ReviewRefused, match="哪里不对"):
        commands.send_back(village.journal, first, "committee", " ", actor="赵某")
    commands.send_back(village.journal, first, "committee", "租金少了一笔", actor="赵某")
    found = reviews.review(village.journal, first)
    assert (found.state, found.comment, found.next) == ("sent_back", "租金少了一笔", None)
    assert queries.unpublished(village.journal) == [found]
    with pytest.raises(ReviewRefused, match="退回"):
        on_paper(village, first, "committee", "另一人")
    second = request(village, again=first)
    assert reviews.review(village.journal, second).next.by == "finance_group"
    assert [it.id for it in queries.unpublished(village.journal)] == [second]


def test_a_withdrawn_request_is_over(village):
    id = all_signed(village, request(village))
    commands.withdraw(village.journal, id, actor=CLERK)
    commands.withdraw(village.journal, id, actor=CLERK)
    with pytest.raises(NotReviewed, match="已撤回"):
        publish(village, id)
    assert queries.unpublished(village.journal) == []
    other = all_signed(village, request(village))
    publish(village, other)
    with pytest.raises(ReviewRefused, match="更正"):
        commands.withdraw(village.journal, other, actor=CLERK)


def test_a_review_that_waits_too_long_goes_stale(village):
    id = request(village)
    assert queries.stale(village.journal) == []
    with clock.set_to(START + timedelta(days=4)):  # Friday and a worked Saturday have passed
        [found] = queries.stale(village.journal)
        assert (found.id, found.days_waiting, found.days_late) == (id, 4, 2)
        on_paper(village, id, "finance_group")
        assert queries.stale(village.journal) == []


def test_the_township_signs_on_its_own_node(enrolled, township):
    account(township, "郑国华", "supervisor")
    id = plain(enrolled)
    on_paper(enrolled, id, "branch", "孙书记")
    with pytest.raises(ReviewRefused, match="乡镇在自己的平台上签"):
        on_paper(enrolled, id, "township", "郑国华")
    copied(enrolled, township, "parent")
    [waiting] = queries.waiting_for(township.journal, "township")
    assert (waiting.village, waiting.title) == (VILLAGE, "廉政情况")
    with pytest.raises(ReviewRefused, match="村里签"):
        commands.sign(township.journal, id, "branch", Signed(), actor="郑国华")
    commands.sign(township.journal, id, "township", Signed(), actor="郑国华")
    assert reviews.review(township.journal, id).state == "complete"
    with pytest.raises(NotReviewed):
        publish(enrolled, id, "party.integrity")
    copied(township, enrolled, VILLAGE)
    made = notices.notice(enrolled.journal, publish(enrolled, id, "party.integrity"))
    assert [it["by"] for it in made.reviews] == ["branch", "township"]
    copied(enrolled, township, "parent")
    assert reviews.review(township.journal, id).used == made.id
    assert rebuilt_equals_live(enrolled) and rebuilt_equals_live(township)


def test_the_township_sends_back_with_a_comment(enrolled, township):
    account(township, "郑国华", "supervisor")
    id = plain(enrolled)
    on_paper(enrolled, id, "branch", "孙书记")
    copied(enrolled, township, "parent")
    commands.send_back(township.journal, id, "township", "写得太简单", actor="郑国华")
    copied(township, enrolled, VILLAGE)
    found = reviews.review(enrolled.journal, id)
    assert (found.state, found.comment) == ("sent_back", "写得太简单")


def test_a_village_without_a_township_has_its_signature_on_paper(village):
    id = plain(village)
    on_paper(village, id, "branch", "孙书记")
    on_paper(village, id, "township", "郑国华")
    assert publish(village, id, "party.integrity")


def test_signatures_in_streams_where_they_may_not_stand_count_for_nothing(enrolled, township):
    id = plain(enrolled)
    body = {"step": "branch", "name": "孙书记", "account": "", "how": "hand", "hand": {},
            "photo": "", "on": "2026-10-08"}  # fmt: skip
    enrolled.journal.append("public", "review.signed", id, body)
    township.journal.append(VILLAGE, "review.signed", id, body)
    enrolled.journal.append("parent", "review.signed", id, {**body, "step": "township"})
    enrolled.journal.append("parent", "review.signed", id, {**body, "how": "magic"})
    copied(township, enrolled, VILLAGE)
    assert reviews.review(enrolled.journal, id).signatures == ()


def test_personal_data_is_shown_only_with_a_reason_and_a_second_person(village):
    account(village, "赵某", "committee")
    text = {"text": "公示电话 13812345678"}
    with pytest.raises(NotPublishable):
        request(village, "village.safety", content=text, period="2026Q3")
    id = request(village, "village.safety", content=text, period="2026Q3", unmasked="本人同意公开")
    on_paper(village, id, "village_head")
    assert reviews.review(village.journal, id).to_confirm
    with pytest.raises(NotReviewed, match="第二个人"):
        publish(village, id, "village.safety")
    with pytest.raises(ReviewRefused, match="另一个人"):
        commands.confirm_unmasked(village.journal, id, actor=CLERK)
    commands.confirm_unmasked(village.journal, id, actor="赵某")
    assert notices.notice(village.journal, publish(village, id, "village.safety")).content == text
    [shown] = queries.unmasked(village.journal)
    assert (shown.unmasked, shown.confirmed_by) == ("本人同意公开", "赵某")


def test_the_result_of_a_display_period_is_a_notice_of_its_own(village):
    shown = publish(
        village,
        all_signed_by(village, "village.subsidy", content={
            "columns": [{"name": "姓名", "amount": False}], "rows": [["张*"]], "total": None,
            "note": ""}),
        "village.subsidy",
    )  # fmt: skip
    until = date(2026, 10, 15)
    found = notices.notice(village.journal, shown)
    assert found.displayed(until) and not found.displayed(until + timedelta(days=1))
    assert (found.days_left(date(2026, 10, 8)), found.days_left(until)) == (7, 0)
    after = until + timedelta(days=1)
    assert notice_queries.awaiting_result(village.journal, VILLAGE, until) == []
    assert notice_queries.awaiting_result(village.journal, VILLAGE, after) == [found]
    late = until + timedelta(days=70)
    assert notice_queries.awaiting_result(village.journal, VILLAGE, late) == []
    text = {"text": "公示期内没有收到异议。"}
    id = all_signed_by(village, "village.subsidy", content=text, result_of=shown)
    told = notices.notice(village.journal, publish(village, id, "village.subsidy"))
    assert (told.result_of, told.form, told.display_until) == (shown, "notice", "")
    assert notice_queries.awaiting_result(village.journal, VILLAGE, after) == []
    assert notice_queries.result(village.journal, found) == told
    notices.withdraw(village.journal, told.id, actor=CLERK, reason="写错")
    assert notice_queries.result(village.journal, found) is None
    assert rebuilt_equals_live(village)


def test_what_is_due_is_published_once_and_its_draft_closed(village):
    draft = draft_commands.begin(village.journal, {"title": "x", "review": "?"}, actor=CLERK)
    id = all_signed(village, request(village, scheduled_for=START + timedelta(hours=1)))
    draft_commands.save(village.journal, draft, {"title": "x", "review": id}, actor=CLERK)
    assert publication.publish_due(village.journal, START) == []
    with clock.set_to(START + timedelta(days=2)):
        [notice] = publication.publish_due(village.journal, clock.now())
        assert publication.publish_due(village.journal, clock.now()) == []
    assert notices.notice(village.journal, notice).state == "published"
    assert drafts.drafts(village.journal) == []


def test_what_cannot_be_published_at_its_time_says_why(village):
    at = START + timedelta(hours=1)
    id = request(village, scheduled_for=at)
    found = reviews.review(village.journal, id)
    assert publication.obstacle(village.journal, found, START) == ""
    assert "还没有完成" in publication.obstacle(village.journal, found, at)
    all_signed(village, id)
    old = {"period": "2026Q2", "title": "第二季度财务收支情况"}
    before = all_signed(village, request(village, **old))
    publish(village, before)
    found = reviews.review(village.journal, id)
    assert "期初余额" in publication.obstacle(village.journal, found, at)
    assert publication.publish_due(village.journal, at) == []


def test_a_time_of_publication_can_be_set_and_changed(village):
    later = START + timedelta(days=1)
    id = all_signed(village, request(village, scheduled_for=later))
    assert queries.due_for_publication(village.journal, VILLAGE, START) == []
    assert [it.id for it in queries.due_for_publication(village.journal, VILLAGE, later)] == [id]
    commands.schedule(village.journal, id, None, actor=CLERK)
    assert queries.due_for_publication(village.journal, VILLAGE, later) == []
    with pytest.raises(ReviewRefused, match="90 天"):
        commands.schedule(village.journal, id, START + timedelta(days=91), actor=CLERK)
    assert reviews.review(village.journal, id).scheduled_for is None


def test_an_erased_request_is_no_review_any_more(village):
    id = request(village)
    village.journal.erase(
        "parent", reviews.review(village.journal, id).seq, actor=CLERK, reason="x"
    )
    assert reviews.review(village.journal, id) is None
    assert queries.waiting(village.journal) == []
    assert rebuilt_equals_live(village)


@pytest.mark.parametrize(
    "broken",
    [{}, {"chain": []}, {"chain": ["mayor"]}, {"days": "2"}, {"notice": None},
     {"scheduled_for": "soon"}, {"persons": "nobody"}],
)  # fmt: skip
def test_a_request_of_another_shape_is_not_shown(village, broken):
    id = request(village)
    body = village.journal.entry(village.journal.own("parent"), 0).body
    bad = {**body, **broken} if broken else {}
    village.journal.append("parent", "review.requested", "R2", bad)
    assert [it.id for it in queries.of_village(village.journal, VILLAGE)] == [id]


def test_who_signed_last_is_proposed_the_next_time(village):
    assert queries.last_reviewer(village.journal, VILLAGE, "committee") == ""
    all_signed(village, request(village))
    assert queries.last_reviewer(village.journal, VILLAGE, "committee") == "赵某"
    assert queries.last_reviewer(village.journal, TOWNSHIP, "committee") == ""
