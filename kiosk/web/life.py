"""What every page says of a notice's life: what changed between versions, its display period's
result, why it was deleted. For templates, whichever door they belong to."""

from flask import Flask

from kiosk.duties.queries import forms
from kiosk.erasures import commands as erasures
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice, Version
from kiosk.rules import changes as rules
from kiosk.rules.changes import Change
from kiosk.web import current_node


def changes_in(versions: list[Version], n: int) -> list[Change]:
    """What the n-th version changed of the one before; nothing where one of them was erased."""
    if not 0 < n < len(versions):
        return []
    before, after = versions[n - 1], versions[n]
    if before.body is None or after.body is None or after.kind != "corrected":
        return []
    village = after.stream.partition("/")[0]
    form = forms(current_node().journal, village).get(after.body["form"])
    return rules.changes(form, before.body, after.body)


def result_told(notice: Notice) -> Notice | None:
    """The notice that tells the result of this one's display period."""
    return notices.result(current_node().journal, notice) if notice.display_until else None


def shown_before(notice: Notice) -> Notice | None:
    """The notice of whose display period this one tells the result."""
    if not notice.result_of:
        return None
    found = notices.notice(current_node().journal, notice.result_of)
    return found if found is not None and found.stream == notice.stream else None


def erased_because(notice: Notice) -> str:
    """Why a notice's content was deleted, or ""."""
    return erasures.reason_of(current_node().journal, notice)


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        changes_in=changes_in,
        result_told=result_told,
        shown_before=shown_before,
        erased_because=erased_because,
    )
