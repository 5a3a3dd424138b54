"""The sums that a form says must hold: a small language, never run as code.

    equal: [closing, opening + sum(income.amount) - sum(expense.amount)]
    equal: [amount, area * rate]          with `each: rows`, for every row of a table
    equal: [opening, previous.closing]    the period before; of a row, with `by: name`, the row
                                          there that has the same name
    equal: [total, year(amount)]          the year's periods up to this one added up
    at_most: [present, entitled]

What stands on the left is what was written, on the right what it should be. An expression has
fields and columns by key, numbers, `sum(table.column)`, `count(table)`, `year(...)`, `previous.`,
`+ - *` and brackets. A key that Python keeps for itself is written with an underscore behind
(`for_`). Amounts are fen and exact; a product of an area and a price is rounded half up to the
fen. Money is never added to a number: that is refused when the form is read.

Where a value is missing nothing can be said, so the check is passed over. But what need not be
filled in counts as nothing where it is added or taken away, as does an empty cell in a sum. Rows
that are 其中 part of the row above (`part`) are not added.
"""

import ast
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from kiosk.rules import accounts
from kiosk.rules.forms.definition import Check, Field, Form

LONGEST_EXPRESSION = 200
_DEEPEST = 12


@dataclass(frozen=True)
class Scope:
    """What names stand for: a content, or a row of it with the content around it. `previous` is the
    same of the period before (None: unknown), `history` the contents of the year's earlier
    periods (None: not all are known)."""

    content: Mapping[str, Any]
    row: Mapping[str, Any] | None = None
    previous: Mapping[str, Any] | None = None
    previous_row: Mapping[str, Any] | None = None
    history: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Named:
    """A field, a column, a sum or a count: a value that has a name in Chinese."""

    path: tuple[str, ...]
    words: str
    unit: str
    money: bool
    what: str
    """value, column, sum or count"""
    before: bool = False
    part: str = ""
    optional: bool = False

    def value(self, scope: Scope) -> Decimal | None:
        """None where it is missing."""
        if self.what == "column":
            return _number((scope.previous_row if self.before else scope.row) or {}, self.path[-1])
        content = scope.previous if self.before else scope.content
        if content is None:
            return None
        if self.what == "value":
            return _number(content, self.path[0])
        rows = _rows(content, self.path[0])
        if self.what == "count":
            return Decimal(len(rows))
        summed = [row for row in rows if not (self.part and row.get(self.part))]
        numbers = [_number(row, self.path[1]) for row in summed]
        return sum((it for it in numbers if it is not None), Decimal(0))

    def said(self, value: Decimal) -> str:
        return f"{self.words} {written(value, self.money, self.unit)}"


@dataclass(frozen=True)
class Number:
    number: Decimal
    money: bool = False

    def value(self, scope: Scope) -> Decimal | None:
        return self.number

    def said(self, value: Decimal) -> str:
        return format(value.normalize(), "f")


@dataclass(frozen=True)
class Year:
    """A named value added up over the year's periods."""

    inner: Named
    money: bool

    def value(self, scope: Scope) -> Decimal | None:
        if scope.history is None:
            return None
        values = [self.inner.value(Scope(content)) for content in scope.history]
        now = self.inner.value(scope)
        if now is None:
            return None
        return now + sum((it for it in values if it is not None), Decimal(0))

    def said(self, value: Decimal) -> str:
        words = self.inner.words
        return f"今年各期{words}相加 {written(value, self.money, self.inner.unit)}"


@dataclass(frozen=True)
class Pair:
    """Two expressions with + - or * between them."""

    op: str
    left: "Expression"
    right: "Expression"
    money: bool

    def value(self, scope: Scope) -> Decimal | None:
        left, right = self.left.value(scope), self.right.value(scope)
        if self.op != "*" and (left is None) != (right is None):
            left = Decimal(0) if left is None and _may_lack(self.left) else left
            right = Decimal(0) if right is None and _may_lack(self.right) else right
        if left is None or right is None:
            return None
        match self.op:
            case "+":
                return left + right
            case "-":
                return left - right
        return left * right


