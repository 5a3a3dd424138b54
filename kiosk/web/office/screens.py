"""The screens at the officer's desk: how each fares and since when, what it shows and in which
hours, the code by which a browser becomes it; what is urgent; and how much they are used."""

from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk import clock, screens
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.screens import ScreenRefused, UrgencyRefused, commands, usage
from kiosk.screens.queries import SLIDES, settings
from kiosk.web import current_node, identity
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint

USAGE_DAYS = 14
NEW = {"name": "", "place": "", "on": "", "off": "", "dim": "20:00", "bright": "06:00"}
MAY_BE_URGENT = 12
"""Newest notices from which an urgent one is chosen."""


@blueprint.get("/screens")
def screen_list() -> str:
    journal = current_node().journal
    days = usage.days(journal, journal.code, USAGE_DAYS)
    return render_template(
        "office/screens.html",
        screens=screens.screens(journal),
        urgent=screens.urgent(journal, [journal.code]),
        today_used=usage.running(journal),
        days=days,
        most=_most_opened([usage.running(journal), *days]),
        pages=usage.PAGES,
        slides=SLIDES,
        address=f"{request.host_url}screen",
        here=identity.this_screen(),
    )


@blueprint.route("/screens/new", methods=["GET", "POST"], defaults={"id": ""})
@blueprint.route("/screens/<id>", methods=["GET", "POST"])
def edit_screen(id: str) -> Page:
    """Sets a screen up, or changes it."""
    journal = current_node().journal
    known = screens.screen(journal, id) if id else None
    if id and known is None:
        abort(404)
    values: dict[str, Any] = (
        settings(known) if known else {**NEW, "slides": list(SLIDES), "seconds": 15}
    )
    fault = ""
    if request.method == "POST":
        values = {**request.form.to_dict(), "slides": request.form.getlist("slides")}
        try:
            made = screens.place(
                journal,
                actor=g.account.name,
                screen=id,
                slides=values["slides"],
                seconds=_whole(values.get("seconds", "")),
                **{key: values.get(key, "") for key in NEW},
            )
        except ScreenRefused as refused:
            fault = str(refused)
        else:
            if known is None:
                return redirect(url_for("office.screen_code", id=made))
            flash(f"屏幕“{values['name'].strip()}”已改好，屏上一分钟内生效。", "good")
            return redirect(url_for("office.screen_list"))
    page = render_template(
        "office/screen.html", screen=known, values=values, slides=SLIDES, fault=fault
    )
    return (page, 400) if fault else page


@blueprint.route("/screens/<id>/code", methods=["GET", "POST"])
def screen_code(id: str) -> Page:
    """The six digits; another code at every press, and the one before is worth nothing then."""
    journal = current_node().journal
    known = screens.screen(journal, id)
    if known is None:
        abort(404)
    return render_template(
        "office/screen_code.html",
        screen=known,
        code=commands.code(journal, id) if request.method == "POST" else "",
        address=f"{request.host_url}screen",
    )


@blueprint.post("/screens/<id>/remove")
def remove_screen(id: str) -> Response:
    screens.remove(current_node().journal, id, actor=g.account.name)
    flash("这块屏幕已删除。原来的浏览器还能看公开栏，只是不再算一块屏幕。", "good")
    return redirect(url_for("office.screen_list"))


@blueprint.route("/urgent", methods=["GET", "POST"])
def urgent() -> Page:
    """One of the newest notices takes all screens over, until the moment that is given."""
    journal = current_node().journal
    chosen = request.values.get("notice", "")
    until = request.form.get("until", "") or f"{_tomorrow():%Y-%m-%dT%H:%M}"
    fault = ""
    if request.method == "POST":
        try:
            screens.declare_urgent(
                journal, chosen, screens.urgent_until(until), actor=g.account.name
            )
        except UrgencyRefused as refused:
            fault = str(refused)
        else:
            flash("已设为紧急，几秒钟内占满本村所有屏幕，到时间自动结束。", "good")
            return redirect(url_for("office.screen_list"))
    page = render_template(
        "office/urgent.html",
        notices=_choices(chosen),
        chosen=chosen,
        until=until,
        fault=fault,
    )
    return (page, 400) if fault else page


@blueprint.post("/urgent/<id>/end")
def end_urgent(id: str) -> Response:
    try:
        screens.end_urgent(current_node().journal, id, actor=g.account.name)
    except UrgencyRefused as refused:
        flash(str(refused), "fault")
    else:
        flash("已结束，屏幕恢复轮播。", "good")
    return redirect(url_for("office.screen_list"))


def _choices(chosen: str) -> list[Notice]:
    journal = current_node().journal
    found = [
        each
        for each in notices.newest(journal, journal.code, None, MAY_BE_URGENT)
        if not each.historic
    ]
    if chosen and all(each.id != chosen for each in found):
        other = notices.notice(journal, chosen)
        if other is not None and other.village == journal.code and other.state != "withdrawn":
            found.insert(0, other)
    return found


def _most_opened(days: list[usage.Usage]) -> list[tuple[Notice, int]]:
    """The notices opened most on these days, by hand, with how often."""
    sums: dict[str, int] = {}
    for day in days:
        for id, number in day.notices.items():
            sums[id] = sums.get(id, 0) + number
    journal = current_node().journal
    ranked = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    found = ((notices.notice(journal, id), number) for id, number in ranked)
    return [(each, number) for each, number in found if each is not None]


def _tomorrow() -> datetime:
    now = clock.now().astimezone(clock.BEIJING)
    return (now + timedelta(days=1)).replace(minute=0)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
