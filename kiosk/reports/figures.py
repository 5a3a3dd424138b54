"""The numbers of a year's report, each with what is behind it.

A figure is counted from what the rooms tell, or entered by hand; its sources say where each entry
stands (stream#seq) and where it is read. A figure that is the sum of others names them instead of
repeating their sources.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kiosk.duties import queries as duties
from kiosk.duties.queries import DutyRow
from kiosk.erasures import queries as erasures
from kiosk.feedback import queries as feedback
from kiosk.inspections import queries as inspections
from kiosk.inspections.queries import Inspection, Record
from kiosk.journal.log import Journal
from kiosk.notices.queries import AFFAIRS_NAMES
from kiosk.notices.yearly import Posted, posted_between
from kiosk.reports import entered
from kiosk.requests import queries as requests
from kiosk.requests.queries import Request
from kiosk.rules import annual
from kiosk.rules.calendar import day_of
from kiosk.rules.timeliness import LATE
from kiosk.supervision import queries as supervision
from kiosk.villages import queries as villages

DUTY_WORDS = {
    "met": "按时",
    "met_late": "迟公开",
    "overdue": "逾期",
    "escalated": "严重逾期",
    "declared_none": "零报告",
    "excused": "免公开",
    "stale": "需重新确认",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One entry or thing behind a figure: in words, where it stands ("code/public#12", or ""),
    and its address on this node ("" where it has none)."""

    words: str
    where: str
    href: str = ""


@dataclass(frozen=True)
class Figure:
    """A number: `words` say of what; `parts` are the ids of the figures that it adds up;
    `by_hand`: somebody entered it."""

    id: str
    words: str
    value: int
    unit: str
    sources: tuple[Source, ...] = ()
    parts: tuple[str, ...] = ()
    by_hand: bool = False


def collected(journal: Journal, year: int, today: date) -> dict[str, Figure]:
    """Every figure of a year's report by id, as counted up to `today`.

    Raises annual.YearUnknown.
    """
    names = {each.code: each.name for each in villages.known(journal)}
    found = [
        *_of_notices(journal, year, names),
        *_of_duties(journal, year, today, names),
        *_of_feedback(journal, year, names),
        *_of_orders(journal, year, names),
        *_of_inspections(journal, year, names),
        *_of_requests(journal, year),
        *_of_care(journal, year, names),
        *_by_hand(journal, year),
    ]
    return {each.id: each for each in found}


def _of_notices(journal: Journal, year: int, names: dict[str, str]) -> Iterator[Figure]:
    posted = posted_between(journal, date(year, 1, 1), date(year, 12, 31))
    here = [each for each in posted if not each.historic]
    told = [each for each in here if each.village == journal.code]
    yield _figure("notices.township", "镇级动态、通知", "条", map(_posted, told))
    by_affair: dict[str, list[str]] = {affair: [] for affair in ("party", "village", "finance")}
    for code in sorted(names):
        own = []
        for affair, parts in by_affair.items():
            of = [each for each in here if (each.village, each.affairs) == (code, affair)]
            id = f"notices.{code}.{affair}"
            yield _figure(id, f"{names[code]}{AFFAIRS_NAMES[affair]}公开", "条", map(_posted, of))
            parts.append(id)
            own.append((id, len(of)))
        total = sum(count for _, count in own)
        yield Figure(
            f"notices.{code}", f"{names[code]}公开", total, "条", parts=tuple(id for id, _ in own)
        )
    counts = {
        affair: sum(each.affairs == affair and each.village in names for each in here)
        for affair in by_affair
    }
    for affair, parts in by_affair.items():
        words = f"{AFFAIRS_NAMES[affair]}公开"
        yield Figure(f"notices.{affair}", words, counts[affair], "条", parts=tuple(parts))
    yield Figure(
        "notices.total",
        "各村三务公开",
        sum(counts.values()),
        "条",
        parts=tuple(f"notices.{affair}" for affair in by_affair),
    )
    for state, words in (("corrected", "更正"), ("withdrawn", "撤回")):
        of = [each for each in here if each.state == state and each.village in names]
        yield _figure(f"notices.{state}", f"公开后{words}", "条", map(_posted, of))
    yield _figure(
        "notices.historic",
        "由旧公开栏转入",
        "条",
        (_posted(each) for each in posted if each.historic),
    )


