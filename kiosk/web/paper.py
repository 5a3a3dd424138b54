"""The paper door: what stands on the board as PDF, for anyone by a notice's address, and what the
doors of officers and supervisors need to print a village's month.

A PDF is a function of its HTML: answers carry the hash of it as ETag, and PDFs made lately are kept
in memory under it, so a second reader costs one page of HTML. One press runs at a time and few wait
for it; whoever comes then is told to try again, so that printing never fills the server's threads.
Where no PDF can be made the same page is offered as HTML for the browser's own print.
"""

import hashlib
import io
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    render_template,
    request,
    send_file,
    url_for,
)

from kiosk import clock, printing
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import AFFAIRS_NAMES, Notice
from kiosk.printing import NotPrintable, sheets
from kiosk.printing.sheets import Sheet
from kiosk.villages import queries as villages
from kiosk.web import current_node, errors, guard, public_address

SIZES = ("a4", "a3")
STYLES = ("tokens.css", "print.css")
CALLS = ("supervision_phone", "监督电话"), ("report_phone", "举报电话")

LATE_ON_COVER = 6
"""Of what is overdue, how much the brochure's cover names."""

KEPT = 32 << 20
"""Bytes of PDFs kept in memory."""

WAITING = 3
"""Requests that print or wait for the press; more are sent away."""

BUSY = "现在打印的人较多，请过一分钟再试。"
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
"""Browsers show a PDF in a page of their own making, which has inline styles."""

blueprint = Blueprint("paper", __name__)


@dataclass(frozen=True)
class Print:
    """What to print: `pages` are (kind, what) as in print/pages.html, each a document of its own
    with its own page numbers; `format` "a4", "a3" or "brochure"; `name` without an ending."""

    pages: tuple[tuple[str, Any], ...]
    format: str
    who: str
    title: str
    name: str
    contacts: tuple[tuple[str, str], ...] = ()

    def documents(self) -> list[str]:
        return [self._html([page]) for page in self.pages]

    def whole(self) -> str:
        """Everything as one page, for the browser."""
        return self._html(self.pages)

    def _html(self, pages: Sequence[tuple[str, Any]]) -> str:
        return render_template(
            "print/pages.html",
            pages=pages,
            format=self.format,
            paper="A3" if self.format == "a3" else "A4",
            who=self.who,
            title=self.title,
            contacts=self.contacts,
            today=clock.today(),
            phones=_phones,
            columns=sheets.columns,
            rows=sheets.rows,
            is_short=sheets.is_short,
            WIDE_FROM=sheets.WIDE_FROM,
            SHORT_ROWS=sheets.SHORT_ROWS,
            LATE_ON_COVER=LATE_ON_COVER,
        )


@blueprint.get("/n/<id>.<any(pdf, html):ending>")
@guard.limiter.limit("30 per minute; 300 per hour")
def notice(id: str, ending: str) -> Response:
    """One notice as a poster, A4 or `?size=a3`."""
    node = current_node()
    found = notices.notice(node.journal, id)
    if found is None:
        return errors.page(404, *errors.WORDS[404])
    if not sheets.is_printable(found):
        return errors.page(410, "这条公开不能打印", "它已经撤回，或者内容已按规定删除。")
    return answer(poster(node, found, size_asked()), ending)


def poster(node: Node, notice: Notice, size: str) -> Print:
    """One printable notice."""
    made = _sheet(node, notice)
    title = f"{made.who}{notice.title}"
    return Print((("poster", made),), size, made.who, title, f"{title} {size.upper()}")


def board(node: Node, village: str, month: date, ids: Sequence[str], size: str) -> Print:
    """A village's month for the paper board: a list for who puts it up, every notice (only `ids`
    where any are given), and what is overdue."""
    who, contacts = _who(node, village)
    shown = [
        _sheet(node, notice)
        for notice in sheets.of_month(node.journal, village, month)
        if not ids or notice.id in ids
    ][: sheets.MOST]
    pages: list[tuple[str, Any]] = [("checklist", shown), *(("poster", it) for it in shown)]
    if late := sheets.overdue(node.journal, village, clock.today()):
        pages.append(("overdue", late))
    title = f"{sheets.month_title(month)}公开栏"
    return Print(tuple(pages), size, who, title, f"{who}{title} {size.upper()}", contacts)


def brochure(node: Node, village: str, month: date) -> Print:
    """A village's month as 明白纸, without photos."""
    who, contacts = _who(node, village)
    shown = [
        _sheet(node, notice, photos=0)
        for notice in sheets.of_month(node.journal, village, month)[: sheets.MOST]
    ]
    numbered = list(enumerate(shown, 1))
    groups = [
        (name, entries)
        for affairs, name in AFFAIRS_NAMES.items()
        if (entries := [it for it in numbered if it[1].notice.affairs == affairs])
    ]
    what = {
        "month": sheets.month_title(month),
        "groups": sorted(groups, key=lambda group: group[1][0][0]),
        "late": sheets.overdue(node.journal, village, clock.today()),
    }
    title = f"{who}{sheets.month_title(month)}三务公开明白纸"
    return Print((("brochure", what),), "brochure", who, title, title, contacts)


