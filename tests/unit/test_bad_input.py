"""Files that are damaged, dressed up, locked, enormous or meant to do harm.

Each is refused with one sentence that says what to do; nothing of it stays, and neither memory nor
time run away. What is taken is text and pictures, made anew.
"""

import csv
import io
import json
import random
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime

import docx
import openpyxl
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from PIL import Image

from kiosk import clock, create_app, drafts, people
from kiosk.attachments import FileRefused, archives, check, documents, grids, pages, photos
from kiosk.cli import main
from kiosk.web import sheets

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SHEET = "xl/worksheets/sheet1.xml"


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows or [("项目", "金额"), ("一、收入", None), ("租金", 5), ("电费", 3)]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word(*paragraphs):
    made = docx.Document()
    for text in paragraphs or ("正文",):
        made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(data, **parts):
    """An Office file with other content for its parts (a function of the old, or bytes)."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            new = parts.pop(name, None)
            old = source.read(name)
            target.writestr(name, old if new is None else new(old) if callable(new) else new)
        for name, new in parts.items():
            target.writestr(name, new)
    return out.getvalue()


def in_xml(marker, entities):
    """Puts a document type definition before the root, and an entity in its text."""

    def change(old):
        head, rest = old.split(b"?>", 1) if b"?>" in old[:200] else (b"<?xml version='1.0'", old)
        return head + b"?>" + entities + rest.replace(marker, b"&a9;" + marker, 1)

    return change


LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'


def cells(count):
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
        b'2006/main"><sheetData>'
        + b"".join(
            b'<row r="%d">' % row
            + b"".join(b'<c r="%s%d"><v>1</v></c>' % (column, row) for column in COLUMNS)
            + b"</row>"
            for row in range(1, count // len(COLUMNS) + 2)
        )
        + b"</sheetData></worksheet>"
    )


COLUMNS = [bytes([65 + n]) for n in range(26)]


def picture(size=(60, 40), format="JPEG", **more):
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, format, **more)
    return out.getvalue()


def pdf_of(*objects):
    """A PDF of these objects, from 1; the first is the catalogue."""
    out, offsets = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % it for it in offsets)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
        )
        + b"startxref\n%d\n%%%%EOF" % len(out)
    )


def stream(head, data):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (head, len(data), data)


def pdf_page(resources, content, *more):
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>"
        % resources,
        stream(b"", content),
        *more,
    )


def pdf_image_bomb():
    """A kilobyte that draws a picture of 3.6 gigabytes."""
    zeros = zlib.compressobj(9)
    data = b"".join(zeros.compress(bytes(1 << 20)) for _ in range(64)) + zeros.flush()
    image = stream(
        b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Filter/FlateDecode",
        data,
    )
    return pdf_page(b"/XObject<</I 5 0 R>>", b"595 0 0 842 0 0 cm /I Do", image)


def pdf_laughs():
    """Forms that draw the next one ten times each, twelve deep."""
    forms = [
        stream(
            b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F %d 0 R>>>>"
            % (n + 6),
            b"/F Do " * 10,
        )
        for n in range(12)
    ]
    last = stream(b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]", b"0 0 5 5 re f " * 50)
    return pdf_page(b"/XObject<</F 5 0 R>>", b"/F Do", *forms, last)


def locked_pdf():
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("x")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_zip(data):
    """The same with the bit that says every part is encrypted (APPNOTE 4.4.4)."""
    made = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(mark)
        while place >= 0:
            made[place + at] |= 1
            place = made.find(mark, place + 4)
    return bytes(made)


MACRO_TYPE = b"application/vnd.ms-word.document.macroEnabled.main+xml"
WORD_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TYPES = "[Content_Types].xml"

BAD = {
    "empty": b"",
    "a program renamed": b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(200),
    "half a workbook": xlsx()[:-400],
    "half a document": word()[: len(word()) // 2],
    "a workbook with a flipped byte": (
        lambda data: data[:60] + bytes([data[60] ^ 255]) + data[61:]
    )(xlsx()),
    "a document without words": changed(word(), **{"word/document.xml": b"<w"}),
    "a web page renamed": b"<html><table><tr><td>1</table>",
    "rich text renamed": b"{\\rtf1\\ansi hello}",
    "an old document": OLE + bytes(600) + "WordDocument".encode("utf-16-le"),
    "a locked workbook": OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "a locked archive": locked_zip(word()),
    "a locked PDF": locked_pdf(),
    "a workbook with macros": changed(xlsx(), **{"xl/vbaProject.bin": b"x"}),
    "a document with macros": changed(word(), **{"word/vbaProject.bin": b"x"}),
    "a document that says it has macros": changed(
        word(), **{TYPES: lambda old: old.replace(WORD_TYPE, MACRO_TYPE)}
    ),
    "an old workbook with macros": OLE + bytes(600) + "Workbook_VBA_PROJECT".encode("utf-16-le"),
    "a zip bomb": changed(xlsx(), **{"xl/media/a.bin": bytes(archives.RATIO_FROM * 2)}),
    "a bomb of XML": changed(
        word(), **{"word/document.xml": b"<a>" + b"<b/>" * (archives.PART_LIMIT // 4)}
    ),
    "a bomb of cells": changed(xlsx(), **{SHEET: cells(archives.CELLS_LIMIT + 1000)}),
    "laughs in a workbook": changed(xlsx(), **{SHEET: in_xml(b"</v>", LAUGHS)}),
    "laughs in a document": changed(
        word(), **{"word/document.xml": in_xml("正文".encode(), LAUGHS)}
    ),
    "an entity that reads a file": changed(
        word(), **{"word/document.xml": in_xml("正文".encode(), OUTSIDE)}
    ),
    "half a PDF": pdf_page(b"", b"")[:60],
    "a PDF without pages": pdf_of(b"<</Type/Catalog>>"),
    "half a photo": picture()[:300],
    "a PNG that is none": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "a HEIC that is none": b"\0\0\0\x18ftypheic" + bytes(50),
    "random bytes": random.Random(7).randbytes(3000),
}
REFUSERS = (grids.read_grids, documents.read, photos.photo)


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_with_what_to_do(name):
    for reader in REFUSERS:
        with pytest.raises(FileRefused) as refused:
            reader(BAD[name])
        said = str(refused.value)
        assert "请" in said and said.endswith("。") and "\n" not in said and len(said) < 120, said


@pytest.mark.parametrize("name", [name for name in BAD if name != "a web page renamed"])
def test_the_command_says_the_same_in_one_line(name, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(BAD[name])
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1 and "请" in result.stderr, result.output


@pytest.mark.parametrize(
    ("reader", "size"),
    [
        (grids.read_grids, grids.BYTES_LIMIT),
        (documents.read, pages.BYTES_LIMIT),
        (check.read_file, pages.BYTES_LIMIT),
        (photos.photo, photos.BYTES_LIMIT),
    ],
)
def test_each_kind_has_its_largest_size(reader, size):
    with pytest.raises(FileRefused, match="MB"):
        reader(b"x" * (size + 1))


# ---- nothing half-stored ----


@pytest.fixture
def officer(village, monkeypatch):
    monkeypatch.setattr(people.commands, "hasher", lambda: PasswordHasher(1, 8, 1))
    people.add_account(
        village.journal,
        "王会计",
        "officer",
        node_role="village",
        actor="测试",
        password="dong-hu-9",
    )
    app = create_app(village)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    with clock.set_to(datetime(2026, 10, 16, 1, 0, tzinfo=UTC)):
        client.post("/office/login", data={"name": "王会计", "password": "dong-hu-9"})
        yield client


def test_nothing_of_a_refused_file_stays(village, officer):
    answer = officer.post("/office/drafts", data={"item": "finance.statement"})
    id = answer.headers["Location"].rsplit("/", 1)[1]

    def state():
        kept = [
            village.journal.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("draft_tables", "draft_documents")
        ]
        folder = village.config.dir / "blobs"
        files = sorted(str(path) for path in folder.rglob("*")) if folder.exists() else []
        return json.dumps(drafts.draft(village.journal, id).values, sort_keys=True), kept, files

    before = state()
    for name, data in BAD.items():
        for field, act in (("table", "import"), ("document", "document"), ("photo", "photo")):
            answer = officer.post(
                f"/office/drafts/{id}",
                data={"do": act, field: (io.BytesIO(data), f"{name}.xlsx")},
                content_type="multipart/form-data",
            )
            assert answer.status_code == 302, name
            assert not answer.headers["Location"].endswith(("/table", "/document")), (name, field)
            assert "请" in officer.get(f"/office/drafts/{id}").get_data(as_text=True)
    assert state() == before


# ---- memory and time ----

MEASURED = """
import resource, sys
from kiosk.attachments import FileRefused, documents, grids, photos
reader = {"grids": grids.read_grids, "documents": documents.read, "photos": photos.photo}
try:
    reader[sys.argv[1]](sys.stdin.buffer.read())
