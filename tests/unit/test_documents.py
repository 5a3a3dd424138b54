import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from kiosk.attachments import FileRefused, documents, pages
from kiosk.attachments.word import in_form

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(*texts: str) -> bytes:
    import weasyprint

    made = "".join(f"<p style='page-break-after: always'>{text}</p>" for text in texts)
    return bytes(weasyprint.HTML(string=f"<style>@page {{size: A5}}</style>{made}").write_pdf())


def scan() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((840, 1188), 90).convert("RGB").save(out, "PDF")
    return out.getvalue()


def places(document) -> list:
    return [(it.cell, it.kind, it.shown_as) for it in document.personal]


def test_paragraphs_and_tables_come_in_their_order():
    made = docx.Document()
    made.add_heading("关于修路的公示", 1)
    made.add_paragraph("经村民代表会议决议，现公示如下。")
    table = made.add_table(rows=2, cols=3)
    for number, text in enumerate(("项目", "长度", "造价", "东街", "300米", "12万元")):
        table.cell(number // 3, number % 3).text = text
    made.add_paragraph("东湖村村民委员会")
    found = documents.read(saved(made))
    assert [type(block).__name__ for block in found.blocks] == [
        "Paragraph",
        "Paragraph",
        "Table",
        "Paragraph",
    ]
    assert [paragraph.level for paragraph in found.paragraphs] == [1, 0, 0]
    assert found.tables[0].rows == (("项目", "长度", "造价"), ("东街", "300米", "12万元"))
    assert found.text.splitlines() == [
        "关于修路的公示",
        "经村民代表会议决议，现公示如下。",
        "项目 | 长度 | 造价",
        "东街 | 300米 | 12万元",
        "东湖村村民委员会",
    ]


def test_merged_cells_say_their_text_once():
    made = docx.Document()
    table = made.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "收支表"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "收入"
    table.cell(1, 1).text, table.cell(2, 1).text = "租金", "利息"
    found = documents.read(saved(made)).tables[0]
    assert found.rows == (("收支表", "", ""), ("收入", "租金", ""), ("", "利息", ""))
    assert found.merges == ((1, 1, 1, 3), (2, 1, 3, 1))


def test_the_numbers_that_word_writes_by_itself_are_kept():
    made = docx.Document()
    for text, style in (
        ("修路", "List Number"),
        ("修渠", "List Number"),
        ("注意", "List Bullet"),
    ):
        made.add_paragraph(text, style=style)
    assert documents.read(saved(made)).text.splitlines() == ["1. 修路", "2. 修渠", "· 注意"]
    assert [in_form(n, "chineseCounting") for n in (1, 10, 11, 20, 35)] == [
        "一",
        "十",
        "十一",
        "二十",
        "三十五",
    ]
    assert (in_form(3, "decimalEnclosedCircle"), in_form(4, "lowerRoman")) == ("③", "iv")
    assert (in_form(2, "upperLetter"), in_form(7, "ordinal")) == ("B", "7")


def test_what_a_reader_sees_is_read_and_nothing_else():
    made = docx.Document()
    made.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')}><w:r><w:t>补助</w:t></w:r>"
            "<w:del w:id='1'><w:r><w:delText>五</w:delText></w:r></w:del>"
            "<w:ins w:id='2'><w:r><w:t>六</w:t></w:r></w:ins>"
            "<w:r><w:t>百元</w:t></w:r>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>13812345678</w:t></w:r></w:p>"
        ),
    )
    made.element.body.insert(
        1,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>控件里的字</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    found = documents.read(saved(made))
    assert found.text.splitlines() == ["补助六百元", "控件里的字"]
    assert found.personal == ()


def test_personal_data_are_found_with_their_place():
    made = docx.Document()
    made.add_paragraph("公示")
    made.add_paragraph("联系人张某，电话１３８１２３４５６７８。")
    table = made.add_table(rows=2, cols=2)
    for number, text in enumerate(("户主", "致贫原因", "王某", "因病")):
        table.cell(number // 2, number % 2).text = text
    assert places(documents.read(saved(made))) == [
        ("第2段", "mobile", "138****5678"),
        ("表1!B2", "health", ""),
    ]
    pages_found = documents.read(pdf("村务公开", "身份证 371702197709059956"), pictures=False)
    assert places(pages_found) == [("第2页", "id_number", "3717************56")]


def test_a_pdf_is_shown_page_by_page():
    found = documents.read(pdf("第一页的字", "第二页的字"))
    assert [(page.number, page.text.strip(), page.unread) for page in found.pages] == [
        (1, "第一页的字", False),
        (2, "第二页的字", False),
    ]
    shown = Image.open(io.BytesIO(found.pages[0].picture.data))
    assert max(shown.size) == 1920 and found.pages[0].picture.type == "image/png"
    assert found.text == "第一页的字\n第二页的字"


def test_of_a_scanned_page_it_is_said_that_it_cannot_be_read():
    (page,) = documents.read(scan()).pages
    assert (page.text, page.unread, page.picture.type) == ("", True, "image/jpeg")


def test_notes_on_a_page_are_left_out_and_that_is_said():
    import pypdf
    from pypdf.annotations import FreeText

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("合同")))
    writer.add_annotation(0, FreeText(text="13812345678", rect=(50, 50, 200, 90)))
    out = io.BytesIO()
    writer.write(out)
    (page,) = pages.pages(out.getvalue(), pictures=False)
    assert page.aside and page.text.strip() == "合同"


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        documents.read(data)
    return str(refused.value)


def test_each_refusal_says_what_to_do():
    assert "空的" in refusal(b"")
    assert "另存为 .docx" in refusal(OLE + "WordDocument".encode("utf-16-le"))
    assert "去掉打开密码" in refusal(OLE + "EncryptedPackage".encode("utf-16-le"))
    assert "另存为 .docx" in refusal(b"{\\rtf1 \\ansi text}")
    assert "导入表格" in refusal(OLE + "Workbook".encode("utf-16-le"))
    assert "上传照片" in refusal(b"\xff\xd8\xff\xe0")
    assert "重新导出" in refusal(b"%PDF-1.7 broken")
    assert "MB" in refusal(b"x" * (20 * 1024 * 1024 + 1))


def test_a_document_with_macros_is_refused():
    made = saved(docx.Document())
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "[Content_Types].xml":
                data = data.replace(
                    b"openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"ms-word.document.macroEnabled.main+xml",
                )
            target.writestr(name, data)
    assert "宏" in refusal(out.getvalue())


def test_a_locked_or_endless_pdf_is_refused():
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("合同")))
    writer.encrypt("x")
    out = io.BytesIO()
    writer.write(out)
    assert "密码" in refusal(out.getvalue())
    writer = pypdf.PdfWriter()
    for _ in range(pages.PAGES_LIMIT + 1):
        writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    assert "30 页" in refusal(out.getvalue())
