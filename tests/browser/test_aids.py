"""What a visitor sets and hears: size of type, black ground, a lower page, reading aloud."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.test_board import in_view, post, statement

SHAPES = {
    "small": {"viewport": {"width": 1024, "height": 600}},
    "upright": {"viewport": {"width": 1080, "height": 1920}},
    "lying": {"viewport": {"width": 1920, "height": 1080}},
    "large": {"viewport": {"width": 3840, "height": 2160}},
}
TARGETS = """() => {
    const seen = [...document.querySelectorAll(
        'a[href], button, label:has(input), input:not(label input), summary, select, textarea'
    )].filter(it => it.checkVisibility() && !it.closest('[inert]'))
    const boxes = seen.map(it => [it, it.getBoundingClientRect()])
    const name = it => it.outerHTML.slice(0, 80)
    const faults = boxes.filter(([, box]) => box.width < 59.5 || box.height < 59.5).map(
        ([it, box]) => `${name(it)} is ${box.width}x${box.height}`)
    boxes.forEach(([one, a], n) => boxes.slice(n + 1).forEach(([other, b]) => {
        const across = Math.max(a.left, b.left) - Math.min(a.right, b.right)
        const down = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom)
        if (Math.max(across, down) < 11.5 && !one.contains(other) && !other.contains(one)
            && one.closest('#page') === other.closest('#page')) {
            faults.push(`${name(one)} is ${Math.max(across, down)} from ${name(other)}`)
        }
    }))
    return faults
}"""
SPILLED = """() => [...document.querySelectorAll('body *')].filter(it => it.checkVisibility()
    && !it.closest('svg') && it.getBoundingClientRect().width > 0
    && !it.closest('.visually-hidden, thead') && getComputedStyle(it).position !== 'absolute'
    && (it.getBoundingClientRect().right > innerWidth + 1 || it.getBoundingClientRect().left < -1)
).map(it => it.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("shape", SHAPES)
def test_every_size_fits_every_screen(village, served, open_page, shape):
    post(village, "冬季防火检查和用电安全宣传活动的通知")
    id = statement(village)
    page = open_page(f"{served(village)}/", "portrait", **SHAPES[shape])
    more = ("/search", "/catalogue", "/ask", "/services") if shape == "small" else ()
    for path in ("/", "/finance", f"/notices/{id}", *more):
        page.evaluate("path => window.board.go(path, 'push')", path)
        expect(page.locator("#page")).to_have_attribute("hx-get", path)
        for size in ("大", "特大", "最大"):
            page.get_by_role("button", name=size, exact=True).tap()
            assert page.evaluate(SPILLED) == [], (path, size)
            assert page.evaluate(TARGETS) == [], (path, size)
    type = page.evaluate("parseFloat(getComputedStyle(document.querySelector('#page')).fontSize)")
    assert type >= 36


def test_what_one_set_is_kept_for_the_visit_and_put_back_after(village, served, open_page):
    statement(village)
    page = open_page(served(village), setup=lambda page: page.clock.install())
    page.get_by_role("button", name="特大").tap()
    page.get_by_role("button", name="黑底").tap()
    page.get_by_role("button", name="下移").tap()
    html = page.locator("html")
    expect(page.get_by_role("button", name="特大")).to_have_attribute("aria-pressed", "true")
    assert page.locator(".board-main").bounding_box()["y"] > 1920 * 0.4
    page.locator(".affair.finance .affair-head").tap()
    expect(page).to_have_url(re.compile("/finance$"))
    page.reload()
    for name, value in (("data-size", "2"), ("data-contrast", "high"), ("data-low", "yes")):
        expect(html).to_have_attribute(name, value)
    page.clock.run_for(62_000)
    for name in ("data-size", "data-contrast", "data-low"):
        expect(html).not_to_have_attribute(name, re.compile(".*"))
    expect(page.get_by_role("button", name="大", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_all_can_be_done_by_keyboard(village, served, open_page):
    statement(village)
    page = open_page(f"{served(village)}/finance")
    order = []
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        order.append(
            page.evaluate(
                """() => {
                const it = document.activeElement
                const style = getComputedStyle(it)
                return [it.id || it.innerText.trim().split('\\n')[0], style.outlineStyle !== 'none'
                    && parseFloat(style.outlineWidth) >= 2]
            }"""
            )
        )
    names = [name for name, _ in order]
    assert all(shown for _, shown in order), order
    for name in ("scroller", "三季度收支", "首页", "朗读", "最大", "黑底"):
        assert any(name in it for it in names), (name, names)


def playing(page):
    """A browser that has no Chinese voice, and hears each sound out at once when told to."""
    page.add_init_script(
        """
        window.heard = [];
        HTMLMediaElement.prototype.play = function () {
            window.heard.push(this.src);
            window.over = () => this.onended && this.onended();
            return Promise.resolve();
        };
        HTMLMediaElement.prototype.pause = function () { window.paused = true; };
        """
    )


def test_a_notice_is_read_sentence_by_sentence(village, served, open_page):
    if not shutil.which("espeak-ng"):
        pytest.fail("espeak-ng is missing: run scripts/test-setup.sh, or install it by hand.")
    id = post(village, "冬季防火检查", content={"text": "全村 312 户都要查。\n不收费。"})
    page = open_page(f"{served(village)}/notices/{id}", setup=playing)
    page.get_by_role("button", name="朗读", exact=True).tap()
    marked = "[...(CSS.highlights.get('spoken') || [])].map(it => it.toString()).join()"
    texts = []
    for _ in range(9):
        expect(page.locator("#spoken")).not_to_have_text(re.compile("准备"))
        said = page.locator("#spoken").inner_text()
        if said == "读完了。":
            break
        page.wait_for_function(f"({marked}).replace(/\\s/g, '') !== ''")
        texts.append(said)
        assert re.sub(r"\s", "", page.evaluate(marked)) == said
        page.evaluate("window.over()")
    assert "全村312户都要查。" in texts and "不收费。" in texts
    assert texts.index("不收费。") < next(n for n, it in enumerate(texts) if "公开单位" in it)
    heard = page.evaluate("window.heard")
    assert len(heard) == len(set(heard))
    for sound in heard[:2]:
        assert page.request.get(sound).headers["content-type"] == "audio/wav"


def test_reading_stops_with_the_page_and_by_its_buttons(village, served, open_page):
    id = post(village, "冬季防火检查", content={"text": "一句。" * 9})
    page = open_page(f"{served(village)}/notices/{id}", setup=playing)
    listen = page.locator("#listen")
    page.get_by_role("button", name="朗读", exact=True).tap()
    page.get_by_role("button", name="暂停").tap()
    assert page.evaluate("window.paused")
    page.get_by_role("button", name="继续").tap()
    page.get_by_role("button", name="停止朗读").tap()
    expect(listen).to_be_hidden()
    page.get_by_role("button", name="朗读", exact=True).tap()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()
    page.get_by_role("link", name="首页", exact=True).tap()
    expect(listen).to_be_hidden()
    assert page.evaluate("CSS.highlights.size") == 0


def test_a_machine_without_a_voice_says_so(village, served, open_page, monkeypatch):
    monkeypatch.setattr("kiosk.voice.available", lambda: False)
    page = open_page(served(village))
    page.get_by_role("button", name="朗读", exact=True).tap()
    expect(page.locator("#spoken")).to_contain_text("还没有装朗读的声音")


def test_the_figures_stand_behind_each_chart(village, served, open_page):
    id = statement(village)
    page = open_page(f"{served(village)}/notices/{id}")
    assert "这个季度收入 60 元，支出 30 元" in in_view(page)
    page.locator(".chart", has_text="收入从哪里来").get_by_text("看数字").tap()
    expect(page.get_by_role("cell", name="83%")).to_be_visible()
