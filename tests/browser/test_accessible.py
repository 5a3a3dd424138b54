"""Every page of every door in the browser, looked over by axe-core: WCAG 2.2 AA, on the screen the
contrast of AAA, and what axe calls good practice.

One crawl per door: from its start along its links, each kind of address a few times, so that a page
that is added later is looked at without anybody adding it here.
"""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Error

from kiosk import clock, feedback, people, services
from kiosk.notices import commands
from kiosk.rules import catalogue, forms
from kiosk.sync import contacts
from tests import posting
from tests.conftest import VILLAGE, copied

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
ITEMS = catalogue.load().items
PASSWORD = "wu-zhang-ai"
SERVICE = {
    "name": "申请低保", "place": "村大厅", "person": "孙丽华", "phone": "0530-3291201",
    "within": "30 个工作日", "papers": ["户口本"], "steps": ["交申请", "公示"], "note": "可以上门",
}  # fmt: skip
OFFICIAL = {"name": "孙丽华", "post": "文书", "duty": "代办", "matters": ["低保", "修路"]}
LOOKED = """async given => {
    const found = await axe.run(document, {
        resultTypes: ['violations'],
        rules: {
            'color-contrast-enhanced': {enabled: given.enhanced},
            'target-size': {enabled: true},
        },
    })
    return found.violations.flatMap(it => it.nodes.map(
        node => `${it.id}: ${node.target.join(' ')} ${node.html.slice(0, 120)}`))
}"""
LINKS = """() => [...document.querySelectorAll('a[href]')].filter(
    it => it.origin === location.origin && !it.hasAttribute('download')
).map(it => it.pathname + it.search)"""
NO_PAGES = re.compile(
    r"/blobs/|/static/|/print/|/streams/|/api/|/log-?out|\.(csv|json|atom|zip|xlsx|pdf)|proof"
)
KIND = re.compile(
    r"(?<=/)[a-z]+\.[a-z_]+|[0-9A-HJKMNP-TV-Z]{26}|\d{4,}|(?<=\?).*|(?<=/topic/)\w+|(?<=/topics/)\w+"
)


def looked_at(page: Any, enhanced: bool) -> list[str]:
    page.evaluate(AXE)
    return page.evaluate(LOOKED, {"enhanced": enhanced})


def crawl(page: Any, url: str, start: str, under: str, of_a_kind: int, enhanced: bool) -> set[str]:
    """Looks at the pages that can be reached; what is wrong, and the kinds that were seen."""
    faults: list[str] = []
    seen: Counter[str] = Counter()
    known, waiting = {start}, [start]
    while waiting:
        path = waiting.pop(0)
        kind = KIND.sub("*", path)
        if seen[kind] >= of_a_kind:
            continue
        seen[kind] += 1
        try:
            answer = page.goto(url + path)
        except Error as error:
            if "Download is starting" in str(error):
                continue
            raise
        assert answer.status < 500, path
        faults += [f"{path} {fault}" for fault in looked_at(page, enhanced)]
        for link in page.evaluate(LINKS):
            if link not in known and link.startswith(under) and not NO_PAGES.search(link):
                known.add(link)
                waiting.append(link)
    assert not faults, "\n".join(faults)
    return set(seen)


