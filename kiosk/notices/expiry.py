"""What a village has published that runs out: contracts and the like, flagged like duties."""

from dataclasses import dataclass
from datetime import date

from kiosk.duties import queries as duties
from kiosk.journal.log import Journal
from kiosk.notices import queries
from kiosk.notices.queries import Notice
from kiosk.rules import forms
from kiosk.rules.forms import Expiring, Form


@dataclass(frozen=True)
class RunningOut:
    """Something that runs out, and the notice that says so."""

    notice: Notice
    what: Expiring


def running_out(
    journal: Journal, village: str, today: date, within_days: int = forms.WITHIN
) -> list[RunningOut]:
    """What runs out within so many days or has run out, by the newest register of each periodic
    item of a village, the earliest first. Two registers that name the same thing name it once."""
    known = duties.forms(journal, village)
    found: dict[tuple[str, date], RunningOut] = {}
    for item in duties.catalogue(journal, village).items_on(today):
        if not item.periodic or not _has_ends(known.get(item.form)):
            continue
        notice = next(
            (it for it in queries.of_item(journal, village, item.id) if it.form == item.form), None
        )
        if notice is None or notice.content is None:
            continue
        for what in forms.expiring([(known[item.form], notice.content)], today, within_days):
            found.setdefault((what.name, what.on), RunningOut(notice, what))
    return sorted(found.values(), key=lambda it: (it.what.on, it.what.name))


def _has_ends(form: Form | None) -> bool:
    return form is not None and any(
        each.expires
        for field in form.fields
        for each in (field.columns if field.is_table else (field,))
    )
