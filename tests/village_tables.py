"""Made village tables in the many layouts in use, with what a reader must find in them.

A layout is a function from accounts (what is true) and a style (how amounts and the unit are
written) to sheets of rows. A `Tagged` cell has a name by which a test finds its address, to put a
wrong figure there. Amounts are fen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from kiosk.rules.accounts import yuan
from kiosk.rules.tables.grid import Cell, Grid, Merge, letters

FULL_WIDTH = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")


@dataclass(frozen=True)
class Tagged:
    value: Any
    tag: str


@dataclass(frozen=True)
class Item:
    name: str
    amount: int
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Accounts:
    opening: int
    income: tuple[Item, ...]
    expense: tuple[Item, ...]

    @property
    def totals(self) -> tuple[int, int, int, int]:
        into, out = (sum(it.amount for it in side) for side in (self.income, self.expense))
        return self.opening, into, out, self.opening + into - out


@dataclass(frozen=True)
class Sheet:
    rows: Sequence[Sequence[Any]]
    merges: tuple[str, ...] = ()
    name: str = "Sheet1"
    hidden: bool = False


@dataclass
class Style:
    """How amounts are written, in turn, and in which unit; `where` the unit is declared."""

    unit: str = "元"
    spellings: Sequence[str] = ("number",)
    where: str = "row"
    title: str = "东湖村2026年第二季度财务收支公开表"
    count: int = field(default=0)

    @property
    def size(self) -> int:
        return {"元": 100, "千元": 100_000, "万元": 1_000_000}[self.unit]

    def amount(self, fen: int) -> Any:
        spelling = self.spellings[self.count % len(self.spellings)]
        self.count += 1
        if self.unit != "元":
            number = Decimal(fen) / self.size
            return number if spelling == "number" else f"{number.normalize():f}"
        plain = yuan(fen)
        return {
            "number": lambda: fen // 100 if fen % 100 == 0 else Decimal(fen) / 100,
            "text": lambda: plain,
            "full": lambda: plain.translate(FULL_WIDTH),
            "yen": lambda: f"￥{plain}",
            "yuan": lambda: f"{plain.replace(',', '')}元",
            "spaced": lambda: f" {plain} ",
            "bracket": lambda: f"（{yuan(-fen)}）" if fen < 0 else plain,
        }[spelling]()

    def head(self, name: str) -> str:
        return f"{name}（{self.unit}）" if self.where == "heading" else name

    def above(self) -> list[list[Any]]:
        title = f"{self.title}（{self.unit}）" if self.where == "title" else self.title
        rows: list[list[Any]] = [[title]]
        if self.where == "row":
            rows.append(["编报单位：东湖村", None, None, f"单位：{self.unit}"])
        return rows


def grids(sheets: Sequence[Sheet]) -> tuple[list[Grid], dict[str, str]]:
    """The sheets as the reader takes them, and the address of each tagged cell."""
    made, tags = [], {}
    for sheet in sheets:
        cells = {}
        for row, values in enumerate(sheet.rows, 1):
            for column, value in enumerate(values, 1):
                if isinstance(value, Tagged):
                    tags[value.tag] = f"{letters(column)}{row}"
                    value = value.value
                if value is not None and value != "":
                    cells[row, column] = Cell(value)
        merges = tuple(Merge(*_corners(it)) for it in sheet.merges)
        made.append(Grid(sheet.name, cells, merges, hidden=sheet.hidden))
    return made, tags


def _corners(area: str) -> tuple[int, int, int, int]:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(area)
    return top, left, bottom, right


# ---- statements ----

Layout = Callable[[Accounts, Style], list[Sheet]]
SIGNED = ["村务监督委员会（签章）：", None, "会计：张某", "监督电话：0530-5880001"]


def _listed(
    items: Sequence[Item], among: str = "其中：", lead: str = "　　"
) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for item in items:
        found.append((item.name, item.amount))
        for number, (name, amount) in enumerate(item.parts):
            found.append((f"{lead}{among if number == 0 else lead}{name}", amount))
    return found


def _beside(
    left: list[tuple[str, Any]], right: list[tuple[str, Any]], width: int
) -> list[list[Any]]:
    rows = []
    for at in range(max(len(left), len(right))):
        row: list[Any] = [None] * (2 * width)
        for start, side in ((0, left), (width, right)):
            if at < len(side):
                row[start], row[start + 1] = side[at]
        rows.append(row)
    return rows


def _sides(accounts: Accounts, style: Style) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    into, out = (
        [(name, style.amount(fen)) for name, fen in _listed(side)]
        for side in (accounts.income, accounts.expense)
    )
    return into, out


def beside_merged(accounts: Accounts, style: Style) -> list[Sheet]:
    """收入 and 支出 over 项目, 金额, 备注; balances and totals in the rows of the sides."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    above = style.above()
    top = len(above) + 1
    rows = [
        *above,
        ["收　　入", None, None, "支　　出"],
        ["项目", style.head("本期发生额"), "备注", "项目", style.head("本期发生额"), "备注"],
        ["一、上期结余", Tagged(style.amount(opening), "opening")],
        *_beside(into, out, 3),
        [],
        [
            *("本期收入合计", Tagged(style.amount(income), "income"), None),
            *("本期支出合计", Tagged(style.amount(expense), "expense")),
        ],
        ["二、本期结余", Tagged(style.amount(closing), "closing")],
        SIGNED,
    ]
    return [Sheet(rows, ("A1:F1", f"A{top}:C{top}", f"D{top}:F{top}"))]


