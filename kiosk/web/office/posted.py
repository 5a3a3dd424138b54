"""What this village has posted: the list, one notice with its versions, correcting, withdrawing."""

from math import ceil

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk import clock, drafts, duties
from kiosk.attachments import qr
from kiosk.drafts import commands as draft_commands
from kiosk.duties import DutyRefused
from kiosk.notices import commands
from kiosk.notices import queries as notices
from kiosk.notices.commands import NotChangeable, NotPublishable
from kiosk.notices.queries import Notice
from kiosk.rules import timeliness
from kiosk.rules.timeliness import NOTHING, duty_key
from kiosk.web import current_node, public_address
from kiosk.web.login import Page
from kiosk.web.office import prepared
from kiosk.web.office.door import blueprint, item_of

PER_PAGE = 20
STATES = {"published": "在公开", "corrected": "更正过", "withdrawn": "已撤回", "archived": "已归档"}
EVERY = 10_000


@blueprint.get("/notices")
def notice_list() -> str:
    """All own notices, the last changed first; `q` looks into titles, `state` keeps one state."""
    node = current_node()
    q = " ".join(request.args.get("q", "").split())[:40]
    state = request.args.get("state", "")
    found = [
        notice
        for notice in notices.every(node.journal, node.config.code, EVERY)
        if (state in ("", notice.state) or (state == "archived" and notice.archived))
        and all(word in notice.title.lower() for word in q.lower().split())
    ]
    pages = max(ceil(len(found) / PER_PAGE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "office/notices.html",
        notices=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        q=q,
        state=state,
        states=STATES,
        page=page,
        pages=pages,
    )


@blueprint.get("/notices/<id>")
def notice(id: str) -> str:
    node = current_node()
    found = _own(id)
    return render_template(
        "office/notice.html",
        notice=found,
        versions=notices.versions(node.journal, found),
        previous=notices.previous_period(node.journal, found),
        witnessed=node.journal.witnessed(found.stream, found.first_seq),
        change_witnessed=node.journal.witnessed(found.stream, found.last_seq),
        address=f"{public_address(node)}/n/{id}",
        qr=qr.svg,
    )


@blueprint.get("/notices/<id>/published")
def published(id: str) -> str:
    """It worked: where it can be seen now."""
    found = _own(id)
    return render_template(
        "office/published.html",
        notice=found,
        address=f"{public_address(current_node())}/n/{id}",
        qr=qr.svg,
    )


@blueprint.post("/notices/<id>/correct")
def correct(id: str) -> Response:
    """Opens the form with the notice's content: the correction begun before, or a new one."""
    node = current_node()
    found = _own(id)
    if found.body is None or found.state == "withdrawn":
        flash("这条公开已经撤回或删除，不能更正。请重新发布一条。", "fault")
        return redirect(url_for("office.notice", id=id))
    for draft in drafts.drafts(node.journal):
        if draft.values["corrects"] == id:
            return redirect(url_for("office.edit", id=draft.id))
    values = prepared.of_notice(node, found, item_of(found.item))
    made = draft_commands.begin(node.journal, values, actor=g.account.name)
    return redirect(url_for("office.edit", id=made))


@blueprint.route("/notices/<id>/withdraw", methods=["GET", "POST"])
def withdraw(id: str) -> Page:
    """Takes a notice off the board, with the reason; of an event, the event too where it was a
    mistake itself."""
    journal, found = current_node().journal, _own(id)
    reason, fault = request.form.get("reason", ""), ""
    cancels = bool(found.event) and request.form.get("event") == "cancelled"
    if request.method == "POST":
        try:
            with journal.writing():
                commands.withdraw(journal, id, actor=g.account.name, reason=reason)
                if cancels:
                    duties.cancel_event(journal, g.account.name, found.event, reason)
        except NotPublishable as refused:
            fault = "；".join(problem.message for problem in refused.problems)
        except (NotChangeable, DutyRefused) as refused:
            fault = str(refused)
        else:
            also = "这件事也取消了，乡镇可以看到。" if cancels else ""
            flash(f"已撤回。屏幕上会写明撤回和原因。{also}", "good")
            return redirect(url_for("office.notice", id=id))
    page = render_template(
        "office/withdraw.html",
        notice=found,
        reason=reason,
        fault=fault,
        cancels=cancels,
        owed=_owed_without(found),
    )
    return (page, 400) if fault else page


def _owed_without(notice: Notice) -> str:
    """What is owed again when a notice is withdrawn, in Chinese; "" where nothing is."""
    journal, today = current_node().journal, clock.today()
    key = duty_key(notice.item, notice.period, notice.event)
    others = [
        each
        for each in notices.of_item(journal, notice.village, notice.item)
        if each.id != notice.id and duty_key(each.item, each.period, each.event) == key
    ]
    for row in duties.duties(journal, notice.village, today):
        if row.duty.key == key and not others:
            state = timeliness.state(row.duty, NOTHING, today)
            return timeliness.in_words(row.duty, state, today, row.title)
    return ""


def _own(id: str) -> Notice:
    """This village's own notice; 404 where it is none."""
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None or found.stream != node.journal.own("public"):
        abort(404)
    return found
