"""Signing by finger on the officer's phone, and on the township's desk, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from kiosk import clock, notices, people
from kiosk.notices import queries as posted
from kiosk.reviews import commands, queries
from kiosk.reviews.commands import Signed
from kiosk.rules import catalogue
from tests.browser.signing import NAMES, sheet
from tests.conftest import VILLAGE, copied

ITEMS = catalogue.load().items
PASSWORD = "dong-hu-2026"


@pytest.fixture
def node(enrolled):
    for name, role in (("王会计", "officer"), ("赵某", "committee")):
        people.add_account(
            enrolled.journal, name, role, node_role="village", actor="测试", password=PASSWORD
        )
    return enrolled


def asked(node, item="village.environment", **changes):
    given = {
        "title": "第三季度人居环境",
        "content": {"text": "保洁员 6 人，分片包干。\n路灯坏了三盏，已经换好。"},
        "period": "2026Q3",
        **changes,
    }
    return commands.request(node.journal, actor="王会计", item=ITEMS[item], **given)


def signed_in(open_page, address, name, shape="phone", **options) -> Page:
    page = open_page(address, shape, **options)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page


def write(page: Page, touch: bool = True) -> None:
    """Draws a few strokes in the frame, as a finger does or as a mouse does."""
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    strokes = [
        [(0.2, 0.2), (0.5, 0.25), (0.75, 0.2)],
        [(0.45, 0.1), (0.45, 0.5), (0.3, 0.85)],
        [(0.5, 0.45), (0.65, 0.7), (0.8, 0.85)],
    ]
    if not touch:
        for stroke in strokes:
            for n, (x, y) in enumerate(stroke):
                page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
                if not n:
                    page.mouse.down()
            page.mouse.up()
        return
    session = page.context.new_cdp_session(page)
    for stroke in strokes:
        for n, (x, y) in enumerate(stroke):
            point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            kind = "touchMove" if n else "touchStart"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("shape", ["phone", "desk"])
def test_a_name_written_in_the_frame_is_a_signature(node, served, open_page, shape):
    id = asked(node)
    page = signed_in(open_page, f"{served(node)}/office/reviews/{id}", "王会计", shape)
    page.get_by_role("link", name="请村务监督委员会在这里签字").click()
    page.fill("#name", "赵某")
    page.get_by_role("button", name="同意签字").click()
    expect(page.get_by_text("签名框里还没有字")).to_be_visible()
    write(page, touch=shape == "phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="同意签字").click()
    expect(page.locator("img.handwriting")).to_be_visible()
    [signature] = queries.review(node.journal, id).signatures
    data = node.blobs.get(signature.hand)
    assert data.startswith(b"\x89PNG") and len(data) < 40_000
    assert page.locator("img.handwriting").evaluate("it => it.naturalWidth") > 300


def test_what_was_written_is_wiped_for_another_try(node, served, open_page):
    id = asked(node)
    page = signed_in(open_page, f"{served(node)}/office/reviews/{id}/hand", "王会计")
    page.fill("#name", "赵某")
    write(page)
    page.get_by_role("button", name="重写").click()
    page.get_by_role("button", name="同意签字").click()
    expect(page.get_by_text("签名框里还没有字")).to_be_visible()


OLD = """
    delete window.PointerEvent;
"""


def test_an_old_web_view_without_pointer_events_signs_by_touch(node, served, open_page):
    id = asked(node)
    page = signed_in(
        open_page,
        f"{served(node)}/office/reviews/{id}/hand",
        "王会计",
        setup=lambda page: page.add_init_script(OLD),
    )
    page.fill("#name", "赵某")
    write(page)
    page.get_by_role("button", name="同意签字").click()
    expect(page.locator("img.handwriting")).to_be_visible()


def test_without_scripts_the_name_is_typed(node, served, open_page):
    id = asked(node)
    page = signed_in(
        open_page,
        f"{served(node)}/office/reviews/{id}/hand",
        "王会计",
        java_script_enabled=False,
    )
    expect(page.locator("#canvas")).to_be_hidden()
    page.fill("#name", "赵某")
    page.get_by_role("button", name="同意签字").click()
    expect(page.get_by_text("当面键入姓名")).to_be_visible()


def test_a_reviewer_signs_on_an_own_phone(node, served, open_page):
    asked(node)
    page = signed_in(open_page, f"{served(node)}/office/", "赵某")
    expect(page.get_by_role("heading", name="等您签字的（1）")).to_be_visible()
    page.get_by_role("link", name="第三季度人居环境").tap()
    expect(page.frame_locator("iframe.screen").get_by_text("路灯坏了三盏")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="同意签字").tap()
    expect(page.get_by_text("已签字")).to_be_visible()


def test_the_townships_desk_signs_and_the_village_publishes(node, township, served, open_page):
    people.add_account(
        township.journal, "李主任", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    id = asked(node, "party.integrity", title="上半年党风廉政", period="2026H1")
    photo = node.blobs.put(sheet()["buffer"])
    given = Signed("paper", NAMES["branch"], photo=photo, on=clock.today())
    commands.sign(node.journal, id, "branch", given, actor="王会计")
    copied(node, township)
    copied(node, township, "parent")
    township.blobs.put(sheet()["buffer"])
    page = signed_in(open_page, f"{served(township)}/township/", "李主任", "desk")
    page.get_by_role("link", name="待签字").click()
    page.get_by_role("link", name="上半年党风廉政").click()
    expect(page.locator("img.sheet")).to_be_visible()
    expect(page.frame_locator("iframe.screen").get_by_text("分片包干")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="同意签字").click()
    expect(page.get_by_text("已签字：上半年党风廉政")).to_be_visible()
    copied(township, node, VILLAGE)
    notices.publish_reviewed(node.journal, id, actor="王会计", item=ITEMS["party.integrity"])
    [made] = posted.every(node.journal, VILLAGE)
    assert [it["by"] for it in made.reviews] == ["branch", "township"]
