#!/usr/bin/env python
"""Makes the pictures of the README and the manuals from a demo of its own, with Chromium.

    make screenshots
    .venv/bin/python scripts/screenshots.py [--out docs/images] [--port 18400] [--only manual/sign]

Builds and serves a demo in a temporary folder, goes through its pages as people do, by their
buttons' words, and writes small PNGs: fewer colours, and smaller still until each is small enough.
A page on which a button has another name now ends it with an error; so look at what it says, and at
the manual. `--only` writes no other pictures, but the way is walked all the same.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import manual_pictures
from playwright.sync_api import Browser, Page, sync_playwright
from taking import Nodes, logged_in, opened, shot

ROOT = Path(__file__).parents[1]
LIMIT = 150_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the documents' pictures from the demo.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--only", nargs="*", help="names of pictures, as screen or manual/sign")
    parser.add_argument("--port", type=int, default=18400)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is missing: run scripts/test-setup.sh, or install chromium by hand.")
    with (
        tempfile.TemporaryDirectory() as temporary,
        demo(Path(temporary, "demo"), given.port) as nodes,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"],
            env={**os.environ, "LANGUAGE": "zh_CN"},
        )
        # The manual's pictures come last: on the way there things are published and signed.
        for name, picture in chain(of_readme(browser, nodes), manual_pictures.of(browser, nodes)):
            path = given.out / f"{name}.png"
            if given.only and name not in given.only:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture)
            print(f"{path}  {len(picture) // 1000} KB", flush=True)
        browser.close()


@contextmanager
def demo(dir: Path, port: int) -> Iterator[Nodes]:
    """The nodes of a running demo, township first."""
    print("building the demo", flush=True)
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


def of_readme(browser: Browser, nodes: Nodes) -> Iterator[tuple[str, bytes]]:
    township, village, late = nodes[0], nodes[1], nodes[2]
    page = opened(browser, 1080, 1920, touch=True)
    page.goto(village["url"])
    yield "screen", shot(page, 540, LIMIT)
    notice = newest(page, village["url"], "finance.statement")
    page.goto(f"{village['url']}/notices/{notice}")
    yield "notice", shot(page, 540, LIMIT)
    page = opened(browser, 390, 800, touch=True, scale=2)
    page.goto(f"{township['url']}/n/{notice}")
    yield "phone", shot(page, 390, LIMIT)
    page = opened(browser, 1366, 900)
    logged_in(page, township, "/township/")
    yield "dashboard", shot(page, 1100, LIMIT)
    page = opened(browser, 1200, 900)
    logged_in(page, late, "/office/")
    yield "office", shot(page, 1000, LIMIT)


def newest(page: Page, url: str, item: str) -> str:
    """The id of the newest notice of a catalogue item."""
    found = page.request.get(f"{url}/api/v1/notices.json?affairs=finance&per_page=100").json()
    return str(next(each["id"] for each in found["notices"] if each["item"] == item))


if __name__ == "__main__":
    main()
