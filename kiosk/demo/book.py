"""The demo's accounts: one book of entries per village, from which every table is summed.

What comes in and goes out is invented month by month, the same for the same village and month
(seeded by them, so a later day does not change an earlier month); each balance is the one before
plus what moved. Sums are in fen.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from kiosk.demo.places import Place
from kiosk.rules.calendar import Period, add_months

INCOME = (
    "上级补助收入", "经营收入", "发包及上交收入", "租赁收入", "投资收益", "捐赠收入", "其他收入",
)  # fmt: skip
EXPENSE = (
    "干部误工补贴", "管理费用", "保洁和环境", "水电费", "公益设施维修", "慰问和救助", "文体活动",
    "工程款",
)  # fmt: skip
OFFICE = ("办公费", "差旅费", "报刊网络费")
"""Parts of 管理费用, published on their own as office, reception and travel."""


@dataclass(frozen=True)
class Line:
    """One entry of the book. `part` is what it is 其中 of `kind`, or ""."""

    on: date
    kind: str
    part: str
    summary: str
    income: int
    expense: int
    handler: str


@lru_cache(maxsize=4096)
def month_lines(p: Place, first: date) -> tuple[Line, ...]:
    """The entries of the month that begins on `first`, by day."""
    r = Random(f"{p.code}/{first.isoformat()}")
    month = first.month
    last = (add_months(first, 1) - timedelta(days=1)).day
    lines: list[Line] = []

    def sum_of(yuan_: float, spread: float = 0.0, cents: bool = False) -> int:
        fen = round(yuan_ * p.scale * r.uniform(1 - spread, 1 + spread)) * 100
        return fen + (r.randint(0, 99) if cents else 0)

    def receive(at: int, kind: str, summary: str, fen: int, part: str = "") -> None:
        on = first.replace(day=min(at, last))
        lines.append(Line(on, kind, part, summary, fen, 0, p.cashier))

    def pay(at: int, kind: str, summary: str, fen: int, part: str = "", who: str = "") -> None:
        on = first.replace(day=min(at, last))
        lines.append(Line(on, kind, part, summary, 0, fen, who or p.cashier))

    receive(
        r.randint(8, 12),
        "经营收入",
        "村集体光伏电站上月发电收入",
        sum_of(4_800 + 2_100 * (1 - abs(month - 7) / 6), 0.12, cents=True),
        "光伏发电",
    )
    if month % 3 == 1:
        receive(
            r.randint(16, 20), "上级补助收入", "村级组织运转经费拨付", sum_of(22_500), "运转经费"
        )
        receive(
            r.randint(16, 20), "上级补助收入", "人居环境保洁补助拨付", sum_of(9_600), "保洁补助"
        )
    if month % 3 == 2:
        receive(r.randint(5, 9), "租赁收入", "村西门面房季度租金", sum_of(7_500))
    if month % 3 == 0:
        receive(21, "其他收入", "银行存款结息", sum_of(82, 0.3, cents=True))
    if month == 10:
        receive(r.randint(22, 28), "发包及上交收入", "机动地承包费", sum_of(68_400))
    if month == 3:
        receive(r.randint(10, 20), "发包及上交收入", f"{p.pond}水面承包费", sum_of(19_200))
    if month == 12:
        receive(r.randint(20, 26), "投资收益", f"{p.crop}合作社分红", sum_of(25_000, 0.1))
    if month == 1:
        receive(r.randint(12, 20), "捐赠收入", "在外经商乡亲春节慰问捐款", sum_of(6_000, 0.2))

    pay(r.randint(24, 28), "干部误工补贴", "村民组长、网格员误工补贴", p.groups * 45_000)
    pay(
        r.randint(24, 28),
        "保洁和环境",
        f"保洁员工资（{p.groups} 人）",
        p.groups * 62_000,
        who=p.women,
    )
    pay(r.randint(5, 10), "水电费", "路灯和办公用电", sum_of(880, 0.25, cents=True))
    pay(
        r.randint(5, 12),
        "管理费用",
        "打印纸、硒鼓、档案盒",
        sum_of(290, 0.5, cents=True),
        "办公费",
        p.clerk,
    )
    pay(r.randint(10, 14), "管理费用", "宽带和监控网络费", 12_000, "报刊网络费", p.clerk)
    if r.random() < 0.6:
        pay(
            r.randint(8, 26),
            "管理费用",
            r.choice(("到镇开会、报账交通费", "到县参加会计培训差旅费", "到银行对账交通费")),
            sum_of(86, 0.5),
            "差旅费",
            r.choice((p.clerk, p.cashier)),
        )
    for summary, amount in r.sample(REPAIRS, 1 + (r.random() < 0.5)):
        pay(r.randint(6, 27), "公益设施维修", summary, sum_of(amount, 0.2), who=p.militia)
    if r.random() < 0.5:
        pay(
            r.randint(6, 27),
            "保洁和环境",
            r.choice(("清运建筑垃圾", "购买垃圾桶和扫帚", "清理河沟水草", "补栽绿化苗木")),
            sum_of(1_150, 0.4),
            who=p.women,
        )
    if month == 1:
        pay(
            r.randint(14, 20),
            "慰问和救助",
            "春节走访慰问困难群众和老党员",
            sum_of(9_600),
            who=p.women,
        )
        pay(r.randint(18, 24), "文体活动", "春节秧歌和锣鼓队用品", sum_of(2_400, 0.2), who=p.women)
    if month == 12:
        pay(
            r.randint(10, 20),
            "管理费用",
            "订阅下年度党报党刊",
            sum_of(2_380),
            "报刊网络费",
            p.clerk,
        )
    if month in (9, 10) and r.random() < 0.6:
        pay(
            r.randint(8, 20),
            "文体活动",
            "重阳节敬老饺子宴、戏曲演出",
            sum_of(3_100, 0.2),
            who=p.women,
        )
    if month == 7:
        pay(r.randint(1, 12), "慰问和救助", "“七一”慰问老党员", sum_of(2_700), who=p.clerk)
    if month in WORKS:
        what, cost = WORKS[month]
        pay(r.randint(12, 26), "工程款", what, sum_of(cost, 0.1), who=p.head)
    return tuple(sorted(lines, key=lambda line: line.on))  # fmt: skip


WORKS = {
    4: ("生产路硬化工程款", 46_000),
    6: ("排水沟清淤硬化工程款", 21_500),
    9: ("文化广场改造工程款", 28_000),
    11: ("村内道路修补工程款", 38_500),
}
REPAIRS = (
    ("更换路灯控制器和灯头", 960), ("机井水泵维修", 1_480), ("自来水主管道抢修", 1_260),
    ("村头涵管更换", 2_100), ("健身器材焊接加固", 640), ("党群服务中心门窗维修", 780),
    ("监控探头更换", 890), ("生产路填坑垫石", 1_750), ("变压器围栏修复", 560),
)  # fmt: skip


@lru_cache(maxsize=4096)
def balance(p: Place, first: date, books_begin: date) -> int:
    """What the village had on the morning of `first` (the first of a month)."""
    held, month = p.books, books_begin
    while month < first:
        held += sum(line.income - line.expense for line in month_lines(p, month))
        month = add_months(month, 1)
    return held


def lines_of(p: Place, period: Period) -> list[Line]:
    found: list[Line] = []
    month = period.start
    while month <= period.end:
        found.extend(month_lines(p, month))
        month = add_months(month, 1)
    return found


@dataclass(frozen=True)
class Books:
    """A village's accounts from the first day of a month on."""

    place: Place
    begin: date

    def opening(self, period: Period) -> int:
        return balance(self.place, period.start, self.begin)

    def closing(self, period: Period) -> int:
        return balance(self.place, period.end + timedelta(days=1), self.begin)
