"""Open interfaces: the description holds for every answer; tables, feed, sitemap, frame."""

import csv
import io
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks

from kiosk import clock, create_app, feedback, services
from kiosk.duties import queries as duties
from kiosk.notices import commands
from kiosk.rules import forms
from kiosk.web.crawlers import SITEMAP
from tests import posting
from tests.conftest import TOWNSHIP, VILLAGE, copied

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
STATEMENT = forms.example(forms.load()["finance_statement"])
LOW = {
    "name": "低保申请", "place": "村委会", "person": "孙丽华", "phone": "0530-3350123",
    "within": "20 个工作日", "papers": ["户口本"],
}  # fmt: skip
CLERK = {"name": "孙丽华", "post": "文书", "duty": "低保、户籍", "matters": ["低保"]}


def publish(node, item, title, content, minute=0, **given):
    with clock.set_to(NOW + timedelta(minutes=minute)):
        found = duties.catalogue(node.journal).items[item]
        return posting.publish(
            node.journal, actor="王会计", item=found, title=title, content=content, **given
        )


@pytest.fixture
def statement(enrolled):
    return publish(
        enrolled, "finance.statement", "第三季度收支", STATEMENT, minute=1, period="2026Q3"
    )


@pytest.fixture
def app(enrolled, township, statement):
    publish(enrolled, "village.plan", "发展规划", {"text": "修路"})
    with clock.set_to(NOW):
        services.describe_service(enrolled.journal, LOW, actor="孙丽华")
        services.describe_official(enrolled.journal, CLERK, actor="孙丽华")
        feedback.receive(township.journal, village=VILLAGE, kind="询问", text="私下问")
    with clock.set_to(NOW + timedelta(minutes=9)):
        copied(enrolled, township)
    return create_app(township)


