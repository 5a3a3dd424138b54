"""Every voice answered, walked from both sides: asked on a phone, answered, not solved, up to the
township, closed; and a report sealed at the screen and on a phone, read at the township. The
village is offline in between; nothing is lost."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from kiosk import clock, feedback, people, sealed
from kiosk.feedback import queries
from kiosk.sealed import box as boxes
from tests.conftest import TOWNSHIP, VILLAGE, copied

SECRET = "dong-hu-2026"
PHRASE = "东风 渠边 第三棵 柳树 2026"
TEXT = "四组西头的路灯坏了三天"
WORDS = "村主任把修渠的石料拉回自己家盖房了"


def signed_in(open_page, address, door, name):
    page = open_page(f"{address}/{door}/login", "desk")
    page.fill("#name", name)
    page.fill("#password", SECRET)
    page.get_by_role("button", name="登录").click()
    return page


@pytest.fixture
def sides(enrolled, township, served):
    """Addresses of village and township, each with its accounts, and `sync`."""
    for node, name, role in (
        (enrolled, "王会计", "officer"),
        (township, "李监督", "supervisor"),
        (township, "周纪检", "discipline"),
    ):
        people.add_account(
            node.journal, name, role, node_role=node.config.role, actor="测试", password=SECRET
        )
    sealed.make_key(township.journal, PHRASE, name="李楼镇纪检", actor="周纪检")

    def sync():
        for source, target, channels in (
            (enrolled, township, ("parent", "public")),
            (township, enrolled, (VILLAGE, "public")),
        ):
            for channel in channels:
                if source.journal.checkpoint(source.journal.own(channel)):
                    copied(source, target, channel)

    sync()
    return served(enrolled), served(township), sync


def test_a_question_is_asked_answered_not_solved_taken_up_and_closed(
    sides, enrolled, township, open_page
):
    below, above, sync = sides
    phone = open_page(f"{above}/say", "phone")
    phone.select_option("#village", label="东湖村")
    phone.get_by_text("不满意", exact=True).tap()
    phone.fill("#text", TEXT)
    phone.fill("#phone", "0530-3298866")
    phone.get_by_role("button", name="提交").tap()
    phone.wait_for_url("**/f/*")
    follow = phone.get_attribute("#link", "href")
    assert follow is not None
    expect(phone.locator(".pickup")).to_contain_text("取件号")
    [kept] = queries.every(township.journal)

    # Twice answered, twice not solved; the village hears of it only when it is online again.
    office = signed_in(open_page, below, "office", "王会计")
    for number in (1, 2):
        sync()
        office.goto(f"{below}/office/feedback")
        office.get_by_text(TEXT).first.click()
        if number == 1:
            office.get_by_role("button", name="显示电话").click()
            expect(office.get_by_text("0530-3298866")).to_be_visible()
        office.fill("#text", f"第{number}次：已换控制器。")
        office.get_by_label("只答复本人").check()
        office.get_by_role("button", name="发出答复").click()
        expect(office.get_by_text("答复已发给提出人")).to_be_visible()
        sync()
        phone.goto(follow)
        expect(phone.get_by_text(f"第{number}次：已换控制器。")).to_be_visible()
        phone.get_by_role("button", name="没解决").tap()
        expect(phone.locator(".state-reopened")).to_be_visible()
    expect(phone.get_by_text("两次没有解决")).to_be_visible()

    desk = signed_in(open_page, above, "township", "李监督")
    desk.goto(f"{above}/township/feedback?show=above")
    desk.get_by_text(TEXT).first.click()
    desk.get_by_role("button", name="接过来办").click()
    desk.fill("#text", "镇里今天派人换了线路。")
    desk.get_by_label("公开答复，大家都能看").check()
    desk.get_by_role("button", name="发出答复").click()
    expect(desk.get_by_text("答复已公开")).to_be_visible()
    phone.goto(follow)
    expect(phone.get_by_text("镇里今天派人换了线路。")).to_be_visible()
    phone.get_by_role("button", name="满意", exact=True).tap()
    expect(phone.locator(".state-rated")).to_be_visible()
    phone.get_by_text("撤回，或看我的信息怎么保管").tap()
    expect(phone.get_by_text("您的电话被看过 1 次")).to_be_visible()
    desk.reload()
    desk.get_by_role("button", name="办结").click()
    expect(desk.get_by_text("已办结").first).to_be_visible()
    sync()
    found = feedback.feedback(enrolled.journal, kept.id)
    assert (found.state, found.standing.reopened) == ("closed", 2)
    with clock.set_to(datetime.now(UTC) + timedelta(days=91)):
        feedback.keep(township.journal)
    sync()
    for node in (enrolled, township):
        assert feedback.feedback(node.journal, kept.id).phone == ""


def test_a_report_is_sealed_at_the_screen_read_above_and_answered(
    sides, enrolled, township, open_page
):
    below, above, sync = sides
    bodies = []
    screen = open_page(
        f"{below}/report",
        "portrait",
        setup=lambda page: page.on("request", lambda it: bodies.append(it.post_data_buffer or b"")),
    )
    canvas = screen.locator("[data-part=canvas]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    screen.mouse.move(box["x"] + 40, box["y"] + 40)
    screen.mouse.down()
    screen.mouse.move(box["x"] + 300, box["y"] + 200, steps=8)
    screen.mouse.up()
    screen.fill("#plain", WORDS)
    screen.get_by_role("button", name="封好，交给李楼镇纪检").click()
    expect(screen.get_by_text("已经封好交出")).to_be_visible()
    code = boxes.code_typed(screen.inner_text("[data-part=code]"))
    assert code is not None and screen.input_value("#plain") == ""
    sent = b"".join(bodies)
    assert len(sent) > 60_000
    for secret in (WORDS.encode(), base64.b64encode(WORDS.encode())[:-4], code.encode()):
        assert secret not in sent
    stored = screen.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert WORDS not in stored and code not in stored.upper().replace("-", "")

    sync()
    [kept] = sealed.reports(township.journal)
    township.blobs.put(enrolled.blobs.get(kept.picture))
    desk = signed_in(open_page, above, "discipline", "周纪检")
    desk.get_by_text("东湖村").first.click()
    desk.get_by_role("button", name="打开这封").click()
    desk.fill("#passphrase", PHRASE)
    desk.get_by_role("button", name="开锁").click()
    desk.get_by_role("button", name="打开这封").click()
    expect(desk.get_by_text(WORDS)).to_be_visible()
    assert desk.evaluate("document.querySelector('.report-picture').naturalWidth") == 1000
    desk.fill("#text", "已派人核实。")
    desk.get_by_role("button", name="封好寄出").click()
    expect(desk.get_by_text("回复已封好寄出")).to_be_visible()
    sync()

    screen.goto(f"{below}/report/back")
    screen.fill("#code", boxes.shown_code(code).lower())
    screen.get_by_role("button", name="看回复").click()
    expect(screen.get_by_text("已派人核实。")).to_be_visible()
    assert sealed.log(township.journal)[-1][1:3] == ("周纪检", "opened")


def test_a_phone_seals_for_itself_and_opens_the_answer(sides, township, open_page):
    _, above, _ = sides
    phone = open_page(f"{above}/m/report", "phone")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(phone.locator("noscript section")).to_have_count(0)
    phone.fill("#plain", WORDS)
    phone.get_by_role("button", name="封好，交给李楼镇纪检").tap()
    expect(phone.get_by_text("已经封好交出")).to_be_visible()
    code = boxes.code_typed(phone.inner_text("[data-part=code]"))
    [kept] = sealed.reports(township.journal)
    assert kept.stream == f"{TOWNSHIP}/self"
    ring = sealed.unlock(township.journal, PHRASE)
    assert sealed.open_report(township.journal, kept.id, ring, actor="周纪检") == WORDS
    sealed.answer(township.journal, kept.id, "收到。", actor="周纪检")
    phone.goto(f"{above}/m/report/back")
    phone.fill("#code", boxes.shown_code(code))
    phone.get_by_role("button", name="看回复").tap()
    expect(phone.get_by_text("收到。")).to_be_visible()


def test_a_flooded_box_makes_phones_work(sides, township, open_page):
    from kiosk.feedback import intake

    _, above, _ = sides
    for _ in range(60):
        intake.note(township.journal, network="10.9.9.9", held=True)
    phone = open_page(f"{above}/say", "phone")
    expect(phone.locator("[name=work_done]")).not_to_have_value("", timeout=30_000)
    phone.select_option("#village", label="东湖村")
    phone.get_by_text("询问", exact=True).tap()
    phone.fill("#text", TEXT)
    phone.get_by_role("button", name="提交").tap()
    phone.wait_for_url("**/f/*")
    assert not queries.every(township.journal)[0].held