except FileRefused as refused:
    print(refused)
else:
    print("taken")
# ru_maxrss is in kilobytes on Linux, in bytes on macOS; on Linux a process begins with that of the
# one that started it, so its own peak is read from its memory map.
unit = 1 if sys.platform == "darwin" else 1024
try:
    with open("/proc/self/status") as status:
        own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except FileNotFoundError:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * unit)
"""


def measured(reader, data, seconds=60):
    """What became of it, and the most memory that it took, in bytes."""
    pytest.importorskip("resource", reason="memory is measured where the system tells it")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, reader], input=data, capture_output=True, timeout=seconds
    )
    assert done.returncode == 0, done.stderr.decode()
    said, used = done.stdout.decode().splitlines()
    return said, int(used)


def plain_png(width, height):
    """A picture of one colour, made row by row."""
    packer = zlib.compressobj(9)
    row = bytes(width * 4 + 1)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(name, body):
        return (
            len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        )

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x06\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("reader", "data", "says"),
    [
        ("grids", BAD["a zip bomb"], "太大"),
        ("grids", BAD["a bomb of cells"], "太大"),
        ("grids", BAD["laughs in a workbook"], "不能上传"),
        ("documents", BAD["a bomb of XML"], "太大"),
        ("photos", plain_png(20_000, 20_000), "5000 万像素"),
        ("documents", pdf_image_bomb(), ""),
    ],
    ids=["zip", "cells", "entities", "xml", "pixels", "pdf"],
)
def test_what_would_take_gigabytes_is_told_before_it_does(reader, data, says):
    said, used = measured(reader, data)
    assert says in said
    assert used < 1_100_000_000 if reader == "documents" else used < 250_000_000


def test_the_largest_that_is_taken_fits_a_small_machine():
    said, used = measured("photos", plain_png(7_000, 7_000))
    assert said == "taken" and used < 700_000_000
    said, used = measured(
        "grids", changed(xlsx(), **{SHEET: cells(18_000 * len(COLUMNS))}), seconds=120
    )
    assert said == "taken" and used < 900_000_000


def test_a_pdf_that_draws_for_ever_is_stopped(monkeypatch):
    monkeypatch.setattr(pages, "SECONDS_LIMIT", 3)
    with pytest.raises(FileRefused, match="太复杂"):
        pages.pages(pdf_laughs())


# ---- dressed up ----


@pytest.mark.parametrize(
    "data",
    [
        picture() + changed(xlsx(), **{"evil.class": b"payload"}),
        picture(comment=b"<script>payload</script>"),
        picture(format="GIF") + b"payload PK\x05\x06",
        picture(format="PNG") + b"<?php payload",
    ],
    ids=["jpeg+zip", "jpeg+script", "gif+jar", "png+php"],
)
def test_of_a_picture_only_the_picture_is_kept(data):
    made = photos.photo(data)
    assert b"payload" not in made.data and b"PK\x03\x04" not in made.data
    assert Image.open(io.BytesIO(made.data)).format in ("JPEG", "PNG")


def test_of_a_page_only_its_picture_is_kept():
    import pypdf
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_page(b"", b"0 0 5 5 re f")))
    writer.add_attachment("evil.exe", b"MZ payload")
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.launchURL('http://evil.test')"),
        }
    )
    out = io.BytesIO()
    writer.write(out)
    (page,) = documents.read(out.getvalue() + b"payload").pages
    assert Image.open(io.BytesIO(page.picture.data)).format in ("JPEG", "PNG")
    assert b"payload" not in page.picture.data


def test_where_a_photo_was_taken_does_not_stay():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (35.0, 15.0, 1.0)
    for format in ("JPEG", "PNG", "WEBP"):
        data = picture(format=format, exif=exif.tobytes())
        assert b"PhoneMaker" in data
        made = photos.photo(data)
        kept = Image.open(io.BytesIO(made.data))
        assert b"PhoneMaker" not in made.data and not kept.getexif() and "exif" not in kept.info


# ---- formulas ----

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "＝1")


def test_what_is_imported_as_text_stays_text():
    rows = "\n".join(f'"{text.strip()}","5"' for text in FORMULAS)
    (grid,) = grids.read_grids(f"项目,金额\n{rows}\n".encode())
    assert [grid.value(row, 1) for row in range(2, 8)] == [text.strip() for text in FORMULAS]
    (paragraph,) = documents.read(word("=cmd|' /C calc'!A0")).paragraphs
    assert paragraph.text == "=cmd|' /C calc'!A0"


def test_a_formula_gives_the_result_that_was_saved_or_is_refused():
    with pytest.raises(FileRefused, match="B2"):
        grids.read_grids(xlsx(("项目", "金额"), ("租金", "=HYPERLINK(1)"), ("电费", 3)))


def test_what_is_exported_is_never_a_formula():
    table = sheets.csv_file(("标题",), [(text,) for text in FORMULAS])
    cells = [row[0] for row in csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))][1:]
    assert cells == [f"'{text}" for text in FORMULAS]
    book = openpyxl.load_workbook(
        io.BytesIO(sheets.xlsx("表", (("标题", 20),), [(text,) for text in FORMULAS]))
    )
    assert all(cell.data_type == "s" for (cell,) in book.active.iter_rows(min_row=2))
