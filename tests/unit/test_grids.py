import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.styles import Alignment, Font

from kiosk.attachments import FileRefused, archives, grids
from kiosk.attachments.grids import read_grids
from kiosk.rules.tables import read
from kiosk.rules.tables.grid import Merge, column_number, letters
from tests.old_excel import ole, workbook

DATA = Path(__file__).parent.parent / "data" / "tables"
CSV = (
    "东湖村2026年5月收支明细,,,\n日期,摘要,收入,支出\n"
    "5.1,收租金,100,\n5.2,付电费,,20\n合计,,100,20\n"
)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def excel(
    rows=(), name="Sheet1"
) -> tuple[openpyxl.Workbook, "openpyxl.worksheet.worksheet.Worksheet"]:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    return book, sheet


def refused(data: bytes, name: str = "表.xlsx") -> str:
    with pytest.raises(FileRefused) as found:
        read_grids(data, name)
    return str(found.value)


def test_a_spreadsheet_comes_with_types_merges_indents_and_what_is_hidden():
    book, sheet = excel(
        [["标题"], ["甲", 1.1, 5, datetime(2026, 5, 1), True], ["乙", "６元"], ["丙", -2]], "收支"
    )
    sheet.merge_cells("A1:E1")
    sheet["A3"].alignment = Alignment(indent=2)
    sheet["B4"].font = Font(color="FFFF0000")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    book.create_sheet("底稿").append(["x"])
    book["底稿"].sheet_state = "hidden"
    shown, hidden = read_grids(saved(book))
    assert (shown.name, shown.hidden, hidden.hidden) == ("收支", False, True)
    assert [shown.value(2, column) for column in range(1, 6)] == [
        *("甲", Decimal("1.1"), 5, date(2026, 5, 1), "是")
    ]
    assert shown.merges == (Merge(1, 1, 1, 5),)
    assert (shown.spread(1, 3), shown.value(1, 3)) == ("标题", None)
    assert (shown.cells[3, 1].indent, shown.cells[4, 2].red) == (2, True)
    assert (shown.hidden_rows, shown.hidden_columns) == ({3}, {4})
    assert shown.address(16, 5) == "E16"


def test_columns_have_letters():
    assert [letters(it) for it in (1, 26, 27, 200)] == ["A", "Z", "AA", "GR"]
    assert [column_number(letters(it)) for it in (1, 26, 27, 200)] == [1, 26, 27, 200]


def test_red_ink_is_negative_where_only_that_adds_up():
    book, sheet = excel(
        [
            *(["2026年5月收支明细"], ["日期", "摘要", "收入", "支出"]),
            *(["5.1", "付电费", None, 100], ["5.2", "冲销", None, 30], [None, "合计", None, 70]),
        ]
    )
    sheet["D4"].font = Font(color="FFFF0000")
    reading = read(read_grids(saved(book)))
    assert (reading.totals.expense, reading.faults) == (7_000, ())
    assert "red" in {it.about for it in reading.questions}
    sheet["D5"] = 130
    reading = read(read_grids(saved(book)))
    assert (reading.totals.expense, reading.faults) == (13_000, ())


def test_a_formula_saved_without_its_result_is_refused_by_cell():
    book, sheet = excel([["项目", "金额"], ["租金", 1]])
    sheet["B3"] = "=SUM(B2:B2)"
    message = refused(saved(book))
    assert "公式没有保存结果" in message and "B3" in message and "另存" in message


def test_a_formula_with_its_result_is_read():
    book, sheet = excel([["项目", "金额"], ["租金", 1]])
    sheet["B3"], sheet["C3"] = "=SUM(B2:B2)", '=IF(B2=1,"","x")'
    data = saved(book)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            part = given.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"<f>SUM(B2:B2)</f><v />", b"<f>SUM(B2:B2)</f><v>1</v>")
                part = part.replace(b"<f>SUM(B2:B2)</f><v></v>", b"<f>SUM(B2:B2)</f><v>1</v>")
                part = part.replace(b'<c r="C3">', b'<c r="C3" t="str">')
            made.writestr(name, part)
    (grid,) = read_grids(out.getvalue())
    assert (grid.value(3, 2), grid.value(3, 3)) == (1, None)


