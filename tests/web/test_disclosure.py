"""Disclosure on request at the desk and on the phone's door, and the annual report's pages."""

import io
import re
from datetime import UTC, datetime, timedelta

import docx
import pytest

from kiosk import clock, create_app, people
from kiosk.requests import queries

PASSWORD = "jian-du-2026"
NOW = datetime(2026, 3, 3, 2, tzinfo=UTC)
SECRET = ("李小红", "13805301234", "37172119900307451X")


@pytest.fixture(autouse=True)
def now():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def desk(township):
    people.add_account(
        township.journal, "郑国华", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    client = create_app(township).test_client()
    post(client, "/township/login", name="郑国华", password=PASSWORD)
    return client


def post(client, path, page=None, **data):
    html = client.get(page or path).text
    token = re.search(r'name="csrf_token" value="([^"]*)"', html)[1]
    return client.post(path, data={"csrf_token": token, **data})


def applied(township, **changes):
    """A villager's request by phone: its follow-up address."""
    phone = create_app(township).test_client()
    given = {
        "about": "2025 年道路养护资金怎么分的", "wanted": "纸质", "applicant": "自然人",
        "name": SECRET[0], "paper": "居民身份证", "number": SECRET[2], "phone": SECRET[1],
        **changes,
    }  # fmt: skip
    return phone, post(phone, "/apply", **given)


def test_a_request_by_phone_waits_to_be_confirmed_and_is_followed_by_its_link(township, desk):
    phone, done = applied(township)
    assert done.status_code == 303
    page = phone.get(done.headers["Location"])
    assert "等工作人员和您确认" in page.text and SECRET[0] not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    [found] = queries.requests(township.journal)
    one = f"/township/requests/{found.id}"
    assert "等待与申请人确认" in desk.get("/township/requests").text
    with clock.set_to(NOW + timedelta(hours=1, days=1)):
        post(desk, "/township/login", name="郑国华", password=PASSWORD)
        assert "1 件信息公开申请要办" in desk.get("/township/").text
    assert post(desk, one, do="confirm").status_code == 302
    assert "还剩 20 个工作日" in desk.get("/township/requests").text
    page = phone.get(done.headers["Location"]).text
    assert "2026年3月31日" in page and "还剩 20 个工作日" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"about": ""}, "请写明要公开什么信息"),
        ({"number": ""}, "证件号码"),
        ({"phone": ""}, "至少留一种联系方式"),
        ({"applicant": "别的"}, "申请人的类别"),
    ],
)
def test_a_refused_form_loses_nothing(township, changes, words):
    _, done = applied(township, **changes)
    assert done.status_code == 400 and words in done.text
    assert "about" in changes or "2025 年道路养护资金怎么分的" in done.text
    assert queries.requests(township.journal) == []


def test_sending_it_again_takes_it_once(township):
    phone = create_app(township).test_client()
    html = phone.get("/apply").text
    fields = dict(re.findall(r'name="(csrf_token|token)" value="([^"]*)"', html))
    fields |= {"about": "某事", "wanted": "纸质", "applicant": "自然人", "name": "某人"}
    fields |= {"paper": "护照", "number": "E12345678", "phone": "0530-3290001"}
    places = {phone.post("/apply", data=fields).headers["Location"] for _ in range(2)}
    assert len(places) == 1 and len(queries.requests(township.journal)) == 1


def test_a_village_has_no_such_form(village):
    assert create_app(village).test_client().get("/apply").status_code == 404


def test_who_asks_is_shown_at_the_press_of_a_button_and_on_record(township, desk):
    applied(township)
    [found] = queries.requests(township.journal)
    one = f"/township/requests/{found.id}"
    assert not any(secret in desk.get(one).text for secret in SECRET)
    page = post(desk, f"{one}/applicant", page=one).text
    assert SECRET[0] in page and SECRET[1] in page and SECRET[2] not in page
    assert "谁看过（1 次）" in page and "在网页上查看" in page
    assert SECRET[1] not in desk.get(one).text


