"""The demo's texts on Party affairs (党务), by catalogue item and period."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from kiosk.demo.places import TOWNSHIP_CONTACTS, Place
from kiosk.demo.writing import Writing, day, form, in_period, numbered, text
from kiosk.rules.calendar import Period


def organisation(p: Place) -> Writing:
    half = p.party_members // 2
    posts = (
        (p.secretary, "支部书记", "主持支部全面工作，是村级党建和三务公开的第一责任人", "星期一"),
        (p.clerk, "组织委员", "发展党员、党费收缴、党员档案和党务公开", "星期二"),
        (p.women, "宣传委员", "理论学习、远程教育、妇女和关心下一代工作", "星期三"),
        (p.committee[1], "纪检委员", "党员纪律监督，受理党员群众的反映", "星期四"),
        (p.finance_group[0], "第一党小组组长", f"联系第一党小组 {half} 名党员", ""),
        (p.militia, "第二党小组组长", f"联系第二党小组 {p.party_members - half} 名党员", ""),
    )
    return form(
        "directory",
        "党组织设置及分工",
        about=f"中共{p.name}支部委员会下设 2 个党小组，现有党员 {p.party_members} 名。",
        people=[
            {"name": name, "post": post, "duty": duty, "phone": p.phone, "shift": shift}
            for name, post, duty, shift in posts
        ],
        note="每月 15 日为固定主题党日，地点在村党群服务中心会议室。",
    )


def plan(p: Place, period: Period, r: Random) -> Writing:
    year = period.start.year
    return text(
        f"{year}年党支部工作计划",
        f"经支部党员大会讨论通过，{year}年党支部重点抓好以下工作：",
        *numbered(
            f"抓学习。全年组织主题党日 12 次、党课 4 次，三季度前党员轮训一遍。责任人：{p.women}。",
            f"抓队伍。培养入党积极分子 {r.randint(2, 4)} 名，发展党员 1 名，"
            f"储备村级后备力量 {r.randint(2, 3)} 名。责任人：{p.clerk}。",
            f"抓服务。{p.party_members} 名党员联系到户，每名党员联系 8 至 10 户，"
            f"每季度走访不少于 1 次。责任人：{p.secretary}。",
            f"抓发展。党支部领办合作社，{p.crop}种植面积扩大 {r.randint(4, 9) * 10} 亩，"
            f"集体经营性收入比上年增加一成以上。责任人：{p.secretary}。",
            f"抓公开。党务、村务、财务按目录按时公开，群众意见 10 日内答复。责任人：{p.clerk}。",
        ),
        "完成时限：12月20日前。完成情况每半年公开一次，请全体党员和群众监督。",
    )


def plan_result(p: Place, period: Period, r: Random) -> Writing:
    first = period.start.month == 1
    unfinished = r.choice(
        (
            "党群服务中心外墙修缮，因雨季推迟",
            "党员活动室书架采购，正在比价",
            "后备干部培训，等镇里统一安排",
        )
    )
    done = 6 if first else 12
    return text(
        f"{period.title}党支部工作任务完成情况",
        f"对照年初计划，截至{day(period.end)}：",
        *numbered(
            f"组织生活：主题党日已开展 {done} 次，党课 {done // 3} 次，党员平均到会率 "
            f"{r.randint(86, 95)}%。",
            f"队伍建设：确定入党积极分子 {r.randint(2, 3)} 名，"
            + ("发展对象 1 名正在政审。" if first else "接收预备党员 1 名。"),
            f"联系群众：走访 {round(p.households * (0.5 if first else 0.97))} 户，收集意见 "
            f"{r.randint(9, 24)} 条，办结 {r.randint(7, 9)} 条，其余正在办理。",
            f"领办合作社：{p.crop}种植面积增加 {r.randint(30, 60)} 亩，"
            f"带动务工 {r.randint(35, 70)} 人。",
            "三务公开：按目录公开，"
            + ("无逾期事项。" if p.part == "exemplary" else "个别事项公开偏晚，已明确专人负责。"),
        ),
        f"未完成事项：{unfinished}。",
    )


LESSONS = (
    "学习贯彻中央一号文件精神", "学习《中国共产党纪律处分条例》", "重温入党誓词、过政治生日",
    "学习农村集体经济组织法", "参观冀鲁豫边区革命纪念馆", "清理村头巷尾、整治庭院环境",
    "为独居老人打扫院落", "学习《信访工作条例》、排查矛盾纠纷", "义务巡查沟渠、疏通涵管",
    "观看警示教育片", "学习防汛避险和自救知识", "讨论村集体增收办法",
)  # fmt: skip
DISCUSSED = ("集体土地发包方案", "道路修缮计划", "发展对象情况", "合作社分红办法")
TALKS = ("做群众信得过的党员", "把每一分集体的钱管好", "党员要走在前头", "村规民约大家守")


def life(p: Place, period: Period, r: Random) -> Writing:
    lessons = r.sample(LESSONS, 3)
    lines = []
    for n, lesson in enumerate(lessons):
        month = period.start.month + n
        present = r.randint(round(p.party_members * 0.8), p.party_members - 2)
        lines.append(
            f"{month}月15日，主题党日：{lesson}。到会党员 {present} 人，请假 "
            f"{p.party_members - present} 人。"
        )
    talk = in_period(r, period, 0.4, 0.9)
    return text(
        f"{period.title}组织生活开展情况",
        *lines,
        f"支部委员会召开 3 次；党员大会召开 1 次，讨论{r.choice(DISCUSSED)}。",
        f"党课：{day(talk)}，{p.secretary}讲《{r.choice(TALKS)}》。",
        f"外出务工的流动党员 {r.randint(4, 9)} 人，通过微信群参加学习。",
        scenes=("meeting",),
    )


def dues(p: Place, period: Period, r: Random) -> Writing:
    owed = p.party_members * r.choice((2400, 3000, 3600))
    kept = owed * r.randint(20, 30) // 100 // 100 * 100
    part = kept * r.randint(40, 60) // 100 // 100 * 100
    saved = 26_000 + int(p.code) % 7 * 1_000
    first, second = r.sample(("订阅党报党刊和学习资料", "走访慰问老党员", "购买主题党日用品"), 2)
    spent = ((first, part, 0.2), (second, kept - part, 0.7))
    return form(
        "party_dues",
        f"{period.title}党费收缴、使用和管理情况",
        members=p.party_members,
        owed=owed,
        received=owed,
        handed=owed,
        opening=saved,
        kept=kept,
        uses=[
            {"on": in_period(r, period, at, at + 0.2).isoformat(), "for": what, "amount": amount}
            for what, amount, at in spent
        ],
        closing=saved,
        note=f"没有拖欠党费的党员。经手人：{p.clerk}；核对人：{p.committee[1]}。",
    )


def review(p: Place, period: Period, r: Random) -> Writing:
    good = r.randint(9, 14)
    plain = r.randint(1, 2)
    return text(
        f"{period.title}民主评议党员结果",
        f"{period.end.year + 1}年1月召开民主评议党员大会，应到党员 {p.party_members} 人，实到 "
        f"{p.party_members - r.randint(3, 6)} 人，经个人自评、党员互评、民主测评和支部研究：",
        f"优秀 {good} 人，合格 {p.party_members - good - plain} 人，基本合格 {plain} 人，"
        "不合格 0 人。",
        f"支部推荐 {p.women}、{p.finance_group[0]} 为镇级优秀共产党员。",
        "对评为基本合格的党员，由支部书记谈话提醒，限期改进。",
        "对结果有不同意见的，可在公开之日起 5 个工作日内向镇党委反映。",
        scenes=("meeting",),
    )


def integrity(p: Place, period: Period, r: Random) -> Writing:
    return text(
        f"{period.title}党风廉政建设情况",
        f"支部书记 {p.secretary} 与“两委”成员签订廉政责任书 {r.randint(5, 7)} 份，"
        f"开展廉政谈话 {r.randint(5, 9)} 人次。",
        f"村务监督委员会列席村“两委”会议 {r.randint(6, 10)} 次，查阅票据 "
        f"{r.randint(90, 180)} 张，退回不合规票据 {r.randint(1, 4)} 张，均已补正。",
        "移风易俗：办理红白事报备 "
        f"{r.randint(4, 9)} 起，没有大操大办。村“两委”成员没有违规吃请和收受礼金。",
        "违纪处理：本期没有党员受到党纪处分。",
        "监督举报电话见公开栏下方，实名举报有查必复。",
    )


def service(p: Place, period: Period, r: Random) -> Writing:
    deeds = r.sample(
        (
            f"帮 {r.randint(5, 14)} 户老人代缴医保和水电费",
            f"为 {r.randint(3, 8)} 户联系收割机和烘干",
            f"调解邻里纠纷 {r.randint(2, 5)} 起",
            f"代办社保卡、老年证 {r.randint(8, 20)} 件",
            f"介绍 {r.randint(6, 18)} 人到{p.trade}点务工",
            f"为 {r.randint(2, 5)} 户修好院外排水管",
            f"接送 {r.randint(3, 7)} 名行动不便老人体检",
            "联系卫生院来村义诊，测血压、血糖 120 余人次",
        ),
        4,
    )
    return text(
        f"{period.title}党员联系服务群众情况",
        f"{p.party_members} 名党员联系 {p.households} 户，本季度走访 "
        f"{r.randint(round(p.households * 0.6), p.households)} 户次。",
        "办理的实事：",
        *numbered(*(f"{deed}。" for deed in deeds)),
        f"收集意见 {r.randint(5, 11)} 条，已办结 {r.randint(4, 5)} 条，其余列入下季度计划。",
        scenes=("visit",),
    )


PERIODIC: dict[str, Callable[[Place, Period, Random], Writing]] = {
    "party.plan": plan,
    "party.plan_result": plan_result,
    "party.life": life,
    "party.dues": dues,
    "party.review": review,
    "party.integrity": integrity,
    "party.service": service,
}


def recruit(p: Place, r: Random, on: date, until: date) -> Writing:
    """A candidate's display (发展对象公示), running from `on` to `until`."""
    name = r.choice(p.surnames) + r.choice(("晓东", "文静", "立强", "雪梅"))
    woman = name[1:] in ("文静", "雪梅")
    year = on.year
    stages = (
        ("递交入党申请书", date(year - 2, 3, 12), ""),
        ("确定为入党积极分子", date(year - 1, 1, 16), "党员推荐、支委会研究"),
        ("列为发展对象", on.replace(day=1) - timedelta(days=70), "征求党员和群众意见"),
        ("政治审查和集中培训", on.replace(day=1) - timedelta(days=32), "镇党委组织，合格"),
    )
    return form(
        "party_member",
        f"拟接收预备党员公示：{name}",
        kind="接收预备党员",
        people=[
            {
                "name": name,
                "sex": "女" if woman else "男",
                "nation": "汉族",
                "born": f"{year - r.randint(26, 38)}年{r.randint(1, 12)}月",
                "education": "大专",
                "work": f"本村村民，{year - 3}年返乡从事{p.trade}",
                "guides": f"{p.women}、{p.militia}",
            }
        ],
        stages=[
            {"stage": stage, "on": day.isoformat(), "note": note} for stage, day, note in stages
        ],
        from_=on.isoformat(),
        until=until.isoformat(),
        office="李楼镇党委组织办公室",
        phone=TOWNSHIP_CONTACTS["office_phone"],
        note="公示期间，党员和群众可以来信、来电、来访或扫码反映情况，请实事求是。",
    )


def branch_decision(p: Place, r: Random, held: date) -> Writing:
    """What the branch decided: to lead the cooperative's enlargement."""
    entitled = p.party_members
    present = entitled - r.randint(4, 7)
    against = r.randint(0, 2)
    step = {
        "name": "党员大会决议",
        "on": held.isoformat(),
        "place": "村党群服务中心会议室",
        "chair": p.secretary,
        "entitled": entitled,
        "present": present,
        "for": present - against,
        "against": against,
        "abstain": 0,
    }
    return Writing(
        f"党支部领办合作社扩种{p.crop}的决定",
        {
            "text": (
                f"支部党员大会讨论决定：由党支部领办的合作社在村北流转土地 {r.randint(4, 8) * 10} "
                f"亩，扩种{p.crop}，优先吸纳本村富余劳力和监测户务工。\n"
                "执行：由支部委员会负责落实，每季度在党务栏公开进展和收支，年底向党员大会报告。"
            ),
            "steps": [step],
        },
        ("meeting",),
    )
