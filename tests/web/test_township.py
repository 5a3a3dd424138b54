"""The supervisors' door: who is late is first, and everything that is done leaves an entry."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pytest

from kiosk import clock, create_app, feedback, notices, people, supervision
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.sync import contacts
from tests import posting
from tests.conftest import TOWNSHIP, VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
STATEMENT = "finance.statement/2026Q3"
PASSWORD = "jian-du-2026"


@pytest.fixture(autouse=True)
def now():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def client(enrolled, township):
    """A supervisor, logged in, in a township whose one village was just heard of."""
    people.add_account(
        township.journal, "李监督", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    with clock.set_to(datetime(2026, 1, 2, tzinfo=UTC)):
        copied(enrolled, township)
    contacts.succeeded(township.journal, VILLAGE, {"version": "0.1.0"})
    client = create_app(township).test_client()
    post(client, "/township/login", name="李监督", password=PASSWORD)
    return client


def post(client, path, page=None, **data):
    html = client.get(page or path).text
    token = re.search(r'name="csrf_token" value="([^"]*)"', html)[1]
    return client.post(path, data={"csrf_token": token, **data})


def publish(node, item, title, period="", **changes):
    found = duties.catalogue(node.journal).items[item]
    given = {"content": {"text": "内容"}, **changes}
    return posting.publish(
        node.journal, actor="王会计", item=found, title=title, period=period, **given
    )


def row_of(node, key, village=VILLAGE):
    rows = duties.duties(node.journal, village, clock.today())
    return next(row for row in rows if row.duty.key == key)


def test_nobody_comes_in_without_logging_in(township):
    client = create_app(township).test_client()
    for path in ("/township/", "/township/matrix", "/township/timeliness.xlsx", "/township/orders"):
        assert client.get(path).headers["Location"].startswith("/township/login")


def test_an_officer_of_a_village_has_no_such_door(village):
    assert create_app(village).test_client().get("/township/login").status_code == 404


def test_the_overview_says_in_words_what_is_late(client, township):
    page = client.get("/township/").text
    late = duties.late_and_due(township.journal, VILLAGE, clock.today())
    count = sum(row.state != "due" for row in late)
    assert f"逾期</span><b>{count}</b>" in page and f"逾期 {count} 项" in page
    subject, days = re.search(r"<span>(.+)</span> <b>逾期 (\d+) 天</b>", page).groups()
    row = next(row for row in late if row.subject == subject)
    assert int(days) == (clock.today() - row.duty.due).days
    assert "没有要催的" not in page


def test_the_worst_village_is_first(client, township, tmp_path):
    from kiosk import villages

    code = villages.invite(township.journal, "371721105202", actor="李监督")
    villages.enrol(
        township.journal, code, village_code="371721105202", name="西庄村",
        host="sanwu.invalid", public_key=bytes(32),
    )  # fmt: skip
    contacts.succeeded(township.journal, "371721105202", {})
    page = client.get("/township/").text
    assert page.index("东湖村</a></h3>") < page.index("西庄村</a></h3>")
    assert "没有要催的" in page


def test_a_village_that_was_not_heard_of_is_marked(client):
    assert "失联</span><b>0</b>" in client.get("/township/").text
    with clock.set_to(NOW + timedelta(hours=1)):
        assert "1 小时前" in client.get("/township/").text
    # A session is over by then, so the page is asked for by its own test of the words.
    from kiosk.sync.contacts import is_lost

    found = contacts.last_contact(client.application.extensions["kiosk"].journal, VILLAGE)
    with clock.set_to(NOW + timedelta(days=1)):
        assert not is_lost(found)
    with clock.set_to(NOW + timedelta(days=1, seconds=1)):
        assert is_lost(found) and is_lost(None)


def test_the_overview_asks_again_and_gets_304_until_something_changed(client, enrolled, township):
    page = client.get("/township/")
    tag = page.headers["ETag"]
    assert tag.strip('"') in page.text
    again = {"If-None-Match": tag, "HX-Request": "true"}
    assert client.get("/township/", headers=again).status_code == 304
    publish(enrolled, "finance.statement", "2026年第三季度收支", "2026Q3", content={
        "opening": 0, "income": [], "expense": [], "closing": 0, "note": ""})  # fmt: skip
    copied(enrolled, township)
    fragment = client.get("/township/", headers=again)
    assert fragment.status_code == 200
    assert fragment.text.lstrip().startswith('<div id="page"')
    with clock.set_to(NOW + timedelta(minutes=5)):
        new = {**again, "If-None-Match": fragment.headers["ETag"]}
        assert "5 分钟前" in client.get("/township/", headers=new).text


def test_a_village_s_page_has_due_published_and_witnessed_dates(client, enrolled, township):
    with clock.set_to(datetime(2026, 10, 9, 1, tzinfo=UTC)):
        id = publish(enrolled, "finance.statement", "2026年第三季度收支", "2026Q3", content={
            "opening": 0, "income": [], "expense": [], "closing": 0, "note": ""})  # fmt: skip
    with clock.set_to(datetime(2026, 10, 15, 1, tzinfo=UTC)):
        copied(enrolled, township)
    page = client.get(f"/township/villages/{VILLAGE}").text
    row = page[page.index(f"/n/{id}") :]
    row = row[: row.index("</tr>")]
    assert "10月10日" in row and "10月9日" in row and "2026年10月15日 09:00" in row
    assert "见证晚了 6 天" in row


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"screens": [{"name": "大厅", "state": "dark"}]}, "黑屏或没有动静"),
        ({"offset": -600}, "相差 10 分钟"),
        ({"disk_free": 2**30, "troubles": ["盘快满了"]}, "盘快满了"),
        ({"screens": 3, "offset": "x", "troubles": None, "version": []}, "联系"),
    ],
)
def test_what_a_village_s_machine_says_of_itself_is_shown(client, township, said, words):
    contacts.succeeded(township.journal, VILLAGE, said)
    answer = client.get(f"/township/villages/{VILLAGE}")
    assert answer.status_code == 200 and words in answer.text


def test_the_matrix_shows_each_item_of_a_period(client):
    page = client.get("/township/matrix?period=2026Q3").text
    assert "财务收支情况" in page and "逾期 45 天" in page
    assert client.get("/township/matrix").status_code == 200
    assert "没有应公开的事项" in client.get("/township/matrix?period=1999Q1").text


def test_the_timeliness_table_opens_and_runs_nothing(client, enrolled, township):
    from openpyxl import load_workbook

    duty_commands.open_event(
        enrolled.journal, "王会计", "village.decision", '=HYPERLINK("x")', date(2026, 11, 2)
    )
    copied(enrolled, township)
    answer = client.get("/township/timeliness.xlsx")
    name = unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
    assert name == "李楼镇三务公开时效表 2026-11-24.xlsx"
    one = client.get(f"/township/timeliness.xlsx?village={VILLAGE}").headers["Content-Disposition"]
    assert "东湖村三务公开时效表" in unquote(one)
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0][:6] == ("村", "事项", "期间", "到期日", "状态", "公开日")
    late = next(row for row in rows if row[1] == "财务收支情况" and row[2] == "2026年第三季度")
    assert (late[0], late[4], late[7]) == ("东湖村", "严重逾期", 45)
    assert late[3].date() == date(2026, 10, 10)
    assert not any(str(cell).startswith(("=", "+", "@")) for row in rows for cell in row)


def test_times_of_the_timeliness_table_are_times(client, enrolled, township):
    from openpyxl import load_workbook

    with clock.set_to(datetime(2026, 10, 9, 16, 30, tzinfo=UTC)):
        publish(enrolled, "finance.statement", "三季度", period="2026Q3", content={
            "opening": 0, "income": [], "expense": [], "closing": 0, "note": ""})  # fmt: skip
        copied(enrolled, township)
    answer = client.get("/township/timeliness.xlsx")
    rows = load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)
    met = next(row for row in rows if row[1] == "财务收支情况" and row[2] == "2026年第三季度")
    assert met[6] == datetime(2026, 10, 10, 0, 30)


def test_a_duty_is_excused_with_a_reason(client, township):
    path = f"/township/villages/{VILLAGE}/duty?key={STATEMENT}"
    refused = post(client, path, do="excuse", reason=" ")
    assert refused.status_code == 400 and "请写明理由" in refused.text
    assert post(client, path, do="excuse", reason="账本送审").status_code == 302
    row = row_of(township, STATEMENT)
    assert (row.state, row.reason) == ("excused", "账本送审")
    [entry] = [e for e in township.journal.all_entries() if e.kind == "duty.excused"]
    assert (entry.actor, entry.stream) == ("李监督", f"{TOWNSHIP}/public")


def test_a_declaration_of_nothing_is_rejected(client, enrolled, township):
    relief = "village.relief/2026Q3"
    duty_commands.declare_none(enrolled.journal, "王会计", "village.relief", "2026Q3", "没有捐赠")
    copied(enrolled, township)
    path = f"/township/villages/{VILLAGE}/duty?key={relief}"
    assert "没有捐赠" in client.get(path).text
    post(client, path, do="reject", reason="有慰问款")
    assert row_of(township, relief).state == "escalated"


def test_an_order_is_sent_answered_and_closed(client, enrolled, township):
    path = f"/township/villages/{VILLAGE}/duty?key={STATEMENT}"
    assert "已逾期 45 天。请在11月27日前公开" in client.get(path).text
    post(client, path, do="order", text="请三天内公开。", until="2026-11-27")
    copied(township, enrolled, VILLAGE)
    [order] = supervision.open_orders(enrolled.journal, VILLAGE)
    assert (order.about, order.actor) == (STATEMENT, "李监督")
    supervision.answer_order(enrolled.journal, order.id, "明天公开。", actor="王会计")
    copied(enrolled, township, "parent")
    assert "明天公开。" in client.get("/township/orders").text
    post(client, f"/township/orders/{order.id}/close", page="/township/orders")
    assert supervision.order(township.journal, order.id).state == "closed"


def test_feedback_has_its_age_and_what_waits_too_long_is_marked(client, township):
    with clock.set_to(NOW - timedelta(days=12)):
        id, _ = feedback.receive(
            township.journal, village=VILLAGE, kind="询问", text="路灯", phone="13812345678"
        )
    for path in ("/township/", "/township/feedback", f"/township/villages/{VILLAGE}"):
        assert "已等 12 天，超期" in client.get(path).text
    assert "13812345678" not in client.get(f"/township/feedback/{id}").text
    shown = post(client, f"/township/feedback/{id}", do="contact").text
    assert "13812345678" in shown and "已记下您看过" in shown
    assert "已看过 1 次" in client.get(f"/township/feedback/{id}").text
    sent = post(client, f"/township/feedback/{id}", do="order", text="答复", until="2026-11-27")
    assert sent.status_code == 302
    assert supervision.open_orders(township.journal)[0].about == id
    assert "路灯" in client.get("/township/feedback?show=all&village=" + VILLAGE).text


def test_a_photo_of_feedback_is_for_supervisors_only(client, township):
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "JPEG")
    sha = township.blobs.put(file.getvalue())
    feedback.receive(township.journal, village=VILLAGE, kind="询问", text="看图", photo=sha)
    assert client.get(f"/township/blobs/{sha}").mimetype == "image/jpeg"
    assert client.get(f"/township/blobs/{'0' * 64}").status_code == 404
    assert client.get("/township/blobs/x").status_code == 404
    stranger = create_app(township).test_client()
    assert stranger.get(f"/township/blobs/{sha}").status_code == 302


def test_a_notice_goes_to_all_villages_and_is_withdrawn(client, enrolled, township):
    sent = post(client, "/township/notices", title="防汛", text="今晚有大雨", urgent="1")
    assert sent.status_code == 302
    [notice] = notices.queries.township_notices(township.journal, TOWNSHIP)
    assert (notice.title, notice.affairs) == ("【紧急】防汛", "township")
    copied(township, enrolled)
    assert "【紧急】防汛" in create_app(enrolled).test_client().get("/").text
    path = f"/township/notices/{notice.id}/withdraw"
    assert post(client, path, reason="").status_code == 400
    assert post(client, path, reason="雨停了").status_code == 302
    assert notices.notice(township.journal, notice.id).state == "withdrawn"


def test_a_notice_with_personal_data_is_stopped_and_masked_by_one_tap(client, township):
    typed = {"title": "领取补贴", "text": "请张三 13912345678 来镇里"}
    stopped = post(client, "/township/notices", **typed)
    assert stopped.status_code == 400
    assert (
        "手机号" in stopped.text and typed["text"] in stopped.text and "打码后发出" in stopped.text
    )
    assert post(client, "/township/notices", **typed, do="mask").status_code == 302
    [notice] = notices.queries.township_notices(township.journal, TOWNSHIP)
    assert "13912345678" not in notice.content["text"]


def test_an_invitation_is_shown_once(client, township):
    answer = post(client, "/township/villages", village="371721105202")
    code = re.search(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", answer.text)[0]
    assert code not in client.get("/township/villages").text
    assert all(code not in str(entry) for entry in township.journal.all_entries())
    wrong = post(client, "/township/villages", village="371722105202")
    assert wrong.status_code == 400 and "不是本乡镇的村" in wrong.text


def test_a_village_that_is_in_is_asked_whether_it_changes_its_machine(client, township):
    asked = post(client, "/township/villages", village=VILLAGE)
    assert "东湖村已经接入，要换机器吗？" in asked.text and "kiosk enrol" not in asked.text
    assert township.journal.find(VILLAGE, "village.invited")[-1].body["recovers"] is False
    answer = post(client, "/township/villages", village=VILLAGE, again="yes")
    assert "kiosk recover" in answer.text and "东湖村换机器的加入码" in answer.text
    assert township.journal.find(VILLAGE, "village.invited")[-1].body["recovers"] is True


def test_a_township_notice_says_which_villages_have_it(client, township):
    id = posting.publish(
        township.journal, actor="李监督", item="township", title="防汛通知",
        content={"text": "注意"},
    )  # fmt: skip
    stream = f"{TOWNSHIP}/public"
    for holds, words in (
        ({}, "到了 0 个村，共 1 个"),
        ({stream: "x"}, "到了 0 个村"),
        ({stream: 1}, "到了 0 个村"),
        ({stream: township.journal.size(stream)}, "到了 1 个村"),
    ):
        contacts.succeeded(township.journal, VILLAGE, {"holds": holds})
        page = client.get(f"/township/notices/{id}").text
        assert words in page
        assert ("已到</span>" in page) is ("到了 1" in words)
    assert "都到了" in client.get("/township/notices").text
    notices.withdraw(township.journal, id, actor="李监督", reason="重复")
    assert "撤回到了 0 个村" in client.get(f"/township/notices/{id}").text


def test_feedback_that_was_not_solved_has_the_day_of_asking_again(client, enrolled, township):
    with clock.set_to(NOW - timedelta(days=10)):
        id, _ = feedback.receive(
            township.journal, village=VILLAGE, kind="询问", text="路灯什么时候修？"
        )
        copied(township, enrolled, VILLAGE)
        feedback.answer(enrolled.journal, id, "下周。", public=False, actor="王会计")
        copied(enrolled, township, "parent")
    with clock.set_to(NOW - timedelta(days=3)):
        feedback.rate(township.journal, id, satisfied=False)
    page = client.get("/township/feedback").text
    assert "11月21日重新提出" in page and "已等 3 天" in page and "11月14日" not in page
    assert "重新提出</dt>" in client.get(f"/township/feedback/{id}").text


@pytest.mark.parametrize(
    "path", ["villages/371721105299", "villages/371721105201/duty?key=x", "feedback/x",
             "notices/x/withdraw"],
)  # fmt: skip
def test_what_is_not_there_is_404(client, path):
    assert client.get(f"/township/{path}").status_code == 404


def test_every_form_needs_its_token(client):
    assert client.post("/township/notices", data={"title": "x", "text": "y"}).status_code == 400
