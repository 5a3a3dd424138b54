"""Kinds and bodies, subject = the review's id (ULID):

On V/parent, so that the village and its township read them:
- `review.requested` {notice (the body of the notice that is to be published, in full; of a
  correction with its reason), item, corrects (id of the notice that it corrects, or ""), chain
  [keys of `catalogue.REVIEWERS` in order], days, persons (as the item's rules of that day),
  requested_by, scheduled_for (RFC 3339, or "": when the officer says so), again (id of the review
  that was sent back, or ""), unmasked (why personal data may be shown, or "")}
- `review.signed` {step, name, account ("" where somebody signed on the officer's device or on
  paper), how ("login", "hand", "paper"), hand {sha} (the picture of the handwriting; {} without
  one), photo (of the signed sheet, or ""), on ("YYYY-MM-DD")}
- `review.sent_back` {step, name, account, comment}
- `review.withdrawn` {}: the officer takes the request back
- `review.scheduled` {scheduled_for}: another time of publication
- `review.confirmed` {name}: a second person agrees that the personal data is shown
- `review.used` {notice}: it was published

On T/<V>, about the step `township`: `review.signed` and `review.sent_back` in the same shape. A
township's signature on paper stands on V/parent, where the village is not connected to it.

How a review stands follows from the set of these (`kiosk.rules.reviews`). Without its request,
malformed or erased, there is no review.
"""

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room
from kiosk.rules.catalogue import REVIEW_PERSONS, REVIEWERS
from kiosk.rules.reviews import TOWNSHIP

HOW = ("login", "hand", "paper")

migrations = Migrations("reviews")

_SHAPES: dict[str, dict[str, type]] = {
    "review.signed": {
        "step": str,
        "name": str,
        "account": str,
        "how": str,
        "hand": dict,
        "photo": str,
        "on": str,
    },
    "review.sent_back": {"step": str, "name": str, "account": str, "comment": str},
    "review.withdrawn": {},
    "review.scheduled": {"scheduled_for": str},
    "review.confirmed": {"name": str},
    "review.used": {"notice": str},
}
_REQUEST: dict[str, type] = {
    "notice": dict,
    "item": str,
    "corrects": str,
    "chain": list,
    "days": int,
    "persons": str,
    "requested_by": str,
    "scheduled_for": str,
    "again": str,
    "unmasked": str,
}


@migrations()
def m001_reviews(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE reviews (
            id TEXT NOT NULL,
            village TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            corrects TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (id, village)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE review_acts (
            review TEXT NOT NULL,
            village TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE review_blobs (
            sha TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (sha, stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX reviews_of_village ON reviews (village, at)",
        "CREATE INDEX review_acts_of ON review_acts (review, village, kind)",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    origin, channel = entry.stream.split("/", 1)
    village = channel if channel.isdigit() else origin
    body = entry.body
    if body is None or not _is_moment(entry.at):
        return
    if entry.kind == "review.requested":
        if channel == "parent" and _is_request(body):
            # A subject asked for twice is the first of them: the second is no program's of ours.
            db.execute(
                "INSERT OR IGNORE INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    entry.subject,
                    village,
                    entry.stream,
                    entry.seq,
                    entry.at,
                    entry.actor,
                    body["corrects"],
                    _json(body),
                ],
            )
            _keep_blobs(db, entry, [each.get("sha") for each in _attachments(body["notice"])])
        return
    if not _is_act(entry.kind, body, to_village=channel.isdigit(), own=channel == "parent"):
        return
    db.execute(
        "INSERT OR REPLACE INTO review_acts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            entry.subject,
            village,
            entry.stream,
            entry.seq,
            entry.kind.removeprefix("review."),
            entry.at,
            entry.actor,
            _json(body),
        ],
    )
    if entry.kind == "review.signed":
        _keep_blobs(db, entry, [body["hand"].get("sha"), body["photo"]])


def _is_request(body: dict[str, Any]) -> bool:
    return (
        _has(body, _REQUEST)
        and bool(body["chain"])
        and all(step in REVIEWERS for step in body["chain"])
        and 0 <= body["days"] <= 366
        and body["persons"] in REVIEW_PERSONS
        and (not body["scheduled_for"] or _is_moment(body["scheduled_for"]))
    )


def _is_act(kind: str, body: dict[str, Any], *, to_village: bool, own: bool) -> bool:
    """Whether an act is of its kind's shape and stands where such an act may."""
    if not _has(body, _SHAPES[kind]):
        return False
    match kind:
        case "review.signed" | "review.sent_back":
            if kind == "review.signed" and body["how"] not in HOW:
                return False
            if to_village:
                return bool(body["step"] == TOWNSHIP)
            return own and (body["step"] != TOWNSHIP or body.get("how") == "paper")
        case "review.scheduled":
            return own and (not body["scheduled_for"] or _is_moment(body["scheduled_for"]))
        case _:
            return own


def _keep_blobs(db: Database, entry: Entry, shas: list[Any]) -> None:
    for sha in shas:
        if isinstance(sha, str) and sha:
            db.execute(
                "INSERT OR IGNORE INTO review_blobs VALUES (?, ?, ?)",
                [sha, entry.stream, entry.seq],
            )


def _attachments(notice: dict[str, Any]) -> list[dict[str, Any]]:
    found = notice.get("attachments")
    return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else []


def _has(body: dict[str, Any], shape: dict[str, type]) -> bool:
    return all(isinstance(body.get(name), type_) for name, type_ in shape.items())


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


ROOM = Room(
    name="reviews",
    kinds=frozenset({"review.requested", *_SHAPES}),
    tables=("reviews", "review_acts", "review_blobs"),
    migrations=migrations,
    apply=apply,
)