def choice(node: Node, village: str) -> dict[str, Any]:
    """What print/choose.html shows of a village in the month asked for."""
    month, today = month_asked(), clock.today()
    described = villages.village(node.journal, village)
    return {
        "month": month,
        "months": sheets.months(described.began if described else today, today),
        "month_title": sheets.month_title,
        "notices": sheets.of_month(node.journal, village, month),
        "late": sheets.overdue(node.journal, village, today),
        "most": sheets.MOST,
    }


def board_asked(node: Node, village: str) -> Print:
    """`board` as the request's query asks for it: `month`, `id` (any number of), `size`."""
    return board(node, village, month_asked(), request.args.getlist("id"), size_asked())


def size_asked() -> str:
    """The paper's size in the request's query; A4 unless it is A3."""
    size = request.args.get("size", "").lower()
    return size if size in SIZES else SIZES[0]


def month_asked() -> date:
    """The first day of the month in the request's query ("2026-11"); this month's without one, and
    for one that has not come."""
    today = clock.today()
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        asked = today
    return sheets.month_of(min(asked, today))


def answer(asked: Print, ending: str) -> Response:
    """The print as "pdf" or "html"; 304 where the reader has it; 503 with words and the way to the
    HTML where no PDF can be made now."""
    if ending == "html":
        return make_response(asked.whole())
    documents = asked.documents()
    files = _files(documents)
    key = _key(documents, files)
    response = Response(status=304)
    if not request.if_none_match.contains(key):
        try:
            data = _made.get(key) or _press(key, documents, files)
        except NotPrintable as refused:
            return _unable(str(refused))
        response = send_file(
            io.BytesIO(data), mimetype="application/pdf", download_name=_file_name(asked.name)
        )
    response.set_etag(key)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def made(asked: Print) -> bytes:
    """The print as a PDF, kept for the next reader. Raises NotPrintable."""
    documents = asked.documents()
    files = _files(documents)
    key = _key(documents, files)
    return _made.get(key) or _press(key, documents, files)


class Kept:
    """The PDFs made lately, by the hash of what they were made of; the least used go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: str, data: bytes) -> None:
        with self._lock:
            self._held[key] = data
            while sum(map(len, self._held.values())) > self._most:
                self._held.popitem(last=False)


_made = Kept(KEPT)
_places = threading.BoundedSemaphore(WAITING)
_turn = threading.Lock()


def _press(key: str, documents: Sequence[str], files: Mapping[str, Path]) -> bytes:
    if not _places.acquire(blocking=False):
        raise NotPrintable(BUSY)
    try:
        with _turn:
            data = _made.get(key)
            if data is None:
                data = printing.pdf(documents, files)
                _made.put(key, data)
            return data
    finally:
        _places.release()


def _files(documents: Sequence[str]) -> dict[str, Path]:
    """What the documents may show: the styles, and photos that stand on the board and are here."""
    node = current_node()
    assert current_app.static_folder is not None
    files = {
        url_for("static", filename=name): Path(current_app.static_folder, name) for name in STYLES
    }
    for document in documents:
        for address, sha in _PHOTO.findall(document):
            if address in files or notices.public_blob(node.journal, sha) is None:
                continue
            if node.blobs.has(sha):
                files[address] = node.blobs.path(sha)
    return files


_PHOTO = re.compile(r'src="(/blobs/([0-9a-f]{64}))"')


def _key(documents: Sequence[str], files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for part in (*documents, *sorted(files)):
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()[:32]


def _unable(why: str) -> Response:
    path = request.path.removesuffix(".pdf") + ".html"
    query = request.query_string.decode()
    html = render_template("print/unable.html", why=why, html=f"{path}?{query}" if query else path)
    return make_response(html, 503)


def _sheet(node: Node, notice: Notice, photos: int = sheets.PHOTOS) -> Sheet:
    up = node.config.upstream
    township = node.config.name if node.config.is_township else up.name if up else "乡镇"
    return sheets.sheet(
        node.journal, notice, township=township, address=public_address(node), photos=photos
    )


def _who(node: Node, village: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    described = villages.village(node.journal, village)
    if described is None:
        return village, ()
    return described.name, _calls(described.contacts)


def _phones(sheet: Sheet) -> list[tuple[str, str]]:
    """Whom to call about a notice."""
    own = [("联系人", sheet.notice.contact)] if sheet.notice.contact else []
    return [*own, *(_calls(sheet.origin.contacts) if sheet.origin else ())]


def _calls(contacts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, contacts[key]) for key, label in CALLS if contacts.get(key))


def _file_name(name: str) -> str:
    return re.sub(r'[\\/:*?"<>|\s]+', " ", name).strip()[:80] + ".pdf"
