"""The words of village tables: headings, units, sections, totals, balances, and what stands below.

All take labels as `grid.label` makes them: half width, no spaces. Full matches wherever a sentence
could hold the same words ("付4月份工资合计" is a line, "4月份合计" a total).
"""

import re
from dataclasses import dataclass

from kiosk.rules.accounts import UNITS, YUAN
from kiosk.rules.tables.periods import Day, day_written, period_id, period_said, span

SIDES = {"income": "收入", "expense": "支出"}

_NUMBERINGS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[一二三四五六七八九十]{1,3}[、.,:]",
        r"[(][一二三四五六七八九十]{1,3}[)][、.,:]?",
        r"\d{1,2}[、.,:)](?!\d)",
        r"[(]\d{1,2}[)][、.,:]?",
    )
)
_BARE_NUMBERING = (r"[一二三四五六七八九十]{1,3}", r"[(][一二三四五六七八九十]{1,3}[)]", r"\d{1,3}")


def numbered(label: str) -> tuple[int | None, str]:
    """Level of the numbering before a label (一、 1, （一） 2, 1. 3, (1) 4) and the rest of it."""
    for level, pattern in enumerate(_NUMBERINGS, 1):
        if found := pattern.match(label):
            return level, label[found.end() :]
    return None, label


def numbering_level(label: str) -> int | None:
    """Level of a label that is nothing but a number, as in a column 序号."""
    for level, pattern in enumerate(_BARE_NUMBERING, 1):
        if re.fullmatch(rf"{pattern}[、.]?", label):
            return level
    return None


_ASIDE = re.compile(r"[(](?:单位:?)?(?:人民币)?(?:亿元|万元|千元|百元|元)(?:/[^)]*)?[)]")


def bare(label: str) -> str:
    """A label without numbering, unit in brackets, and colon."""
    return _ASIDE.sub("", numbered(label)[1]).rstrip(":").removeprefix("加:").removeprefix("减:")


def said(label: str) -> str:
    """A label as it is cited."""
    return bare(label) or label


_UNIT = "(?P<unit>亿元|万元|千元|百元|元)"
_UNIT_SAID = re.compile(rf"(?:单位|计量)[:]?[(]?(?:人民币)?[:/]?{_UNIT}")
_UNIT_IN_HEADING = re.compile(
    rf"(?:[(]|:|/|^|,|、)(?:人民币)?{_UNIT}(?:/[^)]*)?[)]?$|[(](?P<inner>万元|千元|百元|元)[)]"
)
_UNIT_IN_TITLE = re.compile(rf"[(](?:单位:?|金额)?(?:人民币)?{_UNIT}[)]")


def unit_said(text: str) -> int | None:
    """Fen in the unit that a unit row or a title declares ("单位：万元", "（万元）")."""
    found = _UNIT_SAID.search(text) or _UNIT_IN_TITLE.search(text)
    return UNITS[found["unit"]] if found else None


def unit_in_heading(heading: str) -> int | None:
    """Fen in the unit in a heading ("金额（万元）", "保障金额(元/月)")."""
    found = _UNIT_IN_HEADING.search(heading) or _UNIT_SAID.search(heading)
    if found is None:
        return None
    return UNITS[next(it for it in found.groups() if it)]


