"""The supervisors' pages at a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from kiosk import clock, notices, people, supervision
from kiosk.duties import queries as duties
from kiosk.sync import contacts
from tests import posting
from tests.conftest import TOWNSHIP, VILLAGE, copied

PASSWORD = "jian-du-2026"


@pytest.fixture
def address(enrolled, township, served):
    people.add_account(
        township.journal,
        "李监督",
        "supervisor",
        node_role="township",
        actor="测试",
        password=PASSWORD,
    )
    copied(enrolled, township)
    contacts.succeeded(township.journal, VILLAGE, {})
    return served(township)


def logged_in(page):
    page.fill("#name", "李监督")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/township/")
    return page


@pytest.mark.parametrize("shape", ["desk", "phone"])
def test_every_page_fits_and_says_what_is_late(address, open_page, shape):
    page = logged_in(open_page(f"{address}/township/", shape))
    assert re.search(r"逾期 \d+ 天", page.inner_text(".village-line.bad"))
    for path in ("", "matrix", f"villages/{VILLAGE}", "feedback", "orders", "notices", "villages"):
        page.goto(f"{address}/township/{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_on_a_phone_every_tab_is_in_sight_and_words_can_be_read(address, open_page):
    page = logged_in(open_page(f"{address}/township/", "phone"))
    for path in ("", "matrix", f"villages/{VILLAGE}", "feedback", "orders", "notices", "villages"):
        page.goto(f"{address}/township/{path}")
        for tab in page.locator(".bar nav a").all():
            expect(tab).to_be_in_viewport(ratio=1)
        small = page.evaluate(
            """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
                && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
                && parseFloat(getComputedStyle(e).fontSize) < 14)
                .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert small == [], path
    page.goto(f"{address}/township/matrix")
    expect(page.get_by_text("左右滑动看全部的事项")).to_be_visible()


def test_the_command_to_join_is_copied_by_a_button(address, open_page):
    page = logged_in(open_page(f"{address}/township/", "desk", permissions=["clipboard-read"]))
    page.get_by_role("link", name="各村", exact=True).click()
    page.fill("#village", VILLAGE)
    page.get_by_role("button", name="发一个加入码").click()
    page.get_by_role("button", name="要换机器，发新的加入码").click()
    page.get_by_role("button", name="复制").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("sudo -u kiosk kiosk recover /var/lib/kiosk/node http")
    assert copied.endswith(page.inner_text(".code"))


def test_from_the_overview_to_an_order_in_two_clicks(address, township, open_page):
    page = logged_in(open_page(f"{address}/township/", "desk"))
    page.locator(".chip").first.click()
    page.get_by_role("button", name="发出督办").click()
    page.wait_for_selector(".message.good")
    [order] = supervision.open_orders(township.journal, VILLAGE)
    assert "请在" in order.text and order.until
    page.get_by_role("link", name=order.text).click()
    page.fill("#withdraw-text", "发错了")
    page.get_by_role("button", name="撤销督办").click()
    page.wait_for_selector(".message.good")
    assert supervision.open_orders(township.journal, VILLAGE) == []


def test_a_notice_is_sent_to_the_villages(address, township, open_page):
    page = logged_in(open_page(f"{address}/township/", "desk"))
    page.get_by_role("link", name="镇里通知").click()
    page.fill("#title", "防汛通知")
    page.fill("#text", "今晚有大雨，请注意。")
    page.get_by_role("button", name="发到 1 个村").click()
    page.wait_for_selector(".message.good")
    assert [it.title for it in notices.queries.township_notices(township.journal, TOWNSHIP)] == [
        "防汛通知"
    ]


def test_the_overview_refreshes_itself(address, enrolled, township, open_page):
    page = open_page(f"{address}/township/", "desk", setup=lambda page: page.clock.install())
    logged_in(page)
    before = page.inner_text(".numbers li:first-child b")
    rows = duties.late_and_due(township.journal, VILLAGE, clock.today())
    late = next(row for row in rows if row.item.form == "notice" and row.state != "due")
    posting.publish(
        enrolled.journal,
        actor="王会计",
        item=late.item,
        title="补公开",
        period=late.duty.period,
        content={"text": "内容"},
    )
    copied(enrolled, township)
    page.clock.fast_forward(31_000)
    page.wait_for_function(
        "before => document.querySelector('.numbers li:first-child b').textContent !== before",
        arg=before,
    )
    assert int(page.inner_text(".numbers li:first-child b")) == int(before) - 1
