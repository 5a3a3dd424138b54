"""A real browser: Debian's Chromium, driven by touch, in the shapes that people use.

`open_page(url, shape)` opens a page; whatever it logs as an error fails the test at its end (a
refused script or style shows there). `served(node)` serves a node from this process. Where
Chromium is missing these tests fail and say so: a screen that nobody looked at is not tested.
"""

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
import waitress
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from kiosk import create_app
from kiosk.node import Node

SHAPES = {
    "portrait": {"viewport": {"width": 1080, "height": 1920}},
    "landscape": {"viewport": {"width": 1920, "height": 1080}},
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "device_scale_factor": 2,
        "is_mobile": True,
    },
    "desk": {"viewport": {"width": 1366, "height": 768}, "has_touch": False},
}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

AWAY = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")
"""What the browser and htmx log of a server that a test took away: no fault of a page."""

OpenPage = Callable[..., Page]
Served = Callable[[Node], str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is missing: run scripts/test-setup.sh, or install chromium by hand.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """open_page(url, shape="portrait", setup=None, **context options) -> Page. `setup(page)` runs
    before the address is opened."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        url: str,
        shape: str = "portrait",
        setup: Callable[[Page], None] | None = None,
        **options: object,
    ) -> Page:
        given = {"has_touch": True, "locale": "zh-CN", **SHAPES[shape], **options}
        context = browser.new_context(**given)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(f"script error: {error}"))
        page.on("console", lambda it: errors.append(it.text) if it.type == "error" else None)
        if setup is not None:
            setup(page)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    faults = [error for error in errors if not error.startswith(AWAY)]
    assert not faults, faults


@pytest.fixture
def served() -> Iterator[Served]:
    """served(node) -> its address, until the test ends."""
    servers = []

    def serve(node: Node) -> str:
        server = waitress.create_server(create_app(node), host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.effective_port}"

    yield serve
    for server, thread in servers:
        server.close()
        thread.join(10)
