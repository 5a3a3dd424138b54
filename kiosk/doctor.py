"""What a node lacks for a good installation, each in one plain sentence.

A finding is either well or says what is missing and what to do. Checks look at the data folder, at
this machine (disk, clock, fonts, browser) and at who can be reached; none changes anything.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from kiosk import clock, people, screens, villages, voice
from kiosk.config import CONTACTS
from kiosk.node import Node
from kiosk.rules import calendar
from kiosk.sync import client, clocks, contacts, forks, marks

DISK_NEEDED = 1 << 30
SILENCE = timedelta(days=1)
BACKUP_DUE = timedelta(days=7)
HOLIDAYS_FROM_MONTH = 12
"""From December on the next year's holidays should be known: they are ordered in November."""

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "chrome",
)
TIMEOUT = 5.0

Probe = Callable[[str], dict[str, object] | None]
"""What a node says at its /healthz, None where nobody answers."""


@dataclass(frozen=True)
class Finding:
    """`check` names what was looked at; `message` is for people, with what to do when not `ok`."""

    check: str
    ok: bool
    message: str


def examine(node: Node, port: int, probe: "Probe | None" = None) -> list[Finding]:
    """Everything worth knowing about the node, served on `port` of this machine."""
    ask = probe or healthz
    village = not node.config.is_township
    checks: list[Iterator[Finding]] = [
        _key(node),
        _contacts(node),
        _accounts(node),
        _joined(node),
        _reached(node, port, ask),
        _synced(node),
        _forks(node),
        _backup(node),
        _disk(node),
        _clock(node),
    ]
    if village:
        checks += [_fonts(), _browser(node), _voice()]
    return [finding for check in checks for finding in check]


def healthz(url: str) -> dict[str, object] | None:
    """What the node at `url` says of itself; None where none answers within five seconds."""
    try:
        # Straight: a proxy of this machine says nothing about who reaches whom.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{url}/healthz", timeout=TIMEOUT) as answer:
            said = json.load(answer)
    except (OSError, ValueError, urllib.error.URLError):
        return None
    return said if isinstance(said, dict) else None


def _key(node: Node) -> Iterator[Finding]:
    path = node.config.dir / "node.key"
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name != "nt" and mode & 0o077:
        message = f"密钥文件别的用户也能读（权限 {mode:04o}）。请运行：chmod 600 {path}"
        yield Finding("key", False, message)
    else:
        yield Finding("key", True, "密钥文件只有本用户能读。")


def _contacts(node: Node) -> Iterator[Finding]:
    missing = [words for key, words in CONTACTS.items() if not node.config.contacts.get(key)]
    if missing:
        message = (
            f"{'、'.join(missing)}没有填写，屏幕上会空着。"
            f"请填在 {node.config.dir / 'node.toml'} 的 [contacts] 里，然后重启。"
        )
        yield Finding("contacts", False, message)
    else:
        yield Finding("contacts", True, "监督电话、举报电话、值班电话、地点和时间都填了。")


def _accounts(node: Node) -> Iterator[Finding]:
    found = people.accounts(node.journal)
    role = "supervisor" if node.config.is_township else "officer"
    if not any(account.role == role for account in found):
        message = f"还没有登录账号。请运行：kiosk account add {node.config.dir} 姓名 --role {role}"
        yield Finding("accounts", False, message)
        return
    yield Finding("accounts", True, f"有 {len(found)} 个登录账号。")
    first = [account.name for account in found if account.first_password]
    if first:
        message = f"{'、'.join(first)}还在用初始密码，请登录后修改。"
        yield Finding("passwords", False, message)


def _joined(node: Node) -> Iterator[Finding]:
    config = node.config
    if config.is_township:
        count = len(villages.children(node.journal))
        what = "乡镇" if config.role == "county" else "村"
        if count:
            yield Finding("joined", True, f"已有 {count} 个{what}加入。")
        else:
            message = (
                f"还没有{what}加入。请为每个{what}运行：kiosk invite {config.dir} {what}的区划代码"
            )
            yield Finding("joined", False, message)
    elif config.upstream is None:
        message = (
            "还没有加入乡镇，手机扫码、镇里监督和时间见证都用不上。"
            f"请向乡镇要加入码，然后运行：kiosk enrol {config.dir} 乡镇地址 加入码"
        )
        yield Finding("joined", False, message)
    else:
        yield Finding("joined", True, f"已加入 {config.upstream.name}。")