def _of_duties(journal: Journal, year: int, today: date, names: dict[str, str]) -> Iterator[Figure]:
    owed: dict[str, list[Source]] = {
        "in_time": [],
        "late": [],
        "open": [],
        "none": [],
        "excused": [],
    }
    kinds = {"met": "in_time", "met_late": "late", "declared_none": "none", "excused": "excused"}
    kinds |= dict.fromkeys(LATE, "open")
    for code in sorted(names):
        for row in duties.duties(journal, code, today):
            kind = kinds.get(row.state)
            if row.duty.due.year == year and kind is not None:
                owed[kind].append(_duty(row, names[code]))
    words = {
        "in_time": ("按时公开的事项", "项"),
        "late": ("迟公开的事项", "项"),
        "open": ("逾期未公开的事项", "项"),
        "none": ("零报告", "项"),
        "excused": ("同意免公开", "项"),
    }
    for kind, (said, unit) in words.items():
        yield _figure(f"duties.{kind}", said, unit, owed[kind])
    counted = ("in_time", "late", "open")
    total = sum(len(owed[kind]) for kind in counted)
    parts = tuple(f"duties.{kind}" for kind in counted)
    yield Figure("duties.owed", "应公开的事项", total, "项", parts=parts)
    if total:
        rate = round(len(owed["in_time"]) * 100 / total)
        yield Figure("duties.rate", "按时率", rate, "%", parts=("duties.in_time", "duties.owed"))


def _of_feedback(journal: Journal, year: int, names: dict[str, str]) -> Iterator[Figure]:
    everything = feedback.every(journal, limit=1_000_000)
    asked = [each for each in everything if _year(each.at) == year]
    answered = [each for each in asked if each.answers]
    waiting = [each for each in asked if each.overdue]

    def source(each: feedback.Feedback) -> Source:
        whose = names.get(each.village, each.village)
        return Source(
            f"{_day(each.at)} {whose} {each.kind}：{each.state_words}",
            f"{each.stream}#{each.seq}",
            f"/township/feedback/{each.id}",
        )

    yield _figure("feedback.received", "收到群众意见", "条", map(source, asked))
    yield _figure("feedback.answered", "已答复群众意见", "条", map(source, answered))
    yield _figure("feedback.overdue", "超期未答复群众意见", "条", map(source, waiting))


def _of_orders(journal: Journal, year: int, names: dict[str, str]) -> Iterator[Figure]:
    sent = [each for each in supervision.orders(journal) if _year(each.at) == year]

    def source(each: supervision.Order) -> Source:
        whose = names.get(each.village, each.village)
        return Source(f"{_day(each.at)} {whose}：{each.text[:40]}", each.stream, "/township/orders")

    yield _figure("orders.sent", "发出督办", "件", map(source, sent))
    closed = [each for each in sent if each.state == "closed"]
    yield _figure("orders.closed", "督办办结", "件", map(source, closed))


def _of_inspections(journal: Journal, year: int, names: dict[str, str]) -> Iterator[Figure]:
    """Those that began in the year; none where there was none, so that a number may be entered."""
    held = [each for each in inspections.inspections(journal) if _year(each.at) == year]
    if not held:
        return
    yield _figure(
        "inspections",
        "开展三务公开检查",
        "次",
        (
            Source(f"{_day(each.at)} {each.title}", each.id, f"/township/inspections/{each.id}")
            for each in held
        ),
    )
    records = [(one, record) for one in held for record in one.records]

    def source(one: Inspection, record: Record, words: str) -> Source:
        said = f"{record.on} {names.get(record.village, record.village)} {words}"
        href = f"/township/inspections/{one.id}"
        return Source(said, f"{record.stream}#{record.seq}", href)

    yield _figure(
        "inspections.records",
        "检查的村次",
        "村次",
        (source(one, record, one.title) for one, record in records),
    )
    yield _figure(
        "inspections.findings",
        "检查发现的问题",
        "个",
        (source(one, record, found.words) for one, record in records for found in record.findings),
    )


