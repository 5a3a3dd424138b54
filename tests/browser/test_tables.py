"""Tables in a real browser: whatever their breadth, nobody has to push them about."""

import pytest
from playwright.sync_api import expect

from tests.web.test_tables import listed

SIDEWAYS = """() => [document.getElementById('scroller') || document.documentElement,
    ...document.querySelectorAll('.scroller')].filter(it => it.scrollWidth > it.clientWidth + 1)
    .map(it => it.className || it.id || it.tagName)"""


@pytest.mark.parametrize("shape", ["portrait", "landscape", "phone"])
@pytest.mark.parametrize("count", [2, 5, 7, 9])
def test_a_list_is_as_wide_as_the_screen_at_most(village, served, open_page, shape, count):
    id = listed(village.journal, count)
    path = f"/n/{id}" if shape == "phone" else f"/notices/{id}"
    page = open_page(served(village) + path, shape)
    expect(page.get_by_text("赵*玲").first).to_be_visible()
    assert page.evaluate(SIDEWAYS) == []


def test_a_screen_shows_columns_where_they_fit(village, served, open_page):
    id = listed(village.journal, 7)
    for shape, stacked in (("landscape", False), ("portrait", True)):
        page = open_page(f"{served(village)}/notices/{id}", shape)
        assert page.locator("table.stacked").count() == stacked
