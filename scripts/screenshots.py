#!/usr/bin/env python
"""Makes the README's pictures from a demo of its own, with Chromium.

    .venv/bin/python scripts/screenshots.py [--out docs/images] [--dir DEMO-DIR] [--port 18400]

Starts `kiosk demo` (in a temporary folder unless --dir is given), opens the pages as people see
them, and writes small PNGs: fewer colours, and smaller still until each is under 150 KB.
"""

import argparse
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
LIMIT = 150_000
COLOURS = 128

Nodes = list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the README's pictures from the demo.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--dir", type=Path, help="a demo's data folder; a temporary one by default")
    parser.add_argument("--port", type=int, default=18400)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is missing: run scripts/test-setup.sh, or install chromium by hand.")
    given.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        demo(given.dir or Path(temporary, "demo"), given.port) as nodes,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, picture in pictures(browser, nodes):
            path = given.out / f"{name}.png"
            path.write_bytes(picture)
            print(f"{path}  {len(picture) // 1000} KB")
        browser.close()


@contextmanager
def demo(dir: Path, port: int) -> Iterator[Nodes]:
    """The nodes of a running demo, township first."""
    print(f"starting the demo in {dir}")
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "demo", "--json", "--dir", str(dir), "--port", str(port)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit("the demo did not start")
        yield json.loads(line)["nodes"]
    finally:
        process.terminate()
        process.wait(30)


def pictures(browser: Browser, nodes: Nodes) -> Iterator[tuple[str, bytes]]:
    township, village, late = nodes[0], nodes[1], nodes[2]
    page = opened(browser, 1080, 1920, touch=True)
    page.goto(village["url"])
    yield "screen", shot(page, 540)
    notice = newest(page, village["url"], "finance.statement")
    page.goto(f"{village['url']}/notices/{notice}")
    yield "notice", shot(page, 540)
    page = opened(browser, 390, 800, touch=True, scale=2)
    page.goto(f"{township['url']}/n/{notice}")
    yield "phone", shot(page, 390)
    page = opened(browser, 1366, 900)
    logged_in(page, township, "/township/")
    yield "dashboard", shot(page, 1100)
    page = opened(browser, 1200, 900)
    logged_in(page, late, "/office/")
    yield "office", shot(page, 1000)


def opened(browser: Browser, width: int, height: int, touch: bool = False, scale: int = 1) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        has_touch=touch,
        is_mobile=touch and scale > 1,
        locale="zh-CN",
        reduced_motion="reduce",
    )
    return context.new_page()


def newest(page: Page, url: str, item: str) -> str:
    """The id of the newest notice of a catalogue item."""
    found = page.request.get(f"{url}/api/v1/notices.json?affairs=finance&per_page=100").json()
    return str(next(each["id"] for each in found["notices"] if each["item"] == item))


def logged_in(page: Page, node: dict[str, Any], path: str) -> None:
    page.goto(node["url"] + path)
    login = node["logins"][0]
    page.fill("[name=name]", login["name"])
    page.fill("[name=password]", login["password"])
    page.click("form .button")
    page.wait_for_load_state("networkidle")
    page.goto(node["url"] + path)


def shot(page: Page, width: int) -> bytes:
    """The page as a small PNG, at most `width` pixels wide."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(400)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    while True:
        height = round(image.height * width / image.width)
        small = image.resize((width, height), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if len(out.getvalue()) < LIMIT:
            return out.getvalue()
        width = width * 9 // 10


if __name__ == "__main__":
    main()
