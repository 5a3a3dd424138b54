"""One village: its duties with their dates, its feedback and orders; and one duty, where a
supervisor excuses it, rejects a declaration that there was nothing, or sends an order."""

from datetime import date, timedelta
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import clock, screens, supervision
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.duties.commands import DutyRefused
from kiosk.duties.queries import DutyRow
from kiosk.feedback import queries as feedback
from kiosk.notices import queries as notices
from kiosk.notices.expiry import running_out
from kiosk.rules.calendar import add_working_days
from kiosk.rules.timeliness import LATE
from kiosk.screens import Told
from kiosk.supervision.commands import OrderRefused
from kiosk.sync import contacts, forks
from kiosk.sync.contacts import Contact
from kiosk.villages import queries as villages
from kiosk.web import current_node
from kiosk.web.formats import as_moment
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint, known_village
from kiosk.web.township.orders import ORDER_DAYS, send_typed
from kiosk.web.township.overview import STATE_WORDS, gap_words, line_of, witnessed_of

CLOCK_WRONG = 120
"""Seconds by which a village's clock may differ before one is told so."""

LOW_DISK = 1 << 30
"""Bytes free on a village's disk below which one is told so."""

OLD_BACKUP = timedelta(days=31)
MANY_WAITING = 20
"""Entries and attachments on their way that are more than a moment's work."""


@blueprint.get("/villages/<code>")
def village(code: str) -> str:
    journal = current_node().journal
    known = known_village(code)
    contact = contacts.last_contact(journal, code)
    today = clock.today()
    rows = duties.duties(journal, code, today)
    years = sorted({row.duty.due.year for row in rows}, reverse=True)
    year = request.args.get("year", today.year, type=int)
    pressing = [row for row in rows if row.state in LATE or row.state == "due"]
    past = [
        row
        for row in reversed(rows)
        if row not in pressing and row.duty.due.year == year and row.state != "upcoming"
    ]
    return render_template(
        "township/village.html",
        village=known,
        described=villages.village(journal, code),
        told=_told(contact),
        forks=forks.forks(journal, code),
        screens=screens.told(journal, code, contact.status if contact else None),
        line=line_of(journal, code, known.name, feedback.open_for(journal, code), today),
        pressing=sorted(
            pressing, key=lambda row: (row.state not in LATE, row.duty.due, row.duty.key)
        ),
        others=[row for row in past if row.state != "met" or row.late_arrival],
        in_time=[row for row in past if row.state == "met" and not row.late_arrival],
        upcoming=[row for row in rows if row.state == "upcoming"][:20],
        witnessed=lambda row: witnessed_of(journal, row),
        gap=gap_words,
        words=STATE_WORDS,
        year=year,
        years=years,
        feedback=feedback.of_village(journal, code, 20),
        orders=supervision.orders(journal, code)[:20],
        newest=notices.newest(journal, code, None, 5),
        running_out=running_out(journal, code, today),
    )


@blueprint.route("/villages/<code>/duty", methods=["GET", "POST"])
def duty(code: str) -> Page:
    """One duty (`?key=`), and what can be done about it."""
    journal = current_node().journal
    known = known_village(code)
    row = _duty(code, request.values.get("key", ""))
    typed, fault = request.form, ""
    if request.method == "POST":
        try:
            flash(_done(row, typed), "good")
        except (DutyRefused, OrderRefused) as refused:
            fault = str(refused)
        else:
            return redirect(url_for("township.duty", code=code, key=row.duty.key))
    page = render_template(
        "township/duty.html",
        village=known,
        row=row,
        notice=notices.notice(journal, row.notice_id) if row.notice_id else None,
        witnessed=witnessed_of(journal, row),
        gap=gap_words,
        words=STATE_WORDS,
        orders=supervision.about(journal, row.duty.key, code),
        until=add_working_days(clock.today(), ORDER_DAYS),
        draft=_order_text(row),
        grace_until=row.duty.escalates - timedelta(days=1),
        typed=typed,
        fault=fault,
    )
    return (page, 400) if fault else page


