"""A browser that is one of the board's screens: the show when nobody is there, what is urgent, the
night, its reports, and the board without its server."""

import contextlib
import threading
import time
from datetime import timedelta

import pytest
import waitress
from playwright.sync_api import expect

from kiosk import clock, create_app, screens
from kiosk.rules import catalogue
from kiosk.screens import usage
from tests import posting
from tests.browser.test_accessible import looked_at

STATEMENT = {
    "opening": 123_456_00,
    "income": [{"name": "经营收入", "amount": 200_000_00, "sub": False}],
    "expense": [{"name": "公益支出", "amount": 150_000_00, "sub": False}],
    "closing": 173_456_00,
    "note": "",
}


def post(village, title, item="village.safety", **content):
    return posting.publish(
        village.journal,
        actor="王会计",
        item=catalogue.load().items[item],
        title=title,
        content=content or {"text": "全村 312 户都查过了。"},
        period="2026Q3",
    )


def statement(village):
    return post(village, "三季度收支", "finance.statement", **STATEMENT)


def installed(page):
    page.clock.install()


def until(condition):
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends, "not within ten seconds"
        time.sleep(0.05)


def faults_of(page):
    page.evaluate("Promise.all(document.getAnimations().map((it) => it.finished))")
    return looked_at(page, enhanced=True)


def slide(page, heading):
    return page.locator("#attract").get_by_role("heading", name=heading)


def test_it_shows_what_is_new_when_nobody_is_there_and_a_touch_opens_it(village, served, open_page):
    first, second = post(village, "冬季防火检查"), statement(village)
    page = open_page(served(village), setup=installed)
    page.clock.run_for(32_000)
    expect(slide(page, "三季度收支")).to_be_visible()
    expect(page.locator("#attract")).to_contain_text("20.00 万元")
    faults = faults_of(page)
    for heading in ("冬季防火检查", "东湖村公开了什么", "星期"):
        page.clock.run_for(16_000)
        expect(slide(page, heading)).to_be_visible()
        faults += faults_of(page)
    assert faults == []
    expect(page.locator("#attract")).to_contain_text("农历")
    expect(page.locator(".board-main")).to_have_attribute("inert", "")
    page.clock.run_for(16_000)
    expect(slide(page, "三季度收支")).to_be_visible()
    page.touchscreen.tap(500, 900)
    page.clock.run_for(1_000)
    expect(page.locator("#attract")).to_be_hidden()
    expect(page.get_by_role("heading", name="三季度收支")).to_be_visible()
    assert page.evaluate("location.pathname") == f"/notices/{second}" and first != second
    page.get_by_role("button", name="返回").tap()
    expect(page.locator(".columns")).to_be_visible()
    page.clock.fast_forward(45_000)
    page.clock.run_for(1_000)
    expect(page.locator("#attract")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#attract")).to_be_hidden()


def test_what_was_just_posted_takes_the_show_at_once(village, served, open_page):
    post(village, "冬季防火检查")
    page = open_page(served(village), setup=installed)
    page.clock.run_for(32_000)
    expect(slide(page, "冬季防火检查")).to_be_visible()
    post(village, "明天停水通知")
    page.clock.run_for(4_000)
    expect(slide(page, "明天停水通知")).to_be_visible()


def test_what_is_urgent_takes_the_screen_over_until_its_end(village, served, open_page):
    id = post(village, "堤坝有险情")
    page = open_page(f"{served(village)}/village", setup=installed)
    page.clock.run_for(5_000)
    now = clock.now()
    screens.declare_urgent(village.journal, id, now + timedelta(minutes=10), actor="王会计")
    page.clock.run_for(4_000)
    expect(slide(page, "堤坝有险情")).to_be_visible()
    expect(page.locator("#attract")).to_contain_text("紧急通知")
    assert faults_of(page) == []
    page.touchscreen.tap(500, 900)
    page.clock.run_for(1_000)
    expect(page.locator("#attract")).to_be_hidden()
    page.get_by_role("link", name="首页", exact=True).tap()
    expect(page.locator(".urgent-strip")).to_contain_text("堤坝有险情")
    assert faults_of(page) == []
    page.clock.run_for(35_000)
    expect(slide(page, "堤坝有险情")).to_be_visible()
    page.clock.run_for(40_000)
    expect(slide(page, "堤坝有险情")).to_be_visible()
    # The page's clock goes on; what is shown ends by itself, also without its server.
    page.route("**/*", lambda route: route.abort())
    page.clock.fast_forward(10 * 60_000)
    page.clock.run_for(1_000)
    expect(slide(page, "堤坝有险情")).to_be_hidden()


def test_it_is_dimmed_at_night_dark_when_it_is_off_and_a_touch_lights_it(
    village, served, open_page
):
    local = clock.now().astimezone(clock.BEIJING)
    at = [f"{local + timedelta(hours=hours):%H:%M}" for hours in (-2, 2, 4)]
    given = {"actor": "王会计", "name": "大厅"}
    id = screens.place(village.journal, **given, dim=at[0], bright=at[1])
    page = open_page(f"{served(village)}/?screen=大厅", setup=installed)
    page.clock.run_for(3_000)
    expect(page.locator(".night:not(.off)")).to_be_visible()
    page.touchscreen.tap(500, 1200)
    page.clock.run_for(2_000)
    expect(page.locator(".night")).to_be_hidden()
    screens.place(village.journal, **given, screen=id, on=at[1], off=at[2])
    page.clock.fast_forward(130_000)
    page.clock.run_for(2_000)
    expect(page.locator(".night.off")).to_be_visible()
    page.touchscreen.tap(500, 1200)
    page.clock.run_for(2_000)
    expect(page.locator(".night")).to_be_hidden()


def test_a_screen_reports_how_it_fares_and_what_it_was_used_for(village, served, open_page):
    id = statement(village)
    page = open_page(f"{served(village)}/?screen=大厅")
    assert page.evaluate("location.pathname + location.search") == "/"
    until(lambda: screens.screens(village.journal)[0].last_seen)
    [screen] = screens.screens(village.journal)
    assert (screen.name, screen.page, screen.state.kind) == ("大厅", "/", "good")
    assert screen.touched is None and screen.size.count("x") == 1
    page.locator(".affair.finance .affair-head").tap()
    expect(page.locator(".page-title, h1").first).to_contain_text("财务")
    page.locator(f"a[href='/notices/{id}']").tap()
    expect(page.get_by_role("heading", name="三季度收支")).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(lambda: usage.running(village.journal).touches)
    used = usage.running(village.journal)
    assert (used.touches, used.notices) == (2, {id: 1})
    assert used.views == {"finance": 1, "notice": 1}


@pytest.mark.parametrize("shape", ["phone", "portrait"])
def test_who_looks_at_the_board_is_no_screen(village, served, open_page, shape):
    beats = []
    page = open_page(
        served(village),
        shape,
        setup=lambda page: page.on(
            "request", lambda it: beats.append(it) if "heartbeat" in it.url else None
        ),
    )
    page.wait_for_load_state("networkidle")
    assert beats == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(it => it.length)") == 0


def test_a_browser_becomes_a_screen_by_six_digits(village, served, open_page):
    from kiosk.screens import commands

    id = screens.place(village.journal, actor="王会计", name="门口")
    code = commands.code(village.journal, id)
    page = open_page(f"{served(village)}/screen")
    assert faults_of(page) == []
    for digit in code:
        page.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="开始").tap()
    expect(page.locator(".columns")).to_be_visible()
    until(lambda: screens.screen(village.journal, id).last_seen)


