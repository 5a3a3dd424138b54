"""Notices taken over from an older board: posted now, and saying so.

A historic notice is an entry of today like any other, so nothing is back-dated: duties count it by
its own time, and pages show it as taken over, with the day that it had on the older board as the
officer says. It has no display period and no reviews of its own, and it is checked for sums and
personal data like any other.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.duties.queries import forms as forms_here
from kiosk.journal.log import Draft, Journal
from kiosk.notices.commands import NotPublishable, problems
from kiosk.notices.shape import is_readable
from kiosk.rules.catalogue import Item


def historic(
    journal: Journal,
    *,
    actor: str,
    item: Item,
    form: str,
    title: str,
    content: Mapping[str, Any],
    published_on: str,
    source: str,
    period: str = "",
    attachments: Iterable[Mapping[str, Any]] = (),
) -> tuple[str, Draft]:
    """The id and the draft entry of a notice that an older board had; nothing is posted yet.

    `published_on` is a Beijing date, a month ("2019-05"), a year or "" where it is not known;
    `source` says where it was found. Raises NotPublishable; ValueError where the content does not
    have the shape of the form.
    """
    body: dict[str, Any] = {
        "item": item.id,
        "affairs": item.affairs,
        "title": title.strip(),
        "form": form,
        "period": period,
        "event": "",
        "content": dict(content),
        "attachments": [dict(attachment) for attachment in attachments],
        "reviews": [],
        "display_until": "",
        "contact": "",
        "historic": {"published_on": published_on, "source": source},
    }
    if not is_readable(body):
        raise ValueError(f"the content does not fit the form {form}")
    known = forms_here(journal).get(form, form)
    # Titles and contents were on a public board already; what else they lack is not asked for.
    found = [
        it
        for it in problems(
            body["title"], known, content, item=item.id, attachments=body["attachments"]
        )
        if not (it.kind == "missing" and it.place != "标题")
    ]
    if found:
        raise NotPublishable(found)
    id = str(ULID.from_datetime(clock.now()))
    return id, Draft("public", "notice.published", id, body, actor)
