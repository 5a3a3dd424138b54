"""What happens in the three villages besides routine: decisions, works, displays, announcements.

Every event is opened on the day it happened and published within its time. Days are counted back
from today.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from kiosk.demo import finance, party
from kiosk.demo.acts import Open, Post, Step, follow_up, moment, office_hour
from kiosk.demo.places import EXEMPLARY, LATE, OFFLINE, Place, masked_names
from kiosk.demo.writing import NUMERALS, Writing, day, form, full_day, yuan
from kiosk.rules import timeliness
from kiosk.rules.calendar import is_working_day
from kiosk.rules.catalogue import Catalogue
from kiosk.rules.reviews import TOWNSHIP

DAY = timedelta(days=1)
RESULT = "village.decision_result"


def stories(place: Place, now: datetime, today: date, catalogue: Catalogue) -> Iterator[Step]:
    """The steps of the village's events up to `now`; `today` is its Beijing date."""
    told = {EXEMPLARY: _donghu, LATE: _xizhuang, OFFLINE: _beizhai}.get(place.part)
    if told is None:
        return
    for ref, item, title, on, lag, writing in told(place, today, catalogue):
        opened = office_hour(f"{place.code}/{ref}", on)
        posted = opened + timedelta(minutes=12) + lag * DAY
        if not lag and TOWNSHIP in catalogue.items[item].review:
            posted = opened + timedelta(hours=4)
        if posted < now - timedelta(minutes=20):
            event = f"event/{ref}"
            if item == RESULT:
                event = follow_up(ref.removesuffix(" done"))
            else:
                yield Step(opened, place.code, Open(event, item, title, on))
            yield Step(posted, place.code, Post(ref, item, writing, event=event))
    if place.part == EXEMPLARY:
        on = back(today, 1)
        pond = Open("event/pond", "village.decision", "清理东湖岸坡", on)
        yield Step(moment(on, 20, 15), place.code, pond)


Told = tuple[str, str, str, date, int, Writing]
"""ref, item, title of the event, its day, days until it was posted, what was posted. The result of
the decision "road" is "road done"; its event is opened by the decision itself."""


def back(today: date, days: int) -> date:
    """The working day so many days before today, or the last before that."""
    on = today - days * DAY
    while not is_working_day(on):
        on -= DAY
    return on


