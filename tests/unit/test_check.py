import io
import json
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from PIL import Image

from kiosk.attachments import FileRefused, check
from kiosk.cli import main

DATA = Path(__file__).parent.parent / "data" / "tables"
EXPECTED = json.loads((DATA / "expected.json").read_text("utf-8"))


def run(*arguments: str):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


@pytest.mark.parametrize("name", EXPECTED)
def test_the_command_tells_programs_what_the_import_finds(name):
    result = run(DATA / name, "--json")
    found = json.loads(result.stdout)
    expected = EXPECTED[name]
    for key in ("form", "period", "lines", "totals", "total"):
        if expected.get(key) is not None:
            assert found[key] == expected[key]
    for key, kept in (("faults", ("cell", "by")), ("personal", ("cell", "kind"))):
        listed = [{each: it[each] for each in kept} for it in found[key]]
        assert listed == (expected.get(key) or [])
        assert all(
            set(it) == {*kept, "message" if key == "faults" else "shown_as"} for it in found[key]
        )
    assert result.exit_code == (1 if found["faults"] or found["personal"] else 0)


def test_the_command_tells_people_the_same_in_words():
    wrong = run(DATA / "statement_off_by_90.xlsx")
    assert wrong.exit_code == 1
    assert "支出合计 E16 写的是 53,702.92 元" in wrong.stdout and "多了 90.00 元" in wrong.stdout
    clean = run(DATA / "statement.xlsx")
    assert clean.exit_code == 0 and "没有发现" in clean.stdout
    persons = run(DATA / "persons.xlsx")
    assert "C4 身份证号，应显示为“3717************56”" in persons.stdout


def test_a_form_can_be_forced(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("2026年5月\n项目,金额\n一、收入\n租金,5\n二、支出\n电费,3\n", "utf-8")
    assert json.loads(run(path, "--json").stdout)["form"] == "finance_statement"
    forced = json.loads(run(path, "--json", "--form", "person_list").stdout)
    assert (forced["form"], forced["questions"][0]["about"]) == ("person_list", "form")
    attached = json.loads(run(DATA / "persons.xlsx", "--json", "--form", "notice").stdout)
    assert (attached["form"], attached["totals"], len(attached["personal"])) == ("notice", None, 92)


def test_known_failures_are_one_line_and_wrong_usage_is_two(tmp_path):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    result = run(broken)
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1 and "另存" in result.stderr
    assert run(tmp_path / "missing.xlsx").exit_code == 2
    assert run(broken, "--form", "nothing").exit_code == 2
    assert run().exit_code == 2


def document(*paragraphs: str) -> bytes:
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def places(reading) -> list:
    return [(it.cell, it.kind, it.shown_as) for it in reading.personal]


def test_paragraphs_of_documents_and_text_are_searched():
    texts = ("通知", "联系人张某，电话13812345678。", "监督电话：0530-5880001")
    for data in (document(*texts), "\n".join(texts).encode("gb18030")):
        reading = check.read_file(data)
        assert (reading.form, reading.lines) == ("notice", 3)
        assert places(reading) == [("第2段", "mobile", "138****5678")]
        assert reading.content == {"text": "\n".join(texts)}


def test_a_document_with_an_unknown_table_is_searched_in_both():
    made = docx.Document()
    made.add_paragraph("张某，13812345678")
    table = made.add_table(rows=2, cols=2)
    for number, text in enumerate(("名称", "身份证号", "户主", "371702197709059956")):
        table.cell(number // 2, number % 2).text = text
    out = io.BytesIO()
    made.save(out)
    assert places(check.read_file(out.getvalue())) == [
        ("第1段", "mobile", "138****5678"),
        ("表1!B2", "id_number", "3717************56"),
    ]


def pdf(text: str) -> bytes:
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % it for it in offsets)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def test_pages_of_a_pdf_are_searched():
    assert places(check.read_file(pdf("tel 13812345678"))) == [("第1页", "mobile", "138****5678")]
    with pytest.raises(FileRefused, match="PDF"):
        check.read_file(b"%PDF-1.7 broken")


def test_of_a_picture_nothing_is_read_and_that_is_said():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    reading = check.read_file(out.getvalue())
    assert (reading.form, reading.faults, reading.personal) == ("notice", (), ())
    assert "读不出来" in reading.questions[0].text
    with pytest.raises(FileRefused, match="照片"):
        check.read_file(b"\x89PNG\r\n\x1a\nbroken")


def test_prose_with_commas_is_no_table():
    text = "# 通知\n\n各位村民，请注意，明日停水。\n请提前储水；谢谢, 配合。\n"
    assert check.read_file(text.encode()).form == "notice"
