"""The guide: services, officials and topics as their origins tell of them; opinions; finding."""

from datetime import date

import pytest

from kiosk import clock, opinions
from kiosk.duties import timetable
from kiosk.node import ROOMS, Node
from kiosk.notices import queries as notices
from kiosk.rules import catalogue, spoken, topics
from kiosk.services import (
    ServiceRefused,
    describe_official,
    describe_service,
    describe_topic,
    official,
    officials,
    service,
    services,
    withdraw,
)
from kiosk.services import queries as guide
from tests.conftest import TOWNSHIP, VILLAGE, copied

ITEMS = catalogue.load().items
MINIMUM = {
    "name": "申请低保", "place": "村党群服务中心", "person": "孙丽华", "phone": "0530-3291201",
    "within": "30 个工作日", "papers": "户口本\n身份证\n", "steps": ["提交申请", "入户核查"],
    "items": ["village.minimum_living"],
}  # fmt: skip
HEAD = {"name": "孙守信", "post": "村委会主任", "duty": "主持全面工作", "matters": "修路\n信访"}


def put(node: Node, item: str, title: str) -> str:
    """A notice of that item, posted without a review."""
    body = {
        "item": item, "affairs": ITEMS[item].affairs, "title": title, "form": "notice",
        "period": "", "event": "", "content": {"text": "全文"}, "attachments": [], "reviews": [],
        "display_until": "", "contact": "",
    }  # fmt: skip
    node.journal.append("public", "notice.published", f"N-{item}", body)
    return f"N-{item}"


def test_a_service_is_told_corrected_and_taken_down(village: Node) -> None:
    journal = village.journal
    id = describe_service(journal, MINIMUM, actor="孙丽华")
    found = service(journal, id)
    assert found is not None and found.papers == ("户口本", "身份证") and found.origin == VILLAGE
    describe_service(journal, {**MINIMUM, "within": "20 天"}, actor="孙丽华", id=id)
    assert [each.within for each in services(journal, [VILLAGE])] == ["20 天"]
    withdraw(journal, "service", id, actor="孙丽华")
    assert service(journal, id) is None and services(journal, [VILLAGE]) == []
    with pytest.raises(ServiceRefused, match="已经撤下"):
        withdraw(journal, "service", id, actor="孙丽华")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"phone": ""}, "还没有写：电话"),
        ({"name": "低" * 61}, "太长了"),
        ({"steps": "\n".join("一二三四" for _ in range(21))}, "太多了"),
        ({"note": "样表：身份证 371721195001011234"}, "身份证号"),
    ],
)
def test_a_service_that_cannot_be_told_so_is_refused(village: Node, changed, said) -> None:
    with pytest.raises(ServiceRefused, match=said):
        describe_service(village.journal, {**MINIMUM, **changed}, actor="孙丽华")


def test_an_erased_description_leaves_what_stood_before_it(village: Node) -> None:
    journal = village.journal
    id = describe_official(journal, HEAD, actor="孙丽华")
    describe_official(journal, {**HEAD, "duty": "写错了"}, actor="孙丽华", id=id)
    last = journal.size(journal.own("public")) - 1
    journal.erase("public", last, actor="孙丽华", reason="写错了")
    found = official(journal, id)
    assert found is not None and found.duty == "主持全面工作"


def test_a_village_reads_its_townships_guide_and_a_rebuild_gives_the_same(township, enrolled):
    describe_service(township.journal, {**MINIMUM, "name": "老年证"}, actor="郑国华")
    copied(township, enrolled)
    describe_service(enrolled.journal, MINIMUM, actor="孙丽华")
    describe_official(enrolled.journal, {**HEAD, "order": 2}, actor="孙丽华")
    describe_official(enrolled.journal, {**HEAD, "name": "孙丽华", "order": 1}, actor="孙丽华")
    journal = enrolled.journal
    assert [each.name for each in services(journal, [VILLAGE, TOWNSHIP])] == ["申请低保", "老年证"]
    assert [each.name for each in officials(journal, [VILLAGE, VILLAGE])] == ["孙丽华", "孙守信"]
    before = journal.projector.fingerprints(journal.db)
    journal.rebuild()
    assert journal.projector.fingerprints(journal.db) == before
    assert {"services", "opinions"} <= {room.name for room in ROOMS}


