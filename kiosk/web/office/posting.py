"""Writing a notice: a draft's form, and its preview as the screen will show it.

Every press of a button saves the draft first, so that no refusal loses what was typed. The faults
of a draft follow from what is saved; the form shows them when it is asked to (`?check=1`).
"""

from dataclasses import replace

from flask import flash, g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kiosk import clock, drafts
from kiosk.drafts import Draft
from kiosk.drafts import commands as draft_commands
from kiosk.duties import queries as duties
from kiosk.notices.queries import Notice
from kiosk.rules import timeliness
from kiosk.rules.catalogue import Item
from kiosk.villages import queries as villages
from kiosk.web import current_node, public_address
from kiosk.web.office import (
    attaching,
    contents,
    documents,
    forms,
    importing,
    prepared,
    reviews,
    starting,
)
from kiosk.web.office.door import blueprint, item_of, open_draft
from kiosk.web.office.forms import Values


@blueprint.post("/drafts")
def begin() -> Response:
    """Opens the form of an item, its period or event: the draft begun before, or a new one."""
    node = current_node()
    item = item_of(request.form.get("item", ""))
    period = forms.period_of(item, request.form.get("period", ""))
    known = _event(request.form.get("event", ""))
    event = known.id if known else ""
    for draft in drafts.drafts(node.journal):
        if _is_for(draft.values, item, period, event):
            return redirect(url_for("office.edit", id=draft.id))
    values = prepared.begun(node, item, period, event)
    id = draft_commands.begin(node.journal, values, actor=g.account.name)
    return redirect(url_for("office.edit", id=id))


@blueprint.get("/drafts/<id>")
def edit(id: str) -> str:
    """The draft's form; with `?check=1` everything that is wrong is marked."""
    node = current_node()
    draft = open_draft(id)
    values, item = draft.values, item_of(draft.values["item"])
    checked = "check" in request.args
    form = forms.definition(node, values)
    ready = prepared.prepared(node, item, values) if checked else None
    faults = ready.faults if ready else []
    marked: dict[str, list[contents.Fault]] = {}
    for fault in faults:
        marked.setdefault(fault.place, []).append(fault)
    today = clock.today()
    sums = contents.sums(values)
    return render_template(
        "office/form.html",
        sums=sums,
        should=sums.should,
        off=sums.off,
        draft=draft,
        values=values,
        fields=values["fields"],
        item=item,
        form=form,
        checked=checked,
        faults=faults,
        warnings=ready.warnings if ready else [],
        marked=marked,
        marked_rows={place.rpartition(".")[0] for place in marked},
        maskable=any(fault.maskable for fault in faults),
        periods=forms.periods(item, today, values["period"]),
        default_title=forms.default_title,
        until=timeliness.display_until(item, today),
        event=_event(values["event"]),
        importable=values["form"] in forms.TABLE_FORMS or bool(form.tables),
        previous=prepared.previous(node, values),
        standing=prepared.standing(node, values),
        start=starting.offered(node, values),
        compared=starting.compared(node, values),
        in_review=reviews.open_review(draft),
        sent_back=reviews.sent_back(draft),
    )


@blueprint.post("/drafts/<id>")
def change(id: str) -> Response:
    """Saves what the form holds, then does what its button says."""
    node = current_node()
    draft = open_draft(id)
    held, item = draft.values, item_of(draft.values["item"])
    form = forms.definition(node, held)
    values = forms.typed(request.form, held, item, form)
    if values["period"] != held["period"]:
        values = prepared.with_opening(node, values, held["period"])
    act, _, what = request.form.get("do", "save").partition(":")
    where, check = "", "checked" in request.form
    match act:
        case "add":
            values, where = forms.add_row(values, what, form), what
        case "drop-row":
            values, where = forms.drop_row(values, what), what.partition(".")[0]
        case "drop-column":
            values, where = (
                forms.drop_column(values, int(what) if what.isdigit() else -1),
                "columns",
            )
        case "closing":
            values, where = contents.with_closing(values), "closing"
        case "mask":
            values = forms.masked_at(values, what, form) if what else forms.masked(values, form)
            where = what.replace(".", "-")
        case "photo":
            taken = request.files.getlist("photo")
            values, where = attaching.with_photos(values, taken), "photos"
        case "drop-photo":
            photos = values["photos"]
            kept = [each for n, each in enumerate(photos) if str(n) != what]
            values, where = {**values, "photos": kept}, "photos"
        case "paste":
            values, where = documents.with_pasted(values, request.form), "fields"
        case "start":
            values, where = starting.begun_here(values), "fields"
        case "preview":
            check = True
    draft_commands.save(node.journal, id, values, actor=g.account.name)
    if act == "import":
        return importing.take(replace(draft, values=values), request.files.get("table"))
    if act == "document":
        files = request.files.getlist("document")
        return documents.take(replace(draft, values=values), item, files)
    if act == "preview" and not prepared.prepared(node, item, values).faults:
        return redirect(url_for("office.preview", id=id))
    if act == "save":
        flash("草稿已保存，下次可以接着写。", "good")
    return redirect(
        url_for("office.edit", id=id, check=1 if check else None, _anchor=where or None)
    )


