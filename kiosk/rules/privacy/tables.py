"""Personal data in tables: what a heading says, beside what stands in the cells."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kiosk.rules.privacy.text import (
    LANDLINE,
    find,
    id_shown,
    landline_shown,
    mask,
    mobile_shown,
    plain_text,
)


@dataclass(frozen=True)
class FoundInTable:
    """A datum in a table, both indexes from 0; `text` is the whole cell as it may be shown."""

    row: int
    column: int
    kind: str
    shown_as: str
    text: str


def find_in_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = ""
) -> list[FoundInTable]:
    """The personal data of a list of persons: by heading, and by what stands in the cells.

    `columns` are headings, `rows` cells (text, number or None); `title` may say that the list is
    of minors. Under a heading a number counts even when its check digit is wrong.
    """
    kinds = [heading_kind(column) for column in columns]
    young = re.search(r"孤儿|儿童|未成年|少年", title) is not None
    ages = [index for index, column in enumerate(columns) if AGE.search(label_of(column))]
    found = []
    for at, row in enumerate(rows):
        minor = young or any(is_minor(row[index]) for index in ages if index < len(row))
        for index, cell in enumerate(row[: len(columns)]):
            text = cell_text(cell)
            kind = kinds[index]
            if kind == "name":
                kind = "minor" if minor else None
            for each, shown, whole in in_cell(text, kind):
                found.append(FoundInTable(at, index, each, shown, whole))
    return found


def heading_kind(heading: str) -> str | None:
    """What a column's heading says is in it: a kind, "name", "public", or None."""
    label = label_of(heading)
    return next((kind for kind, pattern in _HEADINGS if pattern.search(label)), None)


AGE = re.compile(r"年龄|周岁")
_HEALTH_VALUE = re.compile(
    r"^因[病残灾学伤]|^患|大病|重病|慢性?病|癌|肿瘤|尿毒症|白血病|精神病|瘫痪|偏瘫|艾滋|肝炎|肺结核|脑梗|脑出血"
    r"|中风|心脏病|糖尿病|高血压|残疾[一二三四1-4]级|(?:肢体|视力|听力|言语|智力|精神|多重)(?:残疾|[一二三四1-4]级)"
)
_AID = re.compile(r"补贴|补助|救助|津贴|保险|护理|筛查|体检|医疗费|慰问")
_NOTHING = re.compile(r"|[无否-]+|/|健康|良好|正常|一般|较好|其他|不详")
_HEADINGS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("public", r"监督电话|举报电话|值班电话|办公电话|服务电话|咨询电话|服务热线"),
        ("id_number", r"身份证|证件号|公民身份|身份号|残疾人?证号|残疾人?证编?号"),
        ("bank_card", r"[账帐]号|卡号|银行卡|存折|一卡通号?$|开户.*号|[账帐]户号?码?$"),
        ("phone", r"电话|手机|联系方式|联系号码"),
        ("passport", r"护照|通行证"),
        ("plate", r"车牌|车号|牌照"),
        (
            "health",
            r"(?:致贫|致困|贫困|困难|返贫|申请|救助|保障|享受|纳入|低保|识别|帮扶|变故)的?(?:原因|事由|理由|情况|类别原因)"
            r"|病情|病种|疾病|患病|病史|健康状况|身体状况|健康情况|身体情况|伤残|残疾(?:类[别型]|等级|程度|种类|情况|原因|状况)"
            r"|家庭(?:变故|困难)|致残|劳动能力|困难类型|致贫",
        ),
        ("address", r"住址|地址|门牌|住所|居住地"),
        ("minor", r"(?:儿童|孤儿|未成年人?|学生|子女|孩子|幼儿|少年)(?:的)?姓名"),
        ("name", r"姓名|户主|户名|对象|申请人|领取人|受益人"),
    )
)


def label_of(heading: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", heading))


def cell_text(cell: Any) -> str:
    if cell is None or isinstance(cell, bool):
        return ""
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def is_minor(cell: Any) -> bool:
    age = re.match(r"\s*(\d{1,3})(?:\.0+)?\s*(?:周?岁)?\s*$", plain_text(cell_text(cell)))
    return age is not None and int(age[1]) < 18


def in_cell(text: str, kind: str | None) -> Iterator[tuple[str, str, str]]:
    """Kind, datum as shown, and the whole cell as shown, of each kind found in a cell."""
    if not text.strip() or kind == "public":
        return
    if kind == "health":
        if _NOTHING.fullmatch(label_of(text)) is None:
            yield "health", "", ""
        return
    if kind == "masked name":
        if shown := _name_shown(text):
            yield "name", shown, shown
            return
        kind = None
    if kind == "minor":
        if re.search(r"[某*×]", text) is None:
            shown = text.strip()[:1] + "某"
            yield "minor", shown, shown
        return
    if kind in ("id_number", "bank_card", "phone") and (by_heading := _number(text, kind)):
        yield *by_heading, by_heading[1]
        return
    seen = set()
    for it in find(text):
        if it.kind not in seen:
            seen.add(it.kind)
            yield it.kind, it.shown_as, mask(text)
    if (
        kind == "address"
        and not seen
        and re.search(r"\d+\s*[号室]|门牌\s*\d|\d+-\d+-\d+", plain_text(text))
    ):
        shown = re.split(r"门牌|\d+(?:号|栋|幢|座|室|单元|-)", plain_text(text))[0]
        yield "address", shown, shown
    elif not seen and kind != "name" and len(text) <= 20:
        label = label_of(text)
        if _HEALTH_VALUE.search(label) and _AID.search(label) is None:
            yield "health", "", ""


def _name_shown(text: str) -> str:
    """A person's name with all but its ends hidden: 王*, 王*军. "" where it is hidden already, or
    is none: names have two to four characters, and a household's or a group's goes on after it."""
    found = re.fullmatch(r"([\u3400-\u9fff·]{2,4})(户|家|等.*)?", text.strip())
    if found is None or NOT_A_NAME.search(found[1]):
        return ""
    name = found[1]
    return name[0] + "*" + (name[-1] if len(name) > 2 else "") + (found[2] or "")


NOT_A_NAME = re.compile(
    r"某|公司|合作|集体|农户|全体|全村|村民|困难|学生|党员|群众|[户们组村镇县站所社厂店校院会部]$|老人|儿童|居民|银行|信用|政府|各组|家庭|低保|监测|特困|本村|外村"
)


def _number(text: str, kind: str) -> tuple[str, str] | None:
    """A cell that is one number of the heading's kind, even with a wrong check digit."""
    plain = re.sub(r"\.0+$", "", plain_text(text).strip().lstrip("'’"))
    if re.fullmatch(r"\+?[\d\s()Xx.E+-]+", plain) is None:
        return None
    digits = re.sub(r"[^\dXx]", "", plain).upper()
    if kind == "id_number" and len(digits) >= 14:
        return "id_number", id_shown(digits)
    if kind == "bank_card" and len(digits) >= 6:
        return "bank_card", "****" + digits[-4:]
    if kind == "phone" and 7 <= len(digits) <= 14:
        bare = re.sub(r"^(?:00)?86(?=1)", "", digits)
        if re.match(r"1[3-9]", bare) and len(bare) >= 10:
            return "mobile", mobile_shown(bare)
        if found := LANDLINE.search(plain):
            return "landline", landline_shown(found[1], re.sub(r"\D", "", found[2]))
        return "landline", "*" * (len(digits) - 2) + digits[-2:]
    return None