def _donghu(p: Place, today: date, catalogue: Catalogue) -> Iterator[Told]:
    r = Random(p.code)
    on = back(today, 322)
    cost = 8_640_000
    yield (
        "lamps",
        "village.decision",
        "更换太阳能路灯",
        on,
        1,
        decision(
            p,
            r,
            on,
            "更换太阳能路灯的决议",
            "村内主街路灯建成已八年，灯头老化，夜间照明不足。决议更换太阳能路灯 54 盏，"
            f"总价不超过 {yuan(cost)}，从村集体收入中列支，由镇农村产权交易站公开询价。\n"
            "安装位置在六个村民小组张贴示意图，由各组代表确认。",
            back(today, 268),
        ),
    )
    on = back(today, 268)
    yield (
        "lamps done",
        "village.decision_result",
        "太阳能路灯安装完成",
        on,
        2,
        form(
            "decision_result",
            "更换太阳能路灯实施结果",
            ("lamps",),
            decision="更换太阳能路灯的决议",
            decided=back(today, 322).isoformat(),
            state="已完成",
            finished=on.isoformat(),
            text="太阳能路灯 54 盏已装好，由村“两委”、监委会和村民代表 9 人验收合格，质保三年。\n"
            "旧灯杆 20 根移到生产路口继续使用，其余登记入库。\n"
            f"路灯管护人：{p.militia}。哪盏灯不亮，扫码报修，两天内修好。",
            money=[{"source": "村集体", "amount": 7_484_400, "left": 831_600}],
            budget=cost,
            total=8_316_000,
            note=f"比预算节省 {yuan(cost - 8_316_000)}。已支付九成，一成为质保金。",
        ),
    )
    on = back(today, 212)
    yield (
        "levy",
        "village.levy",
        "一事一议修建文化广场",
        on,
        2,
        form(
            "levy",
            "修建文化广场一事一议筹资筹劳方案",
            purpose="修建文化广场，占地 1,200 平方米，铺装、照明和健身器材。",
            funds=[
                {"source": "财政奖补", "amount": 9_000_000},
                {"source": "村集体", "amount": 16_800_000 - 9_000_000 - p.people * 1_500},
                {"source": "村民筹资", "amount": p.people * 1_500},
            ],
            total=16_800_000,
            people=p.people,
            each=1_500,
            owed=p.people * 1_500,
            labour="每户 1 个工，可以资代劳，每工 80 元，不强求",
            exempt="五保户、低保户和现役军人家庭免筹，由村集体补足",
            meeting=f"{day(on)}村民代表会议，应到 35 人，实到 33 人，同意 33 票",
            note="方案公示 7 天，报镇政府审核后实施；工程结束后逐笔公开决算，结余退回各户。",
        ),
    )
    on = back(today, 160)
    names = masked_names(p, r, 24)
    yield (
        "subsidy",
        "village.subsidy",
        "耕地地力保护补贴发放",
        on,
        2,
        finance.subsidy(p, r, names, on.year),
    )
    on = back(today, 141)
    yield (
        "branch",
        "party.decisions",
        f"领办合作社扩种{p.crop}",
        on,
        2,
        party.branch_decision(p, r, on),
    )
    on = back(today, 76)
    yield (
        "road",
        "village.decision",
        "硬化东街",
        on,
        1,
        decision(
            p,
            r,
            on,
            "硬化东街道路的决议",
            "东街长 640 米，雨天泥泞，群众反映强烈。决议硬化路面宽 4 米、厚 18 厘米，"
            f"概算 {yuan(21_760_000)}，其中上级奖补 {yuan(15_000_000)}，"
            f"村集体 {yuan(6_760_000)}，不向村民筹资。\n"
            "工期 30 天，施工期间从中街绕行。质量由监委会和东街住户代表 3 人全程监督。",
            back(today, 24),
        ),
    )
    on = back(today, 62)
    yield (
        "road begun",
        "village.project",
        "东街道路硬化工程开工",
        on,
        1,
        form(
            "project",
            "东街道路硬化工程：招标和开工情况",
            ("road", "check"),
            name="东街道路硬化工程",
            content="东街 640 米，宽 4 米、厚 18 厘米，混凝土标号 C30，每 100 米抽测厚度 1 处。",
            stages=[
                {
                    "stage": "立项",
                    "on": back(today, 76).isoformat(),
                    "amount": 21_760_000,
                    "by": "村民代表会议",
                    "note": "概算",
                },
                {
                    "stage": "招标",
                    "on": back(today, 68).isoformat(),
                    "amount": 20_930_000,
                    "by": "镇农村产权交易站",
                    "note": "5 家投标",
                },
                {
                    "stage": "合同",
                    "on": back(today, 65).isoformat(),
                    "amount": 20_930_000,
                    "by": "曹县通达路桥工程公司",
                    "note": "工期 30 天，原件存镇农经站",
                },
                {"stage": "进度", "on": on.isoformat(), "percent": 5, "note": "开工，清表放线"},
            ],
            funds=[
                {"source": "上级奖补", "amount": 15_000_000},
                {"source": "村集体", "amount": 5_930_000},
            ],
            total=20_930_000,
            paid=0,
            due=20_930_000,
            watch=f"{p.committee[0]}、{p.finance_group[0]} 和住户代表每天到场",
            note="完工后 5 个工作日内公开验收和决算。施工期间从中街绕行，给您带来不便，请谅解。",
        ),
    )
    on = back(today, 47)
    yield (
        "recruit",
        "party.recruit",
        "拟接收预备党员",
        on,
        0,
        party.recruit(p, r, on, _display(catalogue, "party.recruit", on)),
    )
    on = back(today, 44)
    yield (
        "water",
        "village.advance",
        "更换水泵停水",
        on,
        0,
        form(
            "alert",
            "停水通知：更换自来水水泵",
            what="更换水泵，全村停水",
            when=f"{day(on + DAY)} 8:00 至 16:00",
            where="全村",
            who="用自来水的所有住户",
            todo="提前储水。\n来水后先放两分钟再用。",
            text="供水站水泵老化需要更换。老人独居户由网格员送水上门。",
            person=p.militia,
            phone=p.phone,
        ),
    )
    on = back(today, 34)
    yield (
        "lease",
        "finance.contract_notice",
        "门面房招租",
        on,
        2,
        finance.contract_notice(p, r, on),
    )
    on = back(today, 24)
    yield (
        "road done",
        "village.decision_result",
        "东街道路硬化完工",
        on,
        2,
        form(
            "decision_result",
            "硬化东街道路实施结果",
            ("road", "square"),
            decision="硬化东街道路的决议",
            decided=back(today, 76).isoformat(),
            state="已完成",
            finished=on.isoformat(),
            text="东街 640 米道路完工验收，实测宽 4 米、平均厚 18.3 厘米，合格。\n"
            "由镇村建站、村“两委”、监委会和住户代表 11 人签字验收，影像资料存档。\n"
            f"通车后限重 10 吨，养护责任人 {p.head}。",
            money=[
                {"source": "上级奖补", "amount": 15_000_000},
                {"source": "村集体", "amount": 4_993_640, "left": 618_360},
            ],
            budget=21_760_000,
            total=20_612_000,
            note=f"比中标价少 {yuan(318_000)}，核减两处重复计量。质保金一年后无质量问题再付。",
        ),
    )
    on = back(today, 8)
    until = _display(catalogue, "village.homestead_notice", on + DAY)
    yield (
        "homestead",
        "village.homestead_notice",
        "宅基地申请",
        on,
        1,
        form(
            "homestead",
            "宅基地申请公示",
            households=_households(p, r, 2),
            limit="200",
            until=until.isoformat(),
            note="四邻已签字同意。对申请资格、面积、四至有异议的，请在公示期内向村委会或镇自然资源所提出。",
        ),
    )
    on = back(today, 3)
    yield (
        "living",
        "village.minimum_living_notice",
        "低保审核确认",
        on,
        0,
        living_notice(p, r, _display(catalogue, "village.minimum_living_notice", on)),
    )
    on = back(today, 1)
    yield (
        "power",
        "village.advance",
        "线路检修停电",
        on,
        0,
        form(
            "alert",
            "停电通知：线路检修",
            what="线路检修，一、二、三组停电",
            when=f"{day(on + 2 * DAY)} 8:30 至 12:00",
            where="一、二、三组",
            who="三个组的住户和大棚",
            todo="冰箱少开门。\n大棚卷帘提前卷起。\n用制氧机的家庭请马上告诉村里，安排发电机。",
            text="接供电所通知，检修 10 千伏线路。",
            person=p.militia,
            phone=p.phone,
        ),
    )


