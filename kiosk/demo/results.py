"""What became of each display period: a notice of its own, some days after the last on which
objections were taken. The late village is behind with its last one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kiosk.clock import beijing_date
from kiosk.demo.acts import Post, Step, Withdraw, office_hour
from kiosk.demo.places import LATE, Place
from kiosk.demo.township import earlier_outage, offline_since
from kiosk.demo.writing import full_day, text
from kiosk.rules import timeliness
from kiosk.rules.calendar import next_working_day
from kiosk.rules.catalogue import Catalogue

TITLE_LIMIT = 80


def results(
    steps: list[Step], places: list[Place], now: datetime, catalogue: Catalogue
) -> Iterator[Step]:
    """The results of the display periods of what is posted by these steps."""
    gone = {(step.node, step.act.ref) for step in steps if isinstance(step.act, Withdraw)}
    for place in places:
        told = []
        for step in steps:
            act = step.act
            if step.node != place.code or not isinstance(act, Post):
                continue
            posted = beijing_date(step.at)
            until = timeliness.display_until(catalogue.items[act.item], posted)
            if until is None or (step.node, act.ref) in gone:
                continue
            result = text(
                f"公示结果：{act.writing.title}"[:TITLE_LIMIT],
                f"“{act.writing.title}”于{full_day(posted)}至{full_day(until)}公示，公示期已满。",
                "公示期内没有收到异议，按公示的内容执行。",
            )
            day = next_working_day(until + timedelta(days=1))
            outage = earlier_outage(place, beijing_date(now))
            if outage is not None and outage[0] - timedelta(days=2) <= day <= outage[1]:
                day = next_working_day(outage[1] + timedelta(days=2))
            at = office_hour(f"{place.code}/{act.ref}/result", day)
            post = Post(f"{act.item}/result of {act.ref}", act.item, result, result_of=act.ref)
            told.append(Step(at, place.code, post))
        reached = offline_since(place, now) or now
        done = sorted((it for it in told if it.at < reached - timedelta(hours=2)), key=_at)
        yield from done[:-1] if place.part == LATE else done


def _at(step: Step) -> datetime:
    return step.at
