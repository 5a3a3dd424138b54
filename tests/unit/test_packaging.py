"""The wheel holds everything that a node needs, and works away from the checkout."""

import os
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.sync import servers

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", out, ROOT),
    )
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `kiosk` command of a fresh environment that has the wheel, and beside it what the wheel
    depends on, taken from this environment so that no network is needed."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    folder = "Scripts" if os.name == "nt" else "bin"
    python = home / folder / ("python.exe" if os.name == "nt" else "python")
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet"),
        *("--disable-pip-version-check", "--no-deps", "--no-index", wheel),
    )
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(site, "dependencies.pth").write_text("\n".join(sorted(paths)) + "\n", "utf-8")
    where = run(python, "-c", "import kiosk; print(kiosk.__file__)", cwd=home).strip()
    assert home in Path(where).parents
    return home / folder / "kiosk"


def run(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": "", "PYTHONUTF8": "1"},
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_templates_static_files_and_rules_are_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    kept = [
        path
        for folder in ("kiosk/web/static", "kiosk/rules/data")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    assert {path.relative_to(ROOT).as_posix() for path in kept} <= names
    templates = [path for path in (ROOT / "board_templates").rglob("*") if path.is_file()]
    assert {f"kiosk/{path.relative_to(ROOT).as_posix()}" for path in templates} <= names
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "kiosk").rglob("*.py")}
    assert modules <= names
    assert not [name for name in names if name.startswith("tests/")]


def test_an_installed_node_serves_its_board(installed: Path, tmp_path: Path) -> None:
    assert "demo" in run(installed, "--help", cwd=tmp_path)
    run(
        *(installed, "init", "node", "--role", "village"),
        *("--code", "371721105201", "--name", "东湖村"),
        cwd=tmp_path,
    )
    port = servers.free_port()
    process = subprocess.Popen(
        [str(installed), "serve", "node", "--port", str(port)],
        cwd=tmp_path,
        stdout=(tmp_path / "node" / "serve.log").open("wb"),
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": ""},
    )
    try:
        server = servers.Server(tmp_path / "node", port, process)
        servers.until_healthy(server)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            page = answer.read().decode()
        assert "东湖村" in page
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/static/tokens.css", timeout=30
        ) as answer:
            assert answer.status == 200
    finally:
        process.terminate()
        assert process.wait(30) == 0
