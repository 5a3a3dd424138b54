"""What is said about duties: events, nothing to report, confirmation, excuses, new rules; and the
nightly turning over of states with its reminders. Clock-bound states themselves are not stored:
`turn` only records that this node noticed a change, and reminds once of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.duties import queries
from kiosk.duties.queries import DutyRow
from kiosk.journal.log import Draft, Journal
from kiosk.rules import codes, timeliness
from kiosk.rules import forms as written_forms
from kiosk.rules.calendar import Period, day_in_words

REMIND = ("due", "overdue", "escalated", "stale")
"""States on whose beginning a reminder is written."""

FOLLOW_UPS = {"village.decision": "village.decision_result"}
"""Items of events whose publication opens another."""


class DutyRefused(ValueError):
    """It cannot be said of this duty, or not by this node; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A duty that moved from one state to another since this node last looked."""

    row: DutyRow
    before: str

    @property
    def reminds(self) -> bool:
        return self.row.state in REMIND


def open_event(journal: Journal, actor: str, item: str, title: str, on: date) -> str:
    """Says that something happened on a day which must be published; the event's id.

    `on` is the day on which it happened, or for an event that lies ahead was known or decided.
    Raises DutyRefused where the item is not one for events or the day lies ahead.
    """
    rules = queries.catalogue(journal).rules_at(item, on)
    if rules is None or rules.cadence != "event":
        raise DutyRefused("目录里没有这个随时公开的事项，请重新选择。")
    if not title.strip():
        raise DutyRefused("请写明是什么事。")
    if on > clock.today():
        said = "知道或决定" if rules.event_ahead else "事情发生"
        raise DutyRefused(f"日期还没到，请填写{said}的日期。")
    id = _new_id()
    body = {"item": item, "title": title.strip(), "on": on.isoformat()}
    journal.append("public", "duty.opened", id, body, actor=actor)
    return id


def cancel_event(journal: Journal, actor: str, event: str, reason: str) -> None:
    """The village says that an event was none, so that nothing of it is owed.

    Raises DutyRefused where there is no such event, something of it stands on the board, it was
    cancelled, declared or excused already, or without a reason.
    """
    today = clock.today()
    known = next((it for it in queries.events(journal, journal.code) if it.id == event), None)
    if known is None:
        raise DutyRefused("没有这件要公开的事，请刷新后重新选择。")
    row = _owed(journal, journal.code, known.item, "", event, today)
    if row.state not in timeliness.OPEN or row.none_rejected:
        raise DutyRefused(f"{row.words}，不能再取消。")
    body = {"item": known.item, "reason": _reason(reason)}
    journal.append("public", "duty.event_cancelled", event, body, actor=actor)


def declare_none(
    journal: Journal, actor: str, item: str, period: str, reason: str, *, event: str = ""
) -> str:
    """The village declares that nothing happened in a period (零报告); the declaration's id.

    Raises DutyRefused for a standing item, one of which there is something in every period, a
    period not yet over, something published, declared or excused already, or without a reason.
    """
    today = clock.today()
    row = _owed(journal, journal.code, item, period, event, today)
    if row.item.cadence == timeliness.STANDING:
        raise DutyRefused("长期公开的事项不能作零报告。")
    if not row.item.may_be_none:
        raise DutyRefused(f"{row.item.title}每期都有，没有收支也有余额，不能作零报告。请公开。")
    if row.state not in timeliness.OPEN:
        raise DutyRefused(f"{row.words}，不用再作零报告。")
    if period:
        end = Period.parse(period).end
        if today <= end < row.duty.due:
            raise DutyRefused(f"这一期到{day_in_words(end, today)}才结束，结束后再作零报告。")
    id = _new_id()
    body = {"item": item, "period": period, "event": event, "reason": _reason(reason)}
    journal.append("public", "duty.declared_none", id, body, actor=actor)
    return id


def confirm(journal: Journal, actor: str, item: str) -> None:
    """The village confirms that a standing item on its board is still right.

    Raises DutyRefused where it is no standing item or was not published yet.
    """
    row = _owed(journal, journal.code, item, "", "", clock.today())
    if row.published is None:
        raise DutyRefused(f"{row.title}还没有公开过，请先公开。")
    journal.append("public", "duty.confirmed", item, {"item": item}, actor=actor)


def excuse(
    journal: Journal,
    actor: str,
    village: str,
    item: str,
    period: str,
    reason: str,
    *,
    event: str = "",
) -> None:
    """The township excuses a village from one duty. Raises DutyRefused."""
    _must_be_over(journal, village)
    row = _owed(journal, village, item, period, event, clock.today())
    if row.state in ("met", "excused"):
        raise DutyRefused(f"{row.words}，不用再免。")
    body = {
        "village": village,
        "item": item,
        "period": period,
        "event": event,
        "reason": _reason(reason),
    }
    journal.append("public", "duty.excused", _new_id(), body, actor=actor)


def reject_none(
    journal: Journal,
    actor: str,
    village: str,
    item: str,
    period: str,
    reason: str,
    *,
    event: str = "",
) -> None:
    """The township rejects a village's declaration that there was nothing; the duty is open again.

    Raises DutyRefused where no declaration stands.
    """
    _must_be_over(journal, village)
    row = _owed(journal, village, item, period, event, clock.today())
    if not row.declaration or row.none_rejected:
        raise DutyRefused("这一项没有等待审看的零报告。")
    body = {
        "village": village,
        "item": item,
        "period": period,
        "event": event,
        "reason": _reason(reason),
    }
    journal.append("public", "duty.none_rejected", row.declaration, body, actor=actor)


def change_catalogue(
    journal: Journal,
    actor: str,
    changes: Iterable[Mapping[str, Any]] = (),
    forms: Iterable[Mapping[str, Any]] = (),
) -> None:
    """The township changes the catalogue of its villages (see `rules.catalogue`), and the forms
    that it names (see `rules.forms`), each given whole.

    Raises as `catalogue_change` does.
    """
    body = catalogue_change(journal, changes, forms)
    journal.append("public", "catalogue.changed", _new_id(), body, actor=actor)


def catalogue_change(
    journal: Journal,
    changes: Iterable[Mapping[str, Any]],
    forms: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """The body of a change of catalogue and forms, checked; nothing is written.

    Raises CatalogueInvalid or FormInvalid naming item or form and field, DutyRefused on a
    village's node or where an item names a form that there is not.
    """
    if codes.level(journal.code) == "village":
        raise DutyRefused("公开目录由乡镇调整。")
    items = [
        {key: value.isoformat() if isinstance(value, date) else value for key, value in it.items()}
        for it in changes
    ]
    given = [dict(form) for form in forms]
    if not items and not given:
        raise DutyRefused("没有要调整的事项。")
    queries.catalogue(journal).with_changes(items)
    known = written_forms.with_changes(queries.forms(journal), given)
    for item in items:
        if (named := item.get("form")) is not None and named not in known:
            raise DutyRefused(f"事项 {item['id']} 的 form：没有 {named} 这个表。")
    return {name: value for name, value in (("items", items), ("forms", given)) if value}


def follow_up(journal: Journal, actor: str, notice: Mapping[str, Any]) -> list[Draft]:
    """What must be said of a notice about to be published (its body): that a decision now waits
    for the disclosure of its result, the second of the two (四议两公开).

    The result is due after the day on which the decision is to be carried out, or after today
    where it names none.
    """
    item = FOLLOW_UPS.get(notice["item"], "")
    on = _planned(notice["content"]) or clock.today()
    rules = queries.catalogue(journal).rules_at(item, on)
    if rules is None or rules.cadence != "event":
        return []
    body = {"item": item, "title": notice["title"].strip(), "on": on.isoformat()}
    return [Draft("public", "duty.opened", _new_id(), body, actor)]


def _planned(content: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(content.get("finish") or "")
    except (TypeError, ValueError):
        return None


def turn(journal: Journal, villages: Iterable[str], today: date) -> list[Turn]:
    """Records each duty of the villages whose state is not the one recorded last, and writes a
    reminder for each that became due, overdue, escalated or stale.

    Doing it again changes nothing. After downtime a duty turns once, to its present state. What
    was never recorded counts as upcoming, so a new node records old duties without a reminder
    unless they are open and late. One transaction for each village, so that a township's first
    night does not keep others from writing.
    """
    turns: list[Turn] = []
    for village in villages:
        rows = queries.duties(journal, village, today)
        with journal.writing():
            last = queries.turned(journal, village)
            found = [
                Turn(row, before)
                for row in rows
                if (before := last.get(row.duty.key, "upcoming")) != row.state
            ]
            if found:
                journal.append_all([draft for one in found for draft in _drafts(one)])
        turns.extend(found)
    return turns


def _drafts(turn: Turn) -> list[Draft]:
    row = turn.row
    subject = f"{row.village}/{row.duty.key}"
    about = {"village": row.village, "duty": row.duty.key, "on": row.today.isoformat()}
    drafts = [
        Draft("self", "duty.turned", subject, {**about, "from": turn.before, "to": row.state})
    ]
    if turn.reminds:
        reminder = {**about, "state": row.state, "words": row.words}
        drafts.append(Draft("self", "reminder.written", subject, reminder))
    return drafts


def _owed(
    journal: Journal, village: str, item: str, period: str, event: str, today: date
) -> DutyRow:
    key = timeliness.duty_key(item, period, event)
    for row in queries.duties(journal, village, today):
        if row.duty.key == key:
            return row
    raise DutyRefused("没有这一项应公开的事项，请刷新后重新选择。")


def _must_be_over(journal: Journal, village: str) -> None:
    if village == journal.code or not codes.is_within(village, journal.code):
        raise DutyRefused("只有这个村的乡镇可以这样做。")


def _reason(text: str) -> str:
    if not text.strip():
        raise DutyRefused("请写明理由。")
    return text.strip()


def _new_id() -> str:
    return str(ULID.from_datetime(clock.now()))
