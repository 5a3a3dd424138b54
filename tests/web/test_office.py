"""The officers' door through its pages: signing in, posting, correcting, answering."""

import html
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kiosk import clock, create_app, drafts, duties, people, screens
from kiosk.feedback import commands as feedback
from kiosk.notices import queries as notices
from kiosk.reviews import queries as reviews
from kiosk.rules import accounts, privacy
from kiosk.sync import contacts
from kiosk.web.office import contents, home
from tests.conftest import copied

NOW = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
NAME, PASSWORD = "王会计", "dong-hu-2026"


@pytest.fixture(autouse=True)
def today():
    with clock.set_to(NOW):
        yield


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """Passwords are hashed in earnest in the tests of `people`; here it would only take time."""
    monkeypatch.setattr(people.commands, "hasher", lambda: PasswordHasher(1, 8, 1))


@pytest.fixture
def node(village):
    people.add_account(
        village.journal, NAME, "officer", node_role="village", actor="测试", password=PASSWORD
    )
    return village


@pytest.fixture
def visitor(node):
    app = create_app(node)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app.test_client()


@pytest.fixture
def officer(visitor):
    answer = visitor.post("/office/login", data={"name": NAME, "password": PASSWORD})
    assert answer.status_code == 302
    return visitor


def text(answer):
    """The page, as text."""
    return answer.get_data(as_text=True)


def begin(officer, item, **more):
    answer = officer.post("/office/drafts", data={"item": item, **more})
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"].rsplit("/", 1)[1]


SIGNED = {
    "name-finance_group": "李某", "on-finance_group": "2026-10-08",
    "name-committee": "赵某", "on-committee": "2026-10-09",
    "name-village_head": "孙某", "on-village_head": "2026-10-10",
    "name-branch": "孙某", "on-branch": "2026-10-10",
}  # fmt: skip
STATEMENT = {
    "period": "2026Q3", "title": "2026年第三季度财务收支情况", "contact": "0530-3350001",
    "opening": "1,000.00", "closing": "1,200.00", "note": "",
    "income-0-name": "果园租金", "income-0-amount": "500",
    "expense-0-name": "保洁", "expense-0-amount": "300.00",
}  # fmt: skip


def signed(officer, id, **more):
    """Takes a draft's signed sheet; the answer."""
    data = {**SIGNED, "sheet": (io.BytesIO(picture()), "签字.jpg"), "do": "paper", **more}
    return officer.post(f"/office/drafts/{id}/send", data=data)


def published(officer, item="finance.statement", fields=STATEMENT, **more):
    id = begin(officer, item, **more)
    answer = officer.post(f"/office/drafts/{id}", data={**fields, "do": "preview"})
    assert answer.headers["Location"].endswith("/preview"), text(
        officer.get(f"/office/drafts/{id}?check=1")
    )
    answer = signed(officer, id)
    assert answer.status_code == 302, text(answer)
    assert answer.headers["Location"].endswith("/published")
    return answer.headers["Location"].split("/")[-2]


class TestSigningIn:
    def test_nobody_gets_in_without_an_account(self, visitor):
        for path in ("/office/", "/office/new", "/office/notices", "/office/feedback"):
            assert visitor.get(path).headers["Location"].startswith("/office/login")
        assert visitor.post("/office/drafts", data={"item": "x"}).status_code == 302

    def test_the_page_asked_for_comes_after_the_log_in(self, visitor):
        asked = visitor.get("/office/notices").headers["Location"]
        answer = visitor.post(asked, data={"name": NAME, "password": PASSWORD})
        assert answer.headers["Location"].startswith("/office/notices")

    def test_a_log_in_never_leads_to_another_site(self, visitor):
        answer = visitor.post(
            "/office/login?next=//evil.example/", data={"name": NAME, "password": PASSWORD}
        )
        assert answer.headers["Location"] == "/office/"

    def test_a_wrong_password_says_how_many_tries_are_left(self, visitor):
        answer = visitor.post("/office/login", data={"name": NAME, "password": "x"})
        assert answer.status_code == 401
        assert "还可以再试 4 次" in text(answer)
        assert f'value="{NAME}"' in text(answer)

    def test_a_supervisor_account_is_no_officer(self, node, visitor):
        people.commands.ROLES["village"] = {**people.commands.ROLES["village"], "other": "x"}
        people.add_account(
            node.journal, "某", "other", node_role="village", actor="测试", password=PASSWORD
        )
        del people.commands.ROLES["village"]["other"]
        answer = visitor.post("/office/login", data={"name": "某", "password": PASSWORD})
        assert answer.status_code == 401

    def test_a_form_without_its_token_is_refused(self, node):
        client = create_app(node).test_client()
        answer = client.post("/office/login", data={"name": NAME, "password": PASSWORD})
        assert answer.status_code == 400
        token = re.search(r'csrf_token" value="([^"]+)"', text(client.get("/office/login")))[1]
        data = {"name": NAME, "password": PASSWORD, "csrf_token": token}
        assert client.post("/office/login", data=data).status_code == 302

    def test_logging_out_ends_the_session(self, officer):
        assert officer.get("/office/logout").status_code == 405
        officer.post("/office/logout")
        assert officer.get("/office/").status_code == 302

    def test_the_first_password_is_to_be_changed(self, officer):
        assert "您还在用初始密码" in text(officer.get("/office/"))
        wrong = {"old": PASSWORD, "new": "xin-mi-ma-1", "again": "xin-mi-ma-2"}
        assert "不一样" in text(officer.post("/office/password", data=wrong))
        right = {**wrong, "again": "xin-mi-ma-1"}
        assert officer.post("/office/password", data=right).status_code == 302
        page = text(officer.get("/office/"))
        assert "密码已修改" in page and "您还在用初始密码" not in page


