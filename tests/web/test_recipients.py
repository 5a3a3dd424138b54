"""Whom the township tells outward is set at its desk."""

import re

import pytest

from kiosk import create_app, messages, people
from tests.conftest import VILLAGE

PASSWORD = "cun-gong-kai"


@pytest.fixture
def supervisor(enrolled, township):
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


def test_somebody_is_added_tried_and_removed(supervisor, township):
    page = "/township/recipients"
    assert "还没有设置" in supervisor.get(page).text
    given = {"name": "王会计", "village": VILLAGE, "level": "0"}
    refused = post(supervisor, page, page, **given)
    assert refused.status_code == 400 and "联系方式" in refused.text
    assert 'value="王会计"' in refused.text
    assert post(supervisor, page, page, **given, phone="13800000000").status_code == 302
    [listed] = messages.recipients(township.journal)
    assert (listed.recipient.name, listed.recipient.village) == ("王会计", VILLAGE)
    post(supervisor, page, f"{page}/{listed.id}/try")
    assert "还没有在 node.toml 里设置" in supervisor.get(page).text
    post(supervisor, page, f"{page}/{listed.id}/remove")
    assert messages.recipients(township.journal) == []