def _xizhuang(p: Place, today: date, catalogue: Catalogue) -> Iterator[Told]:
    r = Random(p.code)
    on = back(today, 152)
    yield (
        "x subsidy",
        "village.subsidy",
        "耕地地力保护补贴发放",
        on,
        3,
        finance.subsidy(p, r, masked_names(p, r, 18), on.year),
    )
    on = back(today, 96)
    yield (
        "x well",
        "village.decision",
        "维修机井",
        on,
        2,
        decision(
            p,
            r,
            on,
            "维修机井和输水管道的决议",
            "全村 12 眼机井中 5 眼不能正常出水。决议维修机井 5 眼、更换地下输水管 860 米，"
            f"概算 {yuan(6_480_000)}，申请高标准农田管护资金 {yuan(4_500_000)}，"
            f"其余 {yuan(1_980_000)} 由村集体承担。",
            back(today, 40),
        ),
    )
    on = back(today, 40)
    yield (
        "x well done",
        "village.decision_result",
        "机井维修完成",
        on,
        4,
        form(
            "decision_result",
            "维修机井和输水管道实施结果",
            ("canal",),
            decision="维修机井和输水管道的决议",
            decided=back(today, 96).isoformat(),
            state="已完成",
            finished=on.isoformat(),
            text="5 眼机井已恢复出水，每小时 32 至 40 立方米，输水管 860 米已更换，验收合格。\n"
            "浇地刷卡排号，每度电 0.53 元，不另收费。",
            money=[
                {"source": "高标准农田管护资金", "amount": 4_500_000},
                {"source": "村集体", "amount": 1_715_000},
            ],
            budget=6_480_000,
            total=6_215_000,
        ),
    )
    on = back(today, 9)
    yield (
        "x detour",
        "village.advance",
        "道路封闭施工",
        on,
        0,
        form(
            "alert",
            "道路封闭通知：村南桥维修",
            what="村南生产桥维修，道路封闭",
            when=f"{day(on + DAY)}起 20 天",
            where="村南生产桥",
            who="走村南路的三轮车、农机和行人",
            todo="请从村西路绕行。\n夜间有警示灯，请慢行。",
            text="学生上下学由志愿者在路口护送。",
            person=p.militia,
            phone=p.phone,
        ),
    )
    on = back(today, 5)
    yield (
        "x living",
        "village.minimum_living_notice",
        "低保审核确认",
        on,
        1,
        living_notice(p, r, _display(catalogue, "village.minimum_living_notice", on + DAY)),
    )


