"""What people entered for a report: numbers that no entry tells, and parts in their own words."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import annual

SOURCE_LIMIT = 200
TEXT_LIMIT = 20_000

BY_HAND: dict[str, tuple[str, str]] = {
    "items_entered_on_district_site": ("在区县政府网站录入政府信息", "条"),
    "items_on_new_media": ("在政务新媒体发布信息", "条"),
    "training_sessions": ("举办政务公开、三务公开培训", "次"),
    "people_trained": ("培训人数", "人次"),
    "inspections": ("开展三务公开检查", "次"),
    "people_held_to_account": ("因公开不力被追究责任", "人"),
    "information_fee": ("收取信息处理费", "元"),
}
"""Numbers of part one and six that may be entered: words and unit."""


class EntryRefused(ValueError):
    """It cannot be entered so; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Entered:
    """A number as it was entered last; money in fen."""

    figure: str
    value: int
    source: str
    stream: str
    seq: int
    at: str
    actor: str


@dataclass(frozen=True)
class Written:
    """A part's words as they were saved last; "" where the draft was taken back."""

    part: str
    text: str
    at: str
    actor: str


def cells(year: int) -> dict[str, tuple[annual.Table20, str, int]]:
    """The cells of article 20 that are entered by hand for a year: figure -> (table, row, column).

    Raises annual.YearUnknown.
    """
    return {
        f"article_20/{table.item}/{row}/{column}": (table, row, n)
        for table in annual.form(annual.form_of(year)).article_20
        for row in table.rows
        for n, column in enumerate(table.columns)
    }


def is_money(figure: str) -> bool:
    """Whether the figure is an amount, kept in fen and entered in the unit that the form prints."""
    return figure.endswith("（万元）") or figure == "information_fee"


def parsed(year: int, figure: str, text: str) -> int:
    """The value of what was typed: a whole number, money in fen. Raises EntryRefused."""
    known = cells(year)
    if figure not in known and figure not in BY_HAND:
        raise EntryRefused("报告里没有这一格。")
    plain = text.strip().replace(",", "").replace("，", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise EntryRefused(f"“{text}”不是数。") from None
    if not value.is_finite() or abs(value) >= 10**12:
        raise EntryRefused(f"“{text}”太大了。")
    negative = figure in known and known[figure][0].may_be_negative(known[figure][2])
    if value < 0 and not negative:
        raise EntryRefused("这一格不能是负数。")
    if is_money(figure):
        value *= 1_000_000 if figure.endswith("（万元）") else 100
    if value != value.to_integral_value():
        raise EntryRefused(f"“{text}”应为整数。" if not is_money(figure) else "金额最多精确到分。")
    return int(value)


def enter(journal: Journal, year: int, figure: str, value: int, *, source: str, actor: str) -> None:
    """Enters a number with where it comes from; the same again writes nothing.

    Raises EntryRefused, annual.YearUnknown.
    """
    if figure not in cells(year) and figure not in BY_HAND:
        raise EntryRefused("报告里没有这一格。")
    source = " ".join(source.split())
    if len(source) > SOURCE_LIMIT:
        raise EntryRefused(f"来源写得太长了，最多 {SOURCE_LIMIT} 字。")
    with journal.writing():
        held = figures(journal, year).get(figure)
        if held is None or (held.value, held.source) != (value, source):
            body = {"year": year, "figure": figure, "value": value, "source": source}
            journal.append("self", "report.figure_entered", f"{year}/{figure}", body, actor=actor)


def write(journal: Journal, year: int, part: str, text: str, *, actor: str) -> None:
    """Saves a part's words, or with "" gives its draft back. Raises EntryRefused."""
    annual.form_of(year)
    if part not in ("1", "5", "6"):
        raise EntryRefused("这一部分是表，由登记的内容生成，不能改写。")
    text = text.replace("\r\n", "\n").strip()
    if len(text) > TEXT_LIMIT:
        raise EntryRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    with journal.writing():
        held = texts(journal, year).get(part)
        if (held.text if held else "") != text:
            body = {"year": year, "part": part, "text": text}
            journal.append("self", "report.text_written", f"{year}/{part}", body, actor=actor)


def figures(journal: Journal, year: int) -> dict[str, Entered]:
    """The numbers that were entered for a year, each as it stands."""
    rows = journal.db.execute(
        """
        SELECT figure, value, source, stream, seq, at, actor FROM report_figures
        WHERE year = ? AND stream = ? ORDER BY seq
        """,
        [year, journal.own("self")],
    )
    return {row[0]: Entered(*row) for row in rows}


def texts(journal: Journal, year: int) -> dict[str, Written]:
    """The parts that were written for a year, each as it stands."""
    rows = journal.db.execute(
        """
        SELECT part, text, at, actor FROM report_texts WHERE year = ? AND stream = ? ORDER BY seq
        """,
        [year, journal.own("self")],
    )
    return {row[0]: Written(*row) for row in rows}


def years(first: int) -> list[int]:
    """The years of which a report can be made here, newest first, from `first` or 2019 on."""
    return list(range(clock.today().year, max(first, annual.FIRST_YEAR) - 1, -1))
