"""Every form through the officers' real pages: filled by its own example, saved, previewed,
published, corrected; and a table from Excel whose columns the form knows by their headings."""

import html
import io
import re
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from openpyxl import Workbook

from kiosk import clock, create_app, drafts, duties, people
from kiosk.drafts import queries as draft_queries
from kiosk.notices import commands
from kiosk.notices import queries as notices
from kiosk.rules import catalogue, forms

NOW = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
NAME, PASSWORD = "王会计", "dong-hu-2026"
FORMS = forms.load()
ITEMS = catalogue.load().items
ITEM_OF = {item.form: item for item in reversed(ITEMS.values())}


@pytest.fixture(autouse=True)
def today():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def node(village, monkeypatch):
    monkeypatch.setattr(people.commands, "hasher", lambda: PasswordHasher(1, 8, 1))
    people.add_account(
        village.journal, NAME, "officer", node_role="village", actor="测试", password=PASSWORD
    )
    return village


@pytest.fixture
def officer(node):
    app = create_app(node)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    assert (
        client.post("/office/login", data={"name": NAME, "password": PASSWORD}).status_code == 302
    )
    return client


def page(answer):
    return answer.get_data(as_text=True)


def begin(officer, item):
    """A new draft of an item; of the ledger for the month that its example is of."""
    period = "2026-10" if item.id == "finance.ledger" else ""
    answer = officer.post("/office/drafts", data={"item": item.id, "period": period})
    return answer.headers["Location"].rsplit("/", 1)[1]


def typed(form, item):
    """The form's example as somebody types it: fields of the page by name."""
    found = {}

    def put(name, field, value):
        match field.type:
            case "money":
                text = "" if value is None else f"{value // 100}.{value % 100:02d}"
            case "part":
                text = "1" if value else ""
            case _:
                text = "" if value is None else str(value)
        if text:
            found[name] = text

    for field in form.fields_for(item.id):
        if field.type == "sheet":
            for n, column in enumerate(field.example["columns"]):
                found[f"columns-{n}-name"] = column["name"]
                if column["amount"]:
                    found[f"columns-{n}-amount"] = "1"
            for r, row in enumerate(field.example["rows"]):
                for c, cell in enumerate(row):
                    found[f"rows-{r}-{c}"] = cell if isinstance(cell, str) else str(cell / 100)
        elif field.is_table:
            for r, row in enumerate(field.example):
                for column in field.columns:
                    put(f"{field.key}-{r}-{column.key}", column, row[column.key])
        else:
            put(field.key, field, field.example)
    return found


def fill(officer, item, **more):
    """A draft with the example of the item's form; its id."""
    id = begin(officer, item)
    data = {**typed(FORMS[item.form], item), "contact": "0530-3350001", **more}
    if item.cadence == "event":
        data["on"] = "2026-10-15"
    answer = officer.post(f"/office/drafts/{id}", data={**data, "do": "preview"})
    assert answer.status_code == 302
    if not answer.headers["Location"].endswith("/preview"):
        shown = page(officer.get(f"/office/drafts/{id}?check=1"))
        raise AssertionError(re.findall(r'class="fault"[^>]*>([^<]*)', shown))
    return id


def signed(officer, node, id, item):
    """Publishes a draft that every step signed on paper; the notice."""
    sheet = (io.BytesIO(picture()), "签字.png")
    names: dict[str, object] = {}
    for n, by in enumerate(item.review):
        names |= {f"name-{by}": "赵钱孙李"[n] + "某", f"on-{by}": "2026-10-15"}
    answer = officer.post(
        f"/office/drafts/{id}/send", data={**names, "sheet": sheet, "do": "paper"}
    )
    assert answer.status_code == 302, page(answer)
    return answer.headers["Location"]


def picture():
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize("id", sorted(FORMS))
def test_a_form_shows_every_field_with_its_help_and_example(officer, id):
    item = ITEM_OF[id]
    draft = begin(officer, item)
    shown = html.unescape(page(officer.get(f"/office/drafts/{draft}")))
    if id in ("finance_statement", "ledger", "person_list", "notice"):
        return
    for field in FORMS[id].fields_for(item.id):
        assert field.label in shown and field.help in shown
        if field.is_table:
            for column in field.columns:
                assert f'name="{field.key}-0-{column.key}"' in shown
        else:
            assert f'name="{field.key}"' in shown