def _beizhai(p: Place, today: date, catalogue: Catalogue) -> Iterator[Told]:
    r = Random(p.code)
    on = back(today, 88)
    yield (
        "b ditch",
        "village.decision",
        "清淤村北排水沟",
        on,
        2,
        decision(
            p,
            r,
            on,
            "清淤村北排水沟的决议",
            "村北排水沟淤积，去年汛期淹地 60 余亩。决议清淤 1,150 米，"
            f"机械费 {yuan(2_760_000)} 由村集体承担，村民自愿出工清理支沟。",
            back(today, 33),
        ),
    )
    on = back(today, 33)
    yield (
        "b ditch done",
        "village.decision_result",
        "排水沟清淤完成",
        on,
        3,
        form(
            "decision_result",
            "清淤村北排水沟实施结果",
            ("canal",),
            decision="清淤村北排水沟的决议",
            decided=back(today, 88).isoformat(),
            state="已完成",
            finished=on.isoformat(),
            text="1,150 米排水沟清淤完成，沟底加深 0.6 米，由监委会和沿线农户代表验收。\n"
            "清出的淤泥用于垫高洼地，没有占用耕地。",
            money=[{"source": "村集体", "amount": 2_645_000}],
            budget=2_760_000,
            total=2_645_000,
        ),
    )
    on = back(today, 19)
    yield (
        "b recruit",
        "party.recruit",
        "拟接收预备党员",
        on,
        0,
        party.recruit(p, r, on, _display(catalogue, "party.recruit", on)),
    )
    on = back(today, 2)
    yield (
        "b net",
        "village.advance",
        "通信线路抢修",
        on,
        0,
        form(
            "alert",
            "通信中断通知",
            what="光缆挖断，宽带中断",
            when=f"{day(on)}起，修好为止",
            where="全村",
            who="用宽带上网的住户",
            todo="手机通话不受影响。\n急需上网办事的，可到镇便民服务中心。",
            text="村北施工挖断光缆，运营商正在抢修。公开栏照常更新，内容保存在本机，网络恢复后自动上报镇里。",
            person=p.militia,
            phone=p.phone,
        ),
    )


def _display(catalogue: Catalogue, item: str, on: date) -> date:
    until = timeliness.display_until(catalogue.items[item], on)
    assert until is not None
    return until


def decision(p: Place, r: Random, final: date, title: str, words: str, finish: date) -> Writing:
    """A decision by 四议两公开 whose last step was on `final`, to be carried out by `finish`."""
    representatives = p.groups * 5 + 5
    steps: list[dict[str, Any]] = []
    for name, before, chair, entitled in (
        ("党支部会提议", 21, p.secretary, 5),
        ("村“两委”会商议", 16, p.secretary, 7),
        ("党员大会审议", 9, p.secretary, p.party_members),
        ("村民代表会议决议", 0, p.head, representatives),
    ):
        small = entitled < 10
        present = entitled if small else entitled - r.randint(2, entitled // 10 + 2)
        against = 0 if small else r.randint(0, 2)
        abstain = 0 if small else r.randint(0, 1)
        steps.append(
            {
                "name": name,
                "on": back(final, before).isoformat() if before else final.isoformat(),
                "place": "村党群服务中心会议室",
                "chair": chair,
                "entitled": entitled,
                "present": present,
                "for": present - against - abstain,
                "against": against,
                "abstain": abstain,
            }
        )
    content = {"text": words, "finish": finish.isoformat(), "steps": steps}
    return Writing(title, content, ("meeting",))


def living_notice(p: Place, r: Random, until: date) -> Writing:
    """Households proposed for minimum living allowance, on display until `until`."""
    rows: list[list[str | int | None]] = [
        [
            f"第{NUMERALS[r.randrange(p.groups)]}组",
            name,
            str(size),
            size * r.randint(40, 52) * 1_000,
        ]
        for name, size in zip(masked_names(p, r, 3), (1, 2, 2), strict=True)
    ]
    return Writing(
        "拟新增最低生活保障对象公示",
        {
            "columns": [
                {"name": "组别", "amount": False},
                {"name": "户主姓名", "amount": False},
                {"name": "保障人数（人）", "amount": False},
                {"name": "拟月保障金", "amount": True},
            ],
            "rows": rows,
            "total": sum(int(row[3] or 0) for row in rows),
            "note": f"经入户核查、民主评议和镇政府审核，公示 7 天，到{full_day(until)}止。"
            "有异议的请向村务监督委员会或镇民政办反映，反映人信息保密。",
        },
    )


def _households(p: Place, r: Random, count: int) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "group": f"第{NUMERALS[r.randrange(p.groups)]}组",
            "people": r.randint(3, 5),
            "kind": kind,
            "area": str(r.choice((160, 166, 180))),
            "state": "正在公示",
        }
        for name, kind in zip(masked_names(p, r, count), ("原址翻建", "新批宅基地"), strict=True)
    ]
