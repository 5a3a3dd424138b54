"""The overview, the matrix of villages and items, and the timeliness table for Excel."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Any

from flask import Response, make_response, redirect, render_template, request, send_file, url_for
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response as BaseResponse

from kiosk import clock, desk
from kiosk.duties import queries as duties
from kiosk.duties.queries import DutyRow
from kiosk.feedback.queries import Feedback
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices
from kiosk.rules.calendar import Period, PeriodMalformed
from kiosk.rules.catalogue import CADENCES
from kiosk.rules.timeliness import LATE
from kiosk.sync import client, contacts, forks
from kiosk.sync.contacts import Contact
from kiosk.villages import queries as villages
from kiosk.web import connection, current_node
from kiosk.web.formats import ago, as_moment
from kiosk.web.formats import period as period_title
from kiosk.web.sheets import Cell, xlsx
from kiosk.web.township import agenda, screens
from kiosk.web.township.door import blueprint, page_number

PER_PAGE = 100
"""Villages on a page of the matrix."""

SHOWN = 12
"""Villages on the overview; all of them are in the matrix."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATE_WORDS = {
    "upcoming": "未到期",
    "due": "快到期",
    "met": "按时公开",
    "met_late": "迟公开",
    "overdue": "逾期",
    "escalated": "严重逾期",
    "declared_none": "零报告",
    "excused": "同意免公开",
    "stale": "需重新确认",
}
COUNTED = ("met", "met_late", *LATE)
"""States by which a village is measured: what was owed and neither excused nor nothing."""


@dataclass(frozen=True)
class VillageLine:
    """A village in the overview. `rate` is the share in time of this year's duties in percent,
    None where none was owed yet; `forked`: two histories of its records are on file."""

    code: str
    name: str
    late: list[DutyRow]
    due: list[DutyRow]
    waiting: list[Feedback]
    contact: Contact | None
    rate: int | None
    forked: bool = False

    @property
    def lost(self) -> bool:
        return contacts.is_lost(self.contact)

    @property
    def overdue_feedback(self) -> int:
        return sum(each.overdue for each in self.waiting)

    @property
    def badness(self) -> tuple[bool, int, int, int, bool]:
        """Compares how urgently the village needs a supervisor: more is worse."""
        escalated = sum(row.state == "escalated" for row in self.late)
        return (self.forked, escalated, len(self.late), self.overdue_feedback, self.lost)

    @property
    def worst(self) -> str:
        """The colour of its line: "bad", "warn" or "good"."""
        if self.late or self.overdue_feedback or self.lost or self.forked:
            return "bad"
        return "warn" if self.due or self.waiting else "good"


@dataclass(frozen=True)
class Shown:
    """A cell of the matrix: a duty; `due` a Beijing date as text; `late_arrival`: published in
    time and witnessed late."""

    village: str
    key: str
    item: str
    affairs: str
    title: str
    state: str
    due: str
    period: str
    late_arrival: bool = False

    @property
    def words(self) -> str:
        """The state in a word, with the days by which it is late."""
        words = STATE_WORDS[self.state]
        if self.state not in LATE:
            return words
        return f"{words} {(clock.today() - date.fromisoformat(self.due)).days} 天"


@dataclass(frozen=True)
class Numbers:
    """The numbers at the top of the overview."""

    late: int
    due: int
    waiting: int
    overdue_feedback: int
    lost: int
    reviews: int
    stale_reviews: int
    orders: int


def refreshed(view: Callable[..., str]) -> Callable[..., Response]:
    """The view as a page that asks for itself again: 304 where nothing of it changed.

    Contacts and forks are no entries, so their words are part of the tag.
    """

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        journal = current_node().journal
        heard = "|".join(ago(each.last_success) for each in contacts.contacts(journal))
        heard += f"|{sorted(forks.forked(journal))}|{journal.stopped()}|{screens.mark(journal)}"
        heard += f"|{desk.stale(journal, clock.today())}"
        tag = f"{journal.version()}.{clock.today()}.{hash(heard) & 0xFFFFFFFF:x}"
        if request.if_none_match.contains(tag):
            response = Response(status=304)
        else:
            response = make_response(view(*args, tag=f'"{tag}"', **kwargs))
        response.set_etag(tag)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


