"""Kinds and bodies, on the township's own `self` stream:

- `report.figure_entered`, subject "<year>/<figure>": {year, figure, value, source}: a number that
  no entry here tells (permits decided, training held), by hand, with where it comes from. `figure`
  is a cell ("article_20/5/行政许可/本年处理决定数量") or one of `entered.BY_HAND`; money is in fen.
- `report.text_written`, subject "<year>/<part>": {year, part, text}: a part's words in place of the
  drafted ones; "" gives the draft back. `part` is "1", "5" or "6".

What was entered last stands.
"""

from typing import Any

from sqlite_utils import Database, Migrations

from kiosk.journal.entry import Entry
from kiosk.journal.projection import Room

migrations = Migrations("reports")


@migrations()
def m001_reports(db: Database) -> None:
    for statement in (
        """
        CREATE TABLE report_figures (
            year INTEGER NOT NULL,
            figure TEXT NOT NULL,
            value INTEGER NOT NULL,
            source TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE report_texts (
            year INTEGER NOT NULL,
            part TEXT NOT NULL,
            text TEXT NOT NULL,
            stream TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (stream, seq)
        ) WITHOUT ROWID
        """,
    ):
        db.execute(statement)


def apply(db: Database, entry: Entry) -> None:
    if not entry.stream.endswith("/self"):
        return
    place = [entry.stream, entry.seq]
    body = entry.body or {}
    written = [*place, entry.at, entry.actor]
    if entry.kind == "report.figure_entered":
        db.execute("DELETE FROM report_figures WHERE stream = ? AND seq = ?", place)
        if (
            _is_int(body.get("year"))
            and _is_int(body.get("value"))
            and _texts(body, "figure", "source")
        ):
            row = [body["year"], body["figure"], body["value"], body["source"]]
            db.execute("INSERT INTO report_figures VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row + written)
    else:
        db.execute("DELETE FROM report_texts WHERE stream = ? AND seq = ?", place)
        if _is_int(body.get("year")) and _texts(body, "part", "text"):
            row = [body["year"], body["part"], body["text"]]
            db.execute("INSERT INTO report_texts VALUES (?, ?, ?, ?, ?, ?, ?)", row + written)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 62


def _texts(body: dict[str, Any], *names: str) -> bool:
    return all(isinstance(body.get(name), str) for name in names)


ROOM = Room(
    name="reports",
    kinds=frozenset({"report.figure_entered", "report.text_written"}),
    tables=("report_figures", "report_texts"),
    migrations=migrations,
    apply=apply,
)
