"""Word, PDF, pasted tables and the camera in a real browser."""

import io

import docx
import pytest
import weasyprint
from playwright.sync_api import Page, expect

from kiosk import drafts, people

NAME, PASSWORD = "王会计", "dong-hu-2026"
WORD_TABLE = """<html><body><table>
<tr><td>项目</td><td colspan="2">金额（元）</td></tr>
<tr><td>果园租金</td><td>1,200.00</td><td></td></tr>
<tr><td>利息<script>window.ran = true</script></td><td>3.50</td><td></td></tr>
<tr><td>补助</td><td>5</td><td></td></tr>
</table></body></html>"""
PASTE = """([selector, kind, text]) => {
  const data = new DataTransfer();
  data.setData(kind, text);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(event);
}"""


@pytest.fixture
def node(village):
    people.add_account(
        village.journal, NAME, "officer", node_role="village", actor="测试", password=PASSWORD
    )
    return village


def opened(open_page, address, affairs, item, shape="desk") -> Page:
    page = open_page(f"{address}/office/", shape)
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{address}/office/new?affairs={affairs}")
    page.locator("button.item", has_text=item).first.click()
    expect(page.locator("#draft")).to_be_visible()
    return page


def word() -> bytes:
    made = docx.Document()
    made.add_paragraph("第一条 爱护公物。")
    made.add_paragraph("电话 13812345678")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_table_copied_in_word_fills_the_rows(node, served, open_page):
    page = opened(open_page, served(node), "finance", "财务收支情况")
    page.fill("#opening", "1,000")
    page.evaluate(PASTE, ["#income-0-name", "text/html", WORD_TABLE])
    expect(page.locator("#income-2-name")).to_have_value("补助")
    expect(page.locator("#income-0-amount")).to_have_value("1,200.00")
    expect(page.locator("#opening")).to_have_value("1,000")
    expect(page.locator('[data-total="income"]').first).to_have_text("1,208.50")
    assert page.evaluate("window.ran") is None


def test_cells_copied_in_excel_go_where_the_cursor_stands(node, served, open_page):
    page = opened(open_page, served(node), "finance", "财务收支情况")
    page.evaluate(PASTE, ["#expense-1-name", "text/plain", "电费\t300\n水费\t20.5\n"])
    expect(page.locator("#expense-1-name")).to_have_value("电费")
    expect(page.locator("#expense-2-amount")).to_have_value("20.5")
    expect(page.locator("#expense-0-name")).to_have_value("")


def test_one_word_is_pasted_as_ever(node, served, open_page):
    page = opened(open_page, served(node), "finance", "财务收支情况")
    here = page.url
    page.evaluate(PASTE, ["#expense-0-name", "text/plain", "电费"])
    assert page.url == here


def test_word_and_pdf_are_taken_at_once(node, served, open_page):
    page = opened(open_page, served(node), "village", "村发展规划和年度计划")
    page.locator("#document").set_input_files(
        {"name": "计划.docx", "mimeType": "application/octet-stream", "buffer": word()}
    )
    text = page.locator("textarea").first
    expect(text).to_have_value("第一条 爱护公物。\n电话 138****5678")
    made = bytes(weasyprint.HTML(string="<p>合同第一页</p>").write_pdf())
    page.locator("#document").set_input_files(
        {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": made}
    )
    expect(page.locator("#photos-0-name")).to_have_value("合同 第1页")
    [draft] = drafts.drafts(node.journal)
    assert draft.values["photos"][0]["page"] == 1


def test_a_phone_offers_its_camera_and_a_desk_does_not(node, served, open_page):
    address = served(node)
    page = opened(open_page, address, "village", "村发展规划和年度计划", "phone")
    camera = page.locator("label.camera")
    expect(camera).to_be_visible()
    assert camera.bounding_box()["height"] >= 44
    desk = opened(open_page, address, "village", "村发展规划和年度计划", "desk")
    expect(desk.locator("label.camera")).to_be_hidden()
