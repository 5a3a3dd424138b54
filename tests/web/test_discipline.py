"""The discipline office's door: its own accounts, a passphrase, and every reading on record."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, create_app, people, sealed
from kiosk.sealed import box as boxes
from tests.conftest import TOWNSHIP, VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
PASSWORD = "ji-jian-2026"
PHRASE = "东风 渠边 第三棵 柳树 2026"
WORDS = "村主任把修渠的石料拉回自己家盖房了"


@pytest.fixture(autouse=True)
def now():
    with clock.set_to(NOW):
        yield


def signed_in(node, app, name, role, door):
    people.add_account(
        node.journal, name, role, node_role="township", actor="测试", password=PASSWORD
    )
    client = app.test_client()
    post(client, f"/{door}/login", name=name, password=PASSWORD)
    return client


def post(client, path, **data):
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(path).text)[1]
    return client.post(path, data={"csrf_token": token, **data})


@pytest.fixture
def office(enrolled, township):
    """Signed in as 周纪检, with a key made, and one report handed in at the village."""
    client = signed_in(township, create_app(township), "周纪检", "discipline", "discipline")
    assert "还没有钥匙" in client.get("/discipline/").text
    short = post(client, "/discipline/key", passphrase="短", again="短")
    assert short.status_code == 400 and "太短" in short.text
    unlike = post(client, "/discipline/key", passphrase=PHRASE, again="别的")
    assert "不一样" in unlike.text
    assert post(client, "/discipline/key", passphrase=PHRASE, again=PHRASE).status_code == 302
    copied(township, enrolled)
    code = boxes.new_code()
    key, box, mailbox = sealed.sealed_here(enrolled.journal, TOWNSHIP, WORDS, code)
    id = sealed.receive(enrolled.journal, township=TOWNSHIP, key=key, box=box, mailbox=mailbox)
    copied(enrolled, township, "parent")
    return client, id, code


def test_a_report_is_opened_with_the_passphrase_answered_and_on_record(office, township):
    client, id, code = office
    page = f"/discipline/reports/{id}"
    assert "东湖村" in client.get("/discipline/").text
    assert WORDS not in client.get(page).text
    assert "/discipline/unlock" in post(client, page, do="open").location
    assert sealed.log(township.journal) == []
    wrong = post(client, "/discipline/unlock", passphrase="不是这句话不是这句话")
    assert wrong.status_code == 400 and "口令不对" in wrong.text
    assert post(client, "/discipline/unlock", passphrase=PHRASE).status_code == 302
    assert WORDS in post(client, page, do="open").text
    assert post(client, page, do="answer", text="已派人核实。").status_code == 302
    assert "已派人核实。" in client.get(page).text
    assert "周纪检" in client.get("/discipline/log").text
    [(_, answer)] = sealed.answers(township.journal, boxes.mailbox(code))
    assert "核实" not in answer
    assert sealed.report(township.journal, id).stream == f"{VILLAGE}/parent"


def test_the_key_is_shut_after_a_quarter_of_an_hour_and_by_hand(office, township):
    client, id, _ = office
    page = f"/discipline/reports/{id}"
    post(client, "/discipline/unlock", passphrase=PHRASE)
    with clock.set_to(NOW + timedelta(minutes=16)):
        assert "/discipline/unlock" in post(client, page, do="open").location
        post(client, "/discipline/unlock", passphrase=PHRASE)
        token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(page).text)[1]
        client.post("/discipline/lock", data={"csrf_token": token})
        assert "/discipline/unlock" in post(client, page, do="open").location


def test_supervisors_do_not_come_in_and_another_session_is_not_unlocked(office, township):
    client, id, _ = office
    post(client, "/discipline/unlock", passphrase=PHRASE)
    above = signed_in(township, client.application, "李监督", "supervisor", "township")
    for path in ("/discipline/", f"/discipline/reports/{id}", "/discipline/log"):
        assert "/discipline/login" in above.get(path).location
    assert "/township/login" in client.get("/township/").location
    other = signed_in(township, client.application, "吴纪检", "discipline", "discipline")
    assert "/unlock" in post(other, f"/discipline/reports/{id}", do="open").location


def test_a_village_has_no_such_door(village):
    assert create_app(village).test_client().get("/discipline/login").status_code == 404
