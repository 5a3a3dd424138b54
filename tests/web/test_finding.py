"""Finding, the guide, taking part and printing, through the doors' HTTP answers."""

import base64
import io
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from kiosk import clock, create_app, feedback, opinions, people, services
from kiosk.feedback import queries as asked
from kiosk.feedback.token import pickup_of
from kiosk.node import Node
from kiosk.rules import catalogue, questions, spoken
from kiosk.web import finding, printer
from tests import posting
from tests.conftest import TOWNSHIP, VILLAGE, copied

ITEMS = catalogue.load().items
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HX = {"HX-Request": "true"}
PASSWORD = "cun-gong-kai"
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False}],
    "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
    "closing": 120_00,
    "note": "",
}
LOW = {
    "name": "申请低保", "aliases": ["吃低保"], "place": "村大厅", "person": "孙丽华",
    "phone": "0530-3291201", "within": "30 个工作日", "papers": ["户口本"], "steps": ["交申请"],
}  # fmt: skip
CLERK = {
    "name": "孙丽华",
    "post": "文书",
    "duty": "代办",
    "matters": ["低保"],
    "phone": "0530-3291201",
}
SOUND = b"\x1a\x45\xdf\xa3" + b"\x01\x42\x82\x84webm" + b"\x00" * 2000


@pytest.fixture(autouse=True)
def at_noon():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def screen(village: Node) -> FlaskClient:
    return create_app(village).test_client()


def statement(node: Node) -> str:
    return posting.publish(
        node.journal, item=ITEMS["finance.statement"], title="三季度收支", content=STATEMENT,
        period="2026Q3", actor="王会计",
    )  # fmt: skip


def text(response) -> str:
    assert response.status_code == 200, response.get_data(as_text=True)[:500]
    return response.get_data(as_text=True)


def csrf(client: FlaskClient, page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]*)"', client.get(page).text)[1]


def send(client: FlaskClient, path: str, page: str = "", **data):
    page = page or path
    return client.post(path, data={"csrf_token": csrf(client, page), **data}, headers=HX)


def png() -> str:
    image = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(image).line([(20, 20), (300, 150)], fill="black", width=9)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


# ---- finding ----


def test_the_hub_offers_questions_and_leads_to_the_newest_accounts(screen, village):
    assert 'href="/topics/money"' in text(screen.get("/search"))
    id = statement(village)
    html = text(screen.get("/search"))
    assert f'href="/notices/{id}"' in html and "我家门口的路什么时候修" in html
    assert 'href="/officials"' in html and 'href="/catalogue"' in html


def test_initials_offer_words_and_find_whom_to_call(screen, village):
    services.describe_service(village.journal, LOW, actor="孙丽华")
    services.describe_official(village.journal, CLERK, actor="孙丽华")
    html = text(screen.get("/search?q=DB"))
    offered = re.findall(r'<a class="button quiet" href="[^"]*" data-replace>([^<]+)</a>', html)
    assert offered[0] == "低保" and "当兵" in offered
    assert "申请低保" in html and "0530-3291201" in html and "找谁" in html
    assert "申请低保" in text(screen.get("/search?q=chidibao"))


def test_a_topic_shows_whom_to_call_what_to_do_and_what_was_posted(screen, village):
    services.describe_service(village.journal, LOW, actor="孙丽华")
    services.describe_official(village.journal, CLERK, actor="孙丽华")
    html = text(screen.get("/topics/minimum_living"))
    assert html.index("孙丽华") < html.index("申请低保")
    assert screen.get("/topics/nothing").status_code == 404


def test_the_catalogue_says_what_is_late_and_by_what_law(screen, village):
    html = text(screen.get("/catalogue?only=finance"))
    assert "财务收支情况" in html and "每季度，季后首月 10 日前" in html
    assert "村民委员会组织法第三十条" in html and re.search(r"逾期 \d+ 天", html)
    assert "党组织设置及分工" not in html
    id = statement(village)
    assert f'href="/notices/{id}"' in text(screen.get("/catalogue"))


def test_each_page_can_be_polled_and_answers_304(screen, village):
    id = services.describe_service(village.journal, LOW, actor="孙丽华")
    one = services.describe_official(village.journal, CLERK, actor="孙丽华")
    for path in ("/search", "/topics/road", "/services", f"/services/{id}", "/officials",
                 f"/officials/{one}", "/catalogue", "/questions"):  # fmt: skip
        first = screen.get(path)
        assert first.status_code == 200, path
        fragment = screen.get(path, headers={**HX, "If-None-Match": first.headers["ETag"]})
        assert fragment.status_code == 304
        assert screen.get(path, headers=HX).text.strip().startswith('<div id="page"')


