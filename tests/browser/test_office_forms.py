"""Filling in a form made of data, in a real browser: rows come and go without a reload."""

import pytest
from playwright.sync_api import Page, expect

from kiosk import drafts, people
from kiosk.rules import catalogue
from kiosk.web.office import prepared

NAME, PASSWORD = "王会计", "dong-hu-2026"


@pytest.fixture
def node(village):
    people.add_account(
        village.journal, NAME, "officer", node_role="village", actor="测试", password=PASSWORD
    )
    return village


@pytest.fixture
def draft(node):
    """draft(item) -> the id of a new draft."""

    def begin(item: str) -> str:
        values = prepared.begun(node, catalogue.load().items[item], "", "")
        return drafts.commands.begin(node.journal, values, actor=NAME)

    return begin


def opened(open_page, address: str, id: str, shape: str = "desk", **options) -> Page:
    page = open_page(f"{address}/office/drafts/{id}", shape, **options)
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


@pytest.mark.parametrize("shape", ["desk", "phone"])
def test_boxes_come_and_go_without_a_reload(node, served, open_page, draft, shape):
    id = draft("finance.contracts")
    page = opened(open_page, served(node), id, shape)
    page.fill("#contracts-0-subject", "机动地")
    page.select_option("#contracts-0-way", "公开竞价")
    page.locator('button[value="add:contracts"]').click()
    expect(page.locator("#contracts [data-row]")).to_have_count(2)
    second = page.locator("#contracts [data-row]").nth(1)
    expect(second.get_by_label("标的")).to_have_value("")
    expect(second.get_by_label("发包方式")).to_have_value("")
    second.get_by_label("标的").fill("水面")
    page.locator("#contracts [data-drop]").first.click()
    expect(page.locator("#contracts [data-row]")).to_have_count(1)
    expect(page.locator("#contracts [data-number]")).to_have_text("1")
    page.locator("#contracts [data-drop]").click()
    expect(page.locator("#contracts [data-row]")).to_have_count(1)
    page.get_by_label("标的").fill("门面房")
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    [row] = drafts.draft(node.journal, id).values["fields"]["contracts"]
    assert (row["subject"], row["way"]) == ("门面房", "")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_sums_of_a_table_follow_the_typing(node, served, open_page, draft):
    page = opened(open_page, served(node), draft("village.relief"))
    page.fill("#sources-0-amount", "1,200.50")
    page.locator('#sources button[value="add:sources"]').click()
    page.locator("#sources [data-row]").last.locator('[name$="-amount"]').fill("300")
    expect(page.locator('[data-total="sources.amount"]')).to_have_text("1,500.50")


def test_a_fault_leads_to_its_field(node, served, open_page, draft):
    page = opened(open_page, served(node), draft("party.dues"))
    page.fill("#owed", "1740")
    page.fill("#received", "1700")
    page.get_by_role("button", name="预览，然后送审").click()
    page.get_by_role("link", name="实收写的是 1,700.00 元").click()
    expect(page.locator("#received")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#owed")).to_have_value("1740")


def test_everything_works_without_scripts(node, served, open_page, draft):
    id = draft("finance.contracts")
    page = opened(open_page, served(node), id, java_script_enabled=False)
    page.fill("#contracts-0-subject", "机动地")
    page.locator('button[value="add:contracts"]').click()
    page.fill("#contracts-1-subject", "水面")
    page.locator('button[value="drop-row:contracts.0"]').click()
    expect(page.locator("#contracts-0-subject")).to_have_value("水面")
    expect(page.locator("#contracts [data-row]")).to_have_count(1)