def beside_plain(accounts: Accounts, style: Style) -> list[Sheet]:
    """收入项目, 金额, 支出项目, 金额, no merged cells, as a CSV has it."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    return [
        Sheet(
            [
                *style.above(),
                ["收入项目", style.head("金额"), "支出项目", style.head("金额")],
                *_beside([("上季度结余", Tagged(style.amount(opening), "opening")), *into], out, 2),
                [
                    *("收入合计", Tagged(style.amount(income), "income")),
                    *("支出合计", Tagged(style.amount(expense), "expense")),
                ],
                [None, None, "期末结余", Tagged(style.amount(closing), "closing")],
            ]
        )
    ]


def beside_bare(accounts: Accounts, style: Style) -> list[Sheet]:
    """收入 and 支出 as the headings of the names themselves, amounts without or with a heading."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    above = style.above()
    top = len(above) + 1
    return [
        Sheet(
            [
                *above,
                ["收入", None, "支出", None],
                *_beside(into, out, 2),
                [
                    *("合计", Tagged(style.amount(income), "income")),
                    *("合计", Tagged(style.amount(expense), "expense")),
                ],
                ["上期余额", Tagged(style.amount(opening), "opening")],
                ["期末余额", Tagged(style.amount(closing), "closing")],
            ],
            (f"A{top}:B{top}", f"C{top}:D{top}"),
        )
    ]


def t_account(accounts: Accounts, style: Style) -> list[Sheet]:
    """Both sides add up to the same: with the opening balance left, the closing one right."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    return [
        Sheet(
            [
                *style.above(),
                ["收方", None, "付方", None],
                ["项目", style.head("金额"), "项目", style.head("金额")],
                *_beside(
                    [("期初余额", Tagged(style.amount(opening), "opening")), *into],
                    [*out, ("期末余额", Tagged(style.amount(closing), "closing"))],
                    2,
                ),
                [
                    *("合　计", Tagged(style.amount(opening + income), "income")),
                    *("合　计", Tagged(style.amount(expense + closing), "expense")),
                ],
            ]
        )
    ]


def stacked(accounts: Accounts, style: Style) -> list[Sheet]:
    """Income above expense in one column of names, sections and totals in rows of their own."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    return [
        Sheet(
            [
                *style.above(),
                ["项　目", style.head("金　额"), "备注"],
                ["上期结余", Tagged(style.amount(opening), "opening")],
                ["一、收入"],
                *([name, amount] for name, amount in into),
                ["收入合计", Tagged(style.amount(income), "income")],
                ["二、支出"],
                *([name, amount] for name, amount in out),
                ["支出合计", Tagged(style.amount(expense), "expense")],
                ["期末结余", Tagged(style.amount(closing), "closing")],
                [],
                ["审核：", "会计：", "制表："],
            ]
        )
    ]


