"""The demo's texts that always stand on the board: who does what, rules, services, contacts."""

from collections.abc import Callable

from kiosk.demo.party import organisation as party_organisation
from kiosk.demo.places import Place
from kiosk.demo.writing import Writing, form


def organisation(p: Place) -> Writing:
    head = "村委会主任"
    posts = [
        (p.head, head, "主持村委会全面工作、工程建设" if p.head != p.secretary
         else "主持全面工作，负责产业发展、信访和工程建设", "星期一"),
        (p.clerk, "文书", "档案、印章登记、三务公开、便民服务代办", "星期二"),
        (p.cashier, "报账员", "报账、水费抄收、资产台账", "星期三"),
        (p.women, "妇女主席", "妇女儿童、卫生健康、环境卫生", "星期四"),
        (p.militia, "民兵连长", "征兵、治安、防汛、路灯和机井管护", "星期五"),
        (p.committee[0], "监委会主任", "监督村务决策、公开、财务和工程", ""),
        *((name, "监委会委员", "列席会议、审票、查看工程", "") for name in p.committee[1:]),
        (p.finance_group[0], "民主理财小组组长", "组织逐笔审核票据", ""),
        *((name, "民主理财小组成员", "审核票据", "") for name in p.finance_group[1:]),
    ]  # fmt: skip
    return form(
        "directory",
        "村委会、监委会成员及分工",
        about="村民委员会、村务监督委员会由村民选举产生，任期五年；民主理财小组由村民代表会议推选。",
        people=[
            {"name": name, "post": post, "duty": duty, "phone": p.phone, "shift": shift}
            for name, post, duty, shift in posts
        ],
        hours="每天 8:00-11:30，14:30-17:30，一名村干部带班；夜间电话不断线",
    )


def charter(p: Place) -> Writing:
    adults = p.people * 78 // 100
    present = adults * 2 // 3
    return form(
        "rules",
        f"{p.name}村规民约",
        passed="2024-01-20",
        by=f"村民会议（应到 {adults:,} 人，实到 {present:,} 人，同意 {present - 9:,} 人）",
        filed="2024 年 1 月 26 日报李楼镇人民政府备案",
        articles="\n".join(
            (
                "爱党爱国爱集体，遵纪守法，有话好好说，有理好好讲。",
                "孝老爱亲。老人的吃穿住医子女共同承担，常回家看看。",
                "邻里和睦。盖房、排水、种树给邻居留方便，有纠纷先找调解员。",
                "喜事新办，丧事简办。红白事报村红白理事会，每桌不超过 300 元，不收礼金。",
                "门前三包：包卫生、包绿化、包秩序。垃圾入桶，柴草不上路。",
                "不焚烧秸秆和垃圾，不在坑塘游泳，不私拉电线给电动车充电。",
                "爱护路灯、机井、健身器材和公开栏，损坏照价赔偿。",
                "集体的钱和物按规矩用，大事走“四议两公开”，账目按时公开。",
                "不赌博、不信邪教、不传谣言，警惕电信诈骗。",
                "爱护耕地，不抛荒，不私自改变用途，建房先审批。",
            )
        ),
        note="自通过之日起执行，由村民互相监督。",
    )


SERVICES = (
    ("医保参保登记", "本村居民", "身份证或户口本", "登记信息\n在手机上缴费\n领取凭证", "当天"),
    ("养老保险待遇资格认证", "领取养老金的老人", "身份证", "本人到场或手机刷脸", "当场"),
    ("低保、临时救助申请", "生活困难家庭", "申请书\n收入情况承诺书\n户口本",
     "提交申请\n入户核查\n民主评议\n公示后报镇", "5 个工作日内入户"),
    ("生育登记", "本村夫妻", "夫妻身份证\n结婚证", "登记信息\n领取登记单", "当天"),
    ("宅基地申请", "符合一户一宅条件的农户", "申请书\n户口本\n四邻意见",
     "提交申请\n村民代表会议讨论\n公示 15 天\n报镇政府审批", "材料齐后 3 个工作日提交会议"),
    ("老年证、残疾证代办", "符合条件的村民", "身份证\n照片", "每周二送镇里\n办好后通知领取",
     "5 个工作日"),
    ("开具证明", "本村居民", "身份证", "按清单开具，清单以外的不开", "当场"),
)  # fmt: skip


def services(p: Place) -> Writing:
    return form(
        "service",
        "便民服务事项和办事指南",
        place="村党群服务中心大厅",
        hours="每天 8:00-11:30，14:30-17:30",
        services=[
            {
                "name": name,
                "who_may": who,
                "papers": papers,
                "steps": steps,
                "person": p.clerk if n % 2 == 0 else p.women,
                "phone": p.phone,
                "within": within,
                "fee": "不收费",
            }
            for n, (name, who, papers, steps, within) in enumerate(SERVICES)
        ],
        note="材料齐全的当场受理，缺材料的一次说清。行动不便的，打值班电话，我们上门办。",
    )


def contacts(p: Place) -> Writing:
    known = p.contacts
    box = f"监委会 {p.committee[0]} 和 1 名村民代表"
    channels = (
        ("意见箱", "", "党群服务中心大门左侧", "每月 1 日、15 日开箱", box),
        ("监督电话", known["supervision_phone"], "", "工作日 8:30-17:30", "镇纪委"),
        ("举报电话", known["report_phone"], "", "全天", "镇党委"),
        ("村委会电话", known["office_phone"], "", known["office_hours"], p.clerk),
    )
    return form(
        "contacts",
        "意见箱、监督电话和举报电话",
        channels=[
            {"name": name, "phone": phone, "place": place, "hours": hours, "who": who}
            for name, phone, place, hours, who in channels
        ],
        within=10,
        note="也可以用手机扫公告上的二维码提问，可不留姓名和电话，凭链接随时查看办理情况。"
        "对公开不及时、不真实、不完整的，可以直接向李楼镇反映，镇里负责调查核实并责令改正"
        "（村民委员会组织法第三十一条）。",
    )


STANDING: dict[str, Callable[[Place], Writing]] = {
    "party.organisation": party_organisation,
    "village.organisation": organisation,
    "village.charter": charter,
    "village.services": services,
    "village.contacts": contacts,
}
