"""The catalogue of the township's villages (公开目录): changing an item from a day on, adding and
removing one, and telling the holidays of a year.

A change is shown before it is saved: what it changes, for which villages, and from which period.
"""

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import clock, holidays
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.duties.commands import DutyRefused
from kiosk.rules.calendar import (
    Holidays,
    HolidaysMalformed,
    Period,
    add_months,
    default_holidays,
)
from kiosk.rules.catalogue import (
    AFFAIRS,
    CADENCES,
    OPENNESS,
    REVIEWERS,
    Catalogue,
    CatalogueInvalid,
    Due,
    Item,
    Span,
)
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint

STEPS = 4
"""Reviewers that the form offers room for."""

LABELS = {
    "title": "名称", "contents": "公开内容", "form": "表", "cadence": "多久一次", "due": "到期日",
    "display": "公示期", "review": "审核", "openness": "五公开", "basis": "依据",
    "confirm_months": "确认间隔", "remind_days": "提前提醒", "grace": "宽限",
    "villages": "适用的村", "may_be_none": "可以零报告",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One field of an item that a change changes, in words."""

    label: str
    before: str
    after: str


@blueprint.get("/catalogue")
def catalogue() -> str:
    journal = current_node().journal
    known, today = duties.catalogue(journal), clock.today()
    return render_template(
        "township/catalogue.html",
        items=[(id, known.rules_at(id, today), _next(known, id, today)) for id in known.items],
        catalogue=known,
        cadences=CADENCES,
        due_words=due_words,
    )


@blueprint.route("/catalogue/<id>", methods=["GET", "POST"])
def catalogue_item(id: str) -> Page:
    """One item's rules, and changing them: `do=look` shows what a change would do, `do=save` makes
    it. `new` is an item that is not there yet."""
    journal, today = current_node().journal, clock.today()
    known = duties.catalogue(journal)
    held = known.items.get(id)
    if held is None and id != "new":
        abort(404)
    typed, fault = request.form, ""
    differences: list[Difference] = []
    looked = False
    if request.method == "POST":
        try:
            change = _change(held, known, typed)
            changed = known.with_changes([change])
            differences = _differences(
                held, changed.items[change["id"]], bool(change.get("removed"))
            )
            if not differences:
                raise DutyRefused("什么都没有改。")
            duty_commands.catalogue_change(journal, [change], ())
            if typed.get("do") == "save":
                duty_commands.change_catalogue(journal, g.account.name, [change])
                flash("目录已修改，各村联网后按新的办。", "good")
                return redirect(url_for("township.catalogue"))
            looked = True
        except (CatalogueInvalid, DutyRefused) as refused:
            fault = str(refused)
    page = render_template(
        "township/catalogue_item.html",
        item=held,
        id=id,
        history=_history(known, id),
        differences=differences,
        looked=looked,
        first=_first_period(held, typed),
        form_names=[(key, form.title) for key, form in duties.forms(journal).items()],
        affairs=AFFAIRS,
        cadences=CADENCES,
        openness=[(word, word) for word in OPENNESS],
        steps=STEPS,
        since=typed.get("from") or _next_quarter(today).isoformat(),
        typed=typed or _as_typed(held),
        fault=fault,
        due_words=due_words,
    )
    return (page, 400) if fault else page


@blueprint.route("/holidays", methods=["GET", "POST"])
def holiday_list() -> Page:
    """The days off that are known, and telling a year's."""
    journal, typed, fault = current_node().journal, request.form, ""
    if request.method == "POST":
        year = typed.get("year", "")
        try:
            holidays.tell(
                journal,
                int(year) if year.isdecimal() and len(year) == 4 else 0,
                typed.get("days", ""),
                typed.get("source", ""),
                actor=g.account.name,
            )
        except HolidaysMalformed as malformed:
            fault = str(malformed)
        else:
            flash(f"{year} 年的节假日已保存，各村联网后按它算到期日。", "good")
            return redirect(url_for("township.holiday_list"))
    known = default_holidays()
    page = render_template(
        "township/holidays.html",
        years=[(year, _runs(known, year)) for year in sorted(known.known_years, reverse=True)][:4],
        told=holidays.told(journal),
        following=clock.today().year + 1,
        missing=clock.today().year + 1 not in known.known_years,
        typed=typed,
        fault=fault,
    )
    return (page, 400) if fault else page


def due_words(item: Item) -> str:
    """When an item is due, in Chinese."""
    due = item.due
    if due is None:
        return f"长期公开，每 {item.confirm_months} 个月确认一次"
    if due.after is not None:
        what = "开始公开后" if item.cadence == "standing" else "事情发生后"
        return f"{what} {due.after.n} 个{'工作日' if due.after.working else '自然日'}内"
    if due.month is not None:
        return f"{'当年' if due.in_period else '次年'}{due.month}月{due.day}日前"
    return f"期满后的次月 {due.day} 日前"


def _change(held: Item | None, known: Catalogue, typed: Any) -> dict[str, Any]:
    """What was typed as a change of the catalogue. Raises CatalogueInvalid, DutyRefused."""
    try:
        since = date.fromisoformat(typed.get("from", ""))
    except ValueError:
        raise DutyRefused("请填写从哪一天起用。") from None
    if since < clock.today():
        raise DutyRefused("不能改已经过去的日子，请从今天或以后起用。")
    if held is not None and typed.get("removed") == "yes":
        return {"id": held.id, "from": since, "removed": True}
    affairs = held.affairs if held else typed.get("affairs", "")
    cadence = typed.get("cadence", "")
    change: dict[str, Any] = {
        "id": held.id if held else _new_id(known, affairs, typed.get("title", "")),
        "from": since,
        "affairs": affairs,
        "title": typed.get("title", ""),
        "contents": typed.get("contents", ""),
        "form": typed.get("form", ""),
        "cadence": cadence,
        "due": _due(cadence, typed),
        "display": _span(typed, "display"),
        "confirm_months": _number(typed, "confirm_months") if cadence == "standing" else None,
        "remind_days": _number(typed, "remind_days"),
        "grace": _number(typed, "grace"),
        "review": [typed[f"review-{n}"] for n in range(STEPS) if typed.get(f"review-{n}", "")],
        "openness": typed.get("openness", ""),
        "basis": typed.get("basis", ""),
        "may_be_none": typed.get("may_be_none") == "yes",
        "villages": [] if typed.get("all") == "yes" else typed.getlist("village"),
    }
    if typed.get("all") != "yes" and not change["villages"]:
        raise DutyRefused("请选适用的村，或选“全部的村”。")
    if held is None:
        return change
    return {"removed": False, **change}


def _due(cadence: str, typed: Any) -> dict[str, Any] | None:
    match cadence:
        case "standing":
            return None
        case "event":
            return _span(typed, "after")
        case "yearly":
            due = {"day": _number(typed, "day"), "month": _number(typed, "month")}
            return {**due, "in_period": True} if typed.get("in_period") == "yes" else due
    return {"day": _number(typed, "day")}


def _span(typed: Any, name: str) -> dict[str, int] | None:
    if not typed.get(name, "").strip():
        return None
    unit = "working_days" if typed.get(f"{name}-unit") == "working_days" else "days"
    return {unit: _number(typed, name)}


def _number(typed: Any, name: str) -> int:
    text = typed.get(name, "").strip()
    if not text.isdecimal() or len(text) > 4:
        raise DutyRefused(f"{LABELS.get(name, '日期')}要填数字。")
    return int(text)


def _new_id(known: Catalogue, affairs: str, title: str) -> str:
    """An id that is free: the affairs and the title's initials."""
    from pypinyin import Style, lazy_pinyin

    if affairs not in AFFAIRS:
        raise DutyRefused("请选是党务、村务还是财务。")
    letters = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER))
    base = f"{affairs}.{re.sub('[^a-z0-9]', '', letters.lower())[:20] or 'item'}"
    n, id = 1, base
    while id in known.items:
        n += 1
        id = f"{base}_{n}"
    return id


