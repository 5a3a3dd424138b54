"""The annual report of government disclosure (政府信息公开工作年度报告, 条例第四十九、五十条).

Its tables in the form of 2019 (国办公开办函〔2019〕60号) and in the form in force since the report
for 2021 (〔2021〕30号), and how requests are counted into them.

The words of rows and columns are data (`data/annual.yaml`). Whether given tables agree with
themselves is asked of `rules.annual_faults`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from kiosk.rules.requests import outcomes

FIRST_YEAR = 2019
"""The 条例 as revised is in force since 2019-05-15; reports before had other tables."""

PARTS = {
    "1": "一、总体情况",
    "2": "二、主动公开政府信息情况",
    "3": "三、收到和处理政府信息公开申请情况",
    "4": "四、政府信息公开行政复议、行政诉讼情况",
    "5": "五、存在的主要问题及改进情况",
    "6": "六、其他需要报告的事项",
}
SECTIONS = ("主动公开", "依申请公开", "政府信息管理", "政府信息公开平台建设", "监督保障")
"""What part one tells, each with a paragraph."""

CONTESTS = {
    "reconsideration": "行政复议",
    "lawsuits_direct": "行政诉讼：未经复议直接起诉",
    "lawsuits_after_reconsideration": "行政诉讼：复议后起诉",
}
RESULTS = {"upheld": "结果维持", "corrected": "结果纠正", "other": "其他结果"}
"""How a reconsideration or a lawsuit may end, with its column."""

Number = int | Decimal

_NUMBERED = re.compile(
    r"^(?:[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十\d]+[、.．])\s*"
)
_MARKS = re.compile(r"[\s“”\"'‘’（）()、，,。.：:]")


class YearUnknown(ValueError):
    """There is no form for a report of that year; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Row:
    """A row of the requests table. `role`: "new", "carried_in", "result", "sum", "carried_out";
    `also`: words by which it is known elsewhere."""

    id: str
    label: str
    role: str
    group: str
    also: tuple[str, ...]


@dataclass(frozen=True)
class Table20:
    """A table of article 20: its item ("1"), title, columns and rows."""

    item: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]

    def is_money(self, column: int) -> bool:
        return "万元" in self.columns[column]

    def may_be_negative(self, column: int) -> bool:
        return "增/减" in self.columns[column]


@dataclass(frozen=True)
class Form:
    """One form of the report: its name ("2019", "2021") and tables."""

    name: str
    article_20: tuple[Table20, ...]
    rows: tuple[Row, ...]

    def of_role(self, role: str) -> list[Row]:
        return [row for row in self.rows if row.role == role]


