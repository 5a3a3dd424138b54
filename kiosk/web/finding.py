"""Finding on the screen: topics in people's own words, words that are offered, pinyin on a keypad;
the catalogue as everybody's own check of timeliness; and what others asked.

Each page is polled and swapped like the board's own (`kiosk.web.board`).
"""

from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any

from flask import Blueprint, abort, request, url_for

from kiosk import clock, scores, supervision
from kiosk.duties import queries as duties
from kiosk.duties import timetable
from kiosk.feedback import queries as asked
from kiosk.feedback.queries import Feedback
from kiosk.node import Node
from kiosk.notices import queries as notices
from kiosk.notices.queries import Notice
from kiosk.rules import codes, scoring, spoken, topics
from kiosk.rules.calendar import Period
from kiosk.rules.catalogue import AFFAIRS, Item
from kiosk.rules.timeliness import LATE
from kiosk.rules.topics import Topic
from kiosk.services import queries as guide
from kiosk.services.queries import Official, Service
from kiosk.villages import queries as villages
from kiosk.web import current_node
from kiosk.web.board import PER_PAGE, on_this_board, polled, render

KEYS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
WORDS = (
    "财务收支", "低保", "五保", "补贴", "修路", "决议", "合同", "选举", "党费", "宅基地", "水电费",
    "投诉",
)  # fmt: skip
"""Offered before anything is typed."""

MOST_OFFERED = 6
WORD_LIMIT = 8
"""Characters of a word that is offered."""

MOST_GUIDE = 2
"""Services and officials that a search shows above the notices."""

SCORES = 4
"""Assessments that are shown of a village."""

PER_TOPIC = 6
PER_ITEM = 3
ACCOUNTS = "finance.statement"
SETTLED = ("met", "declared_none", "excused")

blueprint = Blueprint("finding", __name__)


@blueprint.get("/search")
@polled
def search() -> str:
    """Topics and words to tap; with `?q=` what is found for it."""
    node = current_node()
    q = " ".join(request.args.get("q", "").split())[:40]
    page = max(request.args.get("page", 1, type=int), 1)
    whose = None if node.config.is_township else on_this_board(node)
    items = list(duties.catalogue(node.journal).items.values())
    services, officials = _guide(node)
    shown = topics_here(node)
    offered = spoken.offered(_words(shown, items, services, officials), q, MOST_OFFERED)
    found = notices.search(
        node.journal,
        whose,
        q,
        PER_PAGE,
        (page - 1) * PER_PAGE,
        items=items,
        first=_items_called(offered, items),
    )
    return render(
        "board/search.html",
        back="/",
        q=q,
        found=found,
        page=page,
        pages=max(ceil(found.total / PER_PAGE), 1),
        keys=KEYS,
        words=WORDS,
        offered=[word for word in offered if word != q],
        tiles=[(topic, way_of(node, topic)) for topic in shown],
        services=_meant(services, q, offered)[:MOST_GUIDE],
        officials=_meant(officials, q, offered)[:MOST_GUIDE],
    )


@blueprint.get("/topics/<id>")
@polled
def topic(id: str) -> str:
    """Where a question leads: whom to call, what to do, and what was published about it."""
    node = current_node()
    found = next((each for each in topics_here(node) if each.id == id), None)
    if found is None:
        abort(404)
    services, officials = _guide(node)
    return render(
        "board/topic.html",
        back="/search",
        topic=found,
        services=[each for each in services if topics.speaks_of(found.words, _about(each))],
        officials=[each for each in officials if topics.speaks_of(found.words, _about(each))],
        notices=_of_items(node, found.items),
    )


@blueprint.get("/catalogue")
@blueprint.get("/villages/<code>/catalogue", endpoint="catalogue_of")
@polled
def catalogue(code: str | None = None) -> str:
    """What must be published, by when, and whether it was; on a township's own board of the village
    that is asked for."""
    node = current_node()
    if code is None and node.config.is_township:
        return render(
            "board/catalogue_villages.html", back="/", villages=villages.known(node.journal)
        )
    whose = code or node.config.code
    described = villages.village(node.journal, whose)
    if described is None:
        abort(404)
    lines = timetable.timetable(node.journal, whose, clock.today())
    only = request.args.get("only", "")
    return render(
        "board/catalogue.html",
        back=f"/villages/{code}" if code else "/",
        village=described,
        own=code is None,
        groups=[
            (affairs, [line for line in lines if line.item.affairs == affairs])
            for affairs in AFFAIRS
            if only in ("", affairs)
        ],
        only=only,
        path=request.path,
        kept=sum(line.state in SETTLED for line in lines),
        late=[line for line in lines if line.state in LATE],
        total=len(lines),
        orders=supervision.shown(node.journal, whose),
        scores=_scores(node, whose),
    )


