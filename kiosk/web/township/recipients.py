"""Who is told outward of what is late or ordered, and what could not be delivered."""

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import messages
from kiosk.messages import RecipientRefused, channels
from kiosk.messages.channels import ChannelsWrong, NotDelivered
from kiosk.rules import messages as rules
from kiosk.rules.messages import Recipient
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint

CHANNELS = {"email": "邮件", "sms": "短信", "group": "工作群"}


@blueprint.route("/recipients", methods=["GET", "POST"])
def recipients() -> Page:
    """The list, and adding to it."""
    node, fault, typed = current_node(), "", request.form
    if request.method == "POST":
        level = typed.get("level", "")
        try:
            given = Recipient(
                name=typed.get("name", ""),
                village=typed.get("village", ""),
                level=int(level) if level.isdecimal() else -1,
                email=typed.get("email", "").strip(),
                phone=typed.get("phone", "").strip(),
                group=typed.get("group", "").strip(),
            )
            messages.set_recipient(node.journal, given, actor=g.account.name)
        except RecipientRefused as refused:
            fault = str(refused)
        else:
            flash(f"以后会通知{given.name}。", "good")
            return redirect(url_for("township.recipients"))
    ways, wrong = _channels()
    group = ways.get("group")
    page = render_template(
        "township/recipients.html",
        recipients=messages.recipients(node.journal),
        failures={(each.recipient, each.channel): each for each in messages.failures(node.journal)},
        levels=rules.LEVELS,
        ways=ways,
        groups=group.names if isinstance(group, channels.Groups) else [],
        channels=CHANNELS,
        typed=typed,
        fault=fault or wrong,
    )
    return (page, 400) if fault else page


@blueprint.post("/recipients/<id>/remove")
def remove_recipient(id: str) -> Page:
    messages.remove_recipient(current_node().journal, id, actor=g.account.name)
    flash("以后不再通知这个人。", "good")
    return redirect(url_for("township.recipients"))


@blueprint.post("/recipients/<id>/try")
def try_recipient(id: str) -> Page:
    """Sends one message to see whether it arrives."""
    ways, wrong = _channels()
    known = {each.id: each.recipient for each in messages.recipients(current_node().journal)}
    recipient = known.get(id)
    if recipient is None:
        abort(404)
    if wrong:
        flash(wrong, "fault")
    for channel, where in () if wrong else recipient.places:
        if channel not in ways:
            flash(f"{CHANNELS[channel]}还没有在 node.toml 里设置。", "fault")
            continue
        try:
            ways[channel].send(where, "三务公开：试一试", "收到这条，说明通知能送到。")
        except NotDelivered as failed:
            flash(str(failed), "fault")
        else:
            flash(f"{CHANNELS[channel]}已发出，请问一问{recipient.name}收到没有。", "good")
    return redirect(url_for("township.recipients"))


def _channels() -> tuple[dict[str, channels.Channel], str]:
    """What is set up, and what is wrong with it."""
    try:
        return channels.load(current_node().config.dir), ""
    except ChannelsWrong as wrong:
        return {}, str(wrong)
