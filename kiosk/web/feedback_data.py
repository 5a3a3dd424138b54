"""Open data of the feedback box: how many of each kind a village was asked in a month, how fast it
answered, how content people are. Counts only: no words, no persons, no single feedback.
"""

from typing import Any

from flask import Blueprint, Response, jsonify

from kiosk.feedback import queries
from kiosk.rules.feedback import Statistics
from kiosk.web import current_node, figures, sheets
from kiosk.web.opened import csv_answer, opened, village_asked

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
    return opened(jsonify(feedback=rows))


@blueprint.get("/api/v1/feedback.csv")
def as_csv() -> Response:
    rows = [
        (
            village,
            month,
            kind,
            *("" if each is None else str(each) for each in _counted(counts).values()),
        )
        for village, month, kind, counts in _rows()
    ]
    return csv_answer(sheets.csv_file(COLUMNS, rows), "feedback.csv")


def _rows() -> list[tuple[str, str, str, Statistics]]:
    node = current_node()
    return figures.monthly(queries.facts(node.journal, village_asked(node)))


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
