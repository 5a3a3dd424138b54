"""Coming in at a desk and pressing its buttons, as a browser would."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kiosk import create_app, people
from kiosk.node import Node

PASSWORD = "cun-gong-kai"


def officer(node: Node, name: str = "王会计") -> FlaskClient:
    """A village's officer, logged in."""
    return _logged_in(node, name, "officer", "village", "/office/login")


def supervisor(node: Node, name: str = "李监督") -> FlaskClient:
    """A township's supervisor, logged in."""
    return _logged_in(node, name, "supervisor", "township", "/township/login")


def post(client: FlaskClient, page: str, path: str, **data: Any) -> TestResponse:
    """Posts a form that stands on `page` to `path`, with the page's token."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', client.get(page).text)
    assert found is not None, f"no form on {page}"
    return client.post(path, data={"csrf_token": found[1], **data})


def _logged_in(node: Node, name: str, role: str, node_role: str, door: str) -> FlaskClient:
    people.add_account(
        node.journal, name, role, node_role=node_role, actor="测试", password=PASSWORD
    )
    client = create_app(node).test_client()
    post(client, door, door, name=name, password=PASSWORD)
    return client
