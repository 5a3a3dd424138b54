"""Feedback at the two desks: handing on, taking over, letters, figures; and who may see what."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, create_app, feedback, people
from kiosk.feedback import queries
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
PASSWORD = "dong-hu-2026"


@pytest.fixture(autouse=True)
def now():
    with clock.set_to(NOW):
        yield


def signed_in(node, name, role, door):
    people.add_account(
        node.journal, name, role, node_role=node.config.role, actor="测试", password=PASSWORD
    )
    client = create_app(node).test_client()
    post(client, f"/{door}/login", name=name, password=PASSWORD)
    return client


def post(client, path, **data):
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(path).text)[1]
    return client.post(path, data={"csrf_token": token, **data})


@pytest.fixture
def desks(enrolled, township):
    """An officer's and a supervisor's browser, and what brings both sides up to date."""
    office = signed_in(enrolled, "王会计", "officer", "office")
    above = signed_in(township, "李监督", "supervisor", "township")

    def sync():
        for source, target, channels in (
            (enrolled, township, ("parent", "public")),
            (township, enrolled, (VILLAGE, "public")),
        ):
            for channel in channels:
                if source.journal.checkpoint(source.journal.own(channel)):
                    copied(source, target, channel)

    return office, above, sync


def ask(node, text="四组的路灯坏了", days=0, **given):
    with clock.set_to(NOW - timedelta(days=days)):
        return feedback.receive(node.journal, village=VILLAGE, kind="询问", text=text, **given)[0]


def test_what_the_village_hands_on_the_township_answers(desks, enrolled, township):
    office, above, sync = desks
    id = ask(enrolled)
    page = f"/office/feedback/{id}"
    assert "转出去办" in office.get(page).text
    refused = post(office, page, do="forward", to="department", reason="归他们管")
    assert refused.status_code == 400 and "哪个部门" in refused.text and "归他们管" in refused.text
    post(office, page, do="forward", to="township", reason="变压器归镇里")
    assert "由李楼镇答复" in office.get(page).text
    sync()
    assert "镇里要管的 1" in above.get("/township/feedback").text
    done = post(above, f"/township/feedback/{id}", do="answer", text="周五换。", public="yes")
    assert done.status_code == 302
    sync()
    assert "李楼镇答复" in office.get(page).text
    assert "周五换。" in create_app(enrolled).test_client().get("/m/answers").text


def test_a_rejected_one_is_put_back_by_the_township(desks, enrolled, township):
    office, above, sync = desks
    id = ask(township)
    sync()
    post(office, f"/office/feedback/{id}", do="reject", why="spam", reason="")
    sync()
    assert "四组的路灯坏了" in above.get("/township/feedback?show=rejected").text
    post(above, f"/township/feedback/{id}", do="reinstate", reason="要办")
    sync()
    assert "李楼镇要求办理" in office.get(f"/office/feedback/{id}").text
    assert queries.feedback(enrolled.journal, id).state == "received"


def test_the_township_takes_over_and_gives_back(desks, township):
    _, above, _ = desks
    id = ask(township)
    page = f"/township/feedback/{id}"
    assert "发出答复" not in above.get(page).text
    post(above, page, do="take")
    assert "发出答复" in above.get(page).text
    assert post(above, page, do="give_back", reason="").status_code == 400
    post(above, page, do="give_back", reason="请到现场看")
    assert queries.feedback(township.journal, id).owner == "village"


def test_two_of_one_matter_are_merged_and_the_held_stand_apart(desks, enrolled):
    office, _, _ = desks
    first = ask(enrolled, "四组西头的路灯坏了")
    second = ask(enrolled, "四组路灯坏了几天了", held=["often"])
    listed = office.get("/office/feedback").text
    assert "先核一下的（1）" in listed and "等您答复（1）" in listed
    assert "四组西头的路灯坏了" in office.get(f"/office/feedback/{second}").text
    post(office, f"/office/feedback/{second}", do="merge", into=first)
    assert "并在一起的 1 条" in office.get(f"/office/feedback/{first}").text
    post(office, f"/office/feedback/{first}", do="answer", text="周五修。", public="no")
    assert queries.feedback(enrolled.journal, second).answers[-1].text == "周五修。"


def test_a_letter_is_written_down_with_its_day_and_its_number(desks, enrolled):
    office, _, _ = desks
    letter = {
        "via": "letter", "kind": "不满意", "text": "补贴没发到", "on": "2026-11-20",
        "name": "老刘", "phone": "13812345678",
    }  # fmt: skip
    refused = post(office, "/office/feedback/new", **{**letter, "on": "2026-11-25"})
    assert refused.status_code == 400 and "补贴没发到" in refused.text
    done = post(office, "/office/feedback/new", **letter)
    page = office.get(done.location).text
    number = re.search(r"取件号 (\d{4} \d{4})", page)[1]
    assert feedback.by_pickup(enrolled.journal, number.replace(" ", "")).name == "老刘"
    assert "2026年11月20日" in page and "来信" in page and "13812345678" not in page
    assert "11月30日前要答复" in page
    assert post(office, "/office/feedback/new", **{**letter, "via": "phone"}).status_code == 400


def test_a_recording_is_heard_at_the_desk_only(desks, enrolled):
    office, _, _ = desks
    sha = enrolled.blobs.put(b"OggS" + bytes(900))
    id = ask(enrolled, "", voice=sha)
    address = f"/office/feedback/{id}/recording"
    assert address in office.get(f"/office/feedback/{id}").text
    assert office.get(address).mimetype == "audio/ogg"
    assert create_app(enrolled).test_client().get(address).status_code == 302


def test_figures_stand_at_both_desks_and_as_open_data(desks, enrolled, township):
    office, above, sync = desks
    one = ask(enrolled, days=4, phone="13812345678")
    ask(enrolled, "低保怎么申请", days=12)
    feedback.answer(enrolled.journal, one, "周五修。", public=False, actor="王会计")
    feedback.rate(enrolled.journal, one, satisfied=True)
    sync()
    for page in (office.get("/office/feedback/figures"), above.get("/township/feedback/figures")):
        text = page.text
        assert "<svg" in text and "按时答复 1 条" in text and "超期没答复 1 条" in text
        assert "平均 <b>4.0</b> 天" in text and "满意率 <b>100%</b>" in text
    open_data = create_app(township).test_client()
    [row] = open_data.get("/api/v1/feedback.json").json["feedback"]
    assert (row["village"], row["month"], row["kind"]) == (VILLAGE, "2026-11", "询问")
    assert (row["total"], row["in_time"], row["overdue"], row["mean_days"]) == (2, 1, 1, 4.0)
    table = open_data.get("/api/v1/feedback.csv").data.decode("utf-8-sig")
    assert table.startswith("村代码,月份,类别,总数")
    assert "路灯" not in table and "138" not in table and io.StringIO(table).readline()
