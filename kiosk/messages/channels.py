"""Ways out of the node: e-mail, SMS, and group chats' webhooks, each behind one call.

Set up in node.toml; a part that is left out is a channel that is not there:

    [channels.email]
    host = "smtp.example.cn"     # port 465: TLS from the start; 587: STARTTLS; 25: plain
    port = 465
    user = "sanwu@example.cn"
    password = "..."
    sender = "sanwu@example.cn"

    [channels.sms]               # POST {"phone", "text"} as JSON; 2xx is accepted
    url = "https://gateway.example.cn/send"
    token = "..."                # sent as "Authorization: Bearer ..."

    [channels.group.干部群]       # WeChat Work (企业微信) or DingTalk (钉钉) group robot
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=..."
    secret = ""                  # DingTalk's signing secret, if it has one

The two robots take {"msgtype": "text", "text": {"content"}} and answer {"errcode": 0}; DingTalk
wants `timestamp` and `sign` (base64 of HMAC-SHA256 of "timestamp\\nsecret") in the address.
"""

import base64
import hashlib
import hmac
import smtplib
import tomllib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote_plus

from kiosk import clock

TIMEOUT = 15
"""Seconds that a delivery may take."""


class NotDelivered(Exception):
    """The message did not go out; the message says why, in plain Chinese."""


class ChannelsWrong(ValueError):
    """The channels in node.toml cannot be read; the message names the part."""


class Channel(Protocol):
    """One way out."""

    def send(self, where: str, title: str, text: str) -> None:
        """Delivers one message. Raises NotDelivered."""


class Email:
    """SMTP (RFC 5321); TLS by the port."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._host = str(settings["host"])
        self._port = int(settings.get("port", 465))
        self._user = str(settings.get("user", ""))
        self._password = str(settings.get("password", ""))
        self._sender = str(settings.get("sender", "") or self._user)

    def send(self, where: str, title: str, text: str) -> None:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = title, self._sender, where
        message.set_content(text)
        try:
            with self._connected() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(f"邮件没有发出：{error}") from error

    def _connected(self) -> smtplib.SMTP:
        if self._port == 465:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        if self._port == 587:
            server.starttls()
        return server


class Sms:
    """A gateway's address; what stands between it and the operator is the gateway's matter."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._url = str(settings["url"])
        self._token = str(settings.get("token", ""))

    def send(self, where: str, title: str, text: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        _post(self._url, {"phone": where, "text": f"{title}\n{text}"}, headers)


class Group:
    """A group robot of WeChat Work or DingTalk."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._url = str(settings["url"])
        self._secret = str(settings.get("secret", ""))

    def send(self, where: str, title: str, text: str) -> None:
        answer = _post(
            self._signed(), {"msgtype": "text", "text": {"content": f"{title}\n{text}"}}, {}
        )
        code = answer.get("errcode", 0)
        if code != 0:
            raise NotDelivered(f"群机器人没有收：{answer.get('errmsg', code)}")

    def _signed(self) -> str:
        if not self._secret:
            return self._url
        timestamp = str(int(clock.now().timestamp() * 1000))
        text = f"{timestamp}\n{self._secret}".encode()
        digest = hmac.new(self._secret.encode(), text, hashlib.sha256).digest()
        sign = quote_plus(base64.b64encode(digest))
        between = "&" if "?" in self._url else "?"
        return f"{self._url}{between}timestamp={timestamp}&sign={sign}"


class Groups:
    """All group robots, by the name of their group."""

    def __init__(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        self._groups = {name: Group(each) for name, each in settings.items()}

    @property
    def names(self) -> list[str]:
        return sorted(self._groups)

    def send(self, where: str, title: str, text: str) -> None:
        group = self._groups.get(where)
        if group is None:
            raise NotDelivered(f"node.toml 里没有叫“{where}”的群。")
        group.send(where, title, text)


def load(dir: Path) -> dict[str, Channel]:
    """The channels that node.toml sets up, by name ("email", "sms", "group"). Raises
    ChannelsWrong."""
    raw = tomllib.loads((dir / "node.toml").read_text(encoding="utf-8")).get("channels", {})
    kinds: dict[str, Callable[[Mapping[str, Any]], Channel]]
    kinds = {"email": Email, "sms": Sms, "group": Groups}
    found: dict[str, Channel] = {}
    for name, make in kinds.items():
        if name in raw:
            try:
                found[name] = make(raw[name])
            except KeyError as missing:
                raise ChannelsWrong(
                    f"node.toml 的 [channels.{name}] 缺少 {missing.args[0]}。"
                ) from missing
            except (TypeError, ValueError, AttributeError) as error:
                raise ChannelsWrong(f"node.toml 的 [channels.{name}] 写错了：{error}") from error
    return found


def _post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    import requests

    try:
        answer = requests.post(
            url, json=body, headers=dict(headers), timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        # Its words hold the address, and that a key.
        raise NotDelivered(f"连不上对方的服务器（{type(error).__name__}）。") from error
    if not answer.ok or answer.is_redirect:
        raise NotDelivered(f"对方的服务器没有收（{answer.status_code}）。")
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
