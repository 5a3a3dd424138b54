"""The touch screen in a real browser: what a villager sees and does.

The browser's clock is wound on where a minute must pass, so nothing here waits for one.
"""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from kiosk import clock
from kiosk.attachments.photos import photo
from kiosk.node import Node
from kiosk.rules import catalogue
from kiosk.web import board
from tests import posting
from tests.conftest import copied

ITEMS = catalogue.load().items
SCREENS = ("portrait", "landscape")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False},
               {"name": "分红", "amount": 10_00, "sub": False}],
    "expense": [{"name": f"支出{n}", "amount": 1_00, "sub": False} for n in range(30)],
    "closing": 130_00,
    "note": "",
}  # fmt: skip


LEDGER = {"opening": None, "closing": None, "lines": [], "note": ""}


def post(node: Node, title: str, item: str = "village.safety", **changes: object) -> str:
    given = {"content": {"text": "全村 312 户"}, "actor": "王会计", **changes}
    return posting.publish(node.journal, item=ITEMS.get(item, item), title=title, **given)


def statement(node: Node) -> str:
    given = {"content": STATEMENT, "period": "2026Q3"}
    return post(node, "三季度收支", "finance.statement", **given)


def in_view(page: Page) -> str:
    return page.locator("#page").inner_text()


@pytest.mark.parametrize("shape", SCREENS)
def test_type_is_large_and_targets_are_wide(village, served, open_page, shape):
    id = statement(village)
    url = served(village)
    for path in ("/", "/finance", f"/notices/{id}", "/search?q=CW"):
        page = open_page(url + path, shape)
        small = page.evaluate(
            """() => [...document.querySelectorAll('#page *, header *')].filter(e =>
                e.checkVisibility() && !e.closest('svg') && e.firstChild?.nodeType === 3
                && e.firstChild.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 24
            ).map(e => e.outerHTML.slice(0, 90))"""
        )
        assert small == []
        drawn = page.evaluate(
            """() => [...document.querySelectorAll('.chart text')].map(e =>
                e.getBoundingClientRect().height)"""
        )
        assert all(height >= 24 for height in drawn)
        narrow = page.evaluate(
            """() => [...document.querySelectorAll('a, button, input, summary')].filter(e =>
                e.checkVisibility()).map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
                .filter(([, box]) => box.width < 60 || box.height < 60)
                .map(([what, box]) => `${what} ${box.width}x${box.height}`)"""
        )
        assert narrow == []
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0


@pytest.mark.parametrize("shape", SCREENS)
def test_back_and_home_are_always_in_the_same_place(village, served, open_page, shape):
    id = statement(village)
    url = served(village)
    places = set()
    for path in ("/", "/finance", f"/notices/{id}", "/search"):
        page = open_page(url + path, shape)
        places.add(
            tuple(
                tuple(page.locator(f"[data-act={act}]").bounding_box().values())
                for act in ("back", "home", "up", "down")
            )
        )
    assert len(places) == 1


def test_a_finger_finds_the_accounts_and_the_way_back(village, served, open_page):
    statement(village)
    page = open_page(served(village))
    expect(page.locator("[data-act=back]")).to_be_disabled()
    page.locator(".affair.finance .affair-head").tap()
    expect(page).to_have_url(re.compile("/finance$"))
    page.get_by_text("三季度收支").tap()
    expect(page.get_by_role("heading", name="三季度收支")).to_be_visible()
    expect(page.locator(".chart svg").first).to_be_visible()
    expect(page.locator(".scan .qr")).to_be_visible()
    page.get_by_role("button", name="下一页").tap()
    expect(page.get_by_role("button", name="上一页")).to_be_enabled()
    page.get_by_role("button", name="返回").tap()
    expect(page).to_have_url(re.compile("/finance$"))
    page.get_by_role("button", name="返回").tap()
    expect(page.locator(".columns")).to_be_visible()
    expect(page.locator("[data-act=back]")).to_be_disabled()


def many(node: Node, count: int = 45) -> None:
    for number in range(count):
        with clock.set_to(datetime(2026, 11, 1, 1, number, tzinfo=UTC)):
            post(node, f"第{number}号通知")


def press(page: Page, name: str, until: str) -> None:
    """Touches a button of the footer as often as it takes to bring words into the page."""
    for _ in range(20):
        if until in in_view(page):
            return
        page.get_by_role("button", name=name).tap(timeout=3_000)
        page.wait_for_timeout(500)
    raise AssertionError(f"{until} did not come")


@pytest.mark.parametrize("shape", SCREENS)
def test_next_page_goes_on_to_the_lists_next_page(village, served, open_page, shape):
    many(village)
    page = open_page(f"{served(village)}/", shape)
    page.locator(".affair.village .affair-head").tap()
    expect(page.locator(".pager")).to_contain_text("第 1 / 3 页")
    press(page, "下一页", "第 2 / 3 页")
    assert page.evaluate("document.getElementById('scroller').scrollTop") == 0
    press(page, "下一页", "第 3 / 3 页")
    expect(page.get_by_role("button", name="下一页")).to_be_disabled()
    press(page, "上一页", "第 2 / 3 页")
    at = "document.getElementById('scroller')"
    assert page.evaluate(f"{at}.scrollTop + {at}.clientHeight >= {at}.scrollHeight - 4")
    page.get_by_role("button", name="返回").tap()
    expect(page.locator(".columns")).to_be_visible()