def _reached(node: Node, port: int, ask: Probe) -> Iterator[Finding]:
    config = node.config
    said = ask(f"http://127.0.0.1:{port}")
    if said is None:
        message = (
            f"本机 {port} 端口上没有服务。请启动：kiosk serve {config.dir} --port {port}"
            "（用了别的端口，请加 --port 再检查）。"
        )
        yield Finding("served", False, message)
    elif said.get("code") != config.code:
        message = f"本机 {port} 端口上是别的节点（{said.get('name', '不明')}）。请用 --port 指明。"
        yield Finding("served", False, message)
    else:
        yield Finding("served", True, f"本机服务正常（端口 {port}）。")
    if config.is_township:
        yield from _public(node, ask)
    elif config.upstream is not None:
        if ask(config.upstream.url) is None:
            message = f"连不上乡镇（{config.upstream.url}）。请检查网络，照常发布不受影响。"
            yield Finding("upstream", False, message)
        else:
            yield Finding("upstream", True, f"乡镇的服务器连得上（{config.upstream.url}）。")


def _public(node: Node, ask: Probe) -> Iterator[Finding]:
    url, path = node.config.public_url, node.config.dir / "node.toml"
    if not url:
        message = f"没有公开地址，村里屏幕上的二维码手机打不开。请填在 {path} 的 public_url 里。"
        yield Finding("public", False, message)
        return
    host = urlsplit(url).hostname or ""
    if host in ("localhost", "::1") or host.startswith("127."):
        message = f"公开地址 {url} 只有本机打得开，手机扫码打不开。请改 {path} 的 public_url。"
        yield Finding("public", False, message)
        return
    said = ask(url)
    if said is None or said.get("code") != node.config.code:
        message = f"公开地址 {url} 打不开，或打开的不是本镇。请检查域名、证书和转发。"
        yield Finding("public", False, message)
    else:
        yield Finding("public", True, f"公开地址打得开（{url}）。")


def _synced(node: Node) -> Iterator[Finding]:
    now = clock.now()
    if not node.config.is_township:
        if node.config.upstream is None:
            return
        contact = contacts.last_contact(node.journal, node.config.upstream.code)
        last = contact.last_success if contact else None
        why = f"原因：{contact.last_error}" if contact and contact.last_error else ""
        if last is None or now - last > SILENCE:
            message = f"{_since(last, now)}没有和乡镇同步。{why}"
            yield Finding("synced", False, message)
        else:
            yield Finding("synced", True, f"上次和乡镇同步：{_moment(last)}。")
        return
    quiet = []
    for village in villages.children(node.journal):
        contact = contacts.last_contact(node.journal, village.code)
        last = contact.last_success if contact else None
        if last is None or now - last > SILENCE:
            quiet.append(f"{village.name}（{_since(last, now)}）")
    if quiet:
        yield Finding("synced", False, f"这些单位没有联系上：{'、'.join(quiet)}。请打电话问一问。")
    elif villages.children(node.journal):
        yield Finding("synced", True, "下面各单位一天之内都同步过。")


def _forks(node: Node) -> Iterator[Finding]:
    own = f"{node.config.code}/"
    open_forks = sorted({fork.stream for fork in forks.forks(node.journal) if not fork.mended})
    mine = [stream for stream in open_forks if stream.startswith(own)]
    if mine:
        message = (
            f"{'、'.join(mine)} 和留存的记录互相矛盾，已暂停发布，双方签名已留作证据。"
            "可能用旧备份恢复过，或同一个数据文件夹在两台机器上用过。"
            f"请在办公页首页按“恢复”，或运行：kiosk recover {node.config.dir} --fork"
        )
        yield Finding("forks", False, message)
    elif open_forks:
        message = (
            f"{'、'.join(open_forks)} 有两套互相矛盾的记录，双方签名已留作证据。"
            "请联系对方，在对方的机器上恢复。"
        )
        yield Finding("forks", False, message)
    else:
        yield Finding("forks", True, "记录没有分叉。")


