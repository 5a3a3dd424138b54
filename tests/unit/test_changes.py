import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules import forms
from kiosk.rules.changes import Change, changes

FORMS = forms.load()
STATEMENT = {
    "opening": 100_00,
    "income": [{"name": "租金", "amount": 50_00, "sub": False},
               {"name": "利息", "amount": 1_00, "sub": False}],
    "expense": [{"name": "保洁", "amount": 30_00, "sub": False}],
    "closing": 121_00,
    "note": "",
}  # fmt: skip
PERSONS = {
    "columns": [{"name": "组别", "amount": False}, {"name": "户主姓名", "amount": False},
                {"name": "金额", "amount": True}],
    "rows": [["第一组", "王*兰", 520_00], ["第二组", "李*田", 860_00]],
    "total": 1380_00,
    "note": "",
}  # fmt: skip


def body(content, **more):
    return {"title": "标题", "content": content, "attachments": [], "contact": "", **more}


def of(form, old, new, **more):
    found = changes(FORMS[form], body(old), body(new, **more))
    return [(it.kind, it.where, it.before, it.after) for it in found]


def edited(content, change):
    made = copy.deepcopy(content)
    change(made)
    return made


def test_nothing_changed_is_nothing():
    assert of("finance_statement", STATEMENT, STATEMENT) == []


def test_a_figure_is_told_with_its_row_and_column():
    new = edited(STATEMENT, lambda it: it["income"][0].update(amount=60_00))
    new["closing"] = 131_00
    assert of("finance_statement", STATEMENT, new) == [
        ("changed", "收入 · 租金 · 金额", "50.00 元", "60.00 元"),
        ("changed", "期末余额", "121.00 元", "131.00 元"),
    ]


def test_a_row_put_in_between_changes_no_other():
    row = {"name": "捐款", "amount": 9_00, "sub": False}
    new = edited(STATEMENT, lambda it: it["income"].insert(1, row))
    assert of("finance_statement", STATEMENT, new) == [
        ("added", "收入", "", "捐款，金额 9.00 元"),
    ]
    assert of("finance_statement", new, STATEMENT) == [
        ("removed", "收入", "捐款，金额 9.00 元", ""),
    ]


def test_a_renamed_row_is_one_change():
    new = edited(STATEMENT, lambda it: it["expense"][0].update(name="保洁费"))
    assert of("finance_statement", STATEMENT, new) == [
        ("changed", "支出 · 保洁费 · 项目", "保洁", "保洁费"),
    ]


def test_persons_are_brought_together_by_name():
    new = edited(PERSONS, lambda it: it["rows"].pop(0))
    new["rows"][0][2] = 760_00
    assert of("person_list", PERSONS, new) == [
        ("removed", "名单", "第一组，王*兰，520.00 元", ""),
        ("changed", "名单 · 李*田 · 金额", "860.00 元", "760.00 元"),
    ]


def test_columns_that_changed_are_told_once():
    def more(it):
        it["columns"].append({"name": "备注", "amount": False})
        for row in it["rows"]:
            row.append("")

    new = edited(PERSONS, more)
    assert of("person_list", PERSONS, new)[0][:2] == ("changed", "名单 · 各列")


def test_a_text_is_compared_by_paragraph():
    old = {"text": "第一段\n第二段\n第三段"}
    assert of("notice", old, {"text": "第一段\n改过的第二段\n第三段"})[0][2:] == (
        "第二段",
        "改过的第二段",
    )
    assert of("notice", old, {"text": "第一段\n第三段"})[0][0] == "removed"


def test_title_pictures_and_contact_are_compared_too():
    picture = {"sha": "a" * 64, "name": "路", "type": "image/png", "width": 1, "height": 1}
    found = of(
        "notice",
        {"text": "x"},
        {"text": "x"},
        title="新标题",
        attachments=[picture],
        contact="12345",
    )
    assert found == [
        ("changed", "标题", "标题", "新标题"),
        ("added", "照片", "", "1 张"),
        ("added", "联系方式", "", "12345"),
    ]
    named = [{**picture, "name": "东街"}]
    old, new = body({}, attachments=[picture]), body({}, attachments=named)
    assert changes(None, old, new) == [Change("changed", "照片说明", "路", "东街")]


def test_a_form_that_is_not_known_is_compared_as_it_is():
    found = changes(None, body({"a": 1, "b": "x"}), body({"a": 2}))
    assert [(it.where, it.before, it.after) for it in found] == [("a", "1", "2"), ("b", "x", "")]


@pytest.mark.parametrize("id", sorted(FORMS))
def test_every_form_s_own_example_can_be_compared_with_nothing(id):
    example = forms.example(FORMS[id])
    empty = forms.filled(FORMS[id], {})
    assert changes(FORMS[id], body(example), body(example)) == []
    found = changes(FORMS[id], body(empty), body(example))
    assert found and {it.kind for it in found} <= {"added", "changed"}
    assert len(changes(FORMS[id], body(example), body(empty))) == len(found)


lines = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["租金", "利息", "捐款", ""]),
            "amount": st.integers(0, 3),
            "sub": st.booleans(),
        }
    ),
    max_size=6,
)


@given(lines, lines)
def test_rows_are_told_whenever_they_differ_and_each_once(old, new):
    found = of("finance_statement", {**STATEMENT, "income": old}, {**STATEMENT, "income": new})
    assert bool(found) == (old != new)
    added = sum(kind == "added" for kind, where, *_ in found if where == "收入")
    removed = sum(kind == "removed" for kind, where, *_ in found if where == "收入")
    assert added - removed == len(new) - len(old)