class TestHome:
    def test_what_is_late_comes_first_in_plain_words(self, officer):
        page = text(officer.get("/office/"))
        assert "第三季度财务收支情况还没公开，已逾期 6 天" in page
        assert page.index("已逾期") < page.index("还有 4 天到期")
        assert "本机还没有接入乡镇" in page

    def test_a_screen_that_went_dark_is_named_with_since_when(self, officer, node):
        with clock.set_to(NOW - timedelta(days=2)):
            id = screens.place(node.journal, actor="王会计", name="大厅")
            screens.heartbeat(node.journal, id, {})
        page = text(officer.get("/office/"))
        assert "屏幕“大厅”黑屏或没有动静，2 天前起（2026年10月14日" in page
        officer.post(f"/office/screens/{id}/remove")
        assert "黑屏" not in text(officer.get("/office/"))

    def test_a_line_opens_the_right_form(self, officer):
        id = begin(officer, "finance.statement", period="2026Q3")
        page = text(officer.get(f"/office/drafts/{id}"))
        assert '<option value="2026Q3" selected' in page
        assert "2026年第三季度财务收支情况" in page
        assert begin(officer, "finance.statement", period="2026Q3") == id

    def test_nothing_to_report_needs_a_reason_and_closes_the_duty(self, officer):
        duty = {"item": "village.homestead", "period": "2026Q2", "event": ""}
        assert "请写明理由" in text(officer.post("/office/none", data=duty))
        answer = officer.post("/office/none", data={**duty, "reason": "本期没有发生这类事项"})
        assert answer.status_code == 302
        page = text(officer.get("/office/"))
        assert "已作零报告" in page and "第二季度宅基地申请和审批还没公开" not in page

    def test_of_what_is_always_there_nothing_to_report_is_not_offered(self, officer):
        page = text(officer.get("/office/"))
        offered = re.findall(r'href="/office/none\?item=([a-z_.]+)&amp;', page)
        assert "village.homestead" in offered and "finance.statement" not in offered
        duty = {"item": "finance.statement", "period": "2026Q2", "event": "", "reason": "没有收支"}
        refused = officer.post("/office/none", data=duty)
        assert refused.status_code == 400
        assert "没有收支也有余额，不能作零报告" in text(refused)

    def test_a_draft_whose_duty_is_settled_is_offered_for_discarding(self, node, officer):
        kept = begin(officer, "finance.statement", period="2026Q3")
        other = begin(officer, "village.homestead", period="2026Q2")
        page = text(officer.get("/office/"))
        assert "这份用不着了" not in page
        duty = {"item": "village.homestead", "period": "2026Q2", "event": "", "reason": "没有"}
        officer.post("/office/none", data=duty)
        page = text(officer.get("/office/"))
        assert page.count("这份用不着了") == 1
        assert f'action="/office/drafts/{other}/discard"' in page
        assert f'action="/office/drafts/{kept}/discard"' not in page

    def test_items_are_chosen_by_affair(self, officer):
        page = text(officer.get("/office/new?affairs=finance"))
        assert "财务收支情况" in page and "低保" not in page

    def test_drafts_wait_on_the_home(self, officer):
        id = begin(officer, "village.safety")
        officer.post(f"/office/drafts/{id}", data={"title": "防汛值班安排", "text": "值班"})
        assert "防汛值班安排" in text(officer.get("/office/"))
        officer.post(f"/office/drafts/{id}/discard")
        assert "防汛值班安排" not in text(officer.get("/office/"))


