"""Tables that fit where they are read, or are read row by row."""

import re
from datetime import date

import pytest

from kiosk import create_app

COLUMNS = (
    ("组别", "第一组"), ("户主姓名", "赵*玲"), ("家庭人口", "3"), ("享受类别", "A类 重度残疾"),
    ("保障人数", "1"), ("月保障标准", 380_00), ("月保障金额", 380_00), ("变动情况", "新增"),
    ("备注", "2026年7月起因病致贫纳入，每半年复核一次"),
)  # fmt: skip


def listed(journal, count):
    """The id of a posted list of so many columns."""
    columns = [{"name": name, "amount": isinstance(cell, int)} for name, cell in COLUMNS[:count]]
    content = {
        "columns": columns, "rows": [[cell for _, cell in COLUMNS[:count]]] * 3, "total": None,
        "note": "",
    }  # fmt: skip
    body = {
        "item": "village.minimum_living", "affairs": "village", "title": "名单", "period": "",
        "form": "person_list", "event": "", "content": content, "attachments": [], "reviews": [],
        "display_until": "", "contact": "",
    }  # fmt: skip
    id = f"N{count}"
    journal.append("public", "notice.published", id, body)
    return id


@pytest.mark.parametrize(
    ("count", "on_the_screen", "on_a_phone"), [(2, False, False), (5, False, True), (9, True, True)]
)
def test_a_list_that_does_not_fit_is_read_row_by_row(village, count, on_the_screen, on_a_phone):
    id = listed(village.journal, count)
    client = create_app(village).test_client()
    for path, stacked in ((f"/notices/{id}", on_the_screen), (f"/n/{id}", on_a_phone)):
        html = client.get(path).text
        assert ('class="data stacked"' in html) is stacked, path
        if stacked:
            assert 'data-label="组别">第一组<' in html
            assert re.search(r'<td class="short head" data-label="户主姓名">赵\*玲<', html)


def test_a_ledger_is_read_line_by_line_on_a_phone(village):
    body = {
        "item": "finance.ledger", "affairs": "finance", "title": "明细", "period": "2026-10",
        "form": "ledger", "event": "", "attachments": [], "reviews": [], "display_until": "",
        "contact": "", "content": {"opening": 0, "closing": 20_00, "note": "", "lines": [
            {"on": date(2026, 10, 5).isoformat(), "summary": "收租金", "income": 20_00,
             "expense": 0, "handler": "王秀兰"},
        ]},
    }  # fmt: skip
    village.journal.append("public", "notice.published", "L1", body)
    client = create_app(village).test_client()
    assert 'data-label="收入">20.00<' in client.get("/n/L1").text
    assert 'class="data stacked"' in client.get("/n/L1").text
    assert 'class="data stacked"' not in client.get("/notices/L1").text