def test_an_old_version_that_is_opened_can_be_paged_to(village, served, open_page):
    id = post(village, "冬季防火检查", content={"text": "旧的一行\n" * 60})
    posting.correct(
        village.journal, id, actor="王会计", reason="写错", title="冬季防火检查",
        content={"text": "新的一行"},
    )  # fmt: skip
    page = open_page(f"{served(village)}/notices/{id}")
    page.evaluate("document.querySelector('.changes').remove()")  # as long as the old version
    page.evaluate("dispatchEvent(new Event('resize'))")
    expect(page.get_by_role("button", name="下一页")).to_be_disabled()
    page.locator("summary").tap()
    expect(page.get_by_role("button", name="下一页")).to_be_enabled()


def test_back_leads_to_the_place_where_one_was(village, served, open_page):
    many(village)
    page = open_page(f"{served(village)}/village", "landscape")
    page.get_by_text("第29号通知").scroll_into_view_if_needed()
    top = page.evaluate("document.getElementById('scroller').scrollTop")
    assert top > 300
    page.get_by_text("第29号通知").tap()
    expect(page.get_by_role("heading", name="第29号通知")).to_be_visible()
    assert page.evaluate("document.getElementById('scroller').scrollTop") == 0
    page.get_by_role("button", name="返回").tap()
    expect(page.get_by_text("第29号通知")).to_be_in_viewport()
    assert page.evaluate("document.getElementById('scroller').scrollTop") == top


def test_the_title_follows_the_page(village, served, open_page):
    id = statement(village)
    page = open_page(served(village))
    expect(page).to_have_title("东湖村三务公开")
    page.locator(".affair.finance .affair-head").tap()
    expect(page).to_have_title("财务公开 · 东湖村")
    page.locator(f"a[href='/notices/{id}']").tap()
    expect(page).to_have_title("三季度收支 · 东湖村")
    page.get_by_role("link", name="首页", exact=True).tap()
    expect(page).to_have_title("东湖村三务公开")


def test_a_photo_fills_the_screen_and_goes_again(village, served, open_page):
    made = photo(PNG)
    sha = village.blobs.put(made.data)
    shown = {"sha": sha, "name": "路面", "type": made.type, "width": 1, "height": 1}
    id = post(village, "修路照片", attachments=[shown])
    page = open_page(f"{served(village)}/notices/{id}", setup=lambda page: page.clock.install())
    large = page.locator("#large")
    for close in (
        lambda: large.tap(position={"x": 500, "y": 500}),
        lambda: large.get_by_role("button", name="关闭").tap(),
        lambda: page.keyboard.press("Escape"),
    ):
        page.locator(".photos img").tap()
        expect(large).to_be_visible()
        assert large.bounding_box() == {"x": 0, "y": 0, "width": 1080, "height": 1920}
        expect(large).to_contain_text("路面")
        close()
        expect(large).to_be_hidden()
    page.locator(".photos a").focus()
    page.keyboard.press("Enter")
    expect(large).to_be_visible()
    page.clock.run_for(62_000)
    expect(page.locator(".columns")).to_be_visible()
    expect(large).to_be_hidden()


def test_home_is_one_touch_away(village, served, open_page):
    id = statement(village)
    page = open_page(f"{served(village)}/notices/{id}")
    page.get_by_role("link", name="首页", exact=True).tap()
    expect(page.locator(".columns")).to_be_visible()
    assert page.evaluate("location.pathname") == "/"


def test_back_without_a_way_here_leads_to_the_list(village, served, open_page):
    id = statement(village)
    page = open_page(f"{served(village)}/notices/{id}")
    page.get_by_role("button", name="返回").tap()
    expect(page).to_have_url(re.compile("/finance$"))


def test_a_new_notice_appears_within_five_seconds_without_reload(village, served, open_page):
    page = open_page(served(village))
    page.evaluate("window.still = true")
    post(village, "明天停水通知")
    expect(page.get_by_text("明天停水通知")).to_be_visible(timeout=5_000)
    assert page.evaluate("window.still")


def test_a_correction_appears_on_the_notice_that_is_open(village, served, open_page):
    id = post(village, "冬季防火检查")
    page = open_page(f"{served(village)}/notices/{id}")
    posting.correct(
        village.journal, id, actor="王会计", reason="户数写错", title="冬季防火检查",
        content={"text": "全村 321 户"},
    )  # fmt: skip
    expect(page.get_by_role("paragraph").get_by_text("321 户")).to_be_visible(timeout=5_000)
    page.locator("summary").tap()
    expect(page.get_by_role("paragraph").get_by_text("312 户")).to_be_visible()


