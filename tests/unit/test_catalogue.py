from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kiosk.rules import catalogue
from kiosk.rules.catalogue import CatalogueInvalid, Due, Span

D = date.fromisoformat
SHARED = Path(__file__).parents[3] / "shared" / "domain" / "catalogue.yaml"
ITEM = {
    "id": "village.fees",
    "affairs": "village",
    "title": "水费",
    "contents": "应收、实收",
    "form": "notice",
    "cadence": "quarterly",
    "due": {"day": 10},
    "review": ["committee"],
    "openness": "结果",
    "basis": "practice",
}


def one(**changes):
    item = {key: value for key, value in {**ITEM, **changes}.items() if value is not ...}
    return f"version: 1\nitems: [{item!r}]".replace("True", "true").replace("None", "null")


def test_the_catalogue_comes_with_the_program_and_is_parsed_once() -> None:
    loaded = catalogue.load()
    assert loaded is catalogue.load()
    assert len(loaded.items) == 56
    assert {item.affairs for item in loaded.items.values()} == set(catalogue.AFFAIRS)


def test_the_program_s_catalogue_is_the_field_s() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/domain/catalogue.yaml is not beside this checkout")
    added = {"aliases": (), "event_ahead": False, "may_be_none": True}
    ours = {id: replace(item, **added) for id, item in catalogue.load().items.items()}
    assert dict(catalogue.load(SHARED).items) == ours


def test_every_item_has_words_of_its_own_that_villagers_use() -> None:
    for item in catalogue.load().items.values():
        assert item.aliases, item.id
        assert len(set(item.aliases)) == len(item.aliases)
        assert all(2 <= len(alias) <= 6 for alias in item.aliases), item.id


def test_items_hold_typed_values_and_defaults() -> None:
    items = catalogue.load().items
    statement = items["finance.statement"]
    assert statement.title == "财务收支情况"
    assert statement.due == Due(day=10)
    assert statement.review == ("finance_group", "committee", "village_head")
    assert (statement.remind_days, statement.grace, statement.roll) == (5, 5, "next_working_day")
    assert items["party.plan"].due == Due(day=31, month=3, in_period=True)
    assert items["village.decision"].due == Due(after=Span(3, working=True))
    assert items["village.decision"].display == Span(7, working=False)
    assert items["village.contacts"].confirm_months == 3
    assert items["village.charter"].review == ("committee", "village_head")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": ...}, "village.fees 的 title：缺少"),
        ({"title": ""}, "village.fees 的 title：应为文字"),
        ({"colour": "red"}, "village.fees 的 colour：不认识的字段"),
        ({"affairs": "finance"}, "village.fees 的 affairs：与 id 不符"),
        ({"cadence": "weekly"}, "village.fees 的 cadence：.*weekly"),
        ({"due": ...}, "village.fees 的 due：缺少"),
        ({"due": {"day": 0}}, "village.fees 的 due：应为 1 到 31"),
        ({"due": {"day": "10"}}, "village.fees 的 due：应为 1 到 31"),
        ({"due": {"day": 10, "month": 2}}, "village.fees 的 due：month 只用于每年"),
        ({"due": {"days": 3}}, "village.fees 的 due：days、working_days 用于随时"),
        ({"due": {"days": 3, "working_days": 3}}, "village.fees 的 due：应为 days 或 working_days"),
        ({"due": {"day": 10, "in_period": True}}, "village.fees 的 due：in_period"),
        ({"due": {"day": 10, "hour": 3}}, "village.fees 的 due：不认识 hour"),
        ({"cadence": "event"}, "village.fees 的 due：days、working_days 用于随时"),
        ({"cadence": "standing", "due": ...}, "village.fees 的 confirm_months：长期"),
        ({"confirm_months": 3}, "village.fees 的 confirm_months：只用于长期"),
        ({"event_ahead": True}, "village.fees 的 event_ahead：只用于随时"),
        ({"may_be_none": "no"}, "village.fees 的 may_be_none：应为 true"),
        ({"review": []}, "village.fees 的 review：应为至少一个"),
        ({"review": ["mayor"]}, "village.fees 的 review：.*mayor"),
        ({"review": ["committee", "committee"]}, "village.fees 的 review：审核人重复"),
        ({"openness": "公开"}, "village.fees 的 openness：.*公开"),
        ({"display": {"weeks": 2}}, "village.fees 的 display：.*weeks"),
        ({"grace": -1}, "village.fees 的 grace：应为 0 到"),
        ({"grace": True}, "village.fees 的 grace：应为 0 到"),
        ({"roll": "previous"}, "village.fees 的 roll：.*previous"),
        ({"form": "Some Form"}, "village.fees 的 form：应为小写字母"),
    ],
)
def test_wrong_data_is_refused_naming_item_and_field(changes: dict, says: str) -> None:
    with pytest.raises(CatalogueInvalid, match=says):
        catalogue.parse(one(**changes))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "items"),
        ("version: 1\nitems: {}", "items"),
        ("items: []", "version"),
        ("version: 1\nitems: []\nextra: 1", "extra"),
        ("version: 1\nitems: [{title: 无}]", "id"),
        ("version: 1\nitems: [", "YAML"),
        (f"version: 1\nitems: [{ITEM!r}, {ITEM!r}]", "重复"),
    ],
)
def test_a_wrong_file_is_refused(text: str, says: str) -> None:
    with pytest.raises(CatalogueInvalid, match=says):
        catalogue.parse(text)