def test_a_service_is_on_phone_and_its_township_shows_its_villages(township, enrolled):
    id = services.describe_service(enrolled.journal, LOW, actor="孙丽华")
    services.describe_official(enrolled.journal, CLERK, actor="孙丽华")
    copied(enrolled, township)
    client = create_app(township).test_client()
    assert 'href="tel:0530-3291201"' in text(client.get(f"/s/{id}"))
    assert "孙丽华" in text(client.get(f"/m/guide?village={VILLAGE}"))
    assert "申请低保" in text(client.get(f"/villages/{VILLAGE}/services"))
    assert "申请低保" not in text(client.get("/services"))
    assert VILLAGE in text(client.get("/catalogue"))
    assert "财务收支" in text(client.get(f"/villages/{VILLAGE}/catalogue"))
    assert "申请低保" in text(client.get(f"/s/{id}.html"))


def test_a_word_that_is_offered_is_offered_by_its_initials_too(screen):
    for word in finding.WORDS:
        html = text(screen.get("/search", query_string={"q": spoken.pinyin(word)[1]}))
        assert f">{word}</a>" in html.partition("offered")[2], word


# ---- taking part ----


def test_a_question_about_a_line_takes_two_taps_and_gives_a_number(screen, village):
    id = statement(village)
    page = f"/notices/{id}/ask?line=保洁"
    assert ">保洁</a>" in text(screen.get(f"/notices/{id}/ask"))
    question = questions.ready(questions.LINE)[0]
    answer = send(screen, f"/notices/{id}/ask", page, line="保洁", question=question.text)
    assert "已经送到村里了" in text(answer)
    number = re.search(r"\d{4} \d{4}", answer.text)[0]
    [found] = asked.of_village(village.journal, VILLAGE)
    assert found.text == f"关于“保洁”：{question.text}" and found.via == "screen"
    feedback.answer(village.journal, found.id, "给了保洁员。", public=True, actor="王会计")
    assert "给了保洁员。" in text(send(screen, "/pickup", number=number))
    assert "给了保洁员。" in text(screen.get("/questions"))
    assert "给了保洁员。" in text(screen.get(f"/notices/{id}"))
    assert send(screen, "/pickup", number="0000 0001").status_code == 400


def test_only_offered_questions_are_taken_and_a_double_tap_counts_once(screen, village):
    id = statement(village)
    path = f"/notices/{id}/ask"
    assert send(screen, path, question="骂人的话").status_code == 400
    assert asked.of_village(village.journal, VILLAGE) == []
    same = {"question": questions.ready("finance_statement")[0].text, "token": "a" * 22}
    for _ in range(2):
        assert "已经送到" in text(send(screen, path, **same))
    [found] = asked.of_village(village.journal, VILLAGE)
    assert asked.by_pickup(village.journal, pickup_of("a" * 22)).id == found.id


def test_handwriting_and_voice_are_kept_for_village_and_township_alone(screen, village):
    id = statement(village)
    path = f"/notices/{id}/ask"
    assert "已经送到" in text(send(screen, path, way="hand", kind="不满意", drawn=png()))
    sound = (io.BytesIO(SOUND), "voice")
    assert "已经送到" in text(send(screen, path, way="voice", kind="建议", voice=sound))
    voiced, written = asked.of_village(village.journal, VILLAGE)
    assert village.blobs.has(written.photo) and voiced.voice and written.kind == "不满意"
    assert screen.get(f"/blobs/{written.photo}").status_code == 404
    for way, said in (("hand", "还没有写字"), ("voice", "还没有录音")):
        refused = send(screen, path, way=way, kind="询问")
        assert refused.status_code == 400 and said in refused.text
    not_sound = send(screen, path, way="voice", voice=(io.BytesIO(b"<html>" * 200), "voice"))
    assert not_sound.status_code == 400 and "录音" in not_sound.text


