"""The demo's guide: what can be got done at the villages and at the township, whom to call about
what, and how people like what is posted."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from kiosk.demo.acts import Feel, Step, Tell, moment
from kiosk.demo.places import DONGHU, EXTRA, TOWNSHIP_CODE, XIZHUANG, Place
from kiosk.demo.routine import began
from kiosk.demo.township import founded
from kiosk.rules.calendar import Period

HALL = "村党群服务中心大厅"
WINDOW = "镇便民服务中心"
DAILY = "每天 8:00-11:30，14:30-17:30"
WORKDAYS = "工作日 8:30-12:00，14:00-17:30"
FREE = "不收费"

# name, other names, items, who may, papers, steps, within, who of the village does it
VILLAGE: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    (
        "申请低保",
        "低保 吃低保 低保户",
        "village.minimum_living_notice village.minimum_living",
        "共同生活的家庭成员人均收入低于低保标准、家庭财产符合规定的本村户籍家庭",
        "申请书（村里有样表）\n户口本、身份证\n收入和财产情况承诺书（当场签）\n有病有残的带病历或残疾证",
        "到大厅交材料，或请村里上门\n村里和镇里一起入户核查\n村民代表评议\n名单公示 7 天\n"
        "镇里确认，次月发到卡上",
        "30 个工作日",
        "clerk",
    ),
    (
        "申请临时救助",
        "困难补助 救助 遇到难处",
        "village.relief",
        "遇到突发事件、重病等，生活一时过不下去的家庭",
        "户口本、身份证\n情况说明\n医院或事故的单据",
        "打电话或到大厅说明情况\n村干部入户看\n报镇里审批，急的先救助后补手续",
        "一般 10 个工作日，急的 24 小时",
        "clerk",
    ),
    (
        "开证明（居住、亲属关系等）",
        "证明 盖章 介绍信",
        "village.services",
        "本村居民",
        "身份证\n说明用在哪里",
        "到大厅说明用途\n在清单里的当场开，清单外的告诉您到哪里办",
        "当场",
        "clerk",
    ),
    (
        "办老年证（60 岁以上）",
        "老年证 老人优待证",
        "",
        "满 60 周岁的老人",
        "身份证\n一寸照片 2 张",
        "把材料交到大厅\n每周二村里代送镇里\n办好打电话请您来取，行动不便的送到家",
        "5 个工作日",
        "women",
    ),
    (
        "高龄补贴（80 岁以上）",
        "高龄 老年 养老",
        "village.destitute",
        "满 80 周岁的本县户籍老人",
        "身份证\n户口本\n社保卡",
        "到大厅登记，不会写字的村里代填\n镇里审核\n从满 80 岁的当月起按月发到卡上",
        "15 个工作日",
        "women",
    ),
    (
        "养老金每年认证",
        "养老 养老金 认证 刷脸",
        "village.insurance",
        "领取城乡居民养老金的老人",
        "身份证",
        "本人到大厅刷脸，或用手机刷脸\n走不动的，村里上门拍照认证",
        "当场",
        "cashier",
    ),
    (
        "医保登记和缴费",
        "医保 合作医疗 新农合",
        "village.insurance",
        "本村居民",
        "身份证或户口本",
        "到大厅登记\n在手机上缴费，没有智能手机的由子女代缴\n领取参保凭证",
        "当天",
        "cashier",
    ),
    (
        "生育登记",
        "生孩子 准生证 计生",
        "village.family",
        "准备生育或怀孕的夫妻",
        "夫妻身份证\n结婚证",
        "登记信息，几个孩子都一样登记\n当场领登记单",
        "当天",
        "women",
    ),
    (
        "申请宅基地建房",
        "宅基地 盖房 建房 批房 翻建",
        "village.homestead_notice village.homestead",
        "符合一户一宅条件的本村农户",
        "申请书\n户口本\n四邻意见",
        "交申请\n村民代表会议讨论\n公示 15 天\n报镇政府审批，到场放线后开工",
        "材料齐后 3 个工作日提交会议",
        "head",
    ),
    (
        "种粮补贴登记",
        "补贴 一卡通 地力补贴",
        "village.subsidy",
        "种地的农户",
        "身份证\n社保卡\n流转来的地带合同",
        "各组登记面积\n张榜核对\n公示 7 天\n发到卡上",
        "每年 4 月底前",
        "cashier",
    ),
    (
        "残疾证代办",
        "残疾证 残疾",
        "village.destitute",
        "有视力、听力、肢体、智力、精神等残疾的村民",
        "身份证\n一寸照片 3 张\n病历",
        "村里登记\n到指定医院评定，走不动的请医生上门\n县残联发证",
        "20 个工作日",
        "women",
    ),
    (
        "修路灯、机井报修",
        "路灯 机井 报修 修路",
        "village.project",
        "本村居民",
        "说清在哪里",
        "打电话或在屏幕上点“问一问”\n村里派人看\n修好后在屏幕上公布",
        "3 天内到场",
        "militia",
    ),
)

# name, other names, who may, papers, steps, within, fee, whom to ask, telephone
TOWNSHIP: tuple[tuple[str, str, str, str, str, str, str, str, str], ...] = (
    (
        "低保、特困供养审核确认",
        "低保 五保 特困 救助",
        "村里已经评议、公示的家庭",
        "村里统一报送，本人不用跑",
        "镇民政办入户抽查\n审核\n公示 7 天\n确认，按月发放",
        "材料到镇后 15 个工作日",
        FREE,
        "民政办 刘敏",
        "0530-3290021",
    ),
    (
        "户籍证明、落户、改名",
        "户口 户籍 上户口 户籍证明",
        "本镇居民",
        "户口本、身份证\n新生儿带出生证明\n落户带房屋或婚姻凭证",
        "到派出所户籍窗口\n核对信息\n当场办好或按通知来取",
        "当场至 5 个工作日",
        "补领户口本收工本费 9 元",
        "派出所户籍窗口",
        "0530-3290110",
    ),
    (
        "残疾证、残疾人两项补贴",
        "残疾证 残疾",
        "持证残疾人",
        "残疾证\n身份证\n社保卡",
        "到镇残联登记\n审核公示\n按月发放",
        "20 个工作日",
        FREE,
        "残联 马军",
        "0530-3290023",
    ),
    (
        "社保卡补办、养老保险",
        "社保卡 养老 养老金",
        "参保居民",
        "身份证",
        "到社保窗口\n当场制卡",
        "当场",
        "补卡 16 元",
        "人社所 韩雪",
        "0530-3290025",
    ),
    (
        "新农保、医保报销",
        "医保 报销 合作医疗",
        "参保居民",
        "住院发票、费用清单、出院记录\n身份证、社保卡",
        "到医保窗口交材料\n审核\n打到卡上",
        "30 个工作日",
        FREE,
        "医保窗口 丁丽",
        "0530-3290026",
    ),
    (
        "农村宅基地审批",
        "宅基地 盖房 建房",
        "村里已经公示的申请户",
        "村里统一报送",
        "到场核实\n联审\n发批准书\n放线",
        "20 个工作日",
        FREE,
        "村镇建设办 侯强",
        "0530-3290028",
    ),
    (
        "法律援助、调解",
        "打官司 调解 法律 纠纷",
        "本镇居民",
        "身份证\n和事情有关的材料",
        "到司法所说明情况\n先调解\n调不成的帮助申请法律援助",
        "当天受理",
        FREE,
        "司法所 吕静",
        "0530-3290030",
    ),
)

TOWNSHIP_OFFICIALS = (
    (
        "郑国华",
        "镇纪委副书记",
        "监督各村三务公开，受理举报",
        "举报 村干部的问题 公开不真实",
        "0530-3290388",
    ),
    ("何静", "镇农经站站长", "村级财务、合同和三资监管", "村里的账 合同 租地", "0530-3290012"),
    ("刘敏", "民政办主任", "低保、特困、临时救助", "低保 五保 救助", "0530-3290021"),
    ("侯强", "村镇建设办主任", "宅基地、危房改造、修路", "宅基地 盖房 危房", "0530-3290028"),
)


def guide(places: Iterable[Place], today: date) -> Iterator[Step]:
    """What each node tells in its first weeks, and what a village corrected since."""
    at = moment(founded(today) + timedelta(days=3), 10)
    for name, post, duty, matters, phone in TOWNSHIP_OFFICIALS:
        yield Step(at, TOWNSHIP_CODE, _official(name, post, duty, matters, phone, WORKDAYS, WINDOW))
    for name, others, who, papers, steps, within, fee, person, phone in TOWNSHIP:
        given = _service(name, others, "", who, papers, steps, within, person, phone)
        given |= {"place": WINDOW, "hours": WORKDAYS, "fee": fee}
        yield Step(at, TOWNSHIP_CODE, Tell("service", given))
    for place in places:
        at = moment(began(place, today) + timedelta(days=2), 10)
        for order, (name, post, duty, matters, shift) in enumerate(_officials(place)):
            told = _official(name, post, duty, matters, place.phone, shift, HALL, order)
            # Villages of the background are many; nobody looks at them one by one.
            yield Step(at, place.code, told if place.part != EXTRA else Tell(told.noun, told.given))
        for name, others, items, who, papers, steps, within, of in VILLAGE:
            person = str(getattr(place, of))
            given = _service(name, others, items, who, papers, steps, within, person, place.phone)
            given["note"] = "缺材料的一次说清。行动不便的，打值班电话，我们上门办。"
            yield Step(at, place.code, Tell("service", given))


def felt(now: datetime, today: date) -> Iterator[Step]:
    """Smiles and frowns at what was posted lately."""
    quarter = Period.containing("quarterly", today - timedelta(days=40)).previous
    for code, ref, good, bad in (
        (DONGHU.code, f"finance.statement/{quarter.id}", 18, 3),
        (DONGHU.code, "road done", 41, 2),
        (DONGHU.code, "lamps done", 23, 4),
        (DONGHU.code, "living", 6, 1),
        (DONGHU.code, "homestead", 3, 5),
        (XIZHUANG.code, "x detour", 4, 9),
    ):
        at = moment(today - timedelta(days=1), 17)
        if at < now:
            yield Step(at, code, Feel(ref, good, bad))


def _officials(p: Place) -> Iterator[tuple[str, str, str, str, str]]:
    both = p.head == p.secretary
    yield (
        p.secretary,
        "党支部书记、村委会主任" if both else "党支部书记",
        "主持全面工作，负责产业发展、信访和工程建设" if both else "主持党务，负责产业发展和信访",
        "修路 工程 信访 纠纷",
        "星期一",
    )
    if not both:
        yield p.head, "村委会主任", "主持村委会工作、工程建设和宅基地", "修路 宅基地 盖房", "星期一"
    yield (
        p.clerk,
        "文书",
        "三务公开、便民代办、低保救助、档案印章",
        "低保 救助 开证明 宅基地 投诉",
        "星期二",
    )
    yield (
        p.cashier,
        "报账员",
        "村里的账、水费电费、补贴、医保养老",
        "账目 水费 补贴 医保 养老",
        "星期三",
    )
    yield (
        p.women,
        "妇女主席",
        "妇女儿童、卫生健康、老人和残疾人",
        "老年证 高龄 残疾证 生育登记",
        "星期四",
    )
    yield p.militia, "民兵连长", "征兵、治安、防汛、路灯和机井", "当兵 路灯 机井 停水停电", "星期五"
    yield p.committee[0], "监委会主任", "监督村里的决定、公开、账目和工程", "对公开有意见 查账", ""


def _official(
    name: str,
    post: str,
    duty: str,
    matters: str,
    phone: str,
    shift: str,
    place: str,
    order: int = 0,
) -> Tell:
    given = {
        "name": name, "post": post, "duty": duty, "matters": matters.split(), "phone": phone,
        "shift": shift, "place": place, "order": order,
    }  # fmt: skip
    return Tell("official", given, portrait=name)


def _service(
    name: str, others: str, items: str, who: str, papers: str, steps: str, within: str,
    person: str, phone: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": name, "aliases": others.split(), "items": items.split(), "who_may": who,
        "papers": papers, "steps": steps, "within": within, "person": person, "phone": phone,
        "place": HALL, "hours": DAILY, "fee": FREE,
    }  # fmt: skip
