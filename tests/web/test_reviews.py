"""Reviews through the pages of officers, reviewers and supervisors."""

import base64
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from PIL import Image, ImageDraw

from kiosk import clock, create_app, drafts, people
from kiosk.notices import queries as notices
from kiosk.reviews import publication, queries
from kiosk.rules import catalogue
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 10, 16, 1, tzinfo=UTC)  # a Friday
PASSWORD = "dong-hu-2026"
ACCOUNTS = {
    "王会计": "officer",
    "赵某": "committee",
    "孙某": "village_head",
    "李某": "finance_group",
}
CHAIN = catalogue.load().items["village.environment"].review


@pytest.fixture(autouse=True)
def _time():
    with clock.set_to(NOW):
        yield


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch):
    monkeypatch.setattr(people.commands, "hasher", lambda: PasswordHasher(1, 8, 1))


@pytest.fixture
def node(enrolled):
    for name, role in ACCOUNTS.items():
        people.add_account(
            enrolled.journal, name, role, node_role="village", actor="测试", password=PASSWORD
        )
    return enrolled


@pytest.fixture
def door(node):
    app = create_app(node)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def client(door, name):
    made = door.test_client()
    answer = made.post("/office/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 302
    return made


@pytest.fixture
def officer(door):
    return client(door, "王会计")


@pytest.fixture
def committee(door):
    return client(door, "赵某")


@pytest.fixture
def head(door):
    return client(door, "孙某")


FIELDS = {"period": "2026Q3", "title": "第三季度人居环境", "text": "保洁员 6 人，分片包干。"}


def drafted(officer, item="village.environment", **fields):
    """A draft that is ready to be sent; its id."""
    answer = officer.post("/office/drafts", data={"item": item})
    id = answer.headers["Location"].rsplit("/", 1)[1]
    answer = officer.post(f"/office/drafts/{id}", data={**FIELDS, **fields, "do": "preview"})
    assert answer.headers["Location"].endswith("/preview"), answer.text
    return id


def sent(officer, item="village.environment", at="", **fields):
    """A notice sent to review; the review's id."""
    id = drafted(officer, item, **fields)
    answer = officer.post(f"/office/drafts/{id}/send", data={"do": "send", "at": at})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1]


def drawn(strokes=True):
    """What a canvas sends: a white picture with, or without, a few strokes."""
    picture = Image.new("RGB", (900, 360), "white")
    if strokes:
        ImageDraw.Draw(picture).line([(100, 80), (400, 300), (700, 60)], "#111", 9)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def photo():
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#ddd").save(out, "JPEG")
    return (io.BytesIO(out.getvalue()), "sheet.jpg")


def review(node, id):
    return queries.review(node.journal, id, VILLAGE)


def test_reviewers_sign_one_after_the_other_and_the_officer_publishes(
    node, officer, committee, head
):
    id = sent(officer)
    assert "现在没有等您签字的" in head.get("/office/reviews").text
    page = committee.get("/office/reviews").text
    assert "等您签字的（1）" in page and "第三季度人居环境" in page
    assert "同意签字" in committee.get(f"/office/reviews/{id}").text
    assert "保洁员 6 人" in committee.get(f"/office/reviews/{id}/screen").text
    committee.post(f"/office/reviews/{id}/sign", data={"do": "sign"})
    head.post(f"/office/reviews/{id}/sign", data={"do": "sign"})
    assert "现在公开" in officer.get(f"/office/reviews/{id}").text
    answer = officer.post(f"/office/reviews/{id}/publish")
    assert answer.headers["Location"].endswith("/published")
    [notice] = notices.every(node.journal, VILLAGE)
    assert notice.reviews == [
        {"by": "committee", "name": "赵某", "on": "2026-10-16"},
        {"by": "village_head", "name": "孙某", "on": "2026-10-16"},
    ]
    assert drafts.drafts(node.journal) == []
    page = officer.get(f"/notices/{notice.id}").text
    assert "村务监督委员会：赵某" in page


