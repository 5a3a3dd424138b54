"""What the exemplary village had on its paper board and took over when the new one was set up.

The older board's folders hold what they usually do: some lists and decisions as text, much as a
photo of a sheet. Days on it are long before the new board begins, as exactly as folders say them.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from kiosk.demo.acts import Step, TakeOver, office_hour
from kiosk.demo.places import EXEMPLARY, Place, masked_names
from kiosk.demo.routine import began
from kiosk.demo.writing import NUMERALS, Writing, text

AFTER = timedelta(days=20)
"""How long after the new board's first day the old one was taken over."""


def history(place: Place, today: date) -> Iterator[Step]:
    """The steps in which the older board was taken over; none in other villages."""
    if place.part != EXEMPLARY:
        return
    first = began(place, today)
    at = office_hour(f"{place.code}/history", first + AFTER)
    for item, on, source, writing in _found(place, first.year):
        yield Step(at, place.code, TakeOver(item, writing, on, source))


def _found(p: Place, year: int) -> Iterator[tuple[str, str, str, Writing]]:
    """item, day on the older board, where it was found, what it said."""
    yield (
        "village.subsidy",
        f"{year - 1}-06-18",
        f"村务公开/{year - 1}/{year - 1}-06-18 地力补贴.xlsx",
        _subsidy(p, year - 1),
    )
    yield (
        "village.decision",
        f"{year - 2}-09-12",
        f"村务公开/{year - 2}/{year - 2}-09-12 修建卫生室决议.docx",
        text(
            "修建村卫生室的决议",
            "村民代表会议应到 35 人，实到 33 人，同意 32 票，弃权 1 票，通过。",
            "卫生室建在党群服务中心东侧，四间，概算 12.8 万元，上级补助 8 万元，村集体 4.8 万元。",
            f"质量由 {p.committee[0]} 等三人监督，完工后公布决算。",
            scenes=("meeting",),
        ),
    )
    yield (
        "party.review",
        f"{year - 3}-07-01",
        f"党务公开/{year - 3}-07-01 七一表彰.docx",
        text(
            f"{year - 3}年“七一”表彰的优秀党员",
            f"经党员大会民主评议，报镇党委同意，表彰优秀党员 4 名：{p.militia}、{p.women}、"
            f"{p.cashier}、{p.committee[1]}。",
        ),
    )
    yield (
        "finance.assets",
        f"{year - 4}-12",
        f"财务公开/{year - 4}年12月 清产核资/（图片 2 张）",
        text(
            f"{year - 4}年集体资产清产核资结果",
            "原公示内容见图片（共 2 张）。",
            scenes=("square", "panels"),
        ),
    )
    yield (
        "village.project",
        f"{year - 5}",
        f"村务公开/{year - 5}/中街修路.jpg",
        text(
            f"{year - 5}年中街道路硬化工程决算",
            "中街 480 米，混凝土路面，决算 11.52 万元，其中上级奖补 8 万元、村集体 3.52 万元。",
            scenes=("road",),
        ),
    )


def _subsidy(p: Place, year: int) -> Writing:
    r = Random(f"{p.code}/old subsidy")
    rows: list[list[str | int | None]] = []
    for n, name in enumerate(masked_names(p, r, 18)):
        tenths = r.randint(38, 142)
        area = f"{tenths // 10}.{tenths % 10}"
        rows.append([f"第{NUMERALS[n * p.groups // 18]}组", name, area, tenths * 1_250])
    return Writing(
        f"{year}年耕地地力保护补贴发放公示",
        {
            "columns": [
                {"name": "组别", "amount": False},
                {"name": "户主姓名", "amount": False},
                {"name": "补贴面积（亩）", "amount": False},
                {"name": "补贴金额", "amount": True},
            ],
            "rows": rows,
            "total": sum(int(row[3] or 0) for row in rows),
            "note": "补贴标准每亩 125 元。",
        },
    )
