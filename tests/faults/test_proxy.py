"""The bad line is as bad as it says, and fair weather changes nothing."""

import hashlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.faults.proxy import AFTER, BEFORE, FATES, LIES, Proxy

BODY = bytes(range(256)) * 40


class Server:
    """Answers a request with the hash of its body, and remembers what came."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                data = self.rfile.read(length)
                if len(data) < length:
                    return
                seen.append(data)
                answer = hashlib.sha256(data).hexdigest().encode() * 40
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    proxy = Proxy(server.port, seed=1)
    yield proxy
    proxy.close()


def asked(proxy: Proxy, body: bytes = BODY) -> tuple[int, bytes] | None:
    """Status and body of the answer, None where there was none or not all of it."""
    client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=2)
    try:
        client.request("POST", "/x", body)
        answer = client.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        client.close()


def right(body: bytes = BODY) -> tuple[int, bytes]:
    return 200, hashlib.sha256(body).hexdigest().encode() * 40


def test_fair_weather_changes_nothing(proxy: Proxy, server: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
    for n in range(3):
        client.request("POST", "/x", BODY + bytes([n]))
        answer = client.getresponse()
        assert (answer.status, answer.read()) == right(BODY + bytes([n]))
    assert server.seen == [BODY + bytes([n]) for n in range(3)]


@pytest.mark.parametrize("fate", FATES)
def test_every_fate_does_what_it_says(proxy: Proxy, server: Server, fate: str) -> None:
    assert asked(proxy, b"an earlier request") == right(b"an earlier request")
    server.seen.clear()
    proxy.fates = {fate: 1.0}
    answer = asked(proxy)
    came = server.seen.count(BODY)
    match fate:
        case "drop" | "silence" | "cut request" | "hold":
            assert (answer, came) == (None, 0)
        case "garble request":
            assert answer is not None and answer != right()
            assert came == 0 and len(server.seen) == 1
        case "twice" | "twice at once":
            assert answer == right()
            assert came in ((2,) if fate == "twice" else (1, 2))
        case "replay":
            assert answer == right()
            assert len(server.seen) == 2
        case "lose" | "cut":
            assert (answer, came) == (None, 1)
        case "shorten" | "garble":
            assert answer is not None and answer[0] == 200 and answer != right()
        case "lie":
            assert answer is None or answer[0] in LIES
        case "misdate" | "delay" | "drip":
            assert answer == right()
        case "swap":
            assert answer == right(b"an earlier request")
        case "stranger":
            assert answer is not None and b"<html>" in answer[1]
    assert proxy.done[fate] == 1
    assert fate in BEFORE + AFTER


def test_what_was_held_back_comes_later(proxy: Proxy, server: Server) -> None:
    proxy.fates = {"hold": 1.0}
    assert asked(proxy, b"first") is None
    proxy.fates = {}
    for n in range(7):
        asked(proxy, bytes([n]))
    assert b"first" in server.seen[1:]


def test_what_is_still_held_back_comes_before_fair_weather(proxy: Proxy, server: Server) -> None:
    proxy.fates = {"hold": 1.0}
    asked(proxy, b"first")
    proxy.clear()
    assert server.seen == [b"first"]


def test_a_seed_repeats_the_draws(server: Server) -> None:
    def draws(seed: int) -> list[str]:
        proxy = Proxy(server.port, seed)
        proxy.fates = {"drop": 0.3, "lose": 0.3}
        answers = [str(asked(proxy)) for _ in range(8)]
        proxy.close()
        return answers

    assert draws(5) == draws(5)