def test_search_by_keypad_and_by_word(village, served, open_page):
    statement(village)
    post(village, "冬季防火检查")
    page = open_page(f"{served(village)}/search")
    for letter in "FHJC":
        page.locator(".key", has_text=re.compile(f"^{letter}$")).tap()
    expect(page.locator("#q")).to_have_value("FHJC")
    expect(page.locator(".entries").get_by_text("冬季防火检查")).to_be_visible()
    page.get_by_role("link", name="清空").tap()
    expect(page.locator("#q")).to_have_value("")
    for digit in "2027":
        page.locator(".key", has_text=re.compile(f"^{digit}$")).tap()
    expect(page.get_by_text("没有找到")).to_be_visible()
    page.get_by_role("link", name="投诉", exact=True).tap()
    expect(page.get_by_text("没有找到“投诉”")).to_be_visible()
    page.locator("#q").fill("收支")
    page.locator("#q").press("Enter")
    expect(page.locator(".entries").get_by_text("三季度收支")).to_be_visible()


def test_letters_tapped_faster_than_answers_come_all_count(village, served, open_page):
    post(village, "冬季防火检查")
    page = open_page(f"{served(village)}/search")
    page.evaluate(
        """for (const letter of 'DJFH') document.querySelector(`[data-key=${letter}]`).click()"""
    )
    expect(page.locator(".entries").get_by_text("冬季防火检查")).to_be_visible()
    expect(page.locator("#q")).to_have_value("DJFH")
    page.locator("[data-key=delete]").tap()
    expect(page.locator("#q")).to_have_value("DJF")


def test_typing_is_not_swept_away_by_a_poll(village, served, open_page):
    page = open_page(f"{served(village)}/search")
    page.locator("#q").fill("半句")
    with page.expect_response(lambda it: "/search" in it.url and it.status == 200):
        post(village, "冬季防火检查")
    page.wait_for_timeout(200)
    expect(page.locator("#q")).to_have_value("半句")


def test_it_goes_home_after_a_minute_without_touch(village, served, open_page):
    statement(village)
    page = open_page(f"{served(village)}/finance", setup=lambda page: page.clock.install())
    page.clock.run_for(50_000)
    page.locator("#page h1").tap()
    page.clock.run_for(55_000)
    assert page.evaluate("location.pathname") == "/finance"
    page.clock.run_for(8_000)
    expect(page.locator(".columns")).to_be_visible()
    assert page.evaluate("location.pathname") == "/"


def test_it_keeps_what_it_shows_when_the_server_is_away(village, served, open_page):
    id = statement(village)
    page = open_page(f"{served(village)}/notices/{id}")
    page.route("**/*", lambda route: route.abort())
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#offline")).to_contain_text("没有回应")
    page.get_by_role("link", name="首页", exact=True).tap()
    page.get_by_role("button", name="返回").tap()
    expect(page.get_by_role("heading", name="三季度收支")).to_be_visible()
    page.unroute("**/*")
    expect(page.locator("#offline")).to_be_hidden()
    page.get_by_role("link", name="首页", exact=True).tap()
    expect(page.locator(".columns")).to_be_visible()


def test_the_clock_is_the_servers_in_beijing(village, served, open_page):
    page = open_page(served(village), timezone_id="America/New_York")
    shown = page.locator("[data-clock=time]")
    expect(shown).to_have_text(re.compile(r"^\d\d:\d\d$"))
    beijing = page.evaluate(
        "new Date().toLocaleTimeString('zh-CN', {timeZone: 'Asia/Shanghai', hour: '2-digit',"
        " minute: '2-digit', hourCycle: 'h23'})"
    )
    assert shown.inner_text()[:2] == beijing[:2]
    expect(page.locator("[data-clock=weekday]")).to_have_text(re.compile("^星期.$"))


def test_a_program_started_anew_brings_its_own_script(village, served, open_page, monkeypatch):
    page = open_page(served(village))
    page.evaluate("window.still = true")
    monkeypatch.setattr(board, "STARTED", "another")
    expect(page.locator("body[data-started=another]")).to_be_attached()
    assert page.evaluate("window.still") is None


@pytest.mark.parametrize("shape", SCREENS)
def test_home_fits_the_screen_whole(township, enrolled, served, open_page, shape):
    for number in range(6):
        for item in ("party.life", "village.safety", "finance.reception"):
            given = {"content": LEDGER} if item == "finance.reception" else {}
            post(enrolled, f"第{number}条公开的内容", item, **given)
    for number in range(3):
        post(township, f"第{number}号通知", "township")
    copied(township, enrolled)
    page = open_page(served(enrolled), shape)
    over = page.evaluate(
        "document.getElementById('scroller').scrollHeight"
        " - document.getElementById('scroller').clientHeight"
    )
    assert over <= 4
    for words in ("逾期", "第5条公开的内容", "第2号通知", "监督电话", "12388"):
        assert words in in_view(page)
