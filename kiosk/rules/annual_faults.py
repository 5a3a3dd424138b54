"""What is wrong with an annual report's tables: the balance rules that the form prints below them,
cells that are no numbers, and a text that claims other numbers than its table.

Rules of the requests table (国办公开办函〔2021〕30号, the same in the form of 2019), for each of
the seven columns: 一 + 二 = 三（七） + 四; 三（七） is the sum of （一） to （六）; and in each row
总计 is the sum of the six kinds of applicants. Where one cell alone would mend everything that
fails (or several, each where a row and a column fail), it is named; else each rule that fails,
with the cells that it joins.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from kiosk.rules import annual
from kiosk.rules.annual import CONTESTS, Form, Number, Tables

TOTAL = "总计"

CLAIMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "requests_received_and_answered": ("收到并办结申请", ("本年新收", "总计")),
    "requests_received": ("收到申请", ("本年新收",)),
    "requests_answered": ("办结申请", ("总计",)),
    "requests_carried_in": ("上年结转申请", ("上年结转",)),
    "requests_carried_over": ("结转下年度申请", ("结转下年度继续办理",)),
    "requests_granted": ("予以公开", ("予以公开",)),
    "requests_partly_granted": ("部分公开", ("部分公开",)),
    "reconsiderations": ("行政复议", ("reconsideration",)),
    "lawsuits": ("行政诉讼", ("lawsuits",)),
}
"""What a text may claim: in words, and the rows whose 总计 must each be the same. Numbers that no
table of the report has (notices published, training) are not judged."""


class ReportUnreadable(ValueError):
    """These are no tables of an annual report; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `cell` names the cell that is (most likely) wrong, as
    "requests.本年新收.自然人"; `cells` all that the broken rule joins; `expected` what `cell`
    should be, where that is known."""

    cell: str
    message: str
    cells: tuple[str, ...] = ()
    expected: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "message": self.message,
            "cells": list(self.cells or (self.cell,)),
            "expected": self.expected,
        }


def read(data: Any) -> tuple[Tables, list[Fault]]:
    """Tables from plain values (a parsed JSON file), and the faults of their shape: what is
    missing, too long or no number. Raises ReportUnreadable where it is no report at all."""
    if not isinstance(data, Mapping):
        raise ReportUnreadable("文件内容不是一份年度报告的表格（最外层应为一个对象）。")
    year = data.get("year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise ReportUnreadable("没有写明是哪一年的报告（year）。")
    if "requests" not in data and "article_20" not in data:
        raise ReportUnreadable(
            "文件里没有申请情况表（requests），也没有第二十条的表（article_20）。"
        )
    try:
        wanted = annual.form_of(year)
    except annual.YearUnknown as error:
        raise ReportUnreadable(str(error)) from None
    faults: list[Fault] = []
    name = str(data.get("form", wanted))
    if name not in ("2019", "2021"):
        raise ReportUnreadable(f"不认识的格式（form）：{name}，只有 2019 和 2021 两种。")
    if name != wanted:
        faults.append(
            Fault("form", f"{year} 年的报告应该用 {wanted} 年的格式，这份用的是 {name} 年的。")
        )
    form = annual.form(name)
    said = _text(data.get("text"), faults)
    tables = Tables(
        township=str(data.get("township", "")),
        year=year,
        form=name,
        text=dict(reversed(said)),
        article_20=_article_20(form, data.get("article_20"), faults),
        requests=_requests(form, data.get("requests"), faults),
        contests={
            kind: _row(kind, data.get(kind), annual.contest_columns(), faults) for kind in CONTESTS
        },
        said=tuple(said),
    )
    return tables, faults


def faults(tables: Tables) -> list[Fault]:
    """What does not agree in tables whose shape is right. Rules with a cell that is None are left
    out: `read` has told of it."""
    return [
        *_of_requests(tables),
        *_of_contests(tables),
        *_of_article_20(tables),
        *_of_text(tables),
    ]


def claims(words: Iterable[str]) -> list[tuple[str, int]]:
    """What sentences of a report claim about its tables, by CLAIMS, in their order; each once."""
    found: dict[tuple[str, int], None] = {}
    for paragraph in words:
        for sentence in re.split(r"[。；;\n]", paragraph):
            for name, pattern, needs in _PATTERNS:
                if needs and needs not in sentence:
                    continue
                match = pattern.search(sentence)
                if match and (number := _number(match)) is not None:
                    found[name, number] = None
    return list(found)


# ---- rules ----


@dataclass(frozen=True)
class _Rule:
    """A sum that must hold: the cells of `left` together are those of `right`."""

    words: str
    left: tuple[tuple[str, str], ...]
    right: tuple[tuple[str, str], ...]

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        return self.left + self.right


def _of_requests(tables: Tables) -> list[Fault]:
    form = annual.form(tables.form)
    values = {
        (row, column): value
        for row, cells in tables.requests.items()
        for column, value in zip(annual.columns(), cells, strict=True)
    }
    labels = {row.id: row.label.split("（区分")[0] for row in form.rows}
    return _broken("requests", list(_request_rules(form, tables.requests)), values, labels)


def _request_rules(form: Form, given: Mapping[str, Any]) -> Iterator[_Rule]:
    rows = [row for row in form.rows if row.id in given]
    results = [row.id for row in rows if row.role == "result"]
    kinds = annual.columns()[:-1]
    for column in annual.columns():
        yield _Rule(
            f"“{column}”列：一＋二应等于三（七）＋四",
            (("本年新收", column), ("上年结转", column)),
            (("总计", column), ("结转下年度继续办理", column)),
        )
        yield _Rule(
            f"“{column}”列：三（七）总计应等于（一）至（六）之和",
            (("总计", column),),
            tuple((row, column) for row in results),
        )
    for row in rows:
        yield _Rule(
            f"“{row.label.split('（区分')[0]}”行：总计应等于六类申请人之和",
            ((row.id, TOTAL),),
            tuple((row.id, column) for column in kinds),
        )


def _of_contests(tables: Tables) -> list[Fault]:
    *results, total = annual.contest_columns()
    values = {
        (kind, column): value
        for kind, cells in tables.contests.items()
        for column, value in zip(annual.contest_columns(), cells, strict=True)
    }
    found = []
    for kind in CONTESTS:
        parts = tuple((kind, column) for column in results)
        rule = _Rule(f"{CONTESTS[kind]}：总计应等于前四项之和", ((kind, total),), parts)
        found += _broken("", [rule], values, CONTESTS)
    return found


def _broken(
    table: str,
    rules: list[_Rule],
    values: Mapping[tuple[str, str], int | None],
    labels: Mapping[str, str],
) -> list[Fault]:
    """A fault for each cell that is wrong where these alone would mend all broken rules, else one
    for each broken rule."""
    whole = [rule for rule in rules if all(values.get(cell) is not None for cell in rule.cells)]
    known = {cell: value for cell, value in values.items() if value is not None}
    broken = [rule for rule in whole if _off(rule, known)]
    mended = _mended(whole, known)
    if not mended or any(_off(rule, {**known, **mended}) for rule in whole):
        return [_fault_of(table, rule, known, labels) for rule in broken]
    found = []
    for cell, value in mended.items():
        row, column = cell
        of = [rule for rule in broken if cell in rule.cells]
        words = "；".join(f"{rule.words}，现在是{_sums(rule, known)}" for rule in of)
        said = (
            f"“{labels.get(row, row)}”行“{column}”列写的是 {known[cell]}，应为 {value}。{words}。"
        )
        joined = dict.fromkeys(each for rule in of for each in rule.cells)
        cells = tuple(_place(table, each) for each in joined)
        found.append(Fault(_place(table, cell), said, cells, value))
    return found


def _mended(rules: list[_Rule], known: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Cells of which every rule is broken to the same side, two at least, each with the value that
    mends the one that is off least."""
    of: dict[tuple[str, str], list[int]] = {}
    for rule in rules:
        off = _off(rule, known)
        for cell in rule.cells:
            of.setdefault(cell, []).append(off if cell in rule.left else -off)
    found = {}
    for cell, offs in of.items():
        if len(offs) > 1 and (min(offs) > 0 or max(offs) < 0):
            value = known[cell] - min(offs, key=abs)
            if value >= 0:
                found[cell] = value
    return found


