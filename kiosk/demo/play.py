"""Playing one step on its node by the commands of the rooms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kiosk import clock, opinions, sealed, services
from kiosk.attachments import photos
from kiosk.attachments.photos import Photo
from kiosk.demo import disclosure, portraits
from kiosk.demo.acts import (
    Accept,
    Answer,
    Ask,
    Close,
    Confirm,
    Correct,
    DeclareNone,
    Disclose,
    Excuse,
    Feel,
    Forward,
    Investigate,
    Merge,
    Open,
    Order,
    Post,
    Rate,
    Reject,
    Report,
    SealKey,
    SendBack,
    SignOff,
    Step,
    Submit,
    TakeBack,
    TakeOver,
    Tell,
    Withdraw,
    follow_up,
)
from kiosk.demo.places import DISCIPLINE, PASSPHRASE, SUPERVISORS, TOWNSHIP_CODE, Place
from kiosk.demo.reviewing import by_login
from kiosk.demo.township import CONTACT
from kiosk.demo.writing import Writing
from kiosk.drafts import commands as drafts
from kiosk.duties import commands as duty_commands
from kiosk.duties import queries as duties
from kiosk.feedback import commands as feedback
from kiosk.node import Node
from kiosk.notices import commands as notices
from kiosk.notices import queries as node_notices
from kiosk.notices.historic import historic
from kiosk.reviews import commands as reviews
from kiosk.reviews import queries as asked_for
from kiosk.reviews.commands import Signed
from kiosk.rules import catalogue
from kiosk.rules.catalogue import Item
from kiosk.rules.reviews import TOWNSHIP
from kiosk.supervision import commands as supervision
from kiosk.sync.transport import InProcess
from kiosk.web.office import contents, prepared

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
            item = ref.partition("/")[0]
            _publish(stage, node, place, Submit(ref, item, writing, reason=reason))
        case Submit() as act:
            assert place is not None
            _submit(stage, node, place, act)
        case SendBack(ref, by, comment):
            assert place is not None
            id = stage.ids[step.node, _in_review(ref, False)]
            reviews.send_back(journal, id, by, comment, actor=place.reviewer(by))
        case TakeOver() as act:
            assert place is not None
            _take_over(stage, node, place, act)
        case SignOff(village, ref, correction):
            id = stage.ids[village, _in_review(ref, correction)]
            reviews.sign(journal, id, TOWNSHIP, Signed(), actor=actor)
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
        case Forward(ref, to, reason, name):
            id = stage.ids["", ref]
            feedback.forward(journal, id, to=to, name=name, reason=reason, actor=actor)
        case Merge(ref, into):
            feedback.merge(journal, stage.ids["", ref], stage.ids["", into], actor=actor)
        case Reject(ref, why, words):
            feedback.reject(journal, stage.ids["", ref], why, words, actor=actor)
        case TakeBack(ref):
            feedback.withdraw(journal, stage.ids["", ref])
        case SealKey():
            sealed.make_key(journal, PASSPHRASE, name="镇纪检", actor=DISCIPLINE)
        case Report(ref, words, code):
            given = sealed.sealed_here(journal, TOWNSHIP_CODE, words, code)
            key, box, mailbox = given
            stage.ids["", ref] = sealed.receive(
                journal, township=TOWNSHIP_CODE, key=key, box=box, mailbox=mailbox
            )
        case Investigate(ref, words):
            id = stage.ids["", ref]
            sealed.open_report(journal, id, sealed.unlock(journal, PASSPHRASE), actor=DISCIPLINE)
            if words:
                sealed.answer(journal, id, words, actor=DISCIPLINE)
        case Tell() as act:
            _tell(node, actor, act)
        case Feel(ref, good, bad):
            felt = node_notices.notice(journal, stage.ids[step.node, ref])
            assert felt is not None
            for n in range(good + bad):
                opinions.give(journal, felt, good=n < good)
        case Disclose() as act:
            disclosure.done(node, actor, stage.ids, act)


def _tell(node: Node, actor: str, act: Tell) -> None:
    given = dict(act.given)
    if act.portrait:
        drawn = photos.photo(portraits.portrait(act.portrait))
        given["photo"] = node.blobs.put(drawn.data)
    if act.noun == "service":
        services.describe_service(node.journal, given, actor=actor)
    else:
        services.describe_official(node.journal, given, actor=actor)


def _post(stage: Stage, node: Node, place: Place | None, actor: str, act: Post) -> str:
    if place is None:
        return notices.publish(
            node.journal,
            actor=actor,
            title=act.writing.title,
            content=act.writing.content,
            contact=CONTACT,
        )
    submit = Submit(act.ref, act.item, act.writing, act.period, act.event, result_of=act.result_of)
    return _publish(stage, node, place, submit)


def _publish(stage: Stage, node: Node, place: Place, act: Submit) -> str:
    """Publishes what was reviewed, or has it reviewed first; the notice's id."""
    key = (node.config.code, _in_review(act.ref, bool(act.reason)))
    if key not in stage.ids:
        _submit(stage, node, place, act)
    item = catalogue.load().items[act.item]
    id = notices.publish_reviewed(node.journal, stage.ids.pop(key), actor=place.clerk, item=item)
    if item.id in duty_commands.FOLLOW_UPS and not (act.reason or act.result_of):
        opened = duties.events(node.journal, place.code)
        stage.ids[place.code, follow_up(act.ref)] = max(event.id for event in opened)
    return id


