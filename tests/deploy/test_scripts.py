"""The scripts of a station: read by shellcheck, and run with what surrounds them made up."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from kiosk import clock, screens
from tests.deploy.conftest import DEPLOY, ROOT, tool

SCRIPTS = [DEPLOY / "station.sh", DEPLOY / "county" / "rollout.sh", *(DEPLOY / "bin").iterdir()]
SOURCE = "deploy/station.conf"


def run(*command, **given):
    done = subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, timeout=120, **given
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(script):
    assert run(tool("shellcheck"), script) == (0, "")
    assert os.access(script, os.X_OK)


def test_windows_script_can_be_read():
    script = DEPLOY / "windows" / "station.ps1"
    parse = f"[scriptblock]::Create((Get-Content -Raw '{script}')) | Out-Null"
    assert run(tool("pwsh"), "-NoProfile", "-Command", parse)[0] == 0


def test_the_browser_s_policies_let_nobody_out():
    policies = json.loads((DEPLOY / "etc" / "chromium-policies.json").read_text("utf-8"))
    assert policies["URLBlocklist"] == ["*"] and policies["DeveloperToolsAvailability"] == 2
    assert all("127.0.0.1:8000" in it or "localhost:8000" in it for it in policies["URLAllowlist"])


# ---- releases ----

BUILD = """
mkdir -p "$2/bin"
cp "$1/kiosk.sh" "$2/bin/kiosk"
chmod +x "$2/bin/kiosk"
"""
GOOD = """#!/bin/sh
[ "$1" = --version ] && { echo "kiosk, version NUMBER"; exit 0; }
exec PYTHON -c '
import http.server, sys
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"NUMBER")
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", PORT), Well).serve_forever()'
"""
BROKEN = """#!/bin/sh
[ "$1" = --version ] && { echo "kiosk, version NUMBER"; exit 0; }
exit 1
"""
SYSTEMCTL = """
case $1 in
restart)
    [ -f STATE ] && kill "$(cat STATE)" 2>/dev/null && sleep 0.2
    BASE/current/bin/kiosk serve >/dev/null 2>&1 &
    echo $! >STATE
    ;;