def _scores(node: Node, village: str) -> list[tuple[str, str, str]]:
    """What the township published of the village's last assessments for its screen: (span in
    words, points, as of when)."""
    above = codes.parent(village)
    found: dict[str, tuple[str, str, str]] = {}
    for each in scores.published(node.journal, above) if above else ():
        for one in each.scores:
            if each.board and one["village"] == village and each.span not in found:
                title = Period.parse(each.span).title
                points = scoring.points_in_words(one["points"])
                found[each.span] = (title, points, each.until)
    return list(found.values())[:SCORES]


@blueprint.get("/questions")
@polled
def questions() -> str:
    """What others asked and what everybody may read of the answers, newest first."""
    node = current_node()
    page = max(request.args.get("page", 1, type=int), 1)
    whose = None if node.config.is_township else node.config.code
    found = asked.answered_publicly(node.journal, whose, PER_PAGE + 1, (page - 1) * PER_PAGE)
    return render(
        "board/questions.html",
        back="/",
        asked=[(each, _about_notice(node, each)) for each in found[:PER_PAGE]],
        public_text=asked.public_text,
        names={each.code: each.name for each in villages.known(node.journal)},
        page=page,
        pages=page + (len(found) > PER_PAGE),
    )


def topics_here(node: Node) -> list[Topic]:
    """This board's topics: the program's, with what the township and then the village made of
    them."""
    return guide.topics(node.journal, reversed(on_this_board(node)))


def way_of(node: Node, topic: Topic) -> str:
    """The address to which a topic's tile leads."""
    if topic.to == "accounts":
        newest = notices.of_item(node.journal, node.config.code, ACCOUNTS)
        return f"/notices/{newest[0].id}" if newest else f"/topics/{topic.id}"
    if topic.to:
        return f"/{topic.to}"
    return url_for("finding.topic", id=topic.id)


def _guide(node: Node) -> tuple[list[Service], list[Official]]:
    origins = on_this_board(node)
    return guide.services(node.journal, origins), guide.officials(node.journal, origins)


def _words(
    shown: Iterable[Topic],
    items: Iterable[Item],
    services: Iterable[Service],
    officials: Iterable[Official],
) -> Iterator[str]:
    """What can be looked for, by how often people do."""
    yield from WORDS
    for topic in shown:
        yield from topic.words
    for item in items:
        yield from item.aliases
    for service in services:
        yield from (name for name in (service.name, *service.aliases) if len(name) <= WORD_LIMIT)
    for official in officials:
        yield from (official.name, official.post, *official.matters)


def _items_called(words: Iterable[str], items: list[Item]) -> list[str]:
    """Ids of the items that are called by one of the words, by the words' order."""
    called = [item.id for word in words for item in items if word in item.aliases]
    return list(dict.fromkeys(called))


def _meant(given: list[Any], q: str, offered: list[str]) -> list[Any]:
    """The services or officials of which what is typed speaks, by the order of the words that it
    may stand for."""
    if not q:
        return []
    words = [q, *offered] if not q.isascii() else offered
    ranked = []
    for place, each in enumerate(given):
        about = _about(each)
        hit = next((n for n, word in enumerate(words) if word in about), None)
        if hit is not None:
            ranked.append((hit, place, each))
    return [each for _, _, each in sorted(ranked, key=lambda it: it[:2])]


def _about(each: Service | Official) -> str:
    if isinstance(each, Service):
        return " ".join((each.name, *each.aliases))
    return " ".join((each.name, each.post, each.duty, *each.matters))


def _of_items(node: Node, items: tuple[str, ...]) -> list[Notice]:
    """The newest notices of a topic's items, of this village, or of all its villages."""
    whose = [node.config.code]
    if node.config.is_township:
        whose = [each.code for each in villages.known(node.journal)]
    found = [
        notice
        for item in items
        for code in whose
        for notice in notices.of_item(node.journal, code, item)[:PER_ITEM]
    ]
    return found[:PER_TOPIC]


def _about_notice(node: Node, found: Feedback) -> Notice | None:
    return notices.notice(node.journal, found.notice) if found.notice else None
