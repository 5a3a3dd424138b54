"""What stands in `deploy/`, tried as far as a machine without a screen allows. A tool that is
missing skips its tests and says so; `scripts/test-setup.sh` installs what it may."""

import os
import shutil
import stat
import threading
from pathlib import Path

import pytest
import waitress

from kiosk import create_app

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{name} is missing")
    return found


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """fakes(name, script): a command of that name, ahead of all others."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def make(name, script):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make


@pytest.fixture
def listening():
    """listening(node) -> the port on which this process serves the node, until the test ends."""
    servers = []

    def serve(node):
        server = waitress.create_server(
            create_app(node),
            host="127.0.0.1",
            port=0,
            threads=4,
            trusted_proxy="127.0.0.1",
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
            clear_untrusted_proxy_headers=True,
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        return server.effective_port

    yield serve
    for server, thread in servers:
        server.close()
        thread.join(10)
