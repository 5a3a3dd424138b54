"""Rendered pages are kept, and never shown when something else is right; pages are light."""

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import session
from flask.testing import FlaskClient

from kiosk import clock, create_app
from kiosk.node import Node
from kiosk.rules import catalogue
from kiosk.web import board, kept
from tests import posting

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LIMIT = 150_000
"""Bytes of a page with all that it needs, fonts being the system's."""


@pytest.fixture(autouse=True)
def at_noon():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def screen(village: Node) -> FlaskClient:
    return create_app(village).test_client()


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates of the pages that were rendered."""
    found: list[str] = []
    original = board.render

    def render(template, **context):
        found.append(template)
        return original(template, **context)

    monkeypatch.setattr(board, "render", render)
    return found


def get(screen: FlaskClient, path: str = "/", **more) -> str:
    with screen.get(path, **more) as response:
        assert response.status_code == 200
        return response.get_data(as_text=True)


def post(node: Node, title: str) -> str:
    item = catalogue.load().items["village.safety"]
    return posting.publish(
        node.journal, item=item, title=title, content={"text": "全村 312 户"}, actor="王会计"
    )


def test_a_page_is_rendered_once(screen, rendered):
    first = get(screen)
    assert get(screen) == first
    assert rendered == ["board/home.html"]


def test_a_new_notice_is_on_the_page_at_once(screen, village, rendered):
    get(screen)
    post(village, "冬季防火检查")
    assert "冬季防火检查" in get(screen)


def test_a_page_never_stands_in_for_another(screen, village):
    id = post(village, "冬季防火检查")
    part = get(screen, headers={"HX-Request": "true"})
    assert part.strip().startswith('<div id="page"') and "<html" in get(screen)
    assert get(screen, "/search?q=fh") != get(screen, "/search?q=zz")
    here, there = (get(screen, f"/notices/{id}", base_url=f"http://{h}") for h in ("a.cn", "b.cn"))
    assert here != there  # the QR code bears the address


def test_what_depends_on_the_clock_is_rendered_again(screen):
    first = get(screen)
    with clock.set_to(NOW + timedelta(minutes=1)):
        assert "12:01" in get(screen) and "12:01" not in first
    with clock.set_to(NOW + timedelta(days=1)):
        assert "2026年11月25日" in get(screen)


def test_what_looked_at_the_session_is_not_kept(village):
    app = create_app(village)
    served: list[int] = []

    @app.get("/mine")
    @board.polled
    def mine() -> str:
        served.append(1)
        return f"{session.get('name', '')} {len(served)}"

    assert [get(app.test_client(), "/mine") for _ in range(2)] == [" 1", " 2"]


def test_a_kept_answer_is_like_the_first(screen, rendered):
    first, second = (screen.get("/", buffered=True) for _ in range(2))
    assert second.headers == first.headers and rendered == ["board/home.html"]
    third = screen.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (third.status_code, third.data) == (304, b"")
    assert third.headers["X-Kiosk-Now"] and "Content-Length" not in third.headers


def test_what_is_not_there_is_asked_for_every_time(screen, village):
    assert screen.get("/notices/none").status_code == 404
    assert screen.get("/notices/none").status_code == 404


def test_the_pages_used_longest_ago_go_first():
    pages = kept.Pages(room=10)

    def put(key: str, size: int = 4) -> None:
        pages.put(key, kept.Page("", "", (), b"1" * size))

    for key in "abc":
        put(key)
    assert [pages.get(key) is not None for key in "abc"] == [False, True, True]
    pages.get("b")
    put("d")
    assert [pages.get(key) is not None for key in "bcd"] == [True, False, True]
    put("b", 10)
    assert pages.get("b") and pages.get("d") is None


def test_the_home_page_with_all_it_needs_is_light(screen, village):
    for number in range(8):
        post(village, f"第{number}次通知")
    html = get(screen)
    needs = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    assert len(needs) > 3
    zipped = {"Accept-Encoding": "gzip"}
    sizes = {
        path: len(screen.get(path, headers=zipped, buffered=True).get_data()) for path in needs
    }
    assert len(html.encode()) + sum(sizes.values()) < LIMIT, sorted(sizes.items())


def test_scripts_and_styles_are_compressed_for_who_understands_it(screen):
    plain = screen.get("/static/board.css", buffered=True)
    packed = screen.get("/static/board.css", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert {plain.headers["Vary"], packed.headers["Vary"]} == {"Accept-Encoding"}
    seen = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert screen.get("/static/board.css", headers=seen).status_code == 304