def _fault_of(
    table: str,
    rule: _Rule,
    known: Mapping[tuple[str, str], int],
    labels: Mapping[str, str],
) -> Fault:
    single = rule.left[0] if len(rule.left) == 1 else None
    terms = "，".join(
        f"{labels.get(row, row)}（{column}）{known[row, column]}"
        for row, column in rule.cells
        if known[row, column] or (row, column) in rule.left or len(rule.cells) <= 4
    )
    return Fault(
        _place(table, single or rule.right[0]),
        f"{rule.words}，现在是{_sums(rule, known)}。涉及：{terms}。",
        tuple(_place(table, cell) for cell in rule.cells),
        sum(known[cell] for cell in rule.right) if single else None,
    )


def _off(rule: _Rule, known: Mapping[tuple[str, str], int]) -> int:
    return sum(known[cell] for cell in rule.left) - sum(known[cell] for cell in rule.right)


def _sums(rule: _Rule, known: Mapping[tuple[str, str], int]) -> str:
    left, right = ("＋".join(str(known[c]) for c in side) for side in (rule.left, rule.right))
    if len(rule.right) > 2:
        right = str(sum(known[cell] for cell in rule.right))
    return f" {left} ≠ {right}"


def _of_article_20(tables: Tables) -> Iterator[Fault]:
    """What cannot be, as the columns are defined: more made public in the year than in all, fewer
    items than none, fewer in force than made and not repealed."""
    for table in annual.form(tables.form).article_20:
        for row, cells in tables.article_20.get(table.item, {}).items():
            named = dict(zip(table.columns, cells, strict=True))

            def fault(column: str, words: str, item: str = table.item, row: str = row) -> Fault:
                return Fault(
                    f"article_20.{item}.{row}.{column}", f"第二十条第（{item}）项“{row}”：{words}"
                )

            new, total = named.get("本年新公开数量"), named.get("对外公开总数量")
            if new is not None and total is not None and new > total:
                yield fault(
                    "对外公开总数量", f"对外公开总数量 {total} 比本年新公开数量 {new} 还少。"
                )
            before, change = named.get("上一年项目数量"), named.get("本年增/减")
            if before is not None and change is not None and before + change < 0:
                yield fault("本年增/减", f"上一年 {before} 项，本年不能减 {-change} 项。")
            made, ended = named.get("本年制发件数"), named.get("本年废止件数")
            valid = named.get("现行有效件数")
            if (
                made is not None
                and ended is not None
                and valid is not None
                and valid < made - ended
            ):
                yield fault(
                    "现行有效件数",
                    f"现行有效 {valid} 件，比本年制发 {made} 件减去废止 {ended} 件还少。",
                )


