"""Joining: a village shows its township a one-time code and pins the township's key."""

from pathlib import Path

from kiosk import config as settings
from kiosk.config import Upstream
from kiosk.node import Node
from kiosk.rules import codes
from kiosk.sync.calls import AnsweredNo, Calls
from kiosk.sync.transport import Http, Transport, Unreachable
from kiosk.sync.wire import MessageMalformed


class EnrolmentFailed(Exception):
    """The message says why, in plain Chinese."""


def enrol(node: Node, url: str, code: str, transport: Transport | None = None) -> Upstream:
    """Joins the village to the township, or the township to the county, at `url` with its
    one-time code.

    Writes [upstream] of node.toml and puts the township's key on file; may be repeated when the
    answer was lost. Raises EnrolmentFailed.
    """
    if node.config.role == "county":
        raise EnrolmentFailed("县里是最上一级，不用加入。")
    if transport is None and not url.startswith(("http://", "https://")):
        raise EnrolmentFailed("乡镇地址要以 http:// 或 https:// 开头。")
    try:
        if transport is not None:
            said = _asked(node, code, transport)
        else:
            with Http(url) as http:
                said = _asked(node, code, http)
        found = Upstream(
            url=url.rstrip("/"),
            code=str(said["code"]),
            name=str(said["name"]),
            public_url=str(said["public_url"]),
            host=str(said["host"]),
            public_key=bytes.fromhex(said["public_key"]),
        )
    except (Unreachable, AnsweredNo) as error:
        raise EnrolmentFailed(str(error)) from error
    except (KeyError, TypeError, ValueError, MessageMalformed) as error:
        raise EnrolmentFailed("这个地址上不是乡镇的公开栏服务器，请核对地址。") from error
    if codes.parent(node.config.code) != found.code:
        raise EnrolmentFailed(f"{found.name}（{found.code}）不是本单位的上一级，没有加入。")
    _pin(node, found)
    return found


def _asked(node: Node, code: str, transport: Transport) -> dict[str, str]:
    own = node.config
    said: dict[str, str] = Calls(own.code, node.key, transport).post(
        "/enrol",
        {
            "code": code,
            "village": own.code,
            "name": own.name,
            "host": own.host,
            "public_key": node.key.public_key().public_bytes_raw().hex(),
        },
    )
    return said


def _pin(node: Node, found: Upstream) -> None:
    try:
        node.journal.trust(found.code, found.host, found.public_key)
    except ValueError as error:
        raise EnrolmentFailed(
            "这个乡镇的密钥与以前记下的不同。请先与乡镇核实，不要继续。"
        ) from error
    settings.write_upstream(Path(node.config.dir), found)
