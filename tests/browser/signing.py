"""Having a draft signed on paper in the officer's preview."""

import io

from playwright.sync_api import FilePayload, Page

NAMES = {
    "finance_group": "李某",
    "committee": "赵某",
    "village_head": "孙某",
    "branch": "孙书记",
    "township": "郑某",
}


def sheet() -> FilePayload:
    """A photo of a signed sheet."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (600, 800), "#f4f1e8")
    pen = ImageDraw.Draw(picture)
    for n in range(3):
        pen.line([(80, 500 + n * 80), (200 + n * 40, 470 + n * 80), (360, 520 + n * 80)], "#226", 5)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return {"name": "签字.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def sign_on_paper(page: Page) -> None:
    """Takes the signed sheet with the names of all steps, and publishes."""
    page.get_by_text("已经在纸上签好了").click()
    page.locator("#sheet").set_input_files(sheet())
    for step, name in NAMES.items():
        field = page.locator(f"#name-{step}")
        if field.count() and not field.input_value():
            field.fill(name)
    page.locator('button[value="paper"]').click()