def _of_text(tables: Tables) -> Iterator[Fault]:
    for name, said in dict.fromkeys([*tables.text.items(), *tables.said]):
        if name not in CLAIMS:
            continue
        words, rows = CLAIMS[name]
        shown = {row: _total(tables, row) for row in rows}
        wrong = {row: value for row, value in shown.items() if value is not None and value != said}
        if wrong:
            table = "；".join(
                f"表里“{_label(tables, row)}”的总计是 {value}" for row, value in wrong.items()
            )
            yield Fault(
                f"text.{name}",
                f"正文和表对不上：正文说{words} {said} 件，{table}。",
                (f"text.{name}", *(f"{_row_place(row)}.{TOTAL}" for row in wrong)),
            )


def _total(tables: Tables, row: str) -> int | None:
    if row == "lawsuits":
        totals = [tables.contests[kind][-1] for kind in list(CONTESTS)[1:]]
        return None if None in totals else sum(each or 0 for each in totals)
    if row in CONTESTS:
        return tables.contests[row][-1]
    cells = tables.requests.get(row)
    return None if cells is None else cells[-1]


def _row_place(row: str) -> str:
    return row if row in CONTESTS or row == "lawsuits" else f"requests.{row}"


def _label(tables: Tables, row: str) -> str:
    if row == "lawsuits":
        return "行政诉讼"
    labels = {each.id: each.label for each in annual.form(tables.form).rows}
    return labels.get(row) or CONTESTS[row]


