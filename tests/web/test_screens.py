"""A browser becomes a screen, gets its slides and reports; the desks say how screens fare."""

import re
from datetime import datetime, timedelta

import pytest

from kiosk import clock, create_app, people, screens
from kiosk.rules import catalogue
from kiosk.screens import commands
from kiosk.sync import contacts
from tests import posting
from tests.conftest import VILLAGE

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.BEIJING)
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def now():
    with clock.set_to(NOW):
        yield


def app(node):
    made = create_app(node)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def notice(node, item="village.safety", title="冬季防火检查", **content):
    given = {"content": content or {"text": "全村 312 户。"}, "title": title}
    if item == "township":
        return posting.publish(node.journal, actor="李监督", item=item, **given)
    period = {} if item == "village.advance" else {"period": "2026Q3"}
    event = {"event": "2026-11-25"} if item == "village.advance" else {}
    item = catalogue.load().items[item]
    return posting.publish(node.journal, actor="王会计", item=item, **given, **period, **event)


def alert(node):
    content = {"what": "换水泵，全村停水", "when": "明天 8:00 至 16:00", "where": "全村"}
    return notice(node, "village.advance", "明天停水", **content, who="用自来水的住户")


def slides(client):
    page = client.get("/attract").text
    return re.findall(r'class="slide slide-(\w+)', page), page


def test_a_browser_becomes_a_screen_by_the_desk_s_code(village):
    client = app(village).test_client()
    far = {"REMOTE_ADDR": "192.168.1.7"}
    assert client.post("/screens/heartbeat", json={}, headers=SAME).status_code == 404
    assert client.get("/?screen=大厅", environ_base=far).location == "/screen"
    id = screens.place(village.journal, actor="王会计", name="大厅")
    code = commands.code(village.journal, id)
    assert "六位数字" in client.get("/screen", environ_base=far).text
    wrong = client.post("/screen", data={"code": "000000"}, environ_base=far)
    assert wrong.status_code == 400 and "再要一个" in wrong.text
    right = client.post("/screen", data={"code": code}, environ_base=far)
    assert right.location == "/" and "HttpOnly" in right.headers["Set-Cookie"]
    assert client.post("/screens/heartbeat", json={}, headers=SAME).status_code == 204
    assert screens.screen(village.journal, id).state.kind == "good"
    kept = client.get("/attract")
    assert 'data-screen="大厅"' in kept.text and "Max-Age=34560000" in kept.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (SAME, 204),
        ({"Origin": "http://localhost"}, 204),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({}, 403),
    ],
)
def test_only_this_node_s_own_pages_report(village, headers, status):
    client = app(village).test_client()
    client.get("/?screen=大厅")
    assert client.post("/screens/heartbeat", json={}, headers=headers).status_code == status


def test_another_site_s_link_makes_no_screen(village):
    client = app(village).test_client()
    client.get("/?screen=大厅", headers={"Sec-Fetch-Site": "cross-site"})
    client.get("/?screen=大厅", headers={"Host": "sanwu.example.cn"})
    assert screens.screens(village.journal) == []


def test_what_is_no_heartbeat_is_refused(village):
    client = app(village).test_client()
    client.get("/?screen=大厅")
    for bad in ({"json": []}, {"json": 3}, {"data": "x"}):
        assert client.post("/screens/heartbeat", headers=SAME, **bad).status_code == 400


def test_the_slides_follow_the_playlist(village):
    client = app(village).test_client()
    notice(village)
    client.get("/?screen=大厅")
    kinds, page = slides(client)
    assert kinds == ["new", "overview", "today"]
    assert "农历十月十六" in page and "丙午马年" in page and "冬季防火检查" in page
    [screen] = screens.screens(village.journal)
    given = {"actor": "王会计", "name": "大厅", "slides": ["today"], "seconds": 20}
    screens.place(village.journal, screen=screen.id, **given)
    kinds, page = slides(client)
    assert kinds == ["today"] and 'data-seconds="20"' in page


def test_who_is_on_duty_today_comes_from_the_directory(village):
    client = app(village).test_client()
    people = [
        {"name": "孙守信", "post": "主任", "duty": "全面", "shift": "星期一"},
        {
            "name": "孙丽华",
            "post": "文书",
            "duty": "代办",
            "phone": "0530-3291201",
            "shift": "周二",
        },
    ]
    item = catalogue.load().items["village.organisation"]
    given = {"title": "分工", "content": {"people": people}}
    posting.publish(village.journal, actor="王会计", item=item, **given)
    today = client.get("/attract").text.partition("slide-today")[2]
    assert "孙丽华（文书）" in today and "孙守信" not in today


def test_what_is_urgent_stands_alone_until_its_end(village):
    client = app(village).test_client()
    id = alert(village)
    screens.declare_urgent(village.journal, id, NOW + timedelta(hours=2), actor="王会计")
    kinds, page = slides(client)
    assert kinds == ["urgent"] and "换水泵，全村停水" in page
    home = client.get("/").text
    assert f'class="urgent-strip" href="/notices/{id}"' in home and f"{id}@2026" in home
    assert "urgent-strip" not in client.get(f"/notices/{id}").text
    tag = client.get("/attract").headers["ETag"]
    with clock.set_to(NOW + timedelta(hours=3)):
        after = client.get("/attract", headers={"If-None-Match": tag})
        assert after.status_code == 200 and "slide-urgent" not in after.text


def test_slides_that_did_not_change_are_not_sent_again(village):
    client = app(village).test_client()
    tag = client.get("/attract").headers["ETag"]
    assert client.get("/attract", headers={"If-None-Match": tag}).status_code == 304
    notice(village)
    assert client.get("/attract", headers={"If-None-Match": tag}).status_code == 200


