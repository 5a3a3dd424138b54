"""An inspection at the desk: drawn, walked with a phone, found, ordered, printed."""

import io
import re

import pytest
from PIL import Image

from kiosk import create_app, inspections, people, supervision
from tests.conftest import VILLAGE, copied

PASSWORD = "cun-gong-kai"


@pytest.fixture
def supervisor(enrolled, township):
    copied(enrolled, township)
    people.add_account(
        township.journal, "李监督", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    client = create_app(township).test_client()
    post(client, "/township/login", "/township/login", name="李监督", password=PASSWORD)
    return client


def post(client, page, path, **data):
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(page).text)[1]
    return client.post(path, data={"csrf_token": token, **data})


def photo() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "#2a7").save(made, "JPEG")
    made.seek(0)
    return made


def test_a_draw_is_published_made_walked_and_its_findings_ordered(supervisor, township, enrolled):
    start = "/township/inspections"
    refused = post(supervisor, start, start, do="announce", title="抽查", take_villages="9")
    assert (
        refused.status_code == 400 and "1 到 1" in refused.text and 'value="抽查"' in refused.text
    )
    made = post(
        supervisor, start, start, do="announce", title="抽查", take_villages="1", take_items="2"
    )
    page = made.headers["Location"]
    id = page.rpartition("/")[2]
    assert "现在抽签" in supervisor.get(page).text
    post(supervisor, page, f"{page}/draw")
    assert "重算一致" in supervisor.get(page).text
    walk = f"{page}/{VILLAGE}"
    empty = post(supervisor, walk, walk, on="2026-11-01", inspectors="李监督", said="写了很多")
    assert empty.status_code == 400 and "至少回答一项" in empty.text and "写了很多" in empty.text
    answers = {
        "on": "2026-11-01", "inspectors": "李监督、赵四", "typed": "abc",
        "answer-lit": "no", "note-lit": "黑屏", "photos-lit": (photo(), "a.jpg"),
        "answer-known": "yes",
    }  # fmt: skip
    assert post(supervisor, walk, walk, **answers).status_code == 302
    answers["photos-lit"] = (photo(), "a.jpg")
    assert post(supervisor, walk, walk, **answers).status_code == 302
    [record] = inspections.records(township.journal, VILLAGE)
    [sha] = [it["sha"] for it in record.answers[0]["photos"]]
    assert supervisor.get(f"/township/blobs/{sha}").status_code == 200
    assert "黑屏" in supervisor.get(page).text
    assert "黑屏" in supervisor.get(f"{page}.html").text
    sent = post(supervisor, page, f"{page}/{VILLAGE}/order", until="2099-01-01")
    [order] = supervision.orders(township.journal, VILLAGE)
    assert sent.headers["Location"].endswith(order.id) and order.about == id
    copied(township, enrolled, VILLAGE)
    copied(township, enrolled)
    people.add_account(
        enrolled.journal, "王会计", "officer", node_role="village", actor="测试", password=PASSWORD
    )
    officer = create_app(enrolled).test_client()
    post(officer, "/office/login", "/office/login", name="王会计", password=PASSWORD)
    said = officer.get("/office/inspections").text
    assert "黑屏" in said and "本机重算一致" in said


def test_only_the_villages_of_an_inspection_have_its_checklist(supervisor, township):
    id = inspections.announce(township.journal, "抽查", 1, 1, actor="李监督")
    assert supervisor.get(f"/township/inspections/{id}/{VILLAGE}").status_code == 404
    assert supervisor.get("/township/inspections/unknown").status_code == 404
