"""The pages of a PDF: each as text and as a picture, made in a process of its own.

PDF is a language for drawing, and a file of a few kilobytes can ask for gigabytes or for hours.
pdfium (the PDF engine of Chromium) draws it, without scripts, forms or attachments, in a child
process whose memory and time are bounded; whatever goes wrong there ends the child, not the node.

Of each page only its own content is drawn, which is what its text is read from. Annotations and
filled-in form fields are not drawn, since their words could not be checked; that they are there is
told.

The child reads the PDF from standard input and writes one JSON line for the document, then one for
each page: {"text", "unread", "aside", "picture" {"data" (base64), "width", "height", "type"} or
null}.
"""

import base64
import binascii
import contextlib
import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kiosk.attachments import FileRefused
from kiosk.attachments.photos import LONG_SIDE, Photo, encoded

BYTES_LIMIT = 20 * 1024 * 1024
PAGES_LIMIT = 30
SECONDS_LIMIT = 90
MEMORY_LIMIT = 1 << 30
"""Address space of the child in bytes, where the system can bound it."""
IMAGE_SHARE = 0.1
DRAWING_BYTES = 300_000
"""A page of print is smaller and sharper as PNG; one that is not is a photo."""
TEXT_LIMIT = 100_000
"""Characters of one page."""

_DAMAGED = "这个 PDF 打不开，可能没有保存完整，请重新导出一次再上传。"
_LOCKED = "这个 PDF 加了密码，请去掉密码、另存一次再上传。"
_TOO_MANY = f"这个 PDF 超过 {PAGES_LIMIT} 页，请只保留要公开的部分，或分成几份。"
_TOO_HARD = "这个 PDF 太复杂，程序画不出来。请把它打印成新的 PDF，或逐页拍照上传。"


@dataclass(frozen=True)
class Page:
    """A page: `number` from 1, its text, and its picture where one was asked for.

    `unread`: there are words to see that the text lacks (a scan, a large picture, a font without
    its characters). `aside`: the page's annotations or form fields are not in the picture.
    """

    number: int
    text: str
    picture: Photo | None
    unread: bool
    aside: bool


def pages(data: bytes, *, pictures: bool = True) -> list[Page]:
    """The pages of a PDF, at most PAGES_LIMIT.

    Raises FileRefused for one that is too large, too long, encrypted, damaged, or too hard to draw.
    """
    if len(data) > BYTES_LIMIT:
        raise FileRefused("PDF 超过 20 MB，请压缩后或只保留要公开的部分再上传。")
    asked = [
        sys.executable,
        "-P",
        "-m",
        "kiosk.attachments.pages",
        *(["--pictures"] if pictures else []),
    ]
    try:
        done = subprocess.run(asked, input=data, capture_output=True, timeout=SECONDS_LIMIT)
    except subprocess.TimeoutExpired:
        raise FileRefused(_TOO_HARD) from None
    lines = done.stdout.splitlines()
    try:
        said = json.loads(lines[0]) if lines else {}
        if "refused" in said:
            raise FileRefused(said["refused"])
        made = []
        for number, line in enumerate(lines[1:], 1):
            told = json.loads(line)
            if "refused" in told:
                raise FileRefused(told["refused"])
            made.append(_page(number, told))
    except (json.JSONDecodeError, KeyError, binascii.Error) as error:
        raise FileRefused(_TOO_HARD) from error
    if done.returncode != 0 or len(made) != said.get("pages"):
        raise FileRefused(_TOO_HARD)
    return made


def _page(number: int, told: dict[str, Any]) -> Page:
    shown = told["picture"]
    picture = shown and Photo(
        base64.b64decode(shown["data"]), shown["width"], shown["height"], shown["type"]
    )
    return Page(number, told["text"], picture, told["unread"], told["aside"])


# ---- in the child ----


def _main() -> None:
    _bound()
    out = sys.stdout
    try:
        for told in _told(sys.stdin.buffer.read(), "--pictures" in sys.argv):
            out.write(json.dumps(told) + "\n")
    except FileRefused as refused:
        out.write(json.dumps({"refused": str(refused)}) + "\n")


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows bounds neither; the time limit of the parent remains
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_LIMIT),
        (resource.RLIMIT_CPU, SECONDS_LIMIT),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS does not bound address space
            resource.setrlimit(kind, (most, most))


def _told(data: bytes, pictures: bool) -> Iterator[dict[str, Any]]:
    import pypdfium2

    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise FileRefused(_LOCKED if "password" in str(error).lower() else _DAMAGED) from error
    count = len(opened)
    if count == 0:
        raise FileRefused(_DAMAGED)
    if count > PAGES_LIMIT:
        raise FileRefused(_TOO_MANY)
    yield {"pages": count}
    for index in range(count):
        page = opened[index]
        text = _text(page)
        yield {
            "text": text,
            "unread": not _is_legible(text) or _has_large_image(page),
            "aside": _has_aside(page),
            "picture": _picture(page) if pictures else None,
        }
        page.close()


def _text(page: Any) -> str:
    opened = page.get_textpage()
    text: str = opened.get_text_range()[:TEXT_LIMIT]
    opened.close()
    return text.replace("\r\n", "\n").replace("\x00", "").replace("\ufffe", "")


def _is_legible(text: str) -> bool:
    """Whether there is text, in characters that mean something: fonts may lack their names."""
    seen = [character for character in text if not character.isspace()]
    odd = sum(unicodedata.category(it) in ("Co", "Cn", "Cc", "Cs") or it == "\ufffd" for it in seen)
    return bool(seen) and odd * 10 <= len(seen)


def _has_large_image(page: Any) -> bool:
    """Whether a picture covers so much of the page that it may hold words."""
    import pypdfium2.raw as pdfium

    wide, high = page.get_size()
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > IMAGE_SHARE * wide * high:
            return True
    return False


_LINK, _POPUP = 2, 16
"""Kinds of annotation (ISO 32000-1, 12.5.6) without words of their own."""


def _has_aside(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        pdfium.FPDFPage_CloseAnnot(annotation)
        if kind not in (_LINK, _POPUP):
            return True
    return False


def _picture(page: Any) -> dict[str, Any]:
    wide, high = page.get_size()
    if not (0 < wide < 1e6 and 0 < high < 1e6):
        raise FileRefused(_DAMAGED)
    scale = LONG_SIDE / max(wide, high)
    if min(wide, high) * scale < 8:
        raise FileRefused(_TOO_HARD)
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    drawn = bitmap.to_pil().convert("RGB")
    made = encoded(drawn, drawing=True)
    if len(made.data) > DRAWING_BYTES:
        made = encoded(drawn, drawing=False)
    return {
        "data": base64.b64encode(made.data).decode(),
        "width": made.width,
        "height": made.height,
        "type": made.type,
    }


if __name__ == "__main__":
    _main()