def test_objections_are_offered_while_the_display_period_runs_only(screen, village):
    given = {"content": {"text": "全文"}, "actor": "王会计", "title": "公示"}
    posting.publish(village.journal, item=ITEMS["village.safety"], **given)
    body = {
        "item": "village.homestead_notice", "affairs": "village", "title": "宅基地公示",
        "form": "notice", "period": "", "event": "", "content": {"text": "全文"},
        "attachments": [], "reviews": [], "display_until": "2026-11-30", "contact": "",
    }  # fmt: skip
    village.journal.append("public", "notice.published", "N-DISPLAYED", body)
    page = "/notices/N-DISPLAYED"
    assert "我有异议" in text(screen.get(page))
    objection = questions.ready(questions.OBJECTION)[0].text
    sent = send(screen, f"{page}/ask", f"{page}/ask?kind=异议", kind="异议", question=objection)
    assert "提的异议" in text(sent)
    with clock.set_to(NOW + timedelta(days=10)):
        assert "我有异议" not in text(screen.get(page))
        late = send(screen, f"{page}/ask", f"{page}/ask", kind="异议", question=objection)
        assert late.status_code == 400 and "公示期已满" in late.text


def test_a_smile_counts_once_a_visit(screen, village):
    id = statement(village)
    token = text(screen.get("/taking/token"))
    for _ in range(2):
        answer = screen.post(
            f"/notices/{id}/felt", data={"good": "1"}, headers={"X-CSRFToken": token, **HX},
            follow_redirects=True,
        )  # fmt: skip
    assert "已经点过" in text(answer)
    assert opinions.of_notice(village.journal, id) == opinions.Opinions(1, 0)
    with clock.set_to(NOW + timedelta(minutes=6)):
        screen.post(f"/notices/{id}/felt", data={"good": "0"}, headers={"X-CSRFToken": token})
    assert re.search(r'不满意 <span class="figure">1', text(screen.get(f"/notices/{id}")))


def test_nothing_is_taken_without_the_pages_token(screen, village):
    id = statement(village)
    for path in ("/ask", f"/notices/{id}/ask", f"/notices/{id}/felt", "/pickup"):
        assert (
            screen.post(path, data={"good": "1", "question": "看不懂，请给讲一讲。"}).status_code
            == 400
        )
    assert asked.of_village(village.journal, VILLAGE) == []


def test_a_townships_screen_asks_which_village(township, enrolled):
    copied(enrolled, township)
    client = create_app(township).test_client()
    assert "您是哪个村的" in text(client.get("/ask"))
    question = questions.ready(questions.OF_VILLAGE)[0].text
    sent = send(client, "/ask", f"/ask?village={VILLAGE}", village=VILLAGE, question=question)
    assert "已经送到" in text(sent)
    assert [each.village for each in asked.of_village(township.journal, VILLAGE)] == [VILLAGE]
    assert send(client, "/ask", f"/ask?village={VILLAGE}", question=question).status_code == 400


# ---- printing ----


def test_the_screen_prints_where_a_printer_is_named(village, tmp_path, monkeypatch):
    id = statement(village)
    assert "打印带走" not in text(create_app(village).test_client().get(f"/notices/{id}"))
    node = replace(village, config=replace(village.config, printer="hall"))
    client = create_app(node).test_client()
    assert "打印带走" in text(client.get(f"/notices/{id}"))
    monkeypatch.setattr(printer.paper, "made", lambda asked: b"%PDF-1.7 " + asked.title.encode())
    fake = tmp_path / "lp"
    fake.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nfor f; do :; done\ncp "$f" {tmp_path}/out\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    token = text(client.get("/taking/token"))

    def press() -> str:
        return text(
            client.post(
                f"/notices/{id}/print", headers={"X-CSRFToken": token, **HX}, follow_redirects=True
            )
        )

    assert "正在打印" in press()
    assert "-d hall" in (tmp_path / "asked").read_text()
    assert (tmp_path / "out").read_bytes().startswith(b"%PDF")
    assert "刚打印过" in press()


def test_a_printer_that_fails_or_hangs_is_said_in_plain_words(village, tmp_path, monkeypatch):
    id = statement(village)
    node = replace(village, config=replace(village.config, printer="hall"))
    client = create_app(node).test_client()
    monkeypatch.setattr(printer.paper, "made", lambda asked: b"%PDF")
    monkeypatch.setattr(printer, "SECONDS", 0.2)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    token = text(client.get("/taking/token"))
    for script in ("exit 1", "exec sleep 5"):
        (tmp_path / "lp").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "lp").chmod(0o755)
        answer = client.post(
            f"/notices/{id}/print", headers={"X-CSRFToken": token}, follow_redirects=True
        )
        assert "没有打印出来" in text(answer)


