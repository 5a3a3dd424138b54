"""The demo's township and villages: invented places and people in the style of 曹县, 菏泽.

Three villages have a story (`Part`): one exemplary, one late with two items, one offline for days.
Further ones are only as much as a full dashboard needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

TOWNSHIP_CODE = "371721105000"
TOWNSHIP_NAME = "李楼镇"
SUPERVISORS = ("郑国华", "何静")
DISCIPLINE = "马守正"
"""Reads sealed reports, and nothing else."""

PASSPHRASE = "sanwu-demo sanwu-demo"
"""Of the discipline office's key; a real one is a sentence that nobody else knows."""
PASSWORD = "sanwu-demo"
"""Of every login in the demo; printed at its start."""

EXEMPLARY, LATE, OFFLINE, EXTRA = "exemplary", "late", "offline", "extra"
MOST_VILLAGES = 130

TOWNSHIP_CONTACTS = {
    "supervision_phone": "0530-3290012",
    "report_phone": "0530-3290388",
    "office_phone": "0530-3290001",
    "address": "李楼镇人民政府院内便民服务中心",
    "office_hours": "工作日 8:30-12:00，14:00-17:30",
}


@dataclass(frozen=True)
class Place:
    """A village and who does what in it. `land` in mu; `books` is its balance in fen when its
    published accounts begin; `scale` sizes its sums of money."""

    code: str
    name: str
    part: str
    secretary: str
    head: str
    clerk: str
    cashier: str
    women: str
    militia: str
    committee: tuple[str, ...]
    finance_group: tuple[str, ...]
    groups: int
    households: int
    people: int
    party_members: int
    land: int
    crop: str
    trade: str
    pond: str
    surnames: str
    books: int
    scale: float
    phone: str

    @property
    def contacts(self) -> dict[str, str]:
        return {
            "supervision_phone": TOWNSHIP_CONTACTS["supervision_phone"],
            "report_phone": TOWNSHIP_CONTACTS["report_phone"],
            "office_phone": self.phone,
            "address": f"{self.name}党群服务中心",
            "office_hours": "每天 8:00-11:30，14:30-17:30，夜间有人值班",
        }

    @property
    def contact(self) -> str:
        """Whom to ask about a notice."""
        return f"{self.clerk} {self.phone}"

    def reviewer(self, role: str) -> str:
        """Who signs in the review chain for a role of `catalogue.REVIEWERS`."""
        return {
            "committee": self.committee[0],
            "finance_group": self.finance_group[0],
            "branch": self.secretary,
            "village_head": self.head,
            "township": SUPERVISORS[0],
            "secrecy": self.clerk,
        }[role]


DONGHU = Place(
    "371721105201",
    "东湖村",
    EXEMPLARY,
    secretary="孙守信",
    head="孙守信",
    clerk="孙丽华",
    cashier="周建国",
    women="王桂芝",
    militia="李卫东",
    committee=("赵德厚", "李广田", "孙存良"),
    finance_group=("王传福", "刘慧敏", "张守义"),
    groups=6,
    households=486,
    people=1862,
    party_members=58,
    land=3216,
    crop="芦笋",
    trade="芦笋分拣",
    pond="东湖",
    surnames="孙王李刘周赵张",
    books=12_846_317,
    scale=1.0,
    phone="0530-3291201",
)
XIZHUANG = Place(
    "371721105202",
    "西庄村",
    LATE,
    secretary="张洪涛",
    head="陈立新",
    clerk="陈晓燕",
    cashier="马保全",
    women="吴秀云",
    militia="郭小军",
    committee=("郭永刚", "徐法礼", "陈贵喜"),
    finance_group=("马文忠", "吴国栋", "张爱莲"),
    groups=4,
    households=352,
    people=1347,
    party_members=41,
    land=2480,
    crop="桐木",
    trade="桐木加工",
    pond="村西坑塘",
    surnames="张陈马吴郭徐",
    books=7_219_460,
    scale=0.72,
    phone="0530-3291202",
)
BEIZHAI = Place(
    "371721105203", "北寨村", OFFLINE,
    secretary="冯志强", head="冯志强", clerk="冯春梅", cashier="胡明远", women="宋玉珍",
    militia="杜鹏",
    committee=("杜长海", "冯来顺", "胡建平"), finance_group=("宋学礼", "杜秀芹", "胡长河"),
    groups=5, households=298, people=1106, party_members=36, land=2052,
    crop="大蒜", trade="蒜薹收储", pond="北坑", surnames="冯胡宋杜魏贾",
    books=5_083_925, scale=0.6, phone="0530-3291203",
)  # fmt: skip
STORIES = (DONGHU, XIZHUANG, BEIZHAI)

_BEFORE = "前后大小东西南北"
_AFTER = ("李庄", "王楼", "张寨", "刘集", "郭庄", "马楼", "徐堂", "高庙", "朱洼", "孔庄", "侯集",
          "曹楼", "丁庄", "吕堂", "苗庄", "程楼", "黄寨")  # fmt: skip
_SURNAMES = "李王张刘郭马徐高朱孔侯曹丁吕苗程黄"
_GIVEN = ("建军", "玉兰", "春生", "秀英", "海涛", "桂香", "志远", "红霞", "文斌", "素琴", "保国",
          "凤英", "学军", "翠萍", "立峰", "月娥")  # fmt: skip


def places(count: int) -> list[Place]:
    """The first `count` villages of the township, 1 to MOST_VILLAGES, the three stories ahead."""
    return [*STORIES, *_others(count)][:count]


def _others(count: int) -> Iterator[Place]:
    for n in range(max(0, count - len(STORIES))):
        r = Random(f"village/{n}")
        family = _SURNAMES[n % len(_SURNAMES)]
        names = [r.choice(family + "王李") + r.choice(_GIVEN) for _ in range(12)]
        households = r.randint(180, 420)
        yield Place(
            str(int(BEIZHAI.code) + 1 + n),
            f"{_BEFORE[n % len(_BEFORE)]}{_AFTER[n % len(_AFTER)]}村",
            EXTRA,
            *(names[0], names[0], names[1], names[2], names[3], names[4]),
            committee=tuple(names[5:8]),
            finance_group=tuple(names[8:11]),
            groups=r.randint(3, 7),
            households=households,
            people=round(households * r.uniform(3.4, 4.1)),
            party_members=r.randint(24, 52),
            land=round(households * r.uniform(6, 7.5)),
            crop=r.choice(("玉米", "山药", "大豆", "花生")),
            trade=r.choice(("服装加工", "木制品加工", "粮食烘干")),
            pond="村头坑塘",
            surnames=family + "王李张",
            books=r.randint(2_000_000, 9_000_000),
            scale=r.uniform(0.5, 0.9),
            phone=f"0530-329{1204 + n}",
        )


def masked_names(place: Place, r: Random, count: int) -> list[str]:
    """Names of villagers as public lists show them: 王*兰."""
    endings = "兰英华芳珍玲明军国平生海义成福林秀霞云芹喜堂田良顺"
    return [f"{r.choice(place.surnames)}*{r.choice(endings)}" for _ in range(count)]
