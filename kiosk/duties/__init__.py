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
    catalogue,
    duties,
    events,
    forms,
    late_and_due,
    reminders,
)

__all__ = [
    "ROOM",
    "DutyRefused",
    "DutyRow",
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
    "open_event",
    "reject_none",
    "reminders",
    "turn",
]
