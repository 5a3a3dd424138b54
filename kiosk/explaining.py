"""Where a figure of the desk comes from: the entries, rules and dates behind a duty's state or a
village's score, as lines of plain Chinese. Everything is computed again from the journal.
"""

from collections.abc import Iterator
from datetime import date, datetime

from kiosk import scores
from kiosk.duties import queries as duties
from kiosk.duties.queries import DutyRow
from kiosk.journal.entry import Entry
from kiosk.journal.log import Journal
from kiosk.rules import codes, scoring, timeliness
from kiosk.rules.calendar import Period, PeriodMalformed, beijing_date, weekday_name
from kiosk.rules.catalogue import CADENCES, REVIEWERS, Item
from kiosk.villages import queries as villages

SCORE = "score"


class NotExplained(ValueError):
    """Nothing of that name is known here; the message says what to write, in plain Chinese."""


def explain(journal: Journal, what: str, today: date) -> list[str]:
    """The lines about `what`: a duty ("371721105201/finance.statement/2026Q3"), or a score
    ("371721105201/score/2026Q3"); on a village's node the code may be left out.

    Raises NotExplained.
    """
    village, rest = _village(journal, what)
    if rest.startswith(f"{SCORE}/"):
        return list(_score(journal, village, rest.removeprefix(f"{SCORE}/"), today))
    for row in duties.duties(journal, village, today):
        if row.duty.key == rest:
            return list(_duty(journal, row))
    raise NotExplained(
        f"没有找到 {what}。请写成“村代码/事项/期间”（如 371721105201/finance.statement/2026Q3），"
        "或“村代码/score/期间”。"
    )


def _village(journal: Journal, what: str) -> tuple[str, str]:
    head, _, rest = what.partition("/")
    try:
        return codes.normalised(head), rest
    except codes.CodeMalformed:
        return journal.code, what


def _duty(journal: Journal, row: DutyRow) -> Iterator[str]:
    rules, duty = row.item, row.duty
    yield f"{_name(journal, row.village)}：{row.words}。"
    yield ""
    yield "规则"
    yield f"  事项 {rules.id}《{rules.title}》，{CADENCES[rules.cadence]}；依据：{rules.basis}"
    yield from _revision(journal, row.village, rules)
    yield f"  审核：{'、'.join(REVIEWERS[by] for by in rules.review)}"
    yield "日期"
    described = villages.village(journal, row.village)
    if described is not None:
        yield f"  公开栏从 {described.began} 起用"
    if duty.period:
        period = Period.parse(duty.period)
        yield f"  期间 {period.title}：{period.start} 至 {period.end}"
    yield f"  从 {duty.opens} 起提醒，{duty.due}（{weekday_name(duty.due)}）到期" + _rolled(row)
    if rules.cadence != "standing":
        yield f"  宽限 {rules.grace} 天，{duty.escalates} 起为严重逾期"
    yield "记录"
    entries = list(_entries(journal, row))
    for entry in entries:
        yield from _entry(journal, entry)
    if not entries:
        yield "  没有与它有关的记录"
    yield "结论"
    if row.published is not None:
        yield f"  认定的公开日期：{row.published}（所称时间在见证允许的范围内取）"
    yield f"  {row.today} 的状态：{row.state}，{row.words}"
    if row.late_arrival is not None:
        yield f"  按时公开，但过了到期日才被见证，晚 {row.late_arrival}"


def _revision(journal: Journal, village: str, rules: Item) -> Iterator[str]:
    history = duties.catalogue(journal, village).history.get(rules.id, ())
    for revision in reversed(history):
        if revision.rules == rules:
            since = "自带的目录" if revision.since == date.min else f"{revision.since} 起的修改"
            yield f"  用的是{since}"
            return


def _rolled(row: DutyRow) -> str:
    """Why the due date is not the day that the rules name."""
    named = timeliness.unrolled(row.duty)
    return "" if named == row.duty.due else f"，因 {named} 不是工作日顺延"


def _entries(journal: Journal, row: DutyRow) -> Iterator[Entry]:
    """What the duty's state follows from, in the order of its places."""
    for stream, seq in duties.sources(journal, row.village, row.duty):
        yield journal.entry(stream, seq)


def _entry(journal: Journal, entry: Entry) -> Iterator[str]:
    said = "（内容已删除）" if entry.erased else ""
    yield f"  {entry.stream}#{entry.seq} {entry.kind}{said}，{entry.actor}，所称时间 {entry.at}"
    yield f"    条目散列 {entry.leaf.hex()}"
    before = journal.not_before(entry.stream, entry.seq)
    after = journal.witnessed(entry.stream, entry.seq)
    if before or after:
        yield f"    见证：不早于 {_at(before) or '（没有）'}，不晚于 {_at(after) or '（还没有）'}"
    elif entry.stream.endswith("/public"):
        yield "    还没有见证"


def _score(journal: Journal, village: str, span: str, today: date) -> Iterator[str]:
    try:
        period = Period.parse(span)
    except PeriodMalformed as malformed:
        raise NotExplained(f"{malformed}。请写成 2026Q3、2026-09 或 2026。") from None
    known = [each.code for each in villages.known(journal)]
    if village in known:
        found = scores.scores(journal, known, period, today)[village]
    else:
        found = scores.score(journal, village, period, today)
    points = scoring.points_in_words
    yield f"{_name(journal, village)} {period.title}：{points(found.points)} 分（{today} 算）。"
    for part in found.score.parts:
        yield ""
        base = f"，{part.part.base_title} {part.base}" if part.part.base_title else ""
        yield f"{part.part.title}：{points(part.points)} / {points(part.part.weight)}{base}"
        for each in part.deductions:
            cause = each.cause
            yield f"  -{points(each.points)} {cause.rule} {cause.on} {cause.words}"
            yield f"    {cause.about} {cause.key}"
    if found.waived:
        yield ""
        yield "申诉后不再扣分"
        yield from (f"  {cause.rule} {cause.on} {cause.words}" for cause in found.waived)
    if found.score.signs:
        yield ""
        yield "要留意的（不扣分）"
        yield from (f"  {sign.rule} {sign.on} {sign.words}" for sign in found.score.signs)


def _name(journal: Journal, village: str) -> str:
    described = villages.village(journal, village)
    return described.name if described else village


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC（北京 {beijing_date(moment)}）" if moment else ""
