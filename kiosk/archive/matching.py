"""Which item of the catalogue something from an older board belongs to, by the words on it.

Older boards had columns of their own (财务公开, 低保名单, 党员发展). What an officer said of one
holds; else the words of the title and of the column are compared with those of the items. Where
two items fit equally well, or none, nothing is guessed: somebody has to say.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from kiosk.rules.catalogue import Catalogue, Item

ENOUGH = 2.0
"""How well the words must fit: one word of an item's title of two characters is 2."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "finance.statement": ("财务公开", "财务收支", "收支情况", "收支公开", "收支表", "账务公开"),
    "finance.ledger": ("逐笔", "收支明细", "流水", "明细账", "日记账"),
    "finance.contracts": ("承包合同", "租赁合同", "发包"),
    "finance.pay": ("干部报酬", "干部工资", "误工"),
    "finance.shares": ("分红", "股份", "成员名册"),
    "finance.special": ("专项资金",),
    "finance.debts": ("债权", "债务"),
    "finance.assets": ("集体资产", "固定资产"),
    "finance.resources": ("集体资源",),
    "village.minimum_living": ("低保", "最低生活保障"),
    "village.destitute": ("五保", "特困", "残疾人补贴"),
    "village.relief": ("救灾", "救济", "慰问", "捐赠", "捐款"),
    "village.subsidy": ("惠农", "粮补", "地力补贴", "一卡通"),
    "village.decision": ("四议两公开", "村民代表会议", "会议决议"),
    "village.homestead": ("宅基地",),
    "village.land": ("征地", "土地征收", "征收补偿"),
    "village.election": ("村委会选举", "村委会换届", "选民"),
    "village.charter": ("村规民约", "自治章程"),
    "village.project": ("工程", "招标", "修路", "道路硬化"),
    "village.environment": ("环境卫生", "保洁", "路灯", "人居环境"),
    "village.safety": ("防火", "防汛", "安全生产"),
    "village.water_power": ("水费", "电费"),
    "village.levy": ("一事一议", "筹资筹劳"),
    "village.enlistment": ("征兵", "优抚"),
    "village.insurance": ("医保", "合作医疗", "养老保险"),
    "village.family": ("计划生育", "计生"),
    "village.evaluation": ("述职", "民主评议干部"),
    "village.supervision": ("监督委员会", "监委会"),
    "party.dues": ("党费",),
    "party.recruit": ("发展党员", "预备党员", "入党积极分子"),
    "party.life": ("三会一课", "主题党日", "组织生活"),
    "party.organisation": ("党支部成员", "支部分工"),
    "party.review": ("民主评议党员", "优秀党员"),
    "party.election": ("支部换届", "党组织换届"),
    "party.integrity": ("党风廉政",),
}
"""Words of older boards for the items of the default catalogue."""

_COMMON = re.compile(
    r"情况|公开|公示|名单|工作|管理|使用|内容|结果|标准|金额|时间|地点|人数|姓名|变动|政策|落实|计划"
    r"|实施|完成|年度|全文|单位|各项|责任人?|负责人|进度|监督|电话|情况公示|通知|说明|农村|村民|村委会|安排"
)
_CUT = re.compile(r"[、，,；;（）()和及与的/ ]+")


def item_for(
    catalogue: Catalogue, title: str, column: str, mapping: Mapping[str, str] | None = None
) -> Item | None:
    """The item that a title under a column of the older board belongs to, None where it is not
    clear. `mapping` has item ids by column, as somebody said."""
    said = (mapping or {}).get(column, "")
    if said in catalogue.items:
        return catalogue.items[said]
    names = [part for part in column.split("/") if part]
    for name in (column, *reversed(names), title):
        for item in catalogue.items.values():
            if _plain(name) in (_plain(item.title), item.id):
                return item
    for text in (title, *reversed(names)):
        if (found := _best(catalogue, _plain(text))) is not None:
            return found
    return None


def _best(catalogue: Catalogue, text: str) -> Item | None:
    scored = sorted(
        ((_score(item, text), item.id) for item in catalogue.items.values()), reverse=True
    )
    if not scored or scored[0][0] < ENOUGH:
        return None
    if len(scored) > 1 and scored[1][0] == scored[0][0]:
        return None
    return catalogue.items[scored[0][1]]


def _score(item: Item, text: str) -> float:
    """The longest alias or word of the title that the text has; words of the contents count less
    and only together."""
    named = max(
        (len(word) for word in (*ALIASES.get(item.id, ()), *_words(item.title)) if word in text),
        default=0,
    )
    inside = sum(len(word) for word in _words(item.contents) if word in text)
    return named + min(inside, 8) / 10


@lru_cache(maxsize=1_000)
def _words(text: str) -> tuple[str, ...]:
    found = (_plain(word) for word in _CUT.split(text))
    return tuple(word for word in found if len(word) >= 2 and not _COMMON.fullmatch(word))


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
