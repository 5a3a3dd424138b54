"""The duties room: what each village owes its board, and how it stands."""

from kiosk.duties.commands import (
    DutyRefused,
    Turn,
    cancel_event,
    change_catalogue,
    confirm,
    declare_none,
    excuse,
    open_event,
    reject_none,
    turn,
)
from kiosk.duties.projection import ROOM
from kiosk.duties.queries import (
    DutyRow,
    Matrix,
    catalogue,
    duties,
    events,
    forms,
    late_and_due,
    matrix,
    reminders,
)

__all__ = [
    "ROOM",
    "DutyRefused",
    "DutyRow",
    "Matrix",
    "Turn",
    "cancel_event",
    "catalogue",
    "change_catalogue",
    "confirm",
    "declare_none",
    "duties",
    "events",
    "excuse",
    "forms",
    "late_and_due",
    "matrix",
    "open_event",
    "reject_none",
    "reminders",
    "turn",
]
