"""The screens of all villages: which is dark, stuck or in the wrong time and since when, as the
villages themselves tell at every contact; and how much each village's screens are used."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for

from kiosk import screens
from kiosk.journal.log import Journal
from kiosk.screens import Told, usage
from kiosk.screens.usage import Usage
from kiosk.sync import contacts
from kiosk.sync.contacts import Contact
from kiosk.villages import queries as villages
from kiosk.web import current_node
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint, known_village

DAYS = 7


@dataclass(frozen=True)
class VillageScreens:
    """A village's screens. Where it is lost nobody knows how they fare by now."""

    code: str
    name: str
    screens: list[Told]
    contact: Contact | None
    days: list[Usage]

    @property
    def lost(self) -> bool:
        return contacts.is_lost(self.contact)

    @property
    def troubled(self) -> list[Told]:
        return [each for each in self.screens if each.trouble]

    @property
    def touches(self) -> int:
        return sum(day.touches for day in self.days)


def of_villages(journal: Journal, days: int = 0) -> list[VillageScreens]:
    """Every village with its screens, those with a trouble ahead; `days` of their usage."""
    found = []
    for each in villages.known(journal):
        contact = contacts.last_contact(journal, each.code)
        told = screens.told(journal, each.code, contact.status if contact else None)
        used = usage.days(journal, each.code, days) if days else []
        found.append(VillageScreens(each.code, each.name, told, contact, used))
    return sorted(found, key=lambda it: (not it.troubled, it.lost, it.code))


def mark(journal: Journal) -> str:
    """Another text whenever a screen's state changed: no entry tells of it."""
    return "|".join(
        f"{each.code}{told.id}{told.state}{told.since if told.trouble else ''}"
        for each in of_villages(journal)
        for told in each.screens
    )


@blueprint.get("/screens")
def screen_list() -> str:
    journal = current_node().journal
    return render_template(
        "township/screens.html",
        own=screens.screens(journal),
        villages=of_villages(journal, DAYS),
        pages=usage.PAGES,
        days=DAYS,
    )


@blueprint.post("/villages/<code>/screens/<id>/forget")
def forget_screen(code: str, id: str) -> Page:
    """Leaves out a screen of which the village still tells."""
    screens.hide(current_node().journal, known_village(code).code, id)
    flash("已经忘记这块屏幕；它再打开时会自己重新出现。", "good")
    return redirect(url_for("township.screen_list"))
