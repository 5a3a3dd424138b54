"""An order of the township reaches the officer and the officer's answer goes back."""

import re

import pytest

from kiosk import create_app, people, supervision
from tests.conftest import VILLAGE, copied

PASSWORD = "cun-gong-kai"


@pytest.fixture
def client(enrolled):
    people.add_account(
        enrolled.journal, "王会计", "officer", node_role="village", actor="测试", password=PASSWORD
    )
    client = create_app(enrolled).test_client()
    post(client, "/office/login", "/office/login", name="王会计", password=PASSWORD)
    return client


def post(client, page, path, **data):
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(page).text)[1]
    return client.post(path, data={"csrf_token": token, **data})


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
    [reply] = supervision.order(township.journal, id).replies
    assert (reply.text, reply.actor) == ("明天公开。", "王会计")
    assert "请公开第三季度账目。" not in client.get("/office/").text
    supervision.close_order(township.journal, id, actor="李监督")
    copied(township, enrolled, VILLAGE)
    assert "已办结" in client.get("/office/orders").text
