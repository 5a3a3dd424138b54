"""What the two desks share of dealing with feedback: the buttons of its page, and writing down what
came on paper, by telephone or in person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, send_file, url_for

from kiosk import feedback
from kiosk.attachments import FileRefused, photos, sounds
from kiosk.attachments.blobs import BadBlobName, BlobMissing
from kiosk.feedback import commands, queries
from kiosk.feedback.commands import AnswerPersonal, FeedbackRefused
from kiosk.feedback.queries import Feedback
from kiosk.feedback.token import new_token, pickup_of, shown_pickup
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.rules import feedback as rules
from kiosk.rules.feedback import KINDS, REJECTED, VIA
from kiosk.web import current_node, public_address
from kiosk.web.login import Page

BY_HAND = ("letter", "call", "visit")


@dataclass(frozen=True)
class Done:
    """What came of a press: what to tell, or what is wrong with what was typed."""

    said: str = ""
    fault: str = ""
    masked: str = ""


def page(id: str, template: str, here: Callable[[str], str], **more: Any) -> Page:
    """One feedback at a desk, and what its buttons do. `here(id)` is the page's address; `more`
    goes to the template (an `order_fault` among it is the door's own)."""
    node = current_node()
    found = _found(node, id)
    done = Done()
    if request.method == "POST":
        done = _pressed(node, id)
        if done.said:
            flash(done.said, "good")
            return redirect(here(id))
        found = _found(node, id)
    shown = request.form.get("do") == "contact" and not done.fault
    question = request.form.get("question", commands.shown_question(node.journal, found))
    html = render_template(
        template,
        feedback=found,
        each=found,
        notice=notices.notice(node.journal, found.notice) if found.notice else None,
        text=_typed_answer(),
        masked=done.masked,
        fault=done.fault,
        public=request.form.get("public", "yes") == "yes",
        question=question,
        show_contact=shown,
        seen=queries.seen(node.journal, found),
        alike=queries.alike_open(node.journal, found) if found.open else [],
        main=queries.feedback(node.journal, found.merged_into) if found.merged_into else None,
        with_it=queries.merged_into(node.journal, id),
        ours=found.village == node.config.code or found.owner == "township",
        VIA=VIA,
        REJECTED=REJECTED,
        departments=rules.rules().departments,
        days=rules.rules().days,
        typed=request.form,
        **more,
    )
    return (html, 400) if done.fault or more.get("order_fault") else html


def recording(id: str) -> Response:
    """The voice memo of a feedback, for who deals with it."""
    node = current_node()
    found = _found(node, id)
    try:
        type = sounds.sound_type(node.blobs.get(found.voice)) if found.voice else None
    except (BlobMissing, BadBlobName):
        type = None
    if type is None:
        abort(404)
    return send_file(
        node.blobs.path(found.voice),
        mimetype=type,
        as_attachment=type == "audio/amr",
        download_name=f"{id}.{type.partition('/')[2]}",
        max_age=0,
    )


def written_down(template: str, here: Callable[[str], str], village: str, **more: Any) -> Page:
    """The form for a letter, a call or a visit; on success the feedback's page, with the number
    and the link for its sender."""
    node = current_node()
    fault = ""
    if request.method == "POST":
        given = request.form
        try:
            upload = request.files.get("photo")
            photo = ""
            if upload is not None and upload.filename:
                photo = node.blobs.put(photos.photo(upload.read()).data)
            via = given.get("via", "")
            if via not in BY_HAND:
                raise FeedbackRefused("请选择是来信、来电，还是当面来访。")
            id, token = feedback.receive(
                node.journal,
                village=given.get("village", village),
                kind=given.get("kind", ""),
                text=given.get("text", ""),
                phone=given.get("phone", ""),
                name=given.get("name", ""),
                photo=photo,
                via=via,
                on=_day(given.get("on", "")),
                token=given.get("token"),
                actor=g.account.name,
            )
        except (FeedbackRefused, FileRefused) as refused:
            fault = str(refused)
        else:
            address = f"{public_address(node)}{url_for('phone.follow', token=token)}"
            flash(
                f"已登记。告诉提出人取件号 {shown_pickup(pickup_of(token))}（村里屏幕上查答复），"
                f"或者查询链接 {address}。只在这里显示一次。",
                "good",
            )
            return redirect(here(id))
    page = render_template(
        template, fault=fault, typed=request.form, token=new_token(), KINDS=KINDS, VIA=VIA,
        BY_HAND=BY_HAND, village=village, **more,
    )  # fmt: skip
    return (page, 400) if fault else page


def _pressed(node: Node, id: str) -> Done:
    try:
        return Done(said=_do(node, id))
    except AnswerPersonal as personal:
        return Done(fault=str(personal), masked=personal.masked)
    except FeedbackRefused as refused:
        return Done(fault=str(refused))


def _do(node: Node, id: str) -> str:
    """Does what the button said; what to tell, "" where the page itself shows it. Raises
    FeedbackRefused."""
    journal, actor, given = node.journal, g.account.name, request.form
    reason = given.get("reason", "")
    match given.get("do"):
        case "accept":
            feedback.accept(journal, id, actor=actor)
            return "已受理，提出人可以看到。"
        case "close":
            feedback.close(journal, id, actor=actor)
            return "已办结。"
        case "answer" | "mask":
            public = given.get("public") == "yes"
            feedback.answer(
                journal,
                id,
                _typed_answer(),
                public=public,
                actor=actor,
                question=given.get("question"),
            )
            return "答复已公开。" if public else "答复已发给提出人。"
        case "forward":
            to = given.get("to", "")
            name = given.get("department", "") if to == "department" else ""
            feedback.forward(journal, id, to=to, name=name, reason=reason, actor=actor)
            return (
                "已转镇里办，提出人看得到。" if to == "township" else f"已转{name}，提出人看得到。"
            )
        case "merge":
            feedback.merge(journal, id, given.get("into", ""), actor=actor)
            return "已并在一起办，答复时两边都会收到。"
        case "reject":
            feedback.reject(journal, id, given.get("why", ""), reason, actor=actor)
            return "已作不受理，提出人和镇里都看得到原因。"
        case "take":
            feedback.take_over(journal, id, actor=actor)
            return "已接过来，由镇里答复。"
        case "give_back":
            feedback.give_back(journal, id, reason, actor=actor)
            return "已交回村里办。"
        case "reinstate":
            feedback.reinstate(journal, id, reason, actor=actor)
            return "已要求村里办。"
        case "order":
            return ""
        case "contact":
            feedback.see_contact(journal, id, actor=actor)
            return ""
    abort(400)


def _typed_answer() -> str:
    given = request.form
    if given.get("do") == "mask":
        return given.get("masked", given.get("text", ""))
    return given.get("text", "") if given.get("do") in ("answer", "close") else ""


def _found(node: Node, id: str) -> Feedback:
    """404 where there is none, or it is another village's."""
    found = queries.feedback(node.journal, id)
    if found is None or (not node.config.is_township and found.village != node.config.code):
        abort(404)
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FeedbackRefused("收到的日期应为日期，如 2026-12-01。") from None
