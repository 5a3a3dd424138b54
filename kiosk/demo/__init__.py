"""The demo: a township and its villages on this machine, with realistic data of last year and this.

The texts are in `party`, `village`, `finance` and `standing`, what happens in `routine`, `stories`,
`talks` and `township`, photos in `scenes`. `plan` puts it in order, `build` plays it into data
folders, `county` sets a county above them where one is wanted, `run` serves them.
"""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kiosk import clock
from kiosk.demo import build as building
from kiosk.demo import county
from kiosk.demo import run as server
from kiosk.demo.build import DemoNode, Progress
from kiosk.demo.run import DemoFailed, default_dir

__all__ = ["DemoFailed", "default_dir", "prepare", "serve"]


def prepare(
    dir: Path,
    port: int,
    count: int | None,
    say: Callable[[str], None],
    progress: Progress,
    *,
    with_county: bool = False,
) -> list[DemoNode]:
    """The demo's nodes in `dir`, built there unless they are; `count` villages, 3 by default.
    With a county where one is wanted, or was at an earlier start.

    Raises DemoFailed, OSError.
    """
    server.exit_on_signals()
    if not dir.exists():
        server.check_ports(port, (count or 3) + 1 + with_county)
        say(f"正在生成演示数据（镇和 {count or 3} 个村，两年的内容），放在 {dir}，要半分钟左右……")
        building.build(
            dir, count=count or 3, township_url=f"http://{server.HOST}:{port}", progress=progress
        )
        return _with_county(dir) if with_county else building.read(dir)[0]
    try:
        nodes, built = building.read(dir)
    except ValueError as error:
        raise DemoFailed(str(error)) from error
    villages = sum(node.role == "village" for node in nodes)
    if count is not None and count != villages:
        raise DemoFailed(
            f"{dir} 里是 {villages} 个村的演示。要 {count} 个村，请用 --dir 换个文件夹。"
        )
    say(f"使用 {dir} 里的演示数据。{_age(dir, built)}")
    return _with_county(dir) if with_county else nodes


def serve(nodes: list[DemoNode], port: int, *, json: bool, say: Callable[[str], None]) -> None:
    """Serves the nodes until SIGTERM or Ctrl-C, and tells where. Raises DemoFailed."""
    server.check_ports(port, len(nodes))
    server.set_addresses(nodes, port)
    stop = server.stop_on_signals()
    say(f"正在启动 {len(nodes)} 个节点……")
    running = server.start(nodes, port, stop)
    try:
        if not stop.is_set():
            if json:
                print(server.as_json(running), flush=True)
            else:
                say(server.in_words(running))
            say("按 Ctrl-C 结束演示，数据会保留。")
        server.watch(running, stop)
    finally:
        say("正在结束……")
        server.end(running)


def _with_county(dir: Path) -> list[DemoNode]:
    nodes, built = building.read(dir)
    return nodes if county.is_among(nodes) else county.join(dir, nodes, built)


def say_to(json: bool) -> Callable[[str], None]:
    """Where messages for people go: to stdout, or to stderr where stdout is for a program."""

    def say(text: str) -> None:
        print(text, file=sys.stderr if json else sys.stdout, flush=True)

    return say


def _age(dir: Path, built: date) -> str:
    days = (clock.today() - built).days
    if days < 1:
        return ""
    return f"它是 {days} 天前生成的，到期情况已随日期变化；要换成今天的，请删除 {dir} 后重来。"
