"""Disclosure on request (依申请公开) at the desk: the register with its clocks, entering what came
on paper, and one request, step by step, with its letters.

Who asks is shown at the press of a button only, and that goes on record.
"""

import io
from datetime import date
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock
from kiosk.feedback.token import new_token
from kiosk.reports.annual import organ
from kiosk.requests import commands, letters, queries
from kiosk.requests.commands import RequestRefused
from kiosk.requests.queries import Applicant, Request
from kiosk.rules import annual
from kiosk.rules import requests as rules
from kiosk.rules.calendar import add_working_days
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CORRECTION_DAYS = 15
"""Working days that the form suggests for a correction; 第三十条 wants a reasonable term."""

ON_PAPER = tuple(channel for channel in rules.CHANNELS if channel != "network")


@blueprint.get("/requests")
def requests() -> str:
    """What is open, what presses most ahead; or the register of a year (`?year=`)."""
    journal = current_node().journal
    year = request.args.get("year", type=int)
    open_ones = queries.open_requests(journal)
    return render_template(
        "township/requests.html",
        found=open_ones if year is None else queries.requests(journal, year),
        open_count=len(open_ones),
        late=sum((each.days_left or 0) < 0 for each in open_ones if each.open),
        year=year,
        years=queries.years(journal),
    )


@blueprint.route("/requests/new", methods=["GET", "POST"])
def new_request() -> Page:
    """Enters a request that came on paper, by fax or in person."""
    typed = request.form
    fault = ""
    if request.method == "POST":
        try:
            id, _ = commands.receive(
                current_node().journal,
                applicant=typed.get("applicant", ""),
                name=typed.get("name", ""),
                about=typed.get("about", ""),
                channel=typed.get("channel", ""),
                arrived=_day(typed, "arrived"),
                wanted=typed.get("wanted", ""),
                identity=typed.get("identity", ""),
                phone=typed.get("phone", ""),
                email=typed.get("email", ""),
                address=typed.get("address", ""),
                token=typed.get("token"),
                actor=g.account.name,
            )
        except RequestRefused as refused:
            fault = str(refused)
        else:
            flash("已登记。", "good")
            return redirect(url_for("township.request_", id=id))
    page = render_template(
        "township/request_new.html",
        applicants=rules.APPLICANTS,
        channels={each: rules.CHANNELS[each] for each in ON_PAPER},
        wanted=commands.WANTED,
        token=typed.get("token") or new_token(),
        typed=typed,
        fault=fault,
    )
    return (page, 400) if fault else page


@blueprint.route("/requests/<id>", methods=["GET", "POST"], endpoint="request_")
def one_request(id: str) -> Page:
    """One request: its course, the step that is due, and its letters."""
    found = _known(id)
    typed, fault = request.form, ""
    if request.method == "POST":
        try:
            flash(_done(found, typed), "good")
        except RequestRefused as refused:
            fault = str(refused)
        else:
            return redirect(url_for("township.request_", id=id))
    page = _page(found, typed=typed, fault=fault)
    return (page, 400) if fault else page


@blueprint.post("/requests/<id>/applicant")
def request_applicant(id: str) -> str:
    """The same page with who asks on it; on record."""
    found = _known(id)
    shown = commands.look_at(current_node().journal, found.id, "在网页上查看", actor=g.account.name)
    return _page(found, applicant=shown)


@blueprint.post("/requests/<id>/letters/<which>")
def request_letter(id: str, which: str) -> BaseResponse:
    """A letter to be printed; it bears who asks, so it is on record."""
    node, found = current_node(), _known(id)
    titles = dict(letters.available(found))
    if which not in titles:
        abort(404)
    needs = not which.startswith("opinion")
    shown = None
    if needs:
        what = f"下载{titles[which]}"
        shown = commands.look_at(node.journal, found.id, what, actor=g.account.name)
    above = node.config.upstream.name if node.config.upstream else ""
    whose = organ(node.config.name)
    letter = letters.words(
        found, shown, which, organ=whose, above=organ(above) if above else "上一级人民政府"
    )
    if letter is None:
        abort(404)
    return send_file(
        io.BytesIO(letters.as_docx(letter, whose)),
        mimetype=DOCX,
        as_attachment=True,
        download_name=f"{found.number}{titles[which]}.docx",
    )


