"""What comes out of the printer: whole, readable, with page numbers, and the same for everybody.

These tests lay pages out with a Chinese font; where Pango or the font is missing they fail with
the words that people would read (fonts-noto-cjk, libpango-1.0-0).
"""

import hashlib
import io
import os
import re
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader
from ulid import ULID

from kiosk import clock, create_app, notices, people, printing
from kiosk.attachments import photos
from kiosk.duties import queries as duties
from kiosk.rules import forms
from kiosk.web import paper
from tests import posting
from tests.conftest import VILLAGE, copied

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
A4, A3 = (595, 842), (842, 1191)
STATEMENT = {
    "opening": 100_00,
    "income": [
        {"name": "村西门面房租金", "amount": 7_500_00, "sub": False},
        {"name": "光伏发电", "amount": 6_066_48, "sub": False},
    ],
    "expense": [
        {"name": "保洁员工资", "amount": 3_720_00, "sub": False},
        {"name": "路灯电费", "amount": 987_65, "sub": False},
    ],
    "closing": 8_958_83,
    "note": "以上经民主理财小组审核。",
}
REVIEWS = [{"by": "finance_group", "name": "赵理财", "on": "2026-11-23"}]


@pytest.fixture
def now():
    with clock.set_to(NOW):
        yield


def publish(node, item="finance.statement", title="2026年第三季度财务收支情况", **changes):
    given = {"period": "2026Q3", "content": STATEMENT, "reviews": REVIEWS, **changes}
    item = duties.catalogue(node.journal).items[item]
    return posting.publish(node.journal, actor="王会计", item=item, title=title, **given)


def ledger(count):
    return {
        "opening": None,
        "closing": None,
        "lines": [
            {
                "on": f"2026-10-{n % 28 + 1:02d}",
                "summary": f"第{n}笔，购买保洁用品和扫帚",
                "income": 0,
                "expense": n * 100,
                "handler": "周建国",
            }
            for n in range(1, count + 1)
        ],
        "note": "",
    }


def read(answer):
    if answer.status_code == 503:
        pytest.fail(re.search(r"<p>(.*?)</p>", answer.text)[1])
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(answer.data))


def text_of(reader):
    # Words may be broken over lines on paper.
    return [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]


def size_of(page):
    return round(page.mediabox.width), round(page.mediabox.height)


def fonts_of(reader):
    """(name, whether its glyphs are in the file) of every font of the pages."""
    found = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()["/DescendantFonts"][0].get_object()
            described = font["/FontDescriptor"].get_object()
            inside = any(key in described for key in ("/FontFile2", "/FontFile3"))
            found.add((described["/FontName"], inside))
    return found


# ---- a poster ----


def test_a_poster_says_all_that_the_board_says(enrolled, township, now):
    id = publish(enrolled)
    copied(enrolled, township)
    reader = read(create_app(enrolled).test_client().get(f"/n/{id}.pdf"))
    said = "".join(text_of(reader))
    for words in (
        *("东湖村财务公开", "2026年第三季度财务收支情况", "所属时期2026年第三季度"),
        *("公开时间2026年11月24日10:00", "镇里见证2026年11月24日10:00（李楼镇）"),
        *("村西门面房租金7,500.00", "8,958.83", "民主理财小组赵理财2026年11月23日"),
        *("村务监督委员会", "（盖章）", "监督电话0530-3350001", "手机扫一扫"),
    ):
        assert words in said, words
    assert "第1页共" in text_of(reader)[0]
    assert reader.metadata.title == "东湖村2026年第三季度财务收支情况"


def test_a_poster_is_a4_or_a3_with_its_fonts_inside(village, now):
    id = publish(village)
    client = create_app(village).test_client()
    for query, size in (("", A4), ("?size=a3", A3), ("?size=a0", A4)):
        reader = read(client.get(f"/n/{id}.pdf{query}"))
        assert {size_of(page) for page in reader.pages} == {size}
        assert all(inside for _, inside in fonts_of(reader))
        assert any("CJK" in name or "Hei" in name or "Song" in name for name, _ in fonts_of(reader))
    assert len(reader.pages) <= 2


