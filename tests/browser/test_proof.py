"""The phone checks a notice itself: by Web Crypto where it can, and says so where it cannot."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from kiosk import clock
from kiosk.duties import queries as duties
from kiosk.journal.log import Draft
from tests import posting
from tests.conftest import copied

TITLE = "2026年第三季度财务收支情况"
CONTENT = {
    "opening": 100_00, "income": [], "expense": [], "closing": 100_00, "note": "没有收支 “0”",
}  # fmt: skip
WITHOUT = "Object.defineProperty(crypto, 'subtle', { value: undefined })"


@pytest.fixture
def notice(enrolled, township):
    """A witnessed notice among others, so that its path in the tree has several steps."""
    item = duties.catalogue(enrolled.journal).items["finance.statement"]
    write = [Draft("public", "test.written", f"s{n}", {"n": n}) for n in range(11)]
    enrolled.journal.append_all(write)
    with clock.set_to(datetime.now(UTC) - timedelta(hours=3)):
        id = posting.publish(
            enrolled.journal, actor="王会计", item=item, title=TITLE, period="2026Q3",
            content=CONTENT,
        )  # fmt: skip
    enrolled.journal.append_all(write)
    copied(enrolled, township)
    return id


def checked(page: Page) -> str:
    page.get_by_role("button", name="开始核对").tap()
    page.locator("#check-end").wait_for(state="visible")
    return page.locator("#check").get_attribute("data-state") or ""


def test_the_phone_checks_the_notice(notice, township, served, open_page):
    page = open_page(f"{served(township)}/n/{notice}", "phone")
    page.get_by_text("怎样证明内容没有被改过").tap()
    page.get_by_text("用这部手机核对").tap()
    assert "相差 3 小时" in page.inner_text("main")
    state = checked(page)
    said = page.inner_text("#check")
    assert state in ("good", "word"), said
    assert "✗" not in said
    assert "一字不差" in said
    assert page.locator("#check li").count() == 5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_web_crypto_the_signatures_are_the_servers_word(
    notice, township, served, open_page
):
    page = open_page(
        f"{served(township)}/n/{notice}/proof", "phone", lambda page: page.add_init_script(WITHOUT)
    )
    assert checked(page) == "word"
    said = page.inner_text("#check")
    assert "✗" not in said
    assert said.count("✓") == 3
    assert said.count("服务器说是对的") == 2


@pytest.mark.parametrize("setup", [None, WITHOUT])
@pytest.mark.parametrize(
    ("ending", "change", "says"),
    [
        ("/bodies/", lambda text: text.replace('"closing":10000', '"closing":90000'), "不一样"),
        (".tlog-proof", lambda text: text.replace("index 1", "index 2"), "不是这条"),
        (".tlog-proof", lambda text: spoiled_path(text), "不在签了名的账里"),
    ],
)
def test_what_was_changed_does_not_pass(
    notice, township, served, open_page, setup, ending, change, says
):
    def spoil(page: Page) -> None:
        if setup:
            page.add_init_script(setup)

        def answer(route):
            response = route.fetch()
            text = response.text()
            changed = change(text)
            assert changed != text
            route.fulfill(response=response, body=changed)

        page.route(f"**/*{ending}*", answer)

    page = open_page(f"{served(township)}/n/{notice}/proof", "phone", spoil)
    assert checked(page) == "bad"
    assert says in page.inner_text("#check")


def spoiled_path(text: str) -> str:
    lines = text.split("\n")
    assert lines[2].startswith("index ")
    lines[3] = base64.b64encode(bytes(32)).decode()
    return "\n".join(lines)


def test_the_written_out_hash_is_sha256(notice, township, served, open_page):
    page = open_page(f"{served(township)}/n/{notice}/proof", "phone")
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000):
        data = bytes((7 * n + size) % 256 for n in range(size))
        found = page.evaluate(
            "data => Array.from(document.getElementById('check')"
            ".sha256WrittenOut(new Uint8Array(data)))",
            list(data),
        )
        assert bytes(found) == hashlib.sha256(data).digest(), size


def test_without_script_the_page_says_when_and_offers_the_file(notice, township, served, open_page):
    page = open_page(f"{served(township)}/n/{notice}/proof", "phone", java_script_enabled=False)
    assert "有人见证" in page.inner_text("main")
    assert "请下载证明文件" in page.inner_text("main")
    assert page.get_by_text("下载证明文件", exact=True).is_visible()
    assert not page.get_by_role("button", name="开始核对").is_visible()
