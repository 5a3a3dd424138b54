"""The annual report of a year: figures, tables, words and what is wrong with them, in one value
that the desk shows and the writers write.

A cell of article 20 that nobody entered is 0 and said to be missing; a report of the running year
counts what there is so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kiosk import clock
from kiosk.config import Config
from kiosk.journal.log import Journal
from kiosk.reports import drafting, entered
from kiosk.reports.drafting import Paragraph
from kiosk.reports.figures import Figure, collected
from kiosk.requests import queries as requests
from kiosk.rules import annual, annual_faults
from kiosk.rules.annual import Form, Number, Tables
from kiosk.rules.annual_faults import Fault
from kiosk.rules.calendar import beijing_date
from kiosk.villages import queries as villages

PUBLISH_BY = (1, 31)
"""条例第四十九条: month and day of the next year."""


@dataclass(frozen=True)
class Part:
    """A part's words. `written_by` whom they are of, "" for a draft; `written_at` RFC 3339."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    written_by: str = ""
    written_at: str = ""

    @property
    def text(self) -> str:
        return "\n".join(
            f"{each.heading}：{each.text}" if each.heading else each.text
            for each in self.paragraphs
        )


@dataclass(frozen=True)
class Report:
    """A year's report. `organ` is whose it is; `until` the last day that is counted; `missing`
    what was not entered, in words; `address` where its notices are read, or ""."""

    organ: str
    year: int
    form: Form
    tables: Tables
    parts: Mapping[str, Part]
    figures: Mapping[str, Figure]
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]
    until: date
    address: str

    @property
    def title(self) -> str:
        return f"{self.organ}{self.year}年政府信息公开工作年度报告"

    @property
    def publish_by(self) -> date:
        return date(self.year + 1, *PUBLISH_BY)


def annual_report(journal: Journal, config: Config, year: int) -> Report:
    """The report of a township for a year, as things stand now.

    Raises annual.YearUnknown, also for a year that has not begun.
    """
    today = clock.today()
    name = annual.form_of(year)
    if year > today.year:
        raise annual.YearUnknown(f"{year} 年还没有到。")
    form = annual.form(name)
    figures = collected(journal, year, today)
    written = entered.texts(journal, year)
    names = {
        each.code: each.name
        for each in villages.known(journal)
        if figures[f"notices.{each.code}"].value
        or beijing_date(datetime.fromisoformat(each.at)).year <= year
    }
    drafts = {
        "1": drafting.part_one(figures, names),
        "5": drafting.part_five(figures),
        "6": drafting.part_six(figures),
    }
    parts = {}
    for id, title in annual.PARTS.items():
        said = written.get(id)
        if said is not None and said.text:
            own = drafting.in_own_words(said.text)
            parts[id] = Part(id, title, own, said.actor, said.at)
        else:
            parts[id] = Part(id, title, drafts.get(id, ()))
    claimed = annual_faults.claims(part.text for part in parts.values())
    tables = Tables(
        township=config.name,
        year=year,
        form=name,
        text={**_by_hand(figures), **dict(reversed(claimed))},
        article_20=_article_20(form, figures),
        requests=annual.request_rows(name, requests.counted(journal), year),
        contests=annual.contest_rows(requests.contests(journal), year),
        said=tuple(claimed),
    )
    missing = tuple(
        f"{table.title} {row} · {table.columns[n]}"
        for figure, (table, row, n) in entered.cells(year).items()
        if figure not in figures
    )
    return Report(
        organ=organ(config.name),
        year=year,
        form=form,
        tables=tables,
        parts=parts,
        figures=figures,
        faults=tuple(annual_faults.faults(tables)),
        missing=missing,
        until=min(today, date(year, 12, 31)),
        address=config.public_url,
    )


def organ(name: str) -> str:
    """The government body of a place: 李楼镇 -> 李楼镇人民政府, 某街道 -> 某街道办事处."""
    if name.endswith(("政府", "办事处", "管委会", "委员会")):
        return name
    return f"{name}办事处" if name.endswith("街道") else f"{name}人民政府"


def shown(table: annual.Table20, column: int, cell: Number | None) -> str:
    """A cell of article 20 as it is printed: money in 万元."""
    if cell is None:
        return ""
    return f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell)


def _article_20(
    form: Form, figures: Mapping[str, Figure]
) -> dict[str, dict[str, tuple[Number | None, ...]]]:
    return {
        table.item: {
            row: tuple(
                _cell(f"article_20/{table.item}/{row}/{column}", figures)
                for column in table.columns
            )
            for row in table.rows
        }
        for table in form.article_20
    }


def _cell(figure: str, figures: Mapping[str, Figure]) -> Number:
    found = figures.get(figure)
    value = found.value if found else 0
    return Decimal(value) / 1_000_000 if entered.is_money(figure) else value


def _by_hand(figures: Mapping[str, Figure]) -> dict[str, int]:
    """The numbers that were entered for the words, not for a table."""
    return {each.id: each.value for each in figures.values() if each.by_hand and "/" not in each.id}
