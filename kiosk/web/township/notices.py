"""Notices of the township: one text on the screens of all its villages, and its withdrawal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import clock, screens
from kiosk.journal.log import Journal
from kiosk.notices import commands, queries
from kiosk.notices.commands import NotChangeable, NotPublishable, Problem
from kiosk.notices.queries import Notice
from kiosk.rules import privacy
from kiosk.screens import UrgencyRefused
from kiosk.sync import contacts, status
from kiosk.sync.contacts import Contact
from kiosk.villages import queries as villages
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint, page_number

PER_PAGE = 20
URGENT = "【紧急】"


@blueprint.route("/notices", methods=["GET", "POST"])
def notices() -> Page:
    """What was sent, and the form for the next one."""
    journal = current_node().journal
    faults: list[Problem] = []
    typed: dict[str, Any] = request.form.to_dict()
    if request.method == "POST":
        try:
            _publish(typed)
        except NotPublishable as refused:
            faults = refused.problems
        else:
            flash("通知已发出，各村联网后就会显示在屏幕上。", "good")
            return redirect(url_for("township.notices"))
    page = page_number()
    found = queries.every(journal, journal.code, PER_PAGE + 1, (page - 1) * PER_PAGE)
    html = render_template(
        "township/notices.html",
        found=[(each, arrivals(journal, each)) for each in found[:PER_PAGE]],
        more=len(found) > PER_PAGE,
        page=page,
        known=villages.known(journal),
        faults=faults,
        maskable=any(fault.mask for fault in faults),
        typed=typed,
        tomorrow=_tomorrow(),
    )
    return (html, 400) if faults else html


@dataclass(frozen=True)
class Arrival:
    """Whether a village holds what was sent (or its withdrawal), as it said itself."""

    code: str
    name: str
    contact: Contact | None
    arrived: bool


@blueprint.get("/notices/<id>")
def notice(id: str) -> str:
    """One notice of the township, and which villages have it."""
    journal = current_node().journal
    found = queries.notice(journal, id)
    if found is None or found.village != journal.code:
        abort(404)
    return render_template(
        "township/notice.html",
        notice=found,
        versions=queries.versions(journal, found),
        arrivals=arrivals(journal, found),
    )


def arrivals(journal: Journal, notice: Notice) -> list[Arrival]:
    """Every village, those that do not have it first."""
    heard = {each.peer: each for each in contacts.contacts(journal)}
    found = []
    for each in villages.known(journal):
        contact = heard.get(each.code)
        holds = status.sizes(contact.status if contact else {}, "holds")
        arrived = holds.get(notice.stream, 0) > notice.last_seq
        found.append(Arrival(each.code, each.name, contact, arrived))
    return sorted(found, key=lambda each: (each.arrived, each.code))


@blueprint.route("/notices/<id>/withdraw", methods=["GET", "POST"])
def withdraw(id: str) -> Page:
    """Takes a notice off every screen, with the reason."""
    journal = current_node().journal
    found = queries.notice(journal, id)
    if found is None or found.village != journal.code:
        abort(404)
    fault = ""
    if request.method == "POST":
        try:
            commands.withdraw(
                journal, id, actor=g.account.name, reason=request.form.get("reason", "")
            )
        except (NotPublishable, NotChangeable) as refused:
            fault = str(refused)
        else:
            flash("通知已撤回。", "good")
            return redirect(url_for("township.notices"))
    page = render_template(
        "township/withdraw.html",
        notice=found,
        reason=request.form.get("reason", ""),
        fault=fault,
    )
    return (page, 400) if fault else page


def _publish(typed: dict[str, Any]) -> None:
    """Raises NotPublishable. `typed` is masked in place where that was asked for."""
    if typed.get("do") == "mask":
        for name in ("title", "text"):
            typed[name] = privacy.mask(typed.get(name, ""))
    title = typed.get("title", "").strip()
    if typed.get("urgent") and title and not title.startswith(URGENT):
        title = URGENT + title
    until = _urgent_until(typed)
    id = commands.publish(
        current_node().journal,
        actor=g.account.name,
        title=title,
        content={"text": typed.get("text", "").replace("\r\n", "\n").strip()},
        contact=typed.get("contact", ""),
    )
    if until is not None:
        screens.declare_urgent(current_node().journal, id, until, actor=g.account.name)


def _urgent_until(typed: dict[str, Any]) -> datetime | None:
    """Until when the notice takes every screen over; None where it is not urgent.

    Raises NotPublishable where it has no end, or one that cannot be.
    """
    if not typed.get("urgent"):
        return None
    try:
        until = screens.urgent_until(typed.get("until") or _tomorrow())
        screens.check_urgent(until)
    except UrgencyRefused as refused:
        raise NotPublishable([Problem("紧急", str(refused), "")]) from refused
    return until


def _tomorrow() -> str:
    """This hour tomorrow, as a form's field for date and time has it."""
    return f"{clock.now().astimezone(clock.BEIJING) + timedelta(days=1):%Y-%m-%dT%H:00}"