def test_a_reviewer_sees_nothing_but_what_concerns_them(node, door, officer, committee):
    id = sent(officer)
    for path in (
        "/office/",
        "/office/new",
        "/office/notices",
        "/office/feedback",
        "/office/orders",
    ):
        assert committee.get(path).headers["Location"] == "/office/reviews", path
    for path in ("publish", "withdraw", "schedule", "paper"):
        answer = committee.post(f"/office/reviews/{id}/{path}")
        assert answer.headers["Location"] == "/office/reviews"
    assert committee.get(f"/office/reviews/{id}/hand").headers["Location"] == "/office/reviews"
    other = client(door, "李某")
    assert other.get(f"/office/reviews/{id}").status_code == 404
    assert other.post(f"/office/reviews/{id}/sign").status_code == 404
    assert review(node, id).state == "waiting"


def test_out_of_turn_nobody_signs(node, officer, head):
    id = sent(officer)
    assert "同意签字" not in head.get(f"/office/reviews/{id}").text
    answer = head.post(f"/office/reviews/{id}/sign", data={"do": "sign"})
    assert answer.status_code == 400 and "还没有轮到" in answer.text


def test_sent_back_the_draft_is_changed_and_sent_again(node, officer, committee):
    id = sent(officer)
    answer = committee.post(f"/office/reviews/{id}/sign", data={"do": "back", "comment": ""})
    assert answer.status_code == 400 and "请写明哪里不对" in answer.text
    committee.post(f"/office/reviews/{id}/sign", data={"do": "back", "comment": "人数不对"})
    assert "退回意见：人数不对" in officer.get("/office/").text
    [draft] = drafts.drafts(node.journal)
    assert "人数不对" in officer.get(f"/office/drafts/{draft.id}").text
    officer.post(f"/office/drafts/{draft.id}", data={**FIELDS, "text": "保洁员 5 人。"})
    answer = officer.post(f"/office/drafts/{draft.id}/send", data={"do": "send"})
    again = answer.headers["Location"].rsplit("/", 1)[1]
    assert (review(node, again).again, review(node, again).state) == (id, "waiting")
    assert [it.id for it in queries.unpublished(node.journal)] == [again]


def test_what_is_in_review_is_no_unfinished_draft(node, officer):
    id = sent(officer)
    page = officer.get("/office/").text
    assert "没写完的草稿" not in page and "审核中（1）" in page
    assert page.count(f"/office/reviews/{id}") == 2  # at the duty and in the list
    [draft] = drafts.drafts(node.journal)
    assert "正在审核" in officer.get(f"/office/drafts/{draft.id}").text
    officer.post(f"/office/reviews/{id}/withdraw")
    assert "没写完的草稿" in officer.get("/office/").text
    assert review(node, id).state == "withdrawn"


def test_sent_twice_the_first_request_is_taken_back(node, officer):
    first = sent(officer)
    [draft] = drafts.drafts(node.journal)
    officer.post(f"/office/drafts/{draft.id}/send", data={"do": "send"})
    assert review(node, first).state == "withdrawn"
    assert len(queries.unpublished(node.journal)) == 1


def test_by_hand_on_the_officers_device(node, officer):
    id = sent(officer)
    page = officer.get(f"/office/reviews/{id}/hand").text
    assert "保洁员 6 人" in page and "sign.js" in page
    fields = {"do": "sign", "name": "赵某", "canvas": "1"}
    answer = officer.post(f"/office/reviews/{id}/hand", data={**fields, "drawn": ""})
    assert answer.status_code == 400 and "还没有字" in answer.text
    answer = officer.post(f"/office/reviews/{id}/hand", data={**fields, "drawn": drawn(False)})
    assert answer.status_code == 400 and "还没有字" in answer.text
    answer = officer.post(
        f"/office/reviews/{id}/hand", data={**fields, "drawn": "data:image/png;base64,AAAA"}
    )
    assert answer.status_code == 400
    officer.post(f"/office/reviews/{id}/hand", data={**fields, "drawn": drawn()})
    [signature] = review(node, id).signatures
    assert (signature.how, signature.name, signature.actor) == ("hand", "赵某", "王会计")
    assert officer.get(f"/office/blobs/{signature.hand}").mimetype == "image/png"
    assert officer.get(f"/blobs/{signature.hand}").status_code == 404
    assert "赵某 的手写签名" in officer.get(f"/office/reviews/{id}").text


