"""The annual report at the desk: the year's draft with what is wrong or missing in it, the numbers
that are entered by hand, parts one, five and six in own words, and the file."""

import io

from flask import abort, flash, g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock
from kiosk.reports import entered, writing
from kiosk.reports.annual import Report, annual_report
from kiosk.reports.drafting import shown
from kiosk.reports.entered import EntryRefused
from kiosk.reports.layout import grids
from kiosk.rules.annual import YearUnknown
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint

TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
    ".json": "application/json",
}
SOURCES_SHOWN = 500


@blueprint.route("/annual", methods=["GET", "POST"])
def annual() -> Page:
    """A year's report as it stands (`?year=`, the last one by default, which is to be published in
    January); what is entered or written here is saved with its author."""
    node, year = current_node(), _year()
    fault = ""
    if request.method == "POST":
        try:
            flash(_saved(year), "good")
        except (EntryRefused, YearUnknown) as refused:
            fault = str(refused)
        else:
            part = request.form.get("part", "")
            anchor = f"part-{part}" if part else "figures"
            return redirect(url_for("township.annual", year=year, _anchor=anchor))
    report = _report(year)
    held = entered.figures(node.journal, year)
    page = render_template(
        "township/annual.html",
        report=report,
        grids=grids(report),
        wrong={place for each in report.faults for place in (each.cell, *each.cells)},
        cells=entered.cells(year),
        by_hand=entered.BY_HAND,
        held=held,
        value=_value,
        shown=shown,
        years=entered.years(node.config.began.year - 1),
        typed=request.form,
        fault=fault,
    )
    return (page, 400) if fault else page


@blueprint.get("/annual/figure")
def annual_figure() -> str:
    """What is behind one number of a year's report: `?year=` and its `id`."""
    report = _report(_year())
    figure = request.args.get("id", "")
    if figure not in report.figures:
        abort(404)
    found = report.figures[figure]
    return render_template(
        "township/annual_figure.html",
        report=report,
        figure=found,
        sources=found.sources[:SOURCES_SHOWN],
        shown=shown,
    )


@blueprint.get("/annual/report<ending>")
def annual_file(ending: str) -> BaseResponse:
    """A year's report (`?year=`) as a file, by its ending."""
    if ending not in TYPES:
        abort(404)
    report = _report(_year())
    return send_file(
        io.BytesIO(writing.written(report, ending)),
        mimetype=TYPES[ending],
        as_attachment=True,
        download_name=f"{report.title}{ending}",
    )


def _year() -> int:
    return request.args.get("year", clock.today().year - 1, type=int)


def _report(year: int) -> Report:
    node = current_node()
    try:
        return annual_report(node.journal, node.config, year)
    except YearUnknown:
        abort(404)


def _saved(year: int) -> str:
    """Saves a part's words, or all the figures that were typed; what to tell."""
    journal, typed = current_node().journal, request.form
    part = typed.get("part", "")
    if part:
        text = "" if typed.get("do") == "draft" else typed.get("text", "")
        entered.write(journal, year, part, text, actor=g.account.name)
        return "已恢复自动草稿。" if not text else "这一部分已保存。"
    values = {
        figure: entered.parsed(year, figure, typed[f"figure {figure}"])
        for figure in (*entered.cells(year), *entered.BY_HAND)
        if typed.get(f"figure {figure}", "").strip()
    }
    with journal.writing():
        for figure, value in values.items():
            source = typed.get(f"source {figure}", "")
            entered.enter(journal, year, figure, value, source=source, actor=g.account.name)
    return f"已保存 {len(values)} 个数。"


def _value(figure: str, value: int) -> str:
    """A number as it is typed: money in the unit that the form prints."""
    if not entered.is_money(figure):
        return str(value)
    unit = 1_000_000 if figure.endswith("（万元）") else 100
    return f"{value / unit:.6f}".rstrip("0").rstrip(".")
