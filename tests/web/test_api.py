"""Open data: pages, filters, valid Atom, and nothing that is not public."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from kiosk import clock, create_app, feedback
from kiosk.web.feeds import ATOM
from tests import posting
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def publish(node, title, minute=0, text="内容"):
    from kiosk.duties import queries as duties

    item = duties.catalogue(node.journal).items["village.plan"]
    with clock.set_to(NOW + timedelta(minutes=minute)):
        return posting.publish(
            node.journal, actor="王会计", item=item, title=title, content={"text": text}
        )


@pytest.fixture
def client(enrolled, township):
    for minute in range(3):
        publish(enrolled, f"第{minute}条", minute)
    with clock.set_to(NOW + timedelta(minutes=9)):
        copied(enrolled, township)
    return create_app(township).test_client()


def test_health_says_who_and_how_far(client, township):
    found = client.get("/healthz").json
    assert found["status"] == "ok"
    assert (found["role"], found["code"], found["name"]) == ("township", "371721105000", "李楼镇")
    assert found["position"] == township.journal.position and found["version"]


def test_notices_page_newest_first(client):
    first = client.get("/api/v1/notices.json?per_page=2").json
    assert [each["title"] for each in first["notices"]] == ["第2条", "第1条"]
    assert (first["total"], first["pages"], first["previous"]) == (3, 2, None)
    second = client.get(first["next"]).json
    assert [each["title"] for each in second["notices"]] == ["第0条"]
    assert second["next"] is None and second["previous"]


def test_a_notice_tells_who_when_and_where(client):
    [*_, found] = client.get("/api/v1/notices.json").json["notices"]
    assert found["village"] == {"code": VILLAGE, "name": "东湖村"}
    assert found["published_at"] == "2026-11-24T02:00:00+00:00"
    assert found["witnessed_at"] == "2026-11-24T02:09:00+00:00"
    assert found["url"] == f"http://localhost/n/{found['id']}"
    assert found["content"] == {"text": "内容"}


def test_lists_are_narrowed_by_village_and_affairs(client):
    assert client.get(f"/api/v1/notices.json?village={VILLAGE}").json["total"] == 3
    assert client.get("/api/v1/notices.json?affairs=party").json["total"] == 0
    assert client.get("/api/v1/notices.json?village=371721105299").status_code == 404
    assert client.get("/api/v1/notices.json?affairs=nothing").status_code == 404


@pytest.mark.parametrize("query", ["page=x", "page=-1", "per_page=0", "per_page=100000"])
def test_odd_numbers_do_no_harm(client, query):
    found = client.get(f"/api/v1/notices.json?{query}")
    assert found.status_code == 200 and found.json["per_page"] <= 100


def test_csv_opens_in_excel_and_runs_nothing(enrolled):
    publish(enrolled, '=HYPERLINK("x")')
    answer = create_app(enrolled).test_client().get("/api/v1/notices.csv?per_page=1")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:3] == ["编号", "村代码", "村"]
    assert rows[1][5].startswith("'=HYPERLINK")


def test_csv_pages_by_link(client):
    answer = client.get("/api/v1/notices.csv?per_page=2")
    assert 'rel="next"' in answer.headers["Link"]


def test_the_feed_is_atom(client, enrolled, township):
    publish(enrolled, "控制\x0b字符 & <标签>", 12, "正文\x00")
    copied(enrolled, township)
    answer = client.get("/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    space = {"a": ATOM}
    assert feed.tag == f"{{{ATOM}}}feed"
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"a:{name}", namespaces=space)
    entries = feed.findall("a:entry", space)
    assert len(entries) == 4
    assert entries[0].findtext("a:title", namespaces=space) == "控制字符 & <标签>"
    ids = [entry.findtext("a:id", namespaces=space) for entry in entries]
    assert len(set(ids)) == 4 and all(id.startswith("tag:") for id in ids)
    for entry in entries:
        assert entry.findtext("a:author/a:name", namespaces=space) == "东湖村"
        assert entry.find("a:link", space).get("href").startswith("http")
    assert feed.findtext("a:updated", namespaces=space) == "2026-11-24T02:12:00+00:00"


def test_an_empty_feed_is_atom_too(village):
    feed = ElementTree.fromstring(create_app(village).test_client().get("/feed.atom").data)
    assert feed.findtext(f"{{{ATOM}}}updated") == "2026-01-01T00:00:00+08:00"


def test_nothing_private_is_in_open_data(enrolled, township, client):
    with clock.set_to(NOW):
        feedback.receive(
            township.journal, village=VILLAGE, kind="询问", text="私下问", phone="13812345678"
        )
    for path in ("/api/v1/notices.json", "/api/v1/notices.csv", "/feed.atom"):
        assert "私下问" not in client.get(path).text and "13812345678" not in client.get(path).text


def test_what_did_not_change_is_not_sent_again(client):
    first = client.get("/api/v1/notices.json")
    again = client.get("/api/v1/notices.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(first.data)
