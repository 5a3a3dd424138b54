"""Serves the demo's nodes, each as `kiosk serve` in a process of its own, until told to stop."""

import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from kiosk import config as settings
from kiosk.demo.build import CLOSED, DemoNode, set_public_url
from kiosk.demo.places import PASSPHRASE

HOST = "127.0.0.1"
STARTING_AT_ONCE = 6
START_SECONDS = 60
STOP_SECONDS = 15
LOGS = "logs"
PR_SET_PDEATHSIG = 1


class DemoFailed(ValueError):
    """The demo cannot run; the message says why in one plain line."""


@dataclass
class Running:
    """A node's server. `log` is where it writes."""

    node: DemoNode
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def default_dir(here: Path) -> Path:
    """Where the demo's data is kept: in a checkout beside the code, else among the user's data."""
    if (here / "pyproject.toml").is_file() and (here / "kiosk" / "demo").is_dir():
        return here / "demo-data"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "sanwu-kiosk" / "demo"


def check_ports(port: int, nodes: int) -> None:
    """Raises DemoFailed where one of the ports from `port` on is taken or is none."""
    if not 0 < port <= 65536 - nodes:
        raise DemoFailed(f"端口 {port} 起的 {nodes} 个端口超出范围，请用 --port 换一个小些的。")
    for each in range(port, port + nodes):
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, each))
            except OSError as error:
                raise DemoFailed(
                    f"端口 {each} 不能用（{error.strerror}）。演示要用 {port} 到"
                    f" {port + nodes - 1}，请关掉占用的程序，或用 --port 换一个。"
                ) from error


def set_addresses(nodes: list[DemoNode], port: int) -> None:
    """Writes into the nodes' settings where the township, and a county, are served this time.

    The offline village keeps its dead address, unless somebody gave it another.
    """
    urls = {
        node.role: f"http://{HOST}:{port + offset}"
        for offset, node in enumerate(nodes)
        if node.role != "village"
    }
    for node in nodes:
        config = settings.load(node.dir)
        if node.role in urls and config.public_url != urls[node.role]:
            set_public_url(node.dir, urls[node.role])
        above = {"village": "township", "township": "county"}.get(node.role)
        if above not in urls:
            continue
        url, up = urls[above], config.upstream
        if up is None:
            raise DemoFailed(f"{node.dir} 还没有加入乡镇，演示数据不完整。请删除后重来。")
        wanted = replace(up, url=url, public_url=url)
        if node.offline and up.url == CLOSED:
            wanted = replace(wanted, url=CLOSED)
        if wanted != up:
            settings.write_upstream(node.dir, wanted)


def start(nodes: list[DemoNode], port: int, stop: threading.Event) -> list[Running]:
    """Starts the servers and waits until each answers; the nodes in their order from `port` on.

    Returns early where `stop` was set. Raises DemoFailed with every server ended again.
    """
    running: list[Running] = []
    waiting: list[Running] = []
    until = time.monotonic() + START_SECONDS + 3 * len(nodes)
    try:
        for offset, node in enumerate(nodes):
            while len(waiting) >= STARTING_AT_ONCE and not stop.is_set():
                waiting = _still_waiting(waiting, until, stop)
            if stop.is_set():
                return running
            running.append(_started(node, port + offset))
            waiting.append(running[-1])
        while waiting and not stop.is_set():
            waiting = _still_waiting(waiting, until, stop)
    except BaseException:
        end(running)
        raise
    return running


def watch(running: list[Running], stop: threading.Event) -> None:
    """Waits until `stop` is set. Raises DemoFailed where a server ends by itself."""
    while not stop.wait(0.5):
        for each in running:
            if each.process.poll() is not None and not stop.is_set():
                raise DemoFailed(_died(each))


def end(running: list[Running]) -> None:
    """Ends all servers: SIGTERM, then time to finish, then kill."""
    for each in running:
        if each.process.poll() is None:
            each.process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for each in running:
        try:
            each.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            each.process.kill()
            each.process.wait()


def exit_on_signals() -> None:
    """SIGTERM and Ctrl-C end this process at once and cleanly: for before anything is served."""

    def asked(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()

    def asked(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    return stop


def as_json(running: list[Running]) -> str:
    """One line for programs, as the contract of `kiosk demo --json` has it."""
    nodes = [
        {
            "role": each.node.role,
            "code": each.node.code,
            "name": each.node.name,
            "url": each.url,
            "dir": str(each.node.dir.resolve()),
            "logins": [vars(login) for login in each.node.logins],
        }
        for each in running
    ]
    return json.dumps({"nodes": nodes})


def in_words(running: list[Running]) -> str:
    """Addresses and logins for people, a county's first; a long list of villages is cut short."""
    lines = []
    shown = sorted(running, key=lambda each: each.node.role != "county")
    for each in shown[:9]:
        discipline = [login for login in each.node.logins if login.role == "discipline"]
        desk = [login for login in each.node.logins if login.role != "discipline"]
        names = "、".join(f"{login.name} / {login.password}" for login in desk)
        door = "office" if each.node.role == "village" else "township"
        what = {"county": "县", "township": "镇", "village": "村公开屏"}[each.node.role]
        lines += [
            f"{each.node.name}　{each.url}/（{what}）",
            f"    {'监督' if door == 'township' else '发布'}后台 {each.url}/{door}/　登录：{names}",
        ]
        lines += [
            f"    纪检信箱 {each.url}/discipline/　登录：{login.name} / {login.password}，"
            f"开锁口令 {PASSPHRASE}"
            for login in discipline
        ]
    if len(shown) > 9:
        lines.append(
            f"……另有 {len(shown) - 9} 个村，到 {shown[-1].url}/ 为止，登录名见 demo.json。"
        )
    for each in running:
        up = settings.load(each.node.dir).upstream
        if each.node.offline and up is not None and up.url == CLOSED:
            lines += [
                f"{each.node.name}在演示里断网好几天了：照常发布，镇里收不到。让它恢复：把",
                f"    {each.node.dir / 'node.toml'} 里 [upstream] 的 url 改成 {running[0].url}",
                f"    再运行 kiosk sync {each.node.dir}（重启演示后它就一直在线）。",
            ]
    return "\n".join(lines)


def _started(node: DemoNode, port: int) -> Running:
    logs = node.dir.parent / LOGS
    logs.mkdir(exist_ok=True)
    log = logs / f"{node.code}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "kiosk",
                "serve",
                str(node.dir),
                "--host",
                HOST,
                "--port",
                str(port),
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=_ending_with_this_process(),
        )
    return Running(node, port, process, log)


def _ending_with_this_process() -> Callable[[], object] | None:
    """Where Linux can: a demo that was killed leaves no servers behind on its ports."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        prctl = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return None
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _still_waiting(waiting: list[Running], until: float, stop: threading.Event) -> list[Running]:
    """Those that do not answer yet, after a moment."""
    if time.monotonic() > until:
        raise DemoFailed(f"{waiting[0].node.name}的服务迟迟没有启动，日志在 {waiting[0].log}。")
    for each in waiting:
        if each.process.poll() is not None:
            raise DemoFailed(_died(each))
    left = [each for each in waiting if not _answers(each.port)]
    if len(left) == len(waiting):
        stop.wait(0.05)
    return left


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _died(each: Running) -> str:
    said = each.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = f"：{said[-1]}" if said else ""
    return f"{each.node.name}的服务停了{last}（日志在 {each.log}）"
