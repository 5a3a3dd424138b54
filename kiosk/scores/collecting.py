"""What a village did in a span of time that its assessment counts: causes and bases, gathered from
the rooms' own queries. Each function is about one part; none of them says what a cause costs.

Everything is judged as it is known today: a duty that fell due in the span and was met since is
late, no more missing. So a past span's score may still get better or worse, and what was published
of it says as of when.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kiosk import inspections, supervision
from kiosk.duties import queries as duties
from kiosk.duties.queries import DutyRow
from kiosk.erasures import queries as erasures
from kiosk.feedback import queries as feedback
from kiosk.feedback.queries import Feedback
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice, Version
from kiosk.reviews import queries as reviews
from kiosk.rules import reviews as review_rules
from kiosk.rules import scoring
from kiosk.rules.calendar import Period, day_of
from kiosk.rules.catalogue import REVIEWERS
from kiosk.rules.scoring import Cause

OWED = frozenset({"met", "met_late", "overdue", "escalated", "stale", "declared_none"})
"""States of duties that count as owed; what is not due yet or was excused does not."""

CLOCK_ERROR = timedelta(hours=1)
"""A claim earlier than its witness allows by no more than this is a clock that is wrong."""

EMPTY = 12
"""A notice that says fewer characters than this, shows no amount and has no picture, is empty."""


def collected(
    journal: Journal, village: str, span: Period, today: date
) -> tuple[list[Cause], dict[str, int]]:
    """The causes of a village in the span, and how many units each base has."""
    rows = owed(journal, village, span, today)
    said = [
        it for it in feedback.of_village(journal, village, 100_000) if _asked(it) in _days(span)
    ]
    posted = _posted(journal, village, span)
    found = [
        *_of_duties(rows),
        *_of_notices(journal, posted, span),
        *_of_display(journal, village, span, today),
        *_of_forks(journal, village, span),
        *_of_erasures(journal, village, span),
        *_of_reviews(journal, village, span, today),
        *_of_feedback(said),
        *_of_orders(journal, village, span, today),
        *_of_inspections(journal, village, span),
        *scoring.en_masse(
            (row.published, row.duty.due, row.duty.key) for row in rows if row.published
        ),
    ]
    answered = [it for it in said if it.fact.answered or it.fact.overdue]
    return found, {"owed": len(rows), "asked": len(answered)}


def owed(journal: Journal, village: str, span: Period, today: date) -> list[DutyRow]:
    """A village's duties that fell due in the span and count."""
    return [
        row
        for row in duties.duties(journal, village, today)
        if row.state in OWED and span.start <= row.duty.due <= span.end
    ]


def declared(rows: Iterable[DutyRow]) -> int:
    """How many of the duties were declared to be none."""
    return sum(row.state == "declared_none" for row in rows)


def is_empty(content: Mapping[str, Any], attachments: Iterable[Any]) -> bool:
    """Whether a notice says nothing: hardly a word, no figure but nought, no picture."""
    words, figures = 0, False
    for value in _leaves(content):
        if isinstance(value, str):
            words += len("".join(value.split()))
        elif isinstance(value, int) and not isinstance(value, bool):
            figures = figures or value != 0
    return words < EMPTY and not figures and not list(attachments)


def _of_duties(rows: Iterable[DutyRow]) -> Iterator[Cause]:
    for row in rows:
        about = (row.duty.due, "duty", row.duty.key, f"{row.words}。")
        if row.state in ("overdue", "escalated"):
            yield Cause("missing", *about)
            yield Cause("overdue", *about)
        elif row.state == "stale":
            yield Cause("not_confirmed", *about)
        elif row.state == "met_late":
            past = row.published is not None and row.published >= row.duty.escalates
            yield Cause("very_late" if past else "late", *about)
        if row.late_arrival is not None:
            days = row.late_arrival.days
            gap = f"{days} 天" if days else f"{row.late_arrival.seconds // 3600} 小时"
            yield Cause(
                "late_arrival",
                row.duty.due,
                "duty",
                row.duty.key,
                f"{row.subject}按时公开，但过了到期日才传到镇里，晚 {gap}。",
            )


def _posted(journal: Journal, village: str, span: Period) -> list[tuple[Notice, list[Version]]]:
    """The notices of which something happened in the span, with all their versions; what was
    taken over from an older board is left out."""
    found = []
    for notice in notices.every(journal, village, 1_000_000):
        if notice.historic is not None:
            continue
        steps = notices.versions(journal, notice)
        if any(day_of(step.at) in _days(span) for step in steps):
            found.append((notice, steps))
    return found


