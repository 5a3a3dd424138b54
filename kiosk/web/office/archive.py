"""Taking an older board over: a list and a zip of its files become historic notices.

What was uploaded lies in the node's folder until it was taken. Every press of 继续 (the page's
script presses by itself) takes for some seconds and tells how far it is, so that no request is long
and nothing is lost when one is cut off: what was taken is taken, and running on doubles nothing.
"""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from flask import Response as Answer
from flask import flash, g, redirect, render_template, request, url_for

from kiosk.archive import commands, listing, report, sources
from kiosk.archive.commands import Outcome
from kiosk.archive.listing import Candidate
from kiosk.archive.matching import item_for
from kiosk.attachments import FileRefused, grids
from kiosk.duties import queries as duties
from kiosk.web import current_node, sheets
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint

SECONDS_AT_ONCE = 6.0
SHOWN = 200

_PACKED, _LIST, _TOLD = "files.zip", "list.xlsx", "outcomes.jsonl"


@blueprint.route("/archive", methods=["GET", "POST"])
def archive() -> Page:
    """Where an archive is uploaded; POST keeps it and goes on to what was recognised."""
    if request.method == "GET":
        return render_template("office/archive.html", waiting=(_folder() / _PACKED).exists())
    packed, listed = request.files.get("files"), request.files.get("list")
    _forget()
    if packed is None or not packed.filename:
        flash("还没有选压缩包。请把旧公示栏的文件压缩成一个 .zip，再上传。", "fault")
        return redirect(url_for("office.archive"))
    _folder().mkdir(exist_ok=True)
    packed.save(_folder() / _PACKED)
    if listed is not None and listed.filename:
        listed.save(_folder() / _LIST)
    try:
        with _opened():
            pass
    except FileRefused as refused:
        _forget()
        flash(str(refused), "fault")
        return redirect(url_for("office.archive"))
    return redirect(url_for("office.archive_plan"))


@blueprint.get("/archive/plan")
def archive_plan() -> Page:
    """What was recognised: where each would go, and what somebody has to say first."""
    node = current_node()
    try:
        with _opened() as (_, candidates):
            known = duties.catalogue(node.journal)
            unclear = commands.unclear(node, candidates, {})
            rows = [
                (it, None if it.refused else item_for(known, it.title, it.column))
                for it in candidates
            ]
    except FileRefused as refused:
        flash(str(refused), "fault")
        return redirect(url_for("office.archive"))
    return render_template(
        "office/archive_plan.html",
        rows=rows[:SHOWN],
        total=len(rows),
        pictures=sum(
            name.lower().endswith(tuple(listing.PICTURES)) for it, _ in rows for name in it.files
        ),
        unclear=unclear,
        items=list(known.items.values()),
    )


@blueprint.post("/archive/take")
def archive_take() -> Page:
    """Takes for some seconds and says how far it is; after the last, what became of all."""
    node = current_node()
    at = max(request.form.get("at", 0, type=int), 0)
    columns = request.form.getlist("column")
    items = request.form.getlist("item")
    mapping = {column: item for column, item in zip(columns, items, strict=False) if item}
    seen = "seen" in request.form
    if at == 0:
        (_folder() / _TOLD).unlink(missing_ok=True)
    try:
        with _opened() as (source, candidates):
            until = time.monotonic() + SECONDS_AT_ONCE
            taking = commands.take(
                node,
                source,
                candidates[at:],
                actor=g.account.name,
                mapping=mapping,
                pictures_seen=seen,
            )
            with (_folder() / _TOLD).open("a", encoding="utf-8") as told:
                for outcome in taking:
                    at += 1
                    told.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
                    if time.monotonic() > until:
                        break
            total = len(candidates)
    except FileRefused as refused:
        flash(str(refused), "fault")
        return redirect(url_for("office.archive"))
    if at >= total:
        (_folder() / _PACKED).unlink(missing_ok=True)
        (_folder() / _LIST).unlink(missing_ok=True)
        return redirect(url_for("office.archive_report"))
    return render_template(
        "office/archive_going.html", at=at, total=total, mapping=mapping, seen=seen
    )


@blueprint.get("/archive/report")
def archive_report() -> Page:
    """What became of the last import."""
    outcomes = _told()
    return render_template(
        "office/archive_report.html",
        words=report.in_words(outcomes),
        refused=[it for it in outcomes if it.status == commands.NOT_TAKEN][:SHOWN],
        taken=[it for it in outcomes if it.status == commands.TAKEN][:SHOWN],
    )


@blueprint.get("/archive/report.csv")
def archive_report_csv() -> Answer:
    """The same as a table."""
    data = sheets.csv_file(report.COLUMNS, report.rows(_told()))
    answer = Answer(data, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="import-report.csv"'
    return answer


def _folder() -> Path:
    return current_node().config.dir / "archive-upload"


def _forget() -> None:
    shutil.rmtree(_folder(), ignore_errors=True)


@contextmanager
def _opened() -> Iterator[tuple[sources.Zip, list[Candidate]]]:
    """The uploaded files and what may become of them. Raises FileRefused."""
    path = _folder() / _PACKED
    if not path.exists():
        raise FileRefused("还没有上传压缩包，或者已经导入完了。")
    source = sources.Zip(path)
    try:
        listed = _folder() / _LIST
        if not listed.exists():
            yield source, listing.from_folders(source)
            return
        data = listed.read_bytes()
        grids.check_size(data)
        yield source, listing.from_list(data, "清单.xlsx", source)
    finally:
        source.close()


def _told() -> list[Outcome]:
    try:
        lines = (_folder() / _TOLD).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [Outcome(**json.loads(line)) for line in lines]
