"""The requests room: what people ask a township's government to disclose (依申请公开)."""

from kiosk.requests.projection import ROOM
from kiosk.requests.queries import Request, by_token, open_requests, request, requests

__all__ = ["ROOM", "Request", "by_token", "open_requests", "request", "requests"]
