"""Taking a small picture of a page, for the documents: shared by the README's and the manual's."""

import io
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

COLOURS = 128
PATIENCE = 20_000
"""Milliseconds for which something that should be on a page is waited for, on a busy machine."""

Nodes = list[dict[str, Any]]


def opened(browser: Browser, width: int, height: int, touch: bool = False, scale: int = 1) -> Page:
    """A page of its own, logged in to nothing."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        has_touch=touch,
        is_mobile=touch and scale > 1,
        locale="zh-CN",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def logged_in(page: Page, node: dict[str, Any], path: str, login: int = 0) -> None:
    """Logs in as the node's login of that number, and opens the path."""
    fill_login(page, node, path, login)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible(timeout=PATIENCE)
    page.goto(node["url"] + path)


def fill_login(page: Page, node: dict[str, Any], path: str, login: int = 0) -> None:
    page.goto(node["url"] + path)
    account = node["logins"][login]
    page.fill("[name=name]", account["name"])
    page.fill("[name=password]", account["password"])


def shot(page: Page, width: int, limit: int, at: Locator | None = None, height: int = 0) -> bytes:
    """The page as a small PNG of at most `limit` bytes, at most `width` pixels wide; from its top,
    or from what `at` names; cut off after `height` pixels of the page where one is given."""
    page.wait_for_load_state("load")
    if at is not None:
        at.first.evaluate("it => window.scrollTo(0, it.getBoundingClientRect().top + scrollY - 12)")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    size = page.viewport_size
    assert size is not None
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if height:
        image = image.crop((0, 0, image.width, image.height * height // size["height"]))
    while True:
        tall = round(image.height * width / image.width)
        small = image.resize((width, tall), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if len(out.getvalue()) < limit:
            return out.getvalue()
        width = width * 9 // 10
