"""Two nodes in one process."""

import pytest

from kiosk import create_app
from kiosk.node import Node
from kiosk.sync.transport import InProcess


@pytest.fixture
def wire(enrolled: Node, township: Node) -> InProcess:
    """The enrolled village's way to its township within this process."""
    return InProcess(create_app(township))
