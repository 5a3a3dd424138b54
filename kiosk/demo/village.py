"""The demo's texts on village affairs (村务) that come with the calendar, by catalogue item."""

from collections.abc import Callable
from random import Random

from kiosk.demo.places import Place, masked_names
from kiosk.demo.writing import NUMERALS, Writing, day, form, in_period, numbered, text
from kiosk.rules.calendar import Period

CONTACT = "有疑问或发现问题，请打公开栏下方的值班电话，或扫二维码反映。"


def plan(p: Place, period: Period, r: Random) -> Writing:
    return text(
        f"{period.title}村发展计划",
        "经村民代表会议讨论通过，本年度办好以下几件事：",
        *numbered(
            f"道路：硬化村内背街小巷 {r.randint(5, 9)} 条，约 {r.randint(8, 16) * 100} 米，"
            f"10月底前完工。责任人：{p.head}。",
            f"亮化：更换和新装太阳能路灯 {p.groups * 4} 盏。责任人：{p.militia}。",
            f"排水：清淤排水沟 {r.randint(12, 25) * 100} 米，汛期前完成。责任人：{p.militia}。",
            f"产业：扩种{p.crop} {r.randint(4, 9) * 10} 亩，办好{p.trade}点，"
            f"带动务工 {r.randint(40, 80)} 人。责任人：{p.secretary}。",
            f"环境：保洁员 {p.groups} 人分片包干，每季度评比“干净人家”。责任人：{p.women}。",
            f"养老：办好幸福食堂，75 岁以上老人每餐收 3 元。责任人：{p.women}。",
        ),
        "资金以上级补助和村集体收入安排，不向村民摊派。进度每半年公开一次。",
    )


def plan_result(p: Place, period: Period, r: Random) -> Writing:
    first = period.start.month == 1
    share = r.randint(45, 60) if first else 100
    lanes = r.randint(6, 9)
    return text(
        f"{period.title}年度计划实施情况",
        f"截至{day(period.end)}，各项进展如下：",
        *numbered(
            f"道路：计划硬化 {lanes} 条，已完成 {lanes * share // 100} 条，质量由监委会跟班查看。",
            f"亮化：路灯已装 {p.groups * 4 * share // 100} 盏，计划 {p.groups * 4} 盏。",
            "排水：主沟清淤已完成，支沟" + ("正在进行。" if first else "已全部疏通。"),
            f"产业：{p.crop}长势正常，{p.trade}点日均务工 {r.randint(22, 48)} 人，"
            f"人均日收入 {r.randint(75, 110)}元。",
            f"环境：评出“干净人家” {r.randint(30, 60)} 户，已挂牌。",
            f"养老：幸福食堂日均就餐 {r.randint(18, 36)} 人，收支另行公开。",
        ),
        "没有按时完成的，" + ("下半年抓紧补上。" if first else "无。"),
        scenes=("road",),
    )


def homestead(p: Place, period: Period, r: Random) -> Writing:
    count = r.randint(1, 3)
    households = [
        {
            "name": name,
            "group": f"第{NUMERALS[r.randrange(p.groups)]}组",
            "people": r.randint(3, 6),
            "kind": r.choice(("原址翻建", "原址翻建", "新批宅基地")),
            "area": str(r.choice((160, 166, 180, 200))),
            "state": "镇政府已批准",
            "on": in_period(r, period, 0.2, 0.9).isoformat(),
        }
        for name in masked_names(p, r, count)
    ]
    return form(
        "homestead",
        f"{period.title}宅基地申请和审批情况",
        households=households,
        limit="200",
        note=f"建房前须由镇、村到场放线，建成后验收。{CONTACT}",
    )


