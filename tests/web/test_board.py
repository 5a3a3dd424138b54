"""The touch screen's door through its HTTP answers."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from kiosk import clock, create_app, notices
from kiosk.attachments.photos import photo
from kiosk.node import Node
from kiosk.rules import catalogue
from kiosk.sync import contacts
from kiosk.web import finding
from tests import posting
from tests.conftest import TOWNSHIP, VILLAGE, copied

ITEMS = catalogue.load().items
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HX = {"HX-Request": "true"}
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False}],
    "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
    "closing": 120_00,
    "note": "",
}


@pytest.fixture(autouse=True)
def at_noon():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def screen(village: Node) -> FlaskClient:
    return create_app(village).test_client()


def post(node: Node, item: str = "village.safety", title: str = "冬季防火检查", **changes) -> str:
    given = {"content": {"text": "全村 312 户"}, "actor": "王会计", **changes}
    return posting.publish(node.journal, item=ITEMS.get(item, item), title=title, **given)


def text(response) -> str:
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_home_shows_the_three_affairs_with_their_newest(screen, village):
    post(village)
    post(village, "finance.statement", "三季度收支", content=STATEMENT, period="2026Q3")
    html = text(screen.get("/"))
    assert all(f"{name}公开" in html for name in ("党务", "村务", "财务"))
    assert "冬季防火检查" in html and "三季度收支" in html
    assert "2026年11月24日" in html and "星期二" in html and "12:00" in html
    assert "0530-3350001" in html and "12388" in html


def test_home_says_what_is_overdue(screen):
    html = text(screen.get("/"))
    assert re.search(r"本项已逾期 \d+ 天", html)
    assert "项没有按时公开" in html
    assert "第三季度财务收支" in text(screen.get("/finance"))


def test_what_was_posted_is_no_longer_overdue(screen, village):
    late = r"第三季度财务收支情况</span>\s*<span[^>]*><span class=\"state state-(over|esc)"
    assert re.search(late, text(screen.get("/finance")))
    post(village, "finance.statement", "三季度收支", content=STATEMENT, period="2026Q3")
    assert not re.search(late, text(screen.get("/finance")))


@pytest.mark.parametrize(
    "path", ["/", "/party", "/village", "/finance", "/announcements", "/search"]
)
def test_a_poll_that_finds_nothing_new_answers_304(screen, village, path):
    first = screen.get(path, headers=HX)
    tag = first.headers["ETag"]
    assert tag.strip('"') in first.get_data(as_text=True)
    same = screen.get(path, headers={**HX, "If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["X-Kiosk-Now"] == "2026-11-24T04:00:00+00:00"
    post(village)
    assert screen.get(path, headers={**HX, "If-None-Match": tag}).status_code == 200


def test_a_new_day_is_news(screen):
    tag = screen.get("/").headers["ETag"]
    with clock.set_to(NOW + timedelta(hours=12)):
        assert screen.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_the_fragment_is_the_pages_own_part(screen, village):
    id = post(village)
    for path in ("/", "/village", f"/notices/{id}", "/search?q=fh"):
        whole, part = text(screen.get(path)), text(screen.get(path, headers=HX))
        assert part.strip().startswith('<div id="page"')
        assert "<html" not in part and part.strip() in whole


def test_nothing_on_a_page_is_inline_or_from_outside(screen, village):
    id = post(village, "finance.statement", "三季度收支", content=STATEMENT, period="2026Q3")
    for path in ("/", "/finance", f"/notices/{id}", "/search?q=cw"):
        html = text(screen.get(path))
        assert not re.search(r'<style|style="|<script>|onclick=|(src|href)="(https?:)?//', html)


def test_a_notice_page_has_table_chart_and_qr_code(screen, village):
    post(village, "finance.statement", "二季度", content=STATEMENT, period="2026Q2")
    second = {**STATEMENT, "opening": 120_00, "closing": 140_00}
    id = post(village, "finance.statement", "三季度", content=second, period="2026Q3")
    html = text(screen.get(f"/notices/{id}"))
    assert "期末余额" in html and "140.00" in html
    assert "2026年第二季度收入" in html and "与上期相同" in html
    assert f"/n/{id}" in html and 'class="qr"' in html
    assert "等待见证" in html


def test_the_qr_code_leads_to_the_township_where_phones_reach_it(township, enrolled):
    id = post(enrolled)
    html = text(create_app(enrolled).test_client().get(f"/notices/{id}"))
    assert f"http://localhost/n/{id}" in html


def test_a_notice_says_when_the_township_witnessed_it(township, enrolled):
    id = post(enrolled)
    with clock.set_to(NOW + timedelta(minutes=5)):
        copied(enrolled, township)
    html = text(create_app(enrolled).test_client().get(f"/notices/{id}"))
    assert "2026年11月24日 12:05" in html


def test_a_corrected_notice_keeps_its_old_version_in_sight(screen, village):
    id = post(village)
    posting.correct(
        village.journal, id, actor="王会计", reason="户数写错", title="冬季防火检查",
        content={"text": "全村 321 户"},
    )  # fmt: skip
    html = text(screen.get(f"/notices/{id}"))
    assert "已更正" in html and "户数写错" in html
    assert "321 户" in html and "312 户" in html


def facts(html: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html))


def test_publication_and_correction_have_each_their_time_and_witness(township, enrolled):
    id = post(enrolled)
    with clock.set_to(NOW + timedelta(minutes=5)):
        copied(enrolled, township)
    with clock.set_to(NOW + timedelta(hours=1)):
        posting.correct(
            enrolled.journal, id, actor="王会计", reason="户数写错。", title="冬季防火检查",
            content={"text": "全村 321 户"},
        )  # fmt: skip
        client = create_app(enrolled).test_client()
        waiting = text(client.get(f"/notices/{id}"))
        assert "等待见证" in facts(waiting)["更正见证"]
        assert "写错。更正前" in waiting
    with clock.set_to(NOW + timedelta(hours=2)):
        copied(enrolled, township)
    assert facts(text(client.get(f"/notices/{id}"))) == {
        "公开单位": "东湖村",
        "公开时间": "2026年11月24日 12:00",
        "镇里见证": "2026年11月24日 12:05",
        "更正时间": "2026年11月24日 13:00",
        "更正见证": "2026年11月24日 14:00",
    }
    phone = create_app(township).test_client().get(f"/n/{id}").text
    assert "李楼镇 2026年11月24日 14:00 见证了更正" in phone


def test_a_line_of_signatures_does_not_begin_with_a_semicolon(screen, village):
    reviews = [{"by": by, "name": "赵德厚", "on": ""} for by in ("committee", "village_head")]
    id = post(village, reviews=reviews)
    assert "赵德厚；</span>" in text(screen.get(f"/notices/{id}"))


def test_a_withdrawn_notice_says_why_and_shows_nothing_else(screen, village):
    id = post(village)
    notices.withdraw(village.journal, id, actor="王会计", reason="重复公开")
    html = text(screen.get(f"/notices/{id}"))
    assert "撤回" in html and "重复公开" in html and "312 户" not in html
    assert "冬季防火检查" not in text(screen.get("/village"))


def test_an_erased_notice_says_that_it_was_deleted(screen, village):
    id = post(village)
    seq = notices.notice(village.journal, id).first_seq
    village.journal.erase("public", seq, actor="王会计", reason="个人信息")
    html = text(screen.get(f"/notices/{id}"))
    assert "内容已删除" in html and "312 户" not in html


FORMS: dict[str, tuple[str, dict]] = {
    "finance.ledger": ("2026-10", {
        "opening": 0, "closing": 20_00, "note": "",
        "lines": [{"on": "2026-10-05", "summary": "收租金", "income": 20_00, "expense": 0,
                   "handler": "王秀兰"}],
    }),
    "village.minimum_living": ("2026Q3", {
        "columns": [{"name": "户主", "amount": False}, {"name": "月保障金", "amount": True}],
        "rows": [["张*民", 860_00], ["李*英", None]], "total": 860_00, "note": "",
    }),
    "village.decision": ("", {"text": "修建广场", "steps": [
        {"name": "党员大会审议", "on": "2026-11-10", "place": "活动室", "chair": "刘爱民",
         "entitled": 46, "present": 41, "for": 39, "against": 1, "abstain": None},
        {"name": "村民代表会议决议", "on": "", "place": "", "chair": "", "entitled": None,
         "present": None, "for": None, "against": None, "abstain": None},
    ]}),
}  # fmt: skip


@pytest.mark.parametrize("item", FORMS)
def test_every_form_is_readable(screen, village, item):
    period, content = FORMS[item]
    id = post(village, item, "题目", period=period, content=content)
    html = text(screen.get(f"/notices/{id}"))
    for words in {
        "finance.ledger": ("收租金", "10月5日", "20.00", "1 笔"),
        "village.minimum_living": ("张*民", "860.00", "共 2 行"),
        "village.decision": ("同意 39 票，反对 1 票", "应到 46 人，实到 41 人"),
    }[item]:
        assert words in html  # fmt: skip


@pytest.mark.parametrize(("q", "hit"), [("防火", True), ("djfh", True), ("水费", False)])
def test_search_finds_or_says_what_to_try(screen, village, q, hit):
    post(village)
    html = text(screen.get("/search", query_string={"q": q}))
    assert ("冬季防火检查</span>" in html) is hit
    assert ("没有找到" in html) is not hit


@pytest.mark.parametrize("word", finding.WORDS)
def test_every_word_that_is_offered_finds_what_it_stands_for(screen, village, word):
    for item in ITEMS.values():
        body = {
            "item": item.id, "affairs": item.affairs, "title": "一条公开", "form": "notice",
            "period": "", "event": "", "content": {"text": "内容"}, "attachments": [],
            "reviews": [], "display_until": "", "contact": "",
        }  # fmt: skip
        village.journal.append("public", "notice.published", f"N-{item.id}", body)
    html = text(screen.get("/search", query_string={"q": word}))
    assert "没有找到" not in html


def test_the_keypad_adds_a_letter_to_what_is_there(screen):
    html = text(screen.get("/search?q=CW"))
    assert 'href="/search?q=CWS"' in html and 'href="/search?q=C"' in html


def test_what_is_asked_for_is_shown_as_text(screen):
    html = text(screen.get("/search", query_string={"q": '"><script>alert(1)</script>'}))
    assert "<script>alert" not in html


def test_lists_page(screen, village):
    for number in range(22):
        with clock.set_to(NOW + timedelta(seconds=number)):
            post(village, title=f"第{number}号通知")
    first, second = text(screen.get("/village")), text(screen.get("/village?page=2"))
    assert "第21号通知" in first and "第1号通知<" not in first and "1 / 2" in first
    assert "第1号通知<" in second
    assert "第0号通知" in text(screen.get("/village?page=999"))
    assert screen.get("/village?page=x").status_code == 200


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def attached(node: Node) -> dict:
    made = photo(PNG)
    sha = node.blobs.put(made.data)
    return {"sha": sha, "name": "现场", "type": made.type, "width": 1, "height": 1}


def test_a_photo_of_a_public_notice_is_served_for_good(screen, village):
    attachment = attached(village)
    path = f"/blobs/{attachment['sha']}"
    assert screen.get(path).status_code == 404
    id = post(village, attachments=[attachment])
    assert path in text(screen.get(f"/notices/{id}"))
    answer = screen.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert screen.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    notices.withdraw(village.journal, id, actor="王会计", reason="重复公开")
    assert screen.get(path).status_code == 404


@pytest.mark.parametrize("name", ["0" * 64, "..", "node.key", "A" * 64])
def test_no_other_file_is_served(screen, name):
    assert screen.get(f"/blobs/{name}").status_code == 404


def test_what_is_not_there_is_said_in_plain_words(screen):
    answer = screen.get("/notices/01J00000000000000000000000")
    assert answer.status_code == 404
    assert "没有找到" in answer.get_data(as_text=True)


def test_nothing_can_be_changed_from_the_screen(screen):
    for path in ("/", "/finance", "/search", "/blobs/" + "0" * 64):
        assert screen.post(path).status_code in (400, 405)


def test_a_township_notice_reaches_the_villages_screen(township, enrolled):
    post(township, "township", "关于做好防汛工作的通知")
    copied(township, enrolled)
    client = create_app(enrolled).test_client()
    assert "关于做好防汛工作的通知" in text(client.get("/"))
    assert "关于做好防汛工作的通知" in text(client.get("/announcements"))
    assert "关于做好防汛工作的通知" in text(client.get("/search?q=fangxun"))


def test_the_township_shows_each_of_its_villages(township, enrolled):
    id = post(enrolled)
    copied(enrolled, township)
    client = create_app(township).test_client()
    home = text(client.get("/"))
    assert "东湖村" in home and "冬季防火检查" in home and "项逾期未公开" in home
    assert "冬季防火检查" in text(client.get(f"/villages/{VILLAGE}"))
    assert "冬季防火检查" in text(client.get(f"/villages/{VILLAGE}/village"))
    assert "东湖村" in text(client.get("/village"))
    page = text(client.get(f"/notices/{id}"))
    assert f'data-back="/villages/{VILLAGE}/village"' in page
    assert client.get("/villages/000000000000").status_code == 404


def test_the_township_does_not_praise_a_village_that_it_has_not_heard_of(township, enrolled):
    post(enrolled)
    copied(enrolled, township)
    client = create_app(township).test_client()
    assert "还没有联系上" in text(client.get("/"))
    contacts.succeeded(township.journal, VILLAGE, {})
    with clock.set_to(NOW + timedelta(hours=2)):
        first = client.get("/")
        assert "没有联系" not in text(first)
    with clock.set_to(NOW + timedelta(days=6)):
        home = text(client.get("/"))
        assert "6 天没有联系，只知道以前的情况" in home and "按时公开" not in home
        assert "6 天没有联系" in text(client.get(f"/villages/{VILLAGE}"))
        tag = client.get("/").headers["ETag"]
        contacts.succeeded(township.journal, VILLAGE, {})
        again = client.get("/", headers={"If-None-Match": tag})
        assert again.status_code == 200 and "没有联系" not in text(again)


def test_every_page_says_what_is_newest(screen, village):
    id = post(village)
    for path in ("/", "/search", f"/notices/{id}"):
        assert f'data-newest="{id}"' in text(screen.get(path))


def test_a_lists_total_stands_under_the_amounts_that_it_adds_up(village, screen):
    columns = [
        {"name": "姓名", "amount": False},
        {"name": "标准", "amount": True},
        {"name": "实发金额", "amount": True},
        {"name": "备注", "amount": False},
    ]
    rows = [["张某", 100_00, 600_00, "6亩"], ["李某", 100_00, 200_00, "2亩"]]
    content = {"columns": columns, "rows": rows, "total": 800_00, "note": ""}
    id = post(village, "village.subsidy", "补贴发放", content=content)
    page = text(screen.get(f"/notices/{id}"))
    total = re.search(r'<tr class="sum">.*?</tr>', page, re.S)[0]
    assert re.search(r'colspan="3">合计</th><td class="money"[^>]*>800.00</td><td></td>', total)


def test_a_board_without_anything_yet_opens(township):
    client = create_app(township).test_client()
    assert "还没有村加入" in text(client.get("/"))
    assert TOWNSHIP not in text(client.get("/finance"))


def test_a_new_board_owes_nothing_yet(tmp_path, make_board: Callable[[date], FlaskClient]):
    html = text(make_board(date(2026, 11, 24)).get("/"))
    assert "逾期" not in html and "还没有公开的内容" in html


@pytest.fixture
def make_board(tmp_path):
    from kiosk.node import make_node, open_node

    opened = []

    def make(began: date) -> FlaskClient:
        make_node(tmp_path / "new", role="village", code=VILLAGE, name="新村", began=began)
        opened.append(open_node(tmp_path / "new"))
        return create_app(opened[0]).test_client()

    yield make
    for node in opened:
        node.close()