def _as_typed(held: Item | None) -> dict[str, Any]:
    """An item as the form has it."""
    if held is None:
        return {"all": "yes", "grace": "5", "remind_days": "5", "cadence": "quarterly",
                "day": "10", "review-0": "committee", "review-1": "village_head",
                "may_be_none": "yes", "form": "notice"}  # fmt: skip
    due = held.due or Due()
    typed: dict[str, Any] = {
        "title": held.title,
        "contents": held.contents,
        "form": held.form,
        "cadence": held.cadence,
        "confirm_months": held.confirm_months or "",
        "remind_days": held.remind_days,
        "grace": held.grace,
        "openness": held.openness,
        "basis": held.basis,
        "day": due.day or "",
        "month": due.month or "",
        "in_period": "yes" if due.in_period else "",
        "may_be_none": "yes" if held.may_be_none else "",
        "all": "" if held.villages else "yes",
        "villages": held.villages,
    }
    for name, span in (("after", due.after), ("display", held.display)):
        typed[name] = span.n if span else ""
        typed[f"{name}-unit"] = "working_days" if span and span.working else "days"
    return typed | {f"review-{n}": by for n, by in enumerate(held.review)}


def _differences(held: Item | None, after: Item, removed: bool) -> list[Difference]:
    if removed:
        return [Difference("这个事项", "在目录里", "不再公开")]
    if held is None:
        return [Difference("这个事项", "没有", f"{after.title}：{due_words(after)}")]
    found = []
    for field in fields(Item):
        before, now = getattr(held, field.name), getattr(after, field.name)
        if before != now and field.name in LABELS:
            found.append(
                Difference(LABELS[field.name], _words(held, field.name), _words(after, field.name))
            )
    return found


