"""The inspections room: whom the township visits, by a draw that can be checked or by choice, what
it found there, and what came of it."""

from kiosk.inspections.commands import (
    InspectionRefused,
    announce,
    choose,
    draw,
    lines_to_check,
    order_findings,
    record,
)
from kiosk.inspections.projection import ROOM
from kiosk.inspections.queries import (
    Finding,
    Inspection,
    Record,
    has_photo,
    inspection,
    inspections,
    records,
)

__all__ = [
    "ROOM",
    "Finding",
    "Inspection",
    "InspectionRefused",
    "Record",
    "announce",
    "choose",
    "draw",
    "has_photo",
    "inspection",
    "inspections",
    "lines_to_check",
    "order_findings",
    "record",
    "records",
]