@blueprint.get("/")
@refreshed
def home(tag: str) -> str:
    journal, today = current_node().journal, clock.today()
    desk.refresh(journal, today, desk.AT_ONCE)
    found = agenda.gather(journal)
    agenda_lines, rest = agenda.lines(journal, found)
    context = {
        "agenda": agenda_lines,
        "agenda_rest": rest,
        "lines": village_lines(journal, found.opened, found.names, today),
        "count": len(found.names),
        "trend": desk.trend(journal, today),
        "numbers": Numbers(
            late=sum(each.count for each in found.counts if each.state in LATE),
            due=sum(each.count for each in found.counts if each.state == "due"),
            waiting=len(found.opened),
            overdue_feedback=found.overdue_feedback,
            lost=len(found.lost),
            reviews=found.signs,
            stale_reviews=sum(each.stale for each in found.waiting),
            orders=len(found.orders),
        ),
        "waiting": found.opened[:5],
        "notices": notices.township_notices(journal, journal.code, 3),
        "now": clock.now(),
        "tag": tag,
        "warnings": connection.warnings(current_node()),
        "fork": connection.fork_notice(current_node()),
        "dark": found.dark,
        "sync": connection.sync_line(current_node()) if client.upstream(current_node()) else None,
    }
    if request.headers.get("HX-Request") == "true":
        return render_block("township/home.html", "page", **context)
    return render_template("township/home.html", **context)


@blueprint.post("/mend")
def mend() -> BaseResponse:
    """Takes the history that others hold of this node's records, and appends ours again."""
    connection.mend(current_node())
    return redirect(url_for("township.home"))


@blueprint.get("/matrix")
def matrix() -> str:
    """Villages x items: what presses, or one period (`?period=`); filtered by `affairs`, `item`,
    `state` and `village`, the worst village first, a hundred of them a page."""
    journal, today = current_node().journal, clock.today()
    names = {each.code: each.name for each in villages.known(journal)}
    asked = {key: request.args.get(key, "") for key in ("affairs", "item", "state", "village")}
    wanted, page = request.args.get("period", ""), page_number()
    desk.refresh(journal, today, desk.AT_ONCE)
    worst = [each.village for each in desk.worst(journal, 100_000) if each.village in names]
    order = list(dict.fromkeys([*worst, *names]))
    if wanted:
        cells = _of_period(journal, order, wanted, today)
    else:
        cells = [
            Shown(each.village, each.key, each.item, each.affairs, each.title, each.state, each.due,
                  each.period)
            for each in desk.pressing(
                journal,
                village=asked["village"],
                item=asked["item"],
                affairs=asked["affairs"],
                state=asked["state"],
            )
        ]  # fmt: skip
    cells = [
        each
        for each in cells
        if asked["affairs"] in ("", each.affairs)
        and asked["item"] in ("", each.item)
        and asked["state"] in ("", each.state)
        and asked["village"] in ("", each.village)
    ]
    grid: dict[str, dict[str, Shown]] = {}
    for each in cells:
        # Of an item what presses most: they come with the oldest due first.
        grid.setdefault(each.village, {}).setdefault(each.item, each)
    catalogue = duties.catalogue(journal)
    shown = {each.item for each in cells}
    rows = [code for code in order if code in grid]
    return render_template(
        "township/matrix.html",
        items=[(id, catalogue.items[id]) for id in catalogue.items if id in shown],
        rows=rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        grid=grid,
        page=page,
        more=len(rows) > page * PER_PAGE,
        asked=asked,
        catalogue=catalogue,
        period=wanted,
        periods=_periods(today),
        period_title=period_title,
        words=STATE_WORDS,
        stale=desk.stale(journal, today),
    )


