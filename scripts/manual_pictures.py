"""The manual's pictures, in the order in which somebody comes by the pages.

The village that is late has a review signed and publishes its quarter from an Excel file; the
exemplary one shows what was sent back, corrected, asked and printed. Every click goes by the words
that the manual quotes.
"""

import io
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
from playwright.sync_api import Browser, Locator, Page, expect
from taking import PATIENCE, Nodes, fill_login, logged_in, opened, shot

from kiosk import clock
from kiosk.demo import scenes
from kiosk.demo.book import Books
from kiosk.demo.finance import statement
from kiosk.demo.places import XIZHUANG
from kiosk.demo.routine import began
from kiosk.rules.calendar import Period

PERSONS = Path(__file__).parents[1] / "tests" / "data" / "tables" / "persons.xlsx"
LIMIT = 120_000
WIDTH = 900
DESK = (1100, 760)
PHONE = (390, 780)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Picture = tuple[str, bytes]


def of(browser: Browser, nodes: Nodes) -> Iterator[Picture]:
    """Every picture as its name (manual/login) and its bytes."""
    township, exemplary, late, offline = nodes
    for name, picture in chain(
        _signing(browser, late),
        _accounts(browser, late),
        _choosing(browser, late),
        _life(browser, exemplary),
        _offline(browser, offline),
        _desk(browser, township),
    ):
        yield f"manual/{name}", picture