Expression = Named | Number | Year | Pair


@dataclass(frozen=True)
class Compiled:
    """A check made ready: its two sides, both in money or neither."""

    check: Check
    left: Expression
    right: Expression
    table: Field | None


@lru_cache(maxsize=1024)
def compiled(form: Form, check: Check) -> Compiled:
    """The check as expressions over the form's fields. Raises ValueError in Chinese."""
    table = None
    if check.each:
        table = form.field(check.each)
        if table is None or not table.is_table:
            raise ValueError(f"each 里没有 {check.each} 这张表")
    if check.by and (table is None or table.column(check.by) is None):
        raise ValueError(f"by 里没有 {check.by} 这一列")
    reader = _Reader(form, table, bool(check.by))
    left, right = reader.read(check.left), reader.read(check.right)
    if left.money != right.money and not _is_zero(left) and not _is_zero(right):
        raise ValueError(f"{check.left} 和 {check.right} 不能比：一个是钱，一个不是")
    return Compiled(check, left, right, table)


def rounded(value: Decimal, money: bool) -> Decimal:
    """A result to the fen, half up; of other numbers to four decimals."""
    return value.quantize(Decimal(1) if money else Decimal("0.0001"), ROUND_HALF_UP)


def written(value: Decimal, money: bool, unit: str = "") -> str:
    """1,234.50 元, or a number with its unit."""
    if money:
        return f"{accounts.yuan(int(rounded(value, True)))} 元"
    plain = format(rounded(value, False).normalize() + 0, "f")
    return f"{plain} {unit}" if unit else plain


def in_words(expression: Expression, scope: Scope) -> str:
    """The expression with what stands in it: 期初余额 100.00 元＋收入合计 50.00 元."""
    if not isinstance(expression, Pair):
        value = expression.value(scope)
        return expression.said(value if value is not None else Decimal(0))
    sign = {"+": "＋", "-": "－", "*": "×"}[expression.op]
    sides = []
    for side, inner in (("left", expression.left), ("right", expression.right)):
        words = in_words(inner, scope)
        loose = isinstance(inner, Pair) and (
            (expression.op == "*" and inner.op != "*")
            or (expression.op == "-" and side == "right" and inner.op != "*")
        )
        sides.append(f"（{words}）" if loose else words)
    return sign.join(sides)


def first_named(expression: Expression) -> Named | None:
    """The first field, column or sum of an expression: where its fault is shown."""
    match expression:
        case Named():
            return expression
        case Year():
            return expression.inner
        case Pair():
            return first_named(expression.left) or first_named(expression.right)
    return None


def needs_history(form: Form) -> bool:
    """Whether a check adds up the year, so that its earlier periods are wanted."""
    made = [compiled(form, check) for check in form.checks]
    return any(_has_year(it.left) or _has_year(it.right) for it in made)


def _has_year(expression: Expression) -> bool:
    match expression:
        case Year():
            return True
        case Pair():
            return _has_year(expression.left) or _has_year(expression.right)
    return False


def _may_lack(expression: Expression) -> bool:
    return isinstance(expression, Named) and expression.optional and not expression.before


def _is_zero(expression: Expression) -> bool:
    return isinstance(expression, Number) and expression.number == 0


