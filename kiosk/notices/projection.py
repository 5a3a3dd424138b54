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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal import canonical
from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room
from kiosk.notices.shape import is_readable
from kiosk.rules import spoken

ERASED_TITLE = "内容已删除"
IDS_A_QUERY = 500
"""Names bound to one statement at most."""

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


@migrations()
def m003_wide_rows(db: Database) -> None:
    """A wide row of a table WITHOUT ROWID spills onto a page of its own, twice the writing, and
    what belongs to a notice is looked up by the notice. All is derived again after a migration."""
    for table in ("notices", "notice_versions"):
        made = db[table].schema
        db.execute(f"DROP TABLE {table}")
        db.execute(made.replace("WITHOUT ROWID", ""))
    for statement in (
        "CREATE INDEX notices_by_item ON notices (village, item, period)",
        "CREATE INDEX notices_by_rank ON notices (village, affairs, rank)",
        "CREATE INDEX notice_blobs_by_notice ON notice_blobs (notice, stream, seq)",
        "CREATE INDEX notice_results_by_notice ON notice_results (notice, stream)",
    ):
        db.execute(statement)


@dataclass(frozen=True, slots=True)
class _Version:
    """One entry of a notice. `text` is the readable body in canonical JSON, `body` the same read;
    both are None where there is none."""

    seq: int
    kind: str
    at: str
    body: dict[str, Any] | None
    text: str | None


def apply(db: Database, entry: Entry) -> None:
    apply_all(db, [entry])


def apply_all(db: Database, entries: Sequence[Entry]) -> None:
    """A notice's row follows from its own entries alone, so those of many are written at once."""
    public = [entry for entry in entries if entry.stream.endswith("/public")]
    known = _known(db, {entry.subject for entry in public})
    touched: dict[tuple[str, str], list[_Version]] = {}
    rows, blobs = [], []
    for entry in public:
        version = _version(entry)
        touched.setdefault((entry.subject, entry.stream), []).append(version)
        place = (entry.subject, entry.stream, entry.seq)
        reason = str(entry.body.get("reason", "")) if entry.body else ""
        rows.append((*place, version.kind, entry.at, entry.actor, version.text, reason))
        attachments = (version.body or {}).get("attachments", ())
        blobs += [(each["sha"], each["type"], *place) for each in attachments]
    write = db.conn.executemany
    write("INSERT OR REPLACE INTO notice_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    places = [row[:3] for row in rows]
    write("DELETE FROM notice_blobs WHERE notice = ? AND stream = ? AND seq = ?", places)
    write("INSERT OR REPLACE INTO notice_blobs VALUES (?, ?, ?, ?, ?)", blobs)
    derived = []
    for (id, stream), versions in touched.items():
        # Of a notice that is new to the tables no version was there before these.
        whole = _versions(db, id, stream) if (id, stream) in known else versions
        derived.append(_derived(id, stream, whole))
    _write(db, list(touched), [row for row in derived if row is not None])


def _version(entry: Entry) -> _Version:
    body, text = entry.body, None
    if entry.kind != "notice.withdrawn" and not is_readable(body):
        body = None
    if body is not None:
        text = entry.text or canonical.dumps(body).decode()
    return _Version(entry.seq, entry.kind.removeprefix("notice."), entry.at, body, text)


def _known(db: Database, ids: set[str]) -> set[tuple[str, str]]:
    """Notices, with their streams, of which a version is there already."""
    found: set[tuple[str, str]] = set()
    wanted = sorted(ids)
    for start in range(0, len(wanted), IDS_A_QUERY):
        some = wanted[start : start + IDS_A_QUERY]
        marks = ", ".join("?" * len(some))
        found |= set(
            db.execute(
                f"SELECT DISTINCT notice, stream FROM notice_versions WHERE notice IN ({marks})",
                some,
            )
        )
    return found


def _versions(db: Database, id: str, stream: str) -> list[_Version]:
    rows = db.execute(
        "SELECT seq, kind, at, body FROM notice_versions WHERE notice = ? AND stream = ?",
        [id, stream],
    )
    return [
        _Version(seq, kind, at, None if text is None else json.loads(text), text)
        for seq, kind, at, text in rows
    ]


def _derived(id: str, stream: str, versions: Sequence[_Version]) -> dict[str, Any] | None:
    """The notice's row, with `result_of`, from all its versions; None where it was never
    published."""
    row: dict[str, Any] | None = None
    for version in sorted(versions, key=lambda each: each.seq):
        if row is None:
            if version.kind != "published":
                continue
            row = {
                "id": id,
                "stream": stream,
                "village": stream.split("/", 1)[0],
                "state": "published",
                "published_at": version.at,
                "versions": 0,
                "first_seq": version.seq,
                **_of_body(version.body, version.text),
            }
        elif version.kind == "published" or row["state"] == "withdrawn":
            continue
        elif version.kind == "corrected":
            row |= {"state": "corrected", **_of_body(version.body, version.text)}
        else:
            row["state"] = "withdrawn"
        if version.kind != "withdrawn":
            row["rank"] = _rank(version.body, row["published_at"])
            row["result_of"] = (version.body or {}).get("result_of")
        row |= {
            "changed_at": version.at,
            "last_seq": version.seq,
            "versions": row["versions"] + 1,
        }
    return row


def _write(db: Database, touched: list[tuple[str, str]], rows: list[dict[str, Any]]) -> None:
    """The rows of the notices touched, and whose results they tell."""
    if rows:
        columns = [name for name in rows[0] if name != "result_of"]
        places = ", ".join(f":{name}" for name in columns)
        db.conn.executemany(
            f"INSERT OR REPLACE INTO notices ({', '.join(columns)}) VALUES ({places})", rows
        )
    db.conn.executemany("DELETE FROM notice_results WHERE notice = ? AND stream = ?", touched)
    db.conn.executemany(
        "INSERT INTO notice_results VALUES (?, ?, ?)",
        [
            (row["id"], row["stream"], row["result_of"])
            for row in rows
            if row["result_of"] and row["state"] != "withdrawn"
        ],
    )


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


ROOM = Room(
    name="notices",
    kinds=frozenset({"notice.published", "notice.corrected", "notice.withdrawn"}),
    tables=("notices", "notice_versions", "notice_blobs", "notice_results"),
    migrations=migrations,
    apply=apply,
    apply_all=apply_all,
)
