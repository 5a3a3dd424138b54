"""Pages as PDF, made by the press beside the node; and why it cannot, in plain Chinese."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kiosk.printing import press

TIMEOUT = 240
"""Seconds that the largest batch may take; one poster takes about two."""

log = logging.getLogger(__name__)


class NotPrintable(Exception):
    """No PDF can be made of it here; the message says in Chinese why and what to do."""


WORDS = {
    press.NO_LIBRARY: (
        "这台机器缺少制作 PDF 的程序库 Pango。请管理员安装：Debian、Ubuntu、统信、麒麟运行"
        " apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0；"
        "Windows 安装 MSYS2 后运行 pacman -S mingw-w64-ucrt-x86_64-pango。"
    ),
    press.NO_FONT: (
        "这台机器没有中文字体，打印出来会是方框。请管理员安装："
        "Debian、Ubuntu、统信、麒麟运行 apt install fonts-noto-cjk；Windows 自带中文字体。"
    ),
}


def pdf(documents: Sequence[str], files: Mapping[str, Path], *, timeout: float = TIMEOUT) -> bytes:
    """One PDF of HTML documents, each counting its own pages.

    `files` are all that a document may show or be styled by: the path of its address
    ("/static/print.css") and where its bytes are. Takes about a second and a tenth for each page.
    Raises NotPrintable where a library or a Chinese font is missing, and where it takes longer
    than `timeout` seconds.
    """
    job = {"documents": list(documents), "files": {name: str(at) for name, at in files.items()}}
    try:
        done = subprocess.run(
            [sys.executable, "-m", press.__package__],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise NotPrintable("内容太多，做不完。请少选几条，分几次打印。") from None
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode in WORDS:
        raise NotPrintable(WORDS[done.returncode])
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        log.error("while printing: exit code %s: %s", done.returncode, said[-2000:])
        raise NotPrintable("PDF 没有做成。请先用浏览器打印，并把这个情况告诉管理员。")
    if said:
        log.warning("while printing: %s", said[-2000:])
    return done.stdout