def test_the_old_format_is_read_with_its_dates_and_merges():
    cells = {
        **{(1, 1): "东湖村2026年5月收支明细", (2, 1): "日期", (2, 2): "摘要", (2, 3): "收入"},
        **{(2, 4): "支出", (3, 1): date(2026, 5, 1), (3, 2): "租金", (3, 3): 100.5},
        **{(4, 2): "水费", (4, 4): "20"},
    }
    (grid,) = read_grids(workbook(cells, [(1, 1, 1, 4), (3, 1, 4, 1)], "明细"))
    assert (grid.name, grid.value(3, 1), grid.value(3, 3)) == (
        "明细",
        date(2026, 5, 1),
        Decimal("100.5"),
    )
    reading = read([grid])
    assert (reading.form, reading.period, reading.lines) == ("ledger", "2026-05", 2)
    assert [it["on"] for it in reading.content["lines"]] == ["2026-05-01", "2026-05-01"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_tables_are_read_in_any_encoding_and_separator(encoding, separator):
    data = CSV.replace(",", separator).replace("\n", "\r\n").encode(encoding)
    reading = read(read_grids(data, "明细.csv"))
    assert (reading.form, reading.period, reading.lines) == ("ledger", "2026-05", 2)
    assert (reading.totals.income, reading.totals.expense, reading.faults) == (10_000, 2_000, ())


def test_quoted_fields_and_guarded_numbers_of_exports():
    text = (
        '姓名,身份证号,金额\n张某,="371702197709059956","1,200.50"\n李某,371702194011259913\t,3\n'
    )
    (grid,) = read_grids(text.encode())
    assert (grid.value(2, 2), grid.value(2, 3)) == ("371702197709059956", "1,200.50")
    assert grid.value(3, 2) == "371702194011259913"


def test_the_tables_of_a_document_are_read_with_the_words_around_them():
    document = docx.Document()
    document.add_paragraph("东湖村2026年第二季度财务公开")
    document.add_paragraph("单位：万元")
    table = document.add_table(rows=5, cols=4)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "收入"
    table.cell(0, 2).merge(table.cell(0, 3)).text = "支出"
    for row, texts in enumerate(
        [("项目", "金额", "项目", "金额"), ("租金", "1.5", "电费", "0.5"), ("补助", "2", "", "")], 1
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    for column, text in enumerate(("合计", "3.5", "合计", "0.5")):
        table.cell(4, column).text = text
    out = io.BytesIO()
    document.save(out)
    (grid,) = read_grids(out.getvalue(), "公开.docx")
    assert Merge(1, 1, 1, 2) in grid.merges
    reading = read([grid])
    assert (reading.form, reading.period, reading.unit) == (
        "finance_statement",
        "2026Q2",
        1_000_000,
    )
    assert (reading.totals.income, reading.totals.expense) == (3_500_000, 500_000)
    assert reading.faults == ()


def test_the_content_decides_not_the_name():
    data = (DATA / "statement.xlsx").read_bytes()
    assert read_grids(data, "renamed.csv")[0].name == "二季度公开"
    assert read_grids(CSV.encode(), "renamed.xlsx")[0].value(2, 1) == "日期"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"x" * (10 * 1024 * 1024 + 1), "10 MB"),
        (b"PK\x03\x04 not really", "另存一次"),
        ((DATA / "statement.xlsx").read_bytes()[:3000], "另存一次"),
        (ole({"EncryptedPackage": b"", "EncryptionInfo": b""}), "密码"),
        (ole({"Workbook": b"", "_VBA_PROJECT_CUR": b""}), "宏"),
        (ole({"WordDocument": b""}), ".docx"),
        (ole({"Workbook": b"broken"}), "另存一次"),
        (ole({"Unknown": b""}), "不是表格"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xd8\xff\xe0JFIF", "图片"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        ("村民代表会议通知\n定于明日召开。".encode(), "没有分列"),
        (b"\x7fELF\0\0\0\0\0\0\0", "不是表格"),
    ],
    ids=range(15),
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data, said):
    message = refused(data)
    assert said in message
    assert message.endswith("。") and ("请" in message)


def archive(*names: str, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in {**dict.fromkeys(names, b""), **parts}.items():
            made.writestr(name, data)
    return out.getvalue()


def test_macros_other_formats_and_bombs_are_refused():
    assert "宏" in refused(archive("xl/workbook.xml", "xl/vbaProject.bin"))
    assert ".xlsx" in refused(archive("xl/workbook.bin"))
    assert ".xlsx" in refused(archive("content.xml", "mimetype"))
    assert "不是表格" in refused(archive("other"))
    assert "另存一次" in refused(archive("xl/workbook.xml"))
    bomb = archive("xl/workbook.xml", big=b"\0" * (archives.RATIO_FROM * 2))
    assert len(bomb) < 200_000 and "解压后太大" in refused(bomb)


def test_sheets_that_are_too_long_or_too_wide_are_refused():
    long = "甲,乙\n" * (grids.ROWS_LIMIT + 1)
    assert "太大" in refused(long.encode())
    wide = ",".join("x" * (grids.COLUMNS_LIMIT + 1)) + "\n"
    assert "太大" in refused((wide * 3).encode())
    book, sheet = excel([["甲", 1]])
    sheet.cell(grids.ROWS_LIMIT + 5, 1, "x")
    assert "太大" in refused(saved(book))
    empty, _ = excel()
    assert "没有表格内容" in refused(saved(empty))
