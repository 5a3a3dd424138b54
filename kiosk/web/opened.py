"""What all open data has in common: who asks for which village, pages, and the answer's headers.

Everything here may be read from any site and kept for a minute; what did not change is not sent
again (RFC 9110, ETag).
"""

from dataclasses import dataclass
from math import ceil
from urllib.parse import urlencode

from flask import Response, abort, request

from kiosk.node import Node
from kiosk.notices.queries import AFFAIRS_NAMES
from kiosk.villages import queries as villages

PER_PAGE = 50
MOST_PER_PAGE = 100


@dataclass(frozen=True)
class Page:
    """One page of a list of `total`; `number` counts from 1."""

    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        return max(ceil(self.total / self.per_page), 1)

    @property
    def start(self) -> int:
        """How many of the list stand before this page."""
        return (self.number - 1) * self.per_page

    @property
    def next(self) -> str | None:
        return self._url(self.number + 1)

    @property
    def previous(self) -> str | None:
        return self._url(self.number - 1)

    def as_json(self) -> dict[str, int | str | None]:
        return {
            "page": self.number,
            "per_page": self.per_page,
            "pages": self.pages,
            "total": self.total,
            "next": self.next,
            "previous": self.previous,
        }

    def _url(self, number: int) -> str | None:
        """The address of another page of the same list, None where there is no such page."""
        if not 1 <= number <= self.pages:
            return None
        args = {**request.args.to_dict(), "page": number, "per_page": self.per_page}
        return f"{request.base_url}?{urlencode(args)}"


def page_asked(total: int) -> Page:
    """The page asked for by `?page=` and `?per_page=`; what is no such number is forgiven."""
    per_page = min(max(request.args.get("per_page", PER_PAGE, type=int), 1), MOST_PER_PAGE)
    number = min(max(request.args.get("page", 1, type=int), 1), 1_000_000)
    return Page(number, per_page, total)


def village_asked(node: Node) -> str | None:
    """The code asked for, None for all that stands here. Unknown ones answer 404."""
    code = request.args.get("village", "")
    if code and villages.village(node.journal, code) is None:
        abort(404)
    return code or None


def affairs_asked() -> str | None:
    wanted = request.args.get("affairs", "")
    if wanted and wanted not in AFFAIRS_NAMES:
        abort(404)
    return wanted or None


def names(node: Node) -> dict[str, str]:
    """The names of all nodes whose notices may stand here, by code."""
    found = {each.code: each.name for each in villages.known(node.journal)}
    for code in {stream.split("/", 1)[0] for stream in node.journal.streams()}:
        if (described := villages.village(node.journal, code)) is not None:
            found[code] = described.name
    return found


def opened(answer: Response) -> Response:
    """The answer, for everybody and for a minute; 304 where the reader has it."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def csv_answer(file: bytes, name: str) -> Response:
    answer = Response(file, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return opened(answer)