def _number(values: Mapping[str, Any], key: str) -> Decimal | None:
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _rows(content: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = content.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


@dataclass(frozen=True)
class _Reader:
    """Turns the text of an expression into Expression. Raises ValueError in Chinese."""

    form: Form
    table: Field | None
    matched: bool

    def read(self, text: str) -> Expression:
        if len(text) > LONGEST_EXPRESSION:
            raise ValueError(f"算式太长，最多 {LONGEST_EXPRESSION} 个字符")
        try:
            tree = ast.parse(text, mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise ValueError(f"算式看不懂：{text}") from None
        return self._made(tree.body, text, 0)

    def _made(self, node: ast.AST, text: str, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise ValueError(f"算式太复杂：{text}")
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return Number(Decimal(str(number)))
            case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() as op, right):
                sides = self._made(left, text, depth + 1), self._made(right, text, depth + 1)
                return self._pair(op, *sides, text)
            case ast.Call(ast.Name("sum"), [ast.Attribute() as inner], []):
                return self._sum(_dotted(inner, text), text)
            case ast.Call(ast.Name("count"), [ast.Name() | ast.Attribute() as inner], []):
                path = _dotted(inner, text)
                before = path[0] == "previous"
                table = self._table(path[-1], text)
                words = ("上期" if before else "") + f"{table.label}的行数"
                return Named((table.key,), words, "", False, "count", before)
            case ast.Call(ast.Name("year"), [inner], []):
                named = self._made(inner, text, depth + 1)
                if not isinstance(named, Named) or named.what == "column" or named.before:
                    raise ValueError(f"year(...) 里应是一项或一个合计：{text}")
                return Year(named, named.money)
            case ast.Name() | ast.Attribute():
                return self._named(_dotted(node, text), text)
        raise ValueError(f"算式里只能有各项的 key、数、sum、count、year、+、-、*：{text}")

    def _pair(self, op: ast.operator, left: Expression, right: Expression, text: str) -> Pair:
        if isinstance(op, ast.Mult):
            if left.money and right.money:
                raise ValueError(f"钱不能乘钱：{text}")
            return Pair("*", left, right, left.money or right.money)
        if left.money != right.money and not _is_zero(left) and not _is_zero(right):
            raise ValueError(f"钱和数不能加减：{text}")
        return Pair("+" if isinstance(op, ast.Add) else "-", left, right, left.money or right.money)

    def _sum(self, path: list[str], text: str) -> Named:
        before = path[0] == "previous"
        keys = path[1:] if before else path
        if len(keys) != 2:
            raise ValueError(f"sum(...) 里应写 表.列：{text}")
        table = self._table(keys[0], text)
        column = table.column(_bare(keys[1]))
        if column is None or not column.is_figure:
            raise ValueError(f"{table.label}里没有可以相加的 {keys[1]} 这一列：{text}")
        figures = [it for it in table.columns if it.is_figure]
        words = f"{table.label}合计" if len(figures) == 1 else f"{table.label}的{column.label}合计"
        part = next((it.key for it in table.columns if it.type == "part"), "")
        return Named(
            (table.key, column.key),
            ("上期" if before else "") + words,
            column.unit,
            column.type == "money",
            "sum",
            before,
            part,
        )

    def _named(self, path: list[str], text: str) -> Named:
        before = path[0] == "previous"
        keys = [_bare(key) for key in (path[1:] if before else path)]
        if len(keys) != 1:
            raise ValueError(f"没有 {'.'.join(path)} 这一项：{text}")
        column = self.table.column(keys[0]) if self.table else None
        field = column or self.form.field(keys[0])
        if field is None or not field.is_figure:
            raise ValueError(f"没有 {keys[0]} 这一项，或者它不是数：{text}")
        if column is not None and before and not self.matched:
            raise ValueError(f"每行和上期比，要用 by 写明按哪一列对应：{text}")
        where = (self.table.key, column.key) if column and self.table else (field.key,)
        words = ("上期" if before else "") + field.label
        what = "column" if column else "value"
        money = field.type == "money"
        return Named(where, words, field.unit, money, what, before, "", not field.required)

    def _table(self, key: str, text: str) -> Field:
        table = self.form.field(_bare(key))
        if table is None or not table.is_table:
            raise ValueError(f"没有 {key} 这张表：{text}")
        return table


def _dotted(node: ast.AST, text: str) -> list[str]:
    match node:
        case ast.Name(name):
            return [name]
        case ast.Attribute(inner, name):
            return [*_dotted(inner, text), name]
    raise ValueError(f"算式看不懂：{text}")


def _bare(key: str) -> str:
    """A key without the underscore that parts it from a word of Python's own."""
    return key[:-1] if key.endswith("_") and keyword.iskeyword(key[:-1]) else key