def test_a_long_ledger_repeats_its_head_and_splits_no_line(village, now):
    told = {"period": "2026-10", "content": ledger(140)}
    id = publish(village, "finance.ledger", "2026年10月收支逐笔明细", **told)
    reader = read(create_app(village).test_client().get(f"/n/{id}.pdf"))
    pages = text_of(reader)
    assert 4 <= len(pages) <= 7
    with_lines = [page for page in pages if re.search(r"第\d+笔", page)]
    assert len(with_lines) >= 4
    assert all("日期摘要收入支出经手人" in page for page in with_lines)
    assert all("2026年10月收支逐笔明细（续）" in page for page in pages[1:])
    for n in range(1, 141):
        line = f"第{n}笔，购买保洁用品和扫帚{n}.00周建国"
        assert sum(line in page for page in pages) == 1, line
    assert (
        "合计（140笔）0.009,870.00" in pages[-1]
        and f"第{len(pages)}页共{len(pages)}页" in pages[-1]
    )


def test_a_wide_table_lies_across_the_page(village, now):
    columns = [{"name": f"第{n}列", "amount": False} for n in range(8)]
    rows = [[f"{n}-{m}" for n in range(8)] for m in range(3)]
    content = {"columns": columns, "rows": rows, "total": None, "note": ""}
    id = publish(village, "village.minimum_living", "名单", content=content)
    client = create_app(village).test_client()
    for query, size in (("", A4), ("?size=a3", A3)):
        reader = read(client.get(f"/n/{id}.pdf{query}"))
        assert size_of(reader.pages[0]) == size[::-1]


def test_photos_are_printed_smaller(village, now):
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((1900, 1400), 90).convert("RGB").save(out, "JPEG", quality=95)
    shot = photos.photo(out.getvalue())
    sha = village.blobs.put(shot.data)
    shown = {
        "sha": sha,
        "name": "会议现场",
        "type": shot.type,
        "width": shot.width,
        "height": shot.height,
    }
    id = publish(village, attachments=[shown])
    reader = read(create_app(village).test_client().get(f"/n/{id}.pdf"))
    images = {image.name: image for page in reader.pages for image in page.images}
    assert [it.image.width < 1000 for it in images.values()] == [True]
    assert "会议现场" in "".join(text_of(reader))


def test_of_many_photos_the_first_are_printed(village, now):
    shown = [
        {"sha": f"{n:064x}", "name": f"票据{n}", "type": "image/png", "width": 9, "height": 9}
        for n in range(11)
    ]
    id = publish(village, attachments=shown)
    page = create_app(village).test_client().get(f"/n/{id}.html").text
    assert "票据7" in page and "票据8" not in page and "另有 3 张照片" in page


def test_the_code_to_scan_is_drawn_on_it(village, now):
    id = publish(village)
    page = create_app(village).test_client().get(f"/n/{id}.html").text
    assert re.search(rf'<svg class="qr"[^>]*aria-label="二维码：http://localhost/n/{id}"', page)
    assert '<path d="M' in page


def test_the_display_period_and_where_to_object_stand_on_it(village, now):
    content = {"columns": [{"name": "户主", "amount": False}], "rows": [["李*华"]], "total": None}
    id = publish(
        village, "village.minimum_living_notice", "低保公示", content={**content, "note": ""}
    )
    said = "".join(text_of(read(create_app(village).test_client().get(f"/n/{id}.pdf"))))
    assert "公示期2026年11月24日至2026年12月1日" in said
    assert "请在公示期满前打上面的电话，或扫码写明" in said


def test_a_correction_says_to_take_the_old_sheet_down(village, now):
    id = publish(village)
    posting.correct(
        village.journal,
        id,
        actor="王会计",
        reason="租金写错",
        title="三季度收支",
        content=STATEMENT,
    )
    said = "".join(text_of(read(create_app(village).test_client().get(f"/n/{id}.pdf"))))
    assert "本公开已更正。原因：租金写错。请取下更正前张贴的那一份。" in said


def test_the_browsers_own_print_has_the_same(village, now):
    id = publish(village)
    answer = create_app(village).test_client().get(f"/n/{id}.html?size=a3")
    assert "村西门面房租金" in answer.text and 'class="a3"' in answer.text
    assert "纸张选 A3" in answer.text
    assert " style=" not in answer.text and "<style" not in answer.text


