"""A form read from data, strictly: whatever is wrong is told by file, field and reason.

A form may come from another node, so nothing in it is trusted: keys, lengths and counts are bound,
and its checks are only ever the small language of `kiosk.rules.forms.expressions`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kiosk.rules import accounts
from kiosk.rules.forms import expressions
from kiosk.rules.forms.definition import (
    LONGEST,
    LOOKS,
    MASKS,
    MOST_FIELDS,
    SINGLE,
    TABLES,
    TYPES,
    Check,
    Field,
    Form,
    FormInvalid,
)
from kiosk.rules.forms.values import value_written


def form_of_data(data: Any, source: str) -> Form:
    """The form that an object describes; `source` names it in messages. Raises FormInvalid."""
    where = _Where(source)
    if not isinstance(data, Mapping):
        raise where.wrong("内容应是 id、title、help、fields")
    where.known(data, {"id", "title", "help", "look", "fields", "checks"})
    id = where.name(data, "id")
    raw = data.get("fields")
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_FIELDS:
        raise where.wrong(f"fields 应是 1 到 {MOST_FIELDS} 项")
    fields = tuple(_field(where, each, column=False) for each in raw)
    where.distinct([field.key for field in fields])
    if sum(field.type == "sheet" for field in fields) > 1:
        raise where.wrong("自定各列的名单（sheet）只能有一个")
    look = data.get("look", "")
    if look not in LOOKS:
        raise where.wrong(f"look 应是 {'、'.join(filter(None, LOOKS))}，不是 {look}")
    form = Form(id, where.text(data, "title"), where.text(data, "help"), fields, (), look)
    checks = data.get("checks", [])
    if not isinstance(checks, list) or len(checks) > MOST_FIELDS:
        raise where.wrong("checks 应是一列核对")
    return replace(form, checks=tuple(_check(where, form, each) for each in checks))


@dataclass(frozen=True)
class _Where:
    """The place in the data, for messages."""

    source: str
    path: tuple[str, ...] = ()

    def at(self, key: str) -> "_Where":
        return _Where(self.source, (*self.path, key))

    def wrong(self, why: str) -> FormInvalid:
        place = f" 的 {'.'.join(self.path)}" if self.path else ""
        return FormInvalid(f"表 {self.source}{place}：{why}")

    def known(self, data: Mapping[str, Any], keys: set[str]) -> None:
        if unknown := sorted(str(key) for key in data if key not in keys):
            raise self.wrong(f"有不认识的 {'、'.join(unknown)}")

    def name(self, data: Mapping[str, Any], key: str) -> str:
        value = data.get(key)
        if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
            raise self.wrong(f"{key} 应是小写字母、数字和下划线，不是 {value}")
        return value

    def text(self, data: Mapping[str, Any], key: str, needed: bool = True) -> str:
        value = data.get(key, "")
        if not isinstance(value, str) or len(value) > LONGEST or (needed and not value.strip()):
            raise self.wrong(f"{key} 应是文字（最多 {LONGEST} 个字）")
        return value.strip()

    def flag(self, data: Mapping[str, Any], key: str, usual: bool = False) -> bool:
        value = data.get(key, usual)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} 应是 true 或 false")
        return value

    def texts(self, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(each, str) and 0 < len(each.strip()) <= LONGEST for each in value
        ):
            raise self.wrong(f"{key} 应是一列文字")
        return tuple(each.strip() for each in value)

    def distinct(self, keys: list[str]) -> None:
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise self.wrong(f"{twice} 写了两次")


_FIELD_KEYS = {"key", "label", "type", "help", "example", "required"}
_KEYS_OF = {
    "money": {"total", "unit"},
    "number": {"total", "unit", "decimals"},
    "date": {"expires"},
    "choice": {"choices"},
    "text": {"mask", "public_contact"},
    "long_text": {"mask", "public_contact"},
    "lines": {"mask", "public_contact"},
    "table": {"columns", "shown"},
    "stages": {"columns", "stages"},
}
_MOST_DECIMALS = 4


def _field(outer: _Where, data: Any, *, column: bool) -> Field:
    if not isinstance(data, Mapping):
        raise outer.wrong(f"每一项应写明 key、label、type，不是 {data}")
    key = outer.name(data, "key")
    where = outer.at(key)
    type_ = data.get("type", "text" if column else None)
    allowed = SINGLE if column else SINGLE - {"part"} | TABLES | {"sheet"}
    if type_ not in allowed:
        raise where.wrong(f"type 应是 {'、'.join(t for t in TYPES if t in allowed)}，不是 {type_}")
    place = {"also"} if column else {"only"}
    where.known(data, _FIELD_KEYS | _KEYS_OF.get(type_, set()) | place)
    if type_ == "sheet" and key != "rows":
        raise where.wrong("自定各列的名单（sheet）的 key 只能是 rows")
    field = Field(
        key=key,
        label=where.text(data, "label"),
        type=type_,
        help=where.text(data, "help", needed=not column),
        required=where.flag(data, "required"),
        unit=where.text(data, "unit", needed=False),
        decimals=_whole(where, data.get("decimals", 0)),
        choices=where.texts(data, "choices"),
        also=where.texts(data, "also"),
        total=where.flag(data, "total", usual=type_ == "money"),
        mask=_one_of(where, data, "mask", MASKS),
        public_contact=where.flag(data, "public_contact", usual=type_ == "phone"),
        expires=where.flag(data, "expires"),
        only=where.texts(data, "only"),
        shown=_one_of(where, data, "shown", ("table", "cards")),
        columns=_columns(where, data) if type_ in TABLES else (),
        stages=_stages(where, data.get("stages")),
    )
    if type_ == "choice" and len(field.choices) < 2:
        raise where.wrong("choices 应至少有两个")
    if column:
        if "example" in data:
            raise where.wrong("列的例子写在表的 example 里")
        return field
    if "example" not in data:
        raise where.wrong("缺少 example")
    return replace(field, example=_example(where, field, data["example"]))


def _columns(where: _Where, data: Mapping[str, Any]) -> tuple[Field, ...]:
    raw = data.get("columns")
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_FIELDS:
        raise where.wrong(f"columns 应是 1 到 {MOST_FIELDS} 列")
    columns = tuple(_field(where, each, column=True) for each in raw)
    where.distinct([column.key for column in columns])
    if data.get("type") == "stages" and columns[0].type not in ("text", "choice"):
        raise where.wrong("阶段的第一列是阶段的名称，应是文字")
    return columns


def _stages(where: _Where, raw: Any) -> Mapping[str, tuple[str, ...]] | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        return {"": where.texts({"stages": raw}, "stages")}
    inner = where.at("stages")
    inner.known(raw, {"party", "village", "finance", "township"})
    return {str(affairs): inner.texts(raw, affairs) for affairs in raw}


def _one_of(where: _Where, data: Mapping[str, Any], key: str, values: tuple[str, ...]) -> str:
    value = data.get(key, "")
    if value != "" and value not in values:
        raise where.wrong(f"{key} 应是 {'、'.join(values)} 之一，不是 {value}")
    return str(value)


def _whole(where: _Where, value: Any) -> int:
    if isinstance(value, bool) or str(value) not in map(str, range(_MOST_DECIMALS + 1)):
        raise where.wrong(f"decimals 应是 0 到 {_MOST_DECIMALS}，不是 {value}")
    return int(value)


# ---- examples and checks ----


def _example(where: _Where, field: Field, raw: Any) -> Any:
    try:
        if field.type == "sheet":
            return _sheet_example(raw)
        if not field.is_table:
            return value_written(field, raw)
    except ValueError as error:
        raise where.wrong(f"example {error}") from None
    if not isinstance(raw, list) or not raw:
        raise where.wrong("example 应是至少一行")
    rows = []
    for n, row in enumerate(raw, 1):
        if not isinstance(row, Mapping):
            raise where.wrong(f"example 第 {n} 行应是各列的值")
        where.known(row, {column.key for column in field.columns})
        made = {}
        for column in field.columns:
            try:
                made[column.key] = value_written(column, row.get(column.key))
            except ValueError as error:
                raise where.wrong(f"example 第 {n} 行的 {column.key} {error}") from None
        rows.append(made)
    return rows


def _sheet_example(raw: Any) -> Any:
    """{columns: [[name, amount], ...], rows: [[...], ...]} as a content's columns and rows."""
    if not isinstance(raw, Mapping) or set(raw) != {"columns", "rows"}:
        raise ValueError("应是 columns 和 rows")
    columns = [{"name": str(name), "amount": bool(amount)} for name, amount in raw["columns"]]
    rows = [
        [
            (None if cell is None else accounts.parse_fen(cell)) if column["amount"] else str(cell)
            for cell, column in zip(row, columns, strict=True)
        ]
        for row in raw["rows"]
    ]
    return {"columns": columns, "rows": rows}


def _check(where: _Where, form: Form, data: Any) -> Check:
    where = where.at("checks")
    if not isinstance(data, Mapping):
        raise where.wrong(f"每一条应写 equal 或 at_most，不是 {data}")
    where.known(data, {"each", "by", "equal", "at_most", "warn", "unless"})
    ops = [op for op in ("equal", "at_most") if op in data]
    sides = data.get(ops[0]) if len(ops) == 1 else None
    if not isinstance(sides, list) or len(sides) != 2:
        raise where.wrong("应写 equal: [左, 右] 或 at_most: [左, 右]")
    check = Check(
        op=ops[0],
        left=str(sides[0]),
        right=str(sides[1]),
        each=where.text(data, "each", needed=False),
        by=where.text(data, "by", needed=False),
        warn=where.flag(data, "warn"),
        unless=where.text(data, "unless", needed=False),
    )
    if check.unless and form.field(check.unless) is None:
        raise where.wrong(f"unless 里没有 {check.unless} 这一项")
    try:
        expressions.compiled(form, check)
    except ValueError as error:
        raise where.wrong(str(error)) from None
    return check
