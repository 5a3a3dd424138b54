"""How fast the board's home page is served, and how soon it is painted on a slow machine.

    python -m tests.bench.pages [--seconds S] [--repeat N] [--no-browser] [--dir DIR]

A real `kiosk serve` of a village with some sixty notices, asked by 16 clients with connections that
stay open (one process, no think time). In the same run, by turns:

(a) a bare Flask application that says "hello", behind waitress with the same threads;
(b) nginx with one worker, serving the same bytes from a file, where nginx is present.

Told are answers a second by the clock, and by the processor time that the server itself took, which
other work on the machine does not change. "Rendered anew" asks for another address each time.

Then, where Chromium is present, with its processor slowed six times: first contentful paint of the
home page with an empty cache, and from a touch on a door to the paint of the page behind it. The
time in between includes the server's answer.
"""

import argparse
import os
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from kiosk.journal.log import Draft
from kiosk.node import make_node, open_node
from tests.bench import material
from tests.sync import servers

CLIENTS = 16
AIM = 0.7
NOTICES = 60
LOADS = 20
SLOWER = 6
PAINT_AIM, TOUCH_AIM = 1000, 100
CONTENT = {
    "opening": 10_000_00,
    "income": [{"name": "租金", "amount": 50_000_00, "sub": False}],
    "expense": [{"name": "修路", "amount": 30_000_00, "sub": False}],
    "closing": 30_000_00,
    "note": "",
}


@dataclass(frozen=True)
class Target:
    """What is asked for: `path` with {n} for a number that grows; `pid` is the server's."""

    name: str
    port: int
    pid: int
    path: str
    headers: str = ""


@dataclass(frozen=True)
class Rate:
    """Answers a second by the clock, and by the server's processor time."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement (3)")
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many (3)")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--dir", type=Path, help="where to work (a temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        dir = made(Path(folder))
        server = servers.start(dir)
        try:
            servers.until_healthy(server)
            served(Path(folder), server, given.seconds, given.repeat)
            if not given.no_browser:
                painted(server.url)
        finally:
            server.stop()


def made(folder: Path) -> Path:
    """A village's folder with notices of all three affairs."""
    dir, chance = folder / "village", Random(1)
    code = material.village_code(0)
    make_node(dir, role="village", code=code, name="东湖村", began=material.BEGAN)
    node = open_node(dir)
    drafts = []
    for number in range(NOTICES):
        body = material.notice(chance)
        body["affairs"] = ("party", "village", "finance")[number % 3]
        if number % 3 == 2:
            body |= {"form": "finance_statement", "content": CONTENT, "item": "finance.statement"}
        drafts.append(Draft("public", "notice.published", f"01J{number:023d}", body, "王秀兰"))
    material.fill(node.journal, iter(drafts))
    node.close()
    return dir


def served(folder: Path, server: servers.Server, seconds: float, repeat: int) -> None:
    page, tag = fetched(server.port)
    pid = server.process.pid
    with hello() as (hello_port, hello_pid), nginx(folder, page) as plain:
        targets = [
            Target("home page, kept", server.port, pid, "/"),
            Target("home page, 304", server.port, pid, "/", f"If-None-Match: {tag}\r\n"),
            Target("home page, rendered anew", server.port, pid, "/?n={n}"),
            Target('(a) Flask "hello"', hello_port, hello_pid, "/"),
        ]
        if plain is not None:
            targets.append(Target("(b) nginx, same bytes", *plain, "/"))
        best: dict[str, Rate] = {}
        for _ in range(repeat):
            for target in targets:
                found = asked(target, seconds)
                held = best.get(target.name, found)
                best[target.name] = Rate(max(held.wall, found.wall), max(held.cpu, found.cpu))
    kept = best[targets[0].name]
    rows = [("", "answers/s", "kept is", "by server's CPU", "kept is", "aim")]
    for target in targets:
        rate = best[target.name]
        aim = f"{AIM} x" if target.name.startswith("(a)") else ""
        rows.append(
            (
                target.name,
                f"{rate.wall:,.0f}",
                f"{kept.wall / rate.wall:.2f} x",
                f"{rate.cpu:,.0f}",
                f"{kept.cpu / rate.cpu:.2f} x",
                aim,
            )
        )
    title = f"home page of {len(page):,} bytes to {CLIENTS} clients, best of {repeat}"
    print(material.table(title, rows))
    if plain is None:
        print("(b) left out: nginx is not installed")
    print(flush=True)


