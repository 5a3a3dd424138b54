"""The press: HTML pages in, one PDF out, in a process of its own (`python -m kiosk.printing`).

Apart from the node, because the layout of a long batch takes seconds of processor time and much
memory, and because its libraries in C must not take the board down with them: the node kills a
press that takes too long. It runs at a lower priority than the board.

In, on standard input, JSON: {"documents": [html, ...], "files": {"/static/print.css": path, ...}}.
Every document counts its own pages ("第 1 页 共 3 页" of each notice); all become one PDF with the
fonts' used glyphs in it. Nothing is fetched but `files`: no other address, no other path.
Out, on standard output, the PDF and exit code 0; else one of the codes below and the reason on
standard error.
"""

import io
import json
import logging
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

BASE = "http://kiosk.invalid/"
FONTS = (
    "Noto Sans CJK SC,Source Han Sans SC,Source Han Sans CN,Microsoft YaHei,PingFang SC,"
    "Hiragino Sans GB,WenQuanYi Micro Hei,sans-serif"
)
"""For text inside drawings, which the pages' style sheets do not reach; as `--sans` there."""

NO_LIBRARY = 3
NO_FONT = 4

EVERY_PAGE = frozenset("第页共")
"""Characters that stand on every page: a font without them is no Chinese font."""

PAGES_HELD = 60
"""Pages laid out before they are written: a page holds some megabytes until then."""

MEMORY = 3 << 30
"""Bytes of addresses that the press may take; two hundred notices take a third of a gigabyte."""

PHOTO_DPI = 160
PHOTO_QUALITY = 80

TYPES = {".css": "text/css", ".svg": "image/svg+xml"}

_CODEPOINT = re.compile(r"U\+([0-9A-F]{4,6})")


class MissingGlyphs(logging.Handler):
    """Collects the characters that no installed font has."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if ".notdef" in message and (codepoint := _CODEPOINT.search(message)):
            self.found.add(chr(int(codepoint[1], 16)))


def main() -> int:
    # What libraries print must not end up in the PDF.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _be_modest()
    job = json.load(sys.stdin.buffer)
    try:
        import weasyprint
    except OSError as error:
        print(error, file=sys.stderr)
        return NO_LIBRARY
    missing = MissingGlyphs()
    log = logging.getLogger("weasyprint")
    log.handlers, log.propagate = [missing], False
    data = pressed(weasyprint, job["documents"], job["files"])
    if missing.found & EVERY_PAGE:
        return NO_FONT
    if missing.found:
        print(f"no glyph for {' '.join(sorted(missing.found))}", file=sys.stderr)
    out.write(data)
    out.close()
    return 0


def _be_modest() -> None:
    """The board goes first, and a page that eats memory ends this process, not the machine's."""
    if os.name == "nt":
        return
    import resource

    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def pressed(weasyprint: Any, documents: list[str], files: dict[str, str]) -> bytes:
    """The documents laid out one after the other, as one PDF."""
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher(files)
    fonts = FontConfiguration()
    parts: list[bytes] = []
    pages: list[Any] = []
    for number, document in enumerate(documents, 1):
        html = weasyprint.HTML(string=document, base_url=BASE, url_fetcher=fetcher)
        for drawing in html.etree_element.iter("{http://www.w3.org/2000/svg}svg"):
            drawing.set("font-family", FONTS)
        laid_out = html.render(font_config=fonts, dpi=PHOTO_DPI, jpeg_quality=PHOTO_QUALITY)
        pages += laid_out.pages
        if len(pages) >= PAGES_HELD or number == len(documents):
            parts.append(laid_out.copy(pages).write_pdf(dpi=PHOTO_DPI, jpeg_quality=PHOTO_QUALITY))
            pages = []
    return parts[0] if len(parts) == 1 else _joined(parts)


def _joined(parts: list[bytes]) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for part in parts:
        writer.append(io.BytesIO(part), import_outline=False)
    writer.metadata = PdfReader(io.BytesIO(parts[0])).metadata
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _fetcher(files: dict[str, str]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Given(URLFetcher):  # type: ignore[misc]
        """Answers for the given files; everything else is not there."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = files.get(urlsplit(url).path) if url.startswith(BASE) else None
            if path is None:
                raise ValueError(f"not given: {url}")
            type = TYPES.get(Path(path).suffix, "application/octet-stream")
            return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": type})

    return Given()
