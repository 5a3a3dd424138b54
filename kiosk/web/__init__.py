"""The doors: one blueprint per kind of person, thin views, one guard per door."""

from pathlib import Path
from typing import cast

from flask import current_app, request

import kiosk
from kiosk.node import Node


def current_node() -> Node:
    """The node that this app serves."""
    return cast(Node, current_app.extensions["kiosk"])


def public_address(node: Node) -> str:
    """Where phones reach what this node shows: the township's public address, else the node's
    own, else the address that the reader used. Without a slash at the end."""
    up = node.config.upstream
    if up is not None and up.public_url:
        return up.public_url
    return node.config.public_url or request.host_url.rstrip("/")


def templates_dir() -> Path:
    """`board_templates/`: inside an installed package, beside the package in a checkout."""
    package = Path(kiosk.__file__).parent
    inside = package / "board_templates"
    return inside if inside.is_dir() else package.parent / "board_templates"
