"""The duties room: what each village owes its board, and how it stands."""

from kiosk.duties.projection import ROOM
from kiosk.duties.queries import DutyRow, catalogue, duties, late_and_due, matrix

__all__ = ["ROOM", "DutyRow", "catalogue", "duties", "late_and_due", "matrix"]
