"""What officers have in Word, PDF, Excel and on paper, on its way into the form."""

import html
import io
import json
from datetime import UTC, datetime

import docx
import pytest
from argon2 import PasswordHasher
from PIL import Image

from kiosk import clock, create_app, drafts, people
from kiosk.drafts import queries as kept
from kiosk.notices import commands
from kiosk.rules import catalogue
from tests import posting

NOW = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
ID_NUMBER = "371702197709059956"


@pytest.fixture(autouse=True)
def today():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def node(village, monkeypatch):
    monkeypatch.setattr(people.commands, "hasher", lambda: PasswordHasher(1, 8, 1))
    people.add_account(
        village.journal,
        "王会计",
        "officer",
        node_role="village",
        actor="测试",
        password="dong-hu-9",
    )
    return village


@pytest.fixture
def officer(node):
    app = create_app(node)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    client.post("/office/login", data={"name": "王会计", "password": "dong-hu-9"})
    return client


def begin(officer, item, **more):
    answer = officer.post("/office/drafts", data={"item": item, **more})
    return answer.headers["Location"].rsplit("/", 1)[1]


def values(node, id):
    return drafts.draft(node.journal, id).values


def page(officer, path):
    return html.unescape(officer.get(path).get_data(as_text=True))


def upload(officer, id, *files, field="document"):
    return officer.post(
        f"/office/drafts/{id}",
        data={"do": field, field: [(io.BytesIO(data), name) for data, name in files]},
        content_type="multipart/form-data",
    )


def word(*paragraphs, table=()):
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    if table:
        rows = made.add_table(rows=len(table), cols=len(table[0]))
        for r, row in enumerate(table):
            for c, cell in enumerate(row):
                rows.cell(r, c).text = cell
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def pdf(*texts):
    import weasyprint

    made = "".join(f"<p style='page-break-after: always'>{text}</p>" for text in texts)
    return bytes(weasyprint.HTML(string=made).write_pdf())


def picture():
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG")
    return out.getvalue()


def plain_item(node):
    """An item whose notices are plain words, found each time since catalogues change."""
    return next(
        item.id
        for item in catalogue.load().items.values()
        if commands.form_of(item) == "notice" and not item.periodic
    )


class TestWord:
    def test_its_words_and_tables_fill_the_text(self, node, officer):
        id = begin(officer, plain_item(node))
        data = word("关于修路的公示", "全村修路。", table=[["项目", "长度"], ["东街", "300米"]])
        upload(officer, id, (data, "修路.docx"))
        found = values(node, id)
        assert found["fields"]["text"] == "全村修路。\n项目 | 长度\n东街 | 300米"
        assert found["title"] == "关于修路的公示"

    def test_personal_data_are_masked_and_their_place_is_said(self, node, officer):
        id = begin(officer, plain_item(node))
        upload(officer, id, (word("公示", f"张某，{ID_NUMBER}。"), "a.docx"))
        assert ID_NUMBER not in json.dumps(values(node, id), ensure_ascii=False)
        assert "第2段的身份证号已遮盖" in page(officer, f"/office/drafts/{id}")

    def test_a_table_goes_the_way_of_the_tables(self, node, officer):
        id = begin(officer, "finance.statement")
        data = word(
            "2026年第三季度财务收支情况",
            table=[
                ["项目", "金额"],
                ["一、收入", ""],
                ["租金", "5"],
                ["二、支出", ""],
                ["电费", "3"],
            ],
        )
        answer = upload(officer, id, (data, "表.docx"))
        assert answer.headers["Location"].endswith("/table")

    def test_a_refused_file_stores_nothing(self, node, officer):
        id = begin(officer, plain_item(node))
        before = (values(node, id), list(node.blobs.all()))
        upload(
            officer,
            id,
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a.doc"),
        )
        assert "另存为 .docx" in page(officer, f"/office/drafts/{id}")
        assert (values(node, id), list(node.blobs.all())) == before


class TestPdf:
    def test_its_pages_stand_beside_the_notice(self, node, officer):
        id = begin(officer, plain_item(node))
        upload(officer, id, (pdf("合同第一页", "合同第二页"), "合同.pdf"))
        photos = values(node, id)["photos"]
        assert [(it["name"], it["page"]) for it in photos] == [("合同 第1页", 1), ("合同 第2页", 2)]
        assert all(node.blobs.has(it["sha"]) for it in photos)
        assert 'class="page"' in page(officer, f"/office/drafts/{id}/screen")

    def test_a_page_with_personal_data_is_stopped_and_the_others_may_go(self, node, officer):
        id = begin(officer, plain_item(node))
        before = list(node.blobs.all())
        answer = upload(officer, id, (pdf("合同", f"承包人 {ID_NUMBER}", "附图"), "合同.pdf"))
        assert answer.headers["Location"].endswith("/document")
        assert list(node.blobs.all()) == before
        asked = page(officer, f"/office/drafts/{id}/document")
        assert "第 2 页" in asked and "有身份证号" in asked and ID_NUMBER not in asked
        officer.post(f"/office/drafts/{id}/document", data={"do": "take", "page": ["1", "2", "3"]})
        assert [it["page"] for it in values(node, id)["photos"]] == [1, 3]
        assert kept.document(node.journal, id) is None

    def test_what_was_uploaded_goes_with_the_draft(self, node, officer):
        id = begin(officer, plain_item(node))
        upload(officer, id, (pdf(ID_NUMBER), "合同.pdf"))
        assert kept.document(node.journal, id) is not None
        officer.post(f"/office/drafts/{id}/discard")
        assert kept.document(node.journal, id) is None