_PERIOD_WORD = r"(?:期|季度?|月份?|年度?|半年度?|届|次|日)"
_BALANCE = (
    r"(?:累计|滚存|实际|账面|资金|现金|银行|存款|货币|可用|可支配|村集体|集体|村级|库存|总|净|收支|应)*"
    r"(?:结余|结存|余额|余款|节余|滚存|结转余额)(?:资金|数|额|金额|款|总额|合计)?"
)
_CARRIED = (
    rf"(?:{_BALANCE}"
    r"|(?:累计|滚存)?(?:结转|转入|转来|转存|存款|资金)(?:资金|数|额|金额|款|余额|结余)?)"
)
_OPENING = re.compile(
    rf"(?:承|转|接)?(?:上|前|去)一?{_PERIOD_WORD}(?:末|底)?的?{_CARRIED}"
    rf"|承(?:上|前){_PERIOD_WORD}?(?:{_CARRIED})?|(?:期|年|季|季度|月)初(?:{_CARRIED}|数)?|原有?{_BALANCE}"
)
_CLOSING = re.compile(
    rf"(?:本|当|至)?(?:期|年度?|季度?|月份?)(?:末|底|终){_BALANCE}|期末(?:数|结转)?"
    rf"|(?:结|转|结转|转入|结转至)下一?{_PERIOD_WORD}(?:{_BALANCE}|使用|继续使用)?"
    rf"|(?:累计|现|现有|目前|最终|滚存|实际|账面|资金|总){_BALANCE}|截[至止]?.{{0,16}}?{_BALANCE}"
)
_REMAINDER = re.compile(rf"(?:本|当|该)(?:{_PERIOD_WORD})(?:累计|收支)?{_BALANCE}|{_BALANCE}")
_SURPLUS = re.compile(
    rf"(?:本|当)?{_PERIOD_WORD}?(?:收支)?(?:差额|相抵|收支差|盈亏|盈余|净收入|净结余|收支净额|收益)"
)
_DATED_BALANCE = re.compile(rf"(?:截[至止])?(.{{2,14}}?)(?:末|底|止)?{_BALANCE}")


def balance_kind(label: str, period: str | None = None) -> str | None:
    """What balance a label names: "opening", "closing", "remainder" (本期结余: the closing balance
    or what this period added, which only the sums can tell), "surplus" (收支差额), or None.

    A balance of a named day or period ("3月末余额") is told by the table's `period`.
    """
    plain = bare(label)
    if _OPENING.fullmatch(plain):
        return "opening"
    if period is not None and (kind := _dated_kind(plain, period)):
        return kind
    if _CLOSING.fullmatch(plain):
        return "closing"
    if _SURPLUS.fullmatch(plain):
        return "surplus"
    return "remainder" if _REMAINDER.fullmatch(plain) else None


def _dated_kind(plain: str, period: str) -> str | None:
    found = _DATED_BALANCE.fullmatch(plain)
    if found is None or not re.search(r"[\d一二三四五六七八九十]", found[1]):
        return None
    first, last = span(period)
    day = day_written(found[1])
    if isinstance(day, Day) and day.day is not None:
        on = day.on(first.year)
        return None if on is None else ("opening" if on <= first else "closing")
    said = period_said(found[1] + ("月" if found[1].isdigit() else ""))
    if not said.part:
        return None
    end = span(period_id(said.year or first.year, said.part))[1]
    if said.year is None and end > last:
        return "opening"  # "四季度末余额" in a table of the first quarter: of the year before
    return "opening" if end < first else "closing"


@dataclass(frozen=True)
class Total:
    """A row of sums; `side` where it names one. `kind`: page, carry (承前页, 过次页), month, day,
    sub (小计), running (累计) or all."""

    kind: str
    side: str | None


_SPAN_WORDS = (
    r"(?:[本全当](?:期|季度?|月份?|年度?|页|日|表|村)|[上下]半年|第?[一二三四1-4]季度?"
    r"|[一二三四五六七八九十\d]{1,3}月份?|\d{4}年度?|\d{1,2}-\d{1,2}月份?|各项|财务|经济|经营|村级|村集体|集体|总|累计"
    r"|人民币|金额|以上|实际|全部)*"
)
_SIDE_WORDS = (
    r"(?P<side>收入|支出|收方|付方|支方|借方|贷方|收支|收付"
    r"|资金来源|资金运用|开支|发放|补助|补贴|资金)?"
)
_TOTAL = re.compile(
    rf"{_SPAN_WORDS}{_SIDE_WORDS}(?:项目|总|金额|各项)*(?:合计|总计|小计|共计|累计|总额|总和|总数|计)"
    r"(?:金额|数|额)?(?::|,)?(?:[(]?共?\d+[人户笔项][)]?)*"
    rf"|{_SPAN_WORDS}总(?P<whole>收入|支出)(?:金额|额)?"
)
_CARRY = re.compile(r"(?:承|接)(?:上|前)页.{0,4}|(?:过|转)(?:次|下|后)页.{0,4}")