@blueprint.get("/timeliness.xlsx")
def timeliness() -> Response:
    """Every duty that has been owed so far, for Excel; of one village with `?village=`."""
    journal = current_node().journal
    today = clock.today()
    wanted = request.args.get("village", "")
    shown = [each for each in villages.known(journal) if wanted in ("", each.code)]
    columns = (
        ("村", 14), ("事项", 34), ("期间", 18), ("到期日", 12), ("状态", 12), ("公开日", 12),
        ("见证时间", 18), ("迟了几天", 10), ("说明", 30),
    )  # fmt: skip
    rows = (
        _sheet_row(journal, each.name, row)
        for each in shown
        for row in duties.duties(journal, each.code, today)
        if row.state != "upcoming"
    )
    whose = shown[0].name if wanted and shown else current_node().config.name
    return send_file(
        io.BytesIO(xlsx("时效表", columns, rows)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{whose}三务公开时效表 {today.isoformat()}.xlsx",
    )


def village_lines(
    journal: Journal, opened: Iterable[Feedback], names: dict[str, str], today: date
) -> list[VillageLine]:
    """The villages in most need of a supervisor, at most SHOWN of them, the worst first; forked
    ones are always among them."""
    waiting: dict[str, list[Feedback]] = {}
    for each in opened:
        waiting.setdefault(each.village, []).append(each)
    forked = forks.forked(journal) & names.keys()
    worst = (each.village for each in desk.worst(journal, SHOWN) if each.village in names)
    chosen = list(dict.fromkeys([*forked, *worst, *names]))[:SHOWN]
    lines = [line_of(journal, code, names[code], waiting.get(code, []), today) for code in chosen]
    return sorted(lines, key=lambda line: (*(-int(part) for part in line.badness), line.code))


def line_of(
    journal: Journal, code: str, name: str, waiting: list[Feedback], today: date
) -> VillageLine:
    rows = duties.duties(journal, code, today)
    return VillageLine(
        code=code,
        name=name,
        late=sorted(
            (row for row in rows if row.state in LATE),
            key=lambda row: (row.state != "escalated", row.duty.due, row.duty.key),
        ),
        due=[row for row in rows if row.state == "due"],
        waiting=waiting,
        contact=contacts.last_contact(journal, code),
        rate=_rate(rows, today.year),
        forked=code in forks.forked(journal),
    )


def witnessed_of(journal: Journal, row: DutyRow) -> Any:
    """When the notice of a duty was first witnessed; None without a notice or a witness."""
    found = notices.notice(journal, row.notice_id) if row.notice_id else None
    return None if found is None else journal.witnessed(found.stream, found.first_seq)


def _rate(rows: Iterable[DutyRow], year: int) -> int | None:
    owed = [row for row in rows if row.state in COUNTED and row.duty.due.year == year]
    in_time = sum(row.state == "met" for row in owed)
    return round(in_time * 100 / len(owed)) if owed else None


def _of_period(journal: Journal, codes: list[str], period: str, today: date) -> list[Shown]:
    return [
        Shown(code, row.duty.key, row.item.id, row.item.affairs, row.item.title, row.state,
              row.duty.due.isoformat(), period, row.late_arrival is not None)
        for code, rows in duties.duties_of(journal, codes, today).items()
        for row in rows
        if row.duty.period == period
    ]  # fmt: skip


def _periods(today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Periods to choose from, by cadence: the running one and those before."""
    found = []
    for cadence, count in (("quarterly", 5), ("monthly", 6), ("half_yearly", 3), ("yearly", 2)):
        period = Period.containing(cadence, today)
        options = []
        for _ in range(count):
            options.append((period.id, period.title_on(today)))
            period = period.previous
        found.append((CADENCES[cadence], options))
    return found


def _sheet_row(journal: Journal, name: str, row: DutyRow) -> list[Cell]:
    witnessed = witnessed_of(journal, row)
    return [
        name,
        row.title,
        _period(row.duty.period) or ("事件" if row.duty.event else "长期"),
        row.duty.due,
        STATE_WORDS[row.state],
        row.published,
        None if witnessed is None else as_moment(witnessed).replace(tzinfo=None),
        row.days_late or None,
        row.reason or (f"见证比公开晚 {gap_words(row.late_arrival)}" if row.late_arrival else ""),
    ]


def gap_words(gap: timedelta) -> str:
    """A length of time in the largest unit that fits: 3 天, 5 小时, 20 分钟."""
    seconds = gap.total_seconds()
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "不到 1 分钟"


def _period(id: str) -> str:
    try:
        return period_title(id)
    except PeriodMalformed:
        return id