def _of_requests(journal: Journal, year: int) -> Iterator[Figure]:
    name = annual.form_of(year)
    every = {each.id: each for each in requests.requests(journal)}
    cells = annual.request_cells(name, requests.counted(journal), year)
    labels = {row.id: row.label for row in annual.form(name).rows}
    for (row, column), ids in cells.items():
        words = f"{labels[row]} · {column}"
        of = sorted((every[id] for id in ids), key=lambda each: each.number)
        yield _figure(f"requests/{row}/{column}", words, "件", map(_request, of))
    for row in labels:
        parts = [
            f"requests/{row}/{column}" for column in annual.columns() if (row, column) in cells
        ]
        total = sum(len(cells.get((row, column), ())) for column in annual.columns())
        yield Figure(f"requests/{row}", labels[row], total, "件", parts=tuple(parts))
    answered = [each for each in every.values() if each.course.decided and not each.course.ended]
    of_year = [
        each for each in answered if each.course.decided and each.course.decided.year == year
    ]
    in_time = [each for each in of_year if each.in_time]
    yield _figure("requests.in_time", "按期答复", "件", map(_request, in_time))
    yield _figure(
        "requests.late", "逾期答复", "件", map(_request, [e for e in of_year if not e.in_time])
    )
    extended = [each for each in of_year if each.course.extended]
    yield _figure("requests.extended", "经批准延期答复", "件", map(_request, extended))
    contested = annual.contest_cells(requests.contests(journal), year)
    for (kind, column), ids in contested.items():
        words = f"{annual.CONTESTS[kind]} · {column}"
        yield _figure(f"{kind}/{column}", words, "件", (_request(every[id]) for id in ids))
    for kind, words in annual.CONTESTS.items():
        parts = [
            f"{kind}/{column}" for column in annual.contest_columns() if (kind, column) in contested
        ]
        total = sum(len(ids) for (of, _), ids in contested.items() if of == kind)
        yield Figure(kind, words, total, "件", parts=tuple(parts))
    suits = list(annual.CONTESTS)[1:]
    total = sum(len(ids) for (kind, _), ids in contested.items() if kind in suits)
    yield Figure("lawsuits", "行政诉讼", total, "件", parts=tuple(suits))


def _of_care(journal: Journal, year: int, names: dict[str, str]) -> Iterator[Figure]:
    yield _figure(
        "villages.known",
        "接入三务公开平台的村",
        "个",
        (
            Source(
                f"{each.name}（{each.code}），{_day(each.at)} 接入",
                "",
                f"/township/villages/{each.code}",
            )
            for each in villages.known(journal)
            if _year(each.at) <= year
        ),
    )
    items = duties.catalogue(journal).items
    yield _figure(
        "catalogue.items", "公开目录事项", "项", (Source(i.title, i.id) for i in items.values())
    )
    done = [
        each
        for each in erasures.erasures(journal, limit=1_000_000)
        if each.state == "confirmed" and _year(each.at) == year
    ]
    yield _figure(
        "erasures.confirmed",
        "依规定删除已发出的个人信息",
        "条",
        (Source(f"{_day(e.at)} {names.get(e.village, e.village)}：{e.reason}", e.id) for e in done),
    )


def _by_hand(journal: Journal, year: int) -> Iterator[Figure]:
    known = entered.cells(year)
    for each in entered.figures(journal, year).values():
        if each.figure in entered.BY_HAND:
            words, unit = entered.BY_HAND[each.figure]
        elif each.figure in known:
            table, row, n = known[each.figure]
            words, unit = f"{table.title} {row} · {table.columns[n]}", ""
        else:
            continue
        said = each.source or "没有写来源"
        source = Source(
            f"{_day(each.at)} {each.actor} 填写，来源：{said}", f"{each.stream}#{each.seq}"
        )
        yield Figure(each.figure, words, each.value, unit, (source,), by_hand=True)


def _figure(id: str, words: str, unit: str, sources: Iterable[Source]) -> Figure:
    held = tuple(sources)
    return Figure(id, words, len(held), unit, held)


def _posted(each: Posted) -> Source:
    return Source(f"{each.on} {each.title}", f"{each.stream}#{each.seq}", f"/n/{each.id}")


def _duty(row: DutyRow, village: str) -> Source:
    words = f"{village} {row.subject}，{row.duty.due} 到期：{DUTY_WORDS.get(row.state, row.state)}"
    if row.published is not None:
        words += f"（{row.published} 公开）"
    return Source(
        words, f"{row.village} {row.duty.key}", f"/n/{row.notice_id}" if row.notice_id else ""
    )


def _request(each: Request) -> Source:
    words = (
        f"{each.number} {each.applicant}，{each.received or each.arrived} 收到：{each.state_words}"
    )
    return Source(words, f"{each.stream}#{each.seq}", f"/township/requests/{each.id}")


def _year(at: str) -> int:
    return day_of(at).year


def _day(at: str) -> str:
    return day_of(at).isoformat()
