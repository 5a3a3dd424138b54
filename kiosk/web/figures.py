"""The figures of the feedback box at the desks: tables by kind and village, and a chart; the time
is a year, or all of it (`?year=`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from markupsafe import Markup

from kiosk import clock
from kiosk.feedback import queries
from kiosk.journal.log import Journal
from kiosk.rules import feedback as rules
from kiosk.rules.feedback import KINDS, OBJECTION, Fact, Statistics

WIDTH = 720
LABEL = 170
BAR = 26
GAP = 16
SIZE = 18
PARTS = (
    ("in_time", "按时答复", "#1f7a4d"),
    ("late", "超期才答复", "#b3541e"),
    ("open", "待答复", "#c9a227"),
    ("overdue", "超期没答复", "#a3171b"),
)


@dataclass(frozen=True)
class Line:
    name: str
    counts: Statistics


def figures(journal: Journal, names: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows: of the villages in `names`, of the year asked for."""
    this_year = clock.today().year
    year = request.args.get("year", this_year, type=int)
    since = date(year, 1, 1) if 2000 <= year <= this_year else None
    until = date(year, 12, 31) if since else None
    village = request.args.get("village", "")
    whose = village if village in names else None
    facts = [each for each in queries.facts(journal, whose, since, until) if each.village in names]
    of_villages = [
        Line(name, rules.statistics(each for each in facts if each.village == code))
        for code, name in names.items()
        if whose in (None, code)
    ]
    kinds = [
        Line(kind, rules.statistics(each for each in facts if each.kind == kind))
        for kind in (*KINDS, OBJECTION)
    ]
    by_way = [
        Line(words, rules.statistics(each for each in facts if each.via == way))
        for way, words in rules.VIA.items()
    ]
    lines = of_villages if len(of_villages) > 1 else kinds
    return {
        "year": year if since else 0,
        "years": range(this_year, this_year - 4, -1),
        "village": whose or "",
        "names": names,
        "whole": rules.statistics(facts),
        "of_villages": of_villages,
        "of_kinds": [line for line in kinds if line.counts.total],
        "by_way": [line for line in by_way if line.counts.total],
        "chart": chart(lines),
        "parts": PARTS,
        "percent": percent,
    }


def percent(share: float | None) -> str:
    return "—" if share is None else f"{round(share * 100)}%"


def parts_of(counts: Statistics) -> tuple[int, int, int, int]:
    """How many of each of PARTS; what waits again counts as waiting."""
    done = counts.total - counts.left_out - counts.open
    in_time = min(counts.in_time, done)
    return in_time, done - in_time, counts.open - counts.overdue, counts.overdue


def chart(lines: Sequence[Line]) -> Markup:
    """A bar for each line, in the parts of PARTS; every number is written beside it."""
    shown = [(line.name, parts_of(line.counts)) for line in lines if line.counts.total]
    longest = max((sum(parts) for _, parts in shown), default=0) or 1
    room = WIDTH - LABEL - 50
    drawn, y = [], 4
    for name, parts in shown:
        drawn.append(
            Markup('<text x="0" y="{}" font-size="{}">{}</text>').format(
                y + BAR - 7, SIZE, name if len(name) <= 9 else name[:8] + "…"
            )
        )
        x = LABEL
        for (_, words, fill), count in zip(PARTS, parts, strict=True):
            width = round(count * room / longest)
            if count:
                drawn.append(
                    Markup(
                        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}">'
                        "<title>{} {} 条</title></rect>"
                    ).format(x, y, max(width, 3), BAR, fill, words, count)
                )
                x += max(width, 3)
        drawn.append(
            Markup('<text x="{}" y="{}" font-size="{}" class="figure">{}</text>').format(
                x + 8, y + BAR - 7, SIZE, sum(parts)
            )
        )
        y += BAR + GAP
    said = "；".join(f"{name} {_in_words(parts)}" for name, parts in shown)
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, max(y - GAP + 6, 1), said or "没有意见", Markup("").join(drawn)
    )


def _in_words(parts: Sequence[int]) -> str:
    named = zip(PARTS, parts, strict=True)
    return "，".join(f"{words} {count} 条" for (_, words, _), count in named if count)


def monthly(facts: Sequence[Fact]) -> list[tuple[str, str, str, Statistics]]:
    """(village, month, kind, counts), for open data."""
    groups: dict[tuple[str, str, str], list[Fact]] = {}
    for each in facts:
        groups.setdefault((each.village, f"{each.asked:%Y-%m}", each.kind), []).append(each)
    return [(*key, rules.statistics(groups[key])) for key in sorted(groups)]
