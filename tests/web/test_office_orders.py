"""An order of the township reaches the officer and the officer's answer goes back."""

import io

import pytest
from PIL import Image

from kiosk import supervision
from tests.conftest import VILLAGE, copied
from tests.web import desks
from tests.web.desks import post


@pytest.fixture
def client(enrolled):
    return desks.officer(enrolled)


def test_an_order_stands_on_the_home_page_until_it_is_answered(client, enrolled, township):
    assert "镇里督办" not in client.get("/office/").text
    id = supervision.send_order(
        township.journal, village=VILLAGE, text="请公开第三季度账目。", actor="李监督"
    )
    copied(township, enrolled, VILLAGE)
    assert "请公开第三季度账目。" in client.get("/office/").text
    empty = post(client, "/office/orders", f"/office/orders/{id}", text=" ")
    assert empty.status_code == 400 and "请写明办理情况" in empty.text
    sent = post(client, "/office/orders", f"/office/orders/{id}", text="明天公开。")
    assert sent.status_code == 302
    copied(enrolled, township, "parent")
    [reply] = supervision.order(township.journal, id).events
    assert (reply.text, reply.actor) == ("明天公开。", "王会计")
    assert "请公开第三季度账目。" not in client.get("/office/").text
    supervision.close_order(township.journal, id, actor="李监督")
    copied(township, enrolled, VILLAGE)
    assert "已办结" in client.get("/office/orders").text


def photo() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "#2a7").save(made, "JPEG")
    made.seek(0)
    return made


def test_an_answer_with_a_photo_is_sent_back_and_answered_again(client, enrolled, township):
    id = supervision.send_order(
        township.journal, village=VILLAGE, text="请修好公开栏。", public=True, actor="李监督"
    )
    copied(township, enrolled, VILLAGE)
    copied(township, enrolled, "public")
    assert [each.state for each in supervision.shown(enrolled.journal, VILLAGE)] == ["open"]
    post(client, "/office/orders", f"/office/orders/{id}/acknowledge")
    assert "已签收，等您回复" in client.get("/office/orders").text
    answer = {"text": "修好了。", "photos": (photo(), "a.jpg")}
    assert post(client, "/office/orders", f"/office/orders/{id}", **answer).status_code == 302
    [sha] = [it["sha"] for it in supervision.order(enrolled.journal, id).events[-1].body["photos"]]
    assert client.get(f"/office/blobs/{sha}").status_code == 200
    copied(enrolled, township, "parent")
    supervision.send_back(township.journal, id, "照片看不清，请重拍。", "", actor="李监督")
    copied(township, enrolled, VILLAGE)
    page = client.get("/office/orders").text
    assert "镇里退回，请再办" in page and "照片看不清，请重拍。" in page
    post(client, "/office/orders", f"/office/orders/{id}", text="重拍了。")
    copied(enrolled, township, "parent")
    supervision.close_order(township.journal, id, "好。", actor="李监督")
    assert supervision.order(township.journal, id).state == "closed"
    assert [each.state for each in supervision.shown(township.journal, VILLAGE)] == ["closed"]


def test_what_is_no_photo_loses_nothing_that_was_typed(client, enrolled, township):
    id = supervision.send_order(township.journal, village=VILLAGE, text="请办。", actor="李监督")
    copied(township, enrolled, VILLAGE)
    wrong = {"text": "办了一半", "photos": (io.BytesIO(b"no picture"), "a.jpg")}
    page = post(client, "/office/orders", f"/office/orders/{id}", **wrong)
    assert page.status_code == 400 and "办了一半" in page.text and "不是照片" in page.text