def stacked_numbered(accounts: Accounts, style: Style) -> list[Sheet]:
    """Totals on the section rows, before their lines; numbering tells the levels."""
    opening, income, expense, closing = accounts.totals

    def numbered(items: Sequence[Item]) -> list[list[Any]]:
        rows = []
        for number, item in enumerate(items, 1):
            rows.append([f"{number}、{item.name}", style.amount(item.amount)])
            for inner, (name, amount) in enumerate(item.parts, 1):
                rows.append([f"（{inner}）{name}", style.amount(amount)])
        return rows

    return [
        Sheet(
            [
                *style.above(),
                ["项目", style.head("本季发生额")],
                ["一、上期结余", Tagged(style.amount(opening), "opening")],
                ["二、本期收入", Tagged(style.amount(income), "income")],
                *numbered(accounts.income),
                ["三、本期支出", Tagged(style.amount(expense), "expense")],
                *numbered(accounts.expense),
                ["四、期末结余", Tagged(style.amount(closing), "closing")],
            ]
        )
    ]


def numbers_apart(accounts: Accounts, style: Style) -> list[Sheet]:
    """The numbering in a column of its own, and a column of the year so far."""
    opening, income, expense, closing = accounts.totals

    def listed(items: Sequence[Item]) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for number, item in enumerate(items, 1):
            amount = style.amount(item.amount)
            rows.append([number, item.name, amount, style.amount(item.amount * 2)])
            for name, fen in item.parts:
                rows.append([None, f"其中：{name}", style.amount(fen), style.amount(fen * 2)])
        return rows

    return [
        Sheet(
            [
                *style.above(),
                ["序号", "项目", style.head("本期数"), style.head("本年累计数")],
                ["一", "上期结余", Tagged(style.amount(opening), "opening"), None],
                ["二", "收入", None, None],
                *listed(accounts.income),
                [
                    None,
                    "收入小计",
                    Tagged(style.amount(income), "income"),
                    style.amount(income * 2),
                ],
                ["三", "支出", None, None],
                *listed(accounts.expense),
                [None, "支出小计", Tagged(style.amount(expense), "expense"), style.amount(1)],
                ["四", "期末余额", Tagged(style.amount(closing), "closing"), None],
            ]
        )
    ]


def side_column(accounts: Accounts, style: Style) -> list[Sheet]:
    """A first column that says 收入 and 支出, merged downwards over its lines."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    rows: list[list[Any]] = [
        *style.above(),
        ["类别", "项目", style.head("金额"), "说明"],
        ["上期结余", None, Tagged(style.amount(opening), "opening")],
    ]
    merges = [f"A{len(rows)}:B{len(rows)}"]
    for word, side, total, tag in (
        ("收\n入", into, income, "income"),
        ("支\n出", out, expense, "expense"),
    ):
        first = len(rows) + 1
        rows += [[None, name, amount] for name, amount in side]
        rows.append([None, "小计", Tagged(style.amount(total), tag)])
        rows[first - 1][0] = word
        merges.append(f"A{first}:A{len(rows)}")
    rows.append(["期末结余", None, Tagged(style.amount(closing), "closing")])
    return [Sheet(rows, tuple(merges))]


def flow_columns(accounts: Accounts, style: Style) -> list[Sheet]:
    """One column of names, one of income, one of expense."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    return [
        Sheet(
            [
                *style.above(),
                ["项目", style.head("收入"), style.head("支出"), style.head("结余")],
                ["上期结余", None, None, Tagged(style.amount(opening), "opening")],
                *([name, amount, None] for name, amount in into),
                *([name, None, amount] for name, amount in out),
                [
                    *("合计", Tagged(style.amount(income), "income")),
                    *(Tagged(style.amount(expense), "expense"), None),
                ],
                ["期末结余", None, None, Tagged(style.amount(closing), "closing")],
            ]
        )
    ]


def two_heads(accounts: Accounts, style: Style) -> list[Sheet]:
    """A table of income above a table of expense, each with its own title and head."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    return [
        Sheet(
            [
                *style.above(),
                ["一、收入部分"],
                ["序号", "项目名称", style.head("金额"), "备注"],
                *([number, name, amount] for number, (name, amount) in enumerate(into, 1)),
                [None, "合计", Tagged(style.amount(income), "income")],
                [],
                ["二、支出部分"],
                ["序号", "项目名称", style.head("金额"), "备注"],
                *([number, name, amount] for number, (name, amount) in enumerate(out, 1)),
                [None, "合计", Tagged(style.amount(expense), "expense")],
                [],
                ["上期结余：", Tagged(style.amount(opening), "opening")],
                ["本期结余：", Tagged(style.amount(closing), "closing")],
            ]
        )
    ]


def without_head(accounts: Accounts, style: Style) -> list[Sheet]:
    """No headings at all: sections, names and amounts."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    return [
        Sheet(
            [
                *style.above(),
                ["一、上期结余", Tagged(style.amount(opening), "opening")],
                ["二、本期收入"],
                *([name, amount] for name, amount in into),
                ["收入合计", Tagged(style.amount(income), "income")],
                ["三、本期支出"],
                *([name, amount] for name, amount in out),
                ["支出合计", Tagged(style.amount(expense), "expense")],
                ["四、本期结余", Tagged(style.amount(closing), "closing")],
            ]
        )
    ]