def test_a_change_holds_from_its_date_and_not_before() -> None:
    changed = catalogue.load().with_changes(
        [{"id": "finance.statement", "from": "2026-10-01", "due": {"day": 8}, "grace": 2}]
    )
    old = changed.rules_at("finance.statement", D("2026-09-30"))
    new = changed.rules_at("finance.statement", D("2026-10-01"))
    assert old is not None and new is not None
    assert (old.due, old.grace) == (Due(day=10), 5)
    assert (new.due, new.grace, new.title) == (Due(day=8), 2, old.title)
    assert changed.items["finance.statement"] == new
    assert catalogue.load().items["finance.statement"] == old


def test_changes_take_effect_by_date_and_then_by_order() -> None:
    changed = catalogue.load().with_changes(
        [
            {"id": "finance.pay", "from": "2027-01-01", "grace": 9},
            {"id": "finance.pay", "from": "2026-10-01", "grace": 2, "remind_days": 7},
            {"id": "finance.pay", "from": "2026-10-01", "grace": 3},
        ]
    )
    found = [
        (rules.grace, rules.remind_days)
        for on in ("2026-09-30", "2026-10-01", "2027-01-01")
        if (rules := changed.rules_at("finance.pay", D(on)))
    ]
    assert found == [(5, 5), (3, 7), (9, 7)]


def test_items_can_be_added_removed_and_put_back() -> None:
    added = {
        **ITEM,
        "id": "village.bus",
        "affairs": "village",
        "title": "校车",
        "from": D("2026-10-01"),
    }
    changed = catalogue.load().with_changes(
        [
            added,
            {"id": "village.family", "from": "2026-10-01", "removed": True},
            {"id": "village.family", "from": "2027-01-01", "removed": False},
        ]
    )
    assert changed.rules_at("village.bus", D("2026-09-30")) is None
    bus = changed.rules_at("village.bus", D("2026-10-01"))
    assert bus is not None and bus.title == "校车"
    assert changed.rules_at("village.family", D("2026-11-01")) is None
    assert changed.rules_at("village.family", D("2027-01-01")) is not None
    assert changed.items["village.family"].title == "计划生育、卫生健康政策落实"
    in_autumn = {item.id for item in changed.items_on(D("2026-11-01"))}
    assert "village.bus" in in_autumn and "village.family" not in in_autumn


def test_an_unknown_item_has_no_rules() -> None:
    assert catalogue.load().rules_at("village.unknown", D("2026-11-24")) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"from": "2026-10-01"}, "缺少事项 id"),
        ({"id": "finance.pay"}, "finance.pay 的 from"),
        ({"id": "finance.pay", "from": "明年"}, "finance.pay 的 from"),
        ({"id": "finance.pay", "from": "2026-10-01", "due": {"days": 2}}, "finance.pay 的 due"),
        ({"id": "finance.pay", "from": "2026-10-01", "removed": "yes"}, "finance.pay 的 removed"),
        (
            {"id": "village.bus", "from": "2026-10-01", "title": "校车"},
            "village.bus 的 affairs：缺少",
        ),
    ],
)
def test_a_wrong_change_is_refused(change: dict, says: str) -> None:
    with pytest.raises(CatalogueInvalid, match=says):
        catalogue.load().with_changes([change])