def total_of(label: str) -> Total | None:
    """The sum that a label announces, or None."""
    plain = bare(label)
    if _CARRY.fullmatch(plain):
        return Total("carry", None)
    found = _TOTAL.fullmatch(plain)
    if found is None:
        return None
    side = _side_of(found["side"] or found["whole"] or "")
    for kind, pattern in (
        ("page", r"本页"),
        ("running", r"累计|本年(?!度?(?:收入|支出)?总计)"),
        ("day", r"本日"),
        ("month", r"本月|\d月|[一二三四五六七八九十]月"),
        ("sub", r"小计"),
    ):
        if re.search(pattern, plain):
            return Total(kind, side)
    return Total("all", side)


def _side_of(word: str) -> str | None:
    if word in ("收入", "收方", "资金来源"):
        return "income"
    return "expense" if word in ("支出", "付方", "支方", "资金运用", "开支") else None


_SECTION_WORDS = re.sub(r"\|财务\|经济\|经营", "", _SPAN_WORDS)
_SECTION = re.compile(
    rf"(?:关于)?{_SECTION_WORDS}(?P<side>收入|支出|开支|收方|付方|支方|资金来源|资金运用|收|支)"
    r"(?:情况|部分|类|项目|方|栏|明细|来源|用途|内容|明细表|公开|一览表|表|科目|合计|总额|总计)*"
)


def section_of(label: str) -> str | None:
    """ "income" or "expense" where a label opens or names a side (一、收入部分)."""
    found = _SECTION.fullmatch(re.sub(r"[(][^)]*[)]", "", bare(label)))
    if found is None:
        return None
    return "income" if found["side"] in ("收入", "收方", "资金来源", "收") else "expense"


def sides_named(text: str) -> str | None:
    """The one side that a heading or title speaks of, if it is only one."""
    income = re.search(r"收入|进账|收方|资金来源", text) is not None
    expense = re.search(r"支出|开支|付方|支方|资金运用|花费", text) is not None
    if income == expense or "收支" in text:
        return None
    return "income" if income else "expense"


SIGNATURE = re.compile(
    r"(?:会计|出纳|审核|审批|制表|填表|填报|书记|主任|村长|监委会|监督委员会|监事会|理财小组|理财组|负责人|公开时间"
    r"|公示时间|公开日期|经办|复核|组长|电话|报账员|记账|主管|社长|理事长|单位|日期|时间)[^:]{0,12}[:]"
    r"|签[章字名]|盖章|[(]章[)]|(?:会计|出纳|审核|制表)$"
)
NOTE = re.compile(r"(?:附?注|备注|说明|附|注释)[:\d、.]")
NOTHING = re.compile(
    r"以下空白|本页无正文|接下页|续表|续上表|第\d+页.*|共\d+页|[-—/\\.·…]*|无|空白|同上|〃"
)
AMONG = re.compile(r"(?:其中|其|含|内含|包括)[:,]|其中")


def among(label: str) -> tuple[bool, str]:
    """Whether a label says 其中, and the label without it."""
    rest = numbered(label)[1]
    found = AMONG.match(rest)
    return (True, rest[found.end() :]) if found else (False, rest)


