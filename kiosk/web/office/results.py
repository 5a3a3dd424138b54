"""The result of a display period: a notice of its own that says what became of the one shown."""

from flask import abort, g, redirect, url_for
from werkzeug.wrappers import Response

from kiosk import drafts
from kiosk.drafts import commands as draft_commands
from kiosk.feedback import queries as feedback
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.commands import PLAIN
from kiosk.notices.queries import Notice
from kiosk.rules.feedback import OBJECTION
from kiosk.web import current_node
from kiosk.web.formats import day
from kiosk.web.office import forms, prepared
from kiosk.web.office.door import blueprint, item_of


@blueprint.post("/notices/<id>/result")
def begin_result(id: str) -> Response:
    """Opens the form of a display period's result: the draft begun before, or a new one."""
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None or found.stream != node.journal.own("public") or found.body is None:
        abort(404)
    for draft in drafts.drafts(node.journal):
        if draft.values.get("result_of") == id:
            return redirect(url_for("office.edit", id=draft.id))
    item = item_of(found.item)
    blank = forms.blank(
        item,
        forms.own(PLAIN),
        period="",
        event="",
        title=f"公示结果：{found.title}"[:80],
        contact=prepared.public_contact(node),
    )
    values = {**blank, "fields": {"text": _words(node, found)}, "result_of": id}
    made = draft_commands.begin(node.journal, values, actor=g.account.name)
    return redirect(url_for("office.edit", id=made))


def _words(node: Node, found: Notice) -> str:
    """What is known of the display period, for the officer to complete."""
    objections = [
        each for each in feedback.of_notice(node.journal, found.id) if each.kind == OBJECTION
    ]
    shown = (
        f"“{found.title}”于{day(found.published_at)}至{day(found.display_until)}公示，公示期已满。"
    )
    if not objections:
        return f"{shown}\n公示期内没有收到异议。按公示的内容执行。"
    return f"{shown}\n公示期内收到异议 {len(objections)} 件，核实和处理情况如下：\n"
