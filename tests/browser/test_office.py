"""The officers' door in a real browser: on a desk PC, on a phone, and without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kiosk import clock, drafts, people
from kiosk.notices import queries as notices
from kiosk.rules.calendar import Period
from tests.browser.signing import NAMES, sheet, sign_on_paper

TABLES = Path(__file__).parent.parent / "data" / "tables"
NAME, PASSWORD = "王会计", "dong-hu-2026"


@pytest.fixture
def node(village):
    people.add_account(
        village.journal, NAME, "officer", node_role="village", actor="测试", password=PASSWORD
    )
    return village


def signed_in(open_page, address, shape="desk", **options) -> Page:
    page = open_page(f"{address}/office/", shape, **options)
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def test_a_quarters_accounts_are_posted_from_a_file_in_at_most_twelve_taps(node, served, open_page):
    """From the home to the board; a chosen file, a name or a date counts as the tap into it."""
    page = signed_in(open_page, served(node))
    taps = 0

    def tap(target):
        nonlocal taps
        taps += 1
        target.click()

    def fill(target, text):
        nonlocal taps
        taps += 1
        target.fill(text)

    line = page.locator(".duty", has_text="财务收支情况").first
    more = page.locator("details.more")
    if not line.is_visible():
        tap(more.first.locator("summary"))
    tap(line.get_by_role("button", name="去公开"))
    taps += 1
    page.locator("#table").set_input_files(TABLES / "statement.xlsx")
    expect(page.get_by_role("heading", name="核对导入的表")).to_be_visible()
    if page.get_by_text("期不一样").is_visible():
        tap(page.get_by_text("表里写的："))
    tap(page.get_by_role("button", name="填进表单"))
    tap(page.get_by_role("button", name="预览，然后送审"))
    screen = page.frame_locator("iframe.screen")
    expect(screen.get_by_text("108,915.44").first).to_be_visible()
    tap(page.get_by_text("已经在纸上签好了"))
    taps += 1
    page.locator("#sheet").set_input_files(sheet())
    for step in ("finance_group", "committee", "village_head"):
        fill(page.locator(f"#name-{step}"), NAMES[step])
    tap(page.get_by_role("button", name="登记签字，公开"))
    expect(page.get_by_role("heading", name="已经公开")).to_be_visible()
    assert taps <= 12
    [notice] = notices.every(node.journal, node.config.code)
    assert (notice.period, notice.content["closing"]) == ("2026Q2", 10_891_544)


def test_sums_follow_the_typing_and_rows_come_without_a_reload(node, served, open_page):
    page = signed_in(open_page, served(node), "phone")
    page.goto(f"{page.url}new?affairs=finance")
    page.locator("button.item", has_text="财务收支情况").tap()
    page.fill("#opening", "1,000")
    page.fill("#income-0-name", "租金")
    page.fill("#income-0-amount", "５００．５０")
    page.fill("#expense-0-name", "保洁")
    page.fill("#expense-0-amount", "300")
    expect(page.locator('[data-total="should"]')).to_have_text("1,200.50")
    page.fill("#closing", "1290.50")
    expect(page.locator('[data-total="words"]')).to_contain_text("多了 90.00 元")
    page.get_by_role("button", name="填为期末余额").tap()
    expect(page.locator("#closing")).to_have_value("1,200.50")
    page.locator("#income").get_by_role("button", name="再加一行").tap()
    page.fill("#income-2-name", "利息")
    page.fill("#income-2-amount", "1")
    expect(page.locator('[data-total="income"]')).to_have_text("501.50")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    [draft] = drafts.drafts(node.journal)
    assert [line["name"] for line in draft.values["fields"]["income"]][::2] == ["租金", "利息"]


def test_the_title_follows_the_period(node, served, open_page):
    address = served(node)
    page = signed_in(open_page, address)
    page.goto(f"{address}/office/new?affairs=finance")
    page.locator("button.item", has_text="财务收支情况").click()
    older = page.locator("#period option").nth(3)
    page.select_option("#period", older.get_attribute("value"))
    expect(page.locator("#title")).to_have_value(older.get_attribute("data-title"))
    page.fill("#title", "东湖村的账")
    page.select_option("#period", index=0)
    expect(page.locator("#title")).to_have_value("东湖村的账")


def test_a_closed_browser_loses_nothing(node, served, open_page):
    address = served(node)
    page = signed_in(open_page, address)
    page.goto(f"{address}/office/new?affairs=village")
    page.locator("button.item", has_text="安全生产").click()
    page.fill("#text", "今天检查了三处用电。")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.context.close()
    again = signed_in(open_page, address)
    again.get_by_role("link", name="安全生产").click()
    expect(again.locator("#text")).to_have_value("今天检查了三处用电。")


def test_everything_works_without_scripts(node, served, open_page):
    page = signed_in(open_page, served(node), "phone", java_script_enabled=False)
    page.goto(f"{page.url}new?affairs=village")
    page.locator("button.item", has_text="安全生产").click()
    page.fill("#text", "联系张某 13805301234。")
    page.get_by_role("button", name="预览，然后送审").click()
    expect(page.locator("#faults")).to_contain_text("手机号")
    page.get_by_role("button", name="遮盖", exact=True).click()
    expect(page.locator("#text")).to_have_value("联系张某 138****1234。")
    page.get_by_role("button", name="预览，然后送审").click()
    sign_on_paper(page)
    expect(page.get_by_role("heading", name="已经公开")).to_be_visible()


def test_a_file_that_is_too_large_is_said_before_it_is_sent(node, served, open_page, tmp_path):
    page = signed_in(open_page, served(node))
    page.goto(f"{page.url}new?affairs=finance")
    page.locator("button.item", has_text="财务收支情况").click()
    large = tmp_path / "账.xlsx"
    large.write_bytes(bytes(11 * 1024 * 1024))
    page.locator("#table").set_input_files(large)
    expect(page.get_by_text("账.xlsx 太大（11 MB），最大 10 MB")).to_be_visible()


def test_another_match_of_a_column_is_read_at_once(node, served, open_page):
    page = signed_in(open_page, served(node))
    page.goto(f"{page.url}new?affairs=finance")
    page.locator("button.item", has_text="收支逐笔明细").click()
    page.locator("#table").set_input_files(TABLES / "ledger.xlsx")
    page.get_by_label("D 列是什么").select_option("备注")
    page.wait_for_url("**/table?column-D=note")
    expect(page.get_by_label("D 列是什么")).to_have_value("note")


@pytest.mark.parametrize("shape", ["phone", "desk"])
def test_no_page_is_wider_than_its_window(node, served, open_page, shape):
    address = served(node)
    page = signed_in(open_page, address, shape)
    last = Period.containing("quarterly", clock.today()).previous.id
    for path in (
        "/office/",
        "/office/new?affairs=village",
        f"/office/none?item=village.homestead&period={last}&event=",
        "/office/notices",
        "/office/feedback",
        "/office/password",
    ):
        page.goto(address + path)
        assert fits(page), path
    for affairs, item in (
        ("finance", "财务收支情况"),
        ("finance", "收支逐笔明细"),
        ("village", "最低生活保障对象"),
        ("village", "四议两公开决议"),
        ("village", "安全生产"),
    ):
        page.goto(f"{address}/office/new?affairs={affairs}")
        page.locator("button.item", has_text=item).click()
        page.get_by_role("button", name="预览，然后送审").click()
        expect(page.locator("#faults, .sending")).to_be_visible()
        assert fits(page), item
    for affairs, item, file in (
        ("finance", "财务收支情况", "statement_off_by_90.xlsx"),
        ("finance", "收支逐笔明细", "ledger.xlsx"),
        ("village", "最低生活保障对象", "persons.xlsx"),
    ):
        page.goto(f"{address}/office/new?affairs={affairs}")
        page.locator("button.item", has_text=item).click()
        page.locator("#table").set_input_files(TABLES / file)
        expect(page.get_by_role("heading", name="核对导入的表")).to_be_visible()
        assert fits(page), file
        if page.get_by_text("期不一样").is_visible():
            page.get_by_text("刚才选的：").click()
        page.locator('button[value="adopt"]').click()
        expect(page.get_by_text("表格已填进表单")).to_be_visible()
        assert fits(page), file


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