def rows(answer):
    assert answer.status_code == 200 and answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_every_answer_is_as_described(app, statement):
    """Schemathesis makes requests up from the description, good and bad ones. What is no number is
    forgiven (as described), so that bad ones are refused is not asked."""
    load_all_checks()
    checks = schemathesis.checks.CHECKS.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        ]
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    described = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        described.add(operation.path)
        _hold(operation, checks)
    public = {
        str(rule).replace("<id>", "{id}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0]
        in ("api", "feeds", "open_lists", "open_tables", "crawlers", "embed", "feedback_data")
    }
    # The description's own address is left out by the tool.
    assert described | {"/api/v1/openapi.json"} == public


def _hold(operation, checks):
    modes = MODES if list(operation.query) else MODES[:1]

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def holds(data):
        mode = data.draw(st.sampled_from(modes))
        data.draw(operation.as_strategy(generation_mode=mode)).call_and_validate(checks=checks)

    holds()


def test_lists_hold_what_they_are_for(app, statement):
    client = app.test_client()
    with clock.set_to(NOW):
        found = client.get(f"/api/v1/duties.json?village={VILLAGE}&state=met_late").json
    [met] = [
        it
        for it in found["duties"]
        if (it["item"], it["period"]) == ("finance.statement", "2026Q3")
    ]
    assert met["notice"].endswith(f"/n/{statement}")
    assert met["village"] == {"code": VILLAGE, "name": "东湖村"} and met["published"]
    assert found["total"] == len(found["duties"])
    for wrong in ("village=371721105299", "state=lost"):
        assert client.get(f"/api/v1/duties.json?{wrong}").status_code == 404
    [service] = client.get("/api/v1/services.json").json["services"]
    assert (service["name"], service["papers"]) == ("低保申请", ["户口本"])
    [official] = client.get("/api/v1/officials.json").json["officials"]
    assert (official["name"], official["photo"]) == ("孙丽华", None)


def test_known_answers_hold_for_the_description_too(app, statement):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for path in ("/api/v1/notices.json", "/api/v1/duties.json", "/feed.json", "/n/{id}.csv"):
        case = schema[path]["GET"].Case(path_parameters={"id": statement} if "{" in path else {})
        answer = case.call_and_validate()
        assert answer.status_code == 200
        tag = {"If-None-Match": answer.headers["etag"][0]}
        assert case.call(headers=tag).status_code == 304


def test_the_description_is_open_and_what_cannot_be_done_is_told(app):
    client = app.test_client()
    found = client.get("/api/v1/openapi.json")
    assert found.json["openapi"] == "3.1.0" and found.json["info"]["version"]
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    refused = client.post("/api/v1/notices.json")
    assert refused.status_code == 405 and "GET" in refused.headers["Allow"]


def test_the_json_feed_tells_what_atom_tells(app):
    client = app.test_client()
    feed = client.get("/feed.json").json
    atom = ElementTree.fromstring(client.get("/feed.atom").data)
    ids = [it.text for it in atom.findall("{*}entry/{*}id")]
    assert [it["id"] for it in feed["items"]] == ids and len(ids) == 2
    assert feed["items"][0]["authors"] == [{"name": "东湖村"}]
    assert [it["title"] for it in client.get("/feed.json?affairs=village").json["items"]] == [
        "发展规划"
    ]


def test_a_statement_is_one_table_of_two(app, statement):
    found = rows(app.test_client().get(f"/n/{statement}.csv"))
    assert found[:2] == [
        ["表", "项目", "金额（元）", "其中"],
        ["收入", "上级补助收入", "32100.00", ""],
    ]
    assert ["支出", "办公费", "890.00", "是"] in found
    assert "下载表格" in app.test_client().get(f"/n/{statement}").text


def test_a_list_of_persons_runs_nothing_in_a_spreadsheet(village):
    content = forms.example(forms.load()["person_list"]) | {
        "total": 5,
        "columns": [{"name": "姓名", "amount": False}, {"name": "金额", "amount": True}],
        "rows": [["=1+1", 5]],
    }
    id = publish(village, "village.minimum_living", "名单", content, period="2026Q3")
    found = rows(create_app(village).test_client().get(f"/n/{id}.csv"))
    assert found == [["姓名", "金额（元）"], ["'=1+1", "0.05"]]


def test_what_is_gone_or_has_no_table_says_so(village):
    client = create_app(village).test_client()
    plain = publish(village, "village.plan", "发展规划", {"text": "修路"})
    assert client.get(f"/n/{plain}.csv").status_code == 404
    assert "下载表格" not in client.get(f"/n/{plain}").text
    gone, erased = (
        publish(village, "finance.statement", "收支", STATEMENT, n, period=f"2026Q{n}")
        for n in (1, 2)
    )
    with clock.set_to(NOW + timedelta(minutes=9)):
        commands.withdraw(village.journal, gone, actor="王会计", reason="发错了")
        [entry] = village.journal.find(erased)
        village.journal.erase("public", entry.seq, actor="王会计", reason="个人信息")
    answer = client.get(f"/n/{gone}.csv")
    assert answer.status_code == 410 and "撤回" in answer.text
    answer = client.get(f"/n/{erased}.csv")
    assert answer.status_code == 410 and "删除" in answer.text and "补助" not in answer.text
    for path in ("/sitemap.xml", "/embed", "/feed.json"):
        assert gone not in client.get(path).text and erased not in client.get(path).text


def test_search_engines_find_what_is_public(app, statement):
    client = app.test_client()
    root = ElementTree.fromstring(client.get("/sitemap.xml").data)
    assert root.tag == f"{{{SITEMAP}}}urlset"
    places = {it.findtext("{*}loc"): it.findtext("{*}lastmod") for it in root}
    assert places[f"http://localhost/n/{statement}"] == "2026-11-24T02:01:00+00:00"
    assert sum("/s/" in place for place in places) == 1 and len(places) == 3
    robots = client.get("/robots.txt").text.splitlines()
    assert "Disallow: /township" in robots and "Sitemap: http://localhost/sitemap.xml" in robots
    assert not any("/s/x".startswith(it[10:]) for it in robots if it.startswith("Disallow"))


def test_only_the_frame_may_be_framed(app, statement):
    client = app.test_client()
    answer = client.get(f"/embed?village={VILLAGE}&affairs=finance&n=1")
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers and "Set-Cookie" not in answer.headers
    link = f'<a href="http://localhost/n/{statement}" target="_blank" rel="noopener">'
    assert link in answer.text and "<script" not in answer.text and answer.text.count("<li>") == 1
    for path in ("/", f"/n/{statement}", "/m/", "/feed.json", "/embed?village=x"):
        other = client.get(path)
        assert "frame-ancestors 'self'" in other.headers["Content-Security-Policy"]
        assert other.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get(f"/embed?village={TOWNSHIP}").status_code == 200
