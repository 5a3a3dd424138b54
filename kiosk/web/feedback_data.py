"""Open data of the feedback box: how many of each kind a village was asked in a month, how fast it
answered, how content people are. Counts only: no words, no persons, no single feedback.
"""

import csv
import io
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from kiosk.feedback import queries
from kiosk.rules.feedback import Statistics
from kiosk.villages import queries as villages
from kiosk.web import current_node, figures
from kiosk.web.sheets import guarded

COLUMNS = (
    "村代码", "月份", "类别", "总数", "已答复", "按时答复", "待答复", "超期没答复", "平均答复天数",
    "满意", "不满意", "重新提出", "上交乡镇",
)  # fmt: skip

blueprint = Blueprint("feedback_data", __name__)


@blueprint.get("/api/v1/feedback.json")
def as_json() -> Response:
    rows = [
        {"village": village, "month": month, "kind": kind, **_counted(counts)}
        for village, month, kind, counts in _rows()
    ]
    return _open(jsonify(feedback=rows))


@blueprint.get("/api/v1/feedback.csv")
def as_csv() -> Response:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for village, month, kind, counts in _rows():
        values = ["" if each is None else str(each) for each in _counted(counts).values()]
        writer.writerow([guarded(each) for each in (village, month, kind, *values)])
    # With a byte order mark, without which Excel shows Chinese as garbage.
    answer = Response(file.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="feedback.csv"'
    return _open(answer)


def _rows() -> list[tuple[str, str, str, Statistics]]:
    node = current_node()
    code = request.args.get("village", "")
    if code and villages.village(node.journal, code) is None:
        abort(404)
    return figures.monthly(queries.facts(node.journal, code or None))


def _counted(counts: Statistics) -> dict[str, Any]:
    mean = counts.mean_days
    return {
        "total": counts.total,
        "answered": counts.answered,
        "in_time": counts.in_time,
        "open": counts.open,
        "overdue": counts.overdue,
        "mean_days": None if mean is None else round(mean, 1),
        "satisfied": counts.satisfied,
        "unsatisfied": counts.unsatisfied,
        "reopened": counts.reopened,
        "escalated": counts.escalated,
    }


def _open(answer: Response) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