def test_the_machine_that_drives_the_screen_asks_for_its_hours(village):
    client = app(village).test_client()
    assert client.get("/screens/now").json == {"on": True, "screens": []}
    given = {"actor": "王会计", "name": "大厅", "on": "06:30", "off": "09:00"}
    screens.place(village.journal, **given)
    said = client.get("/screens/now").json
    assert said["on"] is False and said["screens"][0]["state"] == "waiting"
    far = client.get("/screens/now", environ_base={"REMOTE_ADDR": "192.168.1.7"})
    assert far.status_code == 404


def test_the_worker_is_served_from_the_root(village):
    answer = app(village).test_client().get("/sw.js")
    assert answer.mimetype == "text/javascript" and answer.headers["Cache-Control"] == "no-cache"


@pytest.fixture
def officer(village):
    people.add_account(
        village.journal, "王会计", "officer", node_role="village", actor="t", password="sanwu-demo"
    )
    client = app(village).test_client()
    client.post("/office/login", data={"name": "王会计", "password": "sanwu-demo"})
    return client


def test_an_officer_sets_a_screen_up_and_gets_its_code(officer, village):
    assert "还没有登记屏幕" in officer.get("/office/screens").text
    form = {"name": "大厅", "place": "一楼", "on": "6:30", "off": "21:00", "dim": "20:00",
            "bright": "06:30", "slides": ["new", "today"], "seconds": "15"}  # fmt: skip
    wrong = officer.post("/office/screens/new", data={**form, "off": ""})
    assert wrong.status_code == 400 and "要么都填" in wrong.text and 'value="大厅"' in wrong.text
    made = officer.post("/office/screens/new", data=form)
    [screen] = screens.screens(village.journal)
    assert made.location == f"/office/screens/{screen.id}/code"
    assert not re.search(r"\d{3} \d{3}", officer.get(made.location).text)
    digits = re.search(r"(\d{3}) (\d{3})", officer.post(made.location).text)
    token = screens.start_with(village.journal, digits[0])
    assert screens.started(village.journal, token).id == screen.id
    changed = officer.post(f"/office/screens/{screen.id}", data={**form, "name": "门口"})
    assert changed.location == "/office/screens"
    page = officer.get("/office/screens").text
    assert "门口" in page and "06:30 到 21:00" in page
    officer.post(f"/office/screens/{screen.id}/remove")
    assert screens.screens(village.journal) == []
    assert officer.get(f"/office/screens/{screen.id}").status_code == 404


def test_an_officer_makes_a_notice_urgent_and_ends_it(officer, village):
    id = alert(village)
    assert "明天停水" in officer.get("/office/urgent").text
    late = officer.post("/office/urgent", data={"notice": id, "until": "2026-11-20T08:00"})
    assert late.status_code == 400 and "已经过了" in late.text
    officer.post("/office/urgent", data={"notice": id, "until": "2026-11-25T16:00"})
    [found] = screens.urgent(village.journal, [VILLAGE])
    assert found.until == datetime(2026, 11, 25, 16, 0, tzinfo=clock.BEIJING)
    assert "现在结束" in officer.get("/office/screens").text
    officer.post(f"/office/urgent/{id}/end")
    assert screens.urgent(village.journal, [VILLAGE]) == []


@pytest.fixture
def supervisor(township):
    people.add_account(
        township.journal, "李监督", "supervisor", node_role="township", actor="t",
        password="sanwu-demo",
    )  # fmt: skip
    client = app(township).test_client()
    client.post("/township/login", data={"name": "李监督", "password": "sanwu-demo"})
    return client


def test_the_township_sees_which_screen_is_dark_and_since_when(supervisor, township, enrolled):
    id = screens.place(enrolled.journal, actor="王会计", name="大厅")
    screens.heartbeat(enrolled.journal, id, {})
    home = supervisor.get("/township/")
    with clock.set_to(NOW + timedelta(minutes=4)):
        said = {"screens": screens.status(enrolled.journal)}
        contacts.succeeded(township.journal, VILLAGE, said)
        again = supervisor.get("/township/", headers={"If-None-Match": home.headers["ETag"]})
        assert "屏幕“大厅”<strong>黑屏或没有动静</strong>，2026年11月24日 10:00起" in again.text
        screens.heartbeat(
            township.journal, screens.place(township.journal, actor="system", name="镇大厅"), {}
        )
        page = supervisor.get("/township/screens").text
        assert "本机自己的屏幕" in page and "镇大厅" in page
        assert "大厅" in page and "黑屏或没有动静" in page
        assert "黑屏或没有动静" in supervisor.get(f"/township/villages/{VILLAGE}").text
        supervisor.post(f"/township/villages/{VILLAGE}/screens/{id}/forget")
        assert "黑屏" not in supervisor.get("/township/").text


def test_an_urgent_notice_of_the_township_has_an_end(supervisor, township):
    form = {"title": "防汛", "text": "今晚有大雨。", "urgent": "1"}
    late = supervisor.post("/township/notices", data={**form, "until": "2026-11-20T08:00"})
    assert late.status_code == 400 and "已经过了" in late.text and "今晚有大雨" in late.text
    supervisor.post("/township/notices", data={**form, "until": "2026-11-25T08:00"})
    [found] = screens.urgent(township.journal, [township.config.code])
    assert found.notice.title == "【紧急】防汛"
    supervisor.post("/township/notices", data={"title": "平常", "text": "不急。"})
    assert len(screens.urgent(township.journal, [township.config.code])) == 1
