"""Beginning, saving and closing a draft."""

import json
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.drafts import queries
from kiosk.journal.log import Journal


class NoSuchDraft(KeyError):
    """There is no open draft of that id: it was published or thrown away."""


class Overtaken(ValueError):
    """The draft was saved after the form that sends this was shown."""


def begin(journal: Journal, values: dict[str, Any], *, actor: str) -> str:
    """A new draft with these values (see `kiosk.drafts.projection`); its id."""
    id = str(ULID.from_datetime(clock.now()))
    journal.append("self", "draft.saved", id, values, actor=actor)
    return id


def save(journal: Journal, id: str, values: dict[str, Any], *, actor: str) -> None:
    """Saves the draft where it changed. Raises NoSuchDraft."""
    with journal.writing() as db:
        _must_be_open(journal, id)
        db.execute("DELETE FROM draft_typed WHERE draft = ?", [id])
        held = queries.draft(journal, id)
        if held is None or held.values != values:
            journal.append("self", "draft.saved", id, values, actor=actor)


def keep_typed(journal: Journal, id: str, values: dict[str, Any], after: int | None = None) -> None:
    """Keeps what stands in the form between two savings.

    `after` is the place of the saving that the form was filled from. Raises NoSuchDraft, or
    Overtaken where the draft was saved since, so that a late message undoes nothing.
    """
    with journal.writing() as db:
        _must_be_open(journal, id)
        held = queries.draft(journal, id)
        if after is not None and held is not None and held.seq != after:
            raise Overtaken(id)
        db.execute(
            "INSERT OR REPLACE INTO draft_typed VALUES (?, ?, ?)",
            [id, clock.stamp(), json.dumps(values, ensure_ascii=False)],
        )


def keep_table(journal: Journal, id: str, name: str, data: bytes) -> None:
    """Keeps the uploaded table, so that it can be read again. Raises NoSuchDraft."""
    with journal.writing() as db:
        _must_be_open(journal, id)
        db.execute("INSERT OR REPLACE INTO draft_tables VALUES (?, ?, ?)", [id, name, data])


def keep_match(journal: Journal, form: str, columns: dict[str, str], *, actor: str) -> None:
    """Keeps what the columns of a table were taken for, by heading, where it is not kept so."""
    known = queries.kept_match(journal, form)
    new = {heading: told for heading, told in columns.items() if known.get(heading) != told}
    if new:
        journal.append("self", "match.kept", form, {"columns": new}, actor=actor)


def drop_table(journal: Journal, id: str) -> None:
    """Forgets the uploaded table."""
    journal.db.execute("DELETE FROM draft_tables WHERE draft = ?", [id])


def keep_document(journal: Journal, id: str, name: str, data: bytes) -> None:
    """Keeps an uploaded document until its pages are chosen. Raises NoSuchDraft."""
    with journal.writing() as db:
        _must_be_open(journal, id)
        db.execute("INSERT OR REPLACE INTO draft_documents VALUES (?, ?, ?)", [id, name, data])


def drop_document(journal: Journal, id: str) -> None:
    """Forgets the uploaded document."""
    with journal.writing() as db:
        db.execute("DELETE FROM draft_documents WHERE draft = ?", [id])


def discard(journal: Journal, id: str, *, actor: str, reason: str = "discarded") -> None:
    """Closes the draft and erases what was saved of it, once; all of it or nothing.

    It may hold what must not stay: the ID numbers of a table as it was uploaded.
    """
    with journal.writing() as db:
        if queries.draft(journal, id) is None:
            return
        journal.append("self", "draft.discarded", id, {"reason": reason}, actor=actor)
        for entry in journal.find(id, "draft.saved"):
            if entry.body is not None:
                journal.erase("self", entry.seq, actor=actor, reason="草稿已关闭")
        db.execute("DELETE FROM draft_typed WHERE draft = ?", [id])
        db.execute("DELETE FROM draft_tables WHERE draft = ?", [id])
        db.execute("DELETE FROM draft_documents WHERE draft = ?", [id])


def _must_be_open(journal: Journal, id: str) -> None:
    if queries.draft(journal, id) is None:
        raise NoSuchDraft(id)
