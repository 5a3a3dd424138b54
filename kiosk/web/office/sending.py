"""From a draft to the board: sent to review, or published at once where a signed sheet is at hand.

Nothing is published without the signatures of its chain (`kiosk.reviews`). A sheet that was signed
before is taken with the draft, all of it or nothing: what is wrong shows the preview again.
"""

import threading
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk.attachments import FileRefused
from kiosk.drafts import Draft
from kiosk.drafts import commands as draft_commands
from kiosk.duties import commands as duty_commands
from kiosk.duties.commands import DutyRefused
from kiosk.notices.commands import NotChangeable, NotPublishable, NotReviewed
from kiosk.reviews import commands, publication, queries
from kiosk.reviews.commands import ReviewRefused
from kiosk.reviews.queries import Review
from kiosk.rules.catalogue import Item
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.office import contents, posting, prepared
from kiosk.web.office.door import blueprint, item_of, open_draft
from kiosk.web.office.reviews import read_moment, sheet, sign_on_paper

_sending = threading.Lock()


@blueprint.post("/drafts/<id>/send")
def send(id: str) -> Page:
    """Sends the draft to review (`do=send`), or takes the sheet signed on paper (`do=paper`) and
    publishes where nobody else must sign."""
    # Two quick taps on the button must not make two requests.
    with _sending:
        draft = open_draft(id)
        item = item_of(draft.values["item"])
        ready = prepared.prepared(current_node(), item, draft.values)
        if ready.faults:
            return redirect(url_for("office.edit", id=id, check=1))
        try:
            return _sent(draft, item, ready.content)
        except (NotPublishable, DutyRefused) as refused:
            flash(str(refused), "fault")
            return redirect(url_for("office.edit", id=id, check=1))
        except NotChangeable as refused:
            flash(str(refused), "fault")
            return redirect(url_for("office.home"))
        except (ReviewRefused, NotReviewed, FileRefused) as refused:
            return posting.preview_page(draft, item, fault=str(refused)), 400


def _sent(draft: Draft, item: Item, content: dict[str, Any]) -> Response:
    journal, actor = current_node().journal, g.account.name
    on_paper = request.form.get("do") == "paper"
    photo = sheet() if on_paper else ""
    with journal.writing():
        review = _requested(draft, item, content)
        if on_paper:
            sign_on_paper(review, photo)
            signed = queries.review(journal, review.id, journal.code)
            assert signed is not None
            if signed.publishable and signed.scheduled_for is None:
                notice = publication.publish(journal, review.id, actor=actor)
                return redirect(url_for("office.published", id=notice))
    flash("已送审。谁签了、轮到谁，都在这里看。", "good")
    return redirect(url_for("office.review", id=review.id))


def _requested(draft: Draft, item: Item, content: dict[str, Any]) -> Review:
    """Asks for the review; a request made of the draft before is taken back."""
    journal, actor, values = current_node().journal, g.account.name, draft.values
    again = values.get("review", "")
    before = queries.review(journal, again, journal.code) if again else None
    if before is not None and before.state not in ("sent_back", "withdrawn"):
        commands.withdraw(journal, again, actor=actor)
    event = values["event"]
    on = contents.read_day(values["on"])
    result_of = values.get("result_of", "")
    if item.cadence == "event" and not (event or values["corrects"] or result_of) and on:
        what = values["title"].removeprefix(item.title).lstrip("：: ") or values["title"]
        event = duty_commands.open_event(journal, actor, item.id, what, on)
    at = request.form.get("at", "")
    id = commands.request(
        journal,
        actor=actor,
        item=item,
        title=values["title"],
        content=content,
        period=values["period"] if item.periodic and not result_of else "",
        event="" if result_of else event,
        attachments=values["photos"],
        contact=values["contact"],
        corrects=values["corrects"],
        reason=values["reason"],
        scheduled_for=read_moment(at) if at else None,
        again=again,
        result_of=result_of,
        unmasked=values.get("unmasked", ""),
    )
    draft_commands.save(journal, draft.id, {**values, "event": event, "review": id}, actor=actor)
    found = queries.review(journal, id, journal.code)
    assert found is not None
    return found