def test_from_paper_to_a_letter(township, desk):
    done = post(
        desk, "/township/requests/new", channel="registered", arrived="2026-03-02", wanted="纸质",
        applicant="商业企业", name="某某公司", about="招标文件", address="某路 1 号",
    )  # fmt: skip
    one = done.headers["Location"]
    refused = post(desk, one, do="decide", outcome="internal", text="详见附件")
    assert refused.status_code == 400 and "具体情形" in refused.text and "详见附件" in refused.text
    post(desk, one, do="extend", days="10", approved_by="镇长", reason="资料需要查找")
    post(desk, one, do="ask", whom="某养护公司", what="投标报价")
    assert "暂停计时" in desk.get(one).text
    opinion = re.search(r'name="opinion" value="([^"]+)"', desk.get(one).text)[1]
    post(desk, one, do="opinion", opinion=opinion, agrees="no", text="商业秘密")
    post(desk, one, do="decide", outcome="third_party/商业秘密", text="报价明细不予公开。")
    page = desk.get(one).text
    which = re.findall(r'action="[^"]+/letters/([^"]+)"', page)
    assert [each.split("-")[0] for each in which] == ["receipt", "extension", "opinion", "answer"]
    said = {}
    for each in which:
        file = post(desk, f"{one}/letters/{each}", page=one)
        document = docx.Document(io.BytesIO(file.data))
        said[each.split("-")[0]] = "\n".join(it.text for it in document.paragraphs)
    assert "20 个工作日内答复" in said["receipt"] and "某某公司：" in said["receipt"]
    assert "延长答复期限 10 个工作日" in said["extension"]
    assert "某养护公司：" in said["opinion"] and "某某公司" not in said["opinion"]
    assert (
        "第三方的商业秘密" in said["answer"]
        and "应当先自收到本决定之日起六十日内" in said["answer"]
    )
    assert "报价明细不予公开" in said["answer"] and "你单位" in said["answer"]
    assert post(desk, one, do="deliver", way="邮寄").status_code == 302
    assert "已办结" in desk.get("/township/requests?year=2026").text


def test_the_report_is_drafted_completed_and_downloaded(township, desk):
    year = "/township/annual?year=2025"
    assert "2025年政府信息公开工作年度报告" in desk.get("/township/annual").text
    page = desk.get(year).text
    assert "还有 10 格要人工填写" in page and "表里的数都对得上" in page
    figure = "article_20/5/行政许可/本年处理决定数量"
    refused = post(desk, year, **{f"figure {figure}": "十四"})
    assert refused.status_code == 400 and "“十四”不是数" in refused.text
    given = {f"figure {figure}": "14", f"source {figure}": "便民服务中心台账"}
    assert post(desk, year, **given).status_code == 302
    assert "还有 9 格要人工填写" in desk.get(year).text
    behind = desk.get(f"/township/annual/figure?year=2025&id={figure}").text
    assert "便民服务中心台账" in behind and "郑国华" in behind
    post(desk, year, part="5", text="一是公开不够及时。全年收到政府信息公开申请 4 件。")
    page = desk.get(year).text
    assert "正文说收到申请 4 件" in page and "郑国华" in page
    post(desk, year, part="5", do="draft")
    assert "正文说" not in desk.get(year).text
    for ending in (".docx", ".html", ".xlsx", ".json"):
        file = desk.get(f"/township/annual/report{ending}?year=2025")
        assert file.status_code == 200 and "attachment" in file.headers["Content-Disposition"]
    for gone in ("annual?year=2012", "annual?year=2027", "annual/report.exe", "annual/figure?id=x"):
        assert desk.get(f"/township/{gone}").status_code == 404


def test_it_is_nobody_elses_desk(township):
    client = create_app(township).test_client()
    for path in ("requests", "requests/new", "requests/X", "annual", "annual/report.docx"):
        assert client.get(f"/township/{path}").headers["Location"].startswith("/township/login")