def asked(target: Target, seconds: float) -> Rate:
    """Asks with all clients for so long."""
    numbers = count()

    def request() -> bytes:
        path = target.path.format(n=f"{next(numbers)}-{time.perf_counter_ns()}")
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{target.headers}\r\n".encode()

    chosen = selectors.DefaultSelector()

    def connect() -> None:
        client = socket.create_connection(("127.0.0.1", target.port))
        client.sendall(request())
        chosen.register(client, selectors.EVENT_READ, bytearray())

    for _ in range(CLIENTS):
        connect()
    answers, before, began = 0, material.processor(target.pid), time.perf_counter()
    end = began + seconds
    while time.perf_counter() < end:
        for key, _ in chosen.select(1):
            client, held = key.fileobj, key.data
            assert isinstance(client, socket.socket)
            try:
                part = client.recv(1 << 18)
            except ConnectionResetError:
                part = b""
            if not part:  # waitress ends a connection now and then
                chosen.unregister(client)
                client.close()
                connect()
                continue
            held += part
            if whole(held):
                held.clear()
                answers += 1
                client.sendall(request())
    taken = time.perf_counter() - began
    used = material.processor(target.pid) - before
    for key in list(chosen.get_map().values()):
        assert isinstance(key.fileobj, socket.socket)
        key.fileobj.close()
    chosen.close()
    return Rate(answers / taken, answers / max(used, 0.01))


def whole(answer: bytearray) -> bool:
    """Whether all of one answer is there."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    status = bytes(answer[9:12])
    assert status in (b"200", b"304"), bytes(answer[:200])
    if status == b"304":
        return True
    lower = bytes(answer[:head]).lower()
    at = lower.index(b"content-length:")
    length = int(lower[at + 15 :].split(b"\r\n", 1)[0])
    return len(answer) >= head + 4 + length


def fetched(port: int) -> tuple[bytes, str]:
    """The home page and its ETag."""
    import requests

    answer = requests.get(f"http://127.0.0.1:{port}/", timeout=30)
    assert answer.status_code == 200
    return answer.content, answer.headers["ETag"]


@contextmanager
def hello() -> Iterator[tuple[int, int]]:
    port = servers.free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.hello", str(port)])
    try:
        servers.until(lambda: _listens(port), servers.START_SECONDS)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def nginx(folder: Path, page: bytes) -> Iterator[tuple[int, int] | None]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        yield None
        return
    place, port = folder / "nginx", servers.free_port()
    place.mkdir()
    os.chmod(folder, 0o755)
    (place / "index.html").write_bytes(page)
    (place / "nginx.conf").write_text(
        f"daemon off; master_process off; worker_processes 1; pid {place}/pid;\n"
        f"error_log {place}/error.log;\n"
        "events { worker_connections 256; }\n"
        "http { access_log off; keepalive_requests 100000000; default_type text/html;\n"
        f"  client_body_temp_path {place}/t1; proxy_temp_path {place}/t2;\n"
        f"  fastcgi_temp_path {place}/t3; uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;\n"
        f"  server {{ listen 127.0.0.1:{port}; root {place}; index index.html; }} }}\n"
    )
    process = subprocess.Popen(
        [program, "-p", str(place), "-c", str(place / "nginx.conf"), "-e", f"{place}/error.log"]
    )
    try:
        servers.until(lambda: _listens(port), servers.START_SECONDS)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def painted(url: str) -> None:
    """First paint and touch to paint in Chromium, its processor slowed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        print("first paint and touch left out: Chromium is not installed")
        return
    from playwright.sync_api import sync_playwright

    first: list[float] = []
    touched: list[float] = []
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        for load in range(LOADS):
            context = browser.new_context(
                viewport={"width": 1080, "height": 1920}, has_touch=True, service_workers="block"
            )
            page = context.new_page()
            speed = context.new_cdp_session(page)
            speed.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(url + "/")
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
            found = page.evaluate(
                "performance.getEntriesByName('first-contentful-paint')[0].startTime"
            )
            if load:  # the first one also starts the browser's own parts
                first.append(found)
                touched.append(_touch_to_paint(page, 'a[href="/finance"]'))
                touched.append(_touch_to_paint(page, '[data-act="home"]'))
            context.close()
        browser.close()
    rows = [("", "median", "95th percentile", "aim")]
    for name, taken, aim in (
        ("first contentful paint", first, PAINT_AIM),
        ("touch to the next page's paint", touched, TOUCH_AIM),
    ):
        ordered = sorted(taken)
        rows.append(
            (
                name,
                f"{ordered[len(ordered) // 2]:,.0f} ms",
                f"{ordered[int(len(ordered) * 0.95)]:,.0f} ms",
                f"{aim} ms",
            )
        )
    print(material.table(f"Chromium with its processor slowed {SLOWER} times", rows))


WATCH = """
(selector) => {
  window.painted = new Promise((done) => {
    let touched = 0;
    const note = () => { touched = performance.now(); };
    addEventListener("pointerdown", note, { capture: true, once: true });
    const old = document.querySelector("#page");
    const look = new MutationObserver(() => {
      if (document.querySelector("#page") === old) { return; }
      look.disconnect();
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - touched);
        channel.port2.postMessage(0);
      });
    });
    look.observe(document.body, { childList: true, subtree: true });
  });
  const box = document.querySelector(selector).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}
"""
"""Resolves after the frame in which the next page is laid out and painted."""


def _touch_to_paint(page: object, selector: str) -> float:
    from playwright.sync_api import Page

    assert isinstance(page, Page)
    page.wait_for_function("window.board && document.readyState === 'complete'")
    x, y = page.evaluate(WATCH, selector)
    page.touchscreen.tap(x, y)
    found: float = page.evaluate("window.painted")
    return found


if __name__ == "__main__":
    main()