def _submit(stage: Stage, node: Node, place: Place, act: Submit) -> None:
    """Sends a notice to review; those of the village sign at once."""
    code = node.config.code
    item = catalogue.load().items[act.item]
    id = reviews.request(
        node.journal,
        actor=place.clerk,
        item=item,
        title=act.writing.title,
        content=act.writing.content,
        period=act.period,
        event=stage.ids[code, act.event] if act.event else "",
        attachments=_attachments(stage, node, place, act.writing),
        contact=place.contact,
        corrects=stage.ids[code, act.ref] if act.reason else "",
        reason=act.reason,
        scheduled_for=act.scheduled_for,
        result_of=stage.ids[code, act.result_of] if act.result_of else "",
    )
    stage.ids[code, _in_review(act.ref, bool(act.reason))] = id
    if act.kept:
        _keep_draft(node, place, item, id)
    village = [step for step in item.review if step != TOWNSHIP][: act.signed]
    for step in village:
        reviewer = place.reviewer(step)
        if by_login(place, step):
            reviews.sign(node.journal, id, step, Signed(), actor=reviewer)
            continue
        sheet = node.blobs.put(stage.photo("sheet", int(place.code)).data)
        on = clock.today() - timedelta(days=step != village[-1])
        signed = Signed("paper", reviewer, photo=sheet, on=on)
        reviews.sign(node.journal, id, step, signed, actor=place.clerk)


def _keep_draft(node: Node, place: Place, item: Item, review: str) -> None:
    """The draft from which a review was asked for, as the officer left it."""
    asked = asked_for.review(node.journal, review, place.code)
    assert asked is not None
    body = asked.notice
    form = duties.forms(node.journal)[body["form"]]
    values = {
        **prepared.begun(node, item, body["period"], body["event"]),
        "title": body["title"],
        "fields": contents.fields_of(body["content"], form, item.id),
        "photos": body["attachments"],
        "review": review,
    }
    drafts.begin(node.journal, values, actor=place.clerk)


def _take_over(stage: Stage, node: Node, place: Place, act: TakeOver) -> None:
    item = catalogue.load().items[act.item]
    form = notices.PLAIN if set(act.writing.content) == {"text"} else item.form
    _, draft = historic(
        node.journal,
        actor=place.clerk,
        item=item,
        form=form,
        title=act.writing.title,
        content=act.writing.content,
        published_on=act.on,
        source=act.source,
        attachments=_attachments(stage, node, place, act.writing),
    )
    node.journal.append_all([draft])


def _in_review(ref: str, correction: bool) -> str:
    """The ref of the review of a notice, or of a correction of it."""
    return f"correction/{ref}" if correction else f"review/{ref}"


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
        name=act.name,
        photo=photo,
        via=act.via,
        actor=feedback.ASKER if act.via in ("phone", "screen") else stage.places[act.village].clerk,
    )
    return id