class TestPictures:
    def test_a_photo_may_come_by_either_button(self, node, officer):
        id = begin(officer, plain_item(node))
        upload(officer, id, (picture(), "a.jpg"))
        assert len(values(node, id)["photos"]) == 1
        assert 'capture="environment"' in page(officer, f"/office/drafts/{id}")


class TestPasting:
    def paste(self, officer, id, at, rows):
        officer.post(
            f"/office/drafts/{id}",
            data={"do": "paste", "pasted-at": at, "pasted": json.dumps(rows)},
        )

    def test_cells_go_where_the_cursor_stood(self, node, officer):
        id = begin(officer, "finance.statement")
        rows = [["租金", "1,200.00"], ["利息", "3"], ["补助", "5"]]
        self.paste(officer, id, "income-1-name", rows)
        income = values(node, id)["fields"]["income"]
        assert [(it["name"], it["amount"]) for it in income] == [
            ("", ""),
            ("租金", "1,200.00"),
            ("利息", "3"),
            ("补助", "5"),
        ]

    def test_headings_say_which_column_is_which(self, node, officer):
        id = begin(officer, "finance.statement")
        self.paste(
            officer, id, "expense-0-name", [["金额（元）", "项目"], ["300", "电费"], ["20", "水费"]]
        )
        expense = values(node, id)["fields"]["expense"]
        assert [(it["name"], it["amount"]) for it in expense] == [("电费", "300"), ("水费", "20")]

    def test_a_list_takes_the_columns_of_the_table(self, node, officer):
        item = next(it.id for it in catalogue.load().items.values() if it.form == "person_list")
        id = begin(officer, item)
        self.paste(
            officer,
            id,
            "rows-0-0",
            [["序号", "户主姓名", "人数", "月保障金（元）"], ["1", "王某", "2", "520"]],
        )
        fields = values(node, id)["fields"]
        assert fields["columns"] == [
            {"name": "户主姓名", "amount": False},
            {"name": "人数", "amount": False},
            {"name": "月保障金（元）", "amount": True},
        ]
        assert fields["rows"] == [["王某", "2", "520"]]

    @pytest.mark.parametrize("sent", ["", "{", "[]", "[1]", '[[{"a": 1}]]', "[" * 2000])
    def test_what_is_no_table_is_said_and_changes_nothing(self, node, officer, sent):
        id = begin(officer, "finance.statement")
        before = values(node, id)["fields"]
        officer.post(
            f"/office/drafts/{id}",
            data={"do": "paste", "pasted-at": "income-0-name", "pasted": sent},
        )
        assert values(node, id)["fields"] == before
        assert "没有认出表格" in page(officer, f"/office/drafts/{id}")


STATEMENT = {
    "opening": 100_000,
    "income": [{"name": "租金", "amount": 50_000, "sub": False}],
    "expense": [
        {"name": "电费", "amount": 20_000, "sub": False},
        {"name": "保洁", "amount": 10_000, "sub": False},
    ],
    "closing": 120_000,
    "note": "",
}


class TestLastPeriod:
    def test_it_is_a_start_and_what_changed_is_marked(self, node, officer):
        item = catalogue.load().items["finance.statement"]
        posting.publish(
            node.journal,
            actor="王会计",
            item=item,
            title="2026年第二季度财务收支情况",
            content=STATEMENT,
            period="2026Q2",
        )
        id = begin(officer, item.id, period="2026Q3")
        assert "用上一期内容开始" in page(officer, f"/office/drafts/{id}")
        officer.post(f"/office/drafts/{id}", data={"do": "start"})
        fields = values(node, id)["fields"]
        assert (fields["opening"], fields["closing"]) == ("1,200.00", "")
        assert [it["name"] for it in fields["expense"]] == ["电费", "保洁"]
        officer.post(
            f"/office/drafts/{id}",
            data={
                "do": "save",
                "expense-0-name": "电费",
                "expense-0-amount": "250",
                "expense-1-name": "保洁",
                "expense-1-amount": "100.00",
                "income-0-name": "租金",
                "income-0-amount": "500",
            },
        )
        shown = page(officer, f"/office/drafts/{id}")
        assert "用上一期内容开始" not in shown
        assert 'data-changed="expense-0-amount"' in shown
        assert 'data-changed="expense-1-amount"' not in shown
        assert "还有 2 个数和它一样" in shown


def test_a_table_whose_headings_the_form_knows_fills_its_rows(node, officer):
    item = catalogue.load().items["finance.contracts"]
    id = begin(officer, item.id)
    data = word(
        "东湖村集体资源发包情况",
        table=[["标的", "承包方", "面积（亩）", "年租金"], ["村西果园", "王某", "32.5", "6,500"]],
    )
    upload(officer, id, (data, "合同.docx"))
    rows = values(node, id)["fields"]["contracts"]
    (row,) = [row for row in rows if row["subject"]]
    assert (row["party"], row["area"], row["price"]) == ("王某", "32.5", "6,500")
