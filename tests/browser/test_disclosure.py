"""A request for disclosure from the day it is handed in to the year's report, at the desk and on a
phone. The clock is the test's: this process's offset moves it from step to step."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from kiosk import clock, people

PASSWORD = "jian-du-2026"


@pytest.fixture
def at(monkeypatch):
    """at("2026-03-02"): from now on it is ten in the morning of that day in Beijing."""

    def move(day):
        wanted = datetime.fromisoformat(f"{day}T02:00:00").replace(tzinfo=UTC)
        monkeypatch.setattr(clock, "_offset", wanted - datetime.now(UTC))

    yield move
    monkeypatch.setattr(clock, "_offset", timedelta(0))


@pytest.fixture
def address(township, served):
    people.add_account(
        township.journal, "郑国华", "supervisor", node_role="township", actor="测试",
        password=PASSWORD,
    )  # fmt: skip
    return served(township)


def logged_in(page):
    page.fill("#name", "郑国华")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("main h1")
    return page


def opened(page, address):
    """Opens it, after another log-in where the last one is too long ago."""
    page.goto(address)
    if "/login" in page.url:
        logged_in(page)


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_from_march_to_the_report(address, at, open_page, tmp_path):
    """Registered in March, extended, answered in May, counted in the year's report."""
    at("2026-03-09")
    desk = logged_in(open_page(f"{address}/township/requests/new", "desk"))
    desk.fill("#about", "2025 年道路养护资金的分配结果")
    desk.get_by_label("商业企业").check()
    desk.fill("#name", "某某公司")
    desk.fill("#phone", "0530-3290001")
    desk.get_by_role("button", name="登记", exact=True).click()
    expect(desk.locator("h1")).to_contain_text("还剩 20 个工作日")
    one = desk.url

    at("2026-03-31")
    opened(desk, one)
    expect(desk.locator("h1")).to_contain_text("还剩 4 个工作日")
    expect(desk.locator(".message.warn")).to_contain_text("只剩 4 个工作日")
    desk.get_by_text("延期答复", exact=True).click()
    desk.fill("#extend-by", "党政办主任")
    desk.fill("#extend-reason", "涉及多个年度的档案")
    desk.get_by_role("button", name="登记延期").click()
    expect(desk.locator("h1")).to_contain_text("还剩 24 个工作日")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="延期答复告知书").click()
    assert download.value.suggested_filename == "2026-001延期答复告知书.docx"

    at("2026-05-06")
    opened(desk, one)
    expect(desk.locator("h1")).to_contain_text("还剩 2 个工作日")
    desk.select_option("#decide-outcome", "granted/提供所申请的信息")
    desk.fill("#decide-text", "附件：分配结果一份。")
    desk.get_by_role("button", name="登记处理结果").click()
    expect(desk.locator("h1")).to_contain_text("已答复，待送达")
    desk.select_option("#deliver-way", "邮寄")
    desk.get_by_role("button", name="登记送达").click()
    expect(desk.locator("h1")).to_contain_text("已办结")
    assert "逾期" not in desk.inner_text("h1")

    at("2027-01-08")
    year = f"{address}/township/annual"
    opened(desk, year)
    expect(desk.locator(".message.good")).to_contain_text("表里的数都对得上")
    row = desk.locator("tr", has_text="一、本年新收")
    assert row.locator("td").all_inner_texts() == ["0", "1", "0", "0", "0", "0", "1"]
    row = desk.locator("tr", has_text="（一）予以公开")
    assert row.locator("td").all_inner_texts() == ["0", "1", "0", "0", "0", "0", "1"]
    desk.locator("#part-1").get_by_role("link", name="1", exact=True).first.click()
    expect(desk.locator(".sources, main ul").first).to_be_visible()
    desk.go_back()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="下载 Word").click()
    target = tmp_path / "report.docx"
    download.value.save_as(target)
    from kiosk.reports import reading

    data = reading.data_of(target.read_bytes(), "report.docx")
    assert data["requests"]["总计"] == ["0", "1", "0", "0", "0", "0", "1"]


def test_on_a_phone_it_is_asked_and_followed(address, at, open_page):
    at("2026-03-02")
    phone = open_page(f"{address}/apply", "phone")
    fits(phone)
    phone.fill("#about", "2025 年道路养护资金的分配结果")
    phone.fill("#name", "李小红")
    phone.fill("#number", "E12345678")
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("alert")).to_contain_text("至少留一种联系方式")
    phone.fill("#phone", "0530-3290001")
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.locator("h1")).to_have_text("申请已经提交")
    expect(phone.get_by_text("等工作人员和您确认")).to_be_visible()
    fits(phone)
    link = phone.inner_text("#link")
    desk = logged_in(open_page(f"{address}/township/requests", "phone"))
    fits(desk)
    desk.get_by_role("link", name="2025 年道路养护").click()
    fits(desk)
    desk.get_by_role("button", name="确认收到").click()
    desk.goto(f"{address}/township/annual?year=2025")
    fits(desk)
    phone.goto(link)
    expect(phone.get_by_text("还剩 20 个工作日")).to_be_visible()