class TestPosting:
    def test_a_statement_goes_from_the_form_to_the_board(self, node, officer):
        id = published(officer)
        notice = notices.notice(node.journal, id)
        assert notice.title == "2026年第三季度财务收支情况"
        assert notice.content == {
            "opening": 100_000, "closing": 120_000, "note": "",
            "income": [{"name": "果园租金", "amount": 50_000, "sub": False}],
            "expense": [{"name": "保洁", "amount": 30_000, "sub": False}],
        }  # fmt: skip
        assert notice.reviews[0] == {"by": "finance_group", "name": "李某", "on": "2026-10-08"}
        assert node.journal.find(id)[0].actor == NAME
        assert drafts.drafts(node.journal) == []
        page = text(officer.get(f"/office/notices/{id}/published"))
        assert "屏幕上几秒内就能看到" in page and "<svg" in page
        page = text(officer.get("/office/"))
        assert "第三季度财务收支情况还没公开" not in page

    def test_a_statement_that_does_not_balance_is_stopped_at_its_place(self, node, officer):
        id = begin(officer, "finance.statement")
        officer.post(
            f"/office/drafts/{id}", data={**STATEMENT, "closing": "1,290.00", "do": "preview"}
        )
        page = text(officer.get(f"/office/drafts/{id}?check=1"))
        assert "多了 90.00 元" in page
        assert re.search(r'id="closing"[^>]*aria-invalid="true"', page)
        answer = signed(officer, id)
        assert answer.headers["Location"].endswith(f"/drafts/{id}?check=1")
        assert notices.every(node.journal, node.config.code) == []

    def test_an_amount_that_is_none_is_marked_and_kept(self, officer):
        id = begin(officer, "finance.statement")
        fields = {**STATEMENT, "income-0-amount": "五百来块", "do": "preview"}
        answer = officer.post(f"/office/drafts/{id}", data=fields)
        page = text(officer.get(answer.headers["Location"]))
        assert 'value="五百来块"' in page
        assert re.search(r'id="income-0-amount"[^>]*aria-invalid="true"', page)

    def test_the_closing_is_filled_in_on_request(self, node, officer):
        id = begin(officer, "finance.statement")
        officer.post(f"/office/drafts/{id}", data={**STATEMENT, "closing": "", "do": "closing"})
        assert drafts.draft(node.journal, id).values["fields"]["closing"] == "1,200.00"

    def test_the_opening_is_the_last_closing(self, node, officer):
        published(officer, fields={**STATEMENT, "period": "2026Q2"}, period="2026Q2")
        id = begin(officer, "finance.statement", period="2026Q3")
        values = drafts.draft(node.journal, id).values
        assert values["fields"]["opening"] == "1,200.00"
        fields = {**STATEMENT, "opening": "1,200", "closing": "1,400", "do": "preview"}
        officer.post(f"/office/drafts/{id}", data=fields)
        page = text(officer.get(f"/office/drafts/{id}/preview"))
        names = re.findall(r'id="name-[a-z_]+"[^>]*value="([^"]*)"', page)
        assert names == ["李某", "赵某", "孙某"]

    def test_rows_are_added_without_losing_what_was_typed(self, node, officer):
        id = begin(officer, "finance.statement")
        officer.post(f"/office/drafts/{id}", data={**STATEMENT, "do": "add:income"})
        fields = drafts.draft(node.journal, id).values["fields"]
        assert [line["name"] for line in fields["income"]] == ["果园租金", ""]
        assert fields["closing"] == "1,200.00"

    def test_a_faulty_row_is_marked_where_it_stands_behind_an_empty_one(self, officer):
        id = begin(officer, "finance.statement")
        fields = {
            **STATEMENT, "income-0-name": "", "income-0-amount": "",
            "income-1-name": "张某 13805301234 交来", "income-1-amount": "500", "do": "preview",
        }  # fmt: skip
        officer.post(f"/office/drafts/{id}", data=fields)
        page = text(officer.get(f"/office/drafts/{id}?check=1"))
        assert re.search(r'id="income-1-name"[^>]*aria-invalid="true"', page)

    def test_personal_data_is_stopped_and_masked_with_one_tap(self, node, officer):
        id = begin(officer, "village.safety")
        fields = {
            "title": "防火值班", "text": "联系张某 13805301234，身份证 371721196503152219。",
        }  # fmt: skip
        answer = officer.post(f"/office/drafts/{id}", data={**fields, "do": "preview"})
        page = text(officer.get(answer.headers["Location"]))
        assert "手机号" in page and 'value="mask:text"' in page
        officer.post(f"/office/drafts/{id}", data={**fields, "do": "mask:text", "checked": "1"})
        values = drafts.draft(node.journal, id).values
        assert values["fields"]["text"] == "联系张某 138****1234，身份证 3717************19。"
        assert "没有发现问题" in text(officer.get(f"/office/drafts/{id}?check=1"))

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"sheet": (io.BytesIO(), "")}, "请先拍一张签了字的纸"),
            ({"name-committee": "李某"}, "同一个人不能签两步"),
            ({"name-finance_group": NAME}, "不能审自己写的内容"),
            ({"on-village_head": "2026-11-01"}, "村委会主任：签字的日期还没到"),
            ({"on-committee": ""}, "请填写纸上签字的日期"),
        ],
    )
    def test_a_sheet_that_says_too_little_shows_the_preview_again(
        self, node, officer, changes, says
    ):
        id = begin(officer, "finance.statement")
        officer.post(f"/office/drafts/{id}", data={**STATEMENT, "do": "preview"})
        answer = signed(officer, id, **changes)
        assert answer.status_code == 400 and says in text(answer)
        assert 'value="孙某"' in text(answer)
        assert reviews.of_village(node.journal, node.config.code) == []

    def test_a_decision_shows_the_meetings_that_were_held(self, node, officer):
        fields = {
            "title": "修建文化广场", "on": "2026-10-12", "text": "修建文化广场，预算 8 万元。",
            "steps-0-name": "村党支部会提议", "steps-0-on": "2026-10-10", "steps-0-present": "5",
            "steps-1-name": "村“两委”会商议",
            "steps-2-name": "村民代表会议或村民会议决议", "steps-2-on": "2026-10-12",
            "steps-2-entitled": "32", "steps-2-present": "30", "steps-2-for": "28",
            "steps-2-against": "1", "steps-2-abstain": "1",
        }  # fmt: skip
        id = published(officer, "village.decision", fields)
        notice = notices.notice(node.journal, id)
        assert [step["name"][:4] for step in notice.content["steps"]] == ["村党支部", "村民代表"]
        assert notice.content["steps"][1]["for"] == 28
        opened = node.journal.find(notice.event)[0]
        assert (opened.kind, opened.body["on"]) == ("duty.opened", "2026-10-12")
        assert notice.display_until == "2026-10-23"

    def test_a_list_of_persons_drops_a_column(self, node, officer):
        id = begin(officer, "village.minimum_living", period="2026Q3")
        fields = {
            "period": "2026Q3", "title": "低保", "columns-0-name": "姓名", "columns-1-name": "病情",
            "columns-2-name": "金额", "columns-2-amount": "1", "rows-0-0": "张某",
            "rows-0-1": "肺病", "rows-0-2": "620.00", "total": "", "note": "",
        }  # fmt: skip
        officer.post(f"/office/drafts/{id}", data={**fields, "do": "drop-column:1"})
        fields = drafts.draft(node.journal, id).values["fields"]
        assert fields["columns"] == [
            {"name": "姓名", "amount": False}, {"name": "金额", "amount": True},
        ]  # fmt: skip
        assert fields["rows"] == [["张某", "620.00"]]

    def test_what_is_typed_is_kept_between_savings(self, node, officer):
        id = begin(officer, "village.safety")
        answer = officer.post(f"/office/drafts/{id}/typed", data={"title": "写到一半"})
        assert answer.status_code == 204
        assert "写到一半" in text(officer.get(f"/office/drafts/{id}"))

    def test_a_title_follows_its_period_though_the_window_shows_the_old_one(self, node, officer):
        id = begin(officer, "finance.statement", period="2026Q2")
        shown = {"title": "2026年第二季度财务收支情况"}
        officer.post(f"/office/drafts/{id}/typed", data={**shown, "period": "2026Q3"})
        officer.post(f"/office/drafts/{id}", data={**shown, "period": "2026Q3", "do": "save"})
        values = drafts.draft(node.journal, id).values
        assert (values["period"], values["title"]) == ("2026Q3", "2026年第三季度财务收支情况")
        officer.post(f"/office/drafts/{id}", data={"title": "东湖村的账", "period": "2026Q2"})
        assert drafts.draft(node.journal, id).values["title"] == "东湖村的账"

    def test_a_title_of_another_period_is_marked(self, officer):
        id = begin(officer, "finance.statement")
        fields = {**STATEMENT, "title": "2026年第二季度村财务收支", "do": "preview"}
        officer.post(f"/office/drafts/{id}", data=fields)
        page = text(officer.get(f"/office/drafts/{id}?check=1"))
        assert "标题写的是2026年第二季度，要公开的是2026年第三季度" in page
        assert 'href="#title"' in page

    def test_a_published_draft_is_gone(self, node, officer):
        id = begin(officer, "finance.statement")
        officer.post(f"/office/drafts/{id}", data={**STATEMENT, "do": "preview"})
        signed(officer, id)
        for answer in (
            officer.get(f"/office/drafts/{id}", follow_redirects=True),
            officer.post(f"/office/drafts/{id}/send", follow_redirects=True),
        ):
            assert "这份草稿已经发布或删除" in text(answer)
        assert len(notices.every(node.journal, node.config.code)) == 1

    def test_what_is_typed_into_a_closed_draft_is_said_to_be_lost(self, officer):
        id = begin(officer, "finance.statement")
        officer.post(f"/office/drafts/{id}/discard")
        officer.get("/office/")
        for _ in range(2):
            assert officer.post(f"/office/drafts/{id}/typed", data=STATEMENT).status_code == 410
        assert "这份草稿已经发布或删除" not in text(officer.get("/office/"))
        page = text(officer.get(f"/office/drafts/{id}", follow_redirects=True))
        assert page.count("这份草稿已经发布或删除") == 1

    def test_a_second_notice_of_a_period_is_published_only_on_purpose(self, node, officer):
        published(officer)
        id = begin(officer, "finance.statement", period="2026Q3")
        assert "这一期已经公开过" in text(officer.get(f"/office/drafts/{id}"))
        fields = {**STATEMENT, "again-asked": "1", "do": "preview"}
        answer = officer.post(f"/office/drafts/{id}", data=fields)
        page = text(officer.get(answer.headers["Location"]))
        assert 'href="#again"' in page and "已经公开过一条" in page
        assert officer.post(f"/office/drafts/{id}/send").headers["Location"].endswith("?check=1")
        answer = officer.post(f"/office/drafts/{id}", data={**fields, "again": "yes"})
        assert answer.headers["Location"].endswith("/preview")
        signed(officer, id)
        assert len(notices.every(node.journal, node.config.code)) == 2

    def test_a_period_that_is_none_changes_nothing(self, node, officer):
        id = begin(officer, "finance.statement", period="2026-13")
        officer.post(f"/office/drafts/{id}", data={**STATEMENT, "period": "2026-05"})
        assert drafts.draft(node.journal, id).values["period"] == "2026Q1"

    def test_the_preview_is_the_screens_own_page(self, officer):
        id = begin(officer, "finance.statement")
        officer.post(f"/office/drafts/{id}", data={**STATEMENT, "do": "preview"})
        assert f"/office/drafts/{id}/screen" in text(officer.get(f"/office/drafts/{id}/preview"))
        screen = text(officer.get(f"/office/drafts/{id}/screen"))
        assert "board.css" in screen and "果园租金" in screen and "1,200.00" in screen