def minimum_living(p: Place, period: Period, r: Random) -> Writing:
    """The households on minimum living allowance: mostly the same from quarter to quarter."""
    steady = Random(f"{p.code}/minimum living")
    count = max(6, round(p.households * 0.03))
    names = masked_names(p, steady, count + 4)
    sizes = [(steady.choice((1, 1, 2, 2, 3)), steady.randint(38, 56) * 10) for _ in names]
    groups = [steady.randrange(p.groups) for _ in names]
    quarter = period.start.year * 4 + period.start.month // 3
    gone, come = quarter % count, count + quarter % 4
    shown = [n for n in range(count) if n != gone] + [come]
    rows: list[list[str | int | None]] = [
        [f"第{NUMERALS[groups[n]]}组", names[n], str(sizes[n][0]), sizes[n][0] * sizes[n][1] * 100]
        for n in sorted(shown, key=lambda n: (groups[n], n))
    ]
    return Writing(
        f"{period.title}最低生活保障对象",
        {
            "columns": [
                {"name": "组别", "amount": False},
                {"name": "户主姓名", "amount": False},
                {"name": "保障人数（人）", "amount": False},
                {"name": "月保障金", "amount": True},
            ],
            "rows": rows,
            "total": sum(int(row[3] or 0) for row in rows),
            "note": "本季度新增 1 户、退出 1 户。保障金每月 10 日前打入“一卡通”，"
            "家庭情况有变化的请及时告诉村里。",
        },
    )


