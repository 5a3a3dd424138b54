"""What the township does in the demo: its notices to all villages, an excuse, an order."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from kiosk.demo.acts import Excuse, Order, Post, Step, moment, office_hour
from kiosk.demo.places import LATE, OFFLINE, TOWNSHIP_CODE, Place
from kiosk.demo.routine import LATE_WITH, began, excused, left_open, owed
from kiosk.demo.stories import back
from kiosk.demo.writing import Writing, text
from kiosk.rules.calendar import Period, add_months, next_working_day
from kiosk.rules.catalogue import Catalogue

MONTHLY = {
    1: (
        "关于做好低温雨雪天气防范的通知",
        "近期有雨雪降温。请各村检查敬老户取暖、大棚加固和村口陡坡防滑，储备融雪剂，"
        "值班电话 24 小时有人接。",
    ),
    2: (
        "关于春节后返岗用工信息发布的通知",
        "县人社局组织“春风行动”招聘会，岗位 600 余个，名单在各村公开栏张贴，"
        "到镇便民服务中心可免费登记。",
    ),
    3: (
        "关于清明期间森林防火和文明祭扫的通知",
        "提倡鲜花、植树祭扫，严禁带火种进林带。各村设卡登记，护林员全天巡查。",
    ),
    4: (
        "关于小麦“一喷三防”统防统治的通知",
        "镇里统一组织无人机飞防，农户不花钱。作业当天请看好蜂箱、鱼塘，"
        "作业时间由各村提前一天通知。",
    ),
    5: (
        "关于三夏生产和秸秆禁烧的通知",
        "各村做好机具对接、晒场安排和禁烧宣传。发现火点立即扑灭并报告，麦收期间村干部在岗在位。",
    ),
    6: (
        "关于防溺水工作的通知",
        "暑期临近，请各村检查坑塘、沟渠警示牌和救生杆，家长管好孩子，不到野外水域游泳。",
    ),
    7: (
        "关于做好汛期防范应对的通知",
        "主汛期各村 24 小时值班，低洼户、危房户提前转移，排水泵站试机一次，物资清点上墙。",
    ),
    8: (
        "关于秋季学生资助申请的通知",
        "家庭经济困难学生资助即日起申请，材料交学校，政策明白纸在村公开栏可取。",
    ),
    9: (
        "关于居民医保集中参保的通知",
        "新年度居民医保集中参保开始，可在手机上缴费，不收现金。困难群众个人缴费由政府资助，"
        "请各村核对名单。",
    ),
    10: (
        "关于秋冬种和秸秆离田的通知",
        "深松、秸秆离田有作业补助，请各村登记面积。严禁露天焚烧秸秆和落叶。",
    ),
    11: (
        "关于冬季取暖安全的通知",
        "请各村入户检查煤炉烟道，独居老人户安装一氧化碳报警器，不在室内给电动车充电。",
    ),
    12: (
        "关于年末村级财务结账和三务公开的通知",
        "12 月 25 日前票据全部报账，决算经民主理财小组审核。各村对照目录补齐全年公开事项。",
    ),
}
MONTHS = 9
CONTACT = "李楼镇党政办公室 0530-3290001"


def township(
    places: list[Place], now: datetime, today: date, catalogue: Catalogue
) -> Iterator[Step]:
    """The township's steps up to `now`; `today` is its Beijing date."""
    for step in _all(places, today, catalogue):
        if step.at < now - timedelta(minutes=20):
            yield step


def _all(places: list[Place], today: date, catalogue: Catalogue) -> Iterator[Step]:
    for n in range(MONTHS):
        first = add_months(today.replace(day=1), -n)
        title, words = MONTHLY[first.month]
        at = office_hour("township", next_working_day(first.replace(day=4)))
        yield _told(at, f"monthly/{first}", text(title, words, "李楼镇人民政府"))
    quarter = Period.containing("quarterly", today).previous.title
    yield _told(
        moment(back(today, 12), 10, 20),
        "inspection",
        text(
            "关于开展三务公开专项检查的通知",
            f"镇纪委、农经站、民政办将对各村{quarter}三务公开情况进行检查，重点看：",
            "一、财务收支是否按时、逐笔公开，余额是否与上期相接；",
            "二、低保、补贴名单是否公示，有没有泄露身份证号、银行卡号和电话；",
            "三、群众意见是否在 10 日内答复。",
            "检查结果全镇通报。请各村先自查，逾期事项抓紧补上。",
            "李楼镇人民政府",
        ),
    )
    for place in places:
        duties = owed(place, today, catalogue)
        excuse = excused(place, today, duties)
        if excuse is not None:
            at = moment(back(excuse.due, 2), 16, 5)
            reason = "水表集中更换，由镇供水站统一核算，与下季度合并公开。"
            yield Step(at, TOWNSHIP_CODE, Excuse(place.code, excuse.item, excuse.period, reason))
        if place.part == LATE:
            open_keys = left_open(place, today, duties)
            statement = next(key for key in open_keys if key.startswith(LATE_WITH))
            period = Period.parse(statement.partition("/")[2])
            yield Step(
                moment(back(today, 2), 9, 40),
                TOWNSHIP_CODE,
                Order(
                    place.code,
                    statement,
                    f"{period.title}财务收支还没有公开。请会同民主理财小组抓紧审核，"
                    "五日内公开并报告原因。",
                    today + timedelta(days=5),
                ),
            )


def _told(at: datetime, ref: str, writing: Writing) -> Step:
    return Step(at, TOWNSHIP_CODE, Post(ref, "township", writing))


def founded(today: date) -> date:
    """The first day of the township's node: a month before its first village."""
    return add_months(Period.containing("quarterly", today).start, -16)


OFFLINE_FOR = timedelta(days=6, hours=4)


def offline_since(place: Place, now: datetime) -> datetime | None:
    """From when the village could not be reached, None where it can."""
    return now - OFFLINE_FOR if place.part == OFFLINE else None


def earlier_outage(place: Place, today: date) -> tuple[date, date] | None:
    """Days in the past, first and last, on which the offline village was offline once before."""
    if place.part != OFFLINE:
        return None
    due = next_working_day(add_months(today.replace(day=15), -2))
    if due - timedelta(days=3) < began(place, today) + timedelta(days=20):
        return None
    return due - timedelta(days=6), due + timedelta(days=1)