def picture(size=(60, 40), format="JPEG"):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "#2a7").save(out, format)
    return out.getvalue()


class TestEvents:
    def test_what_lies_ahead_is_dated_by_the_day_it_was_known(self, node, officer):
        id = begin(officer, "village.advance")
        page = text(officer.get(f"/office/drafts/{id}"))
        assert "哪天知道或决定的" in page and "事情本身哪天发生" in page
        officer.post(f"/office/drafts/{id}", data={"on": "2026-10-20", "do": "preview"})
        page = text(officer.get(f"/office/drafts/{id}?check=1"))
        assert "知道或决定这件事的日期还没到" in page
        assert "这件事是哪天发生的" in text(
            officer.get(f"/office/drafts/{begin(officer, 'village.project')}")
        )


class TestPhotos:
    def test_a_photo_is_kept_and_shown_in_the_preview(self, node, officer):
        id = begin(officer, "village.safety")
        upload = {
            "title": "防火检查", "text": "检查", "do": "photo",
            "photo": (io.BytesIO(picture()), "检查.jpg"),
        }  # fmt: skip
        officer.post(f"/office/drafts/{id}", data=upload)
        photo = drafts.draft(node.journal, id).values["photos"][0]
        assert photo["width"] == 60
        assert officer.get(f"/office/blobs/{photo['sha']}").mimetype == "image/png"
        assert f"/office/blobs/{photo['sha']}" in text(officer.get(f"/office/drafts/{id}/screen"))
        assert officer.get(f"/blobs/{photo['sha']}").status_code == 404
        officer.post(f"/office/drafts/{id}", data={"do": "drop-photo:0"})
        assert drafts.draft(node.journal, id).values["photos"] == []

    def test_a_refused_photo_loses_nothing_that_was_typed(self, node, officer):
        id = begin(officer, "village.safety")
        upload = {
            "title": "防火检查", "text": "检查了三处。", "do": "photo",
            "photo": (io.BytesIO(b"MZ not a picture"), "检查.jpg"),
        }  # fmt: skip
        answer = officer.post(f"/office/drafts/{id}", data=upload, follow_redirects=True)
        assert "不是照片" in text(answer) and "检查了三处。" in text(answer)
        assert drafts.draft(node.journal, id).values["photos"] == []