def test_without_a_canvas_the_typed_name_is_taken_and_said_to_be_typed(node, officer):
    id = sent(officer)
    officer.post(f"/office/reviews/{id}/hand", data={"do": "sign", "name": "赵某"})
    assert "当面键入姓名" in officer.get(f"/office/reviews/{id}").text


def test_the_officer_does_not_sign_for_themselves(node, officer):
    id = sent(officer)
    data = {"do": "sign", "name": "王会计", "canvas": "1", "drawn": drawn()}
    answer = officer.post(f"/office/reviews/{id}/hand", data=data)
    assert answer.status_code == 400 and "不能审自己写的内容" in answer.text


def test_by_hand_it_can_be_sent_back_too(node, officer):
    id = sent(officer)
    data = {"do": "back", "name": "赵某", "comment": "数不对"}
    officer.post(f"/office/reviews/{id}/hand", data=data)
    assert (review(node, id).state, review(node, id).comment) == ("sent_back", "数不对")


def test_a_sheet_with_some_names_leaves_the_others_waiting(node, officer):
    id = sent(officer)
    data = {"name-committee": "赵某", "on-committee": "2026-10-15", "sheet": photo()}
    officer.post(f"/office/reviews/{id}/paper", data=data)
    found = review(node, id)
    assert found.next.by == "village_head" and found.signatures[0].on == "2026-10-15"
    data = {"name-village_head": "孙某", "on-village_head": "2026-10-14", "sheet": photo()}
    answer = officer.post(f"/office/reviews/{id}/paper", data=data)
    assert answer.status_code == 400 and "不能早于前一步" in answer.text


