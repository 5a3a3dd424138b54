"""Kinds and bodies, all on a node's public stream, subject = the notice's id (ULID):

- `notice.published`: {item (catalogue id, or "township"), affairs ("party", "village", "finance"
  or "township"), title, form, period ("2026Q2", "2026-05", "2026H1", "2026" or ""), event (id of
  the duty's event, or ""), content {by form}, attachments [{sha, name, type, width, height}],
  reviews [{by, name, on}], display_until ("YYYY-MM-DD" or ""), contact, and where it tells the
  result of a display period result_of (that notice's id)}
- `notice.corrected`: the same in full, and {reason}
- `notice.withdrawn`: {reason}

Content is what the form that the notice names says of it (`kiosk.rules.forms`), money in fen. Five
forms have a shape that sums, charts and imports rely on:

- finance_statement {opening, income [{name, amount, sub}], expense [same], closing, note}; a `sub`
  line (其中) is shown and not summed
- ledger {opening, closing, lines [{on, summary, income, expense, handler}], note}
- person_list {columns [{name, amount}], rows [[text, fen or null]], total, note}
- decision {text, steps [{name, on, place, chair, entitled, present, for, against, abstain}]}
- notice {text}

Of these a photo of a voucher or of minutes (`voucher`, `minutes`: the sha of an attachment) and a
decision's `finish` (the day on which it is to be carried out) may be missing. Any other form, also
one that this node does not know, may have any plain content: a township's forms come by another
stream than the notice, and may come after it.

A notice is the outcome of its entries in the order of its stream: the first publication makes it,
corrections replace it, and what comes after a withdrawal says nothing. An entry whose body was
erased, or is not of this shape (another node's program may be wrong), stands as 内容已删除.
"""

import json
import re
from datetime import date
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room
from kiosk.rules import forms, spoken
from kiosk.rules.calendar import Period, PeriodMalformed

ERASED_TITLE = "内容已删除"
AFFAIRS = ("party", "village", "finance", "township")

migrations = Migrations("notices")