class TestPosted:
    def test_a_correction_keeps_the_old_version_and_says_why(self, node, officer):
        id = published(officer)
        answer = officer.post(f"/office/notices/{id}/correct")
        draft = answer.headers["Location"].rsplit("/", 1)[1]
        fields = {**STATEMENT, "income-0-amount": "600", "closing": "1,300", "do": "preview"}
        officer.post(f"/office/drafts/{draft}", data=fields)
        assert "请写明为什么更正" in text(officer.get(f"/office/drafts/{draft}?check=1"))
        officer.post(f"/office/drafts/{draft}", data={**fields, "reason": "租金记错了"})
        answer = signed(officer, draft)
        assert answer.headers["Location"] == f"/office/notices/{id}/published"
        done = text(officer.get(answer.headers["Location"]))
        assert "已经更正" in done and "已经公开" not in done
        notice = notices.notice(node.journal, id)
        assert (notice.state, notice.content["closing"]) == ("corrected", 130_000)
        page = text(officer.get(f"/office/notices/{id}"))
        assert "租金记错了" in page and "已更正" in page

    def test_a_withdrawal_needs_a_reason(self, node, officer):
        id = published(officer)
        assert (
            officer.post(f"/office/notices/{id}/withdraw", data={"reason": " "}).status_code == 400
        )
        officer.post(f"/office/notices/{id}/withdraw", data={"reason": "发错了村"})
        assert notices.notice(node.journal, id).state == "withdrawn"
        answer = officer.post(f"/office/notices/{id}/correct", follow_redirects=True)
        assert "不能更正" in text(answer)

    def test_withdrawing_says_what_is_owed_again(self, officer):
        id = published(officer)
        assert "撤回后，第三季度财务收支情况还没公开，已逾期" in text(
            officer.get(f"/office/notices/{id}/withdraw")
        )

    def test_a_mistaken_event_is_cancelled_with_its_notice(self, node, officer):
        event = duties.open_event(node.journal, NAME, "party.decisions", "活动室", NOW.date())
        fields = {"text": "决定修缮活动室。", "title": "决议：活动室", "contact": "0530-3350001"}
        id = published(officer, "party.decisions", fields, event=event)
        page = text(officer.get(f"/office/notices/{id}/withdraw"))
        assert "党组织决议决定及执行“活动室”" in page and "这件事本身也取消" in page
        told = {"reason": "发错了村", "event": "cancelled"}
        answer = officer.post(f"/office/notices/{id}/withdraw", data=told, follow_redirects=True)
        assert "这件事也取消了，乡镇可以看到" in text(answer)
        [entry] = node.journal.find(event, "duty.event_cancelled")
        assert (entry.stream, entry.body["reason"]) == (node.journal.own("public"), "发错了村")
        pressing = duties.late_and_due(node.journal, node.config.code, NOW.date())
        assert event not in [row.duty.event for row in pressing]

    def test_the_list_is_searched_by_title_and_state(self, officer):
        id = published(officer)
        assert "第三季度财务收支" in text(officer.get("/office/notices?q=财务"))
        assert "第三季度财务收支" not in text(officer.get("/office/notices?q=低保"))
        assert "第三季度财务收支" not in text(officer.get("/office/notices?state=withdrawn"))
        assert "第三季度财务收支" in text(officer.get(f"/office/notices/{id}"))