def _backup(node: Node) -> Iterator[Finding]:
    last = marks.get(node.journal, marks.BACKUP)
    at = datetime.fromisoformat(last) if last else None
    if at is None or clock.now() - at > BACKUP_DUE:
        message = (
            f"{_since(at, clock.now())}没有备份。请定期运行：kiosk backup {node.config.dir} "
            "另一块磁盘上的文件"
        )
        yield Finding("backup", False, message)
    else:
        yield Finding("backup", True, f"上次备份：{_moment(at)}。")


def _disk(node: Node) -> Iterator[Finding]:
    free = shutil.disk_usage(node.config.dir).free
    gigabytes = free / (1 << 30)
    if free < DISK_NEEDED:
        message = f"磁盘只剩 {gigabytes:.1f} GB，至少留 1 GB，否则照片和记录会存不下。"
        yield Finding("disk", False, message)
    else:
        yield Finding("disk", True, f"磁盘还有 {gigabytes:.0f} GB。")


def _clock(node: Node) -> Iterator[Finding]:
    now, today = clock.now(), clock.today()
    wrong = clocks.trouble(node.journal, client.upstream(node))
    yield Finding("clock", not wrong, wrong or f"本机时间 {_moment(now)}。")
    known = calendar.default_holidays().known_years
    wanted = {today.year}
    if today.month >= HOLIDAYS_FROM_MONTH:
        wanted.add(today.year + 1)
    if unknown := sorted(wanted - known):
        years = "、".join(f"{year} 年" for year in unknown)
        message = f"没有{years}的放假安排，到期日可能差几天。请升级程序。"
        yield Finding("holidays", False, message)
    else:
        yield Finding("holidays", True, f"{today.year} 年的放假安排已收录。")


def _fonts() -> Iterator[Finding]:
    if sys.platform in ("win32", "darwin"):
        yield Finding("fonts", True, "系统自带中文字体。")
        return
    found = ""
    if shutil.which("fc-list"):
        done = subprocess.run(
            ["fc-list", ":lang=zh", "family"], capture_output=True, text=True, timeout=30
        )
        found = done.stdout.strip()
    if found:
        yield Finding("fonts", True, "有中文字体。")
    else:
        message = "没有找到中文字体，屏幕上的字会变成方框。请安装：apt install fonts-noto-cjk"
        yield Finding("fonts", False, message)


def _browser(node: Node) -> Iterator[Finding]:
    alive = [each for each in screens.screens(node.journal) if each.alive]
    if alive:
        yield Finding("screen", True, f"有 {len(alive)} 块屏幕正在显示。")
    elif any(shutil.which(name) for name in BROWSERS) or _installed_elsewhere():
        yield Finding("screen", True, "有浏览器可以用来显示屏幕。")
    else:
        message = (
            "没有找到 Chromium，也没有别的屏幕连上来。屏幕用的机器请安装：apt install chromium"
        )
        yield Finding("screen", False, message)


def _voice() -> Iterator[Finding]:
    if voice.available():
        yield Finding("voice", True, "有朗读的声音。")
    else:
        message = (
            "没有朗读的声音，屏幕的浏览器自己没有中文语音时，“朗读”不能用。"
            "请安装：apt install espeak-ng"
        )
        yield Finding("voice", False, message)


def _installed_elsewhere() -> bool:
    """Browsers that Windows and macOS keep out of PATH."""
    folders = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)")]
    places = [
        *(Path(folder, "Google/Chrome/Application/chrome.exe") for folder in folders if folder),
        *(Path(folder, "Microsoft/Edge/Application/msedge.exe") for folder in folders if folder),
        Path("/Applications/Google Chrome.app"),
        Path("/Applications/Chromium.app"),
    ]
    return any(place.exists() for place in places)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"


def _since(last: datetime | None, now: datetime) -> str:
    return "从来" if last is None else f"已经 {max(1, (now - last).days)} 天"