def _of_notices(
    journal: Journal, posted: Iterable[tuple[Notice, list[Version]]], span: Period
) -> Iterator[Cause]:
    for notice, steps in posted:
        first = steps[0]
        if day_of(first.at) in _days(span):
            before = journal.not_before(notice.stream, first.seq)
            claimed = datetime.fromisoformat(first.at)
            if before is not None and before - claimed > CLOCK_ERROR:
                yield _about_notice("untrue_time", notice, first.at, "所称的公开时间比见证允许的早")
            body = first.body
            if body is not None and is_empty(body["content"], body["attachments"]):
                yield _about_notice("empty", notice, first.at, "几乎没有内容")
        held = first.body
        for step in steps[1:]:
            within = day_of(step.at) in _days(span)
            if step.kind == "withdrawn" and within:
                yield _about_notice("withdrawn", notice, step.at, f"公开后撤回：{step.reason}")
            if step.kind != "corrected":
                continue
            both = held is not None and step.body is not None
            if within and both and _figures(held) != _figures(step.body):
                yield _about_notice(
                    "figures_corrected", notice, step.at, f"公开后更正了数字：{step.reason}"
                )
            held = step.body


def _about_notice(rule: str, notice: Notice, at: str, words: str) -> Cause:
    return Cause(rule, day_of(at), "notice", notice.id, f"《{notice.title}》{words}。")


def _of_display(journal: Journal, village: str, span: Period, today: date) -> Iterator[Cause]:
    for notice in notices.awaiting_result(journal, village, today):
        ended = date.fromisoformat(notice.display_until)
        if ended in _days(span):
            yield Cause(
                "no_result",
                ended,
                "notice",
                notice.id,
                f"《{notice.title}》公示期满，没有公布结果。",
            )


def _of_forks(journal: Journal, village: str, span: Period) -> Iterator[Cause]:
    for fork in journal.forks():
        origin, _, channel = fork["stream"].partition("/")
        on = day_of(fork["noted_at"])
        if origin == village and channel == "public" and on in _days(span):
            words = "公开记录出现了互相矛盾的两份（双方签名已留作证据）。"
            yield Cause("fork", on, "stream", fork["stream"], words)


def _of_erasures(journal: Journal, village: str, span: Period) -> Iterator[Cause]:
    for each in erasures.erasures(journal, village, 10_000):
        if each.state == "confirmed" and day_of(each.ended_at) in _days(span):
            words = f"{each.title}的内容被删除：{each.reason}。"
            yield Cause("leaked", day_of(each.ended_at), "notice", each.notice, words)


def _of_reviews(journal: Journal, village: str, span: Period, today: date) -> Iterator[Cause]:
    for each in reviews.of_village(journal, village, 100_000):
        for by, due in review_rules.late_steps(each.chain, each.standing, today):
            # The township's own delay is not the village's fault.
            if due in _days(span) and by != review_rules.TOWNSHIP and each.state != "withdrawn":
                words = f"《{each.title}》{REVIEWERS[by]}到{due.month}月{due.day}日没有审完。"
                yield Cause("review_stale", due, "review", f"{each.id}/{by}", words)


def _of_feedback(said: Iterable[Feedback]) -> Iterator[Cause]:
    for each in said:
        fact, on = each.fact, _asked(each)
        if fact.overdue and each.owner == "village":
            yield Cause("unanswered", on, "feedback", each.id, f"{_quoted(each)}超期没有答复。")
        elif fact.late:
            yield Cause("answer_late", on, "feedback", each.id, f"{_quoted(each)}超期才答复。")
        if fact.satisfied is False:
            yield Cause("dissatisfied", on, "feedback", each.id, f"{_quoted(each)}提出人不满意。")


def _of_orders(journal: Journal, village: str, span: Period, today: date) -> Iterator[Cause]:
    for order in supervision.orders(journal, village):
        if order.state == "withdrawn" or not order.until:
            continue
        due = date.fromisoformat(order.until)
        if due in _days(span) and (order.standing.missed or order.standing.overdue(today)):
            words = f"督办“{order.text[:20]}”到期没有答复。"
            yield Cause("order_overdue", due, "order", order.id, words)


def _of_inspections(journal: Journal, village: str, span: Period) -> Iterator[Cause]:
    for record in inspections.records(journal, village):
        on = date.fromisoformat(record.on)
        for finding in record.findings if on in _days(span) else ():
            words = f"{record.title}查出：{finding.words}。"
            yield Cause(finding.counts, on, "inspection", f"{record.id}/{finding.key}", words)


def _quoted(each: Feedback) -> str:
    return f"{_asked(each).month}月{_asked(each).day}日的{each.kind}"


def _figures(body: Mapping[str, Any] | None) -> list[int]:
    content = (body or {}).get("content", {})
    return sorted(
        value
        for value in _leaves(content)
        if isinstance(value, int) and not isinstance(value, bool)
    )


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    else:
        yield value


class _days:
    """The Beijing days of a span."""

    def __init__(self, span: Period) -> None:
        self._span = span

    def __contains__(self, day: date) -> bool:
        return self._span.start <= day <= self._span.end


def _asked(each: Feedback) -> date:
    return day_of(each.asked)
