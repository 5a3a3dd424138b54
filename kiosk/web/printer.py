"""Printing on the screen's own printer: a sheet to take home, where `node.toml` names a printer.

The PDF is the one that the paper door makes; it is handed to CUPS by `lp`, within a bound of time.
Paper costs money and children like buttons, so a screen prints little: of one page a copy each two
minutes, and so many an hour.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, request, url_for
from limits import parse
from werkzeug.wrappers import Response

from kiosk import services as guide
from kiosk.notices import queries as notices
from kiosk.printing import NotPrintable, sheets
from kiosk.web import current_node, guard, paper
from kiosk.web.board import render
from kiosk.web.guide import sheet
from kiosk.web.paper import Print

SECONDS = 20
"""For `lp`: it hands the file over and does not wait for the paper."""

SAME = parse("1 per 2 minutes")
ALL = parse("30 per hour")
FAILED = "打印机没有回应，没有打印出来。请看看打印机开着没有、有没有纸，或者用手机扫码带走。"
OFTEN = "这一张刚打印过，请到打印机那里拿；还要的话请过两分钟再点。"

_OWN = re.compile(r"/(notices|services)/[0-9A-Z]{26}")

blueprint = Blueprint("printer", __name__)


class PrinterFailed(Exception):
    """Nothing was printed; the message is Chinese for whoever pressed."""


@blueprint.post("/notices/<id>/print")
def notice(id: str) -> Response:
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None or not sheets.is_printable(found):
        abort(404)
    return _printed(paper.poster(node, found, "a4"), f"notice/{id}", f"/notices/{id}")


@blueprint.post("/services/<id>/print")
def service(id: str) -> Response:
    node = current_node()
    found = guide.service(node.journal, id)
    if found is None:
        abort(404)
    return _printed(sheet(node, found), f"service/{id}", url_for("guide.service", id=id))


@blueprint.get("/printed")
def printed() -> str:
    """What became of a press of the button."""
    back = request.args.get("back", "")
    return render("board/printed.html", back=back if _OWN.fullmatch(back) else "/")


def hand_to_printer(printer: str, data: bytes, title: str) -> None:
    """Gives a PDF to CUPS. Raises PrinterFailed."""
    command = shutil.which("lp")
    if command is None:
        raise PrinterFailed(FAILED)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.pdf")
        file.write_bytes(data)
        try:
            subprocess.run(
                [command, "-d", printer, "-t", title, "-o", "media=A4", "--", str(file)],
                check=True,
                timeout=SECONDS,
                stdin=subprocess.DEVNULL,
                capture_output=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise PrinterFailed(FAILED) from error


def _printed(asked: Print, key: str, back: str) -> Response:
    node = current_node()
    if not node.config.printer:
        abort(404)
    limiter = guard.limiter
    free = not limiter.enabled or (
        limiter.limiter.test(ALL, "printer") and limiter.limiter.hit(SAME, "printer", key)
    )
    if not free:
        flash(OFTEN, "warn")
        return redirect(url_for("printer.printed", back=back), 303)
    try:
        hand_to_printer(node.config.printer, paper.made(asked), asked.title)
    except (PrinterFailed, NotPrintable) as failed:
        limiter.limiter.clear(SAME, "printer", key)
        flash(str(failed), "fault")
    else:
        limiter.limiter.hit(ALL, "printer")
        flash("正在打印，请到打印机那里拿。", "good")
    return redirect(url_for("printer.printed", back=back), 303)
