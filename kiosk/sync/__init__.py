"""The sync room: copies streams and attachments between a village and its township.

The village always opens the connection. See `client` for one round, `server` for what the township
answers, `signing` for how requests are signed, `enrolment` for joining.
"""

from kiosk.sync.projection import ROOM

__all__ = ["ROOM"]