@dataclass(frozen=True)
class Tables:
    """A report's tables. A cell is None where none is given or it cannot be read. `text` is what
    the report's words claim, by `annual_faults.CLAIMS`, of each the first; `said` all of it."""

    township: str
    year: int
    form: str
    text: Mapping[str, int]
    article_20: Mapping[str, Mapping[str, tuple[Number | None, ...]]]
    requests: Mapping[str, tuple[int | None, ...]]
    contests: Mapping[str, tuple[int | None, ...]]
    said: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Counted:
    """A request as the table counts it: `received` by 第三十一条, `decided` and `outcome` (an id of
    `requests.outcomes`) once it was answered or ended."""

    id: str
    applicant: str
    received: date
    decided: date | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Contest:
    """A reconsideration or lawsuit, `kind` of CONTESTS; `result` of RESULTS once decided."""

    id: str
    kind: str
    on: date
    decided: date | None = None
    result: str = ""


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = resources.files("kiosk.rules").joinpath("data/annual.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def columns() -> tuple[str, ...]:
    """The kinds of applicants and 总计."""
    return tuple(_data()["columns"])


def contest_columns() -> tuple[str, ...]:
    return tuple(_data()["contest_columns"])


def form_of(year: int) -> str:
    """The form of the report for a year. Raises YearUnknown."""
    if year < FIRST_YEAR:
        raise YearUnknown(f"{year} 年的年度报告不是这种格式，只能做 {FIRST_YEAR} 年及以后的。")
    return "2019" if year <= 2020 else "2021"


@lru_cache(maxsize=2)
def form(name: str) -> Form:
    """The form "2019" or "2021". Raises KeyError."""
    tables = tuple(
        Table20(each["item"], each["title"], tuple(each["columns"]), tuple(each["rows"]))
        for each in _data()["article_20"][name]
    )
    rows = tuple(
        Row(
            each["id"],
            each["label"],
            each["role"],
            each.get("group", ""),
            (each["id"], *each.get("also", ())),
        )
        for each in _data()["requests"]
        if name in each.get("forms", (name,))
    )
    return Form(name, tables, rows)


def row_named(form: Form, label: str) -> str | None:
    """The id of the row that a label means, in whatever way it is numbered and marked; or None."""
    plain = plain_label(label)
    for row in form.rows:
        if plain in (plain_label(row.label), plain_label(row.id)):
            return row.id
    for row in form.rows:
        if row.id not in ("其他", "总计") and any(plain_label(it) in plain for it in row.also):
            return row.id
    return None


def plain_label(label: str) -> str:
    """A row's label without its number, marks and spaces."""
    return _MARKS.sub("", _NUMBERED.sub("", label.strip()))


def request_cells(
    name: str, cases: Iterable[Counted], year: int
) -> dict[tuple[str, str], list[str]]:
    """The ids of the requests that each cell (row, column) of the form counts, columns of kinds of
    applicants only, cells without any left out.

    A request counts as new in the year in which it was received, as carried in where it was open
    when the year began, by its outcome where it was answered in the year, and as carried out where
    it was open when the year ended. So 一 + 二 = 三（七） + 四 holds by itself.
    """
    found: dict[tuple[str, str], list[str]] = {}
    known = outcomes()
    for case in cases:
        received, decided = case.received.year, case.decided.year if case.decided else None
        if received > year or (decided is not None and decided < year):
            continue
        rows = ["本年新收" if received == year else "上年结转"]
        if decided == year:
            rows += [known[case.outcome].rows[name], "总计"]
        else:
            rows.append("结转下年度继续办理")
        for row in rows:
            found.setdefault((row, case.applicant), []).append(case.id)
    return found


def request_rows(
    name: str, cases: Iterable[Counted], year: int
) -> dict[str, tuple[int | None, ...]]:
    """The requests table of a form: every row with its seven numbers."""
    cells = request_cells(name, cases, year)
    found: dict[str, tuple[int | None, ...]] = {}
    for row in form(name).rows:
        numbers = [len(cells.get((row.id, column), ())) for column in columns()[:-1]]
        found[row.id] = (*numbers, sum(numbers))
    return found


def contest_cells(contests: Iterable[Contest], year: int) -> dict[tuple[str, str], list[str]]:
    """The ids of the contests that each cell (kind, column) counts: those decided in the year by
    their result, those filed by its end and not decided by then as 尚未审结."""
    found: dict[tuple[str, str], list[str]] = {}
    for contest in contests:
        if contest.on.year > year:
            continue
        if contest.decided is None or contest.decided.year > year:
            column = "尚未审结"
        elif contest.decided.year == year:
            column = RESULTS[contest.result]
        else:
            continue
        found.setdefault((contest.kind, column), []).append(contest.id)
    return found


def contest_rows(contests: Iterable[Contest], year: int) -> dict[str, tuple[int | None, ...]]:
    """The fourth part's table: for each of CONTESTS its five numbers."""
    cells = contest_cells(contests, year)
    found: dict[str, tuple[int | None, ...]] = {}
    for kind in CONTESTS:
        numbers = [len(cells.get((kind, column), ())) for column in contest_columns()[:-1]]
        found[kind] = (*numbers, sum(numbers))
    return found


def as_json(tables: Tables) -> dict[str, Any]:
    """The tables as plain values, in the shape that `annual_faults.read` takes."""
    return {
        "township": tables.township,
        "year": tables.year,
        "form": tables.form,
        "text": dict(tables.text),
        "article_20": {
            item: {row: [_plain(cell) for cell in cells] for row, cells in rows.items()}
            for item, rows in tables.article_20.items()
        },
        "requests": {row: list(cells) for row, cells in tables.requests.items()},
        **{kind: list(cells) for kind, cells in tables.contests.items()},
    }


def _plain(cell: Number | None) -> int | float | None:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell
