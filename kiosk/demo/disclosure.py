"""Disclosure on request in the demo: what people asked the township for, last year and this, what
came of it, and the numbers that its offices gave for last year's annual report.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from kiosk.demo.acts import Disclose, Step, moment
from kiosk.demo.places import TOWNSHIP_CODE
from kiosk.node import Node
from kiosk.reports import entered
from kiosk.requests import commands
from kiosk.rules.calendar import add_working_days, next_working_day

HEAD = "党政办主任 周明远"

GIVEN_BY_OFFICES: dict[str, tuple[int, str]] = {
    "article_20/1/行政规范性文件/现行有效件数": (3, "党政办公文台账"),
    "article_20/1/规章/本年制发件数": (0, "乡镇不制定规章"),
    "article_20/1/规章/本年废止件数": (0, "乡镇不制定规章"),
    "article_20/1/规章/现行有效件数": (0, "乡镇不制定规章"),
    "article_20/1/行政规范性文件/本年制发件数": (1, "党政办公文台账"),
    "article_20/1/行政规范性文件/本年废止件数": (0, "党政办公文台账"),
    "article_20/5/行政许可/本年处理决定数量": (46, "便民服务中心，宅基地和村庄规划许可"),
    "article_20/6/行政处罚/本年处理决定数量": (7, "综合行政执法队案卷"),
    "article_20/6/行政强制/本年处理决定数量": (0, "综合行政执法队案卷"),
    "article_20/8/行政事业性收费/本年收费金额（万元）": (0, "财政所，没有收费项目"),
    "items_entered_on_district_site": (241, "区政府网站后台"),
    "training_sessions": (2, "培训签到表"),
    "people_trained": (63, "培训签到表"),
    "inspections": (4, "检查记录"),
    "information_fee": (0, "财政所"),
}


def disclosure(today: date) -> Iterator[Step]:
    """The steps of every request, by its day of arrival."""
    yield from _last_year(today.year - 1)
    yield from _answered(_back(today, 62))
    yield from _extended(_back(today, 29))
    yield from _asking(_back(today, 14))
    yield from _correcting(_back(today, 9))
    yield _received(_back(today, 4), "road", "自然人", "王建军", (
        "2025 年以来镇里下达到东湖村的道路养护资金文件和分配表。"
    ))  # fmt: skip
    yield _received(_back(today, 1), "photovoltaic", "商业企业", "菏泽某新能源有限公司", (
        "本镇分散式光伏项目备案情况（项目名称、装机容量、备案日期）。"
    ), channel="network", by="web")  # fmt: skip
    yield from _reported(today.year - 1)


def done(node: Node, actor: str, ids: dict[tuple[str, str], str], act: Disclose) -> None:
    """Does one of these acts by the rooms' commands."""
    journal, given = node.journal, dict(act.given)
    match act.kind:
        case "receive":
            by_web = given.get("by") == "web"
            asker = commands.ASKER if by_web else actor
            ids["", act.ref], _ = commands.receive(journal, actor=asker, **given)
        case "ask_opinion" | "contest":
            command = getattr(commands, act.kind)
            ids["", f"{act.ref}/{act.kind}"] = command(
                journal, ids["", act.ref], actor=actor, **given
            )
        case "give_opinion":
            opinion = ids["", f"{act.ref}/ask_opinion"]
            commands.give_opinion(journal, ids["", act.ref], opinion=opinion, actor=actor, **given)
        case "settle":
            case = ids["", f"{act.ref}/contest"]
            commands.settle(journal, ids["", act.ref], contest=case, actor=actor, **given)
        case "enter":
            entered.enter(journal, actor=actor, **given)
        case "write":
            entered.write(journal, actor=actor, **given)
        case _:
            getattr(commands, act.kind)(journal, ids["", act.ref], actor=actor, **given)


def _last_year(year: int) -> Iterator[Step]:
    """One partly granted and contested in vain, one that was held by nobody here, one carried
    over into this year."""
    on = next_working_day(date(year, 9, 8))
    yield _received(on, "bids", "商业企业", "曹县某建设工程有限公司", (
        "镇区雨污分流工程的中标通知书和各投标人报价明细。"
    ), channel="registered")  # fmt: skip
    yield _step(on, 2, "ask_opinion", "bids", whom="中标单位", what="投标报价明细能否公开")
    yield _step(on, 9, "give_opinion", "bids", agrees=False, text="报价明细属于商业秘密。")
    yield _step(on, 14, "decide", "bids", outcome="partly", text=(
        "附：中标通知书一份。各投标人的报价明细属于商业秘密，第三方不同意公开，不予公开。"
    ))  # fmt: skip
    yield _step(on, 15, "deliver", "bids", way="邮寄")
    yield _step(on, 30, "contest", "bids", kind="reconsideration", body="曹县人民政府")
    yield _step(on, 58, "settle", "bids", result="upheld", text="维持本机关的答复。")
    on = next_working_day(date(year, 10, 20))
    yield _received(on, "school", "自然人", "李秀英", "镇中心小学 2023 年教师招聘考试成绩。")
    yield _step(on, 3, "decide", "school", outcome="not_held", reason="不属于本机关负责公开", text=(
        "教师招聘由县教育和体育局组织，请向县教育和体育局申请，电话见该局公开栏。"
    ))  # fmt: skip
    yield _step(on, 4, "deliver", "school", way="当面领取")
    on = next_working_day(date(year, 12, 22))
    yield _received(on, "subsidy", "自然人", "赵春梅", "本年度全镇耕地地力保护补贴分村汇总表。")
    yield _step(on, 11, "decide", "subsidy", outcome="granted", reason="提供所申请的信息", text=(
        "附：耕地地力保护补贴分村汇总表一份，已隐去个人信息。"
    ))  # fmt: skip
    yield _step(on, 12, "deliver", "subsidy", way="邮寄")


def _answered(on: date) -> Iterator[Step]:
    yield _received(on, "relief", "自然人", "孙玉兰", "今年发放临时救助的标准和办理程序。")
    yield _step(
        on, 6, "decide", "relief",
        outcome="granted", reason="已经主动公开，告知获取的方式和途径",
        text="临时救助的标准和程序已在镇便民服务大厅和各村公开栏公开，可以在办事指南里查看。",
    )  # fmt: skip
    yield _step(on, 7, "deliver", "relief", way="当面领取")


def _extended(on: date) -> Iterator[Step]:
    yield _received(on, "homestead", "法律服务机构", "山东某律师事务所", (
        "2019 年至今本镇宅基地审批的件数、面积，按年度和村分列。"
    ), channel="registered")  # fmt: skip
    yield _step(
        on, 16, "extend", "homestead",
        days=20, approved_by=HEAD, reason="涉及多个年度的档案，需要逐卷查找",
    )  # fmt: skip


def _asking(on: date) -> Iterator[Step]:
    yield _received(on, "lease", "商业企业", "某农业发展有限公司", (
        "黄河故道片区土地流转合同的面积、期限和租金。"
    ), channel="registered")  # fmt: skip
    yield _step(on, 5, "ask_opinion", "lease", whom="某种植专业合作社", what="流转合同的租金")


def _correcting(on: date) -> Iterator[Step]:
    yield _received(on, "vague", "自然人", "周长喜", "镇里所有的会议纪要。", channel="post")
    yield _step(on, 1, "confirm", "vague")
    until = add_working_days(on, 20)
    yield _step(on, 3, "demand_correction", "vague", until=until, what=(
        "“所有的会议纪要”范围不明确，请写明是哪一年、哪一次会议或者哪件事。"
    ))  # fmt: skip


def _reported(year: int) -> Iterator[Step]:
    """What the offices gave for a year's report in the January after, and its last two parts."""
    at = moment(next_working_day(date(year + 1, 1, 9)), 15)
    for figure, (value, source) in GIVEN_BY_OFFICES.items():
        if figure in entered.BY_HAND or figure in entered.cells(year):
            given = {"year": year, "figure": figure, "value": value, "source": source}
            yield Step(at, TOWNSHIP_CODE, Disclose("enter", "", given))
    texts = {
        "5": "存在的主要问题：一是个别村公开不够及时，逾期后才补公开；二是公开的内容还不够通俗，"
        "老年人看不懂表格。\n改进情况：到期前提醒、逾期即督办；财务收支配上明白纸和图，"
        "请村民代表试读以后再公开。",
        "6": "本年度没有收取信息处理费。\n没有其他需要报告的事项。",
    }
    for part, text in texts.items():
        given = {"year": year, "part": part, "text": text}
        yield Step(at + timedelta(minutes=40), TOWNSHIP_CODE, Disclose("write", "", given))


def _received(
    on: date,
    ref: str,
    applicant: str,
    name: str,
    about: str,
    *,
    channel: str = "in_person",
    **given: Any,
) -> Step:
    said = {
        "applicant": applicant,
        "name": name,
        "identity": "居民身份证，已核对" if applicant == "自然人" else "营业执照，已核对",
        "phone": "0530-3290000",
        "address": "曹县某街道",
        "about": about,
        "channel": channel,
        **given,
    }
    return Step(moment(on, 10, 5), TOWNSHIP_CODE, Disclose("receive", ref, said))


def _step(on: date, after: int, do: str, ref: str, /, **given: Any) -> Step:
    at = moment(add_working_days(on, after), 10, 35)
    return Step(at, TOWNSHIP_CODE, Disclose(do, ref, given))


def _back(today: date, n: int) -> date:
    """The n-th working day before today."""
    day = today
    while add_working_days(day, n) > today or next_working_day(day) != day:
        day -= timedelta(days=1)
    return day
