"""What the township has to see to today, gathered from every room into at most ten lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from kiosk import desk, scores
from kiosk.desk.queries import ItemLine
from kiosk.feedback import queries as feedback
from kiosk.feedback.queries import Feedback
from kiosk.journal.log import Journal
from kiosk.requests import queries as requests
from kiosk.reviews import queries as reviews
from kiosk.reviews.queries import Review
from kiosk.rules import agenda as rules
from kiosk.rules.agenda import Matter
from kiosk.rules.reviews import TOWNSHIP
from kiosk.supervision import queries as supervision
from kiosk.supervision.queries import Order
from kiosk.sync import contacts, forks
from kiosk.villages import queries as villages
from kiosk.web.township import screens
from kiosk.web.township.screens import VillageScreens

NAMED = 3
"""Villages that a line names before it counts."""


@dataclass(frozen=True)
class Gathered:
    """What the overview and its lines are made of, each asked for once: the villages' names by
    code, counts of duties, open orders, open feedback, waiting reviews, codes of the villages not
    heard of for a day, and villages whose screens have a trouble."""

    names: dict[str, str]
    counts: list[ItemLine]
    orders: list[Order]
    opened: list[Feedback]
    waiting: list[Review]
    lost: list[str]
    dark: list[VillageScreens]

    @property
    def signs(self) -> int:
        """How many reviews wait for the township's signature."""
        return sum(each.next is not None and each.next.by == TOWNSHIP for each in self.waiting)

    @property
    def overdue_feedback(self) -> int:
        return sum(each.overdue for each in self.opened)


def gather(journal: Journal) -> Gathered:
    names = {each.code: each.name for each in villages.known(journal)}
    return Gathered(
        names=names,
        counts=desk.by_item(journal),
        orders=supervision.open_orders(journal),
        opened=feedback.all_open(journal),
        waiting=reviews.waiting(journal),
        lost=[code for code in names if contacts.is_lost(contacts.last_contact(journal, code))],
        dark=[it for it in screens.of_villages(journal) if it.troubled],
    )


def lines(journal: Journal, found: Gathered) -> tuple[list[Matter], int]:
    """The lines of the day and how many matters did not fit."""
    return rules.lines(
        [
            *_of_duties(journal, found),
            *_of_orders(found),
            *_of_people(journal, found),
            *_of_requests(journal),
            *_of_machines(journal, found),
        ]
    )


def _of_duties(journal: Journal, found: Gathered) -> Iterator[Matter]:
    names = found.names
    within = {"overdue": 0, "stale": 0, "due": 0}
    for line in found.counts:
        if line.state != "escalated":
            within[line.state] += line.count
            continue
        some = [names.get(it, it) for it in desk.with_item(journal, line.item, line.state, NAMED)]
        whose = rules.named(some, max(line.count, len(some)) if len(some) == NAMED else len(some))
        url = url_for("township.matrix", item=line.item, state="escalated")
        yield Matter("escalated", line.count, f"“{line.title}”严重逾期：{whose}", url)
    for state, words in (
        ("overdue", "逾期，还在宽限期内"),
        ("stale", "长期公开的内容到期没有重新确认"),
        ("due", "快到期"),
    ):
        count = within[state]
        url = url_for("township.matrix", state=state)
        yield Matter(state, count, f"{count} 项{words}", url)


def _of_orders(found: Gathered) -> Iterator[Matter]:
    opened = found.orders
    gone = sum(bool(each.gone_to) for each in opened)
    overdue = sum(each.overdue for each in opened) - gone
    answered = sum(each.state == "answered" for each in opened)
    url = url_for("township.orders", show="overdue")
    yield Matter("escalated_order", gone, f"{gone} 件督办超期多日没有答复，已往上报", url)
    yield Matter("overdue_order", overdue, f"{overdue} 件督办超期没有答复", url)
    yield Matter(
        "answered_order",
        answered,
        f"{answered} 件督办村里已答复，等您看",
        url_for("township.orders", show="answered"),
    )


def _of_people(journal: Journal, found: Gathered) -> Iterator[Matter]:
    late = found.overdue_feedback
    yield Matter(
        "overdue_feedback",
        late,
        f"{late} 条群众意见超期没有答复",
        url_for("township.feedback_list"),
    )
    signs = found.signs
    yield Matter("review", signs, f"{signs} 件送审等镇里签字", url_for("township.reviews"))
    objected = sum(each.accepted is None for each in scores.objections(journal))
    yield Matter(
        "objection", objected, f"{objected} 条考核申诉等您答复", url_for("township.score_list")
    )


def _of_requests(journal: Journal) -> Iterator[Matter]:
    """Requests for disclosure: past their term, and those of which a step is due."""
    warned = [each for each in requests.open_requests(journal) if each.warnings]
    late = sum(each.open and (each.days_left or 0) < 0 for each in warned)
    url = url_for("township.requests")
    yield Matter("overdue_request", late, f"{late} 件信息公开申请超过答复期限", url)
    due = len(warned) - late
    yield Matter("request", due, f"{due} 件信息公开申请要办：确认、答复或送达", url)


def _of_machines(journal: Journal, found: Gathered) -> Iterator[Matter]:
    names = found.names
    forked = sorted(forks.forked(journal) & names.keys())
    whose = rules.named([names[code] for code in forked[:NAMED]], len(forked))
    yield Matter(
        "fork", len(forked), f"记录分叉，已暂停发布：{whose}", url_for("township.villages")
    )
    gone = found.lost
    whose = rules.named([names[code] for code in gone[:NAMED]], len(gone))
    yield Matter("lost", len(gone), f"一天以上没有联系：{whose}", url_for("township.villages"))
    dark = found.dark
    yield Matter(
        "screen", len(dark), f"{len(dark)} 个村的屏幕有问题", url_for("township.screen_list")
    )
