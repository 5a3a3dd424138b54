"""The whole circle over real servers: an officer posts from Excel, the screen shows it, a villager
asks by phone, the township sees it and who is late, and the answer reaches the phone."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from kiosk import people
from kiosk.config import load
from kiosk.node import Node, make_node, open_node
from kiosk.sync import enrolment
from kiosk.villages import invite
from tests.browser.signing import sign_on_paper
from tests.conftest import BEGAN, CONTACTS, TOWNSHIP, VILLAGE
from tests.sync import servers
from tests.sync.test_processes import went_well

TABLES = Path(__file__).parent.parent / "data" / "tables"
SECRET = "dong-hu-2026"
QUESTION = "道路维修的钱是修哪一段？"
ANSWER = "修的是村北到小学的一段。"


def add(node: Node, name: str, role: str) -> None:
    people.add_account(
        node.journal, name, role, node_role=node.config.role, actor="测试", password=SECRET
    )


def signed_in(open_page, address: str, name: str):
    page = open_page(address, "desk")
    page.fill("#name", name)
    page.fill("#password", SECRET)
    page.get_by_role("button", name="登录").click()
    return page


def test_the_whole_circle(tmp_path: Path, serve: Callable[..., servers.Server], open_page) -> None:
    above_dir, below_dir = tmp_path / "township", tmp_path / "village"
    port = servers.free_port()
    make_node(
        above_dir,
        role="township",
        code=TOWNSHIP,
        name="李楼镇",
        began=BEGAN,
        public_url=f"http://127.0.0.1:{port}",
        contacts=CONTACTS,
    )
    make_node(
        below_dir, role="village", code=VILLAGE, name="东湖村", began=BEGAN, contacts=CONTACTS
    )
    township = open_node(above_dir)
    add(township, "李主任", "supervisor")
    code = invite(township.journal, VILLAGE, actor="李主任")
    township.close()
    above = serve(above_dir, port)
    village = open_node(below_dir)
    add(village, "王会计", "officer")
    enrolment.enrol(village, above.url, code)
    village.close()
    assert load(below_dir).upstream is not None
    below = serve(below_dir)

    screen = open_page(f"{below.url}/", "portrait")
    expect(screen.get_by_text("东湖村三务公开栏")).to_be_visible()

    office = signed_in(open_page, f"{below.url}/office/", "王会计")
    line = office.locator(".duty", has_text="第二季度财务收支情况")
    expect(line).to_contain_text("已逾期")
    if not line.is_visible():
        office.locator("details.more").first.locator("summary").click()
    line.get_by_role("button", name="去公开").click()
    office.locator("#table").set_input_files(TABLES / "statement.xlsx")
    office.get_by_role("button", name="填进表单").click()
    office.get_by_role("button", name="预览，然后送审").click()
    sign_on_paper(office)
    expect(office.get_by_role("heading", name="已经公开")).to_be_visible()

    entry = screen.locator("a.entry", has_text="第二季度财务收支情况").first
    expect(entry.locator(".late")).to_have_count(0, timeout=15_000)
    entry.tap()
    expect(screen.get_by_text("108,915.44").first).to_be_visible()
    path = re.search(r"/notices/(\w+)", screen.url)
    assert path is not None
    address = f"{above.url}/n/{path[1]}"

    servers.until(lambda: went_well("sync", below_dir) != "", 60)
    phone = open_page(address, "phone")
    expect(phone.locator(".witness")).to_contain_text("李楼镇")
    phone.get_by_text("提意见、问问题").tap()
    phone.get_by_text("询问", exact=True).tap()
    phone.fill("#text", QUESTION)
    phone.get_by_role("button", name="提交").tap()
    phone.wait_for_url("**/f/*")
    follow = phone.get_attribute(".keep .link a", "href")
    assert follow is not None

    desk = signed_in(open_page, f"{above.url}/township/", "李主任")
    expect(desk.get_by_text(QUESTION)).to_be_visible()
    card = desk.locator("main").get_by_role("link", name="东湖村").first
    expect(card).to_be_visible()
    expect(desk.get_by_text("逾期").first).to_be_visible()

    went_well("sync", below_dir)
    office.goto(f"{below.url}/office/")
    office.get_by_text(QUESTION).click()
    office.get_by_role("textbox").first.fill(ANSWER)
    office.get_by_role("button", name="发出答复").click()
    went_well("sync", below_dir)
    phone.goto(follow)
    expect(phone.get_by_text(ANSWER)).to_be_visible()

    assert [below.stop(), above.stop()] == [0, 0]
    for dir in (below_dir, above_dir):
        assert "无误" in went_well("verify", dir)