# ---- the desks ----


@pytest.fixture
def desk(village: Node) -> FlaskClient:
    people.add_account(
        village.journal, "孙丽华", "officer", node_role="village", actor="测试", password=PASSWORD
    )
    client = create_app(village).test_client()
    send(client, "/office/login", name="孙丽华", password=PASSWORD)
    return client


def test_an_officer_tells_corrects_and_takes_down(desk, village):
    form = {**LOW, "papers": "户口本\n身份证", "steps": "交申请", "aliases": "吃低保"}
    sent = send(desk, "/office/guide/service", items=["village.minimum_living"], **form)
    assert sent.status_code == 302
    [told] = services.services(village.journal, [VILLAGE])
    assert told.papers == ("户口本", "身份证") and told.items == ("village.minimum_living",)
    path = f"/office/guide/service/{told.id}"
    refused = send(desk, path, **{**form, "phone": ""})
    assert (
        refused.status_code == 400 and "还没有写：电话" in refused.text and "户口本" in refused.text
    )
    send(desk, f"{path}/withdraw", path)
    assert services.services(village.journal, [VILLAGE]) == []


def test_an_officials_photo_is_shown_while_the_office_is_held(desk, village):
    picture = io.BytesIO(base64.b64decode(png().partition(",")[2]))
    form = {**CLERK, "matters": "低保\n开证明", "photo": (picture, "a.png")}
    send(desk, "/office/guide/official", **form)
    [told] = services.officials(village.journal, [VILLAGE])
    assert told.matters == ("低保", "开证明")
    path = f"/officials/{told.id}/photo"
    assert desk.get(path).mimetype == "image/png"
    edit = f"/office/guide/official/{told.id}"
    send(desk, edit, **{**CLERK, "matters": "低保", "shift": "星期二"})
    assert services.official(village.journal, told.id).photo == told.photo
    send(desk, f"{edit}/withdraw", edit)
    assert desk.get(path).status_code == 404


def test_topics_are_added_changed_hidden_and_brought_back(desk, village):
    send(desk, "/office/guide/topic", ask="公交几点来", sign="车", words="公交 班车", to="")
    send(desk, "/office/guide/topic/party/withdraw", "/office/guide/topic/party")
    html = text(desk.get("/search"))
    assert "公交几点来" in html and "入党、党费的事" not in html
    page = text(desk.get("/office/guide"))
    assert "不要的" in page and "公交几点来" in page
    send(desk, "/office/guide/topic/party/withdraw", "/office/guide")
    assert "入党、党费的事" in text(desk.get("/search"))


def test_the_desks_guide_needs_a_login_and_the_right_role(village, screen, township):
    assert screen.get("/office/guide").status_code == 302
    assert create_app(township).test_client().get("/township/guide").status_code == 302
    people.add_account(
        village.journal, "赵德厚", "committee", node_role="village", actor="测试", password=PASSWORD
    )
    send(screen, "/office/login", name="赵德厚", password=PASSWORD)
    assert "/office/reviews" in screen.get("/office/guide").location


def test_a_township_tells_its_own(township):
    people.add_account(
        township.journal, "郑国华", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    client = create_app(township).test_client()
    send(client, "/township/login", name="郑国华", password=PASSWORD)
    form = {**LOW, "papers": "", "steps": "", "aliases": ""}
    assert send(client, "/township/guide/service", **form).status_code == 302
    assert [each.name for each in services.services(township.journal, [TOWNSHIP])] == ["申请低保"]
    assert "申请低保" in text(client.get("/township/guide"))


def test_what_the_township_ordered_and_scored_in_public_stands_below(screen, enrolled, township):
    from kiosk import scores, supervision
    from kiosk.rules.calendar import Period

    copied(enrolled, township)
    for public, text_ in ((True, "请换好公开栏的玻璃。"), (False, "请说明第三笔支出。")):
        supervision.send_order(
            township.journal, village=VILLAGE, text=text_, public=public, actor="李监督"
        )
    span = Period.containing("quarterly", clock.today()).previous
    found = scores.scores(township.journal, [VILLAGE], span, clock.today())
    scores.publish(township.journal, span, found.values(), board=True, actor="李监督")
    copied(township, enrolled)
    html = text(create_app(enrolled).test_client().get("/catalogue"))
    assert "请换好公开栏的玻璃" in html and "请说明第三笔支出" not in html
    assert span.title in html and "满分 100" in html
