"""The script that starts the screen's browser, with the real Chromium and its real flags, but no
display: the node hears of a screen that is well."""

import os
import signal
import subprocess
import time

from kiosk import screens
from tests.deploy.conftest import DEPLOY, tool


def test_the_browser_becomes_the_screen_of_this_machine(village, listening, tmp_path):
    tool("curl"), tool("chromium")
    env = {
        **os.environ,
        "KIOSK_PORT": str(listening(village)),
        "KIOSK_PROFILE": str(tmp_path / "profile"),
        "KIOSK_SCREEN": "大厅",
        "HOME": str(tmp_path),
    }
    # As root and without a display; everything else is what a station runs.
    extra = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1080,1920"]
    started = subprocess.Popen(
        [DEPLOY / "bin" / "kiosk-browser", *extra],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        ends = time.monotonic() + 60
        while not [it for it in screens.screens(village.journal) if it.last_seen]:
            assert time.monotonic() < ends and started.poll() is None
            time.sleep(0.1)
        [screen] = screens.screens(village.journal)
        assert (screen.name, screen.state.kind, screen.errors) == ("大厅", "good", 0)
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(20)
