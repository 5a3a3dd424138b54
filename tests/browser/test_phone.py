"""The phone's page as a villager uses it: in a browser without scripts, by touch."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from kiosk import clock, feedback
from kiosk.duties import queries as duties
from kiosk.feedback import queries
from tests import posting
from tests.conftest import VILLAGE, copied

TEXT = "支出的 3 万元是修哪条路？"
STATEMENT = {
    "opening": 203_338_48,
    "income": [
        {"name": "上级补助收入", "amount": 32_100_00, "sub": False},
        {"name": "经营收入", "amount": 20_060_90, "sub": False},
    ],
    "expense": [
        {"name": "工程款", "amount": 25_539_00, "sub": False},
        {"name": "保洁和环境", "amount": 11_160_00, "sub": False},
    ],
    "closing": 218_800_38,
    "note": "",
}


@pytest.fixture
def notice(enrolled, township):
    """A finance statement of the village, witnessed by its township a minute later."""
    item = duties.catalogue(enrolled.journal).items["finance.statement"]
    with clock.set_to(datetime.now(UTC) - timedelta(minutes=2)):
        id = posting.publish(
            enrolled.journal,
            actor="王会计",
            item=item,
            title="2026年第三季度财务收支情况",
            period="2026Q3",
            content=STATEMENT,
        )
    copied(enrolled, township)
    return id


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_question_goes_from_the_phone_to_its_answer(
    notice, enrolled, township, served, open_page
):
    page = open_page(f"{served(township)}/n/{notice}", "phone", java_script_enabled=False)
    assert "李楼镇" in page.inner_text(".witness") and "见证" in page.inner_text(".witness")
    assert fits_without_script(page)
    page.get_by_text("提意见、问问题").tap()
    page.get_by_text("询问", exact=True).tap()
    page.fill("#text", TEXT)
    page.get_by_role("button", name="提交").tap()
    page.wait_for_url("**/f/*")
    assert "已经提交" in page.inner_text("h1")
    link = page.get_attribute(".keep .link a", "href")
    assert link is not None and "/f/" in link and "sent" not in link

    [kept] = queries.of_village(township.journal, VILLAGE)
    copied(township, enrolled, VILLAGE)
    feedback.answer(enrolled.journal, kept.id, "修的是村北路。", public=True, actor="王会计")
    copied(enrolled, township)

    page.goto(link)
    assert "修的是村北路。" in page.inner_text("main")
    page.fill("#rate textarea", "谢谢")
    page.get_by_role("button", name="满意", exact=True).tap()
    page.wait_for_selector(".state-rated")
    assert queries.feedback(township.journal, kept.id).state == "rated"

    page.goto(f"{page.url.split('/f/')[0]}/n/{notice}")
    assert TEXT in page.inner_text(".questions") and "修的是村北路。" in page.inner_text(
        ".questions"
    )


def test_the_page_fits_a_small_phone_and_its_targets_a_thumb(notice, township, served, open_page):
    page = open_page(f"{served(township)}/n/{notice}", "phone")
    assert fits(page)
    for target in page.query_selector_all(".button, .choices > label, summary"):
        box = target.bounding_box()
        if box is not None:
            assert box["height"] >= 44, target.inner_text()
    sizes = page.eval_on_selector_all(
        "main p, main td, main label",
        "all => all.map(it => parseFloat(getComputedStyle(it).fontSize))",
    )
    assert min(sizes) >= 15


def test_everything_together_is_under_60_kb(notice, township, served, open_page):
    sizes: list[int] = []
    scripts: list[str] = []

    def listen(page):
        def note(request):
            measured = request.sizes()
            sizes.append(measured["responseBodySize"] + measured["responseHeadersSize"])
            if request.resource_type == "script":
                scripts.append(request.url)

        page.on("requestfinished", note)

    page = open_page(f"{served(township)}/n/{notice}", "phone", setup=listen)
    page.wait_for_load_state("networkidle")
    assert sizes and sum(sizes) < 60_000
    assert scripts == []


def test_a_fault_leaves_what_was_typed(notice, township, served, open_page):
    page = open_page(f"{served(township)}/n/{notice}", "phone", java_script_enabled=False)
    page.get_by_text("不满意").tap()
    page.fill("#text", TEXT)
    page.fill("#phone", "打我电话")
    page.get_by_role("button", name="提交").tap()
    assert "电话号码看起来不对" in page.inner_text("#fault")
    assert page.input_value("#text") == TEXT
    assert page.is_checked("input[value=不满意]")


def fits_without_script(page):
    box = page.locator("main").bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 360


def test_the_link_to_follow_an_answer_is_copied_by_a_button(notice, township, served, open_page):
    page = open_page(f"{served(township)}/n/{notice}", "phone", permissions=["clipboard-read"])
    page.get_by_text("询问", exact=True).tap()
    page.fill("#text", TEXT)
    page.get_by_role("button", name="提交").tap()
    page.wait_for_url("**/f/*")
    page.get_by_role("button", name="复制链接").tap()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.inner_text(".link")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    page.get_by_role("button", name="复制链接").tap()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
