"""Reviews: what waits for whom, signing by log-in, by hand on the officer's device or on paper,
sending back, and publishing what is complete.

An officer sees all of the village's requests; a reviewer sees those that wait for the own step and
those that were signed.
"""

from datetime import date, datetime, timedelta
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for

from kiosk import clock, drafts
from kiosk.attachments import FileRefused
from kiosk.drafts import Draft
from kiosk.notices.commands import NotChangeable, NotPublishable, NotReviewed
from kiosk.reviews import commands, publication, queries
from kiosk.reviews.commands import ReviewRefused, Signed
from kiosk.reviews.queries import Review
from kiosk.rules.catalogue import REVIEWERS
from kiosk.rules.reviews import TOWNSHIP
from kiosk.web import current_node, reviewing
from kiosk.web.login import Page
from kiosk.web.office.door import blueprint, is_officer

LIMIT = 30


@blueprint.context_processor
def reviews_on_every_page() -> dict[str, Any]:
    if "account" not in g:
        return {}
    return {"is_officer": is_officer(), "reviews_count": len(to_act())}


def to_act() -> list[Review]:
    """The requests about which the signed-in account can do something now."""
    node = current_node()
    if not is_officer():
        return [
            each
            for each in queries.unpublished(node.journal, node.config.code)
            if (each.next and each.next.by == g.account.role) or each.to_confirm
        ]
    return [
        each
        for each in queries.unpublished(node.journal, node.config.code)
        if each.state == "sent_back" or each.stale or ready(each)
    ]


def ready(found: Review) -> bool:
    """Whether an officer can publish it now, and nothing else will."""
    if not found.publishable:
        return False
    return found.scheduled_for is None or bool(obstacle(found))


def obstacle(found: Review) -> str:
    return publication.obstacle(current_node().journal, found, clock.now())


@blueprint.get("/reviews")
def reviews() -> str:
    node = current_node()
    recent = queries.of_village(node.journal, node.config.code, 200)
    if is_officer():
        waiting = queries.unpublished(node.journal, node.config.code)
        done = [each for each in recent if each.state in ("used", "withdrawn")]
    else:
        waiting = to_act()
        done = [each for each in recent if _signed_by(each, g.account.role)]
    return render_template(
        "office/reviews.html", waiting=waiting, done=done[:LIMIT], obstacle=obstacle, ready=ready
    )


@blueprint.get("/reviews/<id>")
def review(id: str) -> str:
    return _page(_seen(id))


@blueprint.get("/reviews/<id>/screen")
def review_screen(id: str) -> str:
    """The notice as the touch screen will show it."""
    return reviewing.screen(_seen(id), "office.blob")


@blueprint.post("/reviews/<id>/sign")
def sign(id: str) -> Page:
    """A reviewer's own log-in signs the step, or sends the notice back with a comment."""
    found = _seen(id)
    role, name = g.account.role, g.account.name
    try:
        if request.form.get("do") == "back":
            comment = request.form.get("comment", "")
            commands.send_back(current_node().journal, id, role, comment, actor=name)
            flash("已退回，经办人会看到您的意见。", "good")
        else:
            commands.sign(current_node().journal, id, role, Signed(), actor=name)
            flash(f"已签字：{found.title}。", "good")
    except ReviewRefused as refused:
        return _page(found, fault=str(refused)), 400
    return redirect(url_for("office.reviews"))


@blueprint.route("/reviews/<id>/hand", methods=["GET", "POST"])
def hand(id: str) -> Page:
    """Whoever's turn it is signs by hand on the officer's device, or sends the notice back."""
    found = _own(id)
    if found.next is None or found.next.by == TOWNSHIP:
        return redirect(url_for("office.review", id=id))
    step, fault = found.next.by, ""
    if request.method == "POST":
        fault = _taken_by_hand(found, step)
        if not fault:
            return redirect(url_for("office.review", id=id))
    page = render_template(
        "office/hand.html",
        review=found,
        notice=reviewing.as_notice(found),
        step=step,
        name=request.form.get("name", _proposed(step)),
        comment=request.form.get("comment", ""),
        fault=fault,
    )
    return (page, 400) if fault else page


@blueprint.post("/reviews/<id>/paper")
def paper(id: str) -> Page:
    """One signed sheet with the names and dates of one or more steps, from the one that is next."""
    found = _own(id)
    try:
        sign_on_paper(found, sheet())
    except (ReviewRefused, FileRefused) as refused:
        return _page(found, fault=str(refused)), 400
    flash("纸上的签字已记下，镇里可以看到照片。", "good")
    return redirect(url_for("office.review", id=id))


@blueprint.post("/reviews/<id>/publish")
def publish_review(id: str) -> Page:
    """Puts what everybody signed on the board."""
    found = _own(id)
    try:
        notice = publication.publish(current_node().journal, id, actor=g.account.name)
    except (NotReviewed, NotChangeable, NotPublishable) as refused:
        return _page(found, fault=str(refused)), 400
    return redirect(url_for("office.published", id=notice))


@blueprint.post("/reviews/<id>/withdraw")
def withdraw_review(id: str) -> Page:
    """Takes the request back: its draft can be changed again."""
    found = _own(id)
    try:
        commands.withdraw(current_node().journal, id, actor=g.account.name)
    except ReviewRefused as refused:
        return _page(found, fault=str(refused)), 400
    flash("送审已撤回，草稿还在，改好可以再送。", "good")
    return redirect(url_for("office.reviews"))


@blueprint.post("/reviews/<id>/schedule")
def schedule(id: str) -> Page:
    """Sets when it is published by itself, or that an officer does it."""
    found = _own(id)
    try:
        at = read_moment(request.form.get("at", "")) if request.form.get("do") == "set" else None
        commands.schedule(current_node().journal, id, at, actor=g.account.name)
    except ReviewRefused as refused:
        return _page(found, fault=str(refused)), 400
    flash("公开时间已改。", "good")
    return redirect(url_for("office.review", id=id))


