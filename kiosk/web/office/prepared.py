"""A draft's two ends: what a new one already knows, and the notice's body that it makes.

A draft starts with what is on file: the last period's closing balance, the village's public
telephone. It ends as the content of a notice with the faults that keep it
from the board, each at its place in the form.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk import clock, drafts
from kiosk.duties import queries as duties
from kiosk.node import Node
from kiosk.notices import commands
from kiosk.notices import queries as notices
from kiosk.notices.commands import Problem
from kiosk.notices.queries import Notice
from kiosk.rules import privacy
from kiosk.rules.calendar import Period
from kiosk.rules.catalogue import Item
from kiosk.rules.timeliness import LATE, duty_key
from kiosk.web.office import contents, forms
from kiosk.web.office.contents import Content, Fault
from kiosk.web.office.forms import Values

SETTLED = ("met", "met_late", "declared_none", "excused")
KEYS_OF_CONTACT = ("supervision_phone", "office_phone", "report_phone")


@dataclass(frozen=True)
class Prepared:
    """The content that a draft makes, what keeps it from the board (nothing: it may go), and what
    should be looked at once more."""

    content: dict[str, Any]
    faults: list[Fault]
    warnings: list[Fault]


def begun(node: Node, item: Item, period: str, event: str) -> Values:
    """The values of a new draft for an item, its period or event, with what is known filled in."""
    title = next(
        (each.title for each in duties.events(node.journal, node.config.code) if each.id == event),
        "",
    )
    known = duties.forms(node.journal)
    values = forms.blank(
        item,
        known[commands.form_of(item, known)],
        period=period or _wanted_period(node, item),
        event=event,
        title=f"{item.title}：{title}" if title else "",
        contact=public_contact(node),
    )
    return with_opening(node, values)


def of_notice(node: Node, notice: Notice, item: Item) -> Values:
    """The values of a draft that is to correct a notice; `notice.body` must be there."""
    body = notice.body
    assert body is not None
    known = duties.forms(node.journal)
    form = known.get(notice.form) or known[commands.PLAIN]
    values = forms.blank(
        item,
        form,
        period=notice.period,
        event=notice.event,
        title=notice.title,
        contact=notice.contact,
    )
    return {
        **values,
        "form": notice.form,
        "photos": [dict(photo) for photo in body["attachments"]],
        "fields": contents.fields_of(body["content"], form, item.id),
        "corrects": notice.id,
    }


def with_opening(node: Node, values: Values, before: str | None = None) -> Values:
    """The values with the last period's closing as the opening, unless another one was typed.

    `before` is the period that the form had until now: its own opening gives way.
    """
    fields = values["fields"]
    if "opening" not in fields:
        return values
    old = "" if before is None else _closing_before(node, values, before)
    if fields["opening"] not in ("", old):
        return values
    found = _closing_before(node, values, values["period"])
    return {**values, "fields": {**fields, "opening": found or fields["opening"]}}


def previous(node: Node, values: Values) -> Notice | None:
    """The item's notice of the period before, in the same form; None without one."""
    return notices.before(
        node.journal, node.config.code, values["item"], values["period"], values["form"]
    )


def standing(node: Node, values: Values) -> Notice | None:
    """What stands on the board already for the same item and period (or event), or None."""
    if values["corrects"] or not (values["period"] or values["event"]):
        return None
    for notice in notices.of_item(node.journal, node.config.code, values["item"]):
        if (notice.period, notice.event) == (values["period"], values["event"]):
            return notice
    return None


def settled(node: Node) -> dict[str, str]:
    """The drafts (by id) whose duty was met or declared otherwise, with how, in Chinese: they may
    be thrown away."""
    rows = {
        row.duty.key: row
        for row in duties.duties(node.journal, node.config.code, clock.today())
        if row.state in SETTLED
    }
    found = {}
    for draft in drafts.drafts(node.journal):
        values = draft.values
        row = rows.get(duty_key(values["item"], values["period"], values["event"]))
        if row and not (values["corrects"] or values.get("result_of") or values.get("again")):
            found[draft.id] = row.words
    return found