def _known(id: str) -> Request:
    found = queries.request(current_node().journal, id)
    if found is None:
        abort(404)
    return found


def _page(
    found: Request,
    *,
    applicant: Applicant | None = None,
    typed: Any = None,
    fault: str = "",
) -> str:
    return render_template(
        "township/request.html",
        each=found,
        applicant=applicant,
        looks=queries.looks(current_node().journal, found.id),
        letters=letters.available(found),
        outcomes=rules.outcomes().values(),
        contests=annual.CONTESTS,
        results=annual.RESULTS,
        ways=commands.WAYS,
        may_demand=not rules.why_not_demand(found.course, clock.today()),
        may_extend=not rules.why_not_extend(found.course, clock.today(), 1),
        correct_by=add_working_days(clock.today(), CORRECTION_DAYS),
        typed=MultiDict() if typed is None else typed,
        fault=fault,
    )


def _done(found: Request, typed: Any) -> str:
    """Does what the button said; what to tell."""
    journal = current_node().journal
    about: dict[str, Any] = {"on": _day(typed, "on"), "actor": g.account.name}

    def said(name: str) -> str:
        return str(typed.get(name, ""))

    match typed.get("do"):
        case "confirm":
            commands.confirm(journal, found.id, **about)
            return "已确认收到，期限从确认之日起算。"
        case "demand":
            until = _day(typed, "until")
            if until is None:
                raise RequestRefused("请填写补正期限。")
            commands.demand_correction(journal, found.id, what=said("what"), until=until, **about)
            return "已登记补正告知。请下载补正通知书，盖章后送达。"
        case "correct":
            commands.correct(journal, found.id, about=said("about"), **about)
            return "已登记补正，答复期限从收到补正之日重新起算。"
        case "extend":
            commands.extend(
                journal,
                found.id,
                days=typed.get("days", 0, type=int),
                approved_by=said("approved_by"),
                reason=said("reason"),
                **about,
            )
            return "已延期。请下载延期答复告知书，送达申请人。"
        case "ask":
            commands.ask_opinion(journal, found.id, whom=said("whom"), what=said("what"), **about)
            return "已登记征求意见，从送达之日起暂停计算期限。"
        case "opinion":
            if said("agrees") not in ("yes", "no"):
                raise RequestRefused("请选择是否同意公开。")
            commands.give_opinion(
                journal,
                found.id,
                opinion=said("opinion"),
                agrees=said("agrees") == "yes",
                text=said("text"),
                **about,
            )
            return "已登记回复，期限继续计算。"
        case "decide":
            outcome, _, reason = said("outcome").partition("/")
            commands.decide(
                journal, found.id, outcome=outcome, reason=reason, text=said("text"), **about
            )
            return "已登记处理结果。请下载文书，盖章后送达。"
        case "deliver":
            commands.deliver(journal, found.id, way=said("way"), **about)
            return "已登记送达，这件申请办结。"
        case "contest":
            commands.contest(journal, found.id, kind=said("kind"), body=said("body"), **about)
            return "已登记。"
        case "settle":
            commands.settle(
                journal,
                found.id,
                contest=said("contest"),
                result=said("result"),
                text=said("text"),
                **about,
            )
            return "已登记审结。"
        case "forget":
            commands.forget(journal, found.id, reason=said("reason"), actor=g.account.name)
            return "申请人的信息已经删除，取不回来。"
    abort(400)


def _day(typed: Any, name: str) -> date | None:
    """A date of the form; None where it is left out. Raises RequestRefused."""
    text = typed.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise RequestRefused("日期要像 2026-03-02 这样填。") from None