def test_the_programs_topics_lead_to_items_that_there_are() -> None:
    for topic in topics.load():
        assert set(topic.items) <= set(ITEMS), topic.id
        assert len(topic.sign) == 1
    assert len({topic.id for topic in topics.load()}) == len(topics.load())


def test_a_township_adds_replaces_and_hides_topics(township: Node) -> None:
    journal = township.journal
    new = {"ask": "公交几点来", "sign": "车", "words": ["公交"]}
    describe_topic(journal, new, actor="郑国华")
    describe_topic(journal, {**new, "ask": "路啥时候修好"}, actor="郑国华", id="road")
    hidden = {"ask": "入党、党费的事", "sign": "党", "words": ["入党"], "hidden": True}
    describe_topic(journal, hidden, actor="郑国华", id="party")
    found = {topic.id: topic for topic in guide.topics(journal, [TOWNSHIP])}
    assert "party" not in found and found["road"].ask == "路啥时候修好"
    assert list(found.values())[-1].ask == "公交几点来"
    with pytest.raises(ServiceRefused, match="关键词"):
        describe_topic(journal, {"ask": "不知道去哪"}, actor="郑国华")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("db", "低保"),
        ("DB", "低保"),
        ("dib", "低保"),
        ("dangb", "当兵"),
        ("低", "低保"),
        ("x", "修路"),
    ],
)
def test_what_is_typed_offers_words_people_look_for_first(typed: str, first: str) -> None:
    words = [word for topic in topics.load() for word in topic.words]
    words += [alias for item in ITEMS.values() for alias in item.aliases]
    offered = spoken.offered(words, typed, 6)
    assert offered[0] == first and len(offered) == len(set(offered))


def test_a_search_shows_the_items_asked_for_before_their_homophones(village: Node) -> None:
    for item in ("village.minimum_living", "village.enlistment", "village.safety"):
        title = "冬季大病防治" if item == "village.safety" else ITEMS[item].title
        put(village, item, title)
    found = notices.search(
        village.journal, None, "db", items=ITEMS.values(), first=["village.minimum_living"]
    )
    assert [each.item for each in found.notices] == [
        "village.minimum_living", "village.enlistment", "village.safety",
    ]  # fmt: skip


def test_opinions_are_counted_and_nothing_else(village: Node) -> None:
    id = put(village, "village.safety", "防火")
    notice = notices.notice(village.journal, id)
    for good in (True, True, False):
        opinions.give(village.journal, notice, good=good)
    village.journal.append("public", "opinion.given", id, {"good": "很好"})
    assert opinions.of_notice(village.journal, id) == opinions.Opinions(2, 1)


def test_every_item_says_how_often_and_by_what_law() -> None:
    said = {id: timetable.how_often(item) for id, item in ITEMS.items()}
    assert said["finance.statement"] == "每季度，季后首月 10 日前"
    assert said["village.decision"] == "有了就公开，3 个工作日内"
    assert said["party.plan"] == "每年，当年 3 月 31 日前"
    assert said["village.contacts"] == "长期公开，每 3 个月核对一次"
    assert all("practice" not in timetable.basis(item) for item in ITEMS.values())
    assert timetable.basis(ITEMS["village.levy"]).startswith("村民委员会组织法第二十四条")


def test_the_timetable_says_when_it_last_was_and_when_it_is_due(village: Node) -> None:
    today = clock.today()
    put(village, "village.contacts", "监督电话")
    lines = {it.item.id: it for it in timetable.timetable(village.journal, VILLAGE, today)}
    assert lines["village.contacts"].published == today
    assert lines["village.contacts"].next_due is not None
    assert lines["village.contacts"].next_due > today
    assert lines["village.levy"].state == timetable.NOTHING_HAPPENED
    statement = lines["finance.statement"]
    assert statement.state in ("overdue", "escalated") and statement.days_late > 0
    assert isinstance(statement.next_due, date)
