"""On paper: figures in plain words, what a month's print holds, and PDFs that read and break well.

PDFs are made by the real press; where its libraries or a Chinese font are missing these tests fail
with the words that people would read.
"""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from kiosk import clock, notices
from kiosk.duties import queries as duties
from kiosk.notices import queries
from kiosk.printing import NotPrintable, pdf, sheets
from kiosk.printing.plain import plain_words
from tests import posting

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
STATEMENT = {
    "opening": 100_00,
    "income": [
        {"name": "租金", "amount": 50_00, "sub": False},
        {"name": "其中：门面房", "amount": 20_00, "sub": True},
    ],
    "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
    "closing": 120_00,
    "note": "",
}
LINES = [
    {
        "on": f"2026-10-{n % 28 + 1:02d}",
        "summary": f"第{n}笔：购买保洁用品和扫帚",
        "income": 0,
        "expense": 1_000_00 + n * 100,
        "handler": "周建国",
    }
    for n in range(1, 141)
]
LEDGER = {"opening": None, "closing": None, "lines": LINES, "note": ""}


def page(body: str) -> str:
    return (
        '<html lang="zh-CN"><link rel="stylesheet" href="/static/print.css">'
        f'<body class="paper">{body}</body></html>'
    )


STYLES = {"/static/print.css": Path("kiosk/web/static/print.css").resolve()}


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


# ---- plain words ----


def test_accounts_are_said_in_plain_words():
    assert plain_words("finance_statement", STATEMENT) == [
        "收进来 50.00 元，花出去 30.00 元。",
        "原来有 100.00 元，现在还剩 120.00 元。",
        "钱主要来自：租金 50.00 元。",
        "钱主要花在：保洁 30.00 元。",
    ]


def test_a_change_is_said_against_the_period_before():
    before = {**STATEMENT, "expense": [{"name": "保洁", "amount": 45_00, "sub": False}]}
    assert "和上期比，支出少了 15.00 元。" in plain_words("finance_statement", STATEMENT, before)
    assert not [it for it in plain_words("finance_statement", STATEMENT, STATEMENT) if "上期" in it]


def test_a_ledger_names_its_largest_lines():
    said = plain_words("ledger", LEDGER)
    assert "一共 140 笔，笔笔都在公开栏上。" in said
    assert said[-1].startswith("最大的支出：第140笔：购买保洁用品和扫帚 1,140.00 元、第139笔")


@pytest.mark.parametrize(
    ("form", "content", "said"),
    [
        (
            "person_list",
            {"columns": [], "rows": [["王*兰"], ["李*田"]], "total": 1380_00, "note": ""},
            ["名单上一共 2 户（人），合计 1,380.00 元。"],
        ),
        ("person_list", {"columns": [], "rows": [], "total": None}, ["这一期没有人员。"]),
        (
            "decision",
            {
                "text": "修路",
                "steps": [
                    {
                        **{"name": "村民代表会议", "present": 32},
                        **{"for": 31, "against": 1, "abstain": None},
                    }
                ],
            },
            ["村民代表会议：到会 32 人，同意 31 票，反对 1 票。"],
        ),
        ("notice", {"text": "明天停电"}, []),
    ],
)
def test_other_forms_say_what_counts(form, content, said):
    assert plain_words(form, content) == said


# ---- a month ----


@pytest.fixture
def posted(village):
    """publish(item, title, on) on the village's board."""

    def publish(item, title, on, **changes):
        with clock.set_to(datetime(*on, 2, tzinfo=UTC)):
            return posting.publish(
                village.journal,
                actor="王会计",
                **{
                    "item": duties.catalogue(village.journal).items[item],
                    "title": title,
                    "content": {"text": "内容"},
                    **changes,
                },
            )

    return publish