@pytest.mark.parametrize("id", sorted(FORMS))
def test_a_form_is_filled_saved_previewed_published_and_corrected(officer, node, id):
    item, form = ITEM_OF[id], FORMS[id]
    draft = fill(officer, item)
    held = drafts.draft(node.journal, draft).values
    assert held["form"] == id
    again = officer.post(f"/office/drafts/{draft}", data={**as_shown(officer, draft), "do": "save"})
    assert again.status_code == 302
    assert drafts.draft(node.journal, draft).values["fields"] == held["fields"]

    wanted = {
        key: value
        for field in form.fields_for(item.id)
        for key, value in forms.example(form).items()
        if key == field.key or (field.type == "sheet" and key == "columns")
    }
    screen = "".join(page(officer.get(f"/office/drafts/{draft}/screen")).split())
    for text in forms.texts_of(form, wanted):
        assert "".join(text.splitlines()[0].split()) in html.unescape(screen)

    where = signed(officer, node, draft, item)
    assert where.endswith("/published")
    notice = notices.notice(node.journal, where.split("/")[-2])
    assert (notice.form, notice.content) == (id, wanted)

    started = officer.post(f"/office/notices/{notice.id}/correct")
    correction = started.headers["Location"].rsplit("/", 1)[1]
    fields = as_shown(officer, correction)
    answer = officer.post(
        f"/office/drafts/{correction}",
        data={**fields, "reason": "标题写错了", "title": "更正后的标题", "do": "preview"},
    )
    assert answer.headers["Location"].endswith("/preview")
    signed(officer, node, correction, item)
    corrected = notices.notice(node.journal, notice.id)
    assert (corrected.title, corrected.content) == ("更正后的标题", wanted)


def as_shown(officer, draft):
    """The values that the draft's page holds, by the names of its fields."""
    shown = page(officer.get(f"/office/drafts/{draft}"))
    body = shown[shown.index('<form id="draft"') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if name is None or (kind and kind[1] in ("file", "hidden")):
            continue
        if kind and kind[1] in ("checkbox", "radio") and " checked" not in tag:
            continue
        found[name[1]] = html.unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.S):
        found[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r"<option([^>]*) selected>([^<]*)", options)
        told = re.search(r'value="([^"]*)"', chosen[1]) if chosen else None
        found[name] = told[1] if told else html.unescape(chosen[2]) if chosen else ""
    return found


def test_what_is_missing_is_named_at_its_field_and_nothing_is_lost(officer, node):
    item = ITEMS["finance.contracts"]
    draft = begin(officer, item)
    data = {
        "contracts-0-subject": "村西门面房",
        "contracts-0-price": "三万左右",
        "note": "没有拖欠",
    }
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "preview"})
    shown = page(officer.get(f"/office/drafts/{draft}?check=1"))
    assert "看不出是多少钱" in shown and 'id="fault-contracts-0-price-1"' in shown
    assert "请填写合同第 1 行（村西门面房）“承包方”。" in shown
    assert 'value="三万左右"' in shown and "没有拖欠" in shown


def test_a_sum_that_does_not_hold_is_marked_at_its_cell(officer):
    item = ITEMS["village.water_power"]
    draft = begin(officer, item)
    data = {**typed(FORMS["fees"], item), "fees-0-owed": "26,666"}
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "preview"})
    shown = page(officer.get(f"/office/drafts/{draft}?check=1"))
    assert 'id="fault-fees-0-owed-1"' in shown
    assert "多了 2.00 元" in shown
    assert "实收写的是 26,664.00 元，应收是 26,666.00 元" in shown  # said, and stops nobody


def test_rows_are_added_and_removed_without_losing_what_was_typed(officer, node):
    item = ITEMS["finance.contracts"]
    draft = begin(officer, item)
    data = {"contracts-0-subject": "机动地", "note": "无"}
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "add:contracts"})
    rows = drafts.draft(node.journal, draft).values["fields"]["contracts"]
    assert [row["subject"] for row in rows] == ["机动地", ""]
    data |= {"contracts-1-subject": "水面"}
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "drop-row:contracts.0"})
    fields = drafts.draft(node.journal, draft).values["fields"]
    assert [row["subject"] for row in fields["contracts"]] == ["水面"]
    data = {"contracts-0-subject": "水面"}
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "drop-row:contracts.0"})
    fields = drafts.draft(node.journal, draft).values["fields"]
    assert [row["subject"] for row in fields["contracts"]] == [""]
    assert fields["note"] == "无"
    for wrong in ("drop-row:contracts.9", "drop-row:x.0", "drop-row:", "add:note", "add:x"):
        answer = officer.post(f"/office/drafts/{draft}", data={**data, "do": wrong})
        assert answer.status_code == 302


