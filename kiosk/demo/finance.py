"""The demo's texts and tables on money (财务), by catalogue item and period, from `book`."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from kiosk.demo.book import EXPENSE, INCOME, OFFICE, Books, Line, lines_of
from kiosk.demo.places import Place
from kiosk.demo.writing import NUMERALS, Writing, form
from kiosk.rules.calendar import Period


def statement(books: Books, period: Period, r: Random) -> Writing:
    lines = lines_of(books.place, period)
    return Writing(
        f"{period.title}财务收支情况",
        {
            "opening": books.opening(period),
            "income": _summed(lines, INCOME, "income"),
            "expense": _summed(lines, EXPENSE, "expense"),
            "closing": books.closing(period),
            "note": f"以上收支经民主理财小组逐笔审核，票据 {len(lines)} 张，招待费支出 0 元。",
        },
    )


def _summed(lines: list[Line], kinds: tuple[str, ...], side: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for kind in kinds:
        of_kind = [line for line in lines if line.kind == kind]
        total = sum(getattr(line, side) for line in of_kind)
        if not total:
            continue
        rows.append({"name": kind, "amount": total, "sub": False})
        parts = list(dict.fromkeys(line.part for line in of_kind if line.part))
        if len(parts) > 1:
            for part in parts:
                amount = sum(getattr(line, side) for line in of_kind if line.part == part)
                rows.append({"name": part, "amount": amount, "sub": True})
    return rows


def ledger(books: Books, period: Period, r: Random) -> Writing:
    return Writing(
        f"{period.title}收支逐笔明细",
        {
            "opening": books.opening(period),
            "closing": books.closing(period),
            "lines": [_shown(line) for line in lines_of(books.place, period)],
            "note": "票据存镇农经站，村民可由民主理财小组陪同查阅。",
        },
    )


def reception(books: Books, period: Period, r: Random) -> Writing:
    chosen = [line for line in lines_of(books.place, period) if line.part in OFFICE]
    return Writing(
        f"{period.title}办公、招待、差旅支出",
        {
            "opening": None,
            "closing": None,
            "lines": [_shown(line) for line in chosen],
            "note": "本季度没有招待费支出。",
        },
    )


def _shown(line: Line) -> dict[str, Any]:
    return {
        "on": line.on.isoformat(),
        "summary": line.summary,
        "income": line.income,
        "expense": line.expense,
        "handler": line.handler,
    }


def plan(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    income = round(310_000 * p.scale) * 100
    grant, rent, power = income * 42 // 100, income * 34 // 100, income * 18 // 100
    works = round(134_000 * p.scale) * 100
    repairs = round(38_000 * p.scale) * 100
    fixed = round(118_000 * p.scale) * 100
    year = period.start.year
    entitled = p.groups * 5 + 5
    return form(
        "budget",
        f"{period.title}村级财务计划",
        income=[
            {"name": "上级补助", "amount": grant, "note": "运转经费和保洁补助"},
            {"name": "发包和租赁", "amount": rent, "note": "按合同"},
            {"name": "光伏发电", "amount": power},
            {"name": "其他", "amount": income - grant - rent - power},
        ],
        expense=[
            {"name": "人员补贴、保洁和办公", "amount": fixed},
            {"name": "公益设施维修", "amount": repairs},
            {"name": "道路和沟渠工程", "amount": works, "note": "须经“四议两公开”"},
        ],
        surplus=income - fixed - repairs - works,
        distribution="结转使用，不安排招待费，不新增负债。",
        meeting=f"{year}年2月村民代表会议，应到 {entitled} 人，实到 {entitled - 3} 人，全体同意",
        note="单笔 5000 元以上支出须经“四议两公开”，单笔 1000 元以上须经村“两委”集体研究。"
        "执行情况每季度公开。",
    )


def final(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    lines = lines_of(p, period)
    income, expense = sum(it.income for it in lines), sum(it.expense for it in lines)
    left = income - expense
    fund = left * 6 // 10 // 100 * 100
    shared = [
        {"name": "提取公积公益金", "amount": fund, "note": "沟渠、路灯和道路管护"},
        {"name": "结转下年度", "amount": left - fund, "note": "合作社周转，不向个人分配"},
    ]
    if left <= 0:
        shared = [{"name": "用上年结余弥补", "amount": left, "note": ""}]
    entitled = p.groups * 5 + 5
    return form(
        "final_accounts",
        f"{period.title}财务决算和收益分配",
        opening=books.opening(period),
        income=_by_kind(lines, INCOME, "income"),
        expense=_by_kind(lines, EXPENSE, "expense"),
        surplus=left,
        closing=books.opening(period) + left,
        distribution=shared,
        meeting=f"{period.end.year + 1}年2月村民代表会议，应到 {entitled} 人，"
        f"实到 {entitled - 2} 人，全体同意",
        note=f"与银行对账单核对一致。方案经民主理财小组审核，报镇农经站备案。报账员：{p.cashier}。",
    )


def _by_kind(lines: list[Line], kinds: tuple[str, ...], side: str) -> list[dict[str, Any]]:
    sums = [(kind, sum(getattr(it, side) for it in lines if it.kind == kind)) for kind in kinds]
    return [{"name": kind, "amount": amount} for kind, amount in sums if amount]


def assets(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    wells, lamps = p.groups * 3, p.groups * 14
    rows = (
        ("党群服务中心办公用房", "公益性", 1, "处", 386_000, 298_000, "正常使用"),
        ("村西门面房", "经营性", 4, "间", 240_000, 196_000, "对外出租"),
        ("光伏电站（120 千瓦）", "经营性", 1, "座", 468_000, 362_000, "正常发电"),
        ("机井", "公益性", wells, "眼", wells * 8_000, wells * 5_200, "正常使用"),
        ("太阳能路灯", "公益性", lamps, "盏", lamps * 1_600, lamps * 1_050, "正常使用"),
        ("垃圾清运车", "公益性", 1, "辆", 38_000, 21_000, "正常使用"),
    )
    added = r.choice(("无", "无", "党群服务中心空调 1 台，原值 3,280 元，下期入账"))
    return form(
        "assets",
        f"{period.title}集体资产情况",
        assets=[
            {
                "name": name,
                "kind": kind,
                "count": str(count),
                "unit": unit,
                "cost": cost * 100,
                "value": now * 100,
                "use": use,
            }
            for name, kind, count, unit, cost, now, use in rows
        ],
        total=sum(now for *_, now, _ in rows) * 100,
        counted=period.end.isoformat(),
        note=f"本期新增：{added}；本期报废：无。资产已登记上墙，盘点由民主理财小组参加。",
    )


def resources(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    year = period.end.year
    spare = p.land * 6 // 100
    water, trees, built = r.randint(18, 40), r.randint(60, 120), p.groups * 3
    rows: tuple[tuple[str, str, int, str, str, str], ...] = (
        ("耕地", "村周围", p.land - spare, "家庭承包", "各承包户", ""),
        ("耕地", "村北机动地", spare, "集体发包", f"{p.crop}专业合作社", f"{year + 3}-10-31"),
        ("水面", p.pond, water, "集体发包", "承包户", f"{year + 2}-03-31"),
        ("林地", "沟渠路旁林带", trees, "集体经营", "", ""),
        ("建设用地", "党群服务中心、文化广场和门面房", built, "公共使用", "", ""),
    )
    return form(
        "resources",
        f"{period.title}集体资源情况",
        resources=[
            {
                "kind": kind,
                "place": place,
                "area": str(area),
                "how": how,
                "user": user,
                "until": until,
            }
            for kind, place, area, how, user, until in rows
        ],
        total=str(p.land + water + trees + built),
        note="四荒地：无。资源台账、四至图存村档案柜，村民可查。",
    )


def contracts(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    end = period.start.year
    second = period.start.month == 7
    spare = p.land * 6 // 100
    land, pond, shops = (round(yuan_ * p.scale) * 100 for yuan_ in (68_400, 19_200, 30_000))
    tenant = Random(f"{p.code}/pond")
    fisher = f"{tenant.choice(p.surnames)}*{tenant.choice('军平海')}"
    return form(
        "contract",
        f"{period.title}资产资源发包、租赁合同",
        contracts=[
            {
                "subject": "村北机动地",
                "party": f"{p.crop}专业合作社",
                "area": str(spare),
                "way": "公开竞价",
                "begin": f"{end - 3}-11-01",
                "until": f"{end + 2}-10-31",
                "price": land,
                "due": land if second else 0,
                "received": land if second else 0,
            },
            {
                "subject": f"{p.pond}水面",
                "party": fisher,
                "area": str(tenant.randint(18, 40)),
                "way": "公开竞价",
                "begin": f"{end - 2}-04-01",
                "until": f"{end + 2}-03-31",
                "price": pond,
                "due": 0 if second else pond,
                "received": 0 if second else pond,
            },
            {
                "subject": "村西门面房",
                "party": "3 户商户",
                "count": "4 间",
                "way": "续签" if second else "公开招标",
                "begin": f"{end + second}-01-01",
                "until": f"{end + second}-12-31",
                "price": shops,
                "due": shops // 2,
                "received": shops // 2,
            },
        ],
        note="没有拖欠。合同原件存镇农经站，到期前一个月公告招标。",
    )


def debts(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    rent = Random(f"{p.code}/rent").randint(2, 6) * 100_000
    kept_back = round(21_500 * p.scale * 0.03) * 100
    return form(
        "debts",
        f"{period.title}债权债务情况",
        claims=[
            {
                "name": f"{p.trade}点",
                "cause": "场地使用费，约定下期结清",
                "opening": rent,
                "added": rent,
                "settled": rent,
                "closing": rent,
            }
        ],
        owed=[
            {
                "name": "镇水利工程队",
                "cause": "排水沟清淤工程质量保证金",
                "opening": kept_back,
                "added": 0,
                "settled": 0,
                "closing": kept_back,
            }
        ],
        claims_total=rent,
        owed_total=kept_back,
        note="质保金期满后支付。没有向个人借款，没有为单位和个人提供担保，没有新增举债。",
    )


FUNDS = (
    ("农村人居环境整治补助", "巷道硬化、垃圾桶和花池"),
    ("衔接推进乡村振兴补助", "冷藏设施和田间道路"),
    ("农村公益事业财政奖补", "村内排水沟和道路"),
    ("高标准农田管护补助", "机井、泵房和沟渠维护"),
)


def special(books: Books, period: Period, r: Random) -> Writing:
    """One fund a year, spent quarter by quarter."""
    p = books.place
    year = period.start.year
    steady = Random(f"{p.code}/special/{year}")
    total = steady.randint(12, 26) * 1_000_000
    name, use = steady.choice(FUNDS)
    number = steady.randint(11, 68)
    shares = [0, steady.randint(12, 22), steady.randint(35, 48), steady.randint(66, 80), 100]
    quarter = (period.start.month + 2) // 3
    used, before = total * shares[quarter] // 100, total * shares[quarter - 1] // 100
    return form(
        "special_fund",
        f"{period.title}上级专项资金使用情况",
        funds=[
            {
                "name": f"{year}年{name}",
                "document": f"曹农字〔{year}〕{number}号",
                "purpose": use,
                "amount": total,
                "spent": used - before,
                "spent_all": used,
                "left": total - used,
                "percent": shares[quarter],
            }
        ],
        spent_year=used,
        note="专账管理，镇财政按进度拨付，没有截留、挪用。验收后公开决算，欢迎监督。",
    )


def pay(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    posts = [(p.secretary, "党支部书记" + ("、主任" if p.head == p.secretary else ""), 3_280)]
    if p.head != p.secretary:
        posts.append((p.head, "村委会主任", 2_960))
    posts += [
        (p.clerk, "村文书", 2_240),
        (p.women, "妇女主席", 2_120),
        (p.militia, "民兵连长", 2_120),
        (p.committee[0], "监委会主任", 2_050),
    ]
    months = 3
    people: list[dict[str, Any]] = [
        {
            "name": name,
            "post": post,
            "rate": wage * 100,
            "count": str(months),
            "owed": wage * months * 100,
            "paid": wage * months * 100,
        }
        for name, post, wage in posts
    ]
    return form(
        "pay",
        f"{period.title}村干部报酬和误工补贴",
        people=people,
        total=sum(each["paid"] for each in people),
        source="基本报酬由县财政通过“一卡通”发放",
        note=f"村民组长、网格员 {p.groups} 人，误工补贴每人每月 450 元，由村集体支付，本季度 "
        f"{p.groups * 450 * months:,} 元。没有发放其他补贴、奖金和福利。",
    )


def shares(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    members = p.people - r.randint(10, 30)
    rows: list[list[str | int | None]] = []
    for group in range(p.groups):
        base = members // p.groups + (1 if group < members % p.groups else 0)
        born, left = r.randint(1, 5), r.randint(0, 4)
        rows.append([f"第{NUMERALS[group]}组", str(base), str(born), str(left), base * 1_000])
    return Writing(
        f"{period.title}集体经济组织成员和分红",
        {
            "columns": [
                {"name": "村民小组", "amount": False},
                {"name": "成员数（人）", "amount": False},
                {"name": "新增（人）", "amount": False},
                {"name": "退出（人）", "amount": False},
                {"name": "合作社分红合计", "amount": True},
            ],
            "rows": rows,
            "total": members * 1_000,
            "note": "合作社分红每名成员 10 元。成员名册在党群服务中心备查，"
            "有异议的请在公示期内提出。",
        },
    )


PERIODIC: dict[str, Callable[[Books, Period, Random], Writing]] = {
    "finance.plan": plan,
    "finance.statement": statement,
    "finance.ledger": ledger,
    "finance.final": final,
    "finance.assets": assets,
    "finance.resources": resources,
    "finance.contracts": contracts,
    "finance.debts": debts,
    "finance.special": special,
    "finance.pay": pay,
    "finance.reception": reception,
    "finance.shares": shares,
}


def contract_notice(p: Place, r: Random, held: date) -> Writing:
    """The outcome of a tender held on `held`."""
    floor = round(6_800 * p.scale) * 100
    won = floor + r.randint(4, 12) * 20_000
    bidders = [f"{r.choice(p.surnames)}*{given}" for given in "勇刚涛"]
    offers = (won, won - 20_000, won - 50_000)
    return form(
        "contract",
        "村西门面房 2 间招租结果公示",
        contracts=[
            {
                "subject": "村西门面房 2 间",
                "party": bidders[0],
                "count": "2 间，56 平方米",
                "way": "公开竞价",
                "price": won,
                "note": "租期 3 年，公示期满无异议后签订合同",
            }
        ],
        bids=[
            {"bidder": name, "price": offer, "won": "未中标" if n else "中标"}
            for n, (name, offer) in enumerate(zip(bidders, offers, strict=True))
        ],
        floor=floor,
        open_on=held.isoformat(),
        watch=f"{p.committee[0]}、{p.finance_group[0]}，全程录像备查",
        note="在镇农村产权交易站公开竞价。有异议的请在公示期内向村务监督委员会或镇农经站提出。",
    )


def subsidy(p: Place, r: Random, names: list[str], year: int, part: str = "第一批") -> Writing:
    """The farmland subsidy, household by household (names already masked)."""
    rows: list[list[str | int | None]] = []
    for n, name in enumerate(names):
        tenths = r.randint(38, 142)
        area = f"{tenths // 10}.{tenths % 10}"
        rows.append([f"第{NUMERALS[n % p.groups]}组", name, area, tenths * 1_360])
    rows.sort(key=lambda row: NUMERALS.index(str(row[0])[1]))
    return Writing(
        f"{year}年耕地地力保护补贴发放公示（{part}）",
        {
            "columns": [
                {"name": "组别", "amount": False},
                {"name": "户主姓名", "amount": False},
                {"name": "补贴面积（亩）", "amount": False},
                {"name": "补贴金额", "amount": True},
            ],
            "rows": rows,
            "total": sum(int(row[3] or 0) for row in rows),
            "note": "补贴标准每亩 136 元，通过惠民惠农“一卡通”发放到户。",
        },
    )
