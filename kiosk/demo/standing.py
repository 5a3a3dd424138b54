"""The demo's texts that always stand on the board: who does what, rules, services, contacts."""

from collections.abc import Callable

from kiosk.demo.party import organisation as party_organisation
from kiosk.demo.places import Place
from kiosk.demo.writing import Writing, numbered, text


def organisation(p: Place) -> Writing:
    others = (
        [] if p.head == p.secretary else [f"村委会主任 {p.head}：负责村委会全面工作、工程建设。"]
    )
    first = "党支部书记" + ("、村委会主任" if p.head == p.secretary else "")
    return text(
        "村委会、监委会成员及分工",
        f"{first} {p.secretary}：主持全面工作，负责产业发展和信访。",
        *others,
        f"文书 {p.clerk}：档案、印章登记、三务公开、便民服务代办。",
        f"报账员 {p.cashier}：报账、水费抄收、资产台账。",
        f"妇女主席 {p.women}：妇女儿童、卫生健康、环境卫生。",
        f"民兵连长 {p.militia}：征兵、治安、防汛、路灯和机井管护。",
        f"村务监督委员会：主任 {p.committee[0]}，委员 {'、'.join(p.committee[1:])}。",
        f"民主理财小组：组长 {p.finance_group[0]}，成员 {'、'.join(p.finance_group[1:])}。",
        "值班：每天一名村干部带班，值班表贴在党群服务中心门口，夜间电话不断线。",
    )


def charter(p: Place) -> Writing:
    return text(
        f"{p.name}村规民约",
        *numbered(
            "爱党爱国爱集体，遵纪守法，有话好好说，有理好好讲。",
            "孝老爱亲。老人的吃穿住医子女共同承担，常回家看看。",
            "邻里和睦。盖房、排水、种树给邻居留方便，有纠纷先找调解员。",
            "喜事新办，丧事简办。红白事报村红白理事会，每桌不超过 300元，不收礼金。",
            "门前三包：包卫生、包绿化、包秩序。垃圾入桶，柴草不上路。",
            "不焚烧秸秆和垃圾，不在坑塘游泳，不私拉电线给电动车充电。",
            "爱护路灯、机井、健身器材和公开栏，损坏照价赔偿。",
            "集体的钱和物按规矩用，大事走“四议两公开”，账目按时公开。",
            "不赌博、不信邪教、不传谣言，警惕电信诈骗。",
            "爱护耕地，不抛荒，不私自改变用途，建房先审批。",
        ),
        f"本公约经{p.name}村民会议讨论通过，报李楼镇人民政府备案，由村民互相监督。",
    )


def services(p: Place) -> Writing:
    return text(
        "便民服务事项和办事指南",
        "办理地点：村党群服务中心大厅。材料齐全的当场受理，缺材料的一次说清。",
        *numbered(
            "医保参保登记：身份证或户口本，当天办结。",
            "养老保险待遇资格认证：本人到场或手机刷脸，当场办结。",
            "低保、临时救助申请：申请书、收入情况承诺书，5 个工作日内入户核查。",
            "生育登记：夫妻身份证、结婚证，当天办结。",
            "宅基地申请：申请书、户口本、四邻意见，材料齐后 3 个工作日内提交村民代表会议。",
            "老年证、残疾证代办：身份证、照片，每周二送镇里，5 个工作日取回。",
            "证明类事项：按清单开具，清单以外的不开。",
        ),
        f"代办员：{p.clerk}、{p.women}。行动不便的，打值班电话，我们上门办。办理不收费。",
    )


def contacts(p: Place) -> Writing:
    return text(
        "意见箱、监督电话和举报电话",
        f"意见箱：党群服务中心大门左侧，每月 1 日、15 日由监委会 {p.committee[0]} 和 1 名村民代表"
        "共同开箱，登记后 10 日内答复。",
        "监督电话、举报电话和值班电话显示在本屏下方，号码变更时当天更新。",
        "对三务公开不及时、不真实、不完整的，可以向村务监督委员会反映，也可以直接向李楼镇反映，"
        "镇里负责调查核实并责令改正（村民委员会组织法第三十一条）。",
        "也可以用手机扫公告上的二维码提问，可不留姓名和电话，凭链接随时查看办理情况。",
    )


STANDING: dict[str, Callable[[Place], Writing]] = {
    "party.organisation": party_organisation,
    "village.organisation": organisation,
    "village.charter": charter,
    "village.services": services,
    "village.contacts": contacts,
}