@migrations()
def m001_notices(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE notices (
            id TEXT NOT NULL,
            stream TEXT NOT NULL,
            village TEXT NOT NULL,
            item TEXT NOT NULL,
            affairs TEXT NOT NULL,
            title TEXT NOT NULL,
            form TEXT NOT NULL,
            period TEXT NOT NULL,
            event TEXT NOT NULL,
            state TEXT NOT NULL,
            published_at TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            display_until TEXT NOT NULL,
            versions INTEGER NOT NULL,
            first_seq INTEGER NOT NULL,
            last_seq INTEGER NOT NULL,
            body TEXT,
            words TEXT NOT NULL,
            pinyin TEXT NOT NULL,
            initials TEXT NOT NULL,
            PRIMARY KEY (id, stream)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE notice_versions (
            notice TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            body TEXT,
            reason TEXT NOT NULL,
            PRIMARY KEY (notice, stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE notice_blobs (
            sha TEXT NOT NULL,
            type TEXT NOT NULL,
            notice TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (sha, notice, stream, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX notices_newest ON notices (village, affairs, published_at)",
        "CREATE INDEX notices_by_item ON notices (village, item, period)",
    ):
        db.execute(statement)


@migrations()
def m002_results(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE notice_results (
            notice TEXT NOT NULL,
            stream TEXT NOT NULL,
            result_of TEXT NOT NULL,
            PRIMARY KEY (result_of, stream, notice)
        ) WITHOUT ROWID
        """
    )


@migrations()
def m002_rank(db: Database) -> None:
    """Lists go by rank: what an older board had comes after everything posted here."""
    for statement in (
        "ALTER TABLE notices ADD COLUMN rank TEXT NOT NULL DEFAULT ''",
        "UPDATE notices SET rank = '1' || published_at",
        "CREATE INDEX notices_by_rank ON notices (village, affairs, rank)",
        "DROP INDEX notices_newest",
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    if not entry.stream.endswith("/public"):
        return
    body = entry.body
    reason = str(body.get("reason", "")) if body else ""
    if entry.kind != "notice.withdrawn" and not is_readable(body):
        body = None
    db.execute(
        "INSERT OR REPLACE INTO notice_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            entry.subject,
            entry.stream,
            entry.seq,
            entry.kind.removeprefix("notice."),
            entry.at,
            entry.actor,
            None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True),
            reason,
        ],
    )
    db.execute(
        "DELETE FROM notice_blobs WHERE notice = ? AND stream = ? AND seq = ?",
        [entry.subject, entry.stream, entry.seq],
    )
    for attachment in (body or {}).get("attachments", ()):
        db.execute(
            "INSERT OR REPLACE INTO notice_blobs VALUES (?, ?, ?, ?, ?)",
            [attachment["sha"], attachment["type"], entry.subject, entry.stream, entry.seq],
        )
    _derive(db, entry.subject, entry.stream)


def _derive(db: Database, id: str, stream: str) -> None:
    """Writes the notice's row from its versions; none where it was never published."""
    row: dict[str, Any] | None = None
    versions = db.query(
        "SELECT * FROM notice_versions WHERE notice = ? AND stream = ? ORDER BY seq", [id, stream]
    )
    for version in list(versions):
        kind, text = version["kind"], version["body"]
        body = json.loads(text) if text else None
        if row is None:
            if kind != "published":
                continue
            row = {
                "id": id,
                "stream": stream,
                "village": stream.split("/", 1)[0],
                "state": "published",
                "published_at": version["at"],
                "versions": 0,
                "first_seq": version["seq"],
                **_of_body(body, text),
            }
        elif kind == "published" or row["state"] == "withdrawn":
            continue
        elif kind == "corrected":
            row |= {"state": "corrected", **_of_body(body, text)}
        else:
            row["state"] = "withdrawn"
        if kind != "withdrawn":
            row["rank"] = _rank(body, row["published_at"])
        row |= {
            "changed_at": version["at"],
            "last_seq": version["seq"],
            "versions": row["versions"] + 1,
        }
    if row is not None:
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        db.execute(f"INSERT OR REPLACE INTO notices ({names}) VALUES ({places})", row)
    db.execute("DELETE FROM notice_results WHERE notice = ? AND stream = ?", [id, stream])
    if row is not None and row["body"] and row["state"] != "withdrawn":
        told = json.loads(row["body"]).get("result_of")
        if told:
            db.execute("INSERT INTO notice_results VALUES (?, ?, ?)", [id, stream, told])


def _of_body(body: dict[str, Any] | None, text: str | None) -> dict[str, Any]:
    if body is None:
        kept = dict.fromkeys(
            ("item", "affairs", "form", "period", "event", "display_until", "words", "pinyin"), ""
        )
        return {**kept, "initials": "", "title": ERASED_TITLE, "body": None}
    pinyin, initials = spoken.pinyin(body["title"])
    kept = {
        name: body[name]
        for name in ("item", "affairs", "title", "form", "period", "event", "display_until")
    }
    words = " ".join([body["title"], *texts(body["content"])]).lower()
    return {**kept, "words": words, "pinyin": pinyin, "initials": initials, "body": text}


def _rank(body: dict[str, Any] | None, published_at: str) -> str:
    historic = (body or {}).get("historic")
    return "1" + published_at if historic is None else "0" + historic["published_on"]


def texts(value: Any) -> list[str]:
    """Every text in a content, in order of its keys."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        return [text for key in sorted(value) for text in texts(value[key])]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return []


def is_readable(body: dict[str, Any] | None) -> bool:
    """Whether a publication's body has the shape that this program writes and shows."""
    return (
        isinstance(body, dict)
        and all(
            isinstance(body.get(name), str)
            for name in ("item", "title", "form", "period", "event", "display_until", "contact")
        )
        and isinstance(body.get("result_of", ""), str)
        and body.get("affairs") in AFFAIRS
        and _is_period(body["period"])
        and _is_day(body["display_until"])
        and _list_of(body.get("attachments"), sha=str, name=str, type=str, width=int, height=int)
        and _list_of(body.get("reviews"), by=str, name=str, on=str)
        and all(_is_day(review["on"]) for review in body["reviews"])
        and _is_historic(body.get("historic"))
        and _content_is_readable(body["form"], body.get("content"))
    )


def _content_is_readable(form: str, content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    fen = (int, type(None))
    match form:
        case "finance_statement":
            lines = (content.get("income"), content.get("expense"))
            return _has(content, opening=fen, closing=fen, note=str) and all(
                _list_of(line, name=str, amount=int, sub=bool) for line in lines
            )
        case "ledger":
            return (
                _has(content, opening=fen, closing=fen, note=str)
                and _list_of(
                    content.get("lines"), on=str, summary=str, income=int, expense=int, handler=str
                )
                and all(_is_day(line["on"]) for line in content["lines"])
            )
        case "person_list":
            columns, rows = content.get("columns"), content.get("rows")
            return (
                _has(content, total=fen, note=str)
                and _list_of(columns, name=str, amount=bool)
                and isinstance(rows, list)
                and all(_row_fits(row, columns) for row in rows)
            )
        case "decision":
            counts = dict.fromkeys(("entitled", "present", "for", "against", "abstain"), fen)
            return (
                _has(content, text=str)
                and _list_of(content.get("steps"), name=str, on=str, place=str, chair=str, **counts)
                and all(_is_day(step["on"]) for step in content["steps"])
            )
        case "notice":
            return _has(content, text=str)
        case _:
            return forms.is_plain(content)


_PARTS_OF_A_DAY = re.compile(r"(?:\d{4}(?:-(?:0[1-9]|1[0-2]))?)?")


def _is_historic(value: Any) -> bool:
    """Whether what is said of an older board is readable; most notices say nothing of one."""
    if value is None:
        return True
    if not _has(value, published_on=str, source=str):
        return False
    on = value["published_on"]
    return bool(_PARTS_OF_A_DAY.fullmatch(on)) or _is_day(on)


def _is_period(text: str) -> bool:
    try:
        return not text or bool(Period.parse(text))
    except PeriodMalformed:
        return False


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _row_fits(row: Any, columns: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == len(columns)
        and all(
            cell is None or isinstance(cell, int if column["amount"] else str)
            for cell, column in zip(row, columns, strict=True)
        )
    )


def _has(value: Any, **types: Any) -> bool:
    return isinstance(value, dict) and all(
        name in value and isinstance(value[name], type_) for name, type_ in types.items()
    )


def _list_of(value: Any, **types: Any) -> bool:
    return isinstance(value, list) and all(_has(item, **types) for item in value)


ROOM = Room(
    name="notices",
    kinds=frozenset({"notice.published", "notice.corrected", "notice.withdrawn"}),
    tables=("notices", "notice_versions", "notice_blobs", "notice_results"),
    migrations=migrations,
    apply=apply,
)