def _words(item: Item, name: str) -> str:
    value = getattr(item, name)
    match name:
        case "due":
            return due_words(item)
        case "cadence":
            return CADENCES[value]
        case "review":
            return " → ".join(REVIEWERS[by] for by in value)
        case "display":
            return _span_words(value)
        case "villages":
            return "、".join(value) if value else "全部的村"
        case "may_be_none":
            return "可以" if value else "不可以"
        case "grace" | "remind_days":
            return f"{value} 天"
    return "没有" if value in (None, "") else str(value)


def _span_words(span: Span | None) -> str:
    return f"{span.n} 个{'工作日' if span.working else '自然日'}" if span else "没有"


def _history(known: Catalogue, id: str) -> list[tuple[date | None, Item | None]]:
    """(first day, rules) of each revision, newest first; the first day of the oldest is None."""
    found = known.history.get(id, ())
    return [(None if it.since == date.min else it.since, it.rules) for it in reversed(found)]


def _next(known: Catalogue, id: str, today: date) -> date | None:
    """The day of a change that is still to come."""
    ahead = [each.since for each in known.history.get(id, ()) if each.since > today]
    return min(ahead) if ahead else None


def _first_period(held: Item | None, typed: Any) -> str:
    """The first period for which a change holds, in words; "" where there are none."""
    cadence = typed.get("cadence") or (held.cadence if held else "")
    try:
        since = date.fromisoformat(typed.get("from", ""))
        period = Period.containing(cadence, since)
    except (ValueError, KeyError):
        return ""
    return (period if period.start == since else period.next).title


def _next_quarter(today: date) -> date:
    return add_months(Period.containing("quarterly", today).start, 3)


def _runs(known: Holidays, year: int) -> list[str]:
    """The days of a year as lines that could be told again."""
    days = sorted(day for day in known.off if day.year == year)
    lines: list[list[date]] = []
    for day in days:
        if lines and (day - lines[-1][-1]).days == 1:
            lines[-1].append(day)
        else:
            lines.append([day])
    off = [f"休 {run[0]}" + (f"..{run[-1]}" if len(run) > 1 else "") for run in lines]
    return off + [f"班 {day}" for day in sorted(known.work) if day.year == year]