@blueprint.post("/drafts/<id>/typed")
def typed(id: str) -> tuple[str, int]:
    """Keeps what stands in the form while it is being filled in; 410 where the draft is closed."""
    draft = drafts.draft(current_node().journal, id)
    if draft is None:
        return "", 410
    held, item = draft.values, item_of(draft.values["item"])
    form = forms.definition(current_node(), held)
    values = forms.typed(request.form, held, item, form)
    after = request.form.get("after", type=int)
    try:
        draft_commands.keep_typed(current_node().journal, id, values, after)
    except draft_commands.Overtaken:
        return "", 409
    return "", 204


@blueprint.post("/drafts/<id>/discard")
def discard(id: str) -> Response:
    """Throws the draft away."""
    draft_commands.discard(current_node().journal, id, actor=g.account.name)
    flash("草稿已删除。", "good")
    return redirect(url_for("office.home"))


@blueprint.get("/drafts/<id>/preview")
def preview(id: str) -> str | Response:
    """The last look before publishing; back to the form where something is wrong."""
    draft = open_draft(id)
    item = item_of(draft.values["item"])
    if prepared.prepared(current_node(), item, draft.values).faults:
        return redirect(url_for("office.edit", id=id, check=1))
    return preview_page(draft, item)


def preview_page(draft: Draft, item: Item, fault: str = "") -> str:
    """The preview with the ways to have it signed; `fault` is what kept it from being sent."""
    return render_template(
        "office/preview.html",
        draft=draft,
        values=draft.values,
        item=item,
        until=timeliness.display_until(item, clock.today()),
        compared=starting.compared(current_node(), draft.values),
        fault=fault,
        on_paper=reviews.proposed_steps(item.review),
        in_review=reviews.open_review(draft),
        least=reviews.least_moment(),
    )


@blueprint.get("/drafts/<id>/screen")
def screen(id: str) -> str:
    """The draft as the touch screen will show it: the screen's own page with the draft in it."""
    node = current_node()
    draft = open_draft(id)
    item = item_of(draft.values["item"])
    notice = _shown(draft, item)
    return render_template(
        "board/notice.html",
        notice=notice,
        previous=prepared.previous(node, draft.values),
        versions=[],
        origin=villages.village(node.journal, node.config.code),
        witnessed=None,
        address=f"{public_address(node)}/n/",
        qr=lambda _address: Markup(
            '<svg class="qr" viewBox="0 0 10 10" role="img" aria-label="发布后这里是二维码">'
            '<rect width="10" height="10" fill="#fff"/></svg>'
        ),
        blob="office.blob",
        back=None,
        node=node,
        today=clock.today(),
        now=clock.now(),
        here=request.path,
        tag='""',
        newest=[],
        urgent=[],
        still=True,
    )


def _is_for(values: Values, item: Item, period: str, event: str) -> bool:
    """Whether a draft is the one to go on with: of two events one cannot tell without an id."""
    return (
        (values["item"], values["event"], values["corrects"]) == (item.id, event, "")
        and not values.get("result_of")
        and (item.cadence != "event" or event != "")
        and period in ("", values["period"])
    )


def _shown(draft: Draft, item: Item) -> Notice:
    """The draft as if it stood on the board already."""
    node, values = current_node(), draft.values
    content = contents.content_of(values, forms.definition(node, values)).content
    until = timeliness.display_until(item, clock.today())
    body = {
        "content": content,
        "attachments": values["photos"],
        "reviews": [],
        "contact": values["contact"],
    }
    return Notice(
        id=draft.id,
        stream=node.journal.own("public"),
        village=node.config.code,
        item=item.id,
        affairs=item.affairs,
        title=values["title"],
        form=values["form"],
        period=values["period"],
        event=values["event"],
        state="published",
        published_at=clock.stamp(),
        changed_at=clock.stamp(),
        display_until=until.isoformat() if until else "",
        versions=1,
        first_seq=0,
        last_seq=0,
        body=body,
    )


def _event(id: str) -> timeliness.Event | None:
    node = current_node()
    return next((it for it in duties.events(node.journal, node.config.code) if it.id == id), None)
