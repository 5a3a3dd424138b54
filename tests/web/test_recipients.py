"""Whom the township tells outward is set at its desk."""

import pytest

from kiosk import messages
from tests.conftest import VILLAGE
from tests.web import desks
from tests.web.desks import post


@pytest.fixture
def supervisor(enrolled, township):
    return desks.supervisor(township)


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