def test_a_stale_review_is_counted_on_both_first_pages(node, officer, township):
    sent(officer)
    people.add_account(
        township.journal, "李主任", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    copied(node, township)
    copied(node, township, "parent")
    with clock.set_to(NOW + timedelta(days=5)):
        again = client(officer.application, "王会计")
        page = again.get("/office/").text
        assert "审核中（1）" in page and "1 件超时" in page and "超时 1 天" in page
        app = create_app(township)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        desk = app.test_client()
        desk.post("/township/login", data={"name": "李主任", "password": PASSWORD})
        assert "村里超时 1" in desk.get("/township/").text
        page = desk.get("/township/reviews").text
        assert "等村里签字（1）" in page and "第三季度人居环境" in page


@pytest.fixture
def desk(township):
    people.add_account(
        township.journal, "李主任", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    app = create_app(township)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    made = app.test_client()
    made.post("/township/login", data={"name": "李主任", "password": PASSWORD})
    return made


INTEGRITY = {"period": "2026H1", "title": "上半年党风廉政", "text": "没有违纪问题。"}


def waiting_for_township(node, officer, township):
    id = drafted(officer, "party.integrity", **INTEGRITY)
    data = {"do": "paper", "name-branch": "孙书记", "on-branch": "2026-10-16", "sheet": photo()}
    page = officer.get(f"/office/drafts/{id}/preview").text
    assert "登记签字，送镇里签" in page and "name-township" not in page
    answer = officer.post(f"/office/drafts/{id}/send", data=data)
    copied(node, township)
    copied(node, township, "parent")
    return answer.headers["Location"].rsplit("/", 1)[1]


def test_the_township_signs_at_its_desk(node, officer, township, desk):
    id = waiting_for_township(node, officer, township)
    assert "等镇里签字（1）" in desk.get("/township/reviews").text
    page = desk.get(f"/township/reviews/{VILLAGE}/{id}").text
    assert "同意签字" in page and "纸上签" in page
    assert "没有违纪问题" in desk.get(f"/township/reviews/{VILLAGE}/{id}/screen").text
    desk.post(f"/township/reviews/{VILLAGE}/{id}", data={"do": "sign"})
    assert "等镇里签字（0）" in desk.get("/township/reviews").text
    copied(township, node, VILLAGE)
    assert officer.post(f"/office/reviews/{id}/publish").status_code == 302
    assert notices.every(node.journal, VILLAGE)[0].reviews[-1]["name"] == "李主任"


def test_the_township_sends_back_with_a_comment(node, officer, township, desk):
    id = waiting_for_township(node, officer, township)
    path = f"/township/reviews/{VILLAGE}/{id}"
    assert desk.post(path, data={"do": "back", "comment": " "}).status_code == 400
    desk.post(path, data={"do": "back", "comment": "要写具体"})
    assert "同意签字" not in desk.get(path).text
    copied(township, node, VILLAGE)
    assert "要写具体" in officer.get(f"/office/reviews/{id}").text


def test_an_officer_cannot_publish_what_is_not_signed(node, officer):
    id = sent(officer)
    answer = officer.post(f"/office/reviews/{id}/publish")
    assert answer.status_code == 400 and "还缺村务监督委员会的签字" in answer.text
    assert notices.every(node.journal, VILLAGE) == []


def test_a_notice_is_published_at_its_time_by_itself(node, officer, committee, head):
    id = sent(officer, at="2026-10-17T08:00")
    committee.post(f"/office/reviews/{id}/sign", data={"do": "sign"})
    page = officer.get(f"/office/reviews/{id}").text
    assert "2026年10月17日 08:00 自动公开" in page
    head.post(f"/office/reviews/{id}/sign", data={"do": "sign"})
    assert publication.publish_due(node.journal, NOW) == []
    [notice] = publication.publish_due(node.journal, NOW + timedelta(days=1))
    assert notices.notice(node.journal, notice).title == FIELDS["title"]
    assert drafts.drafts(node.journal) == []


def test_a_time_that_passed_without_all_signatures_is_told(node, officer):
    sent(officer, at="2026-10-16T10:00")
    with clock.set_to(NOW + timedelta(hours=1, minutes=30)):
        assert "原定 2026年10月16日 10:00 公开" in officer.get("/office/").text


@pytest.mark.parametrize("at", ["2026-10-15T08:00", "2027-10-15T08:00", "soon"])
def test_a_time_that_cannot_be_is_refused_and_nothing_is_sent(node, officer, at):
    id = drafted(officer)
    answer = officer.post(f"/office/drafts/{id}/send", data={"do": "send", "at": at})
    assert answer.status_code == 400
    assert queries.of_village(node.journal, VILLAGE) == []


def test_the_time_can_be_changed(node, officer):
    id = sent(officer)
    officer.post(f"/office/reviews/{id}/schedule", data={"do": "set", "at": "2026-10-18T09:30"})
    assert review(node, id).scheduled_for == datetime(2026, 10, 18, 1, 30, tzinfo=UTC)
    officer.post(f"/office/reviews/{id}/schedule", data={"do": "clear"})
    assert review(node, id).scheduled_for is None


def test_personal_data_is_shown_only_when_a_second_person_agrees(
    node, officer, committee, head, township, desk
):
    fields = {**FIELDS, "text": "联系 13805301234"}
    answer = officer.post("/office/drafts", data={"item": "village.environment"})
    id = answer.headers["Location"].rsplit("/", 1)[1]
    officer.post(f"/office/drafts/{id}", data={**fields, "do": "preview"})
    assert "个人信息确实要公开" in officer.get(f"/office/drafts/{id}?check=1").text
    answer = officer.post(
        f"/office/drafts/{id}", data={**fields, "unmasked": "本人书面同意", "do": "preview"}
    )
    assert answer.headers["Location"].endswith("/preview")
    answer = officer.post(f"/office/drafts/{id}/send", data={"do": "send"})
    id = answer.headers["Location"].rsplit("/", 1)[1]
    assert "理由：本人书面同意" in committee.get(f"/office/reviews/{id}").text
    assert "同意不遮盖" not in officer.get(f"/office/reviews/{id}").text
    for signing in (committee, head):
        signing.post(f"/office/reviews/{id}/sign", data={"do": "sign"})
    answer = officer.post(f"/office/reviews/{id}/publish")
    assert answer.status_code == 400 and "第二个人确认" in answer.text
    committee.post(f"/office/reviews/{id}/confirm")
    assert officer.post(f"/office/reviews/{id}/publish").status_code == 302
    copied(node, township)
    copied(node, township, "parent")
    page = desk.get("/township/reviews").text
    assert "理由：本人书面同意" in page and "赵某 确认" in page


def test_the_result_of_a_display_period_is_asked_for_and_published(node, officer):
    fields = {
        "title": "补贴公示", "on": "2026-10-15", "columns-0-name": "姓名", "rows-0-0": "张*",
        "total": "", "note": "",
    }  # fmt: skip
    id = drafted(officer, "village.subsidy", **fields)
    data = {
        "do": "paper", "sheet": photo(), "name-committee": "赵某", "on-committee": "2026-10-16",
        "name-village_head": "孙某", "on-village_head": "2026-10-16",
    }  # fmt: skip
    answer = officer.post(f"/office/drafts/{id}/send", data=data)
    shown = answer.headers["Location"].split("/")[-2]
    assert "请公布结果" not in officer.get("/office/").text
    with clock.set_to(NOW + timedelta(days=8)):
        later = client(officer.application, "王会计")
        page = later.get("/office/").text
        assert "公示期满，请公布结果（1）" in page
        answer = later.post(f"/office/notices/{shown}/result")
        draft = answer.headers["Location"].rsplit("/", 1)[1]
        page = later.get(f"/office/drafts/{draft}").text
        assert "没有收到异议" in page and "公示结果：补贴公示" in page
        answer = later.post(f"/office/drafts/{draft}", data={"do": "preview"})
        assert answer.headers["Location"].endswith("/preview")
        data["sheet"] = photo()
        answer = later.post(f"/office/drafts/{draft}/send", data=data)
        told = answer.headers["Location"].split("/")[-2]
        assert notices.notice(node.journal, told).result_of == shown
        assert "请公布结果" not in later.get("/office/").text


def test_every_step_of_the_chain_is_named_before_sending(officer):
    id = drafted(officer)
    page = officer.get(f"/office/drafts/{id}/preview").text
    assert len(re.findall(r'id="name-', page)) == len(CHAIN)


def test_what_went_out_is_deleted_by_two_persons_and_the_township_sees_it(
    node, officer, committee, head, township, desk
):
    id = sent(officer)
    for signing in (committee, head):
        signing.post(f"/office/reviews/{id}/sign", data={"do": "sign"})
    answer = officer.post(f"/office/reviews/{id}/publish")
    notice = answer.headers["Location"].split("/")[-2]
    assert "从各处删除" in officer.get(f"/office/notices/{notice}").text
    path = f"/office/notices/{notice}/erase"
    assert officer.post(path, data={"reason": ""}).status_code == 400
    officer.post(path, data={"what": "whole", "reason": "写了病情"})
    page = officer.get("/office/erasures").text
    assert "等另一个人确认" in page and "确认删除</button>" not in page
    assert "等第二个人确认" in officer.get("/office/").text
    assert "等第二个人确认" in committee.get("/office/reviews").text
    action = re.search(r'action="(/office/erasures/[^"]+)"', committee.get("/office/erasures").text)
    officer.post(action[1], data={"do": "confirm"})
    assert notices.notice(node.journal, notice).body is not None
    committee.post(action[1], data={"do": "confirm"})
    assert notices.notice(node.journal, notice).body is None
    copied(node, township)
    copied(node, township, "parent")
    page = desk.get("/township/reviews").text
    assert "原因：写了病情；王会计 提出，赵某 确认" in page
