"""The demo's texts and tables on money (财务), by catalogue item and period, from `book`."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from kiosk.demo.book import EXPENSE, INCOME, OFFICE, Books, Line, lines_of
from kiosk.demo.places import Place
from kiosk.demo.writing import NUMERALS, Writing, numbered, text, yuan
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
    return text(
        f"{period.title}村级财务计划",
        f"收入计划 {yuan(income)}：上级补助 {yuan(grant)}，发包和租赁 "
        f"{yuan(rent)}，光伏发电 {yuan(power)}，其他 "
        f"{yuan(income - grant - rent - power)}。",
        f"支出计划 {yuan(fixed + repairs + works)}：人员补贴、保洁和办公 {yuan(fixed)}，"
        f"公益设施维修 "
        f"{yuan(repairs)}，道路和沟渠工程 {yuan(works)}。",
        f"收支相抵结余 {yuan(income - fixed - repairs - works)}，结转使用，"
        "不安排招待费，不新增负债。",
        "单笔 5000 元以上支出须经“四议两公开”，单笔 1000 元以上须经村“两委”集体研究。",
        "计划经村民代表会议通过，执行情况每季度公开。",
    )


def final(books: Books, period: Period, r: Random) -> Writing:
    lines = lines_of(books.place, period)
    income, expense = sum(it.income for it in lines), sum(it.expense for it in lines)
    opening = books.opening(period)
    left = income - expense
    return text(
        f"{period.title}财务决算和收益分配",
        f"年初余额 {yuan(opening)}，全年收入 {yuan(income)}，全年支出 {yuan(expense)}，"
        f"年末余额 {yuan(opening + left)}，与银行对账单核对一致。",
        f"本年收支结余 {yuan(left)}。"
        if left >= 0
        else f"本年收不抵支 {yuan(-left)}，用上年结余弥补。",
        "分配方案：提取公积公益金六成，用于沟渠、路灯和道路管护；其余结转下年度，"
        "用于合作社周转，本年度不向个人分配。",
        f"方案经民主理财小组审核、村民代表会议通过，报镇农经站备案。报账员：{books.place.cashier}。",
    )


def assets(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    rows = (
        ("党群服务中心办公用房 1 处", 386_000, 298_000, "正常使用"),
        ("村西门面房 4 间", 240_000, 196_000, "对外出租"),
        ("村集体光伏电站 1 座（120 千瓦）", 468_000, 362_000, "正常发电"),
        (f"机井 {p.groups * 3} 眼", p.groups * 3 * 8_000, p.groups * 3 * 5_200, "正常使用"),
        (
            f"太阳能路灯 {p.groups * 14} 盏",
            p.groups * 14 * 1_600,
            p.groups * 14 * 1_050,
            "正常使用",
        ),
        ("垃圾清运车 1 辆", 38_000, 21_000, "正常使用"),
    )
    value = sum(now for _, _, now, _ in rows)
    return text(
        f"{period.title}集体资产情况",
        f"截至期末，村集体经营性和公益性资产 {len(rows)} 项，账面现值合计 {value:,}元。",
        *numbered(
            *(f"{name}，原值 {cost:,}元，现值 {now:,}元，{use}。" for name, cost, now, use in rows)
        ),
        f"本期新增：{r.choice(('无', '无', '党群服务中心空调 1 台，原值 3,280元'))}；本期报废：无。"
        "资产已登记上墙，盘点由民主理财小组参加。",
    )


def resources(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    spare = p.land * 6 // 100
    return text(
        f"{period.title}集体资源情况",
        f"耕地 {p.land:,} 亩，其中家庭承包 {p.land - spare:,} 亩，集体机动地 {spare} 亩，"
        "全部发包。",
        f"水面：{p.pond} {r.randint(18, 40)} 亩，发包养殖。",
        f"林地：沟渠路旁林带 {r.randint(60, 120)} 亩，集体管护。",
        f"集体建设用地：{p.groups * 3} 亩，为党群服务中心、文化广场和门面房。",
        "四荒地：无。资源台账、四至图存村档案柜，村民可查。",
    )


def contracts(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    spare = p.land * 6 // 100
    end = period.start.year
    return text(
        f"{period.title}资产资源发包、租赁合同",
        *numbered(
            f"机动地 {spare} 亩，发包给{p.crop}专业合作社，期限 5 年，{end + 2}年10月到期，"
            f"年承包费 {yuan(round(68_400 * p.scale) * 100)}，按期收清。",
            f"{p.pond}水面，承包人 {r.choice(p.surnames)}*{r.choice('军平海')}，期限 3 年，"
            f"{end + 1}年3月到期，年承包费 {yuan(round(19_200 * p.scale) * 100)}，按期收清。",
            f"村西门面房 4 间，承租人 3 户，一年一签，季度租金 "
            f"{yuan(round(7_500 * p.scale) * 100)}，按期收清。",
        ),
        f"本期{r.choice(('没有新签、变更和解除的合同', '续签门面房租赁合同 1 份'))}，没有拖欠。"
        "合同原件存镇农经站，半年内到期的将提前一个月公告招标。",
    )


def debts(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    owed = r.randint(2, 6) * 100_000
    return text(
        f"{period.title}债权债务情况",
        f"债权：应收{p.trade}点场地使用费 {yuan(owed)}，约定下期结清，本期收回 "
        f"{yuan(r.randint(1, 3) * 100_000)}。",
        "债务：应付排水沟清淤工程质量保证金 "
        f"{yuan(round(21_500 * p.scale * 0.03) * 100)}，质保期满后支付。",
        "没有向个人借款，没有为单位和个人提供担保，没有新增举债。",
    )


def special(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    total = r.randint(12, 26) * 1_000_000
    share = r.randint(35, 95)
    used = total * share // 100
    year = period.start.year
    name, use = r.choice(
        (
            ("农村人居环境整治补助", "巷道硬化、垃圾桶和花池"),
            ("衔接推进乡村振兴补助", f"{p.crop}冷藏设施和田间道路"),
            ("农村公益事业财政奖补", "村内排水沟和道路"),
            ("高标准农田管护补助", "机井、泵房和沟渠维护"),
        )
    )
    return text(
        f"{period.title}上级专项资金使用情况",
        f"资金名称：{name}（曹农字〔{year}〕{r.randint(11, 68)}号），下达 {yuan(total)}。",
        f"用途：{use}，专账管理，镇财政按进度拨付。",
        f"进度：至{period.end.month}月底完成工程量 {share}%，已支付 {yuan(used)}，"
        f"未支付 {yuan(total - used)}。",
        "没有截留、挪用。验收后公开决算，欢迎监督。",
    )


def pay(books: Books, period: Period, r: Random) -> Writing:
    p = books.place
    posts = [(p.secretary, "党支部书记" + ("、村委会主任" if p.head == p.secretary else ""), 3_280)]
    if p.head != p.secretary:
        posts.append((p.head, "村委会主任", 2_960))
    posts += [
        (p.clerk, "村文书", 2_240),
        (p.women, "妇女主席", 2_120),
        (p.militia, "民兵连长", 2_120),
        (p.committee[0], "监委会主任", 2_050),
    ]
    months = 3
    people = [
        f"{name}，{post}，每月 {wage:,}元，本季度实发 {wage * months:,}元。"
        for name, post, wage in posts
    ]
    return text(
        f"{period.title}村干部报酬和误工补贴",
        "村干部基本报酬由县财政通过“一卡通”发放：",
        *people,
        f"合计 {sum(wage for _, _, wage in posts) * months:,}元。",
        f"村民组长、网格员 {p.groups} 人，误工补贴每人每月 450元，由村集体支付，本季度 "
        f"{p.groups * 450 * months:,}元。",
        "没有发放其他补贴、奖金和福利。",
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
    return text(
        "村西门面房 2 间招租结果公示",
        f"标的：村西门面房 2 间，合计 56 平方米，租期 3 年。底价每年 {yuan(floor)}。",
        f"{held.month}月{held.day}日在镇农村产权交易站公开竞价，报名 5 户，经 "
        f"{r.randint(7, 14)} 轮竞价，"
        f"由 {r.choice(p.surnames)}*{r.choice('勇刚涛')} 以每年 {yuan(won)} 中标，"
        f"比底价高 {yuan(won - floor)}。",
        f"现场监督：{p.committee[0]}、{p.finance_group[0]}，全程录像备查。",
        "公示期 7 天。有异议的请在公示期内向村务监督委员会或镇农经站提出，期满无异议后签订合同。",
    )


def subsidy(p: Place, r: Random, names: list[str], year: int) -> Writing:
    """The farmland subsidy, household by household (names already masked)."""
    rows: list[list[str | int | None]] = []
    for n, name in enumerate(names):
        tenths = r.randint(38, 142)
        area = f"{tenths // 10}.{tenths % 10}"
        rows.append([f"第{NUMERALS[n % p.groups]}组", name, area, tenths * 1_360])
    rows.sort(key=lambda row: NUMERALS.index(str(row[0])[1]))
    return Writing(
        f"{year}年耕地地力保护补贴发放公示（第一批）",
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