def _place(table: str, cell: tuple[str, str]) -> str:
    return ".".join(part for part in (table, *cell) if part)


# ---- reading ----


def _requests(form: Form, given: Any, faults: list[Fault]) -> dict[str, tuple[int | None, ...]]:
    if not isinstance(given, Mapping):
        faults.append(Fault("requests", "缺少申请情况表（requests）。"))
        return {}
    known = [row.id for row in form.rows]
    named: dict[str, Any] = {}
    for label, cells in given.items():
        row = label if label in known else annual.row_named(form, str(label))
        if row is None or row in named:
            words = f"申请情况表里的“{label}”行不属于 {form.name} 年的格式，或者重复了。"
            faults.append(Fault(f"requests.{label}", words))
        else:
            named[row] = cells
    return {row: _row(f"requests.{row}", named.get(row), annual.columns(), faults) for row in known}


def _article_20(
    form: Form, given: Any, faults: list[Fault]
) -> dict[str, dict[str, tuple[Number | None, ...]]]:
    if not isinstance(given, Mapping):
        faults.append(Fault("article_20", "缺少第二十条的各表（article_20）。"))
        return {}
    for item in given:
        if item not in {table.item for table in form.article_20}:
            faults.append(
                Fault(f"article_20.{item}", f"{form.name} 年的格式没有第二十条第（{item}）项的表。")
            )
    found: dict[str, dict[str, tuple[Number | None, ...]]] = {}
    for table in form.article_20:
        rows = given.get(table.item)
        if not isinstance(rows, Mapping):
            faults.append(Fault(f"article_20.{table.item}", f"缺少{table.title}的表。"))
            continue
        for row in rows:
            if row not in table.rows:
                faults.append(
                    Fault(f"article_20.{table.item}.{row}", f"{table.title}的表里不该有“{row}”行。")
                )
        found[table.item] = {}
        for row in table.rows:
            place = f"article_20.{table.item}.{row}"
            cells = _cells(place, rows.get(row), table.columns, faults)
            found[table.item][row] = tuple(
                _checked(
                    f"{place}.{column}",
                    cell,
                    faults,
                    negative=table.may_be_negative(n),
                    money=table.is_money(n),
                )
                for n, (column, cell) in enumerate(zip(table.columns, cells, strict=True))
            )
    return found


def _row(
    place: str, given: Any, columns: tuple[str, ...], faults: list[Fault]
) -> tuple[int | None, ...]:
    cells = _cells(place, given, columns, faults)
    found: list[int | None] = []
    for column, cell in zip(columns, cells, strict=True):
        value = _checked(f"{place}.{column}", cell, faults)
        found.append(None if value is None else int(value))
    return tuple(found)


_MISSING = object()


def _cells(place: str, given: Any, columns: tuple[str, ...], faults: list[Fault]) -> list[Any]:
    """As many cells as there are columns; a row that is missing or of another length is a fault."""
    if given is None:
        faults.append(Fault(place, f"缺少“{_last(place)}”行。"))
        return [_MISSING] * len(columns)
    if not isinstance(given, list | tuple):
        faults.append(Fault(place, f"“{_last(place)}”行不是一行数。"))
        return [_MISSING] * len(columns)
    if len(given) != len(columns):
        faults.append(
            Fault(place, f"“{_last(place)}”行应有 {len(columns)} 格，实际有 {len(given)} 格。")
        )
        return [_MISSING] * len(columns)
    return list(given)


def _last(place: str) -> str:
    last = place.rsplit(".", 1)[-1]
    return CONTESTS.get(last, last)


