"""A bad line: an HTTP proxy before one server that does to requests and answers what networks do.

Every exchange is read whole, then one *fate* is drawn for it. A request may be dropped, cut,
garbled, sent twice (one after the other or at once), held back and delivered after later ones, or
followed by an old one again. An answer may be lost, cut mid-body, shortened with a length that
fits, sent with another status, dated wrongly, delayed, sent in drips, garbled, replaced by the
answer to an earlier request or by a stranger's page. `fates` says how often each; the draws come
from one seeded generator, so a seed repeats them.
"""

import contextlib
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

BEFORE = (
    "drop",
    "silence",
    "cut request",
    "garble request",
    "twice",
    "twice at once",
    "hold",
    "replay",
)
AFTER = (
    "lose",
    "cut",
    "shorten",
    "lie",
    "misdate",
    "delay",
    "drip",
    "garble",
    "swap",
    "stranger",
)
FATES = BEFORE + AFTER

LIES = (200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503)

STRANGER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 48\r\n\r\n"
    b"<html><title>WLAN</title>Please log in.</html>  "
)

SECONDS = 5.0
"""How long either side may take before its connection is given up."""

REMEMBERED = 30


@dataclass(frozen=True)
class Message:
    """A request or an answer: its first line and fields as they came, and its body."""

    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.head + self.body

    def with_body(self, body: bytes) -> "Message":
        """Another body, with a length that fits it."""
        fields = re.sub(rb"(?im)^(transfer-encoding|content-length):[^\r]*\r\n", b"", self.head)
        end = b"Content-Length: %d\r\n\r\n" % len(body)
        return Message(fields[:-2] + end, body)