is-active) kill -0 "$(cat STATE)" ;;
esac
"""


@pytest.fixture
def station(tmp_path, fakes, monkeypatch):
    """release(number, broken=False): installs one; what is served is asked at its port."""
    import socket

    tool("curl")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base, node, state = tmp_path / "opt", tmp_path / "node", tmp_path / "pid"
    node.mkdir()
    (node / "node.toml").write_text("")
    fakes("systemctl", SYSTEMCTL.replace("STATE", str(state)).replace("BASE", str(base)))
    build = fakes("build", BUILD)
    for name, value in {
        "BASE": base, "NODE": node, "BUILD": build, "PORT": port, "PATIENCE": 8, "STAYS": 0,
        "BACKUP": "none", "SYSTEMD": tmp_path,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"KIOSK_{name}", str(value))

    def release(number, broken=False):
        source = tmp_path / f"source-{number}"
        source.mkdir()
        (source / "pyproject.toml").write_text("")
        script = (BROKEN if broken else GOOD).replace("NUMBER", str(number))
        script = script.replace("PORT", str(port)).replace("PYTHON", sys.executable)
        (source / "kiosk.sh").write_text(script)
        return run(DEPLOY / "bin" / "kiosk-release", "install", source)

    def served():
        return run("curl", "-fs", f"http://127.0.0.1:{port}/healthz")[1]

    yield release, served
    if state.exists():
        subprocess.run(["kill", state.read_text().strip()], check=False, capture_output=True)


def test_a_release_that_does_not_answer_is_taken_back(station):
    release, served = station
    code, said = release(1)
    assert code == 0 and "version 1 runs" in said and served() == "1"
    assert release(2)[0] == 0 and served() == "2"
    code, said = release(3, broken=True)
    assert code == 1 and "version 2 runs again" in said
    assert served() == "2"
    code, said = release(4)
    assert code == 0 and served() == "4"
    assert run(DEPLOY / "bin" / "kiosk-release", "rollback")[0] == 0
    assert served() == "2"


def test_a_source_that_cannot_be_built_changes_nothing(station, tmp_path):
    release, served = station
    release(1)
    (tmp_path / "empty").mkdir()
    assert run(DEPLOY / "bin" / "kiosk-release", "install", tmp_path / "empty")[0] == 1
    assert served() == "1"


# ---- the display's hours ----


def test_the_display_follows_the_hours_of_the_desk(village, listening, fakes, tmp_path):
    tool("curl")
    calls = tmp_path / "calls"
    fakes("systemctl", f'[ "$1" = show ] && echo 0 || echo "$1 $2" >>{calls}')
    blank = tmp_path / "sys" / "class" / "graphics" / "fb0"
    blank.mkdir(parents=True)
    (blank / "blank").write_text("")
    env = {
        **os.environ,
        "KIOSK_PORT": str(listening(village)),
        "KIOSK_SYS": str(tmp_path / "sys"),
        "KIOSK_DISPLAY_STATE": str(tmp_path / "state"),
    }

    def minute():
        code, said = run(DEPLOY / "bin" / "kiosk-display", env=env)
        assert code == 0, said
        done = calls.read_text() if calls.exists() else ""
        calls.unlink(missing_ok=True)
        return done.split("\n")[:-1], (blank / "blank").read_text().strip()

    now = clock.now().astimezone(clock.BEIJING)
    at = [f"{now + timedelta(hours=n):%H:%M}" for n in (-1, 2, 4)]
    given = {"actor": "王会计", "name": "大厅"}
    id = screens.place(village.journal, **given, on=at[1], off=at[2])
    assert minute() == (["stop kiosk-screen.service"], "4")
    assert minute() == ([], "4")
    screens.place(village.journal, **given, screen=id, on=at[0], off=at[1])
    assert minute() == (["start kiosk-screen.service"], "0")
    assert minute() == ([], "0")
    # The browser went dark within its hours: it is started anew.
    with clock.set_to(datetime.now(clock.BEIJING) - timedelta(minutes=20)):
        screens.heartbeat(village.journal, id, {})
    assert minute() == (["restart kiosk-screen.service"], "0")


# ---- backups ----


def test_backups_are_kept_for_two_weeks_and_put_on_the_stick(tmp_path, fakes):
    node, here, stick = (tmp_path / name for name in ("node", "here", "stick"))
    for folder in (node, here, stick):
        folder.mkdir()
    (node / "node.toml").write_text("")
    for day in range(1, 20):
        (here / f"2026-01-{day:02d}.zip").write_text("old")
    kiosk = fakes("kiosk", 'echo copy >"$3"')
    env = {**os.environ, "KIOSK_NODE": str(node), "KIOSK_BACKUPS": str(here)}
    env |= {"KIOSK_STICK": str(stick), "KIOSK_COMMAND": str(kiosk)}
    code, said = run(DEPLOY / "bin" / "kiosk-backup", env=env)
    assert code == 0, said
    kept = sorted(path.name for path in here.iterdir())
    assert len(kept) == 14 and kept[0] == "2026-01-07.zip"
    assert [path.name for path in stick.iterdir()] == [kept[-1]]
    assert run(DEPLOY / "bin" / "kiosk-backup", env={**env, "KIOSK_STICK": "/nowhere"})[0] == 0


# ---- a county ----


def test_a_county_is_rolled_out_and_what_failed_is_told(tmp_path, fakes):
    fakes("rsync", f'echo "$@" >>{tmp_path}/rsync')
    fakes(
        "ssh",
        f'case "$*" in *10.8.5.2*) echo "No route to host" >&2; exit 255;; esac\n'
        f'case "$*" in *"cat >"*) cat >>{tmp_path}/conf;; esac',
    )
    inventory, logs = DEPLOY / "county" / "inventory.csv", tmp_path / "logs"
    code, said = run(DEPLOY / "county" / "rollout.sh", inventory, logs)
    assert code == 1 and "2 stations, 1 of them did not work" in said
    assert "well    371721105201 东湖村" in said
    assert "FAILED  371721105202 张庄村: No route to host" in said or "371721105202" in said
    conf = (tmp_path / "conf").read_text()
    done = subprocess.run(
        ["bash", "-c", f'. {tmp_path}/conf; echo "$CODE $NAME $OFFICER $SCREEN"'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "371721105201 东湖村 孙丽华 大厅" and "ENROL_CODE=XXXX" in conf
    only = run(DEPLOY / "county" / "rollout.sh", "--only", "371721105201", inventory, logs)
    assert only[0] == 0 and "1 stations" in only[1]


def test_the_pattern_of_settings_has_what_the_script_reads():
    script = (DEPLOY / "station.sh").read_text("utf-8")
    for line in (ROOT / SOURCE).read_text("utf-8").splitlines():
        name, equals, _ = line.partition("=")
        if equals and name.isupper():
            assert f"${name}" in script or f"{name}=" in script, name