def destitute(p: Place, period: Period, r: Random) -> Writing:
    steady = Random(f"{p.code}/destitute")
    count = max(4, p.people // 260)
    kinds = (("特困分散供养", 92_600), ("特困集中供养", 98_400), ("两项补贴", 17_300))
    rows: list[list[str | int | None]] = []
    for name in masked_names(p, steady, count):
        kind, amount = steady.choice(kinds)
        rows.append([f"第{NUMERALS[steady.randrange(p.groups)]}组", name, kind, amount])
    rows.sort(key=lambda row: NUMERALS.index(str(row[0])[1]))
    return Writing(
        f"{period.title}特困供养和残疾人补贴",
        {
            "columns": [
                {"name": "组别", "amount": False},
                {"name": "姓名", "amount": False},
                {"name": "类别", "amount": False},
                {"name": "月发放金额", "amount": True},
            ],
            "rows": rows,
            "total": sum(int(row[3] or 0) for row in rows),
            "note": "按月通过“一卡通”发放，照料护理人由村“两委”成员一对一联系。",
        },
    )


def relief(p: Place, period: Period, r: Random) -> Writing:
    households = r.randint(8, 22)
    gifts, source = {
        1: ((("大米", 1, "袋"), ("面粉", 1, "袋"), ("食用油", 1, "桶")), "县慈善总会和镇政府"),
        4: ((("抗旱软管", 20, "米"),), "镇农业综合服务中心"),
        7: ((("夏凉被", 1, "床"), ("花露水", 2, "瓶")), "镇民政办"),
        10: ((("棉被", 1, "床"), ("棉衣", 1, "件")), "县红十字会"),
    }[period.start.month]
    came = in_period(r, period, 0.1, 0.3).isoformat()
    on = in_period(r, period, 0.4, 0.9).isoformat()
    goods = [
        {"goods": name, "count": str(each * households), "unit": unit} for name, each, unit in gifts
    ]
    return form(
        "relief",
        f"{period.title}救灾救助、慰问和捐赠款物",
        ("visit",),
        opening=0,
        sources=[{"on": came, "source": source, **it} for it in goods],
        given=[
            {"on": on, "who": "低保户、特困户和监测户", "households": households, **it}
            for it in goods
        ],
        closing=0,
        goods_left="无",
        handler=p.women,
        witness=p.committee[1],
        note="发放对象经村民代表评议确定，领取人逐户签字，签收表存村档案柜备查。",
    )


def family(p: Place, period: Period, r: Random) -> Writing:
    return text(
        f"{period.title}计划生育、卫生健康政策落实情况",
        f"办理生育登记 {r.randint(2, 6)} 件，领取一次性奖励 {r.randint(1, 3)} 户；"
        f"奖励扶助对象 {p.people // 60} 人，每人每月 100元，已按时发放。",
        f"65 岁以上老年人免费体检 {r.randint(40, 90)} 人；家庭医生签约 "
        f"{p.people * 62 // 100} 人，随访慢病居民 {r.randint(60, 120)} 人次。",
        f"适龄妇女“两癌”筛查 {r.randint(12, 40)} 人；儿童预防接种查漏补种 {r.randint(3, 9)} 人。",
        f"卫生室新到常用药 {r.randint(12, 25)} 种，价目表贴在墙上，可用医保卡。",
        f"政策咨询：{p.women}，每周一、四上午在党群服务中心值班。",
    )


def insurance(p: Place, period: Period, r: Random) -> Writing:
    joined = p.people * r.randint(95, 98) // 100
    pension = p.people * 52 // 100
    return text(
        f"{period.title}医保、养老保险参保情况",
        f"居民基本医疗保险参保 {joined:,} 人，参保率 {joined * 100 / p.people:.1f}%。"
        f"困难群众 {p.people // 40} 人的个人缴费由政府资助，已全部代缴。",
        f"居民基本养老保险参保 {pension:,} 人，60 岁以上领取待遇 {p.people * 23 // 100} 人，"
        "已完成年度待遇资格认证。",
        "没有参保的，请带身份证到党群服务中心或在手机上补办。参保以税务票据为准，村里不收现金。",
    )


def revitalisation(p: Place, period: Period, r: Random) -> Writing:
    watched = r.randint(4, 8)
    return text(
        f"{period.title}乡村振兴和防返贫监测情况",
        f"项目：{p.trade}点二期，衔接资金 {r.randint(18, 36)} 万元，"
        f"进度 {r.randint(40, 100)}%，收益的六成用于公益岗位和帮扶。",
        f"监测：在册监测户 {watched} 户，本季度风险消除 {r.randint(0, 2)} 户，新纳入 "
        f"{r.randint(0, 1)} 户，均经农户申请、民主评议和公示。",
        f"帮扶：公益岗位安置 {r.randint(4, 9)} 人，每人每月 600元；落实小额信贷 "
        f"{r.randint(1, 3)} 户；雨露计划资助学生 {r.randint(1, 4)} 人。",
        "群众遇到收入骤减或大额支出，可随时向村里提出申请，5 日内入户核实。",
        scenes=("panels",),
    )


FARMING = {
    1: ("麦田冬管", "越冬小麦要镇压保墒，严禁牛羊啃青。大棚注意保温补光，雪后及时清棚。",
        "种子化肥提早看货，认准审定编号，索要发票。"),
    2: ("小麦返青管理", "一类麦田以控为主，二、三类麦田返青期每亩追施尿素 8 至 10 公斤，早划锄。",
        "镇农技站 2 月下旬在村里讲课一场，时间另行通知。"),
    3: ("小麦拔节肥水", "拔节期浇水追肥，同时防治纹枯病和麦蜘蛛。有倒春寒预报时提前浇水。",
        "农机检修从速，购机补贴在手机上申请。"),
    4: ("小麦“一喷三防”", "抽穗至扬花初期喷药，防赤霉病、蚜虫，由镇里组织无人机统防统治，免费。",
        "政策性小麦保险每亩保费农户负担 3元，月底截止。"),
    5: ("小麦后期管理", "后期不浇大水，防倒伏和干热风。联系好收割机，收割损失不超过 2%。",
        "玉米种子选耐密抗倒品种，不买散装种。"),
    6: ("三夏抢收抢种", "麦收后秸秆还田，玉米力争 6 月 20 日前播完，播后三天内封闭除草。",
        "严禁焚烧秸秆。跨区收割机停放点在村北晒场。"),
    7: ("玉米苗期管理和防汛", "大喇叭口期追肥，防治玉米螟和二点委夜蛾。雨后及时排水散墒。",
        "气象灾害预警听大喇叭，田间作业遇雷雨立即撤离。"),
    8: ("玉米穗期病虫害防治", "“一喷多促”由镇里统一组织。重点查草地贪夜蛾、锈病，及时报植保员。",
        "玉米保险出险后 48 小时内报案，留好照片。"),
    9: ("玉米适期晚收", "苞叶变白、籽粒乳线消失再收，晚收一周每亩可多收 50 公斤。晾晒注意防霉。",
        "小麦良种补贴供种登记开始，带身份证到村登记。"),
    10: ("小麦适期播种", "10 月 8 日至 18 日为适播期，足墒、适量、播后镇压。旋耕地块深耕一遍。",
         "深松作业有补助，每亩 25元，作业后核面积。"),
    11: ("小麦冬前管理", "查苗补种，冬前化除选无风晴天、日均温 8 度以上。降到 5 度时浇越冬水。",
         "大棚膜、草苫及时检修，防大风。"),
    12: ("设施农业防寒和农资市场", "连阴天适当通风见光，不一次揭大膜。储藏的薯、蒜勤检查。",
         "春耕化肥价格每吨比上月小幅波动，不急用的可分批买。"),
}  # fmt: skip


def agriculture(p: Place, period: Period, r: Random) -> Writing:
    topic, advice, news = FARMING[period.start.month]
    return text(
        f"{period.title}农业信息：{topic}",
        f"【农时】{advice}",
        f"【本村】{p.crop}本月行情：统货每公斤 {r.randint(24, 78) / 10:.1f}元，"
        f"比上月{r.choice(('略涨', '略降', '持平'))}。植保员 {p.militia} 每周三下地查虫情。",
        f"【提醒】{news}",
        scenes=("field",) if r.random() < 0.4 else (),
    )


def safety(p: Place, period: Period, r: Random) -> Writing:
    found = r.randint(3, 8)
    season = {
        1: "春节期间烟花爆竹、取暖煤炉和祭扫用火",
        4: "麦收前田间线路、收割机和清明防火",
        7: "防汛、防溺水和高温用电",
        10: "秸秆禁烧、取暖安全和电动车充电",
    }[period.start.month]
    return text(
        f"{period.title}安全生产、防火防汛情况",
        f"重点：{season}。",
        f"检查门面房、{p.trade}点和养殖户 {r.randint(12, 30)} 家次，发现隐患 {found} 处，"
        f"当场整改 {found - 1} 处，限期整改 1 处，已复查合格。",
        f"更换灭火器 {r.randint(4, 12)} 具，入户检查取暖和用电 {r.randint(60, 180)} 户，"
        f"在坑塘边补设警示牌 {r.randint(2, 6)} 块。",
        f"值班：每天一名村“两委”成员带班，安全员 {p.militia}。火警、急救分别打 119、120。",
        scenes=("check",),
    )


def environment(p: Place, period: Period, r: Random) -> Writing:
    lamps = p.groups * 14
    return text(
        f"{period.title}人居环境和公共设施管护情况",
        f"保洁员 {p.groups} 人，每人每月 620元，每天清扫主街，垃圾桶 {p.groups * 12} 个日产日清。"
        f"清运垃圾 {r.randint(60, 130)} 车，清理乱堆乱放 {r.randint(12, 40)} 处。",
        f"路灯 {lamps} 盏，本季度报修 {r.randint(3, 9)} 盏，已修好，平均 2 天修复。",
        f"户厕粪污清掏 {r.randint(40, 110)} 户次，打清掏电话 3 日内上门，政府补助，农户不花钱。",
        f"管护责任人：道路 {p.head}，路灯 {p.militia}，绿化和公厕 {p.women}。",
        f"评比：“干净人家”流动红旗本季度评给 {r.randint(12, 24)} 户。",
        scenes=("bins",),
    )


def water_power(p: Place, period: Period, r: Random) -> Writing:
    tons = p.people * r.randint(52, 75) // 10
    due = tons * 220
    late = r.randint(0, 4)
    paid = due - late * 1_100
    return form(
        "fees",
        f"{period.title}水费、电费收缴情况",
        fees=[
            {
                "name": "自来水",
                "price": 220,
                "amount_used": str(tons),
                "unit": "吨",
                "owed": due,
                "received": paid,
                "handed": paid,
                "to": "镇供水站",
            }
        ],
        reader=f"抄表员 {p.cashier}，逐户开票，村里不加价、不留存",
        note=(f"{late} 户外出未交水费，已通知。" if late else "")
        + "电费由供电所直接向用户收取，居民用电每度 0.5469 元，村里不代收、不加价；"
        f"农田灌溉用电每度 0.53 元，刷卡取水，本季度 {r.randint(9, 24) * 1000:,} 度。"
        f"漏水、停水报修：{p.militia}，半小时内到场。",
    )


def enlistment(p: Place, period: Period, r: Random) -> Writing:
    return text(
        f"{period.title}征兵和优抚情况",
        f"本年度适龄青年登记 {r.randint(9, 20)} 人，报名 {r.randint(3, 6)} 人，"
        f"体检合格 {r.randint(2, 3)} 人，光荣入伍 1 人，已公示无异议。",
        f"在册优抚对象 {r.randint(6, 14)} 人，抚恤补助按月由县退役军人事务局发放；"
        "义务兵家庭优待金已发到户。",
        f"悬挂光荣牌 {r.randint(28, 60)} 户，八一、春节走访全覆盖。",
        f"明年春季征兵自愿报名，男青年 18 至 22 周岁，大学生可放宽，咨询民兵连长 {p.militia}。",
    )


COMPLAINTS = (
    "背街路灯偏暗",
    "下雨天东头积水",
    "财务公开看不懂",
    "合作社用工要更公平",
    "健身器材太少",
    "村头垃圾清运不及时",
)


def evaluation(p: Place, period: Period, r: Random) -> Writing:
    present = p.groups * 6 - r.randint(1, 4)
    good = present - r.randint(3, 6)
    return text(
        f"{period.title}村干部述职和民主评议结果",
        f"{period.end.year + 1}年1月召开述职评议会，党员代表、村民代表 {present} 人参加，"
        f"{p.secretary} 等 {r.randint(5, 6)} 名村干部逐人述职，现场无记名测评。",
        f"班子总体：满意 {good} 票，基本满意 {present - good - 1} 票，不满意 1 票。",
        f"群众提得较多的问题：{'、'.join(r.sample(COMPLAINTS, 2))}，已列入新年计划。",
        "评议由村务监督委员会主持，测评票封存备查，结果与村干部绩效挂钩。",
        scenes=("meeting",),
    )


def supervision(p: Place, period: Period, r: Random) -> Writing:
    return text(
        f"{period.title}村务监督委员会工作情况",
        f"监委会主任 {p.committee[0]}，委员 {'、'.join(p.committee[1:])}。"
        f"本季度列席村“两委”会议 {r.randint(3, 6)} 次，开会 3 次。",
        *numbered(
            f"财务：会同民主理财小组审票 {r.randint(45, 95)} 张，退回 {r.randint(1, 3)} 张，"
            "原因是没有写明用途，补正后入账。",
            f"公开：核对公开事项 {r.randint(14, 22)} 项，提意见 {r.randint(1, 4)} 条，均已采纳。",
            f"工程：{r.choice(('道路厚度抽测 5 处', '路灯灯杆抽查 12 根', '沟渠清淤丈量 3 段'))}，"
            f"{r.choice(('全部达标', '1 处不达标，已返工'))}。",
            f"救助：入户核对低保户 {r.randint(3, 6)} 户，情况属实。",
        ),
        "监委会每周五下午在党群服务中心接待，也可把意见投进意见箱，每月 1 日、15 日开箱。",
    )


def replies(p: Place, period: Period, r: Random) -> Writing:
    cases = r.sample(
        (
            ("四组路口夜里看不见，希望加一盏灯", "已加装太阳能路灯 1 盏"),
            ("排水沟盖板断了两块", "已更换 2 块，费用 160元"),
            ("不知道合作社用工怎么报名", "每月 1 日在党群服务中心登记，按登记顺序派工"),
            ("财务表里的“其他收入”没写明来路", "是银行存款利息，已在表里注明"),
            ("大喇叭早上声音太大", "已改为 7 点以后播放，音量调低"),
            ("村头垃圾桶少", "增加垃圾桶 6 个"),
            ("水压不够", "更换水泵后已恢复，三楼也能用"),
            ("健身器材松动", "已焊接加固，每月检查一次"),
        ),
        3,
    )
    got = r.randint(5, 12)
    return form(
        "replies",
        f"{period.title}群众意见办理情况",
        received=got,
        in_time=got,
        closed=got - 1,
        waiting=1,
        cases=[
            {
                "said": question,
                "on": in_period(r, period, 0.2 * n, 0.2 * n + 0.3).isoformat(),
                "answer": answer,
                "state": "已办结",
                "person": r.choice((p.militia, p.women, p.clerk)),
            }
            for n, (question, answer) in enumerate(cases)
        ],
        note=f"其中扫码 {got - 3} 条，意见箱 2 条，来访 1 条。没有办结的 1 条列入明年计划。",
    )


PERIODIC: dict[str, Callable[[Place, Period, Random], Writing]] = {
    "village.plan": plan,
    "village.plan_result": plan_result,
    "village.homestead": homestead,
    "village.minimum_living": minimum_living,
    "village.destitute": destitute,
    "village.relief": relief,
    "village.family": family,
    "village.insurance": insurance,
    "village.revitalisation": revitalisation,
    "village.agriculture": agriculture,
    "village.safety": safety,
    "village.environment": environment,
    "village.water_power": water_power,
    "village.enlistment": enlistment,
    "village.evaluation": evaluation,
    "village.supervision": supervision,
    "village.replies": replies,
}