@blueprint.post("/reviews/<id>/confirm")
def confirm_unmasked(id: str) -> Page:
    """A second person agrees that personal data is shown."""
    found = _seen(id)
    try:
        commands.confirm_unmasked(current_node().journal, id, actor=g.account.name)
    except ReviewRefused as refused:
        return _page(found, fault=str(refused)), 400
    flash("已确认，镇里会看到。", "good")
    return redirect(url_for("office.review", id=id))


def sheet() -> str:
    """The SHA-256 of the photo of a signed sheet that was uploaded, kept. Raises FileRefused."""
    photo = reviewing.kept_photo("sheet")
    if not photo:
        raise FileRefused("请先拍一张签了字的纸，或选一张照片。")
    return photo


def sign_on_paper(found: Review, photo: str) -> None:
    """Signs the steps that the posted form names (`name-<step>`, `on-<step>`), all or none.

    Raises ReviewRefused, which names the step.
    """
    journal = current_node().journal
    named = False
    with journal.writing():
        for step in [each.by for each in found.standing.steps if each.state != "signed"]:
            name = " ".join(request.form.get(f"name-{step}", "").split())
            if not name:
                continue
            named = True
            on = _read_day(request.form.get(f"on-{step}", ""))
            given = Signed("paper", name, photo=photo, on=on)
            try:
                commands.sign(journal, found.id, step, given, actor=g.account.name)
            except ReviewRefused as refused:
                raise ReviewRefused(f"{REVIEWERS[step]}：{refused}") from refused
        if not named:
            raise ReviewRefused("请填写签字人的姓名。")


def read_moment(text: str) -> datetime:
    """The moment of a date-and-time field, by the clock in Beijing. Raises ReviewRefused."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ReviewRefused("请选择公开的日期和时间。") from None
    at = at.replace(tzinfo=clock.BEIJING) if at.tzinfo is None else at
    if at < clock.now() - timedelta(minutes=1):
        raise ReviewRefused("公开时间已经过了，请选一个以后的时间。")
    return at


def open_review(draft: Draft) -> Review | None:
    """The request made of a draft, while it is neither ended nor published."""
    found = _review_of(draft)
    return found if found and found.state in ("waiting", "stale", "complete") else None


def sent_back(draft: Draft) -> Review | None:
    """The request made of a draft, where it was sent back."""
    found = _review_of(draft)
    return found if found and found.state == "sent_back" else None


def least_moment() -> str:
    """Now, as a date-and-time field takes its least value."""
    return clock.now().astimezone(clock.BEIJING).strftime("%Y-%m-%dT%H:%M")


def proposed_steps(steps: Any) -> list[dict[str, str]]:
    """Steps that may be signed on paper, each with who signed it the last time."""
    enrolled = commands.enrolled(current_node().journal)
    return [{"by": by, "name": _proposed(by)} for by in steps if by != TOWNSHIP or not enrolled]


def _page(found: Review, fault: str = "") -> str:
    turn = found.next.by if found.next else ""
    waiting = [step.by for step in found.standing.steps if step.state in ("waiting", "later")]
    return render_template(
        "office/review.html",
        review=found,
        fault=fault,
        turn=turn,
        mine=not is_officer() and turn == g.account.role,
        on_paper=proposed_steps(waiting) if found.next and is_officer() else [],
        by_hand=bool(turn) and turn != TOWNSHIP,
        obstacle=obstacle(found),
        may_confirm=found.to_confirm and g.account.name != found.actor,
        comment=request.form.get("comment", ""),
        draft=_draft_of(found),
        least=least_moment(),
    )


def _review_of(draft: Draft) -> Review | None:
    id = draft.values.get("review", "")
    node = current_node()
    return queries.review(node.journal, id, node.config.code) if id else None


def _draft_of(found: Review) -> Draft | None:
    """The draft from which a request was made, while it is open."""
    known = drafts.drafts(current_node().journal)
    return next((each for each in known if each.values.get("review") == found.id), None)


def _taken_by_hand(found: Review, step: str) -> str:
    """Does what the form on the officer's device says; what is wrong, or ""."""
    journal, form = current_node().journal, request.form
    name = form.get("name", "")
    try:
        if form.get("do") == "back":
            commands.send_back(
                journal,
                found.id,
                step,
                form.get("comment", ""),
                actor=g.account.name,
                name=name or REVIEWERS[step],
            )
            flash("已退回，草稿还在，改好再送审。", "good")
            return ""
        picture = reviewing.handwriting(form.get("drawn", ""))
        if form.get("canvas") and not picture:
            return "签名框里还没有字，请用手指写上姓名。"
        commands.sign(
            journal, found.id, step, Signed("hand", name, hand=picture), actor=g.account.name
        )
    except (ReviewRefused, FileRefused) as refused:
        return str(refused)
    flash(f"{REVIEWERS[step]}已签字。", "good")
    return ""


def _proposed(step: str) -> str:
    node = current_node()
    return queries.last_reviewer(node.journal, node.config.code, step)


def _signed_by(found: Review, role: str) -> bool:
    return any(each.by == role for each in found.signatures)


def _seen(id: str) -> Review:
    """A request of this village that the signed-in account may see; 404 where it may not."""
    found = _own(id)
    if not is_officer() and g.account.role not in found.chain.steps and not found.to_confirm:
        abort(404)
    return found


def _own(id: str) -> Review:
    node = current_node()
    found = queries.review(node.journal, id, node.config.code)
    if found is None:
        abort(404)
    return found


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