def serve(village, port=0):
    server = waitress.create_server(create_app(village), host="127.0.0.1", port=port, threads=4)

    def run():
        with contextlib.suppress(OSError):  # its socket is taken away under it
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def stop():
        server.close()
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        thread.join(10)

    return server.effective_port, stop


def test_a_reload_without_the_server_still_shows_the_board_and_says_so(village, open_page):
    statement(village)
    port, stop = serve(village)
    page = open_page(f"http://127.0.0.1:{port}/?screen=大厅")
    kept = """async () => Boolean(navigator.serviceWorker.controller
        && await (await caches.open('board-1')).match('/attract'))"""
    until(lambda: page.evaluate(kept))
    stop()
    page.reload()
    expect(page.locator(".columns")).to_be_visible()
    expect(page.locator("#offline")).to_contain_text("没有回应")
    page.locator(".affair.finance .affair-head").tap()
    expect(page.get_by_text("三季度收支")).to_be_visible()
    expect(page.locator("#offline")).to_be_visible()
    _, stop = serve(village, port)
    expect(page.locator("#offline")).to_be_hidden()
    stop()


def test_a_page_that_was_kept_long_says_of_which_day_it_is(village, served, open_page):
    page = open_page(served(village), setup=installed)
    page.clock.run_for(2_000)
    page.route("**/*", lambda route: route.abort())
    page.clock.fast_forward(24 * 3600_000)
    page.clock.run_for(5_000)
    expect(page.locator("#offline")).to_be_visible()
    said = page.locator("[data-clock=last]").inner_text()
    assert "月" in said and "日" in said
