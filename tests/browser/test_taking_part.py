"""What a villager comes for, by touch alone and in at most five taps from the home page; and taking
part by handwriting, voice and smiles.

A microphone is stood in for by a tone, which the browser records as it would a voice.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from kiosk import opinions, sealed, services
from kiosk.feedback import queries as asked
from kiosk.node import Node
from kiosk.rules import catalogue
from tests import posting
from tests.conftest import VILLAGE, copied

ITEMS = catalogue.load().items
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False}],
    "expense": [{"name": name, "amount": 10_00, "sub": False} for name in ("保洁", "路灯电费")],
    "closing": 130_00,
    "note": "",
}
CLERK = {
    "name": "孙丽华",
    "post": "文书",
    "duty": "代办",
    "matters": ["低保"],
    "phone": "0530-3291201",
}
CASHIER = {"name": "周建国", "post": "报账员", "duty": "报账", "matters": ["账目"]}
PASSPHRASE = "一句很长的口令 李楼镇 2026"
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const sound = new AudioContext(), tone = sound.createOscillator();
  const to = sound.createMediaStreamDestination();
  tone.connect(to); tone.start();
  return to.stream;
};
"""


class Taps:
    """Counts what a finger does, from the home page on."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.count = page, 0
        page.goto(url)

    def on(self, what: Locator) -> None:
        self.count += 1
        assert self.count <= 5, "more than five taps"
        what.tap()


@pytest.fixture
def board(township: Node, enrolled: Node, served: Callable[[Node], str]) -> tuple[Node, str, str]:
    """东湖村's board with accounts, people and the township's key: (node, address, notice)."""
    sealed.make_key(township.journal, PASSPHRASE, name="李楼镇纪委", actor="郑国华")
    copied(township, enrolled)
    for who in (CLERK, CASHIER):
        services.describe_official(enrolled.journal, who, actor="孙丽华")
    id = posting.publish(
        enrolled.journal, item=ITEMS["finance.statement"], title="三季度收支", content=STATEMENT,
        period="2026Q3", actor="王会计",
    )  # fmt: skip
    return enrolled, served(enrolled), id


@pytest.mark.parametrize("shape", ["portrait", "landscape"])
def test_what_villagers_come_for_takes_five_taps_at_most(board, township, open_page, shape):
    node, url, id = board
    page = open_page(url, shape)
    link = page.locator("#page").get_by_role("link")

    # the last quarter's accounts, and hearing them
    taps = Taps(page, url)
    taps.on(link.filter(has_text="找一找"))
    taps.on(link.filter(has_text="钱花到哪儿了"))
    expect(page.locator("h1", has_text="三季度收支")).to_be_visible()
    taps.on(page.get_by_role("button", name="朗读", exact=True))
    expect(page.locator("#listen")).to_be_visible()

    # asking about one line of them
    taps = Taps(page, url)
    taps.on(link.filter(has_text="三季度收支"))
    taps.on(link.filter(has_text="问一问"))
    taps.on(link.filter(has_text="路灯电费"))
    expect(page.locator(".chosen-line")).to_contain_text("路灯电费")
    taps.on(page.get_by_role("button", name="这一项具体做了什么"))
    expect(page.locator(".pickup-number")).to_have_text(re.compile(r"\d{4} \d{4}"))
    [found] = asked.of_village(node.journal, VILLAGE)
    assert found.notice == id and found.text.startswith("关于“路灯电费”")

    # whom to call about 低保
    taps = Taps(page, url)
    taps.on(link.filter(has_text="找一找"))
    taps.on(link.filter(has_text="低保怎么办"))
    expect(page.get_by_text("0530-3291201")).to_be_visible()

    # the same by initials
    taps = Taps(page, url)
    taps.on(link.filter(has_text="找一找"))
    for letter in "DB":
        taps.on(page.locator(".key", has_text=re.compile(f"^{letter}$")))
    expect(page.locator("#page").get_by_text("0530-3291201").first).to_be_visible()

    # the accountant, reported to the township
    taps = Taps(page, url)
    taps.on(link.filter(has_text="向镇里举报"))
    taps.on(page.get_by_role("button", name="报账员 周建国"))
    taps.on(page.get_by_role("button", name="账目不清"))
    taps.on(page.get_by_role("button", name="封好，交给李楼镇纪检"))
    expect(page.locator("[data-part=code]")).to_be_visible()
    copied(node, township, "parent")
    keyring = sealed.unlock(township.journal, PASSPHRASE)
    [report] = sealed.reports(township.journal)
    assert "反映报账员周建国。账目不清。" in str(
        sealed.open_report(township.journal, report.id, keyring, actor="郑国华")
    )
    assert "周建国" not in str(node.journal.read(node.journal.own("parent"), 0)[-1].body)


def test_handwriting_voice_and_a_smile(board, open_page):
    node, url, id = board
    page = open_page(f"{url}/notices/{id}", setup=lambda page: page.add_init_script(MICROPHONE))
    page.get_by_role("button", name="满意 0", exact=True).tap()
    expect(page.get_by_text("您的满意记下了")).to_be_visible()
    assert opinions.of_notice(node.journal, id) == opinions.Opinions(1, 0)

    page.get_by_role("link", name="手写").tap()
    canvas = page.locator("#canvas")
    expect(canvas).to_be_visible()
    send = page.get_by_role("button", name="发送", exact=True)
    send.tap()
    expect(page.get_by_text("还没有写字")).to_be_visible()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 200, steps=6)
    page.mouse.up()
    page.get_by_text("留个号码").tap()
    for digit in "05303291201":
        page.locator(f"[data-digit='{digit}']").tap()
    send.tap()
    expect(page.locator(".pickup-number")).to_be_visible()
    page.get_by_role("link", name="好了").tap()

    page.locator("#page").get_by_role("link", name="问一问").tap()
    page.get_by_role("link", name="说给村里听").tap()
    page.get_by_role("button", name="开始说").tap()
    expect(page.get_by_text("正在录音")).to_be_visible()
    page.wait_for_timeout(700)
    page.get_by_role("button", name="说完了").tap()
    expect(page.get_by_text("录好了")).to_be_visible()
    page.get_by_role("button", name="发送录音").tap()
    number = page.locator(".pickup-number").inner_text()
    voiced, written = asked.of_village(node.journal, VILLAGE)
    assert voiced.voice and node.blobs.has(voiced.voice)
    assert written.photo and written.phone == "05303291201"

    page.goto(f"{url}/pickup")
    for digit in number.replace(" ", ""):
        page.locator(f"[data-digit='{digit}']").tap()
    page.get_by_role("button", name="查看").tap()
    expect(page.get_by_text("附录音 1 段")).to_be_visible()


def test_what_could_not_be_sent_is_still_there(board, open_page):
    _, url, id = board
    page = open_page(f"{url}/notices/{id}/ask?way=hand")
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 200, steps=6)
    page.mouse.up()
    page.route("**/ask", lambda route: route.abort())
    page.get_by_role("button", name="发送", exact=True).tap()
    expect(page.get_by_text("没有发出去")).to_be_visible()
    page.unroute("**/ask")
    page.get_by_role("button", name="发送", exact=True).tap()
    expect(page.locator(".pickup-number")).to_be_visible()


def test_results_come_while_somebody_types(board, open_page):
    _, url, _ = board
    page = open_page(f"{url}/search")
    page.locator("#q").press_sequentially("低")
    expect(page.get_by_role("link", name="低保", exact=True).first).to_be_visible()
    expect(page.locator("#page").get_by_text("孙丽华")).to_be_visible()
    page.locator("#q").press_sequentially("保")
    expect(page.locator("#q")).to_have_value("低保")
    expect(page).to_have_url(re.compile("q=%E4%BD%8E%E4%BF%9D"))


def test_its_pages_are_large_and_apart_too(board, open_page):
    node, url, id = board
    given = {"name": "申请低保", "place": "大厅", "person": "孙丽华", "phone": "0530-3291201"}
    service = services.describe_service(node.journal, {**given, "within": "当场"}, actor="孙丽华")
    page = open_page(url, "landscape")
    page.set_viewport_size({"width": 1024, "height": 600})
    ask = f"/notices/{id}/ask"
    for path in ("/search", "/topics/minimum_living", "/services", f"/services/{service}",
                 "/officials", "/catalogue", "/questions", "/pickup", ask, f"{ask}?way=hand",
                 f"{ask}?way=voice", "/report"):  # fmt: skip
        page.goto(url + path)
        page.evaluate(
            "document.querySelectorAll('#page details').forEach(it => { it.open = true })"
        )
        small = page.evaluate(
            """() => [...document.querySelectorAll('#page *')].filter(e => e.checkVisibility()
                && !e.closest('svg, .visually-hidden') && e.firstChild?.nodeType === 3
                && e.firstChild.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 21)
                .map(e => e.outerHTML.slice(0, 90))"""
        )
        assert small == [], path
        narrow = page.evaluate(
            """() => [...document.querySelectorAll('#page :is(a, button, input, summary)')].filter(
                e => e.checkVisibility() && !e.matches('[type=radio], [type=checkbox]'))
                .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
                .filter(([, box]) => box.width < 59.5 || box.height < 59.5)
                .map(([what, box]) => `${what} ${box.width}x${box.height}`)"""
        )
        assert narrow == [], path
        wide = page.evaluate("scroller.scrollWidth - scroller.clientWidth")
        assert wide <= 1, path