def _told(contact: Contact | None) -> list[tuple[str, str]]:
    """What a village's machine last said of itself, in words. It may have said anything."""
    said = contact.status if contact else {}

    def number(name: str) -> int:
        found = said.get(name)
        return found if isinstance(found, int) else 0

    found = []
    if isinstance(carried := said.get("carried"), str):
        found.append(("传来方式", f"U 盘，{_moment(carried)} 导出"))
    if isinstance(version := said.get("version"), str):
        found.append(("程序版本", version))
    if isinstance(free := said.get("disk_free"), int):
        low = "，快满了，请村里清理" if free < LOW_DISK else ""
        found.append(("剩余空间", f"{free / 2**30:.1f} GB{low}"))
    if number("queue") or number("attachments"):
        found.append(
            ("还没传来", f"{number('queue')} 条记录、{number('attachments')} 个附件，联网后自动传")
        )
    if abs(offset := number("offset")) > CLOCK_WRONG:
        found.append(("时钟", f"与镇里相差 {abs(offset) // 60} 分钟，请村里校准"))
    elif (behind := number("behind")) > CLOCK_WRONG:
        found.append(("时钟", f"比村里自己的记录还早 {behind // 60} 分钟，请村里校准"))
    if isinstance(said.get("backup"), str):
        found.append(("上次备份", _moment(said["backup"]) or "没有备份过"))
    if isinstance(said.get("stopped"), dict) and said["stopped"]:
        found.append(("发布", "暂停：记录要先核对或恢复"))
    troubles = said.get("troubles")
    found += [("问题", str(each)) for each in (troubles if isinstance(troubles, list) else ())]
    return found


def concerns(contact: Contact | None, screens: list[Told]) -> list[str]:
    """What of a village's machine needs somebody, in few words, as it last said."""
    said = contact.status if contact else {}

    def number(name: str) -> int:
        found = said.get(name)
        return found if isinstance(found, int) else 0

    found = []
    if isinstance(said.get("stopped"), dict) and said["stopped"]:
        found.append("暂停发布")
    if isinstance(free := said.get("disk_free"), int) and free < LOW_DISK:
        found.append("磁盘快满")
    if abs(number("offset")) > CLOCK_WRONG or number("behind") > CLOCK_WRONG:
        found.append("时钟不准")
    if number("queue") + number("attachments") > MANY_WAITING:
        found.append(f"还没传完 {number('queue')} 条、{number('attachments')} 个附件")
    if troubled := [each for each in screens if each.trouble]:
        found.append(f"{len(troubled)} 块屏有问题")
    if isinstance(said.get("backup"), str) and _is_old(said["backup"]):
        found.append("一个月没有备份" if said["backup"] else "没有备份过")
    return found


def _is_old(backup: str) -> bool:
    try:
        return clock.now() - as_moment(backup) > OLD_BACKUP
    except (OverflowError, ValueError):
        return True


def _moment(stamp: str) -> str:
    """A time that a village told, as people read it; "" where it is none."""
    try:
        return f"{as_moment(stamp):%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError):
        return ""


def _done(row: DutyRow, typed: Any) -> str:
    """Does what the button said; what to tell the supervisor."""
    journal, actor = current_node().journal, g.account.name
    about = (row.village, row.item.id, row.duty.period, typed.get("reason", ""))
    match typed.get("do"):
        case "excuse":
            duty_commands.excuse(journal, actor, *about, event=row.duty.event)
            return "已同意免公开，村里会看到理由。"
        case "reject":
            duty_commands.reject_none(journal, actor, *about, event=row.duty.event)
            return f"{'取消' if row.cancelled else '零报告'}已退回，这一项重新计算时限。"
        case "order":
            send_typed(row.village, row.duty.key, typed)
            return "督办已发出，村里联网后就能看到。"
    abort(400)


def _duty(code: str, key: str) -> DutyRow:
    for row in duties.duties(current_node().journal, code, clock.today()):
        if row.duty.key == key:
            return row
    abort(404)


def _order_text(row: DutyRow) -> str:
    by = _day(add_working_days(clock.today(), ORDER_DAYS))
    if row.state == "stale":
        return f"“{row.subject}”该重新确认了。请核对屏幕上的内容，在{by}前确认或更正。"
    if row.state in LATE:
        return f"“{row.subject}”已逾期 {row.days_late} 天。请在{by}前公开，并回复办理情况。"
    return f"关于“{row.subject}”：请在{by}前回复。"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
