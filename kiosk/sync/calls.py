"""Signed requests to another node's `/sync/v1/`, and what its answers mean.

Signs with the other node's time as far as it is known: where an answer says that the clocks are
apart, the offset is learnt from its Date and the request is sent once more.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import clock
from kiosk.sync import signing, wire
from kiosk.sync.transport import Answer, Transport

BASE = "/sync/v1"
LONGEST_WAIT = 6 * 3600
"""Seconds; who asks for more is asked again all the same."""


class AnsweredNo(Exception):
    """The other node refused; the message is its own, in plain Chinese. `more` is the answer,
    `retry_after` how long it asks to be left alone."""

    def __init__(
        self,
        status: int,
        message: str,
        more: dict[str, Any],
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.more, self.retry_after = status, more, retry_after


class Calls:
    """Requests of the node `code` over one transport. `offset`: how far the other clock is ahead
    of ours, None until an answer came."""

    def __init__(self, code: str, key: Ed25519PrivateKey, transport: Transport) -> None:
        self._code, self._key, self._transport = code, key, transport
        self.offset: timedelta | None = None

    def get(self, path: str) -> Any:
        return _parsed(self._sent("GET", path, b""))

    def post(self, path: str, message: Any) -> Any:
        data = json.dumps(message, ensure_ascii=False).encode()
        return _parsed(self._sent("POST", path, data))

    def download(self, path: str) -> Iterator[bytes]:
        """The bytes of an attachment as they arrive. Raises AnsweredNo, Unreachable."""
        yield from _limited(self._sent("GET", path, b"").chunks, wire.BLOB_LIMIT)

    def put(self, path: str, data: bytes) -> Any:
        """Sends a piece of an attachment. Raises AnsweredNo, Unreachable."""
        return _parsed(self._sent("PUT", path, data))

    def _sent(self, method: str, path: str, data: bytes) -> Answer:
        sha = hashlib.sha256(data).digest()
        for last in (False, True):
            at = clock.now() + (self.offset or timedelta())
            headers = signing.sign(method, BASE + path, self._code, self._key, sha=sha, at=at)
            if data:
                headers["Content-Type"] = _TYPES[method]
            answer = self._transport.request(method, BASE + path, headers, data)
            self._learn_offset(answer)
            if answer.status < 300:
                break
            more = _refusal(answer)
            if last or not more.get("clock"):
                words = more.get("error")
                if not isinstance(words, str):
                    words = f"镇里的服务器没有办成这件事（{answer.status}）。"
                raise AnsweredNo(answer.status, words, more, _retry_after(answer))
        return answer

    def _learn_offset(self, answer: Answer) -> None:
        try:
            theirs = parsedate_to_datetime(answer.headers["date"])
        except (KeyError, ValueError):
            return
        if theirs.tzinfo is None:
            return  # cut off before its zone, or "-0000"
        found = theirs - clock.now()
        # A Date has whole seconds and was written before it arrived: less is no offset.
        self.offset = found if abs(found) > timedelta(seconds=2) else timedelta()


_TYPES = {"POST": "application/json", "PUT": "application/octet-stream"}


def _retry_after(answer: Answer) -> timedelta | None:
    try:
        seconds = int(answer.headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return timedelta(seconds=min(max(seconds, 1), LONGEST_WAIT))


def _parsed(answer: Answer) -> Any:
    try:
        return json.loads(b"".join(_limited(answer.chunks, wire.MESSAGE_LIMIT)))
    except ValueError as error:
        raise wire.MessageMalformed("the answer is no JSON") from error


def _refusal(answer: Answer) -> dict[str, Any]:
    try:
        found = _parsed(answer)
    except wire.MessageMalformed:
        return {}
    return found if isinstance(found, dict) else {}


def _limited(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise wire.MessageMalformed("the answer is too long")
        yield chunk
