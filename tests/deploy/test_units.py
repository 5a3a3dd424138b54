"""The systemd units, as systemd reads them."""

import re
import shutil
import stat
import subprocess

import pytest

from tests.deploy.conftest import DEPLOY, tool

UNITS = sorted((DEPLOY / "systemd").iterdir())


def test_systemd_finds_nothing_wrong(tmp_path):
    """What the units start need not be installed here: it is put where they are told to look."""
    verify = tool("systemd-analyze")
    there = tmp_path / "bin" / "true"
    there.parent.mkdir()
    shutil.copy("/bin/true", there)
    there.chmod(there.stat().st_mode | stat.S_IXUSR)
    for unit in UNITS:
        text = re.sub(r"^ExecStart=\S+", f"ExecStart={there}", unit.read_text("utf-8"), flags=re.M)
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        [verify, "verify", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True, text=True, timeout=60,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if "Failed to initialize" in done.stderr or "Failed to connect" in done.stderr:
        pytest.skip(f"systemd-analyze does not work here: {done.stderr.strip()[:100]}")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_node_is_watched_and_never_given_up():
    unit = (DEPLOY / "systemd" / "kiosk.service").read_text("utf-8")
    for line in ("Type=notify", "WatchdogSec=60", "Restart=always", "StartLimitIntervalSec=0"):
        assert f"\n{line}\n" in unit
    screen = (DEPLOY / "systemd" / "kiosk-screen.service").read_text("utf-8")
    assert "User=kiosk-screen" in screen and "Restart=always" in screen
    assert not re.search(r"cage .*-s\b", screen)  # -s would let people switch terminals


def test_what_the_units_start_is_installed_by_the_script():
    script = (DEPLOY / "station.sh").read_text("utf-8")
    for unit in UNITS:
        assert unit.name in script
        for command in re.findall(r"/usr/local/lib/kiosk/(\S+)", unit.read_text("utf-8")):
            assert (DEPLOY / "bin" / command).exists() and command in script