def prepared(node: Node, item: Item, values: Values) -> Prepared:
    """What a draft would publish, and every fault in it."""
    today = clock.today()
    form = forms.definition(node, values)
    read = contents.content_of(values, form)
    faults = [*_faults_of_head(item, values, today), *read.faults]
    if not values.get("again") and standing(node, values) is not None:
        faults.insert(
            0, Fault("again", "已经公开过一条。要改它请用“更正”；真要再发一条，请在上面打勾。")
        )
    before = previous(node, values)
    earlier = None if before is None else before.content
    history = commands.year_so_far(node.journal, item.id, values["period"], form)
    found = commands.problems(
        values["title"],
        form,
        read.content,
        item=item.id,
        period=values["period"] if item.periodic and not values.get("result_of") else "",
        attachments=values["photos"],
        contact=values["contact"],
        previous=earlier,
        history=history,
    )
    if values.get("unmasked"):
        found = [it for it in found if it.kind in commands.NOT_PERSONAL]
    # A sum over what could not be read says nothing new.
    unread = bool(read.faults)
    told = {fault.place for fault in faults}
    for problem in found:
        fault = _fault(problem, values, read)
        if not (problem.kind == "sum" and unread) and fault.place not in told:
            faults.append(fault)
    doubts = commands.warnings(form, read.content, previous=earlier, history=history)
    return Prepared(read.content, faults, [_fault(problem, values, read) for problem in doubts])


def _fault(problem: Problem, values: Values, read: Content) -> Fault:
    """The problem at its place in the form."""
    personal = problem.kind not in (*commands.NOT_PERSONAL, "warn")
    if problem.path:
        place = read.place(problem.path)
    elif problem.place == "照片说明":
        place = next(
            f"photos.{n}.name"
            for n, photo in enumerate(values["photos"])
            if privacy.find(photo["name"])
        )
    else:
        place = _PLACES.get(problem.place, "")
    return Fault(place, problem.message, personal)


_PLACES = {
    "标题": "title",
    "联系方式": "contact",
    "期初余额": "opening",
    "期末余额": "closing",
    "合计": "total",
}


def public_contact(node: Node) -> str:
    """The village's telephone for questions about a notice, or ""."""
    return next(
        (found for key in KEYS_OF_CONTACT if (found := node.config.contacts.get(key, ""))), ""
    )


def _faults_of_head(item: Item, values: Values, today: date) -> list[Fault]:
    """What is wrong before the content: reason, period, day and title."""
    faults: list[Fault] = []
    if values.get("result_of"):
        return faults
    if values["corrects"] and not values["reason"]:
        faults.append(Fault("reason", "请写明为什么更正，村民会看到。"))
    elif values["corrects"] and privacy.find(values["reason"]):
        faults.append(Fault("reason", "更正原因里有个人信息，不能公开。", True))
    if item.periodic and not values["period"]:
        faults.append(Fault("period", "请选择是哪一期的。"))
    if item.cadence == "event" and not values["event"]:
        words = "知道或决定这件事的日期" if item.event_ahead else "事情发生的日期"
        fault = contents.past_day_fault("on", values["on"], today, words)
        faults += [fault] if fault else []
    return faults


def _wanted_period(node: Node, item: Item) -> str:
    """The period that an officer most likely means: late longest, then due, then the last over."""
    if not item.periodic:
        return ""
    today = clock.today()
    rows = [
        row
        for row in duties.duties(node.journal, node.config.code, today)
        if row.duty.item == item.id and (row.state in LATE or row.state == "due")
    ]
    if rows:
        return min(rows, key=lambda row: row.duty.due).duty.period
    return Period.containing(item.cadence, today).previous.id


def _closing_before(node: Node, values: Values, period: str) -> str:
    found = previous(node, {**values, "period": period})
    closing = (found.content or {}).get("closing") if found else None
    return "" if closing is None else contents.written(closing)
