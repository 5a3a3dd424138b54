"""A township sets the scheme, publishes scores and answers objections; a village objects."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock, villages
from kiosk.journal.log import Journal
from kiosk.rules import scoring
from kiosk.rules.calendar import Period
from kiosk.rules.scoring import SchemeInvalid
from kiosk.scores import queries
from kiosk.scores.queries import Scored

TEXT_LIMIT = 500


class ScoreRefused(ValueError):
    """It cannot be done so; the message says why, in plain Chinese."""


def change_scheme(journal: Journal, changes: Mapping[str, Any], since: date, *, actor: str) -> None:
    """Sets points and weights for all spans that begin on `since` or after. Raises ScoreRefused
    for rules that cannot hold, and for spans that have begun: nobody is judged by rules that came
    afterwards."""
    if since < clock.today():
        raise ScoreRefused("新办法只能从今天以后开始的期间用起，请改日期。")
    held = queries.scheme(journal, journal.code, Period.containing("monthly", since))
    try:
        scoring.with_changes(held, changes)
    except SchemeInvalid as invalid:
        raise ScoreRefused(str(invalid)) from None
    body = {"changes": dict(changes), "from": since.isoformat()}
    journal.append("public", "scheme.changed", _new_id(), body, actor=actor)


def publish(
    journal: Journal, span: Period, found: Iterable[Scored], *, board: bool, actor: str
) -> str:
    """Publishes the scores of a span; the entry's subject. With `board` the villages' screens show
    them. Raises ScoreRefused before the span has begun or
    where nothing is known of any village."""
    today = clock.today()
    names = {each.code: each.name for each in villages.known(journal)}
    known = [each for each in found if each.known]
    if span.start > today:
        raise ScoreRefused("这个期间还没有开始，不能公布得分。")
    if not known:
        raise ScoreRefused("还没有收到各村的记录，没有得分可以公布。")
    id = _new_id()
    body = {
        "span": span.id,
        "until": min(span.end, today).isoformat(),
        "board": board,
        "scores": [
            {
                "village": each.village,
                "name": names.get(each.village, each.village),
                "points": each.points,
                "parts": {one.part.id: one.points for one in each.score.parts},
            }
            for each in known
        ],
    }
    journal.append("public", "score.published", id, body, actor=actor)
    return id


def object_to(
    journal: Journal, span: str, rule: str, about: str, key: str, text: str, *, actor: str
) -> str:
    """The village objects to a deduction; the objection's id. Raises ScoreRefused."""
    text = _checked(text, "请写明为什么不该扣这一项。")
    for each in queries.objections(journal, journal.code):
        if (each.rule, each.about, each.key) == (rule, about, key) and not each.accepted:
            if each.accepted is None:
                raise ScoreRefused("这一项已经提出过申诉，请等镇里答复。")
            raise ScoreRefused("这一项的申诉镇里已经答复过，不能再提。")
    found = queries.score(journal, journal.code, queries.span(span, clock.today()), clock.today())
    known = [it.cause for part in found.score.parts for it in part.deductions]
    if all((it.rule, it.about, it.key) != (rule, about, key) for it in known):
        raise ScoreRefused("现在没有这一项扣分，请刷新页面。")
    id = _new_id()
    body = {"span": span, "rule": rule, "about": about, "key": key, "text": text}
    journal.append("parent", "score.objected", id, body, actor=actor)
    return id


def answer_objection(journal: Journal, id: str, *, accepted: bool, text: str, actor: str) -> None:
    """The township accepts an objection, so that its cause counts no more, or does not. Raises
    ScoreRefused."""
    text = _checked(text, "请写明答复的理由。")
    found = next((each for each in queries.objections(journal) if each.id == id), None)
    if found is None or all(it.code != found.village for it in villages.children(journal)):
        raise ScoreRefused("没有找到这条申诉。")
    if found.accepted is not None:
        raise ScoreRefused("这条申诉已经答复过。")
    body = {"accepted": accepted, "text": text}
    journal.append(found.village, "score.objection_answered", id, body, actor=actor)


def _checked(text: str, missing: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ScoreRefused(missing)
    if len(text) > TEXT_LIMIT:
        raise ScoreRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    return text


def _new_id() -> str:
    return str(ULID.from_datetime(clock.now()))