def _checked(
    place: str, cell: Any, faults: list[Fault], *, negative: bool = False, money: bool = False
) -> Number | None:
    """The cell as a number, None with a fault where it is none."""
    if cell is _MISSING:
        return None
    value: Decimal | None = None
    if isinstance(cell, int | float | str | Decimal) and not isinstance(cell, bool):
        try:
            value = Decimal(str(cell).strip())
        except InvalidOperation:
            value = None
    if value is None or not value.is_finite():
        faults.append(Fault(place, f"{_in_words(place)}不是数：{cell!r}。"))
        return None
    if value < 0 and not negative:
        faults.append(Fault(place, f"{_in_words(place)}是负数：{cell}。"))
        return None
    if money:
        return value
    if value != value.to_integral_value():
        faults.append(Fault(place, f"{_in_words(place)}应为整数：{cell}。"))
        return None
    return int(value)


def _in_words(place: str) -> str:
    *_, row, column = place.split(".")
    return f"“{CONTESTS.get(row, row)}”行“{column}”列"


def _text(given: Any, faults: list[Fault]) -> list[tuple[str, int]]:
    """What the text claims: numbers by name, and what sentences say, alone or among the values."""
    if given is None:
        return []
    if isinstance(given, str):
        return claims([given])
    if isinstance(given, list):
        return claims(str(each) for each in given)
    if not isinstance(given, Mapping):
        faults.append(Fault("text", "正文（text）应为一组“名称：数”。"))
        return []
    named = [
        (str(name), value)
        for name, value in given.items()
        if isinstance(value, int) and not isinstance(value, bool)
    ]
    return [*named, *claims(str(value) for value in given.values() if isinstance(value, str))]


# ---- words ----

_N = r"(?P<n>\d+|[零〇一二两三四五六七八九十百]+)"
_UNIT = r"\s*(?:件|份|条|宗|起|例|次|个)"
_NONE = r"(?P<none>未|没有|无|零)"
_ASKED = r"(?:政府信息公开|信息公开|依申请公开)?[^，,、]{0,8}?申请"

_PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "requests_received_and_answered",
        re.compile(rf"收到并(?:已)?(?:答复|办结|办理)[^，,]{{0,20}}?{_N}{_UNIT}"),
        "申请",
    ),
    (
        "requests_received",
        re.compile(
            rf"(?:收到|受理|新收)(?!并){_ASKED}[^，,\d]{{0,8}}?{_N}{_UNIT}"
            rf"|(?:收到|受理|新收)\s*(?P<n2>\d+){_UNIT}[^，,]{{0,12}}申请"
            rf"|{_NONE}(?:收到|接到|受理){_ASKED}"
        ),
        "申请",
    ),
    (
        "requests_answered",
        re.compile(
            rf"(?<!并)(?<!并已)(?:办结|答复|办理完毕)(?!群众|意见)[^，,\d]{{0,8}}?{_N}{_UNIT}"
        ),
        "申请",
    ),
    ("requests_carried_in", re.compile(rf"上年(?:度)?结转[^，,\d]{{0,8}}?{_N}{_UNIT}"), "申请"),
    (
        "requests_carried_over",
        re.compile(rf"结转(?:到)?(?:下年|下一年|次年)(?:度)?[^，,\d]{{0,8}}?{_N}{_UNIT}"),
        "申请",
    ),
    (
        "reconsiderations",
        re.compile(
            rf"行政复议[^，,\d]{{0,8}}?{_N}{_UNIT}|{_NONE}(?:发生|产生|收到|有)?[^，,]{{0,14}}行政复议"
        ),
        "",
    ),
    (
        "lawsuits",
        re.compile(
            rf"行政诉讼[^，,\d]{{0,8}}?{_N}{_UNIT}|{_NONE}(?:发生|产生|收到|有)?[^，,]{{0,20}}行政诉讼"
        ),
        "",
    ),
)

_DIGITS = {each: n for n, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def _number(match: re.Match[str]) -> int | None:
    groups = match.groupdict()
    if groups.get("none"):
        return 0
    text = groups.get("n") or groups.get("n2") or ""
    return int(text) if text.isdigit() else _spoken(text)


def _spoken(text: str) -> int | None:
    """三 3, 十二 12, 二十 20, 一百零五 105; None where it is no number below a thousand."""
    total, digit = 0, 0
    for each in text:
        if each in _DIGITS:
            digit = _DIGITS[each]
        else:
            total += (digit or 1) * {"十": 10, "百": 100}[each]
            digit = 0
    return total + digit if text else None
