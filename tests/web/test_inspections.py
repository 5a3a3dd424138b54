"""An inspection at the desk: drawn, walked with a phone, found, ordered, printed."""

import io

import pytest
from PIL import Image

from kiosk import inspections, supervision
from tests.conftest import VILLAGE, copied
from tests.web import desks
from tests.web.desks import post


@pytest.fixture
def supervisor(enrolled, township):
    copied(enrolled, township)
    return desks.supervisor(township)


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
    officer = desks.officer(enrolled)
    said = officer.get("/office/inspections").text
    assert "黑屏" in said and "本机重算一致" in said


def test_only_the_villages_of_an_inspection_have_its_checklist(supervisor, township):
    id = inspections.announce(township.journal, "抽查", 1, 1, actor="李监督")
    assert supervisor.get(f"/township/inspections/{id}/{VILLAGE}").status_code == 404
    assert supervisor.get("/township/inspections/unknown").status_code == 404
