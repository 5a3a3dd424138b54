"""Loads and compiles what every server process would load again; they are forked from here."""

import tempfile
from datetime import date
from pathlib import Path

from kiosk import create_app
from kiosk.node import make_node, open_node
from tests.sync.servers import TOWNSHIP, VILLAGE

with tempfile.TemporaryDirectory() as folder:
    for role, code in (("village", VILLAGE), ("township", TOWNSHIP)):
        dir = Path(folder, role)
        make_node(dir, role=role, code=code, name="预热", began=date(2026, 1, 1))
        node = open_node(dir)
        client = create_app(node).test_client()
        client.get("/")
        client.get("/healthz")
        client.post("/sync/v1/heads", json={})
        node.close()
import http_message_signatures  # noqa: F401
import pypinyin  # noqa: F401
import requests  # noqa: F401
