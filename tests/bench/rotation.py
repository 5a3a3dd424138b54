"""Does the screen grow over a day of turning slides? In Chromium, its clock run ahead:
polls, reports and new slides happen as on a real day, in minutes.

    .venv/bin/python -m tests.bench.rotation --rotations 10000

prints the heap in use after garbage collection, DOM nodes and event listeners at every tenth of the
way, and exits 1 when the end is more than a tenth (and 300 KB, 200 nodes) above the first tenth.
10,000 slides of eight seconds are 22 hours. A small run is part of the tests
(`tests/browser/test_rotation.py`).
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SECONDS = 8
"""Of each slide: the least that a screen may have."""

SPARE_BYTES, SPARE_NODES, SPARE_LISTENERS = 300_000, 200, 20


@dataclass(frozen=True)
class Sample:
    """After so many `rotations`: bytes of JavaScript in use, DOM nodes, event listeners."""

    rotations: int
    heap: int
    nodes: int
    listeners: int

    def __str__(self) -> str:
        return (
            f"{self.rotations:6} rotations  {self.heap / 1e6:6.2f} MB  {self.nodes:5} nodes"
            f"  {self.listeners:4} listeners"
        )


def samples(page: object, url: str, rotations: int, steps: int = 10) -> Iterator[Sample]:
    """Turns the slides of the screen at `url` on a page whose clock is not installed yet."""
    page.clock.install()
    page.goto(url)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.clock.run_for(34_000)
    page.wait_for_selector("#attract .slide")
    page.evaluate(
        """() => {
          window.turns = 0;
          new MutationObserver((all) => { window.turns += all.filter((it) =>
            it.addedNodes.length).length; })
            .observe(document.querySelector('.attract-slides'), { childList: true });
        }"""
    )
    done = 0
    for step in range(1, steps + 1):
        goal = rotations * step // steps
        while done < goal:
            page.clock.run_for(SECONDS * 5_000)
            done = page.evaluate("window.turns")
        yield _sample(page, session, done)


def grown(found: list[Sample]) -> list[str]:
    """In what the last sample is above the first, beyond a tenth and what is to spare."""
    first, last = found[0], found[-1]
    return [
        f"{name}: {getattr(first, name)} -> {getattr(last, name)}"
        for name, spare in (
            ("heap", SPARE_BYTES),
            ("nodes", SPARE_NODES),
            ("listeners", SPARE_LISTENERS),
        )
        if getattr(last, name) > getattr(first, name) * 1.1 + spare
    ]


def _sample(page: object, session: object, done: int) -> Sample:
    page.wait_for_timeout(200)  # answers under way
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    said = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    return Sample(
        done, int(said["JSHeapUsedSize"]), int(said["Nodes"]), int(said["JSEventListeners"])
    )


def village(folder: Path) -> tuple[object, Callable[[], None]]:
    """A served village with a screen and twelve notices: its address, and how to end it."""
    import waitress

    from kiosk import create_app, screens
    from kiosk.node import make_node, open_node
    from kiosk.rules import catalogue
    from tests import posting
    from tests.conftest import BEGAN, VILLAGE

    make_node(folder, role="village", code=VILLAGE, name="东湖村", began=BEGAN)
    node = open_node(folder)
    screens.place(node.journal, actor="bench", name="大厅", seconds=SECONDS)
    item = catalogue.load().items["village.safety"]
    for n in range(12):
        content = {"text": "全村都查过了。" * 20}
        given = {"item": item, "title": f"第{n}号通知", "content": content, "period": "2026Q3"}
        posting.publish(node.journal, actor="bench", **given)
    server = waitress.create_server(create_app(node), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()

    def end() -> None:
        server.close()
        node.close()

    return f"http://127.0.0.1:{server.effective_port}/?screen=大厅", end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rotations", type=int, default=10_000)
    rotations = parser.parse_args().rotations
    from playwright.sync_api import sync_playwright

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url, end = village(Path(folder) / "village")
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(viewport={"width": 1080, "height": 1920}).new_page()
        found = []
        for sample in samples(page, url, rotations):
            print(sample, flush=True)
            found.append(sample)
        browser.close()
        end()
    print(f"in {time.monotonic() - began:.0f} s")
    if more := grown(found):
        sys.exit("it grows: " + "; ".join(more))
    print("it does not grow")


if __name__ == "__main__":
    main()
