"""What villagers asked and how it was answered: feedback in every state."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from kiosk.demo.acts import (
    Accept,
    Answer,
    Ask,
    Close,
    Forward,
    Investigate,
    Merge,
    Rate,
    Reject,
    Report,
    SealKey,
    Step,
    TakeBack,
    moment,
)
from kiosk.demo.places import BEIZHAI, DONGHU, TOWNSHIP_CODE, XIZHUANG
from kiosk.demo.writing import yuan
from kiosk.rules.calendar import Period
from kiosk.rules.feedback import OBJECTION

DAY = timedelta(days=1)
RECEIPT = "2345ABCDEFGHJKLMNPQR"
"""The receipt code of a sealed report, to look its answer up with."""

STONE = (
    "上个月修渠剩下的石料，有人夜里用三轮车往自己家拉，我看见两趟。领料单上写的是“全部用完”，"
    "请查一查领料单和工地照片。"
)
FEAST = "有干部孙子满月摆了三十桌，收了承包户的礼，礼单在会计家属手里。"


def talks(now: datetime, today: date) -> Iterator[Step]:
    """The steps of all feedback up to `now`; `today` is its Beijing date."""
    quarter = Period.containing("quarterly", today - 40 * DAY).previous
    for step in _all(today, f"finance.statement/{quarter.id}"):
        if step.at < now - timedelta(minutes=20):
            yield step
    # However early the demo is started, somebody asked within the last hours.
    yield Step(
        now - timedelta(hours=3),
        TOWNSHIP_CODE,
        Ask(
            "apply",
            DONGHU.code,
            "询问",
            "我叔一个人住，腿脚不方便，能不能申请低保？要准备什么材料？",
            notice="living",
        ),
    )


def _all(today: date, statement: str) -> Iterator[Step]:
    def at(days: int, hour: int, minute: int = 0) -> datetime:
        return moment(today - days * DAY, hour, minute)

    d, x, b, t = DONGHU.code, XIZHUANG.code, BEIZHAI.code, TOWNSHIP_CODE

    # closed: asked, answered for all, content, ended
    yield Step(
        at(260, 19, 32),
        t,
        Ask("spare lamps", d, "询问", "换下来的旧路灯去哪了？卖了多少钱？", notice="lamps done"),
    )
    yield Step(at(259, 9, 5), d, Accept("spare lamps"))
    yield Step(
        at(258, 10, 40),
        d,
        Answer(
            "spare lamps",
            "旧灯 34 盏登记入库，20 根灯杆移到生产路口继续用，没有变卖。"
            "库存清单在党群服务中心，可以随时来看。",
        ),
    )
    yield Step(at(257, 20, 11), t, Rate("spare lamps", True, "说清楚了，谢谢。"))
    yield Step(at(255, 9, 20), d, Close("spare lamps"))

    # closed after ten days without a word
    yield Step(
        at(70, 12, 48),
        t,
        Ask("detour", d, "建议", "东街修路能不能给三轮车留个口？接孩子绕远。", notice="road"),
    )
    yield Step(at(69, 8, 50), d, Accept("detour"))
    yield Step(
        at(68, 16, 30),
        d,
        Answer("detour", "已和施工队商量，放学时段 16:00 至 17:30 留出 2 米宽便道，有人值守。"),
    )
    yield Step(at(56, 9, 15), d, Close("detour"))

    # rated: content
    yield Step(
        at(20, 18, 25),
        t,
        Ask(
            "praise",
            d,
            "表扬",
            "东街修得好，下雨不踩泥了，账也写得明白。",
            notice="road done",
            scene="road",
        ),
    )
    yield Step(at(19, 8, 45), d, Accept("praise"))
    yield Step(
        at(19, 9, 30), d, Answer("praise", "谢谢您的肯定！路面养护期还有一个月，请大家限速慢行。")
    )
    yield Step(at(18, 20, 2), t, Rate("praise", True))

    # answered, not rated yet; about the accounts
    yield Step(
        at(8, 20, 40),
        t,
        Ask(
            "repairs",
            d,
            "询问",
            "财务表里“公益设施维修”都修了什么？能不能写细一点？",
            notice=statement,
        ),
    )
    yield Step(at(7, 9, 10), d, Accept("repairs"))
    yield Step(
        at(6, 15, 20),
        d,
        Answer(
            "repairs",
            "都是水泵、路灯、涵管和生产路的零星维修，每一笔的日期、金额和经手人在"
            "“收支逐笔明细”里可以查到，票据由民主理财小组审过。下季度起我们在备注里写明修了哪些。",
        ),
    )

    # reopened: not solved
    yield Step(
        at(11, 21, 15),
        t,
        Ask(
            "dark",
            d,
            "不满意",
            "四组最西头那盏路灯又不亮了，报修三天没人来。",
            phone="0530-3298866",
            scene="lamps",
        ),
    )
    yield Step(at(10, 8, 30), d, Accept("dark"))
    yield Step(at(9, 9, 15), d, Merge("dark too", "dark"))
    yield Step(at(9, 17, 5), d, Answer("dark", "已通知维修人员更换控制器，请您留意。"))
    yield Step(at(3, 20, 33), t, Rate("dark", False, "换了又坏，今晚还是黑的，老人走路不放心。"))

    # accepted, in hand
    yield Step(
        at(4, 16, 12), d, Ask("swing", d, "建议", "文化广场能不能给孩子装个滑梯？", via="screen")
    )
    yield Step(at(3, 10, 0), d, Accept("swing"))

    # an objection while the notice is displayed, being looked into
    yield Step(
        at(4, 19, 25),
        t,
        Ask(
            "two plots",
            d,
            OBJECTION,
            "第二户前年已经批过一处宅基地，老宅也没有退，一户只能有一处，请核实。",
            notice="homestead",
        ),
    )
    yield Step(at(3, 9, 40), d, Accept("two plots"))

    # answered to the asker alone
    yield Step(
        at(30, 19, 50),
        t,
        Ask(
            "pay",
            d,
            "询问",
            "我上个月在合作社干了 9 天，工钱怎么只发了 8 天的？",
            phone="0530-3298812",
        ),
    )
    yield Step(at(29, 9, 0), d, Accept("pay"))
    yield Step(
        at(28, 11, 30),
        d,
        Answer(
            "pay",
            f"查了记工本，确实漏记 1 天，补发 {yuan(8_500)}，已打到原来的卡上，给您添麻烦了。",
            public=False,
        ),
    )

    # the late village: one overdue for an answer, one answered, one new
    yield Step(
        at(14, 19, 5), t, Ask("where", x, "不满意", "别的村上季度的账都贴出来了，咱村怎么还没有？")
    )
    yield Step(
        at(36, 18, 40), t, Ask("pipe", x, "询问", "浇地排号在哪里看？", notice="x well done")
    )
    yield Step(at(35, 10, 10), x, Accept("pipe"))
    yield Step(
        at(34, 10, 25),
        x,
        Answer("pipe", "排号表贴在泵房门口，每天早上 7 点更新，也可以打值班电话问。"),
    )
    yield Step(at(32, 19, 0), t, Rate("pipe", True))
    yield Step(at(30, 9, 30), x, Close("pipe"))
    yield Step(
        at(7, 7, 50),
        t,
        Ask("bus", x, "建议", "桥封了以后，镇里的公交能不能绕到村西停一站？", notice="x detour"),
    )
    yield Step(at(6, 14, 50), x, Accept("bus"))

    # late for so long that it went up by itself
    yield Step(
        at(19, 18, 20), t, Ask("rubbish", x, "不满意", "村东头垃圾池满了十几天没人清，臭味大。")
    )

    # handed on: to a department, and to the township, which answers
    yield Step(
        at(6, 7, 35),
        t,
        Ask("pressure", d, "询问", "自来水早晚没水压，二楼上不去水，是管子漏还是泵坏了？"),
    )
    yield Step(at(5, 9, 20), d, Accept("pressure"))
    yield Step(
        at(4, 10, 15),
        d,
        Forward("pressure", "department", "请水务站查主管道压力，三日内告诉村里结果。", "水务站"),
    )
    yield Step(
        at(16, 17, 40),
        d,
        Ask("crossing", d, "建议", "村口十字路没有红绿灯，孩子上学过路危险，能不能装一个？",
            via="screen"),
    )  # fmt: skip
    yield Step(
        at(15, 9, 10),
        d,
        Forward("crossing", "township", "路口在县道上，归镇里和交警，请协调。"),
    )
    yield Step(
        at(8, 15, 45),
        t,
        Answer("crossing", "已和交警、公路站看过现场，先装减速带和爆闪灯，下月 10 日前装好。"),
    )

    # the same matter from two, dealt with together
    yield Step(at(10, 20, 50), t, Ask("dark too", d, "询问", "四组西头路灯又不亮了，啥时候修？"))

    yield Step(
        at(2, 17, 25),
        d,
        Ask("slide", d, "建议", "广场上给孩子装个滑梯吧，最好软地垫。", via="screen"),
    )
    yield Step(at(1, 9, 35), d, Merge("slide", "swing"))

    # no opinion at all; and one of somebody who thought better of it
    yield Step(
        at(22, 23, 41), t, Ask("loan", d, "询问", "贷款秒批，无抵押，加微信办理，额度二十万。")
    )
    yield Step(at(21, 8, 55), d, Reject("loan", "spam"))
    yield Step(
        at(13, 21, 30), t, Ask("wall", d, "不满意", "邻居垒墙占了半米，我不想闹大，先问问。")
    )
    yield Step(at(12, 7, 45), t, TakeBack("wall"))

    # written down by the officer: a letter, a call
    yield Step(
        at(17, 10, 5),
        d,
        Ask("letter", d, "建议", "老年活动室冬天冷，能不能装个炉子或者空调？",
            via="letter", name="活动室几位老人"),
    )  # fmt: skip
    yield Step(
        at(12, 11, 10),
        d,
        Answer("letter", "已列入本月村民代表会议议题，先添两台电暖器，这周送到。"),
    )
    yield Step(
        at(9, 15, 25),
        x,
        Ask("call", x, "询问", "新农合明年交多少钱，什么时候截止？", via="call",
            phone="0530-3297755", name="赵婶"),
    )  # fmt: skip
    yield Step(at(8, 9, 40), x, Answer("call", "每人 400 元，今年 12 月 31 日截止，村里代收。"))

    # sealed: one answered, one not opened yet
    yield Step(at(200, 9, 30), t, SealKey())
    yield Step(at(25, 20, 15), d, Report("stone", STONE, RECEIPT))
    yield Step(
        at(23, 10, 20),
        t,
        Investigate("stone", "已收到。我们会核实石料的领用记录，十五个工作日内在这里告诉您结果。"),
    )
    yield Step(at(2, 21, 5), d, Report("feast", FEAST, RECEIPT[::-1]))

    # the offline village: one settled before, one that has not reached it
    yield Step(
        at(27, 17, 30),
        t,
        Ask("mud", b, "建议", "清出来的淤泥晒干了味道大，能不能早点拉走？", notice="b ditch done"),
    )
    yield Step(at(26, 8, 40), b, Accept("mud"))
    yield Step(at(24, 9, 25), b, Answer("mud", "淤泥已全部拉到村北洼地垫平，并撒了石灰。"))
    yield Step(at(23, 12, 10), t, Rate("mud", True))
    yield Step(
        at(3, 18, 55),
        t,
        Ask("net", b, "询问", "宽带什么时候能修好？孩子要上网课。", phone="0530-3297701"),
    )
