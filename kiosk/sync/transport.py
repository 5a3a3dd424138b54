"""How a request reaches the other node: over HTTP, or within this process.

A transport has one method, `request(method, path, headers, data) -> Answer`, and raises
Unreachable where no answer came. `path` begins with `/sync/`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from flask import Flask

CONNECT_SECONDS = 5
READ_SECONDS = 30


class Unreachable(Exception):
    """No answer came; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Answer:
    """`headers` in lower case; `chunks` is the body, read as it is consumed."""

    status: int
    headers: dict[str, str]
    chunks: Iterable[bytes]


class Transport(Protocol):
    def request(
        self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
    ) -> Answer: ...


class Http:
    """Over the network, one connection kept open through a round."""

    def __init__(self, url: str) -> None:
        import requests

        self._url = url.rstrip("/")
        self._session = requests.Session()

    def __enter__(self) -> "Http":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def request(
        self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
    ) -> Answer:
        import requests

        try:
            answer = self._session.request(
                method,
                self._url + path,
                headers=headers,
                data=data,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
        except requests.exceptions.SSLError as error:
            raise Unreachable("镇里服务器的证书不对，为安全没有连接。") from error
        except requests.exceptions.ConnectionError as error:
            raise Unreachable("连不上镇里的服务器，请检查网络。") from error
        except requests.exceptions.Timeout as error:
            raise Unreachable("镇里的服务器太久没有回应。") from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise Unreachable("与镇里的服务器通信出错。") from error
        lower = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, lower, _read(answer))


class InProcess:
    """Within this process, to the other node's web application; for the demo and for tests."""

    def __init__(self, app: "Flask") -> None:
        self._client = app.test_client(use_cookies=False)

    def request(
        self, method: str, path: str, headers: dict[str, str], data: bytes | Iterable[bytes]
    ) -> Answer:
        body = data if isinstance(data, bytes) else b"".join(data)
        answer = self._client.open(path, method=method, headers=headers, data=body)
        lower = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, lower, [answer.get_data()])


def _read(answer: Any) -> Iterator[bytes]:
    import requests

    try:
        yield from answer.iter_content(1 << 16)
    except (requests.exceptions.RequestException, OSError) as error:
        raise Unreachable("与镇里的服务器的连接中断了。") from error
    finally:
        answer.close()