TABLES = Path(__file__).parent.parent / "data" / "tables"


def uploaded(officer, item, file, **more):
    """A draft of the item with a file of tests/data/tables uploaded; (draft id, page)."""
    id = begin(officer, item, **more)
    path = TABLES / file
    upload = {"do": "import", "table": (io.BytesIO(path.read_bytes()), file)}
    answer = officer.post(f"/office/drafts/{id}", data=upload)
    assert answer.headers["Location"].endswith(f"/drafts/{id}/table"), answer.headers
    return id, text(officer.get(answer.headers["Location"]))


class TestImport:
    def test_a_statement_is_recognised_and_filled_in(self, node, officer):
        id, page = uploaded(officer, "finance.statement", "statement.xlsx", period="2026Q3")
        for shown in ("104,268.91", "58,259.45", "53,612.92", "108,915.44", "2026年第二季度"):
            assert shown in page
        assert "以哪个为准" in page and 'value="table"' in page and "checked" not in page
        answer = officer.post(f"/office/drafts/{id}/table", data={"do": "adopt", "whose": "table"})
        assert answer.headers["Location"].endswith(f"/drafts/{id}")
        values = drafts.draft(node.journal, id).values
        assert (values["period"], values["title"]) == ("2026Q2", "2026年第二季度财务收支情况")
        read = contents.content_of(values)
        assert read.faults == []
        assert accounts.totals(read.content, "finance_statement") == accounts.Totals(
            10_426_891, 5_825_945, 5_361_292, 10_891_544
        )
        assert drafts.queries.table(node.journal, id) is None

    def test_the_period_that_was_chosen_may_stand(self, node, officer):
        id, _ = uploaded(officer, "finance.statement", "statement.xlsx", period="2026Q3")
        officer.post(f"/office/drafts/{id}/table", data={"do": "adopt", "whose": "form"})
        assert drafts.draft(node.journal, id).values["period"] == "2026Q3"

    def test_the_wrong_cell_is_named_with_its_amount(self, officer):
        _, page = uploaded(officer, "finance.statement", "statement_off_by_90.xlsx")
        assert "E16" in page and "90.00" in page
        assert 'class="mark-fault"' in page

    @pytest.mark.parametrize(
        ("file", "item", "form", "sums"),
        [
            ("ledger.xlsx", "finance.ledger", "ledger", (4_885_365, 25_935_661)),
            ("ledger_gb18030.csv", "finance.ledger", "ledger", (1_383_706, 8_000_921)),
        ],
    )
    def test_a_ledger_is_filled_in_whole(self, node, officer, file, item, form, sums):
        id, _ = uploaded(officer, item, file)
        told = {"do": "adopt", "whose": "form", "unit": "元"}
        officer.post(f"/office/drafts/{id}/table", data=told)
        read = contents.content_of(drafts.draft(node.journal, id).values)
        assert read.faults == []
        totals = accounts.totals(read.content, form)
        assert (totals.income, totals.expense) == sums
        assert officer.get(f"/office/drafts/{id}").status_code == 200

    def test_a_long_ledger_is_saved_from_its_form(self, node, officer):
        id, _ = uploaded(officer, "finance.ledger", "ledger.xlsx")
        officer.post(f"/office/drafts/{id}/table", data={"do": "adopt"})
        before = drafts.draft(node.journal, id).values
        page = text(officer.get(f"/office/drafts/{id}"))
        inputs = re.findall(r'<input id="(lines-\d+-\w+)" name="[^"]+" value="([^"]*)"', page)
        assert len(inputs) == 700
        data = {name: html.unescape(value) for name, value in inputs} | {"do": "save"}
        officer.post(f"/office/drafts/{id}", data=data)
        assert drafts.draft(node.journal, id).values["fields"] == before["fields"]

    def test_personal_data_never_reach_the_form(self, node, officer):
        id, page = uploaded(officer, "village.minimum_living", "persons.xlsx")
        assert "92 处个人信息" in page and "一键遮盖" in page
        officer.post(f"/office/drafts/{id}/table", data={"do": "adopt", "whose": "table"})
        values = drafts.draft(node.journal, id).values
        assert privacy.find_in_content(contents.content_of(values).content, "person_list") == []
        assert values["period"] == "2026Q2"
        assert len(values["fields"]["rows"]) == 23
        assert values["fields"]["total"] == "14,258.00"
        names = [column["name"] for column in values["fields"]["columns"]]
        assert "户主姓名" in names and "序号" not in names
        assert not {"身份证号", "联系电话", "银行账号"} & set(names)
        page = text(officer.get(f"/office/drafts/{id}"))
        assert "没有填进来，不公开" in page

    def test_names_are_masked_where_the_catalogue_says_so(self, node, officer):
        id, _ = uploaded(officer, "village.minimum_living", "persons.xlsx")
        officer.post(f"/office/drafts/{id}/table", data={"do": "adopt", "whose": "table"})
        fields = drafts.draft(node.journal, id).values["fields"]
        at = [column["name"] for column in fields["columns"]].index("户主姓名")
        assert all(re.fullmatch(r"[一-鿿]{1,2}\*{1,3}|.某{1,2}", row[at]) for row in fields["rows"])
        assert "姓名只写姓，其余用 * 代替" in text(officer.get(f"/office/drafts/{id}"))
        other, _ = uploaded(officer, "finance.shares", "persons.xlsx")
        assert "姓名可以公开" in text(officer.get(f"/office/drafts/{other}"))

    def test_of_two_periods_one_is_chosen_before_anything_is_taken(self, node, officer):
        id, _ = uploaded(officer, "finance.statement", "statement.xlsx", period="2026Q3")
        answer = officer.post(f"/office/drafts/{id}/table", data={"do": "adopt"})
        assert answer.headers["Location"].endswith("/table")
        assert "请先选以哪个为准" in text(officer.get(answer.headers["Location"]))
        assert drafts.draft(node.journal, id).values["fields"]["opening"] == ""

    def test_what_stands_for_a_period_already_is_said_there(self, officer):
        published(officer)
        _, page = uploaded(officer, "finance.statement", "statement.xlsx", period="2026Q3")
        assert page.count("这一期已经公开过") == 1
        assert "刚才选的：2026年第三季度（这一期已经公开过" in page

    def test_an_open_question_is_answered_first_and_the_answer_stays(self, node, officer):
        id, page = uploaded(officer, "finance.ledger", "ledger_gb18030.csv", period="2026-05")
        assert "表里没有写金额单位" in page
        answer = officer.post(f"/office/drafts/{id}/table", data={"do": "adopt"})
        page = text(officer.get(answer.headers["Location"]))
        assert "还有一处要先选好：表里没有写金额单位" in page
        answer = officer.post(f"/office/drafts/{id}/table", data={"do": "read", "ask-unit": "100"})
        address = answer.headers["Location"]
        assert "表里没有写金额单位" not in text(officer.get(address))
        again = officer.post(address, data={"do": "read", "column-E": "ignore"})
        answer = officer.post(again.headers["Location"], data={"do": "adopt"})
        assert answer.headers["Location"].endswith(f"/drafts/{id}")
        assert drafts.draft(node.journal, id).values["fields"]["lines"][0]["expense"] == "1,856.48"

    def test_lines_of_another_month_are_named_and_marked(self, officer):
        id, page = uploaded(officer, "finance.ledger", "ledger_gb18030.csv", period="2026-09")
        assert re.search(
            r"刚才选的：2026年9月（有 \d+ 笔的日期不在这一期：第 1 笔 2026-05-01", page
        )
        assert "表里写的：2026年5月</label>" in page
        told = {"do": "adopt", "whose": "form", "unit": "元"}
        answer = officer.post(f"/office/drafts/{id}/table", data=told)
        assert answer.headers["Location"].endswith("?check=1")
        page = text(officer.get(answer.headers["Location"]))
        assert "2026-05-01 不在2026年9月里" in page and 'href="#lines-0-on"' in page

    def test_a_table_of_another_village_is_questioned(self, node, officer):
        id = begin(officer, "finance.statement", period="2026Q2")
        rows = "西湖村2026年第二季度财务收支\n单位：元\n收入项目,金额\n租金,300\n补助,5\n"
        upload = {"do": "import", "table": (io.BytesIO(rows.encode()), "账.csv")}
        officer.post(f"/office/drafts/{id}", data=upload)
        address = f"/office/drafts/{id}/table"
        assert "表上写的是“西湖村”，本村是东湖村" in text(officer.get(address))
        assert officer.post(address, data={"do": "adopt"}).headers["Location"].endswith("/table")
        told = {"do": "adopt", "ask-village": "own"}
        assert officer.post(address, data=told).headers["Location"].endswith(id)

    def test_the_column_of_the_drafts_own_quarter_is_read(self, node, officer):
        id = begin(officer, "finance.statement", period="2026Q3")
        rows = (
            "东湖村2026年财务收支,单位：元\n收入项目,一季度,二季度,三季度\n租金,1,2,3\n补助,4,5,6\n"
        )
        upload = {"do": "import", "table": (io.BytesIO(rows.encode()), "账.csv")}
        officer.post(f"/office/drafts/{id}", data=upload)
        page = text(officer.get(f"/office/drafts/{id}/table"))
        assert "“一季度”“二季度”没有导入" in page and "9.00" in page
        officer.post(f"/office/drafts/{id}/table", data={"do": "adopt"})
        income = drafts.draft(node.journal, id).values["fields"]["income"]
        assert [line["amount"] for line in income] == ["3.00", "6.00"]

    def test_another_kind_of_table_is_noticed(self, officer):
        _, page = uploaded(officer, "finance.statement", "persons.xlsx")
        assert "这张表看起来是<strong>人员名单</strong>" in page

    def test_a_column_can_be_matched_by_hand(self, officer):
        id, page = uploaded(officer, "finance.ledger", "ledger.xlsx")
        assert '<option value="">凭证号</option>' in page
        answer = officer.post(
            f"/office/drafts/{id}/table", data={"do": "read", "column-C": "ignore"}
        )
        assert answer.headers["Location"].endswith("/table?column-C=ignore")
        again = text(officer.get(answer.headers["Location"]))
        assert '<option value="ignore" selected>' in again

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"\xff\xd8\xff\xe0 a photo", "图片"),
            (b"PK\x03\x04 broken", "打不开"),
            (b"", "空的"),
            (b"a,b\n" * 3_000_000, "超过 10 MB"),
        ],
        ids=["picture", "broken", "empty", "large"],
    )
    def test_a_refused_file_loses_nothing_and_stores_nothing(self, node, officer, data, words):
        id = begin(officer, "finance.statement")
        upload = {**STATEMENT, "do": "import", "table": (io.BytesIO(data), "账.xlsx")}
        answer = officer.post(f"/office/drafts/{id}", data=upload, follow_redirects=True)
        assert words in text(answer) and "果园租金" in text(answer)
        assert drafts.queries.table(node.journal, id) is None