def test_a_name_to_be_masked_is_masked_with_one_tap(officer, node):
    item = ITEMS["village.homestead"]
    draft = begin(officer, item)
    data = {**typed(FORMS["homestead"], item), "households-0-name": "王建军"}
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "preview"})
    shown = page(officer.get(f"/office/drafts/{draft}?check=1"))
    assert "这里有应当遮盖的姓名" in shown and 'value="mask:households.0.name"' in shown
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "mask:households.0.name"})
    fields = drafts.draft(node.journal, draft).values["fields"]
    assert fields["households"][0]["name"] == "王*军"


def test_an_item_of_a_form_that_is_gone_is_written_in_plain_words(officer, node):
    item = ITEMS["village.safety"]
    draft = begin(officer, item)
    values = drafts.draft(node.journal, draft).values
    drafts.commands.save(node.journal, draft, {**values, "form": "gone"}, actor="王")
    assert officer.get(f"/office/drafts/{draft}?check=1").status_code == 200


def test_a_line_of_the_ledger_names_the_photo_of_its_voucher(officer, node):
    item = ITEMS["finance.ledger"]
    draft = begin(officer, item)
    data = typed(FORMS["ledger"], item)
    photo = {"photo": (io.BytesIO(picture()), "票据.png"), "do": "photo"}
    officer.post(f"/office/drafts/{draft}", data={**data, **photo})
    [taken] = drafts.draft(node.journal, draft).values["photos"]
    assert 'name="lines-0-voucher"' in page(officer.get(f"/office/drafts/{draft}"))
    data |= {"lines-0-voucher": taken["sha"], "lines-1-voucher": "f" * 64}
    officer.post(f"/office/drafts/{draft}", data={**data, "do": "preview"})
    where = signed(officer, node, draft, item)
    notice = notices.notice(node.journal, where.split("/")[-2])
    assert [it["voucher"] for it in notice.content["lines"]] == [taken["sha"], ""]
    shown = page(officer.get(f"/notices/{notice.id}"))
    assert f'href="#photo-{taken["sha"][:12]}"' in shown
    assert f'id="photo-{taken["sha"][:12]}"' in shown and "照片 1" in shown


# ---- tables by their headings ----


def workbook(*rows, title="Sheet"):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    made.seek(0)
    return made


CONTRACTS = (
    ["东湖村合同登记表"],
    ["单位：元"],
    [
        "序号",
        "合同标的",
        "承租方",
        "面积（亩）",
        "截止日期",
        "年租金（万元）",
        "应收",
        "已交",
        "电话",
    ],
    [1, "村北机动地", "芦笋专业合作社", 193, datetime(2028, 10, 31), 6.84, 68400, 68400, ""],
    [2, "村西门面房", "李某", None, "2026.12.31", 3, 15000, 15000, "13812345678"],
    ["合计", None, None, 193, None, 9.84, 83400, 83400],
    ["以上合同原件都存放在镇农经站，村民可以查阅。"],
)


def upload(officer, draft, made):
    answer = officer.post(
        f"/office/drafts/{draft}", data={"do": "import", "table": (made, "合同.xlsx")}
    )
    assert answer.headers["Location"].endswith("/table")
    return f"/office/drafts/{draft}/table"


def test_columns_are_matched_by_their_headings_shown_and_taken(officer, node):
    draft = begin(officer, ITEMS["finance.contracts"])
    path = upload(officer, draft, workbook(*CONTRACTS))
    shown = page(officer.get(path))
    for letter, key in (("B", "subject"), ("C", "party"), ("E", "until"), ("F", "price")):
        select = shown[shown.index(f'id="column-{letter}"') :].split("</select>")[0]
        assert f'value="{key}" selected' in select, letter
    assert "2 行" in shown and "合计行" in shown and "不在认出的列里" in shown
    officer.post(path, data={"do": "adopt"})
    rows = drafts.draft(node.journal, draft).values["fields"]["contracts"]
    assert [row["subject"] for row in rows] == ["村北机动地", "村西门面房"]
    assert rows[0]["price"] == "68,400.00"  # 6.84 万元
    assert (rows[0]["until"], rows[0]["area"]) == ("2028-10-31", "193")
    assert rows[0]["received"] == ""  # 已交 is not a word the form knows


