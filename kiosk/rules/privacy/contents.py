"""Personal data in a notice's content, looked for and masked by the definition of its form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.rules import forms
from kiosk.rules.forms import Field, Form
from kiosk.rules.privacy.tables import AGE, find_in_table, heading_kind, in_cell, is_minor, label_of
from kiosk.rules.privacy.text import PUBLIC_CONTACT, find, mask


@dataclass(frozen=True)
class FoundInContent:
    """A datum in a content: `path` of keys and indexes, `place` the same in words."""

    path: tuple[str | int, ...]
    place: str
    kind: str
    shown_as: str


def find_in_content(
    content: Mapping[str, Any], form: str | Form, allow: frozenset[str] = frozenset()
) -> list[FoundInContent]:
    """The personal data in a notice's content, each with its place in words.

    A form of the program is given by its id, a township's own as the Form. By its form a column's
    heading tells what is in it, a public contact may stand, and what is to be shown masked
    (`mask`) is found until it is. What the form does not know is searched as plain text.
    """
    known = _known(form)
    if known is None:
        return list(_found_in_texts(content, allow))
    found: list[FoundInContent] = []
    for field in known.fields:
        found += _found_in_field(field, content, allow)
    rest = forms.leftovers(known, content)
    for field in known.fields:
        rest.pop(field.key, None)
    found += _found_in_texts(rest, allow)
    return found


def masked(
    content: Mapping[str, Any], form: str | Form, allow: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The content as it may be shown: a list's columns of health are left out, the rest masked.

    Takes what is typed into a form (every value text) as well.
    """
    known = _known(form)
    made = {} if known is None else {it.key: it for it in known.fields if it.type != "sheet"}
    shown = dict(_masked({k: v for k, v in content.items() if k not in made}, allow))
    for key, field in made.items():
        if key in content:
            shown[key] = _masked_field(field, content[key], allow)
    if known is not None and any(field.type == "sheet" for field in known.fields):
        shown |= _masked_sheet(content, allow)
    return {key: shown[key] for key in content}


def _known(form: str | Form) -> Form | None:
    return forms.load().get(form) if isinstance(form, str) else form


def _found_in_field(
    field: Field, content: Mapping[str, Any], allow: frozenset[str]
) -> Iterator[FoundInContent]:
    value = content.get(field.key)
    if field.type == "sheet":
        names, rows = _sheet(content)
        for it in find_in_table(names, rows, str(content.get("note", ""))):
            if it.kind not in allow:
                place = f"第 {it.row + 1} 行“{names[it.column]}”"
                yield FoundInContent(("rows", it.row, it.column), place, it.kind, it.shown_as)
        for n, name in enumerate(names):
            for hit in find(name, allow):
                yield FoundInContent(("columns", n, "name"), "表头", hit.kind, hit.shown_as)
    elif field.is_table:
        for n, row in enumerate(forms.rows_of(content, field)):
            for column, kind in _kinds(field, row):
                for each, shown, _ in _in_column(column, row.get(column.key), kind, allow):
                    place = f"{field.label}第 {n + 1} 行“{column.label}”"
                    yield FoundInContent((field.key, n, column.key), place, each, shown)
    elif isinstance(value, str):
        for each, shown, _ in _in_column(field, value, _kind(field), allow):
            yield FoundInContent((field.key,), field.label, each, shown)


def _masked_field(field: Field, value: Any, allow: frozenset[str]) -> Any:
    if not field.is_table:
        return _masked_value(field, value, _kind(field), allow)
    if not isinstance(value, list):
        return _masked(value, allow)
    made = []
    for row in value:
        if isinstance(row, Mapping):
            shown = {
                column.key: _masked_value(column, row[column.key], kind, allow)
                for column, kind in _kinds(field, row)
                if column.key in row
            }
            made.append({**_masked(row, allow), **shown})
        else:
            made.append(_masked(row, allow))
    return made


def _masked_value(field: Field, value: Any, kind: str | None, allow: frozenset[str]) -> Any:
    if not isinstance(value, str):
        return value
    return next((whole for _, _, whole in _in_column(field, value, kind, allow)), value)


def _kinds(table: Field, row: Mapping[str, Any]) -> list[tuple[Field, str | None]]:
    """The columns of a table with what each is, for a row: of minors the name is one too."""
    ages = [row.get(column.key) for column in table.columns if AGE.search(label_of(column.label))]
    young = any(is_minor(age) for age in ages)
    kinds = [(column, _kind(column)) for column in table.columns]
    if any(kind in ("name", "masked name", "minor") for _, kind in kinds):
        kinds = [(column, kind or "of a person") for column, kind in kinds]
    return [(column, "minor" if young and kind == "name" else kind) for column, kind in kinds]


def _kind(field: Field) -> str | None:
    """What a field is by its definition, else by its label; a name is nothing by itself."""
    if field.mask:
        return "masked name" if field.mask == "name" else field.mask
    if field.public_contact:
        return "contact"
    return heading_kind(field.label)


def _in_column(
    field: Field, value: Any, kind: str | None, allow: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    """Kind, datum as shown, and the whole value as shown, of each kind found in a value."""
    if not isinstance(value, str) or not value or field.type not in forms.TEXTS:
        return
    if kind == "contact":
        allow = allow | PUBLIC_CONTACT
        kind = None
    if kind in ("name", "public"):
        kind = None
    if kind is None or field.type in ("long_text", "lines"):
        seen = set()
        for hit in find(value, allow):
            if hit.kind not in seen:
                seen.add(hit.kind)
                yield hit.kind, hit.shown_as, mask(value, allow)
        return
    for each, shown, whole in in_cell(value, None if kind == "of a person" else kind):
        if each not in allow:
            yield each, shown, whole


def _found_in_texts(content: Mapping[str, Any], allow: frozenset[str]) -> Iterator[FoundInContent]:
    for path, text in _texts(content):
        for hit in find(text, allow):
            yield FoundInContent(path, _place(path), hit.kind, hit.shown_as)


def _sheet(content: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    columns = content.get("columns") or []
    return [str(column["name"]) for column in columns], list(content.get("rows") or [])


def _masked_sheet(content: Mapping[str, Any], allow: frozenset[str]) -> dict[str, Any]:
    names, given = _sheet(content)
    rows = [list(row) for row in given]
    health = {index for index, name in enumerate(names) if heading_kind(name) == "health"}
    for it in find_in_table(names, given, str(content.get("note", ""))):
        if it.kind not in allow:
            rows[it.row][it.column] = it.text
    kept = [index for index in range(len(names)) if index not in health or "health" in allow]
    return {
        "columns": [
            {**content["columns"][index], "name": mask(names[index], allow)} for index in kept
        ],
        "rows": [[row[index] for index in kept] for row in rows],
    }


_PLACES = {
    "income": "收入",
    "expense": "支出",
    "lines": "明细",
    "steps": "步骤",
    "text": "正文",
    "note": "说明",
    "columns": "表头",
}


def _texts(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, index))


def _masked(value: Any, allow: frozenset[str]) -> Any:
    if isinstance(value, str):
        return mask(value, allow)
    if isinstance(value, Mapping):
        return {key: _masked(each, allow) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each, allow) for each in value]
    return value


def _place(path: tuple[str | int, ...]) -> str:
    words = _PLACES.get(str(path[0]), str(path[0])) if path else "正文"
    rows = [step for step in path if isinstance(step, int)]
    return f"{words}第 {rows[0] + 1} 行" if rows else words