def _accounts(browser: Browser, node: dict[str, Any]) -> Iterator[Picture]:
    """A quarter's accounts from a file to the board."""
    page = opened(browser, *DESK)
    fill_login(page, node, "/office/")
    yield "login", _shot(page, height=640)
    page.get_by_role("button", name="登录").click()
    expect(_heading(page, "要办的事")).to_be_visible(timeout=PATIENCE)
    yield "home", _shot(page)
    line = page.locator(".duty", has_text="财务收支情况").first
    _press(line, "去公开")
    period = page.locator("#period").input_value()
    yield "import", _shot(page, height=560)
    page.locator("#table").set_input_files(
        {"name": "季度收支表.xlsx", "mimeType": XLSX, "buffer": _statement(period)}
    )
    expect(_heading(page, "核对导入的表")).to_be_visible(timeout=PATIENCE)
    yield "table", _shot(page)
    _press(page, "没问题，填进表单")
    expect(page.locator("#closing")).to_be_visible(timeout=PATIENCE)
    yield "filled", _shot(page, page.locator("#expense .amount-line").nth(-5))
    _press(page, "预览，然后送审")
    expect(_heading(page, "发布前再看一眼")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("已经在纸上签好了").click()
    yield "preview", _shot(page, height=760)
    page.locator("#sheet").set_input_files(
        {"name": "签字.jpg", "mimeType": "image/jpeg", "buffer": scenes.photo("sheet", 1)}
    )
    _press(page, "登记签字，公开")
    expect(_heading(page, "已经公开")).to_be_visible(timeout=PATIENCE)
    yield "published", _shot(page, height=620)


def _choosing(browser: Browser, node: dict[str, Any]) -> Iterator[Picture]:
    """Choosing an item, and having nothing to report."""
    page = opened(browser, *DESK)
    logged_in(page, node, "/office/")
    page.get_by_role("link", name="发布公开事项").click()
    page.get_by_role("link", name="村务公开", exact=True).click()
    yield "new", _shot(page, height=560)
    quarter = Period.containing("quarterly", clock.today()).previous.id
    page.goto(f"{node['url']}/office/none?item=village.homestead&period={quarter}")
    expect(page.get_by_role("button", name="确认，作零报告")).to_be_visible(timeout=PATIENCE)
    yield "none", _shot(page, height=560)


def _signing(browser: Browser, node: dict[str, Any]) -> Iterator[Picture]:
    """A review that waits for the committee, which then signs by hand; then it is taken back, so
    that the same accounts can be published from a file."""
    page = opened(browser, *PHONE, touch=True, scale=2)
    logged_in(page, node, "/office/", login=1)
    page.get_by_role("link", name="财务收支情况").first.click()
    expect(page.get_by_role("button", name="同意签字")).to_be_visible(timeout=PATIENCE)
    yield "reviewer", _shot(page, width=390)
    page = opened(browser, *DESK)
    logged_in(page, node, "/office/reviews")
    page.get_by_role("link", name="财务收支情况").first.click()
    address = page.url
    hand = page.get_by_role("link", name="请村务监督委员会在这里签字")
    expect(hand).to_be_visible(timeout=PATIENCE)
    yield "review", _shot(page)
    page = opened(browser, *PHONE, touch=True, scale=2)
    logged_in(page, node, address.removeprefix(node["url"]))
    hand = page.get_by_role("link", name="请村务监督委员会在这里签字")
    hand.click()
    _write(page.locator("#canvas"))
    yield "sign", _shot(page, page.locator("#signing"), width=390)
    _press(page, "同意签字")
    expect(page.get_by_text("村务监督委员会已签字。")).to_be_visible(timeout=PATIENCE)
    page.locator("summary", has_text="撤回送审").click()
    _press(page, "撤回送审")
    expect(page.get_by_text("送审已撤回")).to_be_visible(timeout=PATIENCE)


def _life(browser: Browser, node: dict[str, Any]) -> Iterator[Picture]:
    """A list of persons, what was sent back, a decision, a correction, paper, a question, an older
    board."""
    page = opened(browser, *DESK)
    logged_in(page, node, "/office/")
    page.goto(node["url"] + "/office/new?affairs=village")
    page.locator("button.item", has_text="低保审核确认公示").click()
    page.locator("#table").set_input_files(PERSONS)
    expect(page.get_by_role("button", name="一键遮盖，填进表单")).to_be_visible(timeout=PATIENCE)
    yield "persons", _shot(page, page.locator("section.message", has_text="个人信息"), height=620)
    page.goto(node["url"] + "/office/reviews")
    page.get_by_role("link", name="第二批").first.click()
    expect(page.get_by_role("link", name="去修改，再送审")).to_be_visible(timeout=PATIENCE)
    yield "back", _shot(page)
    page.goto(node["url"] + "/office/")
    _press(page.locator(".duty", has_text="清理东湖岸坡").first, "去公开")
    expect(page.locator("#steps")).to_be_visible(timeout=PATIENCE)
    yield "decision", _shot(page, page.locator("#steps"), height=620)
    page.goto(node["url"] + "/office/notices?state=corrected")
    page.locator("ul.notices a").first.click()
    expect(page.get_by_role("button", name="更正")).to_be_visible(timeout=PATIENCE)
    yield "notice", _shot(page)
    page.goto(node["url"] + "/office/notices")
    page.get_by_role("link", name="打印到公开栏、明白纸").click()
    expect(page.get_by_role("button", name="做成 PDF 打印")).to_be_visible(timeout=PATIENCE)
    yield "print", _shot(page)
    page.get_by_role("link", name="群众意见").first.click()
    page.get_by_role("link", name="能不能申请低保").first.click()
    yield "feedback", _shot(page)
    page.goto(node["url"] + "/office/notices")
    page.get_by_role("link", name="导入旧公示栏的内容").click()
    page.locator("#files").set_input_files(
        {"name": "旧公示栏.zip", "mimeType": "application/zip", "buffer": _old_board()}
    )
    _press(page, "上传，先看一遍")
    expect(page.get_by_role("button", name="开始导入")).to_be_visible(timeout=PATIENCE)
    yield "archive", _shot(page)


def _offline(browser: Browser, node: dict[str, Any]) -> Iterator[Picture]:
    page = opened(browser, *DESK)
    logged_in(page, node, "/office/")
    expect(page.get_by_text("网络不通，内容已保存在本机")).to_be_visible(timeout=PATIENCE)
    yield "offline", _shot(page, height=420)


def _desk(browser: Browser, node: dict[str, Any]) -> Iterator[Picture]:
    page = opened(browser, *DESK)
    logged_in(page, node, "/township/")
    page.get_by_role("link", name="审核", exact=True).click()
    page.get_by_role("link", name="离任经济责任审计").first.click()
    expect(page.get_by_role("button", name="退回给村里")).to_be_visible(timeout=PATIENCE)
    yield "township-review", _shot(page)


# ---- on a page ----


def _heading(page: Page, words: str) -> Locator:
    return page.get_by_role("heading", name=words)


def _press(within: Page | Locator, words: str) -> None:
    within.get_by_role("button", name=words, exact=True).first.click()


def _shot(page: Page, at: Locator | None = None, width: int = WIDTH, height: int = 0) -> bytes:
    return shot(page, width, LIMIT, at, height)


def _write(canvas: Locator) -> None:
    """A name of two characters, or what looks like it."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    mouse = canvas.page.mouse
    for stroke in (
        [(0.14, 0.25), (0.36, 0.22)],
        [(0.25, 0.12), (0.24, 0.5), (0.12, 0.82)],
        [(0.25, 0.45), (0.38, 0.8)],
        [(0.5, 0.2), (0.8, 0.16)],
        [(0.52, 0.42), (0.86, 0.38)],
        [(0.67, 0.14), (0.66, 0.86), (0.56, 0.78)],
        [(0.47, 0.64), (0.9, 0.6)],
    ):
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        mouse.move(*points[0])
        mouse.down()
        for point in points[1:]:
            mouse.move(*point, steps=8)
        mouse.up()


# ---- files that an officer has ----


def _statement(period: str) -> bytes:
    """The late village's accounts of a quarter as its accountant's Excel file."""
    asked = Period.parse(period)
    today = clock.today()
    books = Books(XIZHUANG, began(XIZHUANG, today).replace(day=1))
    content = statement(books, asked, Random(f"{XIZHUANG.code}/finance.statement/{period}")).content
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([f"{XIZHUANG.name}{asked.title}财务收支公开表"])
    sheet.append([f"编报单位：{XIZHUANG.name}股份经济合作社", None, None, "单位：元"])
    sheet.append(["收入项目", "金额", "支出项目", "金额"])
    sheet.append(["上期结余", content["opening"] / 100, None, None])
    income, expense = (_lines(content[side]) for side in ("income", "expense"))
    for n in range(max(len(income), len(expense))):
        left = income[n] if n < len(income) else (None, None)
        right = expense[n] if n < len(expense) else (None, None)
        sheet.append([*left, *right])
    totals = [
        sum(line["amount"] for line in content[side] if not line["sub"]) / 100
        for side in ("income", "expense")
    ]
    sheet.append(["本期收入合计", totals[0], "本期支出合计", totals[1]])
    sheet.append(["本期结余", content["closing"] / 100, None, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(given: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [
        (("　其中：" if line["sub"] else "") + line["name"], line["amount"] / 100) for line in given
    ]


def _old_board() -> bytes:
    """A zip of what an older board's computer has."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in (
            ("财务公开/2018-07-10 二季度财务收支.csv", "项目,金额\n上期结余,100\n"),
            ("村务公开/2019-05-10 村规民约.txt", "孝老爱亲。\n门前三包。\n"),
            ("村务公开/2020-06-12 低保名单.txt", "经村民代表评议，第一组李*芳等 12 户。\n"),
            ("党务公开/2021-07-01 七一表彰优秀党员.txt", "表彰优秀党员四名。\n"),
        ):
            packed.writestr(name, text.encode())
        packed.writestr("村务公开/2017年 修路/IMG_0012.jpg", scenes.photo("road", 3))
        packed.writestr("其他/2016-03-02 通知.txt", "通知一则。\n".encode())
    return out.getvalue()
