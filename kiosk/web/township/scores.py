"""The assessment (考核): all villages over a span, one village's deductions each with its cause,
the rules, objections, and what is published of it."""

import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, send_file, url_for

from kiosk import clock, scores
from kiosk.journal.log import Journal
from kiosk.rules import scoring
from kiosk.rules.calendar import Period
from kiosk.rules.scoring import Cause
from kiosk.scores import Scored, ScoreRefused
from kiosk.villages import queries as villages
from kiosk.web import current_node, paper
from kiosk.web.login import Page
from kiosk.web.paper import Print
from kiosk.web.sheets import Cell, workbook
from kiosk.web.township.door import blueprint, known_village
from kiosk.web.township.overview import XLSX

SPANS = (("monthly", 6), ("quarterly", 5), ("yearly", 3))


@blueprint.get("/scores")
def score_list() -> str:
    """Every village's points over a span, the best first."""
    journal = current_node().journal
    span = _span()
    found = ranked(journal, span)
    return render_template(
        "township/scores.html",
        span=span,
        spans=spans(clock.today()),
        scheme=scores.scheme(journal, journal.code, span),
        ranked=found,
        published=scores.published(journal, journal.code, span.id),
        objections=[each for each in scores.objections(journal) if each.accepted is None],
        points=scoring.points_in_words,
    )


@blueprint.post("/scores")
def publish_scores() -> Page:
    """Publishes the span's scores, on the villages' screens too where that is chosen."""
    journal, span = current_node().journal, _span()
    board = request.form.get("board") == "yes"
    try:
        found = [each for _, each in ranked(journal, span)]
        scores.publish(journal, span, found, board=board, actor=g.account.name)
    except ScoreRefused as refused:
        flash(str(refused), "fault")
    else:
        flash("得分已公布，各村联网后就能看到。", "good")
    return redirect(url_for("township.score_list", span=span.id))


@blueprint.get("/scores/<code>")
def score(code: str) -> str:
    """One village's points, part by part, each deduction with what it is for."""
    journal = current_node().journal
    known, span = known_village(code), _span()
    found = {each.village: each for _, each in ranked(journal, span)}[known.code]
    return render_template(
        "township/score.html",
        village=known,
        span=span,
        spans=spans(clock.today()),
        found=found,
        objections=scores.objections(journal, code),
        link=lambda cause: link(code, cause),
        points=scoring.points_in_words,
    )


@blueprint.post("/scores/<code>/objections/<id>")
def answer_objection(code: str, id: str) -> Page:
    known_village(code)
    accepted = request.form.get("do") == "accept"
    try:
        scores.answer_objection(
            current_node().journal,
            id,
            accepted=accepted,
            text=request.form.get("text", ""),
            actor=g.account.name,
        )
    except ScoreRefused as refused:
        flash(str(refused), "fault")
    else:
        flash("申诉已接受，这一项不再扣分。" if accepted else "申诉已答复，扣分不变。", "good")
    return redirect(url_for("township.score", code=code, span=_span().id) + "#objections")


@blueprint.route("/scheme", methods=["GET", "POST"])
def scheme() -> Page:
    """The rules of assessment, and setting others for spans to come."""
    journal = current_node().journal
    today = clock.today()
    following = Period.containing("quarterly", today).next
    typed, fault = request.form, ""
    if request.method == "POST":
        try:
            since = date.fromisoformat(typed.get("from", ""))
            scores.change_scheme(journal, _typed(typed), since, actor=g.account.name)
        except ValueError as wrong:
            fault = str(wrong) if isinstance(wrong, ScoreRefused) else "请填写从哪一天起用。"
        else:
            flash("新的考核办法已保存，各村联网后就能看到。", "good")
            return redirect(url_for("township.scheme"))
    page = render_template(
        "township/scheme.html",
        scheme=scores.scheme(journal, journal.code, Period.containing("monthly", today)),
        since=typed.get("from") or following.start.isoformat(),
        changes=scores.queries.changes(journal, journal.code),
        typed=typed,
        fault=fault,
        points=scoring.points_in_words,
    )
    return (page, 400) if fault else page


