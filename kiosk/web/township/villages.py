"""The township's villages: who joined, how to reach them, and inviting another."""

from flask import g, render_template, request

from kiosk import screens
from kiosk.journal.log import Journal
from kiosk.rules.codes import CodeMalformed
from kiosk.sync import contacts
from kiosk.sync.contacts import Contact
from kiosk.villages import commands, queries
from kiosk.villages.commands import InvitationRefused
from kiosk.web import current_node, public_address
from kiosk.web.login import Page
from kiosk.web.township.door import blueprint
from kiosk.web.township.village import concerns


@blueprint.route("/villages", methods=["GET", "POST"])
def villages() -> Page:
    """All villages. An invitation's one-time code is shown once, on the answer to the form; of a
    village that is in already it lets another machine take its place, so that is asked first."""
    node = current_node()
    code, fault = "", ""
    typed = request.form.get("village", "").strip()
    invited = next((each for each in queries.known(node.journal) if each.code == typed), None)
    ask = request.method == "POST" and invited is not None and not request.form.get("again")
    if request.method == "POST" and not ask:
        try:
            code = commands.invite(node.journal, typed, actor=g.account.name)
        except (InvitationRefused, CodeMalformed) as refused:
            fault = str(refused)
    heard = {
        each.code: contacts.last_contact(node.journal, each.code)
        for each in queries.known(node.journal)
    }
    page = render_template(
        "township/villages.html",
        known=queries.known(node.journal),
        described={
            each.code: queries.village(node.journal, each.code)
            for each in queries.known(node.journal)
        },
        contacts=heard,
        concerns={code: _concerns(node.journal, code, it) for code, it in heard.items()},
        is_lost=contacts.is_lost,
        address=node.config.public_url or public_address(node),
        code=code,
        invited=invited,
        ask=ask,
        typed=typed,
        fault=fault,
    )
    return (page, 400) if fault else page


def _concerns(journal: Journal, code: str, contact: Contact | None) -> list[str]:
    return concerns(contact, screens.told(journal, code, contact.status if contact else None))