@pytest.fixture
def posted(enrolled: Any, township: Any) -> dict[str, str]:
    """A board in most of its states; ids of notices by name."""
    ids: dict[str, str] = {}
    lines = [{"name": name, "amount": 900_00, "sub": False} for name in ("修路", "保洁", "办公")]
    money = {"opening": 0, "income": lines, "expense": lines[:2], "closing": 900_00, "note": ""}
    later = {**money, "opening": 900_00, "closing": 1_800_00}

    def post(name: str, item: str, content: Any, **given: Any) -> None:
        known = ITEMS.get(item, item)
        ids[name] = posting.publish(
            enrolled.journal,
            item=known,
            title=f"{name}的公开",
            content=content,
            actor="王会计",
            **given,
        )

    with clock.set_to(datetime.now(UTC) - timedelta(days=3)):
        post("二季度", "finance.statement", money, period="2026Q2")
        post("三季度", "finance.statement", later, period="2026Q3")
        for item in ("village.project", "finance.assets", "finance.contracts", "village.service"):
            if item in ITEMS:
                post(item, item, forms.example(forms.load()[ITEMS[item].form]))
        post("更正", "village.safety", {"text": "旧的一行"})
        posting.correct(
            enrolled.journal,
            ids["更正"],
            actor="王会计",
            reason="写错",
            title="更正的公开",
            content={"text": "新的一行"},
        )
        post("撤回", "village.safety", {"text": "不该公开的"})
        commands.withdraw(enrolled.journal, ids["撤回"], actor="王会计", reason="重复")
    for node in (enrolled, township):
        services.describe_service(node.journal, SERVICE, actor="王会计")
        services.describe_official(node.journal, OFFICIAL, actor="王会计")
    copied(enrolled, township)
    posting.publish(
        township.journal,
        item="township",
        title="防汛通知",
        content={"text": "有雨"},
        actor="李监督",
    )
    copied(township, enrolled)
    contacts.succeeded(township.journal, VILLAGE, {})
    return ids


def test_the_screen(posted, enrolled, served, open_page):
    page = open_page(served(enrolled), "portrait")
    url = page.url.rstrip("/")
    seen = crawl(page, url, "/", "/", 1, enhanced=True)
    assert {"/", "/finance", "/notices/*", "/search"} <= seen, seen
    for id in posted.values():
        page.goto(f"{url}/notices/{id}")
        page.evaluate(
            "document.querySelectorAll('#page details').forEach(it => { it.open = true })"
        )
        assert looked_at(page, True) == [], id


def test_the_screen_in_black_at_its_largest_and_reading(posted, enrolled, served, open_page):
    page = open_page(f"{served(enrolled)}/notices/{posted['三季度']}", "landscape")
    page.get_by_role("button", name="黑底").tap()
    page.get_by_role("button", name="朗读", exact=True).tap()
    page.get_by_role("button", name="最大").tap()
    assert looked_at(page, True) == []


def test_an_empty_board_and_what_is_not_there(village, served, open_page):
    page = open_page(served(village), "landscape")
    url = page.url.rstrip("/")
    for path in ("/", "/finance", "/search?q=zzz", "/nothing"):
        page.goto(url + path)
        assert looked_at(page, True) == [], path


def test_the_phone(posted, enrolled, township, served, open_page):
    page = open_page(f"{served(township)}/n/{posted['三季度']}", "phone")
    url = re.sub("/n/.*", "", page.url)
    for name in ("三季度", "更正", "撤回"):
        page.goto(f"{url}/n/{posted[name]}")
        page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
        assert looked_at(page, False) == [], name
    crawl(page, url, f"/n/{posted['更正']}", "/n/", 1, enhanced=False)
    crawl(page, url, "/m", "/m", 1, enhanced=False)


@pytest.mark.parametrize("desk", ["office", "township"])
def test_the_desks(posted, enrolled, township, served, open_page, desk):
    node, role = (enrolled, "officer") if desk == "office" else (township, "supervisor")
    people.add_account(
        node.journal, "王会计", role, node_role=node.config.role, actor="测试", password=PASSWORD
    )
    feedback.receive(township.journal, village=VILLAGE, kind="询问", text="电费为什么这么多？")
    copied(township, enrolled, VILLAGE)
    page = open_page(f"{served(node)}/{desk}/", "desk")
    url = re.sub(f"/{desk}/.*", "", page.url)
    assert looked_at(page, False) == []
    page.fill("#name", "王会计")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"**/{desk}/")
    crawl(page, url, f"/{desk}/", f"/{desk}/", 1, enhanced=False)