@blueprint.get("/scores.xlsx")
def scores_sheet() -> Response:
    """Every village's points, and every deduction, for Excel."""
    journal, span = current_node().journal, _span()
    known = ranked(journal, span)
    parts = scores.scheme(journal, journal.code, span).parts
    totals: list[list[Cell]] = [
        [name, *(_number(each.points) for each in found.score.parts), _number(found.points)]
        for name, found in known
    ]
    lines: list[list[Cell]] = [
        [
            name,
            part.part.title,
            _rule_title(found, each.cause),
            each.cause.on,
            each.cause.words,
            _number(each.points),
        ]
        for name, found in known
        for part in found.score.parts
        for each in part.deductions
    ]
    data = workbook(
        [
            ("得分", [("村", 16), *((it.title, 10) for it in parts), ("合计", 10)], totals),
            (
                "扣分明细",
                [("村", 16), ("部分", 10), ("规则", 26), ("日期", 12), ("原因", 60), ("扣分", 10)],
                lines,
            ),
        ]
    )
    name = f"{current_node().config.name}三务公开考核 {span.title}.xlsx"
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.get("/scores.<any(pdf, html):ending>")
def scores_paper(ending: str) -> Response:
    """The same on paper, for the yearly assessment."""
    node, span = current_node(), _span()
    what = {
        "span": span,
        "parts": scores.scheme(node.journal, node.journal.code, span).parts,
        "ranked": ranked(node.journal, span),
        "until": min(span.end, clock.today()),
        "points": scoring.points_in_words,
        "rule": _rule_title,
    }
    title = f"{span.title}三务公开考核"
    who = node.config.name
    return paper.answer(Print((("scores", what),), "a4", who, title, f"{who}{title}"), ending)


def ranked(journal: Journal, span: Period) -> list[tuple[str, Scored]]:
    """(name, score) of every village, the best first; those never heard of last."""
    known = villages.known(journal)
    found = scores.scores(journal, [each.code for each in known], span, clock.today())
    pairs = [(each.name, found[each.code]) for each in known]
    return sorted(pairs, key=lambda it: (not it[1].known, -it[1].points, it[1].village))


def spans(today: date) -> list[tuple[str, str]]:
    """Spans to choose from, (id, words)."""
    found = []
    for cadence, count in SPANS:
        period = Period.containing(cadence, today)
        for _ in range(count):
            found.append((period.id, period.title_on(today) or period.title))
            period = period.previous
    return found


def link(code: str, cause: Cause) -> str:
    """Where a supervisor sees what a cause is about; "" where there is nothing to see."""
    match cause.about:
        case "duty" if cause.key:
            return url_for("township.duty", code=code, key=cause.key)
        case "notice":
            return url_for("phone.notice", id=cause.key)
        case "feedback":
            return url_for("township.feedback", id=cause.key)
        case "order":
            return url_for("township.order", id=cause.key)
        case "review":
            return url_for("township.reviews")
        case _:
            return url_for("township.village", code=code)


def _span() -> Period:
    return scores.span(request.values.get("span", ""), clock.today())


def _rule_title(found: Scored, cause: Cause) -> str:
    rule = found.scheme.rule(cause.rule)
    return rule.title if rule else found.scheme.signs.get(cause.rule, cause.rule)


def _typed(typed: Any) -> dict[str, Any]:
    """What the form changed, as `scoring.with_changes` takes it. Raises ScoreRefused for what is
    no number."""
    parts, rules = [], []
    for key, text in typed.items():
        kind, _, id = key.partition(".")
        if kind not in ("weight", "points", "share", "cap") or not str(text).strip():
            continue
        try:
            value = float(text)
        except ValueError:
            raise ScoreRefused(f"“{text}”不是数字，请改成 0 到 100 之间的数。") from None
        number: float = int(value) if value.is_integer() else value
        if kind == "weight":
            parts.append({"id": id, "weight": number})
        else:
            rules.append({"id": id, kind: number})
    return {"parts": parts, "rules": _joined(rules)}


def _joined(rules: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in rules:
        found.setdefault(each["id"], {}).update(each)
    return list(found.values())


def _number(points: int) -> float:
    return points / scoring.HUNDREDTHS
