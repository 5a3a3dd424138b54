"""Playing one step on its node by the commands of the rooms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kiosk import clock
from kiosk.attachments.photos import Photo
from kiosk.demo.acts import (
    Accept,
    Answer,
    Ask,
    Close,
    Confirm,
    Correct,
    DeclareNone,
    Excuse,
    Open,
    Order,
    Post,
    Rate,
    Step,
    Withdraw,
)
from kiosk.demo.places import SUPERVISORS, TOWNSHIP_CODE, Place
from kiosk.demo.township import CONTACT
from kiosk.demo.writing import Writing
from kiosk.duties import commands as duty_commands
from kiosk.feedback import commands as feedback
from kiosk.node import Node
from kiosk.notices import commands as notices
from kiosk.rules import catalogue
from kiosk.rules.catalogue import Item
from kiosk.supervision import commands as supervision
from kiosk.sync.transport import InProcess

CAPTIONS = {
    "road": "村内道路",
    "lamps": "夜间照明",
    "meeting": "会议现场",
    "field": "田间管理",
    "canal": "沟渠和机井",
    "square": "文化广场",
    "bins": "清扫保洁",
    "panels": "光伏电站",
    "visit": "入户走访",
    "check": "安全检查",
}


@dataclass(frozen=True)
class Stage:
    """The nodes by code, and what refs stand for: (node, ref) -> id."""

    nodes: dict[str, Node]
    places: dict[str, Place]
    transport: InProcess
    photo: Callable[[str, int], Photo]
    ids: dict[tuple[str, str], str]


def play(stage: Stage, step: Step) -> None:
    """Does the step. Raises what the room's command refuses: the plan is then wrong."""
    node = stage.nodes[step.node]
    journal = node.journal
    place = stage.places.get(step.node)
    actor = SUPERVISORS[0] if place is None else place.clerk
    match step.act:
        case Post() as act:
            stage.ids[step.node, act.ref] = _post(stage, node, place, actor, act)
        case Correct(ref, reason, writing):
            assert place is not None
            notices.correct(
                journal,
                stage.ids[step.node, ref],
                actor=actor,
                reason=reason,
                title=writing.title,
                content=writing.content,
                attachments=_attachments(stage, node, place, writing),
                reviews=_reviews(place, catalogue.load().items[ref.partition("/")[0]]),
                contact=place.contact,
            )
        case Withdraw(ref, reason):
            notices.withdraw(journal, stage.ids[step.node, ref], actor=actor, reason=reason)
        case Open(ref, item, title, on):
            stage.ids[step.node, ref] = duty_commands.open_event(journal, actor, item, title, on)
        case Confirm(item):
            duty_commands.confirm(journal, actor, item)
        case DeclareNone(item, period, reason):
            duty_commands.declare_none(journal, actor, item, period, reason)
        case Excuse(village, item, period, reason):
            duty_commands.excuse(journal, actor, village, item, period, reason)
        case Order(village, about, words, until):
            supervision.send_order(
                journal,
                village=village,
                about=about,
                text=words,
                until=until.isoformat(),
                actor=actor,
            )
        case Ask() as act:
            stage.ids["", act.ref] = _ask(stage, node, act)
        case Accept(ref):
            feedback.accept(journal, stage.ids["", ref], actor=actor)
        case Answer(ref, words, public):
            feedback.answer(journal, stage.ids["", ref], words, public=public, actor=actor)
        case Rate(ref, satisfied, words):
            feedback.rate(journal, stage.ids["", ref], satisfied=satisfied, text=words)
        case Close(ref):
            feedback.close(journal, stage.ids["", ref], actor=actor)


def _post(stage: Stage, node: Node, place: Place | None, actor: str, act: Post) -> str:
    if place is None:
        return notices.publish(
            node.journal,
            actor=actor,
            item=notices.TOWNSHIP,
            title=act.writing.title,
            content=act.writing.content,
            contact=CONTACT,
        )
    item = catalogue.load().items[act.item]
    return notices.publish(
        node.journal,
        actor=actor,
        item=item,
        title=act.writing.title,
        content=act.writing.content,
        period=act.period,
        event=stage.ids[node.config.code, act.event] if act.event else "",
        attachments=_attachments(stage, node, place, act.writing),
        reviews=_reviews(place, item),
        contact=place.contact,
    )


def _attachments(stage: Stage, node: Node, place: Place, writing: Writing) -> list[dict[str, Any]]:
    found = []
    for scene in writing.scenes:
        # Two looks of each scene a village are enough to tell the villages and seasons apart.
        seed = int(place.code) * 2 + clock.today().month // 6 % 2
        drawn = stage.photo(scene, seed)
        found.append(
            {
                "sha": node.blobs.put(drawn.data),
                "name": CAPTIONS[scene],
                "type": drawn.type,
                "width": drawn.width,
                "height": drawn.height,
            }
        )
    return found


def _reviews(place: Place, item: Item) -> list[dict[str, Any]]:
    """The item's chain of signatures: the last on the day of posting, the others the day before."""
    today = clock.today()
    return [
        {
            "by": role,
            "name": place.reviewer(role),
            "on": (today - timedelta(days=role != item.review[-1])).isoformat(),
        }
        for role in item.review
    ]


def _ask(stage: Stage, node: Node, act: Ask) -> str:
    photo = ""
    if act.scene:
        photo = node.blobs.put(stage.photo(act.scene, int(act.village) * 2).data)
    id, _token = feedback.receive(
        node.journal,
        village=act.village,
        notice=stage.ids[act.village, act.notice] if act.notice else "",
        kind=act.kind,
        text=act.text,
        phone=act.phone,
        photo=photo,
        via="phone" if node.config.code == TOWNSHIP_CODE else act.via,
    )
    return id
