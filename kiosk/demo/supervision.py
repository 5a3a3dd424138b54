"""The demo's supervision: a draw that was announced and made, its inspection with a finding and an
order, an order that was followed to its end, and the last quarter's scores."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from kiosk import clock, inspections, scores, supervision
from kiosk.demo.places import EXEMPLARY, SUPERVISORS, TOWNSHIP_CODE, Place
from kiosk.demo.play import Stage
from kiosk.node import Node
from kiosk.rules.calendar import Period
from kiosk.rules.inspections import NO, YES, checklist
from kiosk.sync import client

FINDING = "lists"
"""What the inspection found wrong."""

NOTES = {
    FINDING: "抽查两户，一户的补贴金额和存折对不上，村里说是补发上季度的，公开表里没有注明。",
    "known": "随机问了三位村民，都知道在屏幕上看，一位会扫码。",
}


def supervise(stage: Stage, now: datetime) -> None:
    """What the township did in the last weeks, and what came of it."""
    township = stage.nodes[TOWNSHIP_CODE]
    _inspect(stage, township, now)
    _order(stage, township, now)
    with clock.set_to(now - timedelta(hours=2)):
        today = clock.today()
        span = Period.containing("quarterly", today).previous
        found = scores.scores(township.journal, sorted(stage.places), span, today)
        scores.publish(township.journal, span, found.values(), board=True, actor=SUPERVISORS[0])


def _inspect(stage: Stage, township: Node, now: datetime) -> None:
    journal, actor = township.journal, SUPERVISORS[1]
    title = f"{Period.containing('quarterly', clock.beijing_date(now)).title}三务公开抽查"
    with clock.set_to(now - timedelta(days=12)):
        id = inspections.announce(journal, title, 1, 3, actor=actor)
    with clock.set_to(now - timedelta(days=11)):
        drawn = inspections.draw(journal, id, actor=actor)
    [code] = drawn.villages
    answers: list[dict[str, Any]] = [
        {
            "id": each.id,
            "answer": NO if each.id == FINDING else YES,
            "note": NOTES.get(each.id, ""),
        }
        for each in checklist()
    ]
    with clock.set_to(now - timedelta(days=10)):
        lines = [
            {**each, "answer": YES, "note": "发票、验收单齐全"}
            for each in inspections.lines_to_check(journal, drawn, code)
        ]
        inspections.record(
            journal,
            id,
            code,
            on=clock.today().isoformat(),
            inspectors="、".join(SUPERVISORS),
            answers=answers,
            lines=lines,
            said="屏幕在大厅进门处，一位老人正在看低保名单。",
            actor=actor,
        )
    with clock.set_to(now - timedelta(days=9)):
        until = clock.today() + timedelta(days=14)
        inspections.order_findings(journal, id, code, until.isoformat(), actor=actor)


def _order(stage: Stage, township: Node, now: datetime) -> None:
    """One that ran its whole way: signed for, answered with a photo, sent back, answered, ended."""
    code = next(code for code, place in stage.places.items() if place.part == EXEMPLARY)
    village, place, actor = stage.nodes[code], stage.places[code], SUPERVISORS[0]
    with clock.set_to(now - timedelta(days=3)):
        until = clock.today() + timedelta(days=4)
        id = supervision.send_order(
            township.journal,
            village=code,
            text="大门口纸质公开栏的玻璃裂了，请换好，把上季度的公开表贴上。",
            until=until.isoformat(),
            public=True,
            actor=actor,
        )
    made = stage.photo("check", 7)
    picture = {
        "sha": village.blobs.put(made.data),
        "name": "",
        "type": made.type,
        "width": made.width,
        "height": made.height,
    }
    back = "公开表还没有贴上，请贴好再报。"
    said: tuple[Callable[[], None], ...] = (
        partial(supervision.acknowledge, village.journal, id, actor=place.clerk),
        partial(_answer, village, id, place, "玻璃换好了。", [picture]),
        partial(supervision.send_back, township.journal, id, back, until.isoformat(), actor=actor),
        partial(_answer, village, id, place, "上季度的公开表贴好了。", []),
        partial(supervision.close_order, township.journal, id, "很好。", actor=actor),
    )
    for step, say in enumerate(said):
        with clock.set_to(now - timedelta(minutes=55 - 10 * step)):
            client.round(village, stage.transport)
            say()


def _answer(village: Node, id: str, place: Place, text: str, photos: list[dict[str, Any]]) -> None:
    supervision.answer_order(village.journal, id, text, photos=photos, actor=place.clerk)
