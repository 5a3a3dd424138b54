"""What changed between two versions of a notice, for the reader: field by field, cell by cell.

A correction replaces a whole notice; what a villager wants to know is which figure was wrong and
what it is now. Rows of a table are brought together by what stands in their first column, so that a
row put in between does not make all below it look changed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from kiosk.rules import accounts, forms
from kiosk.rules.forms import Field, Form

CHANGED, ADDED, REMOVED = "changed", "added", "removed"
LINE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `where` in words ("支出 · 保洁 · 金额"), what stood there and what stands
    there now in words, "" where there was or is nothing; `kind` "changed", "added" or "removed"."""

    kind: str
    where: str
    before: str
    after: str


def changes(form: Form | None, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The differences between two bodies of a notice (title, content, attachments, contact), in
    the order in which they are read. `form` is None where it is not known: then the content is
    compared as plain values."""
    found = list(_plain("标题", str(before["title"]), str(after["title"])))
    old, new = before["content"], after["content"]
    if form is not None:
        known_old, known_new = forms.filled(form, old), forms.filled(form, new)
        for field in form.fields:
            found += _of_field(field, known_old, known_new)
        old, new = forms.leftovers(form, old), forms.leftovers(form, new)
    for key in sorted({*old, *new}):
        found += _plain(key, _said(old.get(key)), _said(new.get(key)))
    found += _pictures(before["attachments"], after["attachments"])
    found += _plain("联系方式", str(before["contact"]), str(after["contact"]))
    return found


def _of_field(field: Field, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if field.type == "sheet":
        yield from _sheet(field, old, new)
    elif field.is_table:
        yield from _table(field, old[field.key], new[field.key])
    elif field.type in ("long_text", "lines"):
        yield from _lines(field.label, str(old[field.key]), str(new[field.key]))
    else:
        yield from _plain(field.label, words(field, old[field.key]), words(field, new[field.key]))


def words(field: Field, value: Any) -> str:
    """A single value of a field in words; "" for nothing."""
    match field.type:
        case "money":
            return "" if value is None else f"{accounts.yuan(value)} {field.unit or '元'}"
        case "number":
            return "" if value is None else f"{value} {field.unit}".strip()
        case "date":
            return _day(str(value or ""))
        case "part":
            return "其中" if value else ""
        case "photo":
            return "有照片" if value else ""
    return str(value or "")


def _table(field: Field, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    first = field.columns[0]
    names = (
        [words(first, row[first.key]) for row in old],
        [words(first, row[first.key]) for row in new],
    )
    for kind, was, now in _paired(old, new, *names):
        if kind == CHANGED:
            name = names[1][now] or f"第 {now + 1} 行"
            for column in field.columns:
                yield from _plain(
                    f"{field.label} · {name} · {column.label}",
                    words(column, old[was][column.key]),
                    words(column, new[now][column.key]),
                )
        elif kind == ADDED:
            yield Change(ADDED, field.label, "", _row(field.columns, new[now]))
        else:
            yield Change(REMOVED, field.label, _row(field.columns, old[was]), "")


def _row(columns: Sequence[Field], row: Mapping[str, Any]) -> str:
    said = []
    for column in columns:
        text = words(column, row[column.key])
        empty = column.type in ("money", "number") and not row[column.key]
        if text and not empty:
            said.append(text if column is columns[0] else f"{column.label} {text}")
    return "，".join(said)


def _sheet(field: Field, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    heads = [str(it["name"]) for it in old["columns"]], [str(it["name"]) for it in new["columns"]]
    if old["columns"] != new["columns"]:
        yield Change(CHANGED, f"{field.label} · 各列", "、".join(heads[0]), "、".join(heads[1]))
    rows = [[_cells(row, given["columns"]) for row in given["rows"]] for given in (old, new)]
    at = _name_column(new["columns"])
    names = [[row[at] if at < len(row) else "" for row in given] for given in rows]
    for kind, was, now in _paired(rows[0], rows[1], names[0], names[1]):
        if kind == CHANGED:
            name = names[1][now] or f"第 {now + 1} 行"
            given = dict(zip(heads[0], rows[0][was], strict=False))
            for head, text in zip(heads[1], rows[1][now], strict=False):
                if head in given:
                    yield from _plain(f"{field.label} · {name} · {head}", given[head], text)
        elif kind == ADDED:
            yield Change(ADDED, field.label, "", "，".join(filter(None, rows[1][now])))
        else:
            yield Change(REMOVED, field.label, "，".join(filter(None, rows[0][was])), "")


def _cells(row: Sequence[Any], columns: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        "" if cell is None else f"{accounts.yuan(cell)} 元" if column["amount"] else str(cell)
        for cell, column in zip(row, columns, strict=False)
    ]


def _name_column(columns: Sequence[Mapping[str, Any]]) -> int:
    """The column by which a person is known: the one called a name, else the first."""
    for n, column in enumerate(columns):
        if "姓名" in column["name"] or "户主" in column["name"]:
            return n
    return 0


def _paired(
    old: Sequence[Any], new: Sequence[Any], old_names: list[str], new_names: list[str]
) -> Iterator[tuple[str, int, int]]:
    """Which rows changed into which, and which were removed or added, in the order of reading.

    Equal rows stay; between them rows of one name belong together, and where as many were as are,
    rows at the same place.
    """
    keys = [
        [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in it] for it in (old, new)
    ]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        left, right = list(range(a, b)), list(range(c, d))
        pairs = {}
        for now in right:
            was = next((n for n in left if new_names[now] and old_names[n] == new_names[now]), None)
            if was is not None:
                pairs[now] = was
                left.remove(was)
        unnamed = [now for now in right if now not in pairs]
        if len(left) == len(unnamed):
            pairs |= dict(zip(unnamed, left, strict=True))
            left = []
        for was in left:
            yield REMOVED, was, -1
        for now in right:
            yield (CHANGED, pairs[now], now) if now in pairs else (ADDED, -1, now)


def _lines(where: str, old: str, new: str) -> Iterator[Change]:
    """Differences of a text, paragraph by paragraph."""
    was, now = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, come = was[a:b], now[c:d]
        for n in range(max(len(gone), len(come))):
            yield from _plain(
                where, gone[n] if n < len(gone) else "", come[n] if n < len(come) else ""
            )


def _pictures(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterator[Change]:
    shas = [{str(it["sha"]) for it in given} for given in (old, new)]
    if more := len(shas[1] - shas[0]):
        yield Change(ADDED, "照片", "", f"{more} 张")
    if less := len(shas[0] - shas[1]):
        yield Change(REMOVED, "照片", f"{less} 张", "")
    was = {str(it["sha"]): str(it["name"]) for it in old}
    for picture in new:
        if picture["sha"] in was:
            yield from _plain("照片说明", was[str(picture["sha"])], str(picture["name"]))


def _plain(where: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        kind = ADDED if not before else REMOVED if not after else CHANGED
        yield Change(kind, where, _short(before), _short(after))


def _short(text: str) -> str:
    return text if len(text) <= LINE_LIMIT else f"{text[: LINE_LIMIT - 1]}…"


def _said(value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"
