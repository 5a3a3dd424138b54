"""The services room: what can be got done here, whom to turn to, and what people come to ask.

办事指南 (services), 村干部 (officials), and topics: the questions in villagers' own words that lead
to both. A village and its township each write their own; everybody reads both.
"""

from kiosk.services.commands import (
    ServiceRefused,
    describe_official,
    describe_service,
    describe_topic,
    withdraw,
)
from kiosk.services.projection import ROOM
from kiosk.services.queries import Official, Service, official, officials, service, services, topics

__all__ = [
    "ROOM",
    "Official",
    "Service",
    "ServiceRefused",
    "describe_official",
    "describe_service",
    "describe_topic",
    "official",
    "officials",
    "service",
    "services",
    "topics",
    "withdraw",
]