class Proxy:
    """Listens on `port` and passes to `upstream`, another port of this machine."""

    def __init__(self, upstream: int, seed: int, port: int = 0) -> None:
        self.upstream = upstream
        self.fates: Mapping[str, float] = {}
        self.done: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._guard = threading.Lock()
        self._requests: list[Message] = []
        self._answers: list[Message] = []
        self._held: list[tuple[int, Message]] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def clear(self) -> None:
        """Fair weather from now on; what is still held back is delivered first."""
        self.fates = {}
        with self._guard:
            held, self._held = self._held, []
        for _, request in held:
            self._passed(request)

    def close(self) -> None:
        self._listener.close()
        with self._guard:
            still = list(self._open)
        for connection in still:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    # ---- one connection ----

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(SECONDS)
        with self._guard:
            self._open.add(client)
        try:
            # A reset or a timeout on either side is what this is for.
            with contextlib.suppress(OSError), client:
                while (request := read_message(client)) is not None:
                    if not self._exchange(client, request):
                        return
        finally:
            with self._guard:
                self._open.discard(client)

    def _exchange(self, client: socket.socket, request: Message) -> bool:
        """Passes one request and its answer; whether the connection goes on."""
        fate = self._drawn()
        due = self._remember(request)
        for late in due:
            self._passed(late)
        if fate in BEFORE and not self._meddle(fate, client, request):
            return False
        answer = self._passed(request)
        if answer is None:
            return False
        earlier = self._earlier_answer(answer)
        match fate:
            case "lose":
                return False
            case "cut":
                client.sendall(answer.raw[: self._below(len(answer.raw))])
                return False
            case "shorten":
                answer = answer.with_body(answer.body[: self._below(len(answer.body) + 1)])
            case "lie":
                answer = Message(self._lied(answer.head), answer.body)
            case "misdate":
                year = b"%d" % (2000 + self._below(80))
                date = b"Date: Tue, 01 Jan " + year + b" 00:00:00 GMT\r\n"
                head = re.sub(rb"(?im)^date:[^\r]*\r\n", b"", answer.head)
                answer = Message(head[:-2] + date + b"\r\n", answer.body)
            case "delay":
                time.sleep(self._random() * 0.3)
            case "drip":
                for start in range(0, len(answer.raw), len(answer.raw) // 5 + 1):
                    client.sendall(answer.raw[start : start + len(answer.raw) // 5 + 1])
                    time.sleep(0.02)
                return True
            case "garble":
                answer = answer.with_body(self._garbled(answer.body))
            case "swap":
                answer = earlier
            case "stranger":
                answer = Message(STRANGER, b"")
        client.sendall(answer.raw)
        # What a liar says of the length may differ from what it sends.
        return fate in ("", "delay", "twice", "twice at once", "replay")

    def _meddle(self, fate: str, client: socket.socket, request: Message) -> bool:
        """What happens to the request; whether it is passed on afterwards."""
        match fate:
            case "drop":
                return False
            case "silence":
                # Until the client gives up.
                with contextlib.suppress(TimeoutError):
                    client.recv(1)
                return False
            case "cut request":
                self._sent(request.raw[: self._below(len(request.raw))])
                return False
            case "garble request":
                answer = self._passed(Message(request.head, self._garbled(request.body)))
                if answer is not None:
                    client.sendall(answer.raw)
                return False
            case "hold":
                with self._guard:
                    self._held.append((2 + self._chance.randrange(5), request))
                return False
            case "twice":
                self._passed(request)
            case "twice at once":
                threading.Thread(target=self._passed, args=[request], daemon=True).start()
            case "replay":
                with self._guard:
                    earlier = self._chance.choice(self._requests)
                self._passed(earlier)
        return True

    # ---- the server's side ----

    def _passed(self, request: Message) -> Message | None:
        """The server's answer, None where it gave none."""
        try:
            with socket.create_connection(("127.0.0.1", self.upstream), SECONDS) as server:
                server.sendall(request.raw)
                return read_message(server)
        except OSError:
            return None

    def _sent(self, part: bytes) -> None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.upstream), SECONDS) as server,
        ):
            server.sendall(part)

    # ---- chance ----

    def _drawn(self) -> str:
        with self._guard:
            names = [name for name in FATES if self.fates.get(name)]
            draw = self._chance.random()
            for name in names:
                draw -= self.fates[name]
                if draw < 0:
                    self.done[name] += 1
                    return name
            self.done["passed"] += 1
            return ""

    def _remember(self, request: Message) -> list[Message]:
        """Keeps the request; those held back whose time has come."""
        with self._guard:
            self._requests = [*self._requests, request][-REMEMBERED:]
            counted = [(left - 1, each) for left, each in self._held]
            self._held = [(left, each) for left, each in counted if left > 0]
            return [each for left, each in counted if left <= 0]

    def _earlier_answer(self, answer: Message) -> Message:
        with self._guard:
            found = self._chance.choice(self._answers or [answer])
            self._answers = [*self._answers, answer][-REMEMBERED:]
            return found

    def _lied(self, head: bytes) -> bytes:
        with self._guard:
            status = self._chance.choice(LIES)
        return re.sub(rb"^HTTP/1\.[01] \d+[^\r]*", b"HTTP/1.1 %d Lied" % status, head)

    def _garbled(self, body: bytes) -> bytes:
        if not body:
            return body
        at = self._below(len(body))
        return body[:at] + bytes([body[at] ^ (1 << self._below(8))]) + body[at + 1 :]

    def _below(self, end: int) -> int:
        with self._guard:
            return self._chance.randrange(max(end, 1))

    def _random(self) -> float:
        with self._guard:
            return self._chance.random()


def read_message(connection: socket.socket) -> Message | None:
    """The next HTTP/1.1 message with its whole body; None where the connection ends before."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(1 << 16)
        if not part:
            return None
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    head += b"\r\n\r\n"
    if re.search(rb"(?im)^transfer-encoding:\s*chunked", head):
        done = b"0\r\n\r\n"
        while not rest.endswith(done):
            part = connection.recv(1 << 16)
            if not part:
                return None
            rest += part
        return Message(head, _unchunked(rest)).with_body(_unchunked(rest))
    found = re.search(rb"(?im)^content-length:\s*(\d+)", head)
    length = int(found[1]) if found else 0
    parts, size = [rest], len(rest)
    while size < length:
        part = connection.recv(1 << 16)
        if not part:
            return None
        parts.append(part)
        size += len(part)
    return Message(head, b"".join(parts))


def _unchunked(data: bytes) -> bytes:
    parts = []
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        parts.append(data[:length])
        data = data[length + 2 :]
    return b"".join(parts)