def test_what_is_withdrawn_or_unknown_is_not_printed(village, now):
    id = publish(village)
    notices.withdraw(village.journal, id, actor="王会计", reason="重复")
    client = create_app(village).test_client()
    assert client.get(f"/n/{id}.pdf").status_code == 410
    assert client.get("/n/01JUNKNOWN.pdf").status_code == 404


def test_one_poster_takes_less_than_three_seconds_of_processor_time(village, now):
    id = publish(village)
    before = os.times()
    read(create_app(village).test_client().get(f"/n/{id}.pdf?size=a3&of=time"))
    after = os.times()
    used = sum(getattr(after, it) - getattr(before, it) for it in ("children_user", "user"))
    assert used < 3


# ---- many readers ----


@pytest.fixture
def presses(monkeypatch):
    """What was pressed, by number of documents; a PDF is only its first bytes."""
    made = []

    def pdf(documents, files):
        made.append(len(documents))
        return b"%PDF-" + hashlib.sha256("".join(documents).encode()).digest()

    monkeypatch.setattr(printing, "pdf", pdf)
    monkeypatch.setattr(paper, "_made", paper.Kept(1 << 20))
    return made


def test_a_second_reader_is_answered_from_memory_until_something_changes(village, now, presses):
    id = publish(village)
    client = create_app(village).test_client()
    first = client.get(f"/n/{id}.pdf")
    assert client.get(f"/n/{id}.pdf").data == first.data
    same = client.get(f"/n/{id}.pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data, presses) == (304, b"", [1])
    posting.correct(
        village.journal, id, actor="王会计", reason="错字", title="改了", content=STATEMENT
    )
    assert client.get(f"/n/{id}.pdf").data != first.data
    assert presses == [1, 1]


def test_who_asks_too_often_is_asked_to_wait(village, now, presses):
    id = publish(village)
    client = create_app(village).test_client()
    codes = {client.get(f"/n/{id}.pdf").status_code for _ in range(40)}
    assert codes == {200, 429}


def test_when_many_print_the_next_is_told_to_try_again(village, now, presses, monkeypatch):
    id = publish(village)
    monkeypatch.setattr(paper, "_places", paper.threading.BoundedSemaphore(1))
    client = create_app(village).test_client()
    with paper._places:
        refused = client.get(f"/n/{id}.pdf?size=a3")
    assert refused.status_code == 503
    assert "请过一分钟再试" in refused.text
    assert f'href="/n/{id}.html?size=a3"' in refused.text
    assert client.get(f"/n/{id}.pdf?size=a3").status_code == 200


def test_memory_holds_only_the_latest(presses):
    kept = paper.Kept(10)
    for key in "abc":
        kept.put(key, b"1234")
    assert [kept.get(key) for key in "abc"] == [None, b"1234", b"1234"]


# ---- the officer's and the supervisor's month ----


def logged_in(node, role):
    password = people.add_account(
        node.journal, "王会计", role, node_role=node.config.role, actor="测试"
    )
    client = create_app(node).test_client()
    door = "township" if role == "supervisor" else "office"
    form = client.get(f"/{door}/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)[1]
    data = {"csrf_token": token, "name": "王会计", "password": password}
    assert client.post(f"/{door}/login", data=data).status_code == 302
    return client


def test_the_month_is_printed_sheet_by_sheet_with_what_is_overdue(village, now):
    publish(village)
    publish(village, "village.safety", "防火提醒", content={"text": "小心火烛"})
    client = logged_in(village, "officer")
    reader = read(client.get("/office/print/board.pdf?month=2026-11"))
    pages = text_of(reader)
    assert "张贴清单" in pages[0] and "防火提醒" in pages[0]
    assert "2026年第三季度财务收支情况" in pages[1] and "第1页共" in pages[1]
    fire = next(page for page in pages if "小心火烛" in page)
    assert "第1页共1页" in fire
    late = pages[pages.index(fire) + 1]
    assert "该公开还没有公开的事项" in late and "已逾期" in late and "第1页共" in late


def test_every_form_is_printed(village, now):
    catalogue = duties.catalogue(village.journal).items
    by_form = {item.form: item for item in catalogue.values()}
    for item in by_form.values():
        body = {
            **{"item": item.id, "affairs": item.affairs, "title": item.title, "form": item.form},
            **{"period": "", "event": "", "attachments": [], "reviews": [], "display_until": ""},
            **{"contact": "", "content": forms.example(forms.load()[item.form])},
        }
        village.journal.append("public", "notice.published", str(ULID()), body)
    reader = read(logged_in(village, "officer").get("/office/print/board.pdf?month=2026-11"))
    pages = text_of(reader)
    firsts = [page for page in pages if "手机扫一扫" in page]
    assert len(firsts) == len(by_form) > 20
    assert all(any(item.title in page for page in firsts) for item in by_form.values())
    said = "".join(pages)
    for words in ("更换水泵，全村停水", "村北机动地", "硬化东街路面640米", "竞价人", "政治审查"):
        assert words in said, words


def test_only_the_chosen_ones_are_printed(village, now, presses):
    one = publish(village)
    publish(village, "village.safety", "防火提醒", content={"text": "小心火烛"})
    client = logged_in(village, "officer")
    client.get(f"/office/print/board.pdf?month=2026-11&id={one}&size=a3")
    page = client.get(f"/office/print/board.html?month=2026-11&id={one}&size=a3").text
    assert "财务收支情况" in page and "防火提醒" not in page and 'class="a3"' in page
    assert presses == [3]


def test_the_brochure_has_contents_plain_words_and_large_type(village, now):
    publish(village, "village.safety", "防火提醒", content={"text": "小心火烛"})
    publish(village, "finance.ledger", "10月收支逐笔明细", content=ledger(60), period="2026-10")
    client = logged_in(village, "officer")
    reader = read(client.get("/office/print/brochure.pdf?month=2026-11"))
    pages = text_of(reader)
    assert "三务公开明白纸2026年11月" in pages[0]
    assert re.search(r"10月收支逐笔明细\.+第2页.*防火提醒\.+第[23]页", pages[0])
    said = "".join(pages[1:])
    assert said.index("10月收支逐笔明细") < said.index("防火提醒")
    assert "花出去1,830.00元" in said and "全文贴在公开栏上" in said and "第30笔" not in said
    sizes = []
    for page in reader.pages[1:]:
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size: sizes.append(
                (abs(tm[3] * cm[3]) * size, text)
            )
        )
    small = [text for size, text in sizes if text.strip() and size < 11.9]
    assert not [it for it in small if it.strip() and not re.search(r"打印|东湖村|扫码|续", it)]


def test_what_to_print_is_chosen_on_one_page(village, now):
    publish(village)
    client = logged_in(village, "officer")
    page = client.get("/office/print").text
    assert "2026年11月公开、更正的共 1 条" in page and 'value="a3"' in page
    assert "/office/print/brochure.pdf?month=2026-11" in page
    for odd in ("0000-00", "9999-12", "x"):
        assert client.get(f"/office/print?month={odd}").status_code == 200
    assert 'href="/office/print"' in client.get("/office/notices").text


def test_a_stranger_cannot_print_the_month(village, township, now):
    client = create_app(village).test_client()
    assert client.get("/office/print/board.pdf").status_code == 302
    client = create_app(township).test_client()
    assert client.get(f"/township/villages/{VILLAGE}/print/board.pdf").status_code == 302


def test_the_township_prints_a_villages_month(enrolled, township, now, presses):
    publish(enrolled)
    copied(enrolled, township)
    client = logged_in(township, "supervisor")
    assert f"/township/villages/{VILLAGE}/print" in client.get(f"/township/villages/{VILLAGE}").text
    page = client.get(f"/township/villages/{VILLAGE}/print").text
    assert f"/township/villages/{VILLAGE}/print/board.pdf" in page and "财务收支情况" in page
    answer = client.get(f"/township/villages/{VILLAGE}/print/board.html?month=2026-11")
    assert "东湖村" in answer.text and "张贴清单" in answer.text
    assert client.get(f"/township/villages/{VILLAGE}/print/brochure.pdf").status_code == 200
    assert client.get("/township/villages/371721105999/print").status_code == 404