class TestFeedback:
    @pytest.fixture
    def asked(self, node):
        id, _ = feedback.receive(
            node.journal, village=node.config.code, kind="询问", text="电费为什么这么多？"
        )
        return id

    def test_what_waits_is_on_the_home(self, officer, asked):
        page = text(officer.get("/office/"))
        assert "等答复的群众意见（1）" in page and "电费为什么这么多" in page

    def test_it_is_taken_up_answered_and_closed(self, node, officer, asked):
        officer.post(f"/office/feedback/{asked}", data={"do": "accept"})
        assert "已受理" in text(officer.get(f"/office/feedback/{asked}"))
        reply = {"do": "answer", "text": "新装了 20 盏路灯。", "public": "yes"}
        officer.post(f"/office/feedback/{asked}", data=reply)
        answered = node.journal.find(asked, "feedback.answered")[0]
        assert (answered.stream, answered.actor) == (node.journal.own("public"), NAME)
        refused = officer.post(f"/office/feedback/{asked}", data={"do": "close"})
        assert refused.status_code == 400 and "还没有评价" in text(refused)
        with clock.set_to(NOW + timedelta(days=11)):
            officer.post("/office/login", data={"name": NAME, "password": PASSWORD})
            officer.post(f"/office/feedback/{asked}", data={"do": "close"})
        assert node.journal.find(asked, "feedback.closed")

    def test_a_public_answer_with_a_telephone_is_stopped_and_masked(self, node, officer, asked):
        reply = {"do": "answer", "text": "请打张某 13805301234。", "public": "yes"}
        page = officer.post(f"/office/feedback/{asked}", data=reply)
        assert page.status_code == 400
        masked = re.search(r'name="masked" value="([^"]+)"', text(page))[1]
        officer.post(f"/office/feedback/{asked}", data={**reply, "do": "mask", "masked": masked})
        answered = node.journal.find(asked, "feedback.answered")[0]
        assert (answered.body["text"], answered.body["public"]) == ("请打张某 138****1234。", True)

    def test_the_officer_sees_and_shortens_what_becomes_public(self, node, officer, asked):
        page = text(officer.get(f"/office/feedback/{asked}"))
        assert "将一起公开的问题" in page and ">电费为什么这么多？</textarea>" in page
        reply = {"do": "answer", "text": "装了路灯。", "public": "yes"}
        rewritten = officer.post(f"/office/feedback/{asked}", data={**reply, "question": "好"})
        assert rewritten.status_code == 400
        assert "只能删减" in text(rewritten) and "装了路灯。" in text(rewritten)
        officer.post(f"/office/feedback/{asked}", data={**reply, "question": "电费这么多？"})
        assert node.journal.find(asked, "feedback.answered")[0].body["question"] == "电费这么多？"
        assert "一起公开的问题：电费这么多？" in text(officer.get(f"/office/feedback/{asked}"))

    def test_a_private_answer_stays_between_village_township_and_asker(self, node, officer, asked):
        reply = {"do": "answer", "text": "请到村委会来看单据。", "public": "no"}
        officer.post(f"/office/feedback/{asked}", data=reply)
        assert node.journal.find(asked, "feedback.answered")[0].stream.endswith("/parent")


class TestSyncLine:
    def line(self, enrolled):
        return home.sync_line(enrolled)

    def test_it_says_what_a_person_needs_to_know(self, enrolled):
        assert self.line(enrolled).state == "warn"
        contacts.failed(enrolled.journal, "371721105000", "连不上", lambda: 1.0)
        assert "网络不通，内容已保存在本机" in self.line(enrolled).words
        contacts.succeeded(enrolled.journal, "371721105000", {"offset": 0})
        assert "正在上传到李楼镇" in self.line(enrolled).words

    def test_it_says_when_all_is_with_the_township(self, enrolled, township):
        copied(enrolled, township)
        contacts.succeeded(enrolled.journal, "371721105000", {"offset": 0})
        with clock.set_to(NOW + timedelta(minutes=2)):
            assert self.line(enrolled).words == "已同步到李楼镇：2 分钟前。"

    def test_a_wrong_clock_is_said(self, enrolled):
        contacts.succeeded(enrolled.journal, "371721105000", {"offset": -600})
        (words,) = home.warnings(enrolled)
        assert "本机的时钟比镇里快了约 10 分钟。请在系统设置里校准时间" in words