def test_a_match_by_hand_is_remembered_for_the_next_time(officer, node):
    draft = begin(officer, ITEMS["finance.contracts"])
    path = upload(officer, draft, workbook(*CONTRACTS))
    again = officer.post(path, data={"do": "read", "column-H": "received"})
    assert "column-H=received" in again.headers["Location"]
    officer.post(path, data={"do": "adopt", "column-H": "received"})
    rows = drafts.draft(node.journal, draft).values["fields"]["contracts"]
    assert rows[1]["received"] == "15,000.00"
    assert draft_queries.kept_match(node.journal, "contract")["已交"] == "received"

    officer.post(f"/office/drafts/{draft}/discard")
    draft = begin(officer, ITEMS["finance.contracts"])
    shown = page(officer.get(upload(officer, draft, workbook(*CONTRACTS))))
    select = shown[shown.index('id="column-H"') :].split("</select>")[0]
    assert 'value="received" selected' in select
    live = node.journal.projector.fingerprints(node.journal.db)
    node.journal.rebuild()
    assert node.journal.projector.fingerprints(node.journal.db) == live


def test_a_table_without_headings_is_matched_by_hand(officer, node):
    draft = begin(officer, ITEMS["finance.assets"])
    path = upload(officer, draft, workbook(["门面房", 4, 240000], ["机井", 18, 144000]))
    assert "没有认出可以填进" in page(officer.get(path))
    data = {"head": "0", "column-A": "name", "column-B": "count", "column-C": "cost"}
    officer.post(path, data={**data, "do": "adopt"})
    rows = drafts.draft(node.journal, draft).values["fields"]["assets"]
    assert [(row["name"], row["count"], row["cost"]) for row in rows] == [
        ("门面房", "4", "240,000.00"), ("机井", "18", "144,000.00"),
    ]  # fmt: skip


def test_personal_data_of_a_table_never_reach_the_form(officer, node):
    draft = begin(officer, ITEMS["village.homestead"])
    rows = (["户主", "面积", "类型", "位置"], ["王建军", 166, "原址翻建", "二组 13812345678"])
    path = upload(officer, draft, workbook(*rows))
    assert "应当遮盖的姓名 1 处" in page(officer.get(path))
    officer.post(path, data={"do": "adopt"})
    [row] = drafts.draft(node.journal, draft).values["fields"]["households"]
    assert (row["name"], row["place"]) == ("王*军", "二组 138****5678")


def test_a_form_with_two_tables_takes_one_at_a_time(officer, node):
    draft = begin(officer, ITEMS["finance.plan"])
    rows = (["项目", "上年实际", "本年计划"], ["保洁", 100, 200])
    path = upload(officer, draft, workbook(*rows))
    officer.post(path, data={"do": "adopt", "into": "expense"})
    fields = drafts.draft(node.journal, draft).values["fields"]
    assert fields["expense"][0]["amount"] == "200.00"
    assert not any(row["name"] for row in fields["income"])


def test_the_roles_of_a_ledger_s_columns_are_remembered_too(officer, node):
    draft = begin(officer, ITEMS["finance.ledger"])
    rows = (
        ["日期", "摘要", "收入", "支出", "办事人"],
        ["2026-09-03", "收租金", 500, None, "周某"],
        ["2026-09-05", "付电费", None, 120, "周某"],
    )
    path = upload(officer, draft, workbook(*rows))
    told = {"do": "adopt", "column-E": "handler", "unit": "元", "whose": "table"}
    officer.post(path, data=told)
    assert draft_queries.kept_match(node.journal, "ledger") == {"办事人": "handler"}
    officer.post(f"/office/drafts/{draft}/discard")
    draft = begin(officer, ITEMS["finance.ledger"])
    path = upload(officer, draft, workbook(*rows))
    shown = page(officer.get(path))
    select = shown[shown.index('id="column-E"') :].split("</select>")[0]
    assert 'value="handler" selected' in select


def test_the_decision_s_result_is_asked_for_on_the_home(officer, node):
    item = ITEMS["village.decision"]
    assert commands.form_of(item) == "decision"
    id = fill(officer, item, finish="2026-09-30", title="硬化东街的决议")
    signed(officer, node, id, item)
    [event] = [
        it for it in duties.events(node.journal, node.config.code)
        if it.item == "village.decision_result"
    ]  # fmt: skip
    assert "四议两公开实施结果“硬化东街的决议”" in page(officer.get("/office/"))
    draft = officer.post("/office/drafts", data={"item": event.item, "event": event.id})
    assert "硬化东街的决议" in page(officer.get(draft.headers["Location"]))
