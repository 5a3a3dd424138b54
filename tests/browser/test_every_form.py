"""Every form in Chromium, by its own example: filled, signed, published, corrected, printed."""

import io
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from kiosk import clock, drafts, people
from kiosk.notices import queries as notices
from kiosk.rules import catalogue, forms
from kiosk.web.office import prepared
from tests.browser.signing import sign_on_paper
from tests.web.test_office_forms import FORMS, ITEM_OF, typed

NAME, PASSWORD = "王会计", "dong-hu-2026"
LEDGERS_EXAMPLE = "2026-10"


@pytest.fixture
def node(village, monkeypatch):
    monkeypatch.setattr(people.commands, "hasher", lambda: PasswordHasher(1, 8, 1))
    people.add_account(
        village.journal, NAME, "officer", node_role="village", actor="测试", password=PASSWORD
    )
    return village


def fill(page: Page, name: str, text: str) -> None:
    """Fills one field of the form; a row that is not there yet is added first."""
    field = page.locator(f'#draft [name="{name}"]:not([type=hidden])')
    if not field.count():
        page.locator(f'#draft button[value="add:{name.split("-")[0]}"]').click()
    field = field.first
    match field.evaluate("it => it.type"):
        case "checkbox":
            field.set_checked(bool(text))
        case "select-one":
            field.select_option(text)
        case _:
            field.fill(text)


@pytest.mark.parametrize("id", sorted(FORMS))
def test_a_form_goes_from_typing_to_paper(node, served, open_page, id):
    item, form = ITEM_OF[id], FORMS[id]
    period = LEDGERS_EXAMPLE if item.id == "finance.ledger" else ""
    values = prepared.begun(node, catalogue.load().items[item.id], period, "")
    draft = drafts.commands.begin(node.journal, values, actor=NAME)
    address = served(node)
    page = open_page(f"{address}/office/drafts/{draft}", "desk")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()

    for preset in page.locator('#draft [name^="columns-"][type=checkbox]').all():
        preset.uncheck()
    for name, text in typed(form, item).items():
        fill(page, name, text)
    page.fill("#contact", "0530-3350001")
    if item.cadence == "event":
        page.fill("#on", (clock.today() - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="预览，然后送审").click()
    screen = page.frame_locator("iframe.screen")
    expect(screen.locator("article h1, article .title").first).to_be_visible()
    sign_on_paper(page)
    expect(page.get_by_role("heading", name="已经公开")).to_be_visible()
    [notice] = notices.every(node.journal, node.config.code)
    wanted = {field.key: forms.example(form)[field.key] for field in form.fields_for(item.id)}
    assert notice.form == id
    assert {key: notice.content[key] for key in wanted} == wanted

    page.goto(f"{address}/office/notices/{notice.id}")
    page.get_by_role("button", name="更正").click()
    page.fill("#title", "更正后的标题")
    page.fill("#reason", "标题写错了")
    page.get_by_role("button", name="预览，然后送审").click()
    sign_on_paper(page)
    expect(page.get_by_role("heading", name="已经更正")).to_be_visible()
    corrected = notices.notice(node.journal, notice.id)
    assert (corrected.state, corrected.title) == ("corrected", "更正后的标题")
    assert corrected.content == notice.content

    board = open_page(f"{address}/notices/{notice.id}")
    expect(board.get_by_text("更正后的标题").first).to_be_visible()
    printed = page.request.get(f"{address}/n/{notice.id}.pdf")
    assert printed.ok
    words = PdfReader(io.BytesIO(printed.body())).pages[0].extract_text()
    assert "更正后的标题" in "".join(words.split())
