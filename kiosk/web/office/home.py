"""What an officer sees first: what is late, what is due, who waits for an answer, how sync stands;
and what can be said of a duty without publishing: nothing to report, still right."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kiosk import clock, drafts, screens
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.duties.commands import DutyRefused
from kiosk.duties.queries import DutyRow
from kiosk.feedback import queries as feedback
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.expiry import running_out
from kiosk.reviews import queries
from kiosk.rules.catalogue import AFFAIRS
from kiosk.rules.timeliness import LATE
from kiosk.sync import client, contacts
from kiosk.web import current_node
from kiosk.web.formats import ago
from kiosk.web.login import Page
from kiosk.web.office import prepared, reviews
from kiosk.web.office.door import blueprint

FIRST_LINES = 8
QUIET_FOR = timedelta(minutes=10)
"""Without contact for longer than this, one is told so."""

CLOCK_WRONG = timedelta(minutes=2)
REASONS = ("本期没有发生这类事项", "本期没有收支", "没有符合条件的对象")


@dataclass(frozen=True)
class SyncLine:
    """How sync stands, in one line; `state` "good", "warn" or "fault"."""

    state: str
    words: str


@blueprint.get("/")
def home() -> str:
    node = current_node()
    journal, code = node.journal, node.config.code
    pressing = duties.late_and_due(journal, code, clock.today())
    return render_template(
        "office/home.html",
        late=[row for row in pressing if row.state in LATE],
        due=[row for row in pressing if row.state not in LATE],
        running_out=running_out(journal, code, clock.today()),
        first_lines=FIRST_LINES,
        drafts=[each for each in drafts.drafts(journal) if reviews.open_review(each) is None],
        settled=prepared.settled(node),
        reviewed=queries.unpublished(journal, code),
        obstacle=reviews.obstacle,
        ready=reviews.ready,
        results=notices.awaiting_result(journal, code, clock.today()),
        waiting=feedback.open_for(journal, code),
        recent=notices.every(journal, code, 5),
        sync=sync_line(node),
        warnings=warnings(node),
        dark=[each for each in screens.screens(journal) if not each.alive],
    )


@blueprint.post("/screens/<id>/forget")
def forget_screen(id: str) -> Response:
    """A screen that is no more: a browser that was tried out, or one that was replaced."""
    screens.forget(current_node().journal, id)
    flash("已经忘记这块屏幕；它再打开时会自己重新出现。", "good")
    return redirect(url_for("office.home"))


@blueprint.get("/new")
def new() -> str:
    """Which affair, then which item of it."""
    affairs = request.args.get("affairs", "")
    journal = current_node().journal
    items = [
        item
        for item in duties.catalogue(journal).items_on(clock.today())
        if item.affairs == affairs
    ]
    return render_template(
        "office/new.html", affairs=affairs if affairs in AFFAIRS else "", items=items
    )


@blueprint.route("/none", methods=["GET", "POST"])
def declare_none() -> Page:
    """Nothing to report for a duty (零报告), with a reason."""
    row = _duty(request.values)
    fault = ""
    if request.method == "POST":
        reason = request.form.get("other", "").strip() or request.form.get("reason", "")
        try:
            duty_commands.declare_none(
                current_node().journal,
                g.account.name,
                row.duty.item,
                row.duty.period,
                reason,
                event=row.duty.event,
            )
        except DutyRefused as refused:
            fault = str(refused)
        else:
            flash(f"{row.subject}：已作零报告，乡镇可以看到。", "good")
            return redirect(url_for("office.home"))
    page = render_template("office/none.html", row=row, reasons=REASONS, fault=fault)
    return (page, 400) if fault else page


@blueprint.post("/confirm")
def confirm() -> Response:
    """A standing item's notice is still right."""
    row = _duty(request.form)
    try:
        duty_commands.confirm(current_node().journal, g.account.name, row.duty.item)
    except DutyRefused as refused:
        flash(str(refused), "fault")
    else:
        flash(f"{row.subject}：已确认内容没有变化。", "good")
    return redirect(url_for("office.home"))


def sync_line(node: Node) -> SyncLine:
    """How this node stands with its township, in plain words."""
    up = client.upstream(node)
    if up is None:
        return SyncLine("warn", "本机还没有接入乡镇，内容只在本村的屏幕上显示。")
    contact = contacts.last_contact(node.journal, up.code)
    if contact is None or contact.last_attempt is None:
        return SyncLine("warn", f"还没有和{up.name}联系过，内容已保存在本机，联上后自动上传。")
    last = contact.last_success
    since = f"上次同步：{ago(last)}" if last else "还没有同步成功过"
    if contact.failures or last is None or clock.now() - last > QUIET_FOR:
        return SyncLine("fault", f"网络不通，内容已保存在本机，恢复后自动上传（{since}）。")
    own = node.journal.own("public")
    if node.journal.size(own) > (node.journal.cosigned_size(own) or 0):
        return SyncLine("warn", f"正在上传到{up.name}（{since}）。")
    return SyncLine("good", f"已同步到{up.name}：{ago(last)}。")


def warnings(node: Node) -> list[str]:
    """What needs a person: two histories of one stream, a wrong clock, sync that is refused."""
    found = []
    own = f"{node.config.code}/"
    if any(fork["stream"].startswith(own) for fork in node.journal.forks()):
        found.append(
            "乡镇保存的记录和本机的不一样（可能恢复过旧备份，或复制过硬盘）。"
            "请联系乡镇处理，不要自行重装。"
        )
    up = client.upstream(node)
    contact = contacts.last_contact(node.journal, up.code) if up else None
    offset = timedelta(seconds=contact.status.get("offset", 0) if contact else 0)
    if abs(offset) > CLOCK_WRONG:
        minutes = int(abs(offset).total_seconds() // 60)
        way = "慢" if offset > timedelta(0) else "快"
        found.append(f"本机的时钟{way}了约 {minutes} 分钟，请在系统设置里校准时间。")
    return found


def _duty(given: Any) -> DutyRow:
    """The duty that a request names by item, period and event; 404 where it is none."""
    node = current_node()
    wanted = tuple(given.get(name, "") for name in ("item", "period", "event"))
    for row in duties.duties(node.journal, node.config.code, clock.today()):
        if (row.duty.item, row.duty.period, row.duty.event) == wanted:
            return row
    abort(404)
