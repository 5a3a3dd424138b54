"""The scores room: the five-part assessment (考核) of villages, its rules, and objections to it."""

from kiosk.scores.commands import ScoreRefused, answer_objection, change_scheme, object_to, publish
from kiosk.scores.projection import ROOM
from kiosk.scores.queries import (
    Objection,
    Published,
    Scored,
    objections,
    published,
    scheme,
    score,
    scores,
    span,
)

__all__ = [
    "ROOM",
    "Objection",
    "Published",
    "ScoreRefused",
    "Scored",
    "answer_objection",
    "change_scheme",
    "object_to",
    "objections",
    "publish",
    "published",
    "scheme",
    "score",
    "scores",
    "span",
]