def test_a_month_holds_what_was_published_or_corrected_in_it_finance_first(village, posted):
    plain = {"content": {"text": "内容"}}
    old = posted("village.safety", "十月的提醒", (2026, 10, 31))
    posted("village.safety", "十一月的提醒", (2026, 11, 2))
    gone = posted("village.safety", "撤回的提醒", (2026, 11, 3))
    posted("village.safety", "十二月的提醒", (2026, 12, 1))
    posted("finance.statement", "三季度收支", (2026, 11, 5), content=STATEMENT, period="2026Q3")
    with clock.set_to(datetime(2026, 11, 20, 2, tzinfo=UTC)):
        posting.correct(
            village.journal, old, actor="王会计", reason="日期写错", title="更正的提醒", **plain
        )
        notices.withdraw(village.journal, gone, actor="王会计", reason="重复")
    found = sheets.of_month(village.journal, village.config.code, date(2026, 11, 17))
    assert [it.title for it in found] == ["三季度收支", "更正的提醒", "十一月的提醒"]


def test_who_must_still_sign_stands_beside_who_did(village, posted):
    id = posted(
        "finance.statement",
        "三季度收支",
        (2026, 11, 5),
        content=STATEMENT,
        period="2026Q3",
        reviews=[{"by": "finance_group", "name": "赵理财", "on": "2026-11-04"}],
    )
    found = queries.notice(village.journal, id)
    made = sheets.sheet(village.journal, found, township="李楼镇", address="https://x.example")
    assert made.address == f"https://x.example/n/{id}"
    assert (made.signers[0].body, made.signers[0].name) == ("民主理财小组", "赵理财")
    assert [it.name for it in made.signers[1:]] == [""] * (len(made.signers) - 1)
    assert "村务监督委员会" in [it.body for it in made.signers]


def test_months_go_back_to_the_boards_first_day():
    months = sheets.months(date(2026, 9, 15), date(2026, 11, 24))
    assert months == [date(2026, 11, 1), date(2026, 10, 1), date(2026, 9, 1)]


# ---- the press ----


def test_every_document_counts_its_own_pages():
    long = page('<section class="sheet">' + "<p>长长的公告。</p>" * 60 + "</section>")
    reader = read(pdf([long, page("<h1>短公告</h1>")], STYLES))
    said = [it.extract_text() for it in reader.pages]
    assert "第 1 页 共 3 页" in said[0] and "第 3 页 共 3 页" in said[2]
    assert "第 1 页 共 1 页" in said[3] and "短公告" in said[3]


def test_a_long_print_is_written_in_parts_and_joined():
    document = page('<section class="sheet">' + "<p>长长的公告。</p>" * 900 + "</section>")
    reader = read(pdf([document, document, document], STYLES))
    assert len(reader.pages) > 60
    assert "共" in reader.pages[-1].extract_text()


def test_nothing_is_fetched_that_was_not_given(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG")
    document = page(
        f'<img src="file://{secret}" alt="读不到文件">'
        '<img src="http://127.0.0.1:9/x.png" alt="读不到网页">'
        '<img src="/blobs/none" alt="没有照片">'
    )
    said = read(pdf([document], STYLES)).pages[0].extract_text()
    assert "读不到文件" in said and "读不到网页" in said and "没有照片" in said


def test_without_a_chinese_font_it_says_what_to_install(tmp_path, monkeypatch):
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    with pytest.raises(NotPrintable, match="apt install fonts-noto-cjk"):
        pdf([page("<h1>公开</h1>")], STYLES)


def test_without_pango_it_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NotPrintable, match="apt install libpango"):
        pdf([page("<h1>公开</h1>")], STYLES)


def test_what_takes_too_long_is_given_up():
    with pytest.raises(NotPrintable, match="少选几条"):
        pdf([page("<h1>公开</h1>")], STYLES, timeout=0.01)


def test_whatever_else_goes_wrong_leads_to_the_browsers_print(tmp_path, monkeypatch):
    (tmp_path / "weasyprint.py").write_text("raise RuntimeError('broken')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NotPrintable, match="浏览器打印"):
        pdf([page("<h1>公开</h1>")], STYLES)