_ROLES = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("seq", r"序号|序|编号|行次|顺序号?|[Nn][Oo]\.?|项次"),
        ("month", r"月"),
        ("day", r"日"),
        ("opening", _OPENING.pattern),
        ("closing", r"(?:本|当)?期末.*|(?:年|季|季度|月)(?:末|底)" + _BALANCE),
        ("balance", rf"(?:{_BALANCE}|本{_PERIOD_WORD}?{_BALANCE})"),
        (
            "other",
            r".*(?:累计|上年|去年|同期|预算|计划|比上|增减|增幅|占比|比例|完成率|%|上月|上季|上期).*",
        ),
        (
            "name",
            r".*(?:姓名|户主|户名|领取人|申请人|领款人姓名|受益人|补贴对象|救助对象|保障对象|对象名称)|农户|人员|名单",
        ),
        ("income_item", r"(?:收入|收方)(?:项目|科目|名称|内容|来源|类别|明细|事项|摘要|渠道)"),
        (
            "expense_item",
            r"(?:支出|开支|付方)(?:项目|科目|名称|内容|用途|类别|明细|事项|摘要|去向)",
        ),
        (
            "direction",
            r"收/?支|收、支|收付|借或贷|借/贷|收支(?:类型|类别|方向|性质|别)|方向|类型|收或支",
        ),
        ("voucher", r".*(?:凭证|字号|票号|票据|单据|单号|发票).*"),
        (
            "income",
            r"(?:[本当](?:期|月|季度?|年)|实际)?(?:现金|银行|实际)?(?:收入|收方|借方|增加|进账|收款|存入|收)"
            r"(?:金额|数|额|发生额|总额|合计|数额)?",
        ),
        (
            "expense",
            r"(?:[本当](?:期|月|季度?|年)|实际)?(?:现金|银行|实际)?(?:支出|开支|付方|支方|贷方|减少|付款|支取|支|付|付出)"
            r"(?:金额|数|额|发生额|总额|合计|数额)?",
        ),
        ("date", r".*(?:日期|时间|年月日)|(?:\d{4})?年(?:月日?)?|月日|月/日"),
        ("summary", r".*(?:摘要|事由|用途|款项|经济内容|业务内容|收支内容|内容)|内容及.*"),
        (
            "note",
            r".*(?:备注|附注|备考)|说明|备|(?:证明|审批|批准|审核|验收|签批|复核)人?|签[字名章]",
        ),
        (
            "handler",
            r"(?:经手|经办|领款|收款|付款|报销|责任|经手/?办)人?员?|.*(?:经手人|经办人|领款人)",
        ),
        (
            "amount",
            r".*(?:金额|发生额|发生数|数额)|[本当](?:期|月|季度?|年度?|次|表)(?:数|实际|实际数|发生|合计)?|合计|小计|总额|总计|实际数?"
            r"|决算数?|数值|款额|钱数|(?:20\d\d年)?(?:\d{1,2}月份?|[一二三四五六七八九十]{1,2}月份?|第?[一二三四1-4]季度?|[上下]半年)",
        ),
        (
            "text",
            r".*(?:性别|年龄|家庭人口|人口数?|人数|户数|面积|亩数|地块|关系|民族|住址|村民?组|组别|小组|村名|职务|级别|等级"
            r"|标准|补贴|补助|工资|报酬|津贴|分红|股数|股份|原因|签字|签名|盖章|开户行|银行|天数|工日|救助金|保障金|慰问金)",
        ),
        ("item", r".*(?:项目|科目|名称|事项|类目|类别|栏目|指标|品名|种类|明细)|项\s?目"),
    )
)


def is_remark(heading: str) -> bool:
    """Whether a heading of the role note is about the line, not who signed for it."""
    return re.fullmatch(r".*(?:备注|附注|备考)|说明|备", heading) is not None


ROLES = {
    "date": "日期",
    "month": "月",
    "day": "日",
    "summary": "摘要",
    "item": "项目",
    "income_item": "收入项目",
    "expense_item": "支出项目",
    "income": "收入金额",
    "expense": "支出金额",
    "amount": "金额",
    "direction": "收或支",
    "balance": "余额",
    "opening": "期初余额",
    "closing": "期末余额",
    "handler": "经手人",
    "name": "姓名",
    "text": "文字（照原样公开）",
    "seq": "序号",
    "voucher": "凭证号",
    "note": "备注",
    "other": "其他数字（不公开）",
    "ignore": "不导入",
}
"""What a column may be, and how the officer sees it."""


def role_of(heading: str) -> str | None:
    """The role that one heading names, or None."""
    core = re.sub(r"[(][^)]*[)]", "", heading)
    core = re.sub(r"(?:[:/]|^)?(?:单位:?)?(?:亿元|万元|千元|百元|元)$", "", core).rstrip(":")
    if not core or len(core) > 14:
        return None
    return next((role for role, pattern in _ROLES if pattern.fullmatch(core)), None)


def unit_name(unit: int) -> str:
    return next((name for name, fen in UNITS.items() if fen == unit and "元" in name), "元")


DEFAULT_UNIT = YUAN