def two_sheets(accounts: Accounts, style: Style) -> list[Sheet]:
    """Income on one sheet, expense with the balances on the next."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    return [
        Sheet(
            [
                *style.above(),
                ["收入项目", style.head("金额")],
                *([name, amount] for name, amount in into),
                ["合计", Tagged(style.amount(income), "income")],
            ],
            name="收入",
        ),
        Sheet(
            [
                *style.above(),
                ["支出项目", style.head("金额")],
                *([name, amount] for name, amount in out),
                ["合计", Tagged(style.amount(expense), "expense")],
                ["上期余额", Tagged(style.amount(opening), "opening")],
                ["期末余额", Tagged(style.amount(closing), "closing")],
            ],
            name="支出",
        ),
    ]


def behind_a_cover(accounts: Accounts, style: Style) -> list[Sheet]:
    """A cover, a contents page and a hidden sheet around the table."""
    cover = Sheet(
        [["李楼镇"], [], ["村务公开资料"], [], ["东湖村村民委员会"], ["二〇二六年七月"]],
        name="封面",
    )
    contents = Sheet(
        [["目录"], ["序号", "名称", "页码"], [1, "财务收支公开表", 2], [2, "明细", 3]], name="目录"
    )
    left = Sheet([["备查", "金额"], ["旧账", 1]], name="底稿", hidden=True)
    (table,) = beside_merged(accounts, style)
    return [cover, contents, Sheet(table.rows, table.merges, "收支表"), left]


def in_a_sentence(accounts: Accounts, style: Style) -> list[Sheet]:
    """The balances in a sentence above the table."""
    opening, income, expense, closing = accounts.totals
    into, out = _sides(accounts, style)
    said = (
        f"上期结余{yuan(opening)}元，本期收入{yuan(income)}元，支出{yuan(expense)}元，"
        f"期末结余{yuan(closing)}元。"
    )
    return [
        Sheet(
            [
                *style.above(),
                [Tagged(said, "closing")],
                ["收入项目", style.head("金额"), "支出项目", style.head("金额")],
                *_beside(into, out, 2),
                [
                    *("合计", Tagged(style.amount(income), "income")),
                    *("合计", Tagged(style.amount(expense), "expense")),
                ],
            ]
        )
    ]


def summary_only(accounts: Accounts, style: Style) -> list[Sheet]:
    """Four rows and no lines."""
    opening, income, expense, closing = accounts.totals
    return [
        Sheet(
            [
                *style.above(),
                ["项目", style.head("金额")],
                ["期初余额", Tagged(style.amount(opening), "opening")],
                ["本期收入", Tagged(style.amount(income), "income")],
                ["本期支出", Tagged(style.amount(expense), "expense")],
                ["期末余额", Tagged(style.amount(closing), "closing")],
            ]
        )
    ]


STATEMENTS: tuple[Layout, ...] = (
    beside_merged,
    beside_plain,
    beside_bare,
    t_account,
    stacked,
    stacked_numbered,
    numbers_apart,
    side_column,
    flow_columns,
    two_heads,
    without_head,
    two_sheets,
    behind_a_cover,
    in_a_sentence,
)

# ---- ledgers ----


@dataclass(frozen=True)
class Entry:
    on: date
    summary: str
    amount: int
    """In fen; income above 0, expense below."""

    @property
    def income(self) -> int:
        return max(self.amount, 0)

    @property
    def expense(self) -> int:
        return max(-self.amount, 0)


@dataclass(frozen=True)
class Book:
    opening: int
    entries: tuple[Entry, ...]

    @property
    def totals(self) -> tuple[int, int, int, int]:
        into, out = (
            sum(getattr(it, side) for it in self.entries) for side in ("income", "expense")
        )
        return self.opening, into, out, self.opening + into - out

    def balances(self) -> list[int]:
        found, running = [], self.opening
        for entry in self.entries:
            running += entry.amount
            found.append(running)
        return found


DATES: tuple[Callable[[date], Any], ...] = (
    lambda on: on,
    lambda on: on.isoformat(),
    lambda on: f"{on.year}/{on.month}/{on.day}",
    lambda on: f"{on.year}.{on.month}.{on.day}",
    lambda on: f"{on.month}月{on.day}日",
    lambda on: f"{on.month}.{on.day}",
    lambda on: on.strftime("%Y%m%d"),
    lambda on: int(on.strftime("%Y%m%d")),
    lambda on: on.strftime("%y.%m.%d"),
    lambda on: (on - date(1899, 12, 30)).days,
    lambda on: f"{on.month}-{on.day:02d}",
)

LedgerLayout = Callable[[Book, Style, Callable[[date], Any]], list[Sheet]]


def _flow(entry: Entry, style: Style, number: int) -> list[Any]:
    return [
        Tagged(style.amount(fen), f"{side}{number}") if fen else None
        for side, fen in (("income", entry.income), ("expense", entry.expense))
    ]


def running(book: Book, style: Style, written: Callable[[date], Any]) -> list[Sheet]:
    """Income, expense and a running balance; opening in its own row."""
    opening, income, expense, closing = book.totals
    rows: list[list[Any]] = [
        *style.above(),
        [
            "序号",
            "日期",
            "摘　要",
            style.head("收入"),
            style.head("支出"),
            style.head("余额"),
            "经手人",
        ],
        [None, None, "上期结转", None, None, Tagged(style.amount(opening), "opening")],
    ]
    for number, (entry, left) in enumerate(zip(book.entries, book.balances(), strict=True)):
        rows.append(
            [
                *(number + 1, written(entry.on), entry.summary, *_flow(entry, style, number)),
                *(Tagged(style.amount(left), f"balance{number}"), "张某"),
            ]
        )
    rows.append(
        [
            *(None, None, "合　计", Tagged(style.amount(income), "income")),
            *(Tagged(style.amount(expense), "expense"), Tagged(style.amount(closing), "closing")),
        ]
    )
    rows += [[], ["会计：", None, "出纳：", None, "村务监督委员会："]]
    return [Sheet(rows)]


def account_book(book: Book, style: Style, written: Callable[[date], Any]) -> list[Sheet]:
    """月 and 日 under the year, 借方 and 贷方, 借或贷, months added up, the year so far."""
    opening, *_ = book.totals
    above = style.above()
    top = len(above) + 1
    rows: list[list[Any]] = [
        *above,
        [
            *("2026年", None, "凭证字号", "摘要", style.head("借方"), style.head("贷方")),
            *("借或贷", style.head("余额")),
        ],
        ["月", "日"],
        [4, 1, None, "上年结转", None, None, "借", Tagged(style.amount(opening), "opening")],
    ]
    month = 0
    spent: list[Entry] = []

    def added_up() -> None:
        into, out = (sum(getattr(it, side) for it in spent) for side in ("income", "expense"))
        rows.append([None, None, None, "本月合计", style.amount(into), style.amount(out)])
        rows.append([None, None, None, "本年累计", style.amount(into * 3), style.amount(out * 3)])
        spent.clear()

    for number, (entry, left) in enumerate(zip(book.entries, book.balances(), strict=True)):
        if month and entry.on.month != month:
            added_up()
        rows.append(
            [
                *(
                    entry.on.month if entry.on.month != month else None,
                    entry.on.day,
                    f"记-{number}",
                ),
                *(entry.summary, *_flow(entry, style, number), "借"),
                Tagged(style.amount(left), f"balance{number}"),
            ]
        )
        month = entry.on.month
        spent.append(entry)
    added_up()
    return [Sheet(rows, (f"A{top}:B{top}", *(f"{it}{top}:{it}{top + 1}" for it in "CDEFGH")))]


def typed(book: Book, style: Style, written: Callable[[date], Any]) -> list[Sheet]:
    """One column of amounts and one that says 收入 or 支出; no balance."""
    rows: list[list[Any]] = [
        *style.above(),
        ["日期", "收支类型", "事由", style.head("金额"), "经办人", "备注"],
    ]
    for number, entry in enumerate(book.entries):
        kind = "收入" if entry.amount > 0 else "支出"
        amount = Tagged(style.amount(abs(entry.amount)), f"amount{number}")
        rows.append([written(entry.on), kind, entry.summary, amount, "张某", None])
    return [Sheet(rows)]


def signed(book: Book, style: Style, written: Callable[[date], Any]) -> list[Sheet]:
    """One column of amounts with a sign, and a running balance."""
    rows: list[list[Any]] = [
        *style.above(),
        ["日期", "摘要", style.head("金额"), style.head("结余")],
        ["期初余额", None, None, Tagged(style.amount(book.opening), "opening")],
    ]
    for number, (entry, left) in enumerate(zip(book.entries, book.balances(), strict=True)):
        rows.append(
            [
                *(
                    written(entry.on),
                    entry.summary,
                    Tagged(style.amount(entry.amount), f"a{number}"),
                ),
                Tagged(style.amount(left), f"balance{number}"),
            ]
        )
    return [Sheet(rows)]


def merged_dates(book: Book, style: Style, written: Callable[[date], Any]) -> list[Sheet]:
    """A date once for all the lines of its day, merged downwards or left empty."""
    opening, income, expense, closing = book.totals
    rows: list[list[Any]] = [
        *style.above(),
        ["日期", "摘要", style.head("收入金额"), style.head("支出金额"), "经手人"],
        [None, "上月结余", Tagged(style.amount(opening), "opening")],
    ]
    merges, first, day = [], 0, None
    for number, entry in enumerate(book.entries):
        shown = written(entry.on) if entry.on != day else None
        rows.append([shown, entry.summary, *_flow(entry, style, number), "张某"])
        if shown is None and len(rows) % 2:
            merges = [it for it in merges if not it.startswith(f"A{first}:")]
            merges.append(f"A{first}:A{len(rows)}")
        if shown is not None:
            first, day = len(rows), entry.on
    rows.append(
        [
            *("合计", None, Tagged(style.amount(income), "income")),
            Tagged(style.amount(expense), "expense"),
        ]
    )
    rows.append(["期末余额", None, Tagged(style.amount(closing), "closing")])
    return [Sheet(rows, tuple(merges))]


def in_pages(book: Book, style: Style, written: Callable[[date], Any]) -> list[Sheet]:
    """Pages of seven lines with 承前页, 过次页 and a head on each."""
    opening, income, expense, closing = book.totals
    head = ["日期", "凭证号", "摘要", style.head("收入"), style.head("支出"), style.head("余额")]
    rows: list[list[Any]] = [*style.above()]
    into = out = 0
    left = opening
    for number, entry in enumerate(book.entries):
        if number % 7 == 0:
            if number:
                carried = [style.amount(into), style.amount(out), style.amount(left)]
                rows += [[None, None, "过次页", *carried], []]
            rows.append(head)
            if number:
                rows.append([None, None, "承前页", *carried])
            else:
                rows.append(
                    [None, None, "承前页", None, None, Tagged(style.amount(opening), "opening")]
                )
        into, out, left = into + entry.income, out + entry.expense, left + entry.amount
        rows.append(
            [
                *(written(entry.on), f"记-{number:03d}", entry.summary),
                *(*_flow(entry, style, number), Tagged(style.amount(left), f"balance{number}")),
            ]
        )
    rows.append(
        [
            *("总计", None, None, Tagged(style.amount(income), "income")),
            *(Tagged(style.amount(expense), "expense"), Tagged(style.amount(closing), "closing")),
        ]
    )
    return [Sheet(rows)]


def in_sections(book: Book, style: Style, written: Callable[[date], Any]) -> list[Sheet]:
    """Receipts above payments, one column of amounts, a section heading over each."""
    _, income, expense, _ = book.totals
    rows: list[list[Any]] = [*style.above(), ["日期", "内容", style.head("金额"), "经手人"]]
    for word, side, total in (("一、收入", "income", income), ("二、支出", "expense", expense)):
        rows.append([word])
        for number, entry in enumerate(book.entries):
            if fen := getattr(entry, side):
                amount = Tagged(style.amount(fen), f"{side}{number}")
                rows.append([written(entry.on), entry.summary, amount, "张某"])
        rows.append(["小计", None, Tagged(style.amount(total), side)])
    return [Sheet(rows)]


LEDGERS: tuple[LedgerLayout, ...] = (
    running,
    account_book,
    typed,
    signed,
    merged_dates,
    in_pages,
    in_sections,
)
